"""Which children are best discussed together, and which adults alone join two circles. Pure."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import rustworkx

DAYS: Final = 180  # back: who was not seen since is not joined by it
TOGETHER: Final = 12  # children in one circle at most
AWAY: Final = 3  # joins from a child on the agenda
MET: Final = 500  # children, around those on an agenda


@dataclass(frozen=True)
class Join:
    """Two children, joined since `day` by what both have, or by a tie (`through` is None)."""

    one: uuid.UUID
    other: uuid.UUID
    day: date
    through: uuid.UUID | None = None


@dataclass(frozen=True)
class Circle:
    """`since`: only what was seen on that day or later joins them."""

    children: frozenset[uuid.UUID]
    joins: tuple[Join, ...]

    @property
    def since(self) -> date:
        return min(join.day for join in self.joins)


def joined_through(seen: Mapping[uuid.UUID, Mapping[uuid.UUID, date]]) -> list[Join]:
    """Children who have something in common. `seen`: of each thing, when each child was last seen with it. Children are joined
    one after the other by that day, the latest first: whoever is left after the weaker joins are cut is the same as if
    each two had been joined."""
    found = []
    for through, days in sorted(seen.items(), key=lambda item: str(item[0])):
        last = sorted(days, key=lambda child: (days[child], str(child)), reverse=True)
        found += [Join(one, other, days[other], through) for one, other in pairwise(last)]
    return found


def circles(joins: Iterable[Join]) -> tuple[list[Circle], list[Circle]]:
    """Children who are joined with one another, at most `TOGETHER` in each: where there are more, what joins them longest ago
    is cut, until they are fewer. And those whom no day parts."""
    small, whole = [], []
    todo = _apart(list(joins))
    while todo:
        circle = todo.pop()
        if len(circle.children) <= TOGETHER:
            small.append(circle)
            continue
        rest = [join for join in circle.joins if join.day > circle.since]
        if rest:
            todo += _apart(rest)
        else:
            whole.append(circle)
    return small, whole


def _apart(joins: list[Join]) -> list[Circle]:
    graph, keys = _graph((join.one, join.other) for join in joins)
    found = []
    for part in rustworkx.connected_components(graph):
        children = frozenset(keys[index] for index in part)
        found.append(Circle(children, tuple(join for join in joins if join.one in children)))
    return found


def _graph(
    ties: Iterable[tuple[uuid.UUID, uuid.UUID]], also: Iterable[uuid.UUID] = ()
) -> tuple[rustworkx.PyGraph, list[uuid.UUID]]:
    """In one order, whatever order the ties came in; and which key has which index."""
    ties = sorted(set(ties), key=str)
    keys = sorted({key for tie in ties for key in tie} | set(also), key=str)
    index = {key: number for number, key in enumerate(keys)}
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(keys)
    graph.add_edges_from_no_data([(index[one], index[other]) for one, other in ties])
    return graph, keys


# ---- an adult who alone joins two circles

HARMS: Final = ("said_to_harm", "frightens")  # ties of an adult of concern
ORDER: Final = "not_at"  # they may not be at a place: somebody has done something
WITHIN: Final = 4  # ties: a way round that is longer is not looked for


@dataclass(frozen=True)
class Joined:
    """What an adult alone joins: of each part, the children nearest to them, and through whom or what they are tied to it."""

    children: tuple[frozenset[uuid.UUID], ...]
    ends: frozenset[uuid.UUID]


def joins_alone(
    adult: uuid.UUID,
    beside: Mapping[uuid.UUID, Collection[uuid.UUID]],
    children: Collection[uuid.UUID],
    many: Collection[uuid.UUID],
    not_read: Collection[uuid.UUID] = (),
) -> Joined | None:
    """What falls into parts with a child each, as soon as this adult is not there; None where it does not. `beside`: of each node,
    to which others it is tied by what lets a way through. No way leads through what is tied to `many`. Raises `ValueError`
    where what would have to be looked at was not (`not_read`)."""
    far = {adult: 0}
    edge = {adult}
    for away in range(1, 4):
        edge = {
            other for key in edge for other in beside.get(key, ()) if other not in far and other not in many
        }
        far |= dict.fromkeys(edge, away)
    if any(far[key] < 3 for key in not_read if key in far):
        raise ValueError("Not all of what is around this adult was read.")
    inside = far.keys() - {adult}
    ties = [
        (key, other) for key in inside if far[key] < 3 for other in beside.get(key, ()) if other in inside
    ]
    graph, keys = _graph(((min(tie, key=str), max(tie, key=str)) for tie in ties), inside)
    found: dict[frozenset[uuid.UUID], set[uuid.UUID]] = {}
    for part in rustworkx.connected_components(graph):
        nodes = {keys[index] for index in part}
        theirs = nodes & set(children)
        nearest = min((far[key] for key in theirs), default=0)
        if theirs:
            here = frozenset(key for key in theirs if far[key] == nearest)
            found[here] = {key for key in nodes if far[key] == 1}
    if len(found) < 2:
        return None
    return Joined(
        tuple(sorted(found, key=lambda part: sorted(map(str, part)))),
        frozenset(key for ends in found.values() for key in ends),
    )


def both_ways(ties: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, set[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for one, other in ties:
        found[one].add(other)
        found[other].add(one)
    return found
