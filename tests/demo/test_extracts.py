"""The fictional extracts have the shape of real ones, belong to nobody, and are what their truth says."""

import csv
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest
import yaml
from lxml import etree

from heard.demo import identifiers
from heard.demo.extracts import write_extracts
from heard.demo.faults import NAMED
from heard.demo.names import are_forms
from heard.demo.people import households
from heard.demo.spelling import write_down

SCHEMA = Path(__file__).parents[3] / "shared/data/cin_census/xsd/CIN_schema_2026.xsd"
ENCODINGS = {"school_attendance": "utf-8-sig", "accident_emergency": "latin-1"}


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("extracts")
    write_extracts(out, children=2000, seed=1)
    return out


def rows(extracts: Path, name: str) -> list[dict[str, str]]:
    encoding = ENCODINGS.get(name, "utf-8")
    with extracts.joinpath(f"{name}.csv").open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def every_agency_row(extracts: Path) -> list[dict[str, str]]:
    named = ("school_attendance", "police_missing", "accident_emergency", "sexual_health", "youth_justice")
    return [row for name in named for row in rows(extracts, name)]


@pytest.mark.samples
@pytest.mark.skipif(not SCHEMA.exists(), reason="the Department's schemas are not beside the project")
def test_the_census_departs_from_the_schema_only_where_a_fault_was_made_on_purpose(extracts: Path) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert not schema.validate(etree.parse(extracts / "cin_census_2026.xml"))
    departures = {re.search(r"Element '(\w+)'", error.message)[1] for error in schema.error_log}
    assert departures <= {"PersonBirthDate", "Sex", "UPN", "AssessmentFactors"}
    readme = (extracts / "README.md").read_text()
    listed = sum(int(n) for n in re.findall(r"^- cin_census_2026, .*\((\d+) times\)", readme, re.MULTILINE))
    assert len(schema.error_log) == listed > 0


def test_every_named_fault_is_in_the_readme(extracts: Path) -> None:
    readme = (extracts / "README.md").read_text()
    assert all(f"{source}, {name}:" in readme for source, names in NAMED.items() for name in names)
    assert "made up" in readme


def test_the_columns_are_those_that_the_mapping_reads(extracts: Path) -> None:
    mapping = Path(identifiers.__file__).parents[1] / "engine/intake/mappings/partnership.yaml"
    for name, source in yaml.safe_load(mapping.read_text())["sources"].items():
        written = set(rows(extracts, name)[0])
        read = {
            *source["record"].values(),
            source["dated_by"],
            *([source["until"]] if "until" in source else []),
        }
        read |= {item["column"] for item in source["items"].values() if "column" in item}
        assert read <= written, name


@pytest.mark.parametrize("serial", [0, 1, 17, 999_999])
def test_a_upn_has_its_check_letter(serial: int) -> None:
    upn = identifiers.upn(serial, 2015)
    assert re.fullmatch(r"[A-HJ-NP-RT-Z]997\d{9}", upn)
    assert identifiers.upn_check_letter(upn[1:]) == upn[0]
    assert identifiers.upn_check_letter("801200005001") == "B"
    wrong = identifiers.mistyped(upn, 9)
    assert identifiers.upn_check_letter(wrong[1:]) != wrong[0]


def test_nhs_numbers_hold_their_check_digit_and_are_never_issued_ones() -> None:
    from stdnum.gb import nhs

    numbers = [number for serial in range(0, 1_000_000, 997) if (number := identifiers.nhs_number(serial))]
    assert all(nhs.is_valid(number) and number.startswith("999") for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert not any(nhs.is_valid(identifiers.mistyped(number, 6)) for number in numbers)


def test_postcodes_have_the_shape_of_one_and_lie_in_no_real_area(extracts: Path) -> None:
    shape = re.compile(r"[WY]X\d{1,2} \d[ABD-HJLNP-UW-Z]{2}")
    found = {row["postcode"] for row in every_agency_row(extracts) if row.get("postcode")}
    assert all(shape.fullmatch(postcode) for postcode in found - {"UNKNOWN"})
    assert len({identifiers.postcode(n) for n in range(identifiers.POSTCODES)}) == identifiers.POSTCODES


def test_some_identifiers_are_wrong_and_some_missing(extracts: Path) -> None:
    upns = {row["pupil_upn"] for row in rows(extracts, "school_attendance")}
    wrong = {upn for upn in upns if upn and identifiers.upn_check_letter(upn[1:]) != upn[0]}
    assert "" in upns
    assert 0.01 < len(wrong) / len(upns) < 0.05
    assert "" in {row["nhs_number"] for row in rows(extracts, "accident_emergency")}
    assert "UPNunknown" in (extracts / "cin_census_2026.xml").read_text()


def test_names_come_with_accents_and_one_file_is_in_latin_1(extracts: Path) -> None:
    school = " ".join(row["surname"] + row["forename"] for row in rows(extracts, "school_attendance"))
    assert re.search("[łśężąńćșăţİöüáíéóú]", school)
    text = extracts.joinpath("accident_emergency.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    police = [row["surname"] for row in rows(extracts, "police_missing")]
    assert all(name.isascii() and name == name.upper() for name in police)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("again", 5), ("other", 6)):
        write_extracts(tmp_path / name, children=300, seed=seed)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "again")
    assert bytes_of(tmp_path / "one") != bytes_of(tmp_path / "other")


def test_a_larger_partnership_begins_with_the_smaller_one(tmp_path: Path) -> None:
    write_extracts(tmp_path / "small", children=300, seed=2)
    write_extracts(tmp_path / "large", children=600, seed=2)
    small, large = (rows(tmp_path / size, "school_attendance") for size in ("small", "large"))
    assert small[:-10] == large[: len(small) - 10]


def test_memory_does_not_grow_with_the_number_of_children(tmp_path: Path) -> None:
    peaks = [_peak_megabytes(tmp_path / str(children), children) for children in (2_000, 20_000)]
    assert peaks[1] < peaks[0] + 25


def _peak_megabytes(out: Path, children: int) -> float:
    code = (
        "import resource, sys; from pathlib import Path; from heard.demo.extracts import write_extracts; "
        "write_extracts(Path(sys.argv[1]), children=int(sys.argv[2]), seed=1); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    command = [sys.executable, "-c", code, str(out), str(children)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_siblings_twins_and_grown_up_namesakes_are_among_them(extracts: Path) -> None:
    children = pq.read_table(extracts / "truth_children.parquet").to_pylist()
    households = [child["household"] for child in children]
    assert len(set(households)) < 0.7 * len(households)
    assert any(child["twin"] for child in children)
    assert any(child["child"].startswith("A") for child in children)


def test_about_three_in_a_hundred_are_planted(extracts: Path) -> None:
    children = pq.read_table(extracts / "truth_children.parquet").to_pylist()
    assert 40 <= sum(child["planted"] for child in children) <= 80


def test_nothing_is_dated_after_the_extracts_were_made(extracts: Path) -> None:
    days = [row["seen_on"] for row in rows(extracts, "sexual_health")]
    days += [row["week_commencing"] for row in rows(extracts, "school_attendance")]
    assert max(days) <= date(2026, 3, 31).isoformat()


def test_no_brothers_or_sisters_have_one_name_in_two_forms() -> None:
    homes = [household.children for household in households(20_000, seed=3)]
    assert not any(are_forms(a.given, b.given) for home in homes for a, b in combinations(home, 2))
    assert are_forms("Sean", "Seán")
    assert are_forms("Harry", "Harrison")


@pytest.mark.parametrize("moved", [None, "WX1 1AA"])
def test_a_planted_child_s_records_agree_on_the_address_or_on_birth_date_and_names(moved: str | None) -> None:
    child = next(c for home in households(200, seed=1) for c in home.children if c.number % 10 == 7)
    child = replace(child, old_postcode=moved, twin=False)
    written = [write_down(Random(n), child, complete=False, careful=True) for n in range(3_000)]
    births, postcodes = {w.birth for w in written}, {w.postcode for w in written}
    assert None not in births
    if moved:
        assert births == {child.birth}
        assert {w.family for w in written} == {child.family}
        assert {child.postcode, moved, ""} == postcodes
    else:
        assert len(births) > 2
        assert "" not in postcodes
        assert all(sum(a != b for a, b in zip(p, child.postcode, strict=True)) <= 1 for p in postcodes)


def test_children_beyond_a_million_have_numbers_of_their_own() -> None:
    from stdnum.gb import nhs

    serials = [n + 1_000_000 * million for n in range(0, 1_000_000, 99_991) for million in range(10)]
    numbers = [number for serial in serials if (number := identifiers.nhs_number(serial))]
    assert len(set(numbers)) == len(numbers)
    assert all(nhs.is_valid(number) and number.startswith("99") for number in numbers)
    assert len({identifiers.upn(serial, 2015) for serial in serials}) == len(serials)
    homes = range(0, identifiers.MOST // 8, 977)
    assert len({identifiers.postcode(home) for home in homes}) == len(homes)
