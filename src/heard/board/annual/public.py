"""What annual reports made public stays as it was: counted anew, it would differ by the few who were recorded, merged or erased meanwhile, and tell of
them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from heard.insight.release.report import Cell, Section, Tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

YEAR: Final = "year"  # the dimension that every table of an annual report has


@dataclass(frozen=True)
class Public:
    """`tables`: of each table and year, by their names, the section that showed it first; None where it was hidden or rounded in another way, and so
    cannot stand beside others."""

    tables: Mapping[tuple[str, str], Section | None]

    def without(self, section: Section) -> Section:
        """As it is to be hidden: without the years that were public."""
        table = section.table
        if table is None:
            return section
        cells = tuple(cell for cell in table.cells if (table.name, _year(cell)) not in self.tables)
        return replace(section, table=replace(table, cells=cells))

    def beside(self, hidden: Section, counted: Section) -> Section:
        """`hidden`, with what was public of the years that were `counted` for it; without a table where nothing is left. Where all of it was public, what
        was said of it stands too: which groups and promises were too few."""
        if hidden.table is None or counted.table is None:
            return hidden
        of, labels, cells = hidden.table, dict(hidden.labels), list(hidden.table.cells)
        stood = {year: self.tables.get((of.name, year)) for year in map(_year, counted.table.cells)}
        for year, known in stood.items():
            if known and known.table:
                cells += [cell for cell in known.table.cells if _year(cell) == year]
                labels = dict(known.labels) | labels
        first = next(iter(stood.values()))
        if first and all(stood.values()) and first.heading == hidden.heading:
            hidden = replace(hidden, words=first.words, coverage=first.coverage, across=first.across)
        table = replace(of, cells=tuple(cells)) if cells else None
        return replace(hidden, table=table, labels=labels, coverage=hidden.coverage if cells else "")


def public(shown: Iterable[tuple[Section, bool]]) -> Public:
    """`shown`: sections of all that was ever public, the first first, each with whether it was hidden and rounded as is asked now."""
    found: dict[tuple[str, str], Section | None] = {}
    for section, is_same in shown:
        for name, year in _years(section.table):
            found.setdefault((name, year), section if is_same else None)
    return Public(found)


def _years(table: Tidy | None) -> Iterable[tuple[str, str]]:
    return dict.fromkeys((table.name, _year(cell)) for cell in table.cells) if table else ()


def _year(cell: Cell) -> str:
    (year,) = cell.at(YEAR)
    return year
