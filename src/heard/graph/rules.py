"""Which records name a place before and after something was done about it. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

AFTER: Final = timedelta(days=90)
MORE: Final = 2  # records more or fewer: one may be chance


class Course(StrEnum):
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Named:
    """Which records name a place in as many days before and after a day, and whether they became more or fewer."""

    before: frozenset[uuid.UUID]
    after: frozenset[uuid.UUID]

    @property
    def course(self) -> Course | None:
        more = len(self.after) - len(self.before)
        return None if abs(more) < MORE else Course.MORE if more > 0 else Course.LESS


def window(on: date, today: date) -> timedelta:
    """How long before and after a day is compared: as long as it is past, 90 days at most."""
    return min(AFTER, max(today - on, timedelta()))


def named(records: Mapping[uuid.UUID, date], on: date, within: timedelta) -> Named:
    """Of records that name a place, by their days, those that count."""
    return Named(
        frozenset(key for key, day in records.items() if on - within <= day < on),
        frozenset(key for key, day in records.items() if on < day <= on + within),
    )
