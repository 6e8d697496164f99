"""Of very many records, those that share no more than a usual name are not compared; whatever is narrower still is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.engine.test_link_kept import taken, with_records

from heard.engine import backend, tables
from heard.engine.link import broad, link, model

__all__ = ["taken"]  # a fixture

pytestmark = pytest.mark.xdist_group("link_kept")


def linked(taken: Path, name: str) -> tuple[Path, Any]:
    folder = with_records(taken, name, backend.read(taken, tables.RECORDS).to_pylist())
    return folder, link(folder)


def pairs(folder: Path) -> dict[tuple[int, int], dict[str, Any]]:
    rows = backend.read(folder, tables.COMPARED).to_pylist()
    return {(row["left"], row["right"]): row for row in rows}


def share_a_number(row: dict[str, Any]) -> bool:
    written = (row["gamma_nhs"], row["gamma_upn"])
    return row["gamma_local"] == model.LOCAL_SAME or any(one >= model.NUMBER_WRITTEN for one in written)


def test_few_records_are_compared_by_every_block(taken: Path) -> None:
    _folder, summary = linked(taken, "few")
    assert not [note for note in summary.notes if note.startswith("Among so many")]


@pytest.fixture
def no_more_than(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """However few the records, no more pairs a record of one way of choosing pairs."""

    def limit(pairs_a_record: float) -> None:
        monkeypatch.setattr(broad, "BEYOND", 0)
        monkeypatch.setattr(broad, "MOST", pairs_a_record)
        monkeypatch.setattr(broad, "_IN_A_PART", 500)

    return limit


def test_where_every_block_is_narrow_enough_parts_change_nothing(
    taken: Path, no_more_than: Callable[[float], None]
) -> None:
    all_of_them, _summary = linked(taken, "all")
    no_more_than(1e6)
    again, _summary = linked(taken, "again")
    for table in (tables.COMPARED, tables.LINKS, tables.IDENTITIES):
        assert backend.read(again, table).equals(backend.read(all_of_them, table))


def test_the_broadest_blocks_are_left_out_and_that_is_said(
    taken: Path, no_more_than: Callable[[float], None]
) -> None:
    all_of_them, before = linked(taken, "all")
    no_more_than(0.35)
    narrow, after = linked(taken, "narrow")
    [note] = [note for note in after.notes if note.startswith("Among so many records")]
    assert "were not compared" in note
    then, now = pairs(all_of_them), pairs(narrow)
    assert now.keys() < then.keys()
    assert {key for key, row in then.items() if share_a_number(row)} <= now.keys()
    assert after.linked >= 0.98 * before.linked  # who has something rarer in common is found by it


def test_a_block_is_left_out_whole_and_no_more_than_it_takes(
    tmp_path: Path, no_more_than: Callable[[float], None]
) -> None:
    """Of two, three and four records of one name: 1, 3 and 6 pairs."""
    named = ["Ash"] * 2 + ["Birch"] * 3 + ["Cedar"] * 4
    rows = pa.table({"key": list(range(9)), "nhs": ["1"] * 9, "family": named})
    no_more_than(4 / 9)
    with backend.engine(tmp_path) as engine:
        prepared = engine.hold("prepared", rows)
        found = broad.narrowed(engine, "prepared", prepared, 9, [("nhs",), ("family",)], 1)
        told = found.table.order_by("key").to_pyarrow().to_pylist()
    assert found.largest == {1: 3}  # the first is a number: it is never left out
    assert [row["broad"] for row in told] == [0] * 5 + [2] * 4
    rule = found.rule(1, {"blocking_rule": "l.family = r.family"})
    assert rule == {"blocking_rule": "(l.family = r.family) AND (l.broad & 2) = 0"}
    assert found.rule(0, {"blocking_rule": "l.nhs = r.nhs"}) == {"blocking_rule": "l.nhs = r.nhs"}
