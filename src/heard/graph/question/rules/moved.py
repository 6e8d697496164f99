"""Whether harm moved after something was done about a place. Pure."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from heard.graph.rules import AFTER

BEFORE: Final = timedelta(days=180)
SEEN: Final = ("goes_to", "seen_at", "taken_to", "found_at")  # ties that place somebody somewhere
PEOPLE: Final = 2  # at least: one who goes elsewhere moves nothing


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
