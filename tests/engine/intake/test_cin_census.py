"""The CIN census: factors dated by their assessment, every departure said, nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.engine.intake.conftest import Read, read_paths

HEAD = "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>" \
       "<ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header><Children>"  # fmt: skip


def child(
    number: str = "C1",
    *,
    factors: tuple[str, ...] = ("10A",),
    dates: str | None = None,
    more: str = "",
    sex: str = "",
) -> str:
    inner = "".join(f"<AssessmentFactors>{code}</AssessmentFactors>" for code in factors)
    dates = dates if dates is not None else (
        "<AssessmentActualStartDate>2022-01-04</AssessmentActualStartDate>"
        "<AssessmentAuthorisationDate>2022-02-01</AssessmentAuthorisationDate>"
    )  # fmt: skip
    found = f"<FactorsIdentifiedAtAssessment>{inner}</FactorsIdentifiedAtAssessment>" if factors else ""
    return (
        f"<Child><ChildIdentifiers><LAchildID>{number}</LAchildID><PersonBirthDate>2009-05-06</PersonBirthDate>"
        f"{sex or '<GenderCurrent>2</GenderCurrent>'}</ChildIdentifiers>"
        "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
        "<CINdetails><CINreferralDate>2022-01-03</CINreferralDate><ReferralSource>1A</ReferralSource>"
        f"<PrimaryNeedCode>N6</PrimaryNeedCode><Assessments>{dates}{found}</Assessments>{more}<ReferralNFA>0</ReferralNFA></CINdetails></Child>"
    )


def census(*children: str, year: int = 2022) -> str:
    return HEAD.format(year=year) + "".join(children) + "</Children></Message>"


def test_a_census_in_order_has_no_issues(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child())})
    assert done.counts == (1, 1, 0)
    assert done.codes() == []
    assert done.seen() == {("C1", "S01", date(2022, 2, 1))}
    record = done.table("records")[0]
    assert (record["birth_date"], record["sex"], record["local_id"]) == (date(2009, 5, 6), "F", "C1")


def test_factors_are_dated_by_authorisation_else_start_else_referral(read: Callable[..., Read]) -> None:
    start = "<AssessmentActualStartDate>2022-01-04</AssessmentActualStartDate>"
    done = read({"census.xml": census(child("A"), child("B", dates=start), child("C", dates=""))})
    assert done.seen() == {
        ("A", "S01", date(2022, 2, 1)), ("B", "S01", date(2022, 1, 4)), ("C", "S01", date(2022, 1, 3))
    }  # fmt: skip


def test_a_child_without_factors_is_not_known_rather_than_well(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child("A", factors=()), child("B", factors=("21",)))})
    assert {item for who, item in done.not_known() if who == "A"} >= {"S01", "S03", "S12", "S13", "V15"}
    assert not [item for who, item in done.not_known() if who == "B"]


def test_a_code_of_another_year_is_flagged_and_used(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child(factors=("18A",)))})
    assert done.issue("code_other_year")["field"] == "AssessmentFactors"
    assert ("C1", "V02", date(2022, 2, 1)) in done.seen()


def test_the_year_decides_what_can_be_collected(read: Callable[..., Read]) -> None:
    assert read({"census.xml": census(child(), year=2017)}).coverage()["S08"] == "not_collectable"


def test_later_years_can_collect_more(read: Callable[..., Read]) -> None:
    coverage = read({"census.xml": census(child(), year=2022)}).coverage()
    assert (coverage["S08"], coverage["S01"], coverage["S06"]) == (
        "collected",
        "collected",
        "not_collectable",
    )


def test_departures_are_each_said_once(read: Callable[..., Read]) -> None:
    more = "stray<Unheard>of</Unheard><Section47><S47ActualStartDate>2022-02-30</S47ActualStartDate><ICPCnotRequired>true</ICPCnotRequired></Section47>"
    done = read({"census.xml": census(child(more=more, sex="<Sex>F</Sex>"))})
    assert sorted(done.codes()) == sorted(
        ["stray_text", "element_unknown", "date_impossible", "yes_no_spelling", "element_other_year"]
    )
    assert done.counts == (1, 1, 0)


def test_broken_xml_keeps_the_children_before_the_break(read: Callable[..., Read]) -> None:
    whole = census(child("A"), child("B"), child("C"))
    done = read({"census.xml": whole[: whole.index("N6", whole.index(">C<"))]})
    assert done.counts == (3, 3, 0)
    assert {"xml_broken", "cut_off"} <= set(done.codes())
    assert {("A", "S01", date(2022, 2, 1)), ("B", "S01", date(2022, 2, 1))} <= done.seen()


def test_a_wrong_end_tag_loses_no_child(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child("A"), child("B").replace("</LAchildID>", "</Oops>"), child("C"))})
    assert done.summary.read == 3
    assert "xml_broken" in done.codes()


def test_a_child_with_nothing_to_tell_who_is_set_aside(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child(), "<Child><ChildIdentifiers/></Child>")})
    assert done.counts == (2, 1, 1)
    assert done.codes("set_aside") == ["id_missing"]


def test_a_repeated_id_adds_evidence_to_one_record(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child(), child(factors=("4A",)))})
    assert len(done.table("records")) == 1
    assert {item for _, item, _ in done.seen()} == {"S01", "S12"}
    assert done.codes() == ["id_repeated"]


def test_entities_are_never_followed(read: Callable[..., Read], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("10A")
    kind = f'<!DOCTYPE Message [<!ENTITY out SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    done = read({"census.xml": kind + census(child(factors=("&out;",)))})
    assert done.seen() == set()
    assert "xml_entities" in done.codes()


def test_namespaces_and_windows_letters_are_borne(read: Callable[..., Read]) -> None:
    text = census(child("Zoé")).replace("<Message>", "<Message xmlns='urn:other'>")
    done = read({"census.xml": text.encode("cp1252")})
    assert done.table("records")[0]["record_id"] == "Zoé"
    assert done.codes() == ["encoding"]


def test_xml_of_another_kind_is_left_out_with_a_reason(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child()), "other.xml": "<EXPSSDA903><CHILD/></EXPSSDA903>"})
    assert done.codes() == ["left_out"]


@pytest.mark.samples
def test_every_sample_is_read_whole(samples: Path, tmp_path: Path) -> None:
    done = read_paths(tmp_path, samples / "cin_census")
    read = {source.source: source.read for source in done.summary.sources if source.kind == "cin_census"}
    assert read["fake_CIN_data"] == 332
    assert len(read) == 6
    assert done.summary.set_aside == 0
