"""What a question about the network answers, and how far it goes. Pure: no Django, no clock, no database.

Answers are ordered by name, never by a count or strength, and children and adults never stand in one list.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from heard.network.rules import Step

HUB: Final = 30  # people: what more than so many are tied to is named, and not passed through
MONTHS: Final = 12  # back: what ended before is not asked about
MOST: Final = 200  # in one answer


@dataclass(frozen=True)
class Way:
    """How one reaches a node: a tie to it, or a tie to what lies between and one from there. Each with the key of its page."""

    end: uuid.UUID
    end_kind: str
    ties: tuple[tuple[uuid.UUID, str], ...]
    through: uuid.UUID | None = None
    protects: bool = False


@dataclass(frozen=True)
class Near:
    """`hubs`: what is tied to more than `HUB` people and so was not passed through. `shut`: to what a tie leads that no way leads
    on from."""

    ways: tuple[Way, ...]
    hubs: tuple[uuid.UUID, ...]
    shut: tuple[uuid.UUID, ...]


def hubs(people: Mapping[uuid.UUID, int]) -> frozenset[uuid.UUID]:
    return frozenset(key for key, number in people.items() if number > HUB)


def onward(steps: Iterable[Step], many: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """From what a second step may begin: not from a hub, nor over a tie that no way leads through."""
    return {step.end for step in steps if step.passes and step.end not in many}


def near(
    start: uuid.UUID, first: Iterable[Step], second: Iterable[Step], many: Collection[uuid.UUID]
) -> Near:
    """The nearest way to each node within two steps. Of several as near, one that says that somebody protects comes first, then by
    what the tie says."""
    first = list(first)
    found: dict[uuid.UUID, Way] = {}
    for step in _in_order(first):
        found.setdefault(
            step.end, Way(step.end, step.end_kind, ((step.tie_key, step.said),), None, step.protects)
        )
    direct = dict(found)
    for step in _in_order(second):
        before = direct.get(step.start)
        if before is not None and step.end != start and step.end not in found:
            ties = (*before.ties, (step.tie_key, step.said))
            found[step.end] = Way(step.end, step.end_kind, ties, step.start, step.protects)
    on = onward(first, many)
    shut = {step.end for step in first if step.end not in on and step.end not in many}
    return Near(
        tuple(found.values()), tuple(sorted(set(many) & direct.keys(), key=str)), tuple(sorted(shut, key=str))
    )


def _in_order(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (not step.protects, step.said, str(step.end), str(step.tie_key)))
