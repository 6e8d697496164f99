"""What release 2026.2 adds: how two may be tied, each with its source or as ours."""

import pytest

from heard.knowledge import load
from heard.knowledge.check import check_pack
from heard.knowledge.model import Release

LISTS = ("signs", "vulnerabilities", "patterns", "rules", "clocks", "laws", "conclusions", "principles")


@pytest.fixture
def release() -> Release:
    return load.release("2026.2")


def test_it_changes_nothing_of_before(release: Release) -> None:
    old = load.release("2026.1")
    assert [name for name in LISTS if getattr(release, name) != getattr(old, name)] == []
    assert old.ties == ()


def test_what_a_source_names_stands_in_that_source(release: Release) -> None:
    """The wording of the digest is that of the entry it is taken from."""
    digest = {entry.official for entry in release.entries.values() if "Digest issue 15" in entry.source}
    from_digest = [tie for tie in release.ties if tie.source and "Digest issue 15" in tie.source]
    assert len(from_digest) > 5
    assert [tie_kind.id for tie_kind in from_digest if tie_kind.official not in digest] == []


def test_nothing_says_of_a_child_what_blames(release: Release) -> None:
    words = " ".join(f"{tie.label} {tie.back} {tie.help}" for tie in release.ties).casefold()
    assert [
        word for word in ("offender", "gang member", "recruit", "chose to", "runs away") if word in words
    ] == []


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ("between: [person place]", "between: [person planet]", "is no pair of ends"),
        (
            "between: [group group]\n    directed: false",
            "between: [group place]\n    directed: false",
            "read alike",
        ),
        ("back: is visited by", "back: null", "cannot be"),
        ("confidence: A", "confidence: null", "half ours"),
    ],
)
def test_a_kind_that_does_not_hold_together_is_a_fault(tmp_path, was: str, now: str, fault: str) -> None:
    folder = tmp_path / "2026.2"
    folder.mkdir()
    for path in (load.PACKS / "2026.2").iterdir():
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text.replace(was, now, 1), encoding="utf-8")
    checked = check_pack(folder)
    assert checked.release is None
    assert fault in " ".join(str(fault) for fault in checked.faults)
