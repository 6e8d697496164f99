"""What every table-like file looks like to a reader: a header, and rows of text below it. Hides which kind of file it is.

`delimited` reads CSV and its kin, `workbook` Excel, `parquet` Parquet. Each row comes once, in the order of the file, and
memory stays flat. Rows come one by one, or many at once in columns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

type Whole = npt.NDArray[np.int64]


class SheetRow(NamedTuple):
    """One row below the header. `cells` is null where it cannot be read; `faults` are codes of `faults.FAULTS`."""

    number: int
    cells: list[str] | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Some rows below the header, one after another, in columns.

    `numbers`: of each row that can be read, its number. `cells`: of each place that was asked for, what these rows have there.
    `faulty`: every row with a fault, in order, also those that cannot be read. `done`: how much of the file is read, 0 to 1,
    null where it cannot be told.
    """

    numbers: Whole
    cells: dict[int, pa.StringArray]
    faulty: tuple[SheetRow, ...] = ()
    done: float | None = None

    @property
    def read(self) -> int:
        """How many rows these are, with those that cannot be read."""
        return len(self.numbers) + sum(row.cells is None for row in self.faulty)


class Said(NamedTuple):
    """Something about the file as a whole: a code of `faults.FAULTS`, the column, and what fills the sentence."""

    code: str
    column: str = ""
    filling: dict[str, object] = {}


class Sheet(Protocol):
    """A table that has a header: how to read it."""

    @property
    def header(self) -> tuple[str, ...]: ...

    def rows(self) -> Iterator[SheetRow]:
        """Every row, as many cells as the header has, or null with the reason among the faults."""

    def batches(self, places: Collection[int]) -> Iterator[Batch]:
        """The same rows, with the cells at these places of the header."""

    def said(self) -> Iterator[Said]:
        """What is odd about the file; complete once its rows were read."""


@lru_cache(maxsize=4_096)
def plain(name: str) -> str:
    """A column's name as compared: case, blanks, hyphens and underscores make no difference."""
    return "".join(c for c in name.casefold() if c not in " _-\t\n")


def places_of(header: tuple[str, ...]) -> dict[str, int]:
    """Plain column name to its place; the first of two alike."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(plain(name), place)
    return places


def fitted(number: int, cells: list[str], width: int, faults: tuple[str, ...] = ()) -> SheetRow:
    """A row as wide as the header, with what that cost."""
    if not any(cell.strip() for cell in cells):
        return SheetRow(number, None, (*faults, "row_blank"))
    if len(cells) < width:
        return SheetRow(number, cells + [""] * (width - len(cells)), (*faults, "row_short"))
    if any(cell.strip() for cell in cells[width:]):
        return SheetRow(number, None, (*faults, "row_long"))
    return SheetRow(number, cells[:width], faults)


_ROWS = 20_000


def in_batches(rows: Iterable[SheetRow], places: Collection[int]) -> Iterator[Batch]:
    """Rows that come one by one, in columns."""
    for some in batched(rows, _ROWS):
        yield as_batch(some, places)


def as_batch(rows: Collection[SheetRow], places: Collection[int]) -> Batch:
    told = [(row.number, row.cells) for row in rows if row.cells is not None]
    return Batch(
        np.array([number for number, _ in told], np.int64),
        {place: pa.array([cells[place] for _, cells in told], pa.string()) for place in places},
        tuple(row for row in rows if row.faults),
    )
