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

WRITTEN = (
    tables.SOURCES,
    tables.RECORDS,
    tables.ASSESSMENTS,
    tables.OBSERVATIONS,
    tables.COVERAGE,
    tables.ISSUES,
)
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
        ("census", "cin_census"), ("r", "ssda903"), ("police_missing", "csv")
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


def test_a_mapping_in_the_folder_is_used_when_none_is_named(read: Callable[..., Read]) -> None:
    ours = (intake.EXAMPLES / "police_missing.yaml").read_bytes()
    done = read({"police_missing.csv": HEAD + ROW, "m.yml": ours, "schema.yaml": "a: 1"}, mapping=None)
    assert [(source.source, source.kept) for source in done.summary.sources] == [("police_missing", 1)]
    assert done.summary.notes == (
        "No mapping was named: m.yml, which came with the extracts, was used.",
        "Left out, as they are no extracts: schema.yaml.",
    )


def test_the_mapping_may_be_one_of_the_paths(tmp_path: Path) -> None:
    (tmp_path / "police_missing.csv").write_text(HEAD + ROW)
    (tmp_path / "m.yaml").write_bytes((intake.EXAMPLES / "partnership.yaml").read_bytes())
    done = intake.read(
        [tmp_path / "m.yaml", tmp_path / "police_missing.csv"], out=tmp_path / "out", today=TODAY
    )
    assert (done.kept, done.mapping) == (1, tmp_path / "m.yaml")


def test_with_two_mappings_somebody_has_to_choose(read: Callable[..., Read]) -> None:
    ours = (intake.EXAMPLES / "police_missing.yaml").read_bytes()
    with pytest.raises(NotDone, match=r"several mappings: .*a\.yaml, .*b\.yaml\. Choose one with --mapping"):
        read({"police_missing.csv": HEAD + ROW, "a.yaml": ours, "b.yaml": ours}, mapping=None)


def test_a_mistake_in_a_mapping_that_comes_along_is_said(read: Callable[..., Read]) -> None:
    with pytest.raises(NotDone, match=r"The mapping m\.yaml, line 2"):
        read({"police_missing.csv": HEAD + ROW, "m.yaml": "sources:\n  police: 7\n"}, mapping=None)


def test_a_source_of_the_mapping_without_a_file_is_told(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW, "youth_justice.csv": ""})
    missing = "school_attendance, accident_emergency, sexual_health"
    assert done.summary.notes == (f"No file is there for these sources of the mapping: {missing}.",)


def test_a_mapping_that_was_named_goes_before_one_that_comes_along(read: Callable[..., Read]) -> None:
    done = read({"police_missing.csv": HEAD + ROW, "m.yaml": "sources:\n  police: 7\n"})
    assert done.summary.kept == 1


@pytest.mark.parametrize(
    "name", ["README.txt", "LICENSE", "notes.md", "schema.xsd", "truth.parquet", "picture.svg"]
)
def test_what_is_no_extract_is_no_source(read: Callable[..., Read], name: str) -> None:
    text = (
        "<svg/>"
        if name.endswith(("svg", "xsd"))
        else "Read this first, please.\nThen, when done, the rest, too.\n"
    )
    done = read({"police_missing.csv": HEAD + ROW, name: text})
    assert [source.source for source in done.summary.sources] == ["police_missing"]
    assert done.codes() == []
    assert f"Left out, as they are no extracts: {name}." in done.summary.notes


@pytest.mark.parametrize("name", ["attendance.csv", "attendance.tsv", "attendance.txt", "ATTENDANCE.CSV"])
def test_a_table_that_no_mapping_names_is_set_aside_with_its_rows(
    read: Callable[..., Read], name: str
) -> None:
    done = read({"police_missing.csv": HEAD + ROW, name: "a,b\n1,2\n3,4\n"})
    assert done.counts == (3, 1, 2)
    issue = done.issue("left_out")
    assert (issue["file"], issue["row"], issue["severity"]) == (name, 0, "set_aside")
    assert "(rows: 2)" in issue["what"]
    assert "mapping" in issue["remedy"]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.zip", "a.xml", "a.csv"])
def test_an_extract_whose_rows_cannot_be_counted_is_set_aside_too(
    read: Callable[..., Read], name: str
) -> None:
    done = read({"police_missing.csv": HEAD + ROW, name: b"PK\x03\x04" + bytes(99)})
    assert done.counts == (1, 1, 0)
    assert done.codes("set_aside") == ["left_out"]


def test_a_file_is_known_by_its_own_name_and_not_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "police_missing.csv").write_text(HEAD + ROW)
    (tmp_path / "link.csv").symlink_to(tmp_path / "police_missing.csv")
    done = intake.read(
        [tmp_path], out=tmp_path / "out", mapping=intake.EXAMPLES / "partnership.yaml", today=TODAY
    )
    assert [(source.source, source.read) for source in done.sources] == [("police_missing", 1)]


def test_names_that_cannot_be_shown_are_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "police_missing\x1b[31m\n.csv").write_text(HEAD + ROW)
    done = intake.read(
        [tmp_path], out=tmp_path / "out", mapping=intake.EXAMPLES / "partnership.yaml", today=TODAY
    )
    assert [file.file for source in done.sources for file in source.files] == [
        "police_missing\ufffd[31m\ufffd.csv"
    ]


def test_links_that_lead_back_or_nowhere_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "census.xml").write_text(census(child()))
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.csv").symlink_to(tmp_path / "gone")
    done = intake.read([folder], out=tmp_path / "out", today=TODAY)
    assert [(source.source, source.read) for source in done.sources] == [("census", 1), ("nowhere", 0)]
