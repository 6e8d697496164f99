"""A bad pack is refused with file, line, entry and remedy, and says all that is wrong at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heard.knowledge import load
from heard.knowledge.check import check_pack

type Spoil = Callable[[str, str, str], Path]


def test_the_release_as_it_stands_has_no_faults(pack: Path) -> None:
    assert check_pack(pack).faults == ()


BAD = {
    "missing field": ("signs.yaml", "    label: Physical injuries\n", "", "S02", "“label” is missing"),
    "no source": (
        "not_enumerated.yaml", "    source: Interim report of November 2012, not read by us\n", "", "counted_indicators",
        "“source” is missing",
    ),
    "blank source": (
        "clocks.yaml", "source: NYAS and other secondary accounts of Working Together", "source: ' '", "core_group",
        "“source” cannot be",
    ),
    "no confidence": ("rules.yaml", "    confidence: B\n", "", "three_signs", "“confidence” is missing"),
    "a clock without a source": (
        "clocks.yaml", "    source: NYAS and other secondary accounts of Working Together\n", "", "core_group",
        "“source” is missing",
    ),
    "mark of memory in a text": (
        "signs.yaml", "help: Injuries, above", "help: Often seen [M]. Injuries, above", "S02", "mark of what is remembered",
    ),
    "mark of a gap in a source": (
        "clocks.yaml", "source: NYAS and other", "source: NYAS [G] and other", "core_group", "mark of what is remembered",
    ),
    "empty field": ("signs.yaml", "label: Physical injuries", "label:", "S02", "“label” cannot be"),
    "unknown field": ("signs.yaml", "in_digest: true", "in_digest: true\n    score: 5", "S01", "Unknown field “score”"),
    "unknown section": ("rules.yaml", "figures:", "figure:", "", "Unknown section “figure”"),
    "section twice": ("rules.yaml", "figures:", "signs:", "", "Section “signs” is in"),
    "section no list": ("not_enumerated.yaml", "not_enumerated:\n", "not_enumerated: 9\nx:\n", "", "is not a list"),
    "duplicate id": ("signs.yaml", "id: S02", "id: S01", "S01", "used twice"),
    "id over sections": ("clocks.yaml", "id: core_group", "id: S01", "S01", "used twice"),
    "odd id": ("clocks.yaml", "id: core_group", "id: core group", "core group", "id cannot be used"),
    "id of another list": ("signs.yaml", "id: S02", "id: X02", "X02", "does not fit its list"),
    "unknown heading": ("patterns.yaml", "heading: group", "heading: crowd", "G1", "“heading” cannot be “crowd”"),
    "other heading": ("patterns.yaml", "heading: group", "heading: gang", "G1", "does not fit its heading"),
    "from memory": ("clocks.yaml", "confidence: A", "confidence: M", "concern_decision", "from memory"),
    "not found": ("clocks.yaml", "confidence: A", "confidence: G", "concern_decision", "not found"),
    "no such confidence": ("clocks.yaml", "confidence: A", "confidence: C", "concern_decision", "cannot be “C”"),
    "not yes or no": ("signs.yaml", "in_digest: true", "in_digest: maybe", "S01", "cannot be “maybe”"),
    "not a number": ("clocks.yaml", "amount: 45", "amount: many", "assessment", "cannot be “many”"),
    "unknown unit": ("clocks.yaml", "unit: months", "unit: moons", "review_conference_first", "cannot be “moons”"),
    "no time": ("clocks.yaml", "amount: 45", "amount: 0", "assessment", "allows no time"),
    "no such day": ("clocks.yaml", "2022-12-13", "2022-12-32", "nrm_recovery", "cannot be “2022-12-32”"),
    "ends first": (
        "clocks.yaml", "2022-12-13\n    effective_to: null", "2022-12-13\n    effective_to: 2022-12-12", "nrm_recovery",
        "before effective_from",
    ),
    "unknown item": ("carriers.yaml", "item: V01", "item: V99", "V99", "no item “V99”"),
    "weak one counts": ("carriers.yaml", "weak\n    counts: false", "weak\n    counts: true", "V04", "weak carrier"),
    "codes and threshold": ("carriers.yaml", "at_least: 1\n", "at_least: 1\n    codes: [A]\n", "V02", "Both codes"),
    "carried twice": ("carriers.yaml", "codes: [1B, 1C,", "codes: [1B, 1B,", "V01", "carries V01 twice"),
    "years": ("carriers.yaml", "year_to: 2025", "year_to: 2025\n    year_from: 2026", "V12", "year_to is before"),
    "said not to be carried": ("carriers.yaml", "- item: V03", "- item: V01", "V01", "has a carrier as well"),
    "nothing said": ("carriers.yaml", "- item: V03", "- item: V05", "V03", "Nothing says which field"),
    "rule of nothing": ("rules.yaml", "at_least: 3", "at_least: 0", "three_signs", "counts nothing"),
    "rule of too much": ("rules.yaml", "at_least: 3", "at_least: 30", "three_signs", "more than its list"),
    "blaming label": ("signs.yaml", "label: Drawn into bringing", "label: Recruiting", "S11", "blames or brands"),
    "key twice": ("signs.yaml", "    label: Physical", "    id: S99\n    label: Physical", "", "“id” is there twice"),
    "other name": ("release.yaml", 'id: "2013.1"', 'id: "2013.2"', "release", "calls itself"),
    "no title": ("release.yaml", "title:", "titel:", "release", "“title” is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_pack_is_refused_with_file_line_entry_and_remedy(name: str, spoil: Spoil) -> None:
    file, old, new, entry, what = BAD[name]
    checked = check_pack(spoil(file, old, new))
    assert checked.release is None
    fault = next((f for f in checked.faults if what in f.what), None)
    assert fault is not None, f"only: {[str(f) for f in checked.faults]}"
    assert entry in fault.entry
    assert fault.file.endswith(".yaml")
    assert fault.line > 0
    assert fault.remedy


def test_a_fault_names_the_line_to_look_at(spoil: Spoil) -> None:
    pack = spoil("signs.yaml", "confidence: A", "confidence: M")
    line = next(
        number
        for number, text in enumerate((pack / "signs.yaml").read_text(encoding="utf-8").splitlines(), 1)
        if "confidence: M" in text
    )
    (fault,) = check_pack(pack).faults
    assert (fault.file, fault.line, fault.entry) == ("signs.yaml", line, "S01")
    assert str(fault).startswith(f"signs.yaml, line {line}, S01: Confidence M")


def test_all_faults_are_told_at_once(spoil: Spoil) -> None:
    spoil("signs.yaml", "    label: Physical injuries\n", "")
    spoil("clocks.yaml", "unit: months", "unit: moons")
    pack = spoil("carriers.yaml", "item: V01", "item: V99")
    files = {fault.file for fault in check_pack(pack).faults}
    assert files == {"signs.yaml", "clocks.yaml", "carriers.yaml"}


def test_a_file_that_cannot_be_read_hides_no_fault_of_another(spoil: Spoil) -> None:
    spoil("signs.yaml", "help: The child", "help: The: child")
    faults = check_pack(spoil("clocks.yaml", "unit: months", "unit: moons")).faults
    assert [fault.file for fault in faults] == ["clocks.yaml", "signs.yaml"]


def test_one_fault_is_not_told_again_by_all_that_points_at_it(spoil: Spoil) -> None:
    assert len(check_pack(spoil("signs.yaml", "label: Physical injuries", "label: ''")).faults) == 1


@pytest.mark.parametrize(
    ("file", "section", "count"),
    [
        ("patterns.yaml", "  - id: N6", 13),
        ("vulnerabilities.yaml", "  - id: V15", 15),
        ("signs.yaml", "  - id: S12", 12),
    ],
)
def test_a_list_that_is_not_as_long_as_the_digest_is_refused(
    pack: Path, file: str, section: str, count: int
) -> None:
    path = pack / file
    text = path.read_text(encoding="utf-8")
    start = text.index(section)
    end = text.find("  - id:", start + 5)
    path.write_text(text[:start] + (text[end:] if end > 0 else ""), encoding="utf-8")
    assert any(f"not {count}." in fault.what for fault in check_pack(pack).faults)


@pytest.mark.parametrize(
    ("content", "what", "line"),
    [
        (b"signs:\n  - id: [\n", "not YAML", 3),
        (b"signs:\n  - id: S01\n    help: a: b\n", "not YAML", 3),
        (b"signs: \xff\n", "not UTF-8", 1),
        (b"", "empty", 0),
        (b"# nothing\n", "empty", 0),
        (b"- S01\n", "not sections", 1),
        (b"signs: \x01\n", "does not allow", 0),
        (b"signs: &a [*a]\n", "alias", 1),
        (b"? [a]\n: b\n", "not a word", 1),
        (b"a: " + b"[" * 20_000 + b"\n", "", 0),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    pack: Path, content: bytes, what: str, line: int
) -> None:
    (pack / "signs.yaml").write_bytes(content)
    fault = next(f for f in check_pack(pack).faults if what in f.what)
    assert fault.file == "signs.yaml"
    assert not line or fault.line == line


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    (fault,) = check_pack(tmp_path / "nowhere").faults
    assert "No pack here" in fault.what


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_no_bytes_in_a_file_give_a_traceback(pack: Path, content: bytes) -> None:
    (pack / "signs.yaml").write_bytes(content)
    assert check_pack(pack).faults


_LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["S01", "M", "2022-02-30"])
)
_NAMES = st.sampled_from(
    ["id", "official", "label", "help", "source", "confidence", "in_digest", "item", "heading"]
)
_TREES = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=9)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(section=st.sampled_from(["signs", "patterns", "clocks", "carriers", "release"]), tree=_TREES)
def test_no_shape_of_a_section_gives_a_traceback(pack: Path, section: str, tree: object) -> None:
    (pack / f"{section}.yaml").write_text(
        yaml.safe_dump({section: tree}, allow_unicode=True), encoding="utf-8"
    )
    assert check_pack(pack).faults


def test_a_refused_pack_is_never_loaded(spoil: Spoil) -> None:
    pack = spoil("clocks.yaml", "unit: months", "unit: moons")
    with pytest.raises(load.PackRefused, match=r"clocks\.yaml, line .* Write one of: working_days"):
        load.read_pack(pack)
