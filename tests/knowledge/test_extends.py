"""A release that extends an older one: what it replaces, adds and withdraws, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from heard.knowledge import load
from heard.knowledge.check import check_pack
from heard.knowledge.differences import Change, differences
from heard.knowledge.model import Release
from heard.knowledge.reading import Fault, read_yaml

type Spoil = Callable[[str, str, str], Path]

RELEASE = 'release:\n  id: "2099.1"\n  extends: "2013.1"\n  title: Later\n  about: What is known later.\n'
SIGN = """signs:
  - id: S02
    in_digest: true
    label: Injuries
    official: Physical injuries.
    help: Injuries of any kind.
    source: Digest issue 15 (July 2014), “Warning signs and vulnerability checklist”, already being sexually exploited
    confidence: A
"""
ADDED = """conclusions:
  - id: found
    label: A finding
    official: A finding.
    help: Something that was found.
    source: Somewhere
    confidence: B
"""
WITHDRAWN = """withdrawn:
  - section: figures
    entry: young_perpetrators
    why: It was counted in another way.
"""
CARRIER = """carriers:
  - format: ssda903
    field: MISSING
    codes: [M]
    item: S01
    strength: direct
    counts: true
    dated_by: MIS_START
    note: Missing.
    source: Schema of 2099
    confidence: A
"""


@pytest.fixture
def later(tmp_path: Path) -> Callable[..., Path]:
    """A release of 2099 with these sections beside its own."""

    def write(*sections: str, release: str = RELEASE) -> Path:
        folder = tmp_path / "2099.1"
        folder.mkdir()
        (folder / "all.yaml").write_text(release + "".join(sections), encoding="utf-8")
        return folder

    return write


def made(folder: Path) -> Release:
    return load.read_pack(folder)


def faults(folder: Path) -> list[Fault]:
    checked = check_pack(folder)
    assert checked.release is None
    return list(checked.faults)


def test_a_release_that_changes_nothing_holds_all_of_the_older_one(later: Callable[..., Path]) -> None:
    old, new = load.release("2013.1"), made(later())
    assert (new.id, new.extends, new.title) == ("2099.1", "2013.1", "Later")
    assert new.entries == old.entries
    assert (new.carriers, new.no_carrier, new.not_enumerated) == (
        old.carriers,
        old.no_carrier,
        old.not_enumerated,
    )


def test_an_entry_takes_the_place_of_the_one_with_its_id(later: Callable[..., Path]) -> None:
    new = made(later(SIGN))
    assert [sign.id for sign in new.signs] == [sign.id for sign in load.release("2013.1").signs]
    assert new.item("S02").label == "Injuries"
    assert new.item("S01") == load.release("2013.1").item("S01")


def test_an_entry_of_an_id_that_was_not_there_is_added(later: Callable[..., Path]) -> None:
    new = made(later(ADDED))
    assert [conclusion.id for conclusion in new.conclusions] == ["found"]
    assert new.entries["found"].label == "A finding"


def test_what_is_withdrawn_is_gone_with_the_reason_kept(later: Callable[..., Path]) -> None:
    new = made(later(WITHDRAWN))
    assert "young_perpetrators" not in new.entries
    assert len(new.figures) == 3
    assert [one.why for one in new.withdrawn] == ["It was counted in another way."]


def test_carriers_of_one_field_and_item_take_the_place_of_all_before_them(later: Callable[..., Path]) -> None:
    old, new = load.release("2013.1"), made(later(CARRIER))
    missing = [carrier for carrier in new.carriers if carrier.field == "MISSING"]
    assert [carrier.source for carrier in missing] == ["Schema of 2099"]
    assert sum(carrier.field == "MISSING" for carrier in old.carriers) == 2
    assert len(new.carriers) == len(old.carriers) - 1


def test_the_difference_says_what_was_done_to_each(later: Callable[..., Path]) -> None:
    found = differences(load.release("2013.1"), made(later(SIGN, ADDED, WITHDRAWN, CARRIER)))
    assert {(difference.section, difference.entry, difference.change) for difference in found} == {
        ("signs", "S02", Change.CHANGED),
        ("conclusions", "found", Change.ADDED),
        ("figures", "young_perpetrators", Change.WITHDRAWN),
        ("carriers", "ssda903 MISSING S01", Change.CHANGED),
    }
    told = {
        difference.entry: {name: (was, says) for name, was, says in difference.told} for difference in found
    }
    assert told["S02"]["label"] == ("Physical injuries", "Injuries")
    assert {difference.why for difference in found if difference.change == Change.WITHDRAWN} == {
        "It was counted in another way."
    }


def test_a_chain_of_releases_holds_what_each_said_last(later: Callable[..., Path]) -> None:
    new = made(later(SIGN, release=RELEASE.replace('"2013.1"', '"2026.1"')))
    assert new.item("S02").label == "Injuries"
    assert new.conclusions == load.release("2026.1").conclusions
    assert new.entries["P3"] == load.release("2026.1").entries["P3"]
    assert new.withdrawn == ()


BAD = {
    "extends itself": (RELEASE.replace('"2013.1"', '"2099.1"'), "no such release"),
    "extends none that there is": (RELEASE.replace('"2013.1"', '"1999.1"'), "no such release"),
    "extends a folder elsewhere": (RELEASE.replace('"2013.1"', "../2013.1"), "no such release"),
    "extends nothing that is named": (RELEASE.replace(' "2013.1"', " [a]"), "no such release"),
    "withdraws what is not there": (
        RELEASE + WITHDRAWN.replace("young_perpetrators", "S99"), "has no “S99” in “figures”",
    ),
    "withdraws from no section": (RELEASE + WITHDRAWN.replace("figures", "numbers"), "in “numbers”"),
    "withdraws for no reason": (RELEASE + WITHDRAWN.replace("It was counted in another way.", ""), "“why” cannot be"),
    "withdraws a sign that is needed": (
        RELEASE + WITHDRAWN.replace("figures", "signs").replace("young_perpetrators", "S02"), "11 signs in the digest",
    ),
    "says nothing new": (RELEASE + SIGN.replace("label: Injuries", "label: Physical injuries").replace(
        "help: Injuries of any kind.",
        "help: Injuries, above all those that are not explained or where the explanation does not fit.",
    ), "what the release before says"),
    "no source": (RELEASE + ADDED.replace("    source: Somewhere\n", ""), "“source” is missing"),
    "blank source": (RELEASE + ADDED.replace("Somewhere", "' '"), "“source” cannot be"),
    "from memory": (RELEASE + ADDED.replace("confidence: B", "confidence: M"), "from memory"),
    "not found": (RELEASE + ADDED.replace("confidence: B", "confidence: G"), "not found"),
    "mark of memory": (RELEASE + ADDED.replace("help: ", "help: \"[M] \" # "), "mark of what is remembered"),
    "blaming label": (RELEASE + ADDED.replace("A finding\n", "A chaotic child\n", 1), "blames or brands"),
    "id of another section": (RELEASE + ADDED.replace("id: found", "id: S02"), "used twice"),
    "id twice": (RELEASE + ADDED + ADDED.removeprefix("conclusions:\n"), "used twice"),
    "unknown section": (RELEASE + ADDED.replace("conclusions", "finding"), "Unknown section"),
    "no list": (RELEASE + "signs: none\n", "is not a list"),
    "withdrawn from nothing": (RELEASE.replace('  extends: "2013.1"\n', "") + WITHDRAWN, "withdrawn from nothing"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_release_is_refused_with_line_and_remedy(name: str, later: Callable[..., Path]) -> None:
    text, what = BAD[name]
    found = faults(later(release=text))
    fault = next((fault for fault in found if what in fault.what), None)
    assert fault is not None, [str(fault) for fault in found]
    assert fault.line > 0
    assert fault.remedy


def test_what_is_withdrawn_and_there_is_refused(later: Callable[..., Path]) -> None:
    twice = SIGN + WITHDRAWN.replace("figures", "signs").replace("young_perpetrators", "S02")
    assert any("withdrawn, and there" in fault.what for fault in faults(later(twice)))


def test_a_release_cannot_extend_a_newer_one(later: Callable[..., Path], tmp_path: Path) -> None:
    folder = later().rename(tmp_path / "2012.1")
    assert any("is not older" in fault.what for fault in faults(folder))


def test_one_fault_is_told_once_and_none_of_the_older_release(spoil_newer: Spoil) -> None:
    (fault,) = faults(spoil_newer("laws.yaml", "read_on: 2026-11-26", "read_on: 2026-13-26"))
    assert (fault.file, fault.entry) == ("laws.yaml", "working_together_2026")


def test_a_law_is_not_said_to_be_in_force_before_anybody_saw_it(spoil_newer: Spoil) -> None:
    (fault,) = faults(spoil_newer("laws.yaml", "in_force_from: 2026-09-01", "in_force_from: 2027-09-01"))
    assert "nobody has seen yet" in fault.what
    assert fault.entry == "schools_2026"


def test_where_the_older_release_cannot_be_used_only_that_is_told(
    newer: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoil: Spoil
) -> None:
    spoil("signs.yaml", "confidence: A", "confidence: M")
    monkeypatch.setattr("heard.knowledge.check.PACKS", tmp_path)
    monkeypatch.setattr("heard.knowledge.extending.PACKS", tmp_path)
    (fault,) = faults(newer)
    assert "2013.1 is not fit to use" in fault.what


def test_of_a_long_chain_each_file_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each release more doubles what every start of Heard takes."""
    seen: list[Path] = []

    def read(path: Path, *given: object, **named: object) -> object:
        seen.append(path)
        return read_yaml(path, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("heard.knowledge.check.read_yaml", read)
    assert check_pack(load.PACKS / load.release_ids()[-1]).release is not None
    assert len(seen) == len(set(seen)) > len(load.release_ids())
