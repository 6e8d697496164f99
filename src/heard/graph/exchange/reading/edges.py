"""Anybody's list of ties, for measuring it: names as they stand there, weights, attributes, and who is tied to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from heard.engine.tables import NotDone
from heard.graph.exchange.reading.gathering import plain
from heard.graph.exchange.reading.tables import FIRST, SECOND, Sheet, TableRow, open_sheet
from heard.graph.exchange.rules import Aside, compared
from heard.graph.exchange.rules.measuring import Edge, weight_of

_WEIGHTS: Final = ("weight", "strength", "value", "frequency", "count")
_LOOKED_AT: Final = 200  # rows by which it shows whether the first line is a heading


@dataclass
class Listed:
    """Rows read are those that were `taken` or set `aside`. `alone`: who stands in it, tied to nobody; `weight`: the column, where there is
    one; `headed`: whether its first line is a heading."""

    edges: list[Edge] = field(default_factory=list)
    alone: set[str] = field(default_factory=set)
    taken: int = 0
    aside: list[Aside] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    weight: str = ""
    headed: bool = True

    @property
    def rows(self) -> int:
        return self.taken + len(self.aside)


def read_edges(path: Path, weight: str = "") -> Listed:
    """`weight`: the column, by its heading; else one that is called so, where there is. Raises `NotDone`."""
    sheet = open_sheet(path)
    if len(sheet.header) < 2:
        raise NotDone("A list of ties has two columns at least, with a comma, semicolon or tab between them.")
    found = Listed(said=list(sheet.said))
    first, second, found.headed = _ends(sheet)
    at = _weight(sheet, weight, found)
    others = [place for place, name in enumerate(sheet.header) if name and place not in (first, second, at)]
    seen: set[tuple[str, str]] = set()
    for line in _lines(sheet, found.headed):
        if line.cells is None:
            found.aside.append(Aside(line.number, line.fault))
            continue
        cells = line.cells
        one, other = plain(cells[first]), plain(cells[second])
        strong = 1.0 if at is None else weight_of(cells[at])
        code = _why_aside(one, other, strong, seen)
        if code:
            found.aside.append(Aside(line.number, code))
            continue
        found.taken += 1
        if not one or not other:
            found.alone.add(one or other)
            continue
        seen.add((min(one, other), max(one, other)))
        more = tuple((sheet.header[place], cells[place]) for place in others) if found.headed else ()
        found.edges.append(Edge(one, other, strong if strong is not None else 1.0, more))
    if not found.rows:
        raise NotDone("The list has no row.")
    return found


def _why_aside(one: str, other: str, weight: float | None, seen: set[tuple[str, str]]) -> str:
    if not one and not other:
        return "no_end"
    if one == other:
        return "to_itself"
    if not one or not other:
        return ""  # somebody who is tied to nobody
    if (min(one, other), max(one, other)) in seen:
        return "again"
    return "bad_weight" if weight is None else ""


def _ends(sheet: Sheet) -> tuple[int, int, bool]:
    """Which columns hold both ends, and whether the first line is a heading: not where what stands there stands below as well, or is
    a number."""
    first, second = sheet.place(FIRST), sheet.place(SECOND)
    if first is not None and second is not None:
        return first, second, True
    heads = {plain(text) for text in sheet.header[:2]}
    for line in sheet.lines():
        if line.number > _LOOKED_AT:
            break
        if line.cells and heads & {plain(cell) for cell in line.cells[:2]}:
            return 0, 1, False
    return 0, 1, not any(text.replace(".", "", 1).isdigit() for text in heads)


def _weight(sheet: Sheet, asked: str, found: Listed) -> int | None:
    if asked:
        place = sheet.place((compared(asked),)) if found.headed else None
        if place is None:
            raise NotDone(
                f"The list has no column {asked}. Its columns are: {', '.join(filter(None, sheet.header))}."
            )
        found.weight = sheet.header[place]
        return place
    place = sheet.place(_WEIGHTS) if found.headed else None
    found.weight = sheet.header[place] if place is not None else ""
    return place


def _lines(sheet: Sheet, headed: bool) -> Iterator[TableRow]:
    """Rows, counted from 1 below the heading; the first line too where it is none."""
    if not headed:
        yield TableRow(1, list(sheet.header))
    for line in sheet.lines():
        yield line if headed else TableRow(line.number + 1, line.cells, line.fault)
