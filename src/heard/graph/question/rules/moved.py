"""Whether harm moved after something was done about a place. Pure."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

BEFORE: Final = timedelta(days=180)
AFTER: Final = timedelta(days=90)
SEEN: Final = ("goes_to", "seen_at", "taken_to", "found_at")  # ties that place somebody somewhere
PEOPLE: Final = 2  # at least: one who goes elsewhere moves nothing
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


@dataclass(frozen=True)
class Seen:
    """Somebody was placed somewhere from one day to another. `first`: None where no day is known, and it was noted on the `last`."""

    who: uuid.UUID
    where: uuid.UUID
    first: date | None
    last: date

    @property
    def by(self) -> date:
        """By when they were there, as far as it is known."""
        return self.first or self.last


def there_before(seen: Iterable[Seen], where: uuid.UUID, on: date) -> frozenset[uuid.UUID]:
    """Who was seen there in the 180 days up to a day."""
    return frozenset(
        one.who for one in seen if one.where == where and one.by <= on and one.last >= on - BEFORE
    )


def gone_on_to(
    seen: Iterable[Seen], people: Iterable[uuid.UUID], where: uuid.UUID, on: date
) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Where several of these people were seen for the first time in the 90 days after a day, and who. What was noted after it
    without a day says nothing of when."""
    people = frozenset(people)
    known: dict[tuple[uuid.UUID, uuid.UUID], date] = {}
    for one in seen:
        if one.first or one.last <= on:
            key = (one.where, one.who)
            known[key] = min(one.by, known.get(key, one.by))
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for (other, who), first in known.items():
        if other != where and who in people and on < first <= on + AFTER:
            found[other].add(who)
    return {other: frozenset(some) for other, some in found.items() if len(some) >= PEOPLE}


def began_after(one: Seen, on: date) -> bool:
    """Whether they were placed there from a day on that is known, within the 90 days after a day."""
    return one.first is not None and on < one.first <= on + AFTER


def window(on: date, today: date) -> timedelta:
    """How long before and after a day is compared: as long as it is past, 90 days at most."""
    return min(AFTER, max(today - on, timedelta()))


def named(records: Mapping[uuid.UUID, date], on: date, within: timedelta) -> Named:
    """Of records that name a place, by their days, those that count."""
    return Named(
        frozenset(key for key, day in records.items() if on - within <= day < on),
        frozenset(key for key, day in records.items() if on < day <= on + within),
    )
