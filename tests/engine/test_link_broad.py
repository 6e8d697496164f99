"""Of very many records, those that share no more than a usual name are not compared; whatever is narrower still is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def test_where_every_block_is_narrow_enough_nothing_changes(
    taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_of_them, _summary = linked(taken, "all")
    monkeypatch.setattr(broad, "BEYOND", 0)
    monkeypatch.setattr(broad, "MOST", 1e6)
    again, _summary = linked(taken, "again")
    for table in (tables.COMPARED, tables.LINKS, tables.IDENTITIES):
        assert backend.read(again, table).equals(backend.read(all_of_them, table))


def test_the_broadest_blocks_are_left_out_and_that_is_said(
    taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_of_them, before = linked(taken, "all")
    monkeypatch.setattr(broad, "BEYOND", 0)
    monkeypatch.setattr(broad, "MOST", 0.35)
    narrow, after = linked(taken, "narrow")
    [note] = [note for note in after.notes if note.startswith("Among so many records")]
    assert "were not compared" in note
    then, now = pairs(all_of_them), pairs(narrow)
    assert now.keys() < then.keys()
    assert {key for key, row in then.items() if share_a_number(row)} <= now.keys()
    assert after.linked >= 0.98 * before.linked  # who has something rarer in common is found by it


def test_of_a_way_of_choosing_pairs_no_more_than_so_many_are_left(
    taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broad, "BEYOND", 0)
    monkeypatch.setattr(broad, "MOST", 0.35)
    found: list[broad.Narrowed] = []
    narrowed = broad.narrowed
    monkeypatch.setattr(broad, "narrowed", lambda *given: found.append(narrowed(*given)) or found[-1])
    folder, summary = linked(taken, "counted")
    [one] = found
    assert one.largest
    assert min(one.largest) >= 3  # numbers are never left out
    assert backend.read(folder, tables.RECORDS).num_rows == summary.records
