"""What release 2026.4 adds: words in which signs are told, each with the reason why it points to its sign."""

from pathlib import Path

import pytest

from heard.knowledge import load
from heard.knowledge.check import check_pack
from heard.knowledge.model import Release

LISTS = (
    "signs",
    "vulnerabilities",
    "patterns",
    "rules",
    "clocks",
    "laws",
    "ties",
    "requirements",
    "carriers",
)
# Whom a child loves is theirs to tell; and nobody is led to write of a child that they bring others.
NEVER_OFFERED = {"V07", "S11"}


@pytest.fixture
def release() -> Release:
    return load.release("2026.4")


def test_it_changes_nothing_of_before(release: Release) -> None:
    old = load.release("2026.3")
    assert [name for name in LISTS if getattr(release, name) != getattr(old, name)] == []
    assert old.phrases == ()


def test_each_sign_and_vulnerability_has_its_words_but_those_that_no_page_suggests(release: Release) -> None:
    items = {item.id for item in (*release.signs, *release.vulnerabilities)}
    assert {phrase.item for phrase in release.phrases} == items - NEVER_OFFERED


def test_each_group_of_words_has_a_reason_and_an_id_of_its_sign(release: Release) -> None:
    assert [
        phrase.id
        for phrase in release.phrases
        if not phrase.why.endswith(".") or not phrase.id.startswith(phrase.item)
    ] == []


def test_nothing_says_of_a_child_what_blames(release: Release) -> None:
    words = " ".join(f"{' '.join(phrase.says)} {phrase.why}" for phrase in release.phrases).casefold()
    blaming = (
        "streetwise",
        "promiscu",
        "lifestyle",
        "attention",
        "her fault",
        "chose to",
        "refuses to",
        "risky",
    )
    assert [word for word in blaming if word in words] == []


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ("item: S01", "item: S99", "There is no item"),
        ("says: [missing,", "says: [Missing,", "is never found"),
        ("says: [missing,", "says: [m*,", "is never found"),
        ("says: [missing,", "says: [didn't come,", "is never found"),
        ("says: [missing,", "says: [streetwise,", "blames or brands"),
        ("says: [missing, went missing,", "says: [missing, missing,", "stands twice"),
        ("    why: The child was not where they should have been.\n", "", "“why” is missing"),
    ],
)
def test_a_phrase_that_does_not_hold_together_is_a_fault(
    tmp_path: Path, was: str, now: str, fault: str
) -> None:
    folder = tmp_path / "2026.4"
    folder.mkdir()
    for path in (load.PACKS / "2026.4").iterdir():
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text.replace(was, now, 1), encoding="utf-8")
    checked = check_pack(folder)
    assert checked.release is None
    assert fault in " ".join(str(fault) for fault in checked.faults)
