"""From files to rows: no row is lost, and what cannot be read is said with its field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from heard.engine.intake.finding import WORKBOOK_BEGINS
from heard.engine.tables import NotDone
from heard.insight.bringing.reading import Files, load_headings, read_files
from heard.insight.bringing.rules import COLUMNS, FAULTS, STAGES, STATUSES, Outcome, Table, compared, guess

HEAD = "Client ID,Forename,Surname,DOB,Gender,NHS No,Postcode\n"


def people(tmp_path: Path, content: bytes | str, mapping: str = "") -> Files:
    path = tmp_path / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    told = tmp_path / "mapping.yaml"
    told.write_text(mapping)
    return read_files({Table.PEOPLE: path}, load_headings(told) if mapping else None)


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + "7,Zoë,Grün,3/2/2010,F,,LE1 1AA\n").encode(),
        (HEAD + "7,Zoë,Grün,3/2/2010,F,,LE1 1AA\n").encode("utf-8-sig"),
        (HEAD + "7,Zoë,Grün,2010-02-03,female,,le11aa\n").encode("cp1252"),
        ("sep=;\n" + (HEAD + "7,Zoë,Grün,2010-02-03,2,,LE1 1AA\n").replace(",", ";")).encode("utf-8-sig"),
        (HEAD + "\n\n7,Zoë,Grün,3 Feb 2010,girl,,LE1 1AA\n\n").encode(),
    ],
    ids=["utf-8", "utf-8 with a mark", "windows-1252", "sep and semicolons", "empty lines"],
)
def test_however_it_is_written_it_is_read(tmp_path: Path, content: bytes) -> None:
    [row] = people(tmp_path, content).rows(Table.PEOPLE)
    assert row.issues == []
    assert (row.person, row.text("given_name"), row.text("family_name")) == ("7", "Zoë", "Grün")
    assert (row.day("birth_date"), row.text("sex"), row.text("postcode")) == (
        date(2010, 2, 3),
        "F",
        "LE1 1AA",
    )


def test_each_mistake_is_named_with_its_field_and_what_to_do(tmp_path: Path) -> None:
    rows = people(
        tmp_path,
        HEAD
        + ",Ada,Reed,,,,\n"  # no number
        + "2,,n/a,,,,\n"  # no name
        + "3,Ada,Reed,31/2/2010,what,9434765910,nowhere\n"
        + "4,Ada,Reed,3/2/10,F,0000000000,\n"
        + f"5,{'A' * 81},Reed,,,,\n"
        + "6,too,many,,,,,cells\n"
        + ",,,,,,\n",
    ).rows(Table.PEOPLE)
    said = [[(issue.code, issue.field) for issue in row.issues] for row in rows]
    assert said == [
        [("no_id", "person_id")],
        [("no_name", "")],
        [("day_unreadable", "birth_date"), ("word_unknown", "sex"), ("nhs_doubtful", "nhs_number"), ("postcode_doubtful", "postcode")],
        [("day_short_year", "birth_date")],
        [("too_long", "given_name")],
        [("row_unreadable", "")],
        [("row_blank", "")],
    ]  # fmt: skip
    kept = [row.number for row in rows if row.outcome is Outcome.KEPT]
    assert kept == [3, 4]
    assert rows[2].day("birth_date") is None
    assert rows[2].text("nhs_number") == "9434765910"  # kept as it is, for a person to look at
    assert rows[3].text("nhs_number") == ""  # stands for none
    [far, spaced] = people(tmp_path, HEAD + "1,Ada,,,,,nowhere at all\n2,Bo,,,,,sw1a - 1aa\n").rows(
        Table.PEOPLE
    )
    assert [issue.code for issue in far.issues] == ["postcode_doubtful", "left_out_long"]
    assert (far.text("postcode"), spaced.issues, spaced.text("postcode")) == ("", [], "SW1A 1AA")
    assert all(fault.what.endswith(".") and fault.to_do.endswith(".") for fault in FAULTS.values())


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_named_as_one(tmp_path: Path, begins: bytes) -> None:
    with pytest.raises(NotDone, match=r"people.csv is an Excel workbook. Save it as CSV."):
        people(tmp_path, begins + b"\x14\x00\x06\x00 person_id,given_name\n")


def test_words_that_lead_nowhere_are_left_out_and_said(tmp_path: Path) -> None:
    texts = {
        Table.CASES: "person_id,opened_on,allocated_worker,allocated_on\n1,1/6/2026,,2/6/2026\n2,1/6/2026,sol,2/6/2026\n3,1/6/2026,,\n",
        Table.PLANS: "person_id,outcome,action,owner,due_on\n1,Safe,,tess.archer,1/12/2030\n2,Safe,,,1/12/2030\n3,Safe,,tess,\n4,Safe,,,\n5,Safe,Ring,tess,\n",
    }
    paths = {table: tmp_path / f"{table}.csv" for table in texts}
    for table, text in texts.items():
        paths[table].write_text(text)
    files = read_files(paths)
    said = {
        table: [[(issue.code, issue.field) for issue in row.issues] for row in files.rows(table)]
        for table in texts
    }
    assert said == {
        Table.CASES: [[("no_worker", "allocated_worker")], [], []],
        Table.PLANS: [[("no_action", "action")]] * 3 + [[], []],
    }
    assert all(row.is_kept for row in files.all_rows)
    assert all(
        not row.text("owner") and row.day("due_on") is None
        for row in files.rows(Table.PLANS)
        if not row.text("action")
    )


def test_a_column_shows_itself_whether_the_month_comes_first(tmp_path: Path) -> None:
    [first, second] = people(tmp_path, HEAD + "1,A,B,2/28/2010,,,\n2,C,D,3/4/2011,,,\n").rows(Table.PEOPLE)
    assert (first.day("birth_date"), second.day("birth_date")) == (date(2010, 2, 28), date(2011, 3, 4))


def test_a_mapping_goes_before_what_is_guessed(tmp_path: Path) -> None:
    content = "ID,Key,Forename,Born\n1,K7,Ada,3/2/2010\n"
    files = people(tmp_path, content, "people:\n  person_id: Key\n")
    assert files.files[Table.PEOPLE].taken == {
        "person_id": "Key",
        "given_name": "Forename",
        "birth_date": "Born",
    }
    assert files.files[Table.PEOPLE].unread == ["ID"]
    assert files.rows(Table.PEOPLE)[0].person == "K7"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (
            "people:\n  person_id: Kay\n",
            "has no column Kay, by which the mapping tells person_id. Did you mean Key?",
        ),
        ("people:\n  birth_day: Key\n", "birth_day means nothing under people. Did you mean birth_date?"),
        ("persons:\n  person_id: Key\n", "persons is no table"),
        ("cases:\n  person_id: Key\n", "The mapping speaks of cases, and no such file is given."),
        ("people: Key\n", "under people, write lines"),
        ("people:\n  person_id: [Key]\n", "say which heading tells person_id"),
        ("just words", "holds no lines"),
        ("people: [", "is not YAML"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said_with_what_to_do(
    tmp_path: Path, mapping: str, said: str
) -> None:
    with pytest.raises(NotDone) as raised:
        people(tmp_path, "ID,Key\n1,K7\n", mapping)
    assert said in str(raised.value)


def test_the_guess_knows_each_field_by_its_own_name_and_takes_no_heading_twice() -> None:
    for table, columns in COLUMNS.items():
        names = [column.field for column in columns]
        assert guess(table, names) == {name: name for name in names}
        assert all(name == compared(name) for column in columns for name in column.names)
    assert guess(Table.PEOPLE, ["ID", "id", "Name"]) == {"person_id": "ID"}
    assert all(word == compared(word) for word in (*STATUSES, *STAGES))


_cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_known = st.sampled_from(
    ["1", "2", "Ada", "Reed", "3/2/2010", "2010-02-03", "F", "", "new", "unknown", '"', "9434765919"]
)
_lines = st.lists(st.lists(_known | _cells, max_size=9), max_size=8)


@given(
    table=st.sampled_from(Table),
    lines=_lines,
    mark=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_file_each_row_read_is_kept_or_set_aside(
    tmp_path: Path, table: Table, lines: list[list[str]], mark: str, encoding: str
) -> None:
    head = mark.join(column.field for column in COLUMNS[table])
    path = tmp_path / "any.csv"
    path.write_bytes(
        "\n".join([head, *(mark.join(line) for line in lines)]).encode(encoding, errors="replace")
    )
    files = read_files({table: path})
    rows = files.rows(table)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert files.count(Outcome.KEPT) + files.count(Outcome.ASIDE) == len(rows)
    assert all(row.issues for row in rows if row.outcome is Outcome.ASIDE)
    assert all(row.person for row in rows if row.is_kept)


@given(content=st.binary(max_size=200))
@example(content=WORKBOOK_BEGINS[0])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_at_all_break_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    if content.startswith(WORKBOOK_BEGINS):
        with pytest.raises(NotDone, match="Save it as CSV"):
            read_files({Table.PLANS: path})
        return
    files = read_files({Table.PLANS: path})
    assert files.count(Outcome.KEPT) + files.count(Outcome.ASIDE) == len(files.rows(Table.PLANS))
