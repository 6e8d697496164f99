"""What people said of pairs of records, read from a file that somebody wrote by hand or another program kept."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from heard.engine import tables
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORDS = ("same", "not_same", "cannot_tell", "ask_others")
_NEEDED = ("left_source", "left_id", "right_source", "right_id", "judgement")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def from_file(path: Path) -> pa.Table:
    """Rows of `tables.JUDGEMENTS` from CSV (UTF-8) or Parquet with its columns. Raises `NotDone` with one sentence.

    `by`, `at` and `why` may be left out. Without `at` a row counts as said after the rows above it, and before every row
    that has it; a time without a zone is UTC.
    """
    try:
        rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except OSError as problem:
        raise NotDone(
            f"The judgements {path.name} cannot be opened. Check the path, and that you may read it."
        ) from problem
    except UnicodeDecodeError as problem:
        raise NotDone(f"{path.name} is not UTF-8. Save it as CSV UTF-8.") from problem
    except (pa.ArrowException, csv.Error) as problem:
        raise NotDone(f"{path.name} cannot be read as a table of judgements, as CSV or Parquet.") from problem
    told = [_judgement(path, number, row) for number, row in enumerate(rows, start=1)]
    return pa.Table.from_pylist(told, schema=tables.JUDGEMENTS.schema)


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        _check(path, reader.fieldnames or ())
        return list(reader)


def _parquet(path: Path) -> list[dict[str, Any]]:
    table = pq.read_table(path)
    _check(path, table.column_names)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _check(path: Path, columns: Any) -> None:
    if missing := [name for name in _NEEDED if name not in columns]:
        raise NotDone(
            f"{path.name} has no column {', '.join(missing)}. A judgement needs {', '.join(_NEEDED)}; by, at and why if you like."
        )


def _judgement(path: Path, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: str(row[name] or "").strip() for name in _NEEDED}
    if empty := [name for name, value in told.items() if not value]:
        raise NotDone(f"{path.name}, row {number}: {', '.join(empty)} is empty.")
    if told["judgement"] not in WORDS:
        raise NotDone(f"{path.name}, row {number}: a judgement is one of {', '.join(WORDS)}.")
    said = {"by": str(row.get("by") or "not said"), "why": row.get("why") or None}
    return told | said | {"at": _time(path, number, row.get("at"))}


def _time(path: Path, number: int, at: datetime | str | None) -> datetime:
    if not at:
        return _BEGINNING + timedelta(microseconds=number)
    try:
        when = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    except ValueError as problem:
        raise NotDone(f"{path.name}, row {number}: at is no time. Write it as 2026-03-31T09:30.") from problem
    return when if when.tzinfo else when.replace(tzinfo=UTC)
