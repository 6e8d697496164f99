"""The CIN census: factors dated by their assessment, every departure said, nothing dropped in silence."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.intake.conftest import Read, read_paths

from heard.engine.tables import ROW_KEY

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


def _plan(began: str, ended: str = "") -> str:
    end = f"<CPPendDate>{ended}</CPPendDate>" if ended else ""
    return (
        f"<ChildProtectionPlans><CPPstartDate>{began}</CPPstartDate>{end}<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
        "<LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse><NumberOfPreviousCPP>0</NumberOfPreviousCPP></ChildProtectionPlans>"
    )


@pytest.mark.parametrize(
    ("plans", "codes"),
    [
        ([_plan("2021-05-01", "2021-09-01"), _plan("2021-09-01")], []),
        ([_plan("2021-05-01", "2021-09-01"), _plan("2021-08-31")], ["plans_overlap"]),
        ([_plan("2021-05-01"), _plan("2021-08-31", "2021-10-01")], ["plans_overlap"]),
        ([_plan("2021-05-01", "2021-09-01")] * 2, ["plan_twice"]),
        ([_plan("2021-05-01")] * 3, ["plan_twice", "plan_twice"]),
    ],
)
def test_a_plan_that_is_there_twice_or_runs_beside_another_is_named(
    read: Callable[..., Read], plans: list[str], codes: list[str]
) -> None:
    for order in (plans, plans[::-1]):
        done = read({"census.xml": census(child(more="".join(order)))})
        assert done.codes() == codes
        assert done.counts == (1, 1, 0)


def test_plans_of_two_kinds_may_run_side_by_side(read: Callable[..., Read]) -> None:
    in_need = "<CINPlanDates><CINPlanStartDate>2021-04-01</CINPlanStartDate></CINPlanDates>"
    assert read({"census.xml": census(child(more=in_need + _plan("2021-05-01")))}).codes() == []
    assert read({"census.xml": census(child(more=in_need * 2))}).codes() == ["plan_twice"]


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
        "beside",
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


def test_a_file_that_is_cut_between_two_children_is_not_read_whole(read: Callable[..., Read]) -> None:
    whole = census(child("A"), child("B"))
    done = read({"census.xml": whole[: whole.index("<Child>", whole.index(">A<"))]})
    assert done.counts == (1, 1, 0)
    assert done.codes("set_aside") == ["xml_broken"]


BOMB = "<!DOCTYPE Message [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    ("start", "in_second"),
    [(BOMB, "&j;"), ("", "9" * 11_000_000), ("", "<a>" * 2_000), ("", None)],
    ids=["entities", "one text node", "depth", "a second document"],
)
def test_children_behind_a_break_that_cannot_be_passed_are_set_aside(
    read: Callable[..., Read], start: str, in_second: str | None
) -> None:
    if in_second is None:
        done = read({"census.xml": census(child("A")) + census(child("B"), child("C"))})
    else:
        done = read({"census.xml": start + census(child("A"), child(in_second), child("C"))})
    assert done.counts == (3, 1, 2)
    assert done.codes("set_aside").count("xml_lost") == 2
    assert {row["row"] for row in done.table("issues") if row["code"] == "xml_lost"} == {2, 3}


@pytest.mark.parametrize("declared", ["UTF-16", "UTF-16LE", "klingon", "US-ASCII", "hex", "UTF-8"])
@pytest.mark.parametrize("written", ["utf-8", "cp1252", "utf-16-le", "utf-16"])
def test_the_bytes_decide_when_the_declaration_is_wrong(
    read: Callable[..., Read], declared: str, written: str
) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + census(child("Zoé"), child("B"))
    done = read({"census.xml": text.encode(written)})
    assert done.counts == (2, 2, 0)
    assert [r["record_id"] for r in done.table("records")] == ["Zoé", "B"]
    assert done.codes("set_aside") == []


def test_a_child_without_an_id_is_not_keyed(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child(), child(" "))})
    assert [r["record_id"].startswith(ROW_KEY) for r in done.table("records")] == [False, True]


def test_a_child_without_an_id_has_one_key_wherever_it_stands(read: Callable[..., Read]) -> None:
    other = child(" ").replace("2009", "2010")
    first = read({"census.xml": census(child(" "))}).table("records")[0]
    moved = read({"census.xml": census(other, child(" "))}).table("records")
    assert [r["record_id"] for r in moved if r["birth_date"] == first["birth_date"]] == [first["record_id"]]
    assert len({r["record_id"] for r in moved}) == 2


def of_council(code: str, *children: str) -> str:
    source = f"<Source><SourceLevel>L</SourceLevel><LEA>{code}</LEA></Source></Header>"
    return census(*children).replace("</Header>", source)


def test_two_councils_are_two_agencies_whose_numbers_do_not_clash(read: Callable[..., Read]) -> None:
    done = read({"a.xml": of_council("201", child()), "b.xml": of_council("302", child())})
    agencies = [(r["agency"], r["local_id"]) for r in done.table("records")]
    assert agencies == [("social care (council 201)", "C1"), ("social care (council 302)", "C1")]


def test_one_council_is_social_care_with_its_looked_after_return(read: Callable[..., Read]) -> None:
    files = {
        "a.xml": of_council("201", child()),
        "b.xml": of_council("201", child()),
        "c.xml": census(child()),
    }
    assert {r["agency"] for r in read(files).table("records")} == {"social care"}


def test_a_council_is_only_a_short_code(read: Callable[..., Read]) -> None:
    done = read({"a.xml": of_council("Ada Bell", child()), "b.xml": of_council("302", child())})
    assert {r["agency"] for r in done.table("records")} == {"social care"}


def test_a_reference_date_to_come_is_no_day_that_the_source_speaks_of(read: Callable[..., Read]) -> None:
    done = read({"census.xml": census(child(), year=2030)})
    assert done.table("sources")[0]["last_date"] == date(2022, 2, 1)


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
    done = read({"census.xml": census(child()), "other.xml": "<Timetable><CHILD/></Timetable>"})
    assert done.codes("set_aside") == ["left_out"]


@pytest.mark.samples
def test_every_sample_is_read_whole(samples: Path, tmp_path: Path) -> None:
    done = read_paths(tmp_path, samples / "cin_census")
    read = {source.source: source.read for source in done.summary.sources if source.kind == "cin_census"}
    assert read["fake_CIN_data"] == 332
    assert len(read) == 6
    assert done.summary.set_aside == 0


def test_a_child_inside_a_child_is_not_dated_by_the_one_around_it(read: Callable[..., Read]) -> None:
    inner = child("B", dates="").replace("<CINreferralDate>2022-01-03</CINreferralDate>", "")
    done = read({"census.xml": census(child("A", more=inner))})
    assert ("B", "S01") in done.not_known()
    assert not [seen for seen in done.seen() if seen[0] == "B"]


TEXTS = st.sampled_from(
    [
        "",
        " ",
        "1",
        "0",
        "true",
        "10A",
        "99Z",
        "2022-01-04",
        "2030-01-01",
        "N6",
        "WBRI",
        "many",
        "<Foo>x</Foo>",
    ]
)
NAMES = st.sampled_from(["Assessments", "AssessmentFactors", "FactorsIdentifiedAtAssessment", "AssessmentActualStartDate", "CINdetails",
                         "CINreferralDate", "ReferralNFA", "Ethnicity", "NumberOfPreviousCPP", "ChildProtectionPlans", "Foo", "Child"])  # fmt: skip
INNER = st.recursive(
    TEXTS,
    lambda inner: st.lists(
        st.tuples(NAMES, inner, st.sampled_from(["", "", "\n", "stray"])).map(
            "<{0[0]}>{0[1]}</{0[0]}>{0[2]}".format
        ),
        max_size=4,
    ).map("".join),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(INNER, min_size=2, max_size=4))
def test_a_child_tells_the_same_alone_as_among_others(bits: list[str]) -> None:
    children = [child(f"C{n}", more=more) for n, more in enumerate(bits)]
    with tempfile.TemporaryDirectory() as folder:
        alone = [told for n, text in enumerate(children) for told in _told(Path(folder) / str(n), text)]
        assert sorted(alone) == sorted(_told(Path(folder) / "all", *children))


def _told(folder: Path, *children: str) -> list[Any]:
    folder.mkdir()
    (path := folder / "census.xml").write_text(census(*children), encoding="utf-8")
    done = read_paths(folder / "out", path)
    issues = [("issue", row["field"], row["code"], row["what"]) for row in done.table("issues")]
    seen = [
        ("seen", r["record_id"], r["item"], r["field"], str(r["seen_on"])) for r in done.table("observations")
    ]
    return [*issues, *seen]


@pytest.mark.parametrize("year", [2017, 2020])
def test_who_referred_a_child_alone_does_not_make_a_sign_collected(
    read: Callable[..., Read], year: int
) -> None:
    assert read({"census.xml": census(child(), year=year)}).coverage()["S02"] != "collected"
