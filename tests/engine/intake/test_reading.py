"""Intake as a whole: what it refuses, what it finds, and that the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.engine.intake.conftest import TODAY, Read
from tests.engine.intake.test_cin_census import census, child
from tests.engine.intake.test_mapped import HEAD, ROW
from tests.engine.intake.test_ssda903 import RETURN

from heard.engine import intake, tables
from heard.engine.tables import NotDone

WRITTEN = (tables.SOURCES, tables.RECORDS, tables.OBSERVATIONS, tables.COVERAGE, tables.ISSUES)
ALL = {
    **RETURN,
    "census.xml": census(child(), child("Zoé")),
    "police_missing.csv": HEAD + ROW,
    "readme.md": "hello",
}


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match=r"gone\.csv is not there"):
        intake.read([tmp_path / "gone.csv"], out=tmp_path / "out")


def test_nothing_usable_is_refused_with_the_reason_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "police_missing.csv").write_text(HEAD + ROW)
    with pytest.raises(NotDone, match=r"police_missing\.csv: no mapping names it"):
        intake.read([tmp_path / "police_missing.csv"], out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "census.xml").write_text(census(child()))
    with pytest.raises(NotDone, match="cannot be written"):
        intake.read([tmp_path / "census.xml"], out=tmp_path / "census.xml")


def test_one_folder_may_hold_every_format(read: Callable[..., Read]) -> None:
    done = read(ALL)
    assert [(source.source, source.kind) for source in done.summary.sources] == [
        ("census", "cin_census"), ("r", "ssda903"), ("police_missing", "csv"), ("readme", "not_read")
    ]  # fmt: skip
    assert done.counts == (9, 9, 0)


def test_the_tables_are_those_of_the_contract(read: Callable[..., Read]) -> None:
    done = read(ALL)
    for table in WRITTEN:
        assert pq.read_schema(done.out / f"{table.name}.parquet").equals(table.schema)
    items = [row["item"] for row in done.table("coverage") if row["source"] == "census"]
    assert len(items) == len(set(items)) == 29


def test_the_same_input_gives_the_same_bytes(read: Callable[..., Read]) -> None:
    first = {t.name: (read(ALL).out / f"{t.name}.parquet").read_bytes() for t in WRITTEN}
    second = {t.name: (read(ALL).out / f"{t.name}.parquet").read_bytes() for t in WRITTEN}
    assert first == second


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "census.xml").write_text(census(child()))
    done = intake.read([tmp_path, tmp_path / "census.xml"], out=tmp_path / "out", today=TODAY)
    assert done.read == 1


def test_two_sources_never_share_a_name(read: Callable[..., Read]) -> None:
    done = read({"a/census.xml": census(child()), "b/census.xml": census(child())})
    assert [source.source for source in done.summary.sources] == ["census", "census-2"]


def test_progress_tells_of_each_source(tmp_path: Path) -> None:
    (tmp_path / "police_missing.csv").write_text(HEAD + ROW)
    told: list[tuple[str, float | None]] = []
    intake.read(
        [tmp_path / "police_missing.csv"], out=tmp_path / "out", mapping=intake.EXAMPLES / "partnership.yaml",
        progress=lambda doing, done: told.append((doing, done)),
    )  # fmt: skip
    assert told[0][0] == "police_missing"
    assert all(done is None or 0 <= done <= 1 for _, done in told)


def test_the_mapping_itself_is_no_extract(tmp_path: Path) -> None:
    (tmp_path / "police_missing.csv").write_text(HEAD + ROW)
    mapping = tmp_path / "m.yaml"
    mapping.write_bytes((intake.EXAMPLES / "partnership.yaml").read_bytes())
    done = intake.read([tmp_path], out=tmp_path / "out", mapping=mapping, today=TODAY)
    assert [source.source for source in done.sources] == ["police_missing"]


def test_links_that_lead_back_or_nowhere_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "census.xml").write_text(census(child()))
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere").symlink_to(tmp_path / "gone")
    done = intake.read([folder], out=tmp_path / "out", today=TODAY)
    assert [(source.source, source.read) for source in done.sources] == [("census", 1), ("nowhere", 0)]
