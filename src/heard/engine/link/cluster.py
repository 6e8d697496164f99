"""From linked pairs to children: components, and a careful pass where a component contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import rustworkx as rx

from heard.engine.link.guards import Facts, why_not_one_cluster
from heard.engine.link.judged import WHY_APART, Said
from heard.engine.link.prepare import facts

if TYPE_CHECKING:
    from collections.abc import Iterable


_SURER_THAN_ANY = 2.0


class Tie(NamedTuple):
    """Two records that are taken for one child, how surely (0 to 1), and how much agrees where that is the same."""

    left: int
    right: int
    probability: float
    weight: float = 0.0


class Clusters(NamedTuple):
    """`component`: one number per record, the same for records of one child. `refused`: ties that would have put a
    contradiction into a cluster, with the contradiction."""

    component: list[int]
    refused: dict[tuple[int, int], str]


def clustered(rows: pa.Table, ties: pa.Table, said: Said | None = None) -> Clusters:
    """Groups prepared rows by their ties (left, right, probability, weight). The answer does not depend on any order.

    What people said goes before every tie and every guard.
    """
    said = said or Said()
    ties = _with_what_was_said(ties, said)
    component = _components(len(rows), ties)
    doubtful = _doubtful(rows, component) | {component[key] for key in said.keys}
    refused: dict[tuple[int, int], str] = {}
    for members, edges in _careful(rows, ties, component, doubtful):
        groups, against = agglomerated(members, edges, said)
        refused |= against
        for group in groups:
            for key in group:
                component[key] = min(group)
    return Clusters(component, refused)


def agglomerated(
    members: Iterable[Facts], ties: Iterable[Tie], said: Said | None = None
) -> tuple[list[list[int]], dict[tuple[int, int], str]]:
    """Joins the surest ties first and refuses each that would bring a contradiction into a cluster.

    So a cluster that contradicts itself comes apart at its weakest tie. Whom a person called the same child are joined
    whatever the guards say, and whom a person called two never are, also not through others. Returns the groups of keys,
    and refusals.
    """
    said = said or Said()
    home = {fact.key: [fact] for fact in members}
    refused: dict[tuple[int, int], str] = {}
    for tie in sorted(ties, key=lambda t: (-t.probability, -t.weight, t.left, t.right)):
        left, right = home[tie.left], home[tie.right]
        if left is right:
            continue
        if reason := _why_not(left, right, tie, said):
            refused[tie.left, tie.right] = reason
            continue
        left.extend(right)
        for fact in right:
            home[fact.key] = left
    groups = {id(group): sorted(fact.key for fact in group) for group in home.values()}
    together = {key: number for number, group in groups.items() for key in group}
    kept = {pair: why for pair, why in refused.items() if together[pair[0]] != together[pair[1]]}
    return list(groups.values()), kept


def _why_not(left: list[Facts], right: list[Facts], tie: Tie, said: Said) -> str | None:
    if said.apart and any(_pair(one.key, other.key) in said.apart for one in left for other in right):
        return WHY_APART
    if _pair(tie.left, tie.right) in said.same:
        return None
    return why_not_one_cluster(left, right)


def _pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _with_what_was_said(ties: pa.Table, said: Said) -> pa.Table:
    """Ties of people in addition, surer than any other."""
    if not said.same:
        return ties
    pairs = sorted(said.same)
    columns = {
        "left": [left for left, _ in pairs],
        "right": [right for _, right in pairs],
        "probability": [_SURER_THAN_ANY] * len(pairs),
        "weight": [0.0] * len(pairs),
    }
    arrays = [pa.array(columns[name], ties.schema.field(name).type) for name in Tie._fields]
    return pa.concat_tables([ties.select(Tie._fields), pa.table(arrays, names=Tie._fields)])


def _components(size: int, ties: pa.Table) -> list[int]:
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(size))
    graph.add_edges_from_no_data(list(zip(ties["left"].to_pylist(), ties["right"].to_pylist(), strict=True)))
    component = [0] * size
    for members in rx.connected_components(graph):
        lowest = min(members)
        for key in members:
            component[key] = lowest
    return component


def _doubtful(rows: pa.Table, component: list[int]) -> set[int]:
    """Components that may hold a contradiction: more than one value of something that one child has once.

    Cheap and wide; the guards look closely at these only.
    """
    nothing = pa.scalar(None, pa.string())
    table = pa.table(
        {
            "component": pa.array(component, pa.int64()),
            "nhs": pc.if_else(rows["nhs_valid"], rows["nhs"], nothing),
            "upn": pc.if_else(rows["upn_valid"], rows["upn"], nothing),
            "birth": rows["birth"],
            "head": rows["head"],
            "given": rows["given"],
            "sex": rows["sex"],
            "key": rows["key"],
            "source": pc.if_else(rows["keyed"], rows["source"], nothing),
        }
    )
    once = ["nhs", "upn", "birth", "given", "sex"]
    counted = table.group_by("component").aggregate([(c, "count_distinct") for c in once])
    several = [pc.greater(counted[f"{c}_count_distinct"], 1) for c in once]
    found = several[0]
    for column in several[1:]:
        found = pc.or_(found, column)
    sources = (
        table.filter(pc.is_valid(table["source"]))
        .group_by(["component", "source"])
        .aggregate([("key", "count")])
    )
    twice = sources.filter(pc.greater(sources["key_count"], 1))["component"]
    return set(counted.filter(found)["component"].to_pylist()) | set(twice.to_pylist())


def _careful(
    rows: pa.Table, ties: pa.Table, component: list[int], doubtful: set[int]
) -> Iterable[tuple[list[Facts], list[Tie]]]:
    """The members and ties of each doubtful component."""
    wanted = pa.array(sorted(doubtful), pa.int64())
    homes = pa.array(component, pa.int64())
    members: dict[int, list[Facts]] = {}
    for fact in facts(rows.filter(pc.is_in(homes, value_set=wanted))):
        members.setdefault(component[fact.key], []).append(fact)
    edges: dict[int, list[Tie]] = {home: [] for home in members}
    inside = ties.filter(pc.is_in(homes.take(ties["left"].combine_chunks()), value_set=wanted))
    columns = (inside[name].to_pylist() for name in Tie._fields)
    for tie in map(Tie._make, zip(*columns, strict=True)):
        edges[component[tie.left]].append(tie)
    return [(members[home], edges[home]) for home in sorted(members)]
