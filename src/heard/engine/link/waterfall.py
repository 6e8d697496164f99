"""What the model made of any two records of a linked run: what speaks for one child, and what for two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc
import pyarrow.parquet as pq

from heard.engine import backend, tables
from heard.engine.link import kept
from heard.engine.link.reasons import reasons_of

if TYPE_CHECKING:
    from pathlib import Path

type Record = tuple[str, str]


class Reason(NamedTuple):
    """What was compared, what was found, in words, and how much that speaks for one child, in bits; below zero for two."""

    comparison: str
    level: str
    weight: float


class Compared(NamedTuple):
    """Two records: what became of the pair (a band of `tables.LINKS`, null where it was not worth writing down), why in words, and
    `reasons`, which add up to the model's weight. None where the two were not compared, or are too unlike to be kept."""

    band: str | None
    why: str
    reasons: list[Reason]


def compared(folder: Path, one: Record, other: Record) -> Compared:
    """Two records, each as (source, record_id), in either order. Raises `tables.NotDone` where the run has no such record,
    `backend.WrongTable` where it kept no pairs."""
    if one == other:
        raise tables.NotDone("These are one record. Name two.")
    keys = sorted(_key(folder, record) for record in (one, other))
    link = _links(folder, one, other) or _links(folder, other, one)
    pairs = _rows(folder, tables.COMPARED, (pc.field("left") == keys[0]) & (pc.field("right") == keys[1]))
    found = reasons_of(pairs[0], kept.model_of(folder)) if pairs else []
    return Compared(
        link["band"] if link else None, link["why"] if link else "", [Reason(*each) for each in found]
    )


def _key(folder: Path, record: Record) -> int:
    source, record_id = record
    rows = _rows(folder, tables.PRINTS, (pc.field("source") == source) & (pc.field("record_id") == record_id))
    if not rows:
        raise tables.NotDone(
            f"No record of {source} has that number. `heard joined DIR KEY` shows the records of a child."
        )
    return int(rows[0]["key"])


def _links(folder: Path, left: Record, right: Record) -> dict[str, Any] | None:
    named = zip(("left_source", "left_id", "right_source", "right_id"), (*left, *right), strict=True)
    wanted = [(name, "=", value) for name, value in named]
    rows = pq.read_table(backend.checked_path(folder, tables.LINKS), filters=wanted).to_pylist()
    return rows[0] if rows else None


def _rows(folder: Path, table: tables.Table, wanted: pc.Expression) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(
        backend.checked_path(folder, table), filters=wanted
    ).to_pylist()
    return found
