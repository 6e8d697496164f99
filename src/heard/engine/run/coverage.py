"""What each source could see, and when: the heat map of a run, source by sign by month."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from heard.engine import backend, tables
from heard.engine.run import folder as folders
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True)
class Month:
    """`covered`: 'all' of it, 'part' or 'none'; `seen`: records in which the sign was seen, and counts."""

    month: date
    covered: str
    seen: int


@dataclass(frozen=True)
class Sight:
    """One sign of one source, month by month. `known_from`, `known_to`: the first and last month of which it can speak, None
    where it can speak of none of these."""

    source: str
    agency: str
    item: str
    months: tuple[Month, ...]

    @property
    def known_from(self) -> date | None:
        return next((month.month for month in self.months if month.covered != "none"), None)

    @property
    def known_to(self) -> date | None:
        return next((month.month for month in reversed(self.months) if month.covered != "none"), None)

    @property
    def throughout(self) -> bool:
        return all(month.covered == "all" for month in self.months)

    def as_json(self) -> dict[str, Any]:
        """Plain values only; months by their first day."""
        months = [asdict(month) | {"month": month.month.isoformat()} for month in self.months]
        return {"source": self.source, "agency": self.agency, "item": self.item, "months": months}


def sights(rows: Iterable[dict[str, Any]]) -> list[Sight]:
    """From rows of `tables.MONTHS`."""

    def whose(row: dict[str, Any]) -> tuple[str, str, str]:
        return row["agency"], row["source"], row["item"]

    ordered = sorted(rows, key=lambda row: (*whose(row), row["month"]))
    return [
        Sight(source, agency, item, tuple(Month(r["month"], r["covered"], r["seen"]) for r in of))
        for (agency, source, item), of in groupby(ordered, key=whose)
    ]


def coverage(folder: Path) -> list[Sight]:
    """Of a run that is screened. Raises `NotDone`, `backend.WrongTable`."""
    if "screen" not in folders.opened(folder)["steps"]:
        raise NotDone(f"{folder} is not screened yet. Do so first: heard screen {folder}")
    return sights(backend.read(folder, tables.MONTHS).to_pylist())
