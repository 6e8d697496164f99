"""What the SSDA903 return holds: its tables, as `tables.yaml` describes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

FORMAT = "ssda903"


@dataclass(frozen=True)
class Table:
    """One table of the return. `element`: what holds it in the XML; `told`: a child with none of these has no row there.
    `events`: a row is something that happened, so that a child without one had none."""

    name: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    dates: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    until: str | None = None
    element: str | None = None
    told: tuple[str, ...] = ()
    events: bool = False

    @property
    def all_dates(self) -> tuple[str, ...]:
        return tuple(name for name in ("DOB", *self.dates, *self.later) if name in self.columns)


class Spec(NamedTuple):
    """`xml_names`: columns that the XML writes otherwise; `xml_only`: elements that say nothing more."""

    tables: tuple[Table, ...]
    year_from: frozenset[str]
    blank_is_no: frozenset[str]
    codes: dict[str, frozenset[str]]
    xml_names: dict[str, str]
    xml_only: frozenset[str]
    died: str


@cache
def spec() -> Spec:
    raw = yaml.safe_load(files(__package__).joinpath("tables.yaml").read_text(encoding="utf-8"))
    tables = tuple(
        Table(
            name=name,
            columns=tuple(table["columns"]),
            needed=tuple(table["needed"]),
            dates=tuple(table.get("dates", ())),
            later=tuple(table.get("later", ())),
            until=table.get("until"),
            element=table.get("in"),
            told=tuple(table.get("told", ())),
            events=bool(table.get("events")),
        )
        for name, table in raw["tables"].items()
    )
    codes = {name: frozenset(map(str, codes)) for name, codes in raw["codes"].items()}
    sets = (frozenset(raw["year_from"]), frozenset(raw["blank_is_no"]))
    return Spec(tables, *sets, codes, raw["xml_names"], frozenset(raw["xml_only"]), raw["died"])
