"""What every table-like file looks like to a reader: a header, and rows of text below it. Hides which kind of file it is.

`delimited` reads CSV and its kin, `workbook` Excel, `parquet` Parquet. Each row comes once, in the order of the file, and
memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol


class Row(NamedTuple):
    """One row below the header. `cells` is null where it cannot be read; `faults` are codes of `faults.FAULTS`."""

    number: int
    cells: list[str] | None
    faults: tuple[str, ...] = ()


class Said(NamedTuple):
    """Something about the file as a whole: a code of `faults.FAULTS`, the column, and what fills the sentence."""

    code: str
    column: str = ""
    filling: dict[str, object] = {}


class Sheet(Protocol):
    """A table that has a header: how to read it."""

    @property
    def header(self) -> tuple[str, ...]: ...

    def rows(self) -> Iterator[Row]:
        """Every row, as many cells as the header has, or null with the reason among the faults."""

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


def fitted(number: int, cells: list[str], width: int, faults: tuple[str, ...] = ()) -> Row:
    """A row as wide as the header, with what that cost."""
    if not any(cell.strip() for cell in cells):
        return Row(number, None, (*faults, "row_blank"))
    if len(cells) < width:
        return Row(number, cells + [""] * (width - len(cells)), (*faults, "row_short"))
    if any(cell.strip() for cell in cells[width:]):
        return Row(number, None, (*faults, "row_long"))
    return Row(number, cells[:width], faults)
