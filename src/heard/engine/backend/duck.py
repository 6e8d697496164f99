"""DuckDB: the engine on one machine, and what every other engine is held against."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from heard.engine.backend import files, rarity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from heard.engine.tables import Table

FAILURES = (duckdb.Error,)


class Duck:
    """One connection, whose large intermediate results go to disk inside the run's folder."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self._connection = connection
        self._ibis = ibis.duckdb.from_connection(connection)

    def read(self, table: Table) -> Any:
        path = files.checked_path(self.folder, table)
        return self._ibis.read_parquet(str(path), table_name=f"heard_{table.name}")

    def hold(self, name: str, rows: pa.Table) -> Any:
        return self._ibis.create_table(name, rows, overwrite=True)

    def keep(self, name: str, expression: Any) -> Any:
        return self._ibis.create_table(name, expression, overwrite=True)

    def learner(self, name: str, settings: dict[str, Any]) -> Linker:
        return self._linker(name, settings, {})

    def linker(self, name: str, settings: dict[str, Any], shares: Mapping[str, Any]) -> Linker:
        # What is learnt from a sample depends on the order of rows; what comes of a pair does not, and its order costs memory.
        self._connection.execute("SET preserve_insertion_order = false")
        return self._linker(name, settings, shares)

    def _linker(self, name: str, settings: dict[str, Any], shares: Mapping[str, Any]) -> Linker:
        splink = DuckDBAPI(connection=self._connection)
        table = splink.register(name)
        linker = Linker(table, settings, log_level=None, validate_settings=False)  # they are ours, and tested
        rarity.tell(self, splink, linker, shares)
        return linker

    def from_splink(self, frame: Any) -> Any:
        return self._ibis.table(frame.physical_name)

    def write(self, table: Table, rows: Any) -> None:
        files.write(self.folder, table, rows if isinstance(rows, pa.Table) else rows.to_pyarrow())


@contextmanager
def opened(folder: Path) -> Iterator[Duck]:
    """An engine for one run's folder; its temporary files are gone afterwards."""
    overflow = folder / ".overflow"
    connection = connected(overflow)
    try:
        yield Duck(folder, connection)
    finally:
        connection.close()
        shutil.rmtree(overflow, ignore_errors=True)


def connected(overflow: Path) -> duckdb.DuckDBPyConnection:
    """A connection to nothing but memory and `overflow`, a folder for what memory does not hold."""
    settings = {
        "temp_directory": str(overflow),
        "threads": os.cpu_count() or 1,
        "memory_limit": f"{memory() // 4}B",  # the rest is for Python, Arrow and whatever else runs
        "autoinstall_known_extensions": False,  # nothing is fetched from outside
        "autoload_known_extensions": False,
    }
    return duckdb.connect(config=settings)


def memory() -> int:
    """Of this machine, in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
