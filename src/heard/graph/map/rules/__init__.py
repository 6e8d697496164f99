"""What is on a map, and how exactly: months, parts of the day, squares of 250 m, and what is never there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import cos, floor, radians
from typing import Final

SMALL: Final = 6  # fewer are never counted on a map
SQUARE: Final = 250  # metres, a side
MONTHS: Final = 12  # that are shown where nobody chooses
OFFERED: Final = 36  # months to choose from
MOST: Final = 2000  # places on one map
_METRES: Final = 111_320  # in one degree of latitude, and of longitude at the equator

PARTS_OF_DAY: Final = ("morning", "afternoon", "evening", "night")


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month | None:
        """'2026-11' is November 2026; None for what is no month."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text)
        return (
            cls(int(match[1]), int(match[2]))
            if match and 1 <= int(match[2]) <= 12 and match[1] > "1899"
            else None
        )

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date.fromordinal(self.back(-1).first.toordinal() - 1)

    def back(self, months: int) -> Month:
        """So many months before."""
        years, month = divmod(self.year * 12 + self.month - 1 - months, 12)
        return Month(years, month + 1)


def months_to_choose(today: date) -> list[Month]:
    """This one first."""
    return [Month.of(today).back(months) for months in range(OFFERED)]


def part_of_day(at: datetime) -> str:
    """Morning from 5, afternoon from 12, evening from 17, night from 22, by the clock of the moment."""
    hour = at.hour
    return (
        "morning"
        if 5 <= hour < 12
        else "afternoon"
        if 12 <= hour < 17
        else "evening"
        if 17 <= hour < 22
        else "night"
    )


@dataclass(frozen=True)
class Spot:
    """Where something is, in degrees (WGS 84): a point where `side` is 0, else the middle of a square of so many metres."""

    lat: float
    lon: float
    side: int = 0

    @property
    def ring(self) -> list[list[float]]:
        """The square as GeoJSON has it: longitude first, the first corner again at the end."""
        up = self.side / 2 / _METRES
        across = up / cos(radians(self.lat))
        corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
        return [[round(self.lon + x * across, 6), round(self.lat + y * up, 6)] for x, y in corners]


def spot(lat: int, lon: int, *, exact: bool) -> Spot:
    """Of millionths of a degree. Not `exact`: the middle of the square of 250 m in which it lies. Squares lie side by side from the equator
    and Greenwich, so that none says where in it something is."""
    if exact:
        return Spot(lat / 1e6, lon / 1e6)
    up = SQUARE / _METRES
    row = floor(lat / 1e6 / up)
    middle = (row + 0.5) * up
    across = up / cos(radians(middle))
    column = floor(lon / 1e6 / across)
    return Spot(round(middle, 6), round((column + 0.5) * across, 6), SQUARE)


def is_exact(children: int) -> bool:
    """Of how many children a place is known to be: of one, a point would be theirs; and of which nobody is known, it may be of one."""
    return children > 1


def is_few(number: int) -> bool:
    return number < SMALL


def runs(months: Iterable[Month]) -> list[tuple[Month, Month]]:
    """Months that follow one another, as first and last."""
    found: list[tuple[Month, Month]] = []
    for month in sorted(set(months)):
        if found and found[-1][1].back(-1) == month:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found
