"""One record per child and source where the source says so: whose record it is, is settled for all of them at once.

Taking the surest tie first can leave two records of one source with the wrong children. An assignment looks at all
records of two sources that are tied: of everything that gives each child one record, it keeps what agrees most
altogether (maximum weight matching). Where another answer is as good, none is taken: then a person decides.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import rustworkx as rx

from heard.engine.link.bands import BY_NUMBER_FROM
from heard.engine.link.guards import why_not_one_child

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from heard.engine.link.guards import Facts, Question
    from heard.engine.link.judged import Said

BETTER = "another record of that source fits better"
AS_GOOD = "two records of one source fit equally well"
_AS_GOOD_BITS = 1.0  # odds of two to one: nobody should be taken for somebody else on less
_STEPS = 100  # of a bit: the matching counts in whole numbers
_A_NUMBER, _SAID, _CERTAIN = (
    64.0,
    256.0,
    1 - 2**-40,
)  # bits: a number goes before any names, people before all


class Tie(NamedTuple):
    """Two records that are taken for one child, how surely (0 to 1), and how much agrees where that is the same."""

    left: int
    right: int
    probability: float
    weight: float = 0.0


type Pair = tuple[int, int]
type _Unit = int | tuple[str, str | None]  # a record, or all records under an agency's own number
type _Group = tuple[object, object]
type _Edges = dict[tuple[_Unit, _Unit], list[Tie]]


def pair(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


def one_to_one(
    members: Mapping[int, Facts], ties: Iterable[Tie], said: Said, questions: Sequence[Question]
) -> dict[Pair, str]:
    """The ties that have to go so that no record is tied to two of one source that gives each child one key, with why.

    `members`: records by their keys. Ties that contradict themselves or what people said take no part, and what
    people called one child never goes. The answer does not depend on the order of anything.
    """
    groups: defaultdict[_Group, _Edges] = defaultdict(lambda: defaultdict(list))
    for tie in ties:
        left, right = members[tie.left], members[tie.right]
        key = pair(tie.left, tie.right)
        same = key in said.same
        if key in said.apart or (not same and why_not_one_child(left, right, questions)):
            continue
        for group in _groups(left, right):
            groups[group][_units(left, right)].append(tie)
    lost: dict[Pair, str] = {}
    for edges in groups.values():
        for units, reason in _lost(edges, said).items():
            lost |= {pair(t.left, t.right): reason for t in edges[units]}
    return {key: reason for key, reason in lost.items() if key not in said.same}


def _groups(left: Facts, right: Facts) -> list[_Group]:
    """Between which ties at most one holds for each record: of two sources with keys all, else those of one record."""
    if left.keyed and right.keyed:
        low, high = sorted((_holder(left), _holder(right)))
        return [] if low == high else [(low, high)]
    one = [(_holder(a), b.key) for a, b in ((left, right), (right, left)) if a.keyed]
    return list(one)


def _holder(fact: Facts) -> tuple[str, str]:
    return ("agency", fact.agency) if fact.local_id else ("source", fact.source)


def _units(left: Facts, right: Facts) -> tuple[_Unit, _Unit]:
    one, other = sorted((_unit(left), _unit(right)), key=str)
    return one, other


def _unit(fact: Facts) -> _Unit:
    return (fact.agency, fact.local_id) if fact.keyed and fact.local_id else fact.key


def _lost(edges: _Edges, said: Said) -> dict[tuple[_Unit, _Unit], str]:
    times = Counter(unit for units in edges for unit in units)
    if max(times.values()) == 1:
        return {}
    gains = {units: max(_gain(tie, said) for tie in edges[units]) for units in sorted(edges, key=str)}
    best = _matched(gains)
    lost = dict.fromkeys(gains.keys() - best, BETTER)
    most = sum(gains[units] for units in best)
    for units in best:
        if max(times[unit] for unit in units) > 1:
            without = {other: gain for other, gain in gains.items() if other != units}
            if most - sum(without[other] for other in _matched(without)) < _AS_GOOD_BITS * _STEPS:
                lost[units] = AS_GOOD
    return lost


def _matched(gains: Mapping[tuple[_Unit, _Unit], int]) -> set[tuple[_Unit, _Unit]]:
    """Of pairs with gains those that share no unit and bring most altogether."""
    units = list(dict.fromkeys(unit for both in gains for unit in both))
    at = {unit: index for index, unit in enumerate(units)}
    graph: rx.PyGraph[None, int] = rx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * len(units))
    graph.add_edges_from([(at[one], at[other], gain) for (one, other), gain in gains.items()])
    chosen = rx.max_weight_matching(graph, weight_fn=int)
    both = ((units[one], units[other]) for one, other in chosen)
    return {(one, other) if (one, other) in gains else (other, one) for one, other in both}


def _gain(tie: Tie, said: Said) -> int:
    if pair(tie.left, tie.right) in said.same:
        return round(_SAID * _STEPS)
    sure = min(tie.probability, _CERTAIN)
    bits = max(tie.weight, math.log2(sure / (1 - sure)))
    bits += _A_NUMBER * ((tie.probability >= BY_NUMBER_FROM) + (tie.probability >= 1))
    return max(1, round(bits * _STEPS))
