"""How links came about: weights as they were used, and which records tell too little, worked by hand and against a real run."""

from __future__ import annotations

import json
from datetime import date
from math import log2
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.spec.tables import record, source

from heard.engine import tables
from heard.engine.link import link
from heard.engine.link.diagnosis import diagnosed

FULL = {"birth_date": date(2011, 2, 3), "postcode": "WX1 1AA", "sex": "F"}


def _written(folder: Path, rows: list[dict[str, Any]]) -> None:
    named = [source(name) for name in sorted({row["source"] for row in rows})]
    for table, told in ((tables.RECORDS, rows), (tables.SOURCES, named)):
        pq.write_table(pa.Table.from_pylist(told, schema=table.schema), folder / f"{table.name}.parquet")


def _only(source: str, number: str, **told: Any) -> dict[str, Any]:
    """A record that tells what is named, and nothing else."""
    bare = {column.name: None for column in tables.RECORDS.columns if not column.required}
    return record(source, number, "Ada Bell") | bare | told


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    rows = [record(name, number, "Ada Bell", **FULL) for name in ("clinic", "police") for number in "123"]
    rows += [_only("bare", "1", sex="F"), _only("bare", "2", given_name="Ada", sex="F")]
    rows += [
        _only("bare", "3", nhs_number="9434765919", nhs_number_valid=True),
        _only("bare", "4", local_id="7"),
    ]
    _written(tmp_path, rows)
    link(tmp_path)
    return tmp_path


def test_a_record_tells_too_little_where_even_its_like_would_not_be_linked(linked: Path) -> None:
    """A sex alone does; the rarest given name there is would be enough, so that "at least" is said."""
    found = {short.source: (short.records, short.short) for short in diagnosed(linked).short}
    assert found == {"bare": (4, 1), "clinic": (3, 0), "police": (3, 0)}


def test_the_weights_are_those_that_were_used(linked: Path) -> None:
    settings = json.loads((linked / "model.json").read_text())["settings"]
    used = {
        level["label_for_charts"]: log2(level["m_probability"] / level["u_probability"])
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level") and comparison["output_column_name"] != "local"
    }
    found = diagnosed(linked)
    assert [level.bits for level in found.levels] == pytest.approx(list(used.values()))
    assert {level.comparison for level in found.levels} > {"birth date", "NHS number"}
    assert not found.learned
    assert found.ask_from < found.link_from


def test_a_folder_that_was_not_linked_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        diagnosed(tmp_path)
