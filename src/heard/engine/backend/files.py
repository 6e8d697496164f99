"""Tables of a run as Parquet files: read, checked, and written in the shape that `tables.py` says. The same for every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from heard.engine.tables import Table


class WrongTable(Exception):
    """A table between two steps is missing or has another shape than `tables.py` says. The text is for the user."""


def read(folder: Path, table: Table, columns: list[str] | None = None) -> pa.Table:
    """A table of a run as Arrow, from a file that is opened for reading only. Raises `WrongTable`."""
    return pq.read_table(checked_path(folder, table), columns=columns)


def write(folder: Path, table: Table, rows: pa.Table) -> None:
    """Writes rows in the shape that `tables.py` says, whole or not at all. Raises `WrongTable`."""
    write_parts(folder, table, [rows])


def write_parts(folder: Path, table: Table, parts: Iterable[pa.Table]) -> None:
    """As `write`, of rows that come part by part, in the order in which they come: only one part is in memory."""
    target = folder / f"{table.name}.parquet"
    partial = target.with_suffix(".partial")
    with pq.ParquetWriter(partial, table.schema) as file:
        for rows in parts:
            file.write_table(_in_shape(table, rows))
    partial.replace(target)


def checked_path(folder: Path, table: Table) -> Path:
    """The Parquet file of a table, once it is there and has the table's columns."""
    path = folder / f"{table.name}.parquet"
    if not path.is_file():
        raise WrongTable(
            f"{path.name} is not in {folder}: the step '{table.written_by}' writes it. Run that step first."
        )
    try:
        found = pq.read_schema(path)
    except pa.ArrowException as error:
        raise WrongTable(
            f"{path.name} in {folder} cannot be read as Parquet. Run the step '{table.written_by}' again."
        ) from error
    if not _is_in_shape(table, found):
        raise WrongTable(
            f"{path.name} in {folder} has other columns than this version of heard writes. "
            f"Run the step '{table.written_by}' again."
        )
    return path


def _is_in_shape(table: Table, found: pa.Schema) -> bool:
    """It may lack what an earlier release of Heard did not write."""
    there = {field.name: field.type for field in found}
    added = {column.name for column in table.columns if column.added} - there.keys()
    return there == {field.name: field.type for field in table.schema if field.name not in added}


def _in_shape(table: Table, rows: pa.Table) -> pa.Table:
    given, wanted = set(rows.column_names), {column.name for column in table.columns}
    if given != wanted:
        raise WrongTable(
            f"Table {table.name}: missing {sorted(wanted - given)}, unknown {sorted(given - wanted)}."
        )
    for column in table.columns:
        if column.required and rows[column.name].null_count:
            raise WrongTable(f"Table {table.name}: {column.name} must have a value in every row.")
    try:
        return rows.select(table.schema.names).cast(table.schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise WrongTable(f"Table {table.name}: {error}") from error
