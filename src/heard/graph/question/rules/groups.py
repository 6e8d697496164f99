"""Which groups may be one. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from heard.network.rules import normal
from heard.network.rules.alike import spelled_alike

BELONG: Final = ("part_of", "pushed_into", "seen_with")  # who is in it, as ties say
HAVE: Final = ("uses", "meets_at", "claims")  # what a group has: phones, cars, accounts and where it meets
IN_BOTH: Final = 2  # people, where the two have no phone and no meeting place in common


@dataclass(frozen=True)
class May:
    """Another group that may be the same: who is in both, what both have, and whether they are called alike."""

    other: uuid.UUID
    people: frozenset[uuid.UUID]
    things: frozenset[uuid.UUID]
    called_alike: bool


def may_be_one(
    group: uuid.UUID,
    people: Mapping[uuid.UUID, Collection[uuid.UUID]],
    things: Mapping[uuid.UUID, Collection[uuid.UUID]],
    names: Mapping[uuid.UUID, str],
) -> list[May]:
    """Groups that have two people in common with this one, or a phone, car, account or meeting place; and of which half of
    the smaller one's people are in both, or which are called alike. `people`, `things`: of each group; `names`: of each."""
    found = []
    mine, has = set(people.get(group, ())), set(things.get(group, ()))
    for other in sorted(names.keys() - {group}, key=str):
        theirs = set(people.get(other, ()))
        both, common = mine & theirs, has & set(things.get(other, ()))
        alike = called_alike(names[group], names[other])
        half = bool(both) and 2 * len(both) >= min(len(mine), len(theirs))
        if (len(both) >= IN_BOTH or common) and (half or alike):
            found.append(May(other, frozenset(both), frozenset(common), alike))
    return found


def both(one: uuid.UUID, other: uuid.UUID) -> str:
    """By what two groups are known again, whichever of them is asked about."""
    return " ".join(sorted((str(one), str(other))))


def called_alike(one: str, other: str) -> bool:
    """The same, or spelled alike as a whole: a word that both have is not enough."""
    a, b = normal(one).replace(" ", ""), normal(other).replace(" ", "")
    return bool(a and b) and (a == b or spelled_alike(a, b))
