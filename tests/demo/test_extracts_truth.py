"""The truth file says of each child exactly what the written files show of it, read here without the engine."""

import csv
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from lxml import etree

from heard.demo.extracts import write_extracts
from heard.knowledge.load import release

Seen = tuple[str, str, date]  # agency, sign, day
BEGAN, AS_OF = date(2025, 3, 31), date(2026, 3, 31)


@pytest.fixture(scope="module", params=[1, 2])
def extracts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("extracts")
    write_extracts(out, children=2000, seed=request.param)
    return out


def day(text: str) -> date:
    for written_as in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d-%b-%Y"):
        try:
            return datetime.strptime(text, written_as).date()
        except ValueError:
            continue
    return date.min


def rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def counting(format_: str) -> dict[tuple[str, str], str]:
    """Field and code → sign, for what the knowledge release counts."""
    return {
        (carrier.field, code): carrier.item
        for carrier in release("2013.1").carriers
        if carrier.format == format_ and carrier.counts and carrier.item.startswith("S")
        for code in carrier.codes
    }


def seen_in(extracts: Path) -> dict[tuple[str, str], set[Seen]]:
    """Source and record id → what the files show."""
    seen: dict[tuple[str, str], set[Seen]] = defaultdict(set)
    _agencies(extracts, seen)
    _census(extracts, seen)
    _looked_after(extracts, seen)
    return seen


def _agencies(extracts: Path, seen: dict[tuple[str, str], set[Seen]]) -> None:
    for r in rows(extracts / "school_attendance.csv"):
        if int(r["sessions_unauthorised"]) >= 5:
            seen["school_attendance", r["pupil_upn"]].add(("school", "S06", day(r["week_commencing"])))
    for r in rows(extracts / "police_missing.csv"):
        seen["police_missing", r["nominal_id"]].add(("police", "S01", day(r["missing_from"])))
    groups = {"injury": "S02", "alcohol or drugs": "S03", "mental health": "S12", "self-harm": "S13"}
    for r in rows(extracts / "accident_emergency.csv", "latin-1"):
        if sign := groups.get(r["attendance_group"]):
            key = "accident_emergency", r["nhs_number"].replace(" ", "")
            seen[key].add(("hospital", sign, day(r["attended_on"])))
    for r in rows(extracts / "sexual_health.csv"):
        if r["repeat_attendance"] == "Y":
            seen["sexual_health", r["clinic_id"]].add(("sexual health clinic", "S05", day(r["seen_on"])))
    for r in rows(extracts / "youth_justice.csv"):
        seen["youth_justice", r["yjs_id"]].add(("youth justice", "S04", day(r["offence_date"])))


def _census(extracts: Path, seen: dict[tuple[str, str], set[Seen]]) -> None:
    signs = counting("cin_census")
    for child in etree.parse(extracts / "cin_census_2026.xml").iter("Child"):
        key = "cin_census_2026", child.findtext(".//LAchildID")
        for factor in child.iter("AssessmentFactors"):
            if sign := signs.get(("AssessmentFactors", factor.text)):
                seen[key].add(("social care", sign, day(child.findtext(".//AssessmentAuthorisationDate"))))


def _looked_after(extracts: Path, seen: dict[tuple[str, str], set[Seen]]) -> None:
    signs = counting("ssda903")
    for r in rows(extracts / "ssda903/missing.csv"):
        if sign := signs.get(("MISSING", r["MISSING"])):
            seen["ssda903", r["CHILD"]].add(("social care", sign, day(r["MIS_START"])))
    for r in rows(extracts / "ssda903/oc2.csv"):
        found = {sign for field, value in r.items() if (sign := signs.get((field, value)))}
        found |= {"S12"} if r["SDQ_SCORE"] and int(r["SDQ_SCORE"]) >= 17 else set()
        seen["ssda903", r["CHILD"]].update(("social care", sign, AS_OF) for sign in found)


def by_child(extracts: Path) -> dict[str, set[tuple[str, str]]]:
    """Child → agency and sign, in the window."""
    truth = pq.read_table(extracts / "truth.parquet").to_pylist()
    seen, children = seen_in(extracts), defaultdict(set)
    for record in truth:
        for agency, sign, on in seen.get((record["source"], record["record_id"]), ()):
            if BEGAN < on <= AS_OF:
                children[record["child"]].add((agency, sign))
    return children


def test_each_planted_child_has_in_the_files_the_signs_that_the_truth_names(extracts: Path) -> None:
    shown = by_child(extracts)
    planted = [c for c in pq.read_table(extracts / "truth_children.parquet").to_pylist() if c["planted"]]
    assert planted
    for child in planted:
        held = shown[child["child"]]
        assert {sign for _, sign in held} == set(child["signs"])
        assert {agency for agency, _ in held} == set(child["agencies"])


def test_scattered_children_are_the_planted_ones_and_no_others(extracts: Path) -> None:
    scattered = {child for child, held in by_child(extracts).items() if _is_scattered(held)}
    truth = pq.read_table(extracts / "truth_children.parquet").to_pylist()
    assert scattered == {child["child"] for child in truth if child["planted"]}


def _is_scattered(held: set[tuple[str, str]]) -> bool:
    of_agency: dict[str, set[str]] = defaultdict(set)
    for agency, sign in held:
        of_agency[agency].add(sign)
    return len({sign for _, sign in held}) >= 3 and all(len(signs) < 3 for signs in of_agency.values())


def test_some_children_come_near_and_some_are_seen_by_one_agency_alone(extracts: Path) -> None:
    stories = {c["story"] for c in pq.read_table(extracts / "truth_children.parquet").to_pylist()}
    assert {"two signs", "one too old", "one weak", "in one agency", "one sign", "no sign"} <= stories


def test_whoever_knows_a_planted_child_only_by_number_shares_the_number_with_one_who_knows_the_name(
    extracts: Path,
) -> None:
    planted = {
        c["child"] for c in pq.read_table(extracts / "truth_children.parquet").to_pylist() if c["planted"]
    }
    sources: dict[str, dict[str, str]] = defaultdict(dict)
    for record in pq.read_table(extracts / "truth.parquet").to_pylist():
        sources[record["child"]][record["source"]] = record["record_id"]
    upns = {r["pupil_upn"] for r in rows(extracts / "school_attendance.csv")}
    numbers = {r["nhs_number"].replace(" ", "") for r in rows(extracts / "accident_emergency.csv", "latin-1")}
    census = {c.findtext(".//LAchildID"): c.findtext(".//UPN") for c in
              etree.parse(extracts / "cin_census_2026.xml").iter("Child")}  # fmt: skip
    clinic = {r["clinic_id"]: r["nhs_number"] for r in rows(extracts / "sexual_health.csv")}
    signs_by_number = {child: held for child, held in by_child(extracts).items() if child in planted}
    for child, held in signs_by_number.items():
        agencies = {agency for agency, _ in held}
        if "social care" in agencies and "cin_census_2026" in sources[child]:
            assert census[sources[child]["cin_census_2026"]] in upns
        if "sexual health clinic" in agencies:
            assert clinic[sources[child]["sexual_health"]] in numbers
