"""Which engine is underneath: the only module that names DuckDB and Splink's back end.

Steps see Ibis tables, Arrow tables and files; another engine would change this module only.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from splink.backends.duckdb import DuckDBAPI

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from heard.engine.tables import Table

# What the engine raises when the machine fails it: no memory, no disk. Callers turn these into a sentence.
FAILURES = (duckdb.Error, pa.ArrowException, OSError, MemoryError)


class WrongTable(Exception):
    """A table between two steps is missing or has another shape than `tables.py` says. The text is for the user."""


class Engine:
    """One connection, whose large intermediate results go to disk inside the run's folder."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self._connection = connection
        self._ibis = ibis.duckdb.from_connection(connection)

    def read(self, table: Table) -> Any:
        """The table of an earlier step as an Ibis table. Raises `WrongTable`."""
        return self._ibis.read_parquet(
            str(checked_path(self.folder, table)), table_name=f"heard_{table.name}"
        )

    def hold(self, name: str, rows: pa.Table) -> Any:
        """An Arrow table as an Ibis table."""
        return self._ibis.create_table(name, rows, overwrite=True)

    def keep(self, name: str, expression: Any) -> Any:
        """The result of an expression, computed once."""
        return self._ibis.create_table(name, expression, overwrite=True)

    def for_splink(self, name: str) -> Any:
        """A table that `hold` or `keep` made, as Splink takes it."""
        return DuckDBAPI(connection=self._connection).register(name)

    def from_splink(self, frame: Any) -> Any:
        return self._ibis.table(frame.physical_name)

    def write(self, table: Table, rows: Any) -> None:
        """Writes an Ibis expression or Arrow table as the run's Parquet file of `table`. Raises `WrongTable`."""
        write(self.folder, table, rows if isinstance(rows, pa.Table) else rows.to_pyarrow())


@contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """An engine for one run's folder; its temporary files are gone afterwards."""
    overflow = folder / ".overflow"
    settings = {
        "temp_directory": str(overflow),
        "threads": os.cpu_count() or 1,
        "memory_limit": f"{_memory() // 2}B",  # the other half is for Python, Arrow and whatever else runs
        "autoinstall_known_extensions": False,  # nothing is fetched from outside
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(config=settings)
    try:
        yield Engine(folder, connection)
    finally:
        connection.close()
        shutil.rmtree(overflow, ignore_errors=True)


def read(folder: Path, table: Table, columns: list[str] | None = None) -> pa.Table:
    """A table of a run as Arrow, from a file that is opened for reading only. Raises `WrongTable`."""
    return pq.read_table(checked_path(folder, table), columns=columns)


def write(folder: Path, table: Table, rows: pa.Table) -> None:
    """Writes rows in the shape that `tables.py` says, whole or not at all. Raises `WrongTable`."""
    shaped = _in_shape(table, rows)
    target = folder / f"{table.name}.parquet"
    partial = target.with_suffix(".partial")
    pq.write_table(shaped, partial)
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
    if {f.name: f.type for f in found} != {f.name: f.type for f in table.schema}:
        raise WrongTable(
            f"{path.name} in {folder} has other columns than this version of heard writes. "
            f"Run the step '{table.written_by}' again."
        )
    return path


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


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
