"""A first mapping of a table that nobody has described: what is guessed, why, what is left to a person, and that intake reads by it."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.engine.intake.conftest import SAMPLES, TODAY

from heard.cli import main
from heard.engine import intake
from heard.engine.intake.drafting import as_mapping, as_read, pattern_of, reasons, stem_of, suggested
from heard.engine.intake.guess import guess
from heard.engine.intake.mapping import load
from heard.engine.tables import NotDone

HEAD = "Child ID;First name;Surname;D.O.B.;Gender;Home postcode;Date missing;Date returned;Officer"
BODY = [
    "77;Tom;Hill;13/04/2011;M;WX1 1AA;20/01/2026;21/01/2026;Smith",
    "78;Ann;Wood;02/05/2012;F;WX1 2AB;03/02/2026;;Jones",
    "77;Tom;Hill;13/04/2011;M;WX1 1AA;05/03/2026;05/03/2026;Smith",
]
NHS = ("9434765919", "9434765870", "4010232137", "9434765692", "9434765757")


def written(folder: Path, text: str, name: str = "missing_2026-03.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table(folder: Path, columns: dict[str, list[str]]) -> Path:
    path = folder / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return path


def told(path: Path) -> dict[str, str]:
    return {column.column: column.tells for column in guess(path).columns if column.tells}


def test_names_and_values_together_tell_what_a_column_is(tmp_path):
    found = guess(written(tmp_path, "\n".join([HEAD, *BODY])))
    assert {column.column: column.tells for column in found.columns} == {
        "Child ID": "record_id",
        "First name": "given_name",
        "Surname": "family_name",
        "D.O.B.": "birth_date",
        "Gender": "sex",
        "Home postcode": "postcode",
        "Date missing": "dated_by",
        "Date returned": "until",
        "Officer": "",
    }
    assert found.dates == ("dd/mm/yyyy",)
    assert "3 of 3 values are days like 31/12/2024" in next(
        column.why for column in found.columns if column.column == "D.O.B."
    )
    assert not any(
        "Hill" in column.why or "2011" in column.why for column in found.columns
    )  # no reason holds a value


def test_what_was_guessed_is_a_mapping_by_which_intake_reads_every_row(tmp_path, read):
    path = written(tmp_path, "\n".join([HEAD, *BODY]))
    choice = replace(suggested(guess(path), agency="police"), every_row=("S01",))
    mapping = tmp_path / "ours.yaml"
    mapping.write_text(as_mapping(choice, reasons(guess(path))), encoding="utf-8")
    got = intake.read([path], out=tmp_path / "out", mapping=mapping, today=TODAY)
    assert (got.read, got.kept, got.set_aside) == (3, 3, 0)
    (source,) = load(mapping).sources
    assert (source.name, source.agency, source.files) == ("missing", "police", "missing*.csv")
    rows = as_read(path, choice)
    assert [row.told["birth_date"] for row in rows] == ["2011-04-13", "2012-05-02", "2011-04-13"]
    assert rows[1].seen == (("S01", "2026-02-03"),)


def test_without_an_agency_the_mapping_is_not_whole(tmp_path):
    path = written(tmp_path, "\n".join([HEAD, *BODY]))
    mapping = written(tmp_path, as_mapping(suggested(guess(path), agency="")), "ours.yaml")
    with pytest.raises(NotDone, match="line 3: A word is needed here"):
        load(mapping)


@pytest.mark.parametrize(
    ("days", "dates", "said"),
    [
        (["13/04/2011", "02/05/2012"], ("dd/mm/yyyy",), None),
        (["04/13/2011", "05/02/2012"], ("mm/dd/yyyy",), None),
        (["03/04/2011", "02/05/2012"], (), "cannot be told: no number is above 12"),
        (["13/04/2011", "04/13/2011"], (), "days in both orders"),
        (["2011-04-13", "2012-05-02"], ("yyyy-mm-dd",), None),
        (["13 Apr 2011", "2 May 2012"], ("dd-mon-yyyy",), None),
    ],
)
def test_day_or_month_first_is_told_by_values_or_said_to_be_open(tmp_path, days, dates, said):
    found = guess(table(tmp_path, {"child id": ["1", "2"], "dob": days}))
    assert found.dates == dates
    assert said is None or any(said in sentence for sentence in found.said)


def test_columns_of_which_one_has_the_month_first_are_left_to_a_person(tmp_path):
    columns = {"child id": ["1", "2"], "dob": ["13/04/2011"] * 2, "incident date": ["04/13/2025"] * 2}
    found = guess(table(tmp_path, columns))
    assert found.dates == ()
    assert any("others the month before the day" in sentence for sentence in found.said)


def test_numbers_with_a_check_digit_are_known_without_a_name(tmp_path):
    assert told(table(tmp_path, {"ref1": list(NHS), "x": list("abcde")})) == {"ref1": "nhs_number"}
    wrong = [number[:-1] + str((int(number[-1]) + 1) % 10) for number in NHS]
    found = guess(table(tmp_path, {"NHS number": wrong, "child id": list("12345")}))
    assert found.column("nhs_number") is None
    assert "only 0 of 5 values" in found.columns[0].why


@pytest.mark.parametrize(
    "column", ["Mother DOB", "MC_DOB", "Carer surname", "Sibling first name", "School postcode"]
)
def test_a_column_about_somebody_else_tells_nothing_of_the_child(tmp_path, column):
    values = (
        ["13/04/1980", "02/05/1981"]
        if "DOB" in column
        else ["WX1 1AA", "WX1 2AB"]
        if "post" in column
        else ["Ann", "Bo"]
    )
    assert told(table(tmp_path, {"child id": ["1", "2"], column: values})) == {"child id": "record_id"}


def test_the_number_of_the_row_is_not_taken_for_the_child_s(tmp_path):
    columns = {
        "id": ["1", "2", "3", "4"],
        "forename": ["Tom", "Tom", "Ann", "Ann"],
        "surname": ["Hill", "Hill", "Wood", "Wood"],
        "dob": ["13/04/2011", "13/04/2011", "02/05/2012", "02/05/2012"],
    }
    assert "id" not in told(table(tmp_path, columns))
    assert told(table(tmp_path, columns | {"id": ["1", "1", "2", "2"]}))["id"] == "record_id"
    found = guess(table(tmp_path, columns | {"child id": columns.pop("id")}))
    assert "differs between rows of one child" in found.columns[-1].why


def family(number: str = "Case number") -> dict[str, list[str]]:
    """Four pairs of twins, each child twice, with one number for both."""
    names = ["Amy", "Ben", "Amy", "Ben"] * 4
    return {
        number: [f"F{pair}" for pair in range(4) for _ in range(4)],
        "First name": names,
        "Surname": [f"Smith{chr(97 + pair)}" for pair in range(4) for _ in range(4)],
        "DOB": [f"{14 + pair}/01/2010" for pair in range(4) for _ in range(4)],
        "Missing from": [f"{13 + at}/02/2025" for at in range(16)],
    }


@pytest.mark.parametrize("number", ["Case number", "Child ID", "Client ref", "id"])
def test_a_number_that_twins_share_is_not_the_child_s_and_no_child_vanishes(tmp_path, read, number):
    path = table(tmp_path, family(number))
    found = guess(path)
    assert found.column("record_id") is None
    assert "4 of its numbers have more than one of the given name" in found.columns[0].why
    (tmp_path / "ours.yaml").write_text(as_mapping(suggested(found, agency="police")), encoding="utf-8")
    intake.read([path], out=tmp_path / "out", mapping=tmp_path / "ours.yaml", today=TODAY)
    rows = pq.read_table(tmp_path / "out" / "records.parquet").to_pylist()
    assert len({(row["given_name"], row["family_name"], row["record_id"]) for row in rows}) >= 8


@pytest.mark.parametrize("number", ["Service ID", "Missing ref", "Client ID"])
def test_one_number_for_all_is_the_number_of_no_child(tmp_path, number):
    columns = {number: ["7"] * 6, "Postcode": [f"WX1 {n}AA" for n in range(1, 7)]}
    assert told(table(tmp_path, columns)) == {"Postcode": "postcode"}
    found = guess(table(tmp_path, {number: ["7"] * 6, "weight": list("345671")}))
    assert found.column("record_id") is None


def test_numbers_of_another_form_show_no_sign_and_it_is_said(tmp_path):
    columns = {
        "Child ID": [f"C{n}" for n in range(9)],
        "Missing from": [f"{13 + n}/01/2025" for n in range(9)],
        "Mother": [str(n + 1) for n in range(9)],
        "Convicted": [str(n % 4) for n in range(9)],
        "Substance misuse": [str(1 + n % 2) for n in range(9)],
        "Referral source": [str(n + 1) for n in range(9)],
    }
    found = guess(table(tmp_path, columns))
    assert not any(column.rules for column in found.columns)
    for name in list(columns)[2:]:
        assert any(sentence.startswith(f"{name} is named as in") for sentence in found.said)
    of_form = guess(table(tmp_path, columns | {"Convicted": ["0", "1", "", *"010101"]}))
    assert {rule.item for column in of_form.columns for rule in column.rules} == {"S04"}


def test_each_column_that_does_not_tell_its_order_is_said(tmp_path):
    columns = {
        "Child ID": ["1", "2"],
        "DOB": ["13/04/2011"] * 2,
        "Missing from": ["03/04/2025", "05/02/2025"],
    }
    found = guess(table(tmp_path, columns))
    assert found.dates == ("dd/mm/yyyy",)
    assert any("first in Missing from cannot be told" in text and "as in DOB" in text for text in found.said)


def test_another_day_is_said_and_dates_no_sign_by_itself(tmp_path):
    columns = {"Child ID": ["1"], "DOB": ["13/04/2011"], "Housing benefit granted": ["14/04/2025"]}
    found = guess(table(tmp_path, columns))
    assert found.column("dated_by") is None
    assert any("Housing benefit granted is the only other column of days" in text for text in found.said)


@pytest.mark.parametrize("rows", ["Amy,Brown,F\nBen,Green,M\n", "Amy,,F,x\nBen,13/04/2011,F,y\n"])
def test_a_child_s_words_in_the_first_row_are_no_names_of_columns(tmp_path, rows):
    with pytest.raises(NotDone, match="hold no names of columns") as refused:
        guess(written(tmp_path, rows))
    assert "Amy" not in str(refused.value)


def test_two_columns_that_may_tell_the_same_are_said_and_left_out(tmp_path):
    found = guess(
        table(tmp_path, {"child id": ["1"], "date seen": ["13/04/2025"], "contact date": ["14/04/2025"]})
    )
    assert found.column("dated_by") is None
    assert any("date seen, contact date. Choose one" in sentence for sentence in found.said)


def test_signs_are_guessed_only_from_words_that_are_known(tmp_path):
    columns = {
        "child id": ["1", "2"],
        "seen on": ["13/04/2025", "14/04/2025"],
        "attendance_group": ["injury", "other"],
        "PrimaryNeedCode": ["N4", "N1"],
        "at risk": ["Y", "N"],
    }
    found = guess(table(tmp_path, columns))
    by_name = {column.column: column for column in found.columns}
    assert {rule.item for rule in by_name["attendance_group"].rules} == {"S02"}
    assert by_name["PrimaryNeedCode"].rules[0].strength == "proxy"
    assert (by_name["at risk"].rules, by_name["at risk"].yes) == ((), ("Y",))
    place = guess(table(tmp_path, columns | {"PLACE": ["London", "Leeds"]}))
    assert place.columns[-1].tells == ""  # a name of a return with other words in it


def test_sep_title_lines_and_merged_heads_are_understood_by_guess_and_by_intake(tmp_path):
    text = """sep=;
Missing episodes, April 2025 to March 2026
Produced 02/04/2026

Child;;;Episode;
ID;Forename;Surname;From;To
77;Tom;Hill;13/04/2025;14/04/2025
78;Ann;Wood;02/05/2025;
"""
    path = written(tmp_path, text)
    choice = suggested(guess(path), agency="police")
    assert choice.tells == {
        "Child ID": "record_id",
        "Child Forename": "given_name",
        "Child Surname": "family_name",
        "Episode From": "dated_by",
        "Episode To": "until",
    }
    mapping = written(tmp_path, as_mapping(choice), "ours.yaml")
    got = intake.read([path], out=tmp_path / "out", mapping=mapping, today=TODAY)
    assert (got.read, got.kept, got.issues) == (2, 2, 1)  # semicolons are noted, as ever


@pytest.mark.parametrize("title", ["Youth club, March 2026", "Report;March 2026", "Youth club;;;;;;;;"])
def test_a_title_is_no_part_of_the_names_below_it(tmp_path, title):
    path = written(tmp_path, "\n".join([title, HEAD, *BODY]))
    assert [column.column for column in guess(path).columns] == HEAD.split(";")
    assert guess(path).column("birth_date") == "D.O.B."


def test_a_workbook_with_a_title_and_merged_heads_is_read_alike(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (
        ["Missing episodes", "2025"],
        ["Child", None, None, "Episode", None],
        ["ID", "Forename", "Surname", "From", "To"],
        [77, "Tom", "Hill", date(2025, 4, 13), date(2025, 4, 14)],
        [78, "Ann", "Wood", date(2025, 5, 2), None],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:C2")
    book.save(tmp_path / "missing.xlsx")
    choice = suggested(guess(tmp_path / "missing.xlsx"), agency="police")
    assert choice.tells["Episode From"] == "dated_by"
    mapping = written(tmp_path, as_mapping(choice), "ours.yaml")
    got = intake.read([tmp_path / "missing.xlsx"], out=tmp_path / "out", mapping=mapping, today=TODAY)
    assert (got.read, got.kept, got.set_aside) == (2, 2, 0)


def test_a_file_without_names_of_columns_is_refused_and_no_child_s_row_becomes_a_name(tmp_path):
    path = written(tmp_path, "\n".join(BODY))
    with pytest.raises(NotDone, match="hold no names of columns") as refused:
        guess(path)
    assert "Hill" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "pattern", "stem"),
    [
        ("police_missing_2026-03.csv", "police_missing*.csv", "police_missing"),
        ("2026 extract.csv", "2026 extract.csv", "extract"),
        ("A&E [March].XLSX", "A&E*.xlsx", "a_e"),
        ("123.csv", "123.csv", "table"),
    ],
)
def test_later_files_are_meant_by_what_stays_in_their_names(name, pattern, stem):
    assert (pattern_of(name), stem_of(name)) == (pattern, stem)


@given(
    st.lists(st.text(max_size=12), min_size=1, max_size=6),
    st.lists(st.lists(st.text(max_size=12), max_size=7), max_size=6),
)
def test_whatever_is_in_a_file_the_guess_is_a_mapping_that_loads_or_a_sentence(tmp_path_factory, head, rows):
    folder = tmp_path_factory.mktemp("any")
    path = folder / "any.csv"
    with path.open("w", newline="", encoding="utf-8", errors="replace") as stream:
        csv.writer(stream).writerows([head, *rows])
    try:
        found = guess(path)
    except NotDone:
        return
    choice = suggested(found, agency="a")
    if choice.tells and {"record_id", "nhs_number", "upn", "family_name", "birth_date"} & set(
        choice.tells.values()
    ):
        (folder / "ours.yaml").write_text(as_mapping(choice, reasons(found)), encoding="utf-8")
        assert load(folder / "ours.yaml").sources[0].takes(path.name)


def test_a_sample_of_others_that_nothing_was_tuned_on_is_read_by_its_guess(tmp_path):
    path = SAMPLES / "record_linkage" / "fake_1000.csv"
    if not path.is_file():
        pytest.skip("the samples of others are not here")
    choice = suggested(guess(path), agency="a")
    assert choice.tells == {"first_name": "given_name", "surname": "family_name", "dob": "birth_date"}
    mapping = written(tmp_path, as_mapping(choice), "ours.yaml")
    got = intake.read([path], out=tmp_path / "out", mapping=mapping, today=TODAY)
    assert (got.read, got.kept) == (1000, 1000)


def test_the_command_prints_mapping_rows_and_doubts_and_writes_a_new_file_only(tmp_path):
    path = written(tmp_path, "\n".join([HEAD, *BODY]))
    out = tmp_path / "ours.yaml"
    words = ["mapping", "guess", str(path), "--out", str(out)]
    refused = CliRunner().invoke(main, words)
    assert (refused.exit_code, "with --agency" in refused.stderr) == (2, True)
    done = CliRunner().invoke(main, [*words, "--agency", "police"])
    assert done.exit_code == 0, done.stderr
    assert "record_id: Child ID" in done.stdout
    assert "2011-04-13" in done.stdout
    again = CliRunner().invoke(main, [*words, "--agency", "police"])
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    run = CliRunner().invoke(
        main, ["run", str(path), "--mapping", str(out), "--out", str(tmp_path / "result")]
    )
    assert run.exit_code == 0, run.stderr
