"""Where everything of a drawing stands. Pure: no Django, no clock, no database; and the same web is always drawn the same.

Nobody is larger, further in the middle or further up by a number: where something stands says nothing but what it is tied to.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any, Final

import numpy as np
import rustworkx

from heard.network.rules import Bond

MOST: Final = 200  # people and things in one drawing: more is a tangle, and says nothing
MOST_TIES: Final = 600
SEED: Final = 20  # of the first positions, which the layout moves

PARTS: Final = (
    "child",
    "adult",
    "group",
    "handle",
    "place",
)  # in the order in which the keyboard comes to them
LETTERS: Final = 16  # in a line of a name, where it can be broken
_WORD: Final = 26  # letters of one word, such as a web address, before it is broken too
_LINE: Final = 17  # px
_SYMBOL: Final = 15  # px, half of one
_GAP: Final = 8  # px between two boxes
_ROOM: Final = 1.6  # times the area of all boxes
_ASPECT: Final = 1.42  # height to width: A4
_NARROW: Final = 296  # px: on a phone nothing has to be moved sideways where little is drawn


@dataclass(frozen=True)
class Thing:
    """Who or what is drawn. `part`: its shape; `name` and `word` are written below it."""

    key: uuid.UUID
    part: str
    name: str
    word: str = ""

    @property
    def lines(self) -> list[str]:
        return broken(self.name)

    @property
    def width(self) -> float:
        return max(2 * _SYMBOL, *(wide(line) for line in (*self.lines, self.word)))

    @property
    def below(self) -> float:
        """How far its text reaches below its middle."""
        return _SYMBOL + 4 + _LINE * (len(self.lines) + bool(self.word))


@dataclass(frozen=True)
class Spot:
    """Where a thing stands: the middle of its shape, in px."""

    thing: Thing
    x: int
    y: int


@dataclass(frozen=True)
class DrawnLine:
    """Two who are tied in one way or several."""

    start: Spot
    end: Spot
    bonds: tuple[Bond, ...]

    @property
    def seen(self) -> bool:
        return any(bond.seen for bond in self.bonds)


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    spots: tuple[Spot, ...]
    lines: tuple[DrawnLine, ...]


def broken(name: str) -> list[str]:
    """A name in lines: between words, and within a word of more letters than anybody's name has. Nothing is left out."""
    lines: list[str] = []
    for word in name.split():
        pieces = [word[at : at + _WORD] for at in range(0, len(word), _WORD)]
        for nth, piece in enumerate(pieces):
            if lines and nth == 0 and len(lines[-1]) + 1 + len(piece) <= LETTERS:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines or [""]


def wide(text: str) -> float:
    """In px, at 14 px of Arial or what stands in for it: no less than it takes, so that no name is cut."""
    return sum(
        4.5
        if letter in _NARROW_LETTERS
        else 12
        if letter in "mwMW@%"
        else 14
        if letter > _LATIN
        else 10
        if letter.isupper()
        else 8
        for letter in text
    )


_NARROW_LETTERS: Final = " .,:;’'-|()Ifijlrt"
_LATIN: Final = chr(0x24F)


def in_order(things: Iterable[Thing], first: uuid.UUID | None = None) -> list[Thing]:
    """What is asked about, then children, adults, groups, phones and places, each A to Z."""
    return sorted(
        things,
        key=lambda thing: (
            thing.key != first,
            PARTS.index(thing.part),
            thing.name.casefold(),
            str(thing.key),
        ),
    )


def draw(things: Iterable[Thing], bonds: Iterable[Bond], *, first: uuid.UUID | None = None) -> Drawing:
    """No two names or shapes lie over one another, and nobody stands on a line of others where there is room beside it. What is not
    tied to one another stands apart."""
    things = in_order(things, first)
    keys = {thing.key: number for number, thing in enumerate(things)}
    pairs = _pairs(bonds, keys)
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(list(range(len(things))))
    graph.add_edges_from_no_data(sorted(pairs))  # the layout depends on the order of ties
    parts = sorted(
        (sorted(part) for part in rustworkx.connected_components(graph)), key=lambda part: (-len(part), part)
    )
    blocks = [_block(graph, part, [things[number] for number in part]) for part in parts]
    width, height, at = _packed(blocks, things, parts)
    spots = tuple(Spot(thing, *at[number]) for number, thing in enumerate(things))
    lines = tuple(
        DrawnLine(
            spots[one], spots[other], tuple(sorted(some, key=lambda bond: (bond.said, str(bond.tie_key))))
        )
        for (one, other), some in sorted(pairs.items())
    )
    return Drawing(width, height, spots, lines)


def _pairs(bonds: Iterable[Bond], keys: Mapping[uuid.UUID, int]) -> dict[tuple[int, int], list[Bond]]:
    found: dict[tuple[int, int], list[Bond]] = {}
    for bond in bonds:
        pair = sorted((keys[bond.start], keys[bond.end]))
        found.setdefault((pair[0], pair[1]), []).append(bond)
    return found


@dataclass
class _Block:
    """One part that hangs together: middles of its shapes, and how far its boxes reach."""

    at: Any
    width: float
    height: float


def _block(graph: rustworkx.PyGraph, part: Sequence[int], things: Sequence[Thing]) -> _Block:
    half = np.array([[thing.width / 2, (thing.below + _SYMBOL) / 2] for thing in things]) + _GAP / 2
    down = np.array(
        [(thing.below - _SYMBOL) / 2 for thing in things]
    )  # from the middle of a shape to that of its box
    side = sqrt(float((4 * half[:, 0] * half[:, 1]).sum()) * _ROOM / _ASPECT)
    inside = graph.subgraph(list(part))
    ties = np.array(list(inside.edge_list()), dtype=int).reshape(-1, 2)
    at = _sprung(inside) * [side, side * _ASPECT]
    at = _apart(_off_lines(_apart(at, half), half, down, ties), half)
    while len(_over(at, half)[0]):
        at = _apart(at * 1.04, half)
    at = np.round(at - (at - half).min(axis=0))
    reach = (at + half).max(axis=0)
    return _Block(at - np.stack([np.zeros(len(down)), down], axis=1), float(reach[0]), float(reach[1]))


def _sprung(graph: rustworkx.PyGraph) -> Any:
    """Positions from 0 to 1: those that are tied near one another. The longer side lies upright, as paper does."""
    placed = rustworkx.spring_layout(graph, seed=SEED, num_iter=300)
    at = np.array([placed[number] for number in range(graph.num_nodes())], dtype=float)
    spread = at.max(axis=0) - at.min(axis=0)
    if spread[0] > spread[1]:
        at, spread = at[:, ::-1], spread[::-1]
    at = (at - at.min(axis=0)) / np.where(spread > 0, spread, 1)
    # Half way to even steps: what hangs together closely is drawn out, so that there is room for names.
    even = at.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / max(len(at) - 1, 1)
    return (at + even) / 2


def _over(at: Any, half: Any) -> tuple[Any, Any, Any, Any]:
    """Of each two whose boxes lie over one another: which two, the way from the second to the first, and by how much, in both directions."""
    one, other = _each_two(len(at))
    x, wide = np.ascontiguousarray(at[:, 0]), np.ascontiguousarray(half[:, 0])
    beside = np.flatnonzero(wide[one] + wide[other] - np.abs(x[one] - x[other]) > 0.5)
    one, other = one[beside], other[beside]
    way = at[one] - at[other]
    over = half[one] + half[other] - np.abs(way)
    hit = over[:, 1] > 0.5
    return one[hit], other[hit], way[hit], over[hit]


@lru_cache(maxsize=4)
def _each_two(number: int) -> tuple[Any, Any]:
    return np.triu_indices(number, 1)


def _apart(at: Any, half: Any, steps: int = 60) -> Any:
    """Boxes that lie over one another are pushed apart, by the shorter way."""
    for _step in range(steps):
        one, other, way, over = _over(at, half)
        if not len(one):
            break
        sign = np.where(way == 0, -1.0, np.sign(way))  # for two in one spot
        along = over[:, 0] < over[:, 1]
        push = sign * over * np.stack([along, ~along], axis=1) * 0.5
        moved = [
            np.bincount(one, push[:, axis], len(at)) - np.bincount(other, push[:, axis], len(at))
            for axis in (0, 1)
        ]
        at = at + np.stack(moved, axis=1)
    return at


def _off_lines(at: Any, half: Any, down: Any, ties: Any) -> Any:
    """Whoever stands on a line between two others steps aside, and makes room again."""
    if len(at) < 3 or not len(ties):
        return at
    clear = _SYMBOL + 6
    for _step in range(12):
        middle = at - np.stack([np.zeros(len(down)), down], axis=1)
        start, way = middle[ties[:, 0]], middle[ties[:, 1]] - middle[ties[:, 0]]
        long = np.maximum((way**2).sum(axis=1), 1)
        to = middle[None] - start[:, None]
        share = (to * way[:, None]).sum(axis=2) / long[:, None]
        off = to - share[:, :, None] * way[:, None]
        far = np.sqrt((off**2).sum(axis=2))
        near = (far < clear) & (share > 0.02) & (share < 0.98)
        near[np.arange(len(ties)), ties[:, 0]] = near[np.arange(len(ties)), ties[:, 1]] = False
        if not near.any():
            break
        aside = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.sqrt(long)[:, None]
        unit = np.where(far[:, :, None] > 0.5, off / np.maximum(far, 0.5)[:, :, None], aside[:, None])
        at = at + (unit * np.where(near, clear - far, 0)[:, :, None]).sum(axis=0).clip(-30, 30)
        at = _apart(at, half, 4)
    return at


def _packed(
    blocks: Sequence[_Block], things: Sequence[Thing], parts: Sequence[Collection[int]]
) -> tuple[int, int, dict[int, tuple[int, int]]]:
    """Parts one beside the other in rows, as wide as the widest, or as paper is."""
    area = sum(block.width * block.height for block in blocks)
    wide = max(_NARROW, *(block.width for block in blocks), sqrt(area / _ASPECT))
    at: dict[int, tuple[int, int]] = {}
    left = top = row = reach = 0.0
    for block, part in zip(blocks, parts, strict=True):
        if left and left + block.width > wide:
            left, top, row = 0.0, top + row, 0.0
        for number, (x, y) in zip(part, block.at, strict=True):
            at[number] = round(left + x), round(top + y)
        left, row, reach = left + block.width, max(row, block.height), max(reach, left + block.width)
    return round(reach), round(top + row), at
