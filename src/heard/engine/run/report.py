"""A report of figures that were counted elsewhere: hidden beside everything that was ever released, kept as plain values until people
have written their part, and written into a folder as a profile is, so that it is checked and released as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from heard.engine import profile, publish
from heard.engine.profile.shape import Across, Cell, Section, Tidy
from heard.engine.run import folder as folders
from heard.engine.run import plainly
from heard.engine.run.profile import hide, hiding, tables_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

__all__ = ["Across", "Cell", "Section", "Tidy", "as_told", "hide_small", "sections_of", "write"]


def hide_small(
    sections: Iterable[Section], *, policy: publish.Policy, before: Sequence[Path]
) -> list[Section]:
    """With what is to be printed in place of each true count, which is kept nowhere. `before`: folders of tables that were ever released.
    Raises `NotDone` where an outsider could work out small counts, with their cells named."""
    sections = list(sections)
    counted = list({section.table.name: section.table for section in sections if section.table}.values())
    with plainly():
        earlier = [publish.read_table(path) for one in before for path in tables_in(one)]
        texts = hide(counted, policy, earlier).texts
    printed = {one.name: _printed(one, [row["count"] for row in texts[one.name]]) for one in counted}
    return [
        replace(section, table=printed[section.table.name]) if section.table else section
        for section in sections
    ]


def _printed(table: Tidy, texts: Iterable[str]) -> Tidy:
    shown = table.printed(texts)
    return replace(shown, cells=tuple(replace(cell, count=0, few=False) for cell in shown.cells))


def write(
    sections: Sequence[Section],
    *,
    out: Path,
    kind: str,
    opening: str,
    title: str,
    first: date,
    as_of: date,
    made_on: date,
    policy: publish.Policy,
) -> None:
    """Every format of a profile, from the texts that `hide_small` gave. `kind`, `opening`: what it is, in words. Raises `NotDone`."""
    drawn = profile.Profile(
        title, first, as_of, "", "", None, (), tuple(sections), hiding(policy), kind, opening, made_on
    )
    with plainly(), folders.fresh(out) as place:
        profile.write(drawn, place, lambda text, share: None)


def as_told(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Plain values, from which `sections_of` makes them again. What has an order is a list: a database may order the keys of an object anew."""
    return [_told(section) for section in sections]


def _told(section: Section) -> dict[str, Any]:
    across = [section.across.dimension, list(section.across.heads.items())]
    beside, table = list(section.beside.items()), section.table
    plain = asdict(replace(section, table=None))
    return plain | {"across": across, "beside": beside, "table": _table_told(table) if table else None}


def _table_told(table: Tidy) -> dict[str, Any]:
    return {
        "name": table.name,
        "about": table.about,
        "dimensions": list(table.dimensions.items()),
        "adds_up": sorted(table.adds_up),
        "cells": [
            {"places": dict(cell.places), "text": cell.text, "beside": dict(cell.beside)}
            for cell in table.cells
        ],
    }


def sections_of(told: Iterable[Mapping[str, Any]]) -> list[Section]:
    """As they were told, also where the values went through JSON meanwhile."""
    return [_section(row) for row in told]


def _section(told: Mapping[str, Any]) -> Section:
    (dimension, heads), table = told["across"], told["table"]
    made: dict[str, Any] = {
        "words": tuple(told["words"]),
        "drawn": tuple(told["drawn"]),
        "lines": tuple(tuple(line) for line in told["lines"]),
        "across": Across(dimension, _tuples(heads)),
        "beside": dict(told["beside"]),
        "table": _table(**table) if table else None,
    }
    return Section(**(dict(told) | made))


def _table(name: str, about: str, dimensions: Any, adds_up: Any, cells: Any) -> Tidy:
    made = (Cell(_tuples(cell["places"].items()), 0, cell["text"], beside=cell["beside"]) for cell in cells)
    return Tidy(name, about, _tuples(dimensions), frozenset(adds_up), tuple(made))


def _tuples(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(several) for name, several in pairs}
