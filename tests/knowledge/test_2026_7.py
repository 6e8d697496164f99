"""What release 2026.7 adds: powers against what harms, and nothing that no source says of them."""

import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from heard.knowledge import load
from heard.knowledge.check import check_pack
from heard.knowledge.model import NotInRelease, Power, Release

# What we only remember of them is left out (the marks of our own notes).
LEFT_OUT = {
    "sexual_risk_order": ("lasts",),
    "sexual_harm_order": ("lasts",),
    "trafficking_risk_order": ("broken",),
    "trafficking_prevention_order": ("broken",),
    "exploitation_prevention_order": ("lasts",),
    "closure_sexual_offences": ("broken",),
    "closure_nuisance": ("who", "needs", "lasts", "broken"),
    "hotel_information": ("broken",),
    "public_spaces_order": ("who", "needs", "lasts", "broken"),
    "dispersal": ("broken",),
    "respect_order": ("broken",),
    "criminal_behaviour_order": ("who", "needs", "lasts", "broken"),
    "gang_injunction": ("broken",),
    "high_court_injunction": ("broken",),
    "premises_licence": ("lasts", "broken"),
    "possession_ground": ("who", "needs", "lasts", "broken", "law"),
}
# What a source says, and no more.
SAID = {
    (
        "hotel_information",
        "does",
    ): "A constable may then demand in writing the names and addresses of guests, and details that are prescribed.",
    ("hotel_information", "not_known"): "We read the Act as it was enacted, without later changes.",
    (
        "trafficking_prevention_order",
        "who",
    ): "The court; or the chief officer of police, an immigration officer or the National Crime Agency",
    (
        "exploitation_prevention_order",
        "not_known",
    ): "Whether it has started. Who gets one and what it does, we read as the Bill had it.",
    ("criminal_behaviour_order", "not_known"): "Where it stands now. Our source is about the repeal alone.",
    ("premises_licence", "against"): ("place",),
    ("cuckooing_offence", "against"): ("person",),
}
ONLY_REMEMBERED = ("knife", "serious crime", "asset", "police protection", "secure", "immigration", "fire", "multiple occupation")  # fmt: skip


@pytest.fixture
def release() -> Release:
    return load.release("2026.7")


def test_it_changes_nothing_of_before(release: Release) -> None:
    old = load.release("2026.6")
    apart = {"id", "title", "about", "extends", "powers"}
    sections = [field.name for field in fields(Release) if field.name not in apart]
    assert [name for name in sections if getattr(release, name) != getattr(old, name)] == []
    assert old.powers == ()


@pytest.mark.parametrize(("power", "cells"), LEFT_OUT.items())
def test_what_is_only_remembered_of_a_power_is_left_out(
    release: Release, power: str, cells: tuple[str, ...]
) -> None:
    assert {cell: getattr(release.power(power), cell) for cell in cells} == dict.fromkeys(cells)


def test_what_is_only_remembered_at_all_is_not_there(release: Release) -> None:
    labels = " ".join(power.label.casefold() for power in release.powers)
    assert [words for words in ONLY_REMEMBERED if words in labels] == []


@pytest.mark.parametrize(("cell", "said"), SAID.items())
def test_a_cell_says_what_its_source_says(release: Release, cell: tuple[str, str], said: object) -> None:
    power, name = cell
    assert getattr(release.power(power), name) == said


def test_none_is_directed_to_the_child_or_whoever_holds_them(release: Release) -> None:
    assert [
        power.id for power in release.powers if "recovery" in f"{power.id} {power.label}".casefold()
    ] == []
    assert "by a gang" not in str(release.power("gang_injunction").needs)


def test_no_power_is_against_a_child_and_each_says_where_it_was_read(release: Release) -> None:
    assert {kind for power in release.powers for kind in power.against} == {
        "person", "place", "business", "vehicle", "online",
    }  # fmt: skip
    assert [power.id for power in release.powers if not power.source or power.confidence not in "AB"] == []
    assert [power.id for power in release.powers if power.in_force_from] == ["platform_report"]


def test_a_power_that_is_not_there_is_named(release: Release) -> None:
    assert isinstance(release.power("dispersal"), Power)
    with pytest.raises(NotInRelease, match="no power 'arrest'"):
        release.power("arrest")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("against: [business, place]", "against: []", "It is against nothing"),
        ("against: [business, place]", "against: [child]", "cannot be"),
        ("in_force_from: 2026-06-29", "in_force_from: 2027-06-29", "in_force_from is after read_on"),
        ("confidence: A", "confidence: M", "from memory"),
    ],
)
def test_a_spoilt_power_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    pack = Path(shutil.copytree(load.PACKS / "2026.7", tmp_path / "2026.7"))
    path = pack / "powers.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = " ".join(map(str, check_pack(pack).faults))
    assert what in faults


def test_a_power_may_be_in_force_no_more(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(load.PACKS / "2026.7", tmp_path / "2026.7"))
    path = pack / "powers.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("in_force_to: null", "in_force_to: 2020-01-01", 1),
        encoding="utf-8",
    )
    assert check_pack(pack).faults == ()
