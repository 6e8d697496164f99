"""What the specification does not show: a step that has not run, another release, a wrong file."""

import pytest
from tests.engine.spec.tables import screened, seen

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
