"""What the specification does not show: a step that has not run, another release, a wrong file."""

from datetime import date

import pytest
from tests.engine.spec.tables import put, record, screened, seen, source

from heard.engine import backend, tables
from heard.engine.screen import screen
from heard.knowledge import load


def test_without_an_earlier_step_the_sentence_names_it(tmp_path):
    with pytest.raises(backend.WrongTable, match="'intake' writes it"):
        screen(tmp_path)


def test_a_file_that_is_no_parquet_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "observations.parquet").write_text("not a table")
    with pytest.raises(backend.WrongTable, match="cannot be read as Parquet"):
        screen(tmp_path)


def test_the_summary_names_the_release_that_counted(tmp_path):
    found = screened(tmp_path, {"child": ["police 1"]}, [seen("police 1", "S01", "2026-01-10")])
    assert found.summary.release == load.current().id


def test_every_sign_and_vulnerability_of_the_release_is_accounted_for(tmp_path):
    found = screened(tmp_path, {"child": ["police 1"]}, [])
    release = load.current()
    assert set(found.known) == {entry.id for entry in (*release.signs, *release.vulnerabilities)}


def test_temporary_files_are_gone_afterwards(tmp_path):
    screened(tmp_path, {"child": ["police 1"]}, [])
    assert {path.suffix for path in tmp_path.iterdir()} == {".parquet"}
    assert tables.CHILDREN.name in {path.stem for path in tmp_path.iterdir()}


TODAY = date(2026, 6, 1)
SIGNS = [
    seen("police 1", item, day)
    for item, day in (("S01", "2026-01-10"), ("S03", "2026-02-02"), ("S06", "2030-03-31"))
]


def as_of(folder, observations, *, last=None, asked=None):
    """The as-of date and the notes, with `last` as the latest day that the one source speaks of."""
    put(folder, tables.RECORDS, record("police", "1"))
    put(folder, tables.IDENTITIES, {"source": "police", "record_id": "1", "person": "child"})
    put(folder, tables.OBSERVATIONS, *observations)
    put(folder, tables.COVERAGE)
    put(folder, tables.SOURCES, source("police") | {"last_date": last})
    found = screen(folder, as_of=asked, today=TODAY)
    return found.as_of, " ".join(found.notes)


def test_a_sign_that_is_still_to_come_never_sets_the_as_of_date_and_is_said(tmp_path):
    day, said = as_of(tmp_path, SIGNS, last=date(2026, 5, 5))
    assert day == date(2026, 2, 2)
    assert (
        "2 February 2026 was taken, the latest day up to today on which a sign that counts was seen" in said
    )
    assert "Signs dated after today, 1 June 2026, were not counted: 1." in said


def test_without_a_sign_up_to_today_the_latest_day_on_record_is_taken(tmp_path):
    day, said = as_of(tmp_path, SIGNS[2:], last=date(2026, 5, 5))
    assert day == date(2026, 5, 5)
    assert "of which a record speaks" in said


@pytest.mark.parametrize("last", [None, date(2031, 1, 1)])
def test_without_any_day_up_to_today_today_is_taken(tmp_path, last):
    day, said = as_of(tmp_path, SIGNS[2:], last=last)
    assert day == TODAY
    assert "1 June 2026 was taken, today" in said


def test_an_as_of_date_that_was_given_stands_and_one_to_come_is_said(tmp_path):
    assert as_of(tmp_path, SIGNS, asked=date(2026, 3, 31)) == (date(2026, 3, 31), "")
    day, said = as_of(tmp_path, SIGNS, asked=date(2030, 3, 31))
    assert day == date(2030, 3, 31)
    assert "still to come" in said
