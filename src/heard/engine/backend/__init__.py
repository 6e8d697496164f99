"""Which engine is underneath: the only package that names DuckDB, Spark and Splink's back ends.

Steps see Ibis tables, Arrow tables and files. Who starts a step chooses the engine by `using`; DuckDB where nobody does.
What an engine cannot do, or does in another way, stands in `gaps`.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyarrow as pa

from heard.engine.backend import duck
from heard.engine.backend.files import WrongTable, checked_path, read, write
from heard.engine.backend.gaps import EngineStopped, Unavailable, met

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from splink import Linker

    from heard.engine.tables import Table

__all__ = [
    "DUCKDB",
    "ENGINES",
    "FAILURES",
    "SPARK",
    "Engine",
    "EngineStopped",
    "Unavailable",
    "WrongTable",
    "checked_path",
    "engine",
    "met",
    "name",
    "read",
    "using",
    "write",
]

# What the engine raises when the machine fails it: no memory, no disk. Callers turn these into a sentence.
FAILURES = (*duck.FAILURES, EngineStopped, pa.ArrowException, OSError, MemoryError)

DUCKDB: Final = "duckdb"
SPARK: Final = "spark"
ENGINES: Final = (DUCKDB, SPARK)

_chosen: ContextVar[str] = ContextVar("engine", default=DUCKDB)


class Engine(Protocol):
    """What a step may ask of the engine of one run's folder."""

    folder: Path

    def read(self, table: Table) -> Any:
        """The table of an earlier step as an Ibis table. Raises `WrongTable`."""

    def hold(self, name: str, rows: pa.Table) -> Any:
        """An Arrow table as an Ibis table."""

    def keep(self, name: str, expression: Any) -> Any:
        """The result of an expression, computed once."""

    def learner(self, name: str, settings: dict[str, Any]) -> Linker:
        """Splink on a table that `hold` or `keep` made, to learn weights from samples. Conditions of `settings` are
        written as DuckDB writes SQL."""

    def linker(self, name: str, settings: dict[str, Any], shares: Mapping[str, Any]) -> Linker:
        """Splink on a table that `hold` or `keep` made, to compare pairs; settings as for `learner`. `shares`: of each column of which a
        rare value says more, an Ibis table of its values (value, share)."""

    def from_splink(self, frame: Any) -> Any:
        """What `linker` gave, as an Ibis table."""

    def write(self, table: Table, rows: Any) -> None:
        """Writes an Ibis expression or Arrow table as the run's Parquet file of `table`. Raises `WrongTable`."""


@contextmanager
def using(engine: str) -> Iterator[None]:
    """Steps inside run on this engine, one of `ENGINES`. Raises `Unavailable` at once where it is not installed."""
    _opener(engine)
    before = _chosen.set(engine)
    try:
        yield
    finally:
        _chosen.reset(before)


def name() -> str:
    """The chosen engine's, one of `ENGINES`."""
    return _chosen.get()


def engine(folder: Path) -> AbstractContextManager[Engine]:
    """The chosen engine for one run's folder; its temporary files are gone afterwards. Raises `Unavailable`."""
    opened: AbstractContextManager[Engine] = _opener(name())(folder)
    return opened


def _opener(engine: str) -> Any:
    if engine == SPARK:  # imported where it is wanted: it is an extra, and slow to load
        spark = import_module("heard.engine.backend.spark")
        spark.check()
        return spark.opened
    return duck.opened
