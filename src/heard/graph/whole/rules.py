"""Who and what hangs together in the whole network, and where each stands in a picture of it. Pure: no Django, no clock, no database.

Groups are for the picture alone and say nothing of anybody: they are found by the method of Louvain (networkx), and the same ties always give the
same picture. Nobody stands further in the middle or is larger by a number.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import pi, sqrt
from operator import attrgetter
from statistics import median
from struct import pack
from typing import Any, Final

import networkx
import numpy as np
import rustworkx

from heard.graph.question.rules import HUB

CLUSTERS: Final = 200  # groups in one picture
LEAST: Final = 3  # people and things: fewer are a tie, and no group
USUAL: Final = 15  # people and things in a usual group: larger ones are looked at more closely
SMALL: Final = 6  # groups: fewer are not counted for who sees figures alone
SEED: Final = 20
PARTS: Final = ("child", "adult", "group", "handle", "place")
_HOUR: Final = 3  # of the night, local time, at which it is laid out anew
_CLOSELY: Final = 20_000  # people and things: of more, groups are looked for once
_FINEST: Final = 32
_SPRUNG: Final = 250  # of one group: of more each pair would take too long, and they stand in a spiral
_STEP: Final = 24  # between two, in steps of the picture
_GOLDEN: Final = pi * (3 - sqrt(5))

_INT: Final = attrgetter("int")  # UUIDs are put in order by it four times as quickly

type Pair = tuple[uuid.UUID, uuid.UUID]


@dataclass(frozen=True)
class Seat:
    """Where one stands. `cluster`: the group of which it is part, None where that has too few; `at`: None for what joins too many to be drawn;
    `gives_name`: the group is called by it."""

    key: uuid.UUID
    part: str
    cluster: uuid.UUID | None
    at: tuple[int, int] | None
    gives_name: bool = False


@dataclass(frozen=True)
class Laid:
    """`least`: groups of fewer are none of their own; `kinds`: by kind of place, how many groups are around one, where that is no small number."""

    seats: tuple[Seat, ...]
    least: int
    kinds: dict[str, int]


def due(now: datetime) -> datetime:
    """The latest moment at which it should have been laid out. `now`: local time."""
    at = now.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    return at if at <= now else at - timedelta(days=1)


def lay_out(
    parts: Mapping[uuid.UUID, str],
    ties: Iterable[Pair],
    common: Collection[uuid.UUID],
    public: Mapping[uuid.UUID, str],
) -> Laid:
    """`parts`: each that is tied, and what it is; `common`: what is marked as joining nobody; `public`: places by which a group may be called, and
    what kind they are."""
    ties = sorted(ties, key=lambda pair: (pair[0].int, pair[1].int))
    hubs = _hubs(parts, ties) | (set(common) & parts.keys())
    keys = sorted(parts.keys() - hubs, key=_INT)
    number = {key: nth for nth, key in enumerate(keys)}
    edges = [(number[one], number[other]) for one, other in ties if one in number and other in number]
    groups = communities(len(keys), edges)
    least = smallest_drawn([len(group) for group in groups])
    at = _positions(groups, edges, least)
    degree = Counter(end for edge in edges for end in edge)
    seats = [Seat(key, parts[key], None, None) for key in sorted(hubs)]
    counted: Counter[str] = Counter()
    for group in groups:
        there = [keys[nth] for nth in group]
        cluster = cluster_of(there) if len(group) >= least else None
        naming = (
            _naming([key for key in there if key in public], {key: degree[number[key]] for key in there})
            if cluster
            else ()
        )
        seats += [Seat(keys[nth], parts[keys[nth]], cluster, at[nth], keys[nth] in naming) for nth in group]
        if cluster:
            counted.update({" ".join(public[key].casefold().split()) for key in there if key in public})
    kinds = {kind: some for kind, some in sorted(counted.items()) if some >= SMALL}
    return Laid(tuple(seats), least, kinds)


def cluster_of(keys: Iterable[uuid.UUID]) -> uuid.UUID:
    """By what a group is known: another one as soon as somebody or something is or is not part of it."""
    return uuid.UUID(bytes=sha256("\n".join(sorted(map(str, keys))).encode()).digest()[:16])


def _hubs(parts: Mapping[uuid.UUID, str], ties: Iterable[Pair]) -> set[uuid.UUID]:
    """What, and not whom, more people are tied to than a question follows."""
    people: Counter[uuid.UUID] = Counter()
    for pair in ties:
        for one, other in (pair, pair[::-1]):
            people[one] += parts[other] in ("child", "adult")
    return {key for key, some in people.items() if some > HUB and parts[key] not in ("child", "adult")}


def _naming(places: Iterable[uuid.UUID], tied: Mapping[uuid.UUID, int]) -> set[uuid.UUID]:
    """The two places to which most of a group are tied."""
    return set(sorted(places, key=lambda key: (-tied[key], key))[:2])


# ---- groups


def communities(number: int, edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Of nodes 0 to `number`, each in one group: looked at more closely as long as a usual group is large and there are not too many to be
    drawn."""
    graph = networkx.Graph()
    graph.add_nodes_from(range(number))
    graph.add_edges_from(edges)
    found, fineness = _louvain(graph, 1), 1
    while number <= _CLOSELY and fineness < _FINEST and _is_coarse(found):
        fineness *= 2
        finer = _louvain(graph, fineness)
        if len(_groups(finer)) > CLUSTERS:
            break
        found = finer
    return found


def _louvain(graph: networkx.Graph, fineness: int) -> list[list[int]]:
    if not graph.number_of_nodes():
        return []
    found = networkx.community.louvain_communities(graph, resolution=fineness, seed=SEED)
    return sorted(sorted(one) for one in found)


def _is_coarse(found: Sequence[Sequence[int]]) -> bool:
    groups = _groups(found)
    return bool(groups) and median(map(len, groups)) > USUAL and 2 * len(groups) <= CLUSTERS


def _groups(found: Iterable[Sequence[int]]) -> list[Sequence[int]]:
    return [one for one in found if len(one) >= LEAST]


def smallest_drawn(sizes: Iterable[int]) -> int:
    """How many a group has at least, so that there are not more than are drawn."""
    large = sorted((size for size in sizes if size >= LEAST), reverse=True)
    return large[CLUSTERS] + 1 if len(large) > CLUSTERS else LEAST


# ---- where each stands


def _positions(
    groups: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]], least: int
) -> dict[int, tuple[int, int]]:
    """Groups first, so that those that are tied are near one another; then each within its own. Small ones stand below, in rows."""
    of = {node: nth for nth, group in enumerate(groups) for node in group}
    within: dict[int, list[tuple[int, int]]] = defaultdict(list)
    between = set()
    for one, other in edges:
        if of[one] == of[other]:
            within[of[one]].append((one, other))
        else:
            between.add((min(of[one], of[other]), max(of[one], of[other])))
    radius = [_STEP * sqrt(len(group)) for group in groups]
    large = [nth for nth, group in enumerate(groups) if len(group) >= least]
    middle = _between(large, between, radius)
    rest = [nth for nth in range(len(groups)) if nth not in middle]
    middle |= _rows(rest, radius, middle)
    found: dict[int, tuple[int, int]] = {}
    for nth, group in enumerate(groups):
        inside = _inside(group, within[nth]) * radius[nth] * 0.85 + middle[nth]
        found |= {
            node: (round(float(x)), round(float(y))) for node, (x, y) in zip(group, inside, strict=True)
        }
    return found


def _inside(group: Sequence[int], edges: Sequence[tuple[int, int]]) -> Any:
    """Within a circle of 1 around 0."""
    if len(group) == 1:
        return np.zeros((1, 2))
    nth = {node: place for place, node in enumerate(group)}
    edges = [(nth[one], nth[other]) for one, other in edges]
    if len(group) > _SPRUNG:
        return _spiral(_nearest_first(len(group), edges))
    at = _sprung(len(group), edges, 60)
    at -= at.mean(axis=0)
    far = np.sqrt((at**2).sum(axis=1))
    even = np.sqrt((far.argsort(kind="stable").argsort(kind="stable") + 0.5) / len(group))
    return at / np.where(far > 0, far, 1)[:, None] * ((far / max(far.max(), 1e-9) + even) / 2)[:, None]


def _sprung(number: int, edges: Iterable[tuple[int, int]], steps: int) -> Any:
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(list(range(number)))
    graph.add_edges_from_no_data(sorted(edges))
    placed = rustworkx.spring_layout(graph, seed=SEED, num_iter=steps)
    return np.array([placed[nth] for nth in range(number)], dtype=float)


def _nearest_first(number: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """In such an order that those who are tied stand near one another."""
    beside: dict[int, list[int]] = defaultdict(list)
    for one, other in edges:
        beside[one].append(other)
        beside[other].append(one)
    order: dict[int, None] = {}
    for start in range(number):
        waiting = deque([] if start in order else [start])
        order.setdefault(start)
        while waiting:
            for other in sorted(beside[waiting.popleft()]):
                if other not in order:
                    order.setdefault(other)
                    waiting.append(other)
    return list(order)


def _spiral(order: Sequence[int]) -> Any:
    nth = np.empty(len(order))
    nth[list(order)] = np.arange(len(order))
    far = np.sqrt((nth + 0.5) / len(order))
    return np.stack([np.cos(nth * _GOLDEN) * far, np.sin(nth * _GOLDEN) * far], axis=1)


def _between(
    large: Sequence[int], pairs: Iterable[tuple[int, int]], radius: Sequence[float]
) -> dict[int, Any]:
    """Middles of groups, so that none lies over another."""
    if not large:
        return {}
    nth = {group: place for place, group in enumerate(large)}
    edges = [(nth[one], nth[other]) for one, other in pairs if one in nth and other in nth]
    wide = np.array([radius[group] + _STEP for group in large])
    at = _sprung(len(large), edges, 200) * sqrt(float((wide**2).sum())) * 1.2
    one, other = np.triu_indices(len(large), 1)
    for _step in range(400):
        way = at[one] - at[other]
        far = np.maximum(np.sqrt((way**2).sum(axis=1)), 1e-6)
        over = wide[one] + wide[other] - far
        if not (over > 0.5).any():
            break
        push = way / far[:, None] * (np.maximum(over, 0) / 2)[:, None]
        np.add.at(at, one, push)
        np.add.at(at, other, -push)
    return {group: at[place] for group, place in nth.items()}


def _rows(rest: Iterable[int], radius: Sequence[float], above: Mapping[int, Any]) -> dict[int, Any]:
    """Below what is there, from left to right."""
    left = min((at[0] - radius[nth] for nth, at in above.items()), default=0.0)
    right = max((at[0] + radius[nth] for nth, at in above.items()), default=0.0)
    top = max((at[1] + radius[nth] for nth, at in above.items()), default=0.0)
    rest = sorted(rest, key=lambda nth: (-radius[nth], nth))
    right = max(right, left + 40 * _STEP, left + sqrt(sum((2 * radius[nth] + _STEP) ** 2 for nth in rest)))
    found, x, row = {}, left, 0.0
    for nth in rest:
        wide = 2 * radius[nth] + _STEP
        if x + wide > right:
            x, top, row = left, top + row, 0.0
        found[nth] = np.array([x + wide / 2, top + wide / 2])
        x, row = x + wide, max(row, wide)
    return found


# ---- what is sent


def as_bytes(seats: Iterable[Seat], ties: Iterable[Pair]) -> bytes:
    """What the canvas reads of these, and of ties between those of them that stand somewhere, all numbers little-endian: how many stand there and how many ties (two of 4 bytes); of each where it stands (x and y, 4
    bytes each); of each tie its two ends by their place in this list (4 bytes each); of each what it is, by its place in `PARTS` (1 byte); and its
    key (16 bytes)."""
    drawn = sorted((seat for seat in seats if seat.at), key=lambda seat: seat.key.int)
    nth = {seat.key: place for place, seat in enumerate(drawn)}
    ends = sorted((nth[one], nth[other]) for one, other in ties)
    at = np.array([seat.at for seat in drawn], dtype="<i4").reshape(-1, 2)
    return b"".join(
        (
            pack("<II", len(drawn), len(ends)),
            at.tobytes(),
            np.array(ends, dtype="<u4").reshape(-1, 2).tobytes(),
            bytes(PARTS.index(seat.part) for seat in drawn),
            *(seat.key.bytes for seat in drawn),
        )
    )


def band(number: int) -> str:
    """How many, no more closely than is needed to know what a group is like."""
    return next(
        (name for name, most in (("none", 0), ("few", 5), ("some", 20), ("many", 50)) if number <= most),
        "most",
    )
