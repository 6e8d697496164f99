"""From when to when each source can speak, and what is said where that is not so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.intake.conftest import Read
from tests.engine.intake.test_cin_census import census, child
from tests.engine.intake.test_mapped import HEAD, ROW
from tests.engine.intake.test_ssda903 import MISSING, OC2, RETURN

from heard.engine.intake.period import span_of, unbroken


def period(done: Read, item: str, source: str | None = None) -> tuple[date | None, date | None]:
    row = next(r for r in done.table("coverage") if r["item"] == item and source in (None, r["source"]))
    return row["first_day"], row["last_day"]


def rows(*days: str) -> str:
    return HEAD + "".join(ROW.replace("N1", f"N{n}").replace("2025-03-01", day) for n, day in enumerate(days))


MANY = [f"2025-0{1 + n % 4}-{1 + n:02}" for n in range(25)]


def test_a_file_speaks_for_the_months_of_its_own_dates(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": rows("2025-01-10", "2025-02-20").replace("2025-03-02", "")})
    assert period(done, "S01") == (date(2025, 1, 1), date(2025, 2, 28))
    assert (done.table("sources")[0]["first_date"], done.table("sources")[0]["last_date"]) == (
        date(2025, 1, 10), date(2025, 2, 20)
    )  # fmt: skip


def test_a_single_stray_date_moves_nothing_and_is_an_issue_of_its_row(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": rows(*MANY, "2026-02-11").replace("2025-03-02", "")})
    assert period(done, "S01")[1] == date(2025, 4, 30)
    issue = done.issue("date_stray")
    assert (issue["row"], issue["severity"]) == (26, "flag")
    assert len(done.seen()) == 26  # what it says is kept


def test_a_mapping_can_say_of_which_days_the_files_speak(read: Callable[..., Read]) -> None:
    mapping = """sources:
  police:
    agency: police
    files: "*.csv"
    record: {record_id: nominal_id}
    dated_by: missing_from
    covers: [2024-04-01, 2025-03-31]
    items: {S01: {every_row: true}}
"""
    done = read({"police.csv": HEAD + ROW}, mapping=mapping)
    assert period(done, "S01") == (date(2024, 4, 1), date(2025, 3, 31))


DATED = """sources:
  police:
    agency: police
    files: "*.csv"
    record: {record_id: nominal_id}
    dated_by: missing_from
    items: {S01: {every_row: true}}
"""


def stretches(done: Read) -> list[tuple[date | None, date | None]]:
    return [(row["first_day"], row["last_day"]) for row in done.table("coverage") if row["item"] == "S01"]


@pytest.mark.parametrize("in_one_file", [False, True])
def test_of_years_between_its_dates_a_source_says_nothing(
    read: Callable[..., Read], in_one_file: bool
) -> None:
    old, new = ["2018-03-01", "2018-04-02", "2018-05-03"], ["2025-01-10", "2025-02-20", "2025-03-05"]
    files = {"all.csv": rows(*old, *new)} if in_one_file else {"old.csv": rows(*old), "new.csv": rows(*new)}
    done = read({name: text.replace("2025-03-02", "") for name, text in files.items()}, mapping=DATED)
    assert stretches(done) == [(date(2018, 3, 1), date(2018, 5, 31)), (date(2025, 1, 1), date(2025, 3, 31))]


def test_a_source_without_a_day_says_of_no_time(read: Callable[..., Read]) -> None:
    done = read({"all.csv": rows("", "")}, mapping=DATED)
    assert stretches(done) == [(None, None)]
    assert done.issue("period_unknown")["severity"] == "file"


@given(st.lists(st.integers(0, 4_000), min_size=1, max_size=40))
def test_each_day_is_in_one_stretch_and_no_stretch_reaches_over_a_silent_year(ago: list[int]) -> None:
    days = sorted(date(2026, 3, 31) - timedelta(days=number) for number in ago)
    found = unbroken(days)
    assert all(sum(span.first <= day <= span.last for span in found) == 1 for day in days)
    for before, after in pairwise(days):
        within = any(span.first <= before and after <= span.last for span in found)
        assert within == ((after - before).days <= 366)


def test_a_census_speaks_for_the_year_up_to_its_reference_date(read: Callable[..., Read]) -> None:
    assert period(read({"census.xml": census(child())}), "S01") == (date(2021, 4, 1), date(2022, 3, 31))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<ReferenceDate>2022-03-31</ReferenceDate>", ""), "reference_missing"),
        (("<ReferenceDate>2022-03-31", "<ReferenceDate>2022-02-28"), "reference_odd"),
        (("<ReferenceDate>2022-03-31", "<ReferenceDate>2032-03-31"), "reference_in_future"),
        (("<ReferenceDate>2022-03-31", "<ReferenceDate>1970-03-31"), "period_far"),
        (("2022-01-03</CINreferralDate>", "1990-01-03</CINreferralDate>"), "date_far"),
        (
            ("</PersonBirthDate>", "</PersonBirthDate><PersonDeathDate>2021-06-01</PersonDeathDate>"),
            "after_death",
        ),
    ],
)
def test_what_is_wrong_with_the_days_of_a_census_is_said(
    read: Callable[..., Read], change: tuple[str, str], code: str
) -> None:
    done = read({"census.xml": census(child()).replace(*change)})
    assert code in done.codes()
    if code == "period_far":  # its own dates are believed, and the child stays in the window
        assert period(done, "S01") == (date(2022, 1, 1), date(2022, 2, 28))


def test_a_child_who_died_has_the_day_in_the_record(read: Callable[..., Read]) -> None:
    died = census(child()).replace(
        "</PersonBirthDate>", "</PersonBirthDate><PersonDeathDate>2022-03-01</PersonDeathDate>"
    )
    assert read({"census.xml": died}).table("records")[0]["died_on"] == date(2022, 3, 1)
    ended = RETURN | {"r/ep.csv": RETURN["r/ep.csv"].replace("PR0,01/07/2023,X1", "PR0,01/07/2023,E2")}
    assert read(ended).table("records")[-1]["died_on"] == date(2023, 7, 1)


def test_one_stray_date_does_not_move_the_year_of_a_return(read: Callable[..., Read]) -> None:
    more = "".join(f"1,06/05/2009,M,{day:02}/11/2023,{day:02}/11/2023\n" for day in range(1, 29))
    stray = "1,06/05/2009,M,11/02/2026,11/02/2026\n"
    done = read({**RETURN, "r/Missing 2024.csv": MISSING + more + stray})
    assert ("1", "S12", date(2024, 3, 31)) in done.seen()
    assert "date_stray" in done.codes()


def test_a_child_without_a_row_in_a_table_for_each_child_is_not_known(read: Callable[..., Read]) -> None:
    header = RETURN["r/header.csv"] + "2,2,06/05/2010,WBRI,,,\n"
    done = read({**RETURN, "r/header.csv": header})
    silent = {item for record, item in done.not_known() if record == "2"}
    assert {"S03", "S12", "S04"} <= silent
    assert "S01" not in silent  # the file of missing episodes would have a row


def test_of_two_files_of_a_source_one_without_the_column_tells_nothing_of_its_children(
    read: Callable[..., Read],
) -> None:
    mapping = """sources:
  clinic:
    agency: clinic
    files: "*.csv"
    record: {record_id: id}
    dated_by: day
    items: {S12: {column: drugs, in: ["1"]}, S02: {every_row: true}}
"""
    done = read(
        {"a.csv": "id,day,drugs\n1,2025-01-01,0\n", "b.csv": "id,day\n2,2025-06-01\n"}, mapping=mapping
    )
    assert done.not_known() == {("2", "S12")}
    assert period(done, "S12") == (date(2025, 1, 1), date(2025, 1, 31))
    assert period(done, "S02") == (date(2025, 1, 1), date(2025, 6, 30))


def test_what_only_uncounted_fields_tell_is_not_collected(read: Callable[..., Read]) -> None:
    coverage = read({"census.xml": census(child(), year=2022)}).coverage()
    assert (coverage["S04"], coverage["S08"]) == ("beside", "beside")


@pytest.mark.parametrize(("cell", "ongoing"), [("2025-03-02", False), ("", True)])
def test_what_has_a_place_for_its_end_and_none_goes_on(
    read: Callable[..., Read], cell: str, ongoing: bool
) -> None:
    done = read({"police_missing.csv": HEAD + ROW.replace("2025-03-02", cell)})
    assert [o["ongoing"] for o in done.table("observations") if o["state"] == "seen"] == [ongoing]


def test_a_day_that_is_a_return_s_end_is_not_the_day_itself(read: Callable[..., Read]) -> None:
    done = read({**RETURN, "r/oc2.csv": OC2})
    own = {(o["item"], o["own_day"]) for o in done.table("observations") if o["state"] == "seen"}
    assert {("S01", True), ("S12", False), ("V12", True)} <= own


DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=80)


@given(DAYS, st.integers(500, 3000))
def test_each_record_s_period_is_that_of_its_own_dates(days: list[int], far: int) -> None:
    """Whatever one date is, where there are enough others that hang together, it moves no end."""
    start = date(2015, 1, 1)
    many = Counter(start + timedelta(days=n) for n in range(0, 401, 10))
    span = span_of(many + Counter({start + timedelta(days=far): 1}))
    assert span is not None
    assert (span.first, span.last) == (start, start + timedelta(days=400))
    few = span_of(Counter(start + timedelta(days=n) for n in days[:10]))
    assert few is not None
    assert (few.first, few.last) == (
        start + timedelta(days=min(days[:10])),
        start + timedelta(days=max(days[:10])),
    )
