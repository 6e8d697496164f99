"""An agency's CSV read by a mapping: bad rows and files are said with a remedy, and no row is lost."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from itertools import permutations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.intake.books import book
from tests.engine.intake.conftest import Read, read_paths

from heard.engine import intake
from heard.engine.tables import ROW_KEY, NotDone

HEAD = "nominal_id,forename,surname,dob,sex,postcode,missing_from,missing_to\n"
ROW = "N1,Ada,Bell,2010-05-06,F,LE1 1AA,2025-03-01,2025-03-02\n"


def test_rows_of_one_child_make_one_record_and_many_observations(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW + ROW.replace("2025-03-0", "2025-04-0")})
    assert done.counts == (2, 2, 0)
    assert len(done.table("records")) == 1
    assert done.seen() == {("N1", "S01", date(2025, 3, 1)), ("N1", "S01", date(2025, 4, 1))}
    assert done.table("observations")[0]["until"] == date(2025, 3, 2)
    assert done.codes() == []


def test_all_who_work_with_a_child_are_kept_whichever_row_comes_first(read: Callable[..., Read]) -> None:
    keyed = """sources:
  club:
    agency: youth club
    files: "club*.csv"
    record: {record_id: id, family_name: name, worker: [first, last]}
"""
    rows = ["1,Bell,Jo,Poe\n", "1,Bell,Al,Roe\n", "1,Bell,,\n", "1,Bell,Jo,Poe\n", "2,Carr,,\n"]
    for order in (rows, rows[::-1]):
        done = read({"club.csv": "id,name,first,last\n" + "".join(order)}, mapping=keyed)
        found = {row["record_id"]: row["worker"] for row in done.table("records")}
        assert found == {"1": "Al Roe; Jo Poe", "2": None}


def test_without_an_id_name_birth_date_and_postcode_make_the_child(read: Callable[..., Read]) -> None:
    other = ROW.replace("N1,Ada", ",Bea")
    done = read({"police_missing.csv": HEAD + ROW.replace("N1", "") * 2 + other})
    assert len(done.table("records")) == 2
    assert all(record["record_id"].startswith(ROW_KEY) for record in done.table("records"))


def test_a_row_without_an_id_says_nothing_of_the_rows_that_have_one(read: Callable[..., Read]) -> None:
    keyed = """sources:
  police:
    agency: police
    files: "*.csv"
    record: {record_id: nominal_id, given_name: forename, family_name: surname}
    dated_by: missing_from
    items: {S01: {every_row: true}}
"""
    done = read({"police.csv": HEAD + ROW + ROW.replace("N1,Ada", ",Bea")}, mapping=keyed)
    assert done.table("sources")[0]["keyed_by_child"] is True
    assert [r["record_id"].startswith(ROW_KEY) for r in done.table("records")] == [False, True]


@pytest.mark.parametrize("word", ["", " ", "n/a", "Not known", "UNKNOWN", "-", "0000000"])
def test_a_word_for_no_id_is_no_id(read: Callable[..., Read], word: str) -> None:
    done = read({"police_missing.csv": HEAD + ROW.replace("N1", word) + ROW.replace("N1,Ada", f"{word},Bea")})
    assert len(done.table("records")) == 2
    assert {r["local_id"] for r in done.table("records")} == {None}


def test_rows_without_an_id_in_files_of_one_name_stay_apart(read: Callable[..., Read]) -> None:
    row = ",,{},2010-05-06,F,LE1 1AA,2025-03-01,\n"
    done = read({f"{who}/police_missing.csv": HEAD + row.format(who) for who in ("Bell", "Carr")})
    assert {(r["family_name"], r["file"]) for r in done.table("records")} == {
        ("Bell", "Bell/police_missing.csv"), ("Carr", "Carr/police_missing.csv")
    }  # fmt: skip


AE = "nhs_number,forename,surname,date_of_birth,sex,postcode,attended_on,attendance_group\n"


@pytest.mark.parametrize("other", ["943 476 5919", "943-476-5919", " 9434765919 ", "9434765919.0"])
def test_spellings_of_an_nhs_number_are_one_child(read: Callable[..., Read], other: str) -> None:
    row = "{},Ada,Bell,2010-05-06,F,LE1 1AA,2025-03-0{},injury\n"
    done = read({"accident_emergency.csv": AE + row.format("9434765919", 1) + row.format(other, 2)})
    assert [r["record_id"] for r in done.table("records")] == ["9434765919"]
    assert len(done.seen()) == 2


def test_spellings_of_a_pupil_number_are_one_child(read: Callable[..., Read]) -> None:
    head = "pupil_upn,forename,surname,date_of_birth,sex,postcode,week_commencing,sessions_unauthorised,young_carer,send_type\n"
    row = "{},Ada,Bell,2010-05-06,F,LE1 1AA,2025-03-03,6,N,\n"
    text = head + row.format("b801200005001 ") + row.format("B8012 0000 5001")
    assert [r["record_id"] for r in read({"school_attendance.csv": text}).table("records")] == [
        "B801200005001"
    ]


def test_another_childs_row_under_an_id_is_never_laid_to_the_first(read: Callable[..., Read]) -> None:
    other = "N1,Zed,Carr,2012-09-09,M,LE9 9AA,2025-04-01,\n"
    done = read({"police_missing.csv": HEAD + ROW + other + ROW})
    zed, ada = sorted(done.table("records"), key=lambda r: r["birth_date"], reverse=True)
    assert all(r["record_id"].startswith(ROW_KEY) for r in (zed, ada))
    assert [(r["given_name"], r["local_id"]) for r in (zed, ada)] == [("Zed", None), ("Ada", None)]
    assert done.seen() == {
        (zed["record_id"], "S01", date(2025, 4, 1)),
        (ada["record_id"], "S01", date(2025, 3, 1)),
    }
    assert done.codes() == ["id_of_another"] * 2


def test_a_family_name_that_changed_is_the_same_child(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW + ROW.replace("Bell", "Carr")})
    assert (len(done.table("records")), done.codes()) == (1, [])


def test_a_row_that_tells_of_nobody_is_set_aside(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW + ",,,,F,LE1 1AA,2025-03-01,\n"})
    assert done.counts == (2, 1, 1)
    assert done.issue("id_missing")["row"] == 2


def test_one_id_for_two_children_is_said(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW + ROW.replace("Ada", "Bea")})
    assert done.codes() == ["id_shared"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ((HEAD + ROW.replace("Ada", "Zoë")).encode("cp1252"), "encoding"),
        ((HEAD + ROW).replace(",", ";").encode(), "delimiter"),
        ((HEAD + ROW).replace(",", "\t").encode("utf-16"), "encoding"),
        ((HEAD + ROW).encode("utf-16-le"), "encoding"),
        ((HEAD + ROW).encode("utf-16-be"), "encoding"),
        ((HEAD + ROW.replace("Ada", "A\0da")).encode(), "nul_bytes"),
        ((HEAD + ROW.replace("Ada", '"Ada')).encode(), "quote_open"),
        ((HEAD + "N1,Ada,Bell,2010-05-06,F,LE1 1AA,2025-03-01\n").encode(), "row_short"),
        ((HEAD + ROW.replace("LE1 1AA", "somewhere")).encode(), "postcode_unreadable"),
        ((HEAD + ROW.replace("2025-03-02", "2025-02-01")).encode(), "ends_before_start"),
        ((HEAD + ROW.replace("2010-05-06", "2026-01-02")).encode(), "born_after"),
        ((HEAD + ROW.replace("2010-05-06", "1066-01-02")).encode(), "date_too_early"),
        ((HEAD + ROW.replace("2025-03-02", "2031-03-02")).encode(), "date_in_future"),
        ((HEAD + ROW.replace("2025-03-02", "31/02/2025")).encode(), "date_impossible"),
        ((HEAD.replace("missing_to", "sex") + ROW).encode(), "header_repeated"),
    ],
)
def test_what_is_odd_is_flagged_and_the_row_kept(read: Callable[..., Read], text: bytes, code: str) -> None:
    done = read({"police_missing.csv": text})
    assert done.counts == (1, 1, 0)
    assert code in done.codes()
    assert ("N1", "S01", date(2025, 3, 1)) in done.seen()


def test_of_a_day_that_is_still_to_come_it_is_said_that_nothing_counts_before_it(
    read: Callable[..., Read],
) -> None:
    done = read({"police_missing.csv": HEAD + ROW.replace("2025-03-01", "2031-03-01")})
    assert "not counted before that day" in done.issue("date_in_future")["what"]


def test_a_mark_at_the_start_of_the_file_is_no_part_of_the_first_column(read: Callable[..., Read]) -> None:
    assert read({"police_missing.csv": (HEAD + ROW).encode("utf-8-sig")}).codes() == []


def test_a_line_break_within_quotes_is_one_row(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW.replace("Ada", '"Ada\nMay"') + ROW})
    assert done.counts == (2, 2, 0)


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_line_break_within_a_quoted_name_of_a_column_is_no_row(
    read: Callable[..., Read], mark: str
) -> None:
    text = HEAD.replace("nominal_id", '"nominal\nid"').replace("sex", '"sex"') + ROW
    done = read({"police_missing.csv": text.replace(",", mark)})
    assert done.counts == (1, 1, 0)
    assert done.codes() == ([] if mark == "," else ["delimiter"])
    assert done.table("records")[0]["record_id"] == "N1"


def test_a_quotation_mark_in_the_header_that_is_never_closed_swallows_no_row(
    read: Callable[..., Read],
) -> None:
    done = read(
        {"police_missing.csv": HEAD.replace("forename", '"forename') + ROW.replace("Ada", '"Ada"') + ROW}
    )
    assert done.counts == (2, 2, 0)
    assert "column_missing" not in done.codes()


def test_a_row_with_too_many_values_is_set_aside_with_its_number(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW + ROW.replace("Bell", "Bell,Carr")})
    assert done.counts == (2, 1, 1)
    assert (done.issue("row_long")["row"], done.issue("row_long")["severity"]) == (2, "set_aside")


def test_a_missing_column_names_the_nearest(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD.replace("missing_from", "missing_form") + ROW})
    issue = done.issue("column_missing")
    assert (issue["field"], issue["remedy"]) == ("missing_from", "Did you mean missing_form?")
    assert done.not_known() == {("N1", "S01")}
    assert "date_missing" in done.codes()


def test_a_file_that_tells_no_child_at_all_is_set_aside_whole(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": "a,b\n1,2\n3,4\n"})
    assert done.counts == (2, 0, 2)
    assert done.codes("set_aside") == ["columns_missing"]
    assert "its rows (2)" in done.issue("columns_missing")["what"]


def test_a_first_line_without_end_is_no_empty_file(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": "a," * 600_000})
    assert done.codes("set_aside") == ["header_endless"]


def test_a_workbook_with_the_name_of_an_extract_is_not_read_as_text(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": b"PK\x03\x04" + bytes(200), "school_attendance.csv": ""})
    assert "it is no workbook that can be read" in done.issue("left_out")["what"]


@pytest.mark.parametrize(("text", "code"), [("", "file_empty"), (HEAD, "no_rows")])
def test_an_empty_file_is_said(read: Callable[..., Read], text: str, code: str) -> None:
    done = read({"police_missing.csv": text})
    assert (done.counts, done.codes()) == ((0, 0, 0), [code])


def test_a_column_decides_the_order_of_its_dates_as_a_whole(read: Callable[..., Read]) -> None:
    rows = ROW.replace("2025-03-01", "03/04/2025") + ROW.replace("2025-03-01", "03/25/2025")
    done = read({"police_missing.csv": HEAD + rows.replace("2025-03-02", "")})
    assert done.seen() == {("N1", "S01", date(2025, 3, 4)), ("N1", "S01", date(2025, 3, 25))}
    assert done.codes() == ["dates_month_first"]


def test_dates_that_could_be_either_way_are_read_day_first_and_said(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW.replace("2025-03-01", "02/01/2025")})
    assert done.seen() == {("N1", "S01", date(2025, 1, 2))}
    assert done.codes() == ["dates_either_way"]


def test_values_of_a_column_become_items_and_silence_is_not_known(read: Callable[..., Read]) -> None:
    head = "nhs_number,forename,surname,date_of_birth,sex,postcode,attended_on,attendance_group\n"
    row = "9434765919,Ada,Bell,06-May-2010,F,LE1 1AA,2025-03-0{},{}\n"
    done = read(
        {
            "accident_emergency.csv": head
            + row.format(1, "Self-harm")
            + row.format(2, "")
            + row.format(3, "other")
        }
    )
    assert done.seen() == {("9434765919", "S13", date(2025, 3, 1))}
    assert {item for _, item in done.not_known()} == {"S02", "S03", "S12", "S13"}
    assert done.coverage()["S06"] == "not_collectable"


def test_a_number_counts_from_its_bound_on(read: Callable[..., Read]) -> None:
    head = "pupil_upn,forename,surname,date_of_birth,sex,postcode,week_commencing,sessions_unauthorised,young_carer,send_type\n"
    row = "B801200005001,Ada,Bell,2010-05-06,F,LE1 1AA,2025-03-0{},{},N,\n"
    done = read({"school_attendance.csv": head + row.format(3, 4) + row.format(4, 5) + row.format(5, "many")})
    assert done.seen() == {("B801200005001", "S06", date(2025, 3, 4))}
    assert done.issue("number_unreadable")["row"] == 3


def test_no_issue_repeats_what_a_child_is_called(read: Callable[..., Read]) -> None:
    bad = HEAD + "Nemo,Ada,Bell,Ada,Bell,Ada,Bell,Ada\nN1,Ada,Bell,2010-05-06,F,Ada,Bell\n,,,,,,Bell,Ada\n"
    said = " ".join(
        str(row[key])
        for row in read({"police_missing.csv": bad}).table("issues")
        for key in ("what", "remedy", "field")
    )
    assert "Ada" not in said
    assert "Bell" not in said


def test_a_file_without_a_header_is_said_and_its_first_row_is_not_repeated(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": ROW + ROW})
    said = " ".join(row["what"] + row["remedy"] for row in done.table("issues"))
    assert "The first line must hold the names." in said
    assert "Ada" not in said


def test_files_of_one_source_make_one_source(read: Callable[..., Read]) -> None:
    done = read({"police_missing_may.csv": HEAD + ROW, "police_missing_june.csv": HEAD + ROW})
    assert [(source.source, source.read) for source in done.summary.sources] == [("police_missing", 2)]
    assert len(done.table("records")) == 1


# ---- Excel and Parquet, days and names over several columns, expectations

PEOPLE = """sources:
  people:
    agency: youth club
    authority: "E10000001"
    files: "people.*"
    record:
      record_id: [card, old card]
      given_name: [first, middle]
      family_name: last
      birth_date: {year: Y, month: M, day: D}
      ethnicity: says
"""
ROWS = [
    ["card", "old card", "first", "middle", "last", "Y", "M", "D", "says"],
    [1, None, "Ada", "May", "Bell", 2010, 5, 6, "WBRI"],
    [None, "o2", "Bea", None, "Carr", 2011, "Jun", 7, None],
    [3, None, None, "Cleo", "Dale", 2012, None, 8, None],
]


def as_csv(rows: list[list[object]]) -> bytes:
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows).encode()


def as_parquet(rows: list[list[object]]) -> bytes:
    columns = {
        str(name): [None if row[n] is None else str(row[n]) for row in rows[1:]]
        for n, name in enumerate(rows[0])
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


KINDS = {"csv": as_csv, "xlsx": lambda rows: book({"Sheet1": rows}), "parquet": as_parquet}


@pytest.mark.parametrize("kind", KINDS)
def test_people_are_read_alike_from_csv_excel_and_parquet(read: Callable[..., Read], kind: str) -> None:
    """Also: names and days stand in several columns, not all of them filled."""
    done = read({f"people.{kind}": KINDS[kind](ROWS)}, mapping=PEOPLE)
    assert done.counts == (3, 3, 0)
    told = [(r["record_id"], r["given_name"], r["birth_date"]) for r in done.table("records")]
    assert told == [
        ("1", "Ada May", date(2010, 5, 6)),
        ("o2", "Bea", date(2011, 6, 7)),
        ("3", "Cleo", None),
    ]
    assert {(r["authority"], r["ethnicity"]) for r in done.table("records")} == {
        ("E10000001", "WBRI"),
        ("E10000001", None),
    }
    assert [(issue["code"], issue["row"], issue["field"]) for issue in done.table("issues")] == [
        ("date_partly_empty", 3, "Y, M, D")
    ]


def test_a_mapping_of_a_dozen_lines_does_it_for_a_list_of_people() -> None:
    assert len(PEOPLE.splitlines()) <= 12


def test_days_that_excel_keeps_as_days_are_days(read: Callable[..., Read]) -> None:
    rows = [HEAD.strip().split(","), ["N1", "Ada", "Bell", datetime(2010, 5, 6), "F", "LE1 1AA", datetime(2025, 3, 1, 8), None]]  # fmt: skip
    text = (intake.EXAMPLES / "police_missing.yaml").read_text().replace("*.csv", "*.xlsx")
    done = read({"police_missing.xlsx": book({"x": rows})}, mapping=text)
    assert done.seen() == {("N1", "S01", date(2025, 3, 1))}
    assert done.codes() == []


def test_a_sheet_is_chosen_by_its_name(read: Callable[..., Read]) -> None:
    sheets = book({"Notes": [["read", "me"], ["a", "b"]], "Data": ROWS})
    named = PEOPLE.replace("    record:", "    sheet: data\n    record:")
    assert read({"people.xlsx": sheets}, mapping=named).summary.kept == 3
    other = read({"people.xlsx": sheets}, mapping=named.replace("data", "other"))
    assert other.codes("set_aside") == ["sheet_missing"]


def test_sheets_that_were_not_read_are_said(read: Callable[..., Read]) -> None:
    done = read({"people.xlsx": book({"Data": ROWS, "More": ROWS})}, mapping=PEOPLE)
    assert "1 beside the first" in done.issue("sheets_left")["what"]


def test_a_cell_with_an_error_is_empty_and_said(read: Callable[..., Read]) -> None:
    done = read(
        {"people.xlsx": book({"Data": [*ROWS, [4, None, "#N/A", None, "Eve", 2010, 1, 1, None]]})},
        mapping=PEOPLE,
    )
    assert done.issue("cells_wrong")["row"] == 4
    assert done.table("records")[3]["given_name"] is None


EXPECTED = """    expect:
      - {column: card, unique: yes}
      - {column: Y, between: [2008, 2012]}
      - {column: D, at_least: 1}
      - {column: M, at_most: 12}
      - {column: says, filled: 50%}
      - {rows_at_least: 5}
"""


def test_expectations_that_fail_become_issues_and_rows_are_kept(read: Callable[..., Read]) -> None:
    more = [1, None, "Fay", None, "Gale", 1999, 13, 0, None]
    done = read({"people.csv": as_csv([*ROWS, more])}, mapping=PEOPLE + EXPECTED)
    assert done.counts == (4, 4, 0)
    failed = {
        (i["code"], i["field"], i["row"]) for i in done.table("issues") if i["code"].startswith("expected")
    }
    assert failed == {
        ("expected_once", "card", 4), ("expected_within", "Y", 4), ("expected_within", "D", 4), ("expected_within", "M", 4),
        ("expected_within", "M", 2), ("expected_filled", "says", 0), ("expected_rows", "", 0),
    }  # fmt: skip
    said = {i["field"]: i["what"] for i in done.table("issues") if i["code"] == "expected_within"}
    assert "between 2008 and 2012" in said["Y"]
    assert "at most 12" in said["M"]


def test_expectations_that_hold_say_nothing(read: Callable[..., Read]) -> None:
    held = (
        PEOPLE
        + "    expect:\n      - {column: card, unique: yes}\n      - {column: Y, between: [2010, 2012]}\n"
    )
    assert read({"people.csv": as_csv(ROWS[:2])}, mapping=held).codes() == []


def test_days_are_expected_between_days(read: Callable[..., Read]) -> None:
    text = (intake.EXAMPLES / "police_missing.yaml").read_text()
    text += "    expect:\n      - {column: missing_from, between: [2025-01-01, 2025-12-31]}\n"
    done = read({"police_missing.csv": HEAD + ROW + ROW.replace("2025-03-01", "01/03/2024")}, mapping=text)
    assert [i["row"] for i in done.table("issues") if i["code"] == "expected_within"] == [2]


def test_what_only_looks_like_parquet_is_set_aside(read: Callable[..., Read]) -> None:
    done = read({"people.parquet": b"PAR1" + bytes(99), "people.csv": as_csv(ROWS)}, mapping=PEOPLE)
    assert done.codes("set_aside") == ["left_out"]
    assert done.summary.kept == 3


NUMBERED = """sources:
  clinic:
    agency: clinic
    files: "*.csv"
    record: {given_name: forename, family_name: surname, birth_date: dob, postcode: postcode, nhs_number: nhs, upn: upn}
    dated_by: day
    items: {S01: {column: sign, in: ["1"]}}
"""
NUMBERED_HEAD = "forename,surname,dob,postcode,nhs,upn,day,sign\n"


def test_rows_without_an_id_and_with_two_valid_numbers_are_two_children(read: Callable[..., Read]) -> None:
    row = "Ada,Bell,2010-05-06,LE1 1AA,{},{},2025-03-01,1\n"
    numbers = [("9434765919", ""), ("9434765870", ""), ("", "B801200005001"), ("", "")]
    done = read(
        {"clinic.csv": NUMBERED_HEAD + "".join(row.format(*number) for number in numbers)}, mapping=NUMBERED
    )
    assert len(done.table("records")) == 4


def test_a_row_without_an_id_has_one_key_wherever_it_stands(read: Callable[..., Read]) -> None:
    row, above = "Ada,,,,,,2025-03-01,1\n", "Bea,,,,,,2025-03-01,1\n"
    first = read({"clinic.csv": NUMBERED_HEAD + row}, mapping=NUMBERED).table("records")[0]["record_id"]
    moved = read({"clinic.csv": NUMBERED_HEAD + above + row}, mapping=NUMBERED).table("records")
    assert {r["given_name"]: r["record_id"] for r in moved}["Ada"] == first
    twice = read({"clinic.csv": NUMBERED_HEAD + row + row}, mapping=NUMBERED).table("records")
    assert len({r["record_id"] for r in twice}) == 2  # they may be two children


@pytest.mark.parametrize("word", ["Unknown", "not known", "N/A", "?", "xxx", "UNKNOWN UNKNOWN", "TBC"])
def test_a_name_that_says_there_is_none_is_no_name(read: Callable[..., Read], word: str) -> None:
    done = read({"police_missing.csv": HEAD + ROW.replace("Ada", word)})
    assert done.table("records")[0]["given_name"] is None
    assert done.codes() == ["name_stands_for_none"]


@pytest.mark.parametrize("name", ["Na", "Anna", "Xi", "O", "Tom Unknown"])
def test_a_short_or_odd_name_is_a_name(read: Callable[..., Read], name: str) -> None:
    done = read({"police_missing.csv": HEAD + ROW.replace("Ada", name)})
    assert (done.table("records")[0]["given_name"], done.codes()) == (name, [])


@pytest.mark.parametrize("number", ["9999999999", "0000000000", "1234567890", "9876543210", "unknown"])
def test_a_number_that_stands_for_none_is_no_number(read: Callable[..., Read], number: str) -> None:
    row = "{},{},Bell,2010-05-06,F,LE1 1AA,2025-03-01,injury\n"
    text = AE + row.format(number, "Ada") + row.format(number, "Bea")
    done = read({"accident_emergency.csv": text})
    assert [(r["nhs_number"], r["given_name"]) for r in done.table("records")] == [
        (None, "Ada"),
        (None, "Bea"),
    ]
    assert set(done.codes()) == {"number_stands_for_none"}


@pytest.mark.parametrize("upn", ["UN1", "un5", "A000000000000", "none"])
def test_a_code_for_no_pupil_number_is_no_pupil_number(read: Callable[..., Read], upn: str) -> None:
    row = f"Ada,Bell,2010-05-06,LE1 1AA,,{upn},2025-03-01,1\n"
    done = read({"clinic.csv": NUMBERED_HEAD + row}, mapping=NUMBERED)
    assert (done.table("records")[0]["upn"], done.codes()) == (None, ["number_stands_for_none"])


@pytest.mark.parametrize("cell", ["1", "1.0", " 1 "])
def test_a_code_is_met_as_a_spreadsheet_writes_it(read: Callable[..., Read], cell: str) -> None:
    row = f"Ada,Bell,2010-05-06,LE1 1AA,,,2025-03-01,{cell}\n"
    assert len(read({"clinic.csv": NUMBERED_HEAD + row}, mapping=NUMBERED).seen()) == 1


SHARED = """sources:
  people:
    agency: police
    files: "*.csv"
    record: {record_id: id, local_id: id, given_name: first, family_name: last, birth_date: dob, sex: sex, postcode: postcode,
             nhs_number: nhs, upn: upn}
    dated_by: day
    items: {S01: {every_row: true}}
"""
_CELLS = {
    "id": ("N1", "N1", "N2", ""),
    "first": ("", "Ada", "Bea", "Zed"),
    "last": ("", "Bell", "Carr"),
    "dob": ("", "2010-05-06", "2011-03-03", "2012-09-09"),
    "sex": ("", "F"),
    "postcode": ("", "LE1 1AA", "LE2 2BB"),
    "nhs": ("", "9434765919", "9434765870"),
    "upn": ("", "B801200005001"),
}
_ROWS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in _CELLS.items()}),
    min_size=2,
    max_size=7,
)


def _told(rows: list[dict[str, str]]) -> tuple[list[dict[str, object]], dict[date, str]]:
    """The records of a file, where they stand left out; and of each row, which is known by its day, its record."""
    head = [*_CELLS, "day"]
    lines = [",".join(row[name] for name in head) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder) / "people.csv").write_text("\n".join([",".join(head), *lines]) + "\n")
        (mapping := Path(folder) / "mapping.yaml").write_text(SHARED)
        done = read_paths(Path(folder) / "out", path, mapping=mapping)
        told = [{k: v for k, v in r.items() if k not in ("file", "row")} for r in done.table("records")]
        whose = {day: record for record, _, day in done.seen() if day}
    return sorted(told, key=lambda r: r["record_id"]), whose


@settings(max_examples=60, deadline=None)
@given(rows=_ROWS, data=st.data())
def test_the_order_of_rows_never_matters_to_what_a_record_says(
    rows: list[dict[str, str]], data: st.DataObject
) -> None:
    rows = [row | {"day": f"2025-03-{day:02}"} for day, row in enumerate(rows, 1)]
    found, whose = _told(rows)
    # Of rows that are alike to the letter nobody can say which is which.
    alike = [tuple(row[name] for name in _CELLS) for row in rows]
    single = {date.fromisoformat(r["day"]) for n, r in enumerate(rows) if alike.count(alike[n]) == 1}
    again, whose_again = _told(data.draw(st.permutations(rows)))
    assert found == again
    assert {d: text for d, text in whose.items() if d in single} == {
        d: text for d, text in whose_again.items() if d in single
    }
    assert {r["record_id"] for r in found} == set(whose.values())
    for name in ("N1", "N2"):
        own = [r for r in rows if r["id"] == name]
        apart = all(len({r[cell] for r in own} - {""}) > 1 for cell in ("first", "dob"))
        record = next((r for r in found if r["record_id"] == name), None)
        assert (record is None) is (apart or not own)
        if record:
            for column, cell in (("family_name", "last"), ("sex", "sex"), ("postcode", "postcode")):
                assert bool(record[column]) is any(r[cell] for r in own)
        elif own:
            mine = [r for r in found if r["record_id"] in {whose[date.fromisoformat(o["day"])] for o in own}]
            for one in own:
                for other in own:
                    if any(
                        one[cell] and other[cell] and one[cell] != other[cell] for cell in ("first", "dob")
                    ):
                        assert (
                            whose[date.fromisoformat(one["day"])] != whose[date.fromisoformat(other["day"])]
                        )
            assert len(mine) > 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_id_of_two_children_is_nobodys_whoever_came_first(
    read: Callable[..., Read], order: tuple[int, ...]
) -> None:
    rows = [
        "N1,Ada,Bell,,F,LE1 1AA,2025-03-01,\n",
        "N1,Zed,Carr,2012-09-09,M,LE9 9AA,2025-03-02,\n",
        "N1,Ada,Bell,2010-05-06,F,LE1 1AA,2025-03-03,\n",
    ]
    done = read({"police_missing.csv": HEAD + "".join(rows[n] for n in order)})
    records = done.table("records")
    assert sorted((r["given_name"], str(r["birth_date"])) for r in records) == [
        ("Ada", "2010-05-06"), ("Ada", "None"), ("Zed", "2012-09-09")]  # fmt: skip
    assert {r["local_id"] for r in records} == {None}
    assert all(r["record_id"].startswith(ROW_KEY) for r in records)
    assert done.codes().count("id_of_another") == 3
    assert len({record for record, _, _ in done.seen()}) == 3


BORN = """sources:
  people:
    agency: club
    files: "*.csv"
    born: [{}]
    record: {{record_id: id, family_name: surname, birth_date: dob}}
"""


@pytest.mark.parametrize(
    ("written", "parts", "code"),
    [("2011", "2011????", "date_in_part"), ("03/2011", "201103??", "date_in_part"), ("31/02/2011", "20110231", "date_impossible"),
     ("1985", None, "date_unreadable")],
)  # fmt: skip
def test_a_birth_date_that_is_not_whole_keeps_its_parts_and_is_an_issue(
    read: Callable[..., Read], written: str, parts: str | None, code: str
) -> None:
    done = read({"people.csv": f"id,surname,dob\n1,Bell,{written}\n"}, mapping=BORN.format("2005, 2026"))
    (record,) = done.table("records")
    assert (record["birth_date"], record["birth_parts"], done.codes()) == (None, parts, [code])


def test_a_birth_date_over_columns_keeps_the_parts_that_are_filled(read: Callable[..., Read]) -> None:
    mapping = BORN.format("2005, 2026").replace("birth_date: dob", "birth_date: {year: Y, month: M, day: D}")
    done = read({"people.csv": "id,surname,Y,M,D\n1,Bell,2011,3,\n"}, mapping=mapping)
    assert (done.table("records")[0]["birth_parts"], done.codes()) == ("201103??", ["date_partly_empty"])


@pytest.mark.parametrize(("years", "used"), [("1840, 1905", True), ("2005, 2026", False)])
def test_in_which_years_people_were_born_is_said_by_the_mapping(
    read: Callable[..., Read], years: str, used: bool
) -> None:
    done = read({"people.csv": "id,surname,dob\n1,Bell,1899-04-03\n"}, mapping=BORN.format(years))
    assert done.table("records")[0]["birth_date"] == (date(1899, 4, 3) if used else None)
    assert done.codes() == ([] if used else ["date_too_early"])


def test_a_birth_after_the_years_of_the_mapping_is_not_used(read: Callable[..., Read]) -> None:
    done = read({"people.csv": "id,surname,dob\n1,Bell,1999-04-03\n"}, mapping=BORN.format("1840, 1905"))
    assert (done.table("records")[0]["birth_date"], done.codes()) == (None, ["born_too_late"])


@pytest.mark.parametrize("years", ["2026, 2005", "2005", "five, six"])
def test_years_that_make_no_sense_in_a_mapping_are_refused(read: Callable[..., Read], years: str) -> None:
    with pytest.raises(NotDone, match=r"line 5: (The first and the last year|A number)"):
        read({"people.csv": "id,surname,dob\n1,Bell,1999-04-03\n"}, mapping=BORN.format(years))
