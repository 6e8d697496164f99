"""From linked pairs to children: components, and a careful pass where a component contradicts itself."""

from __future__ import annotations

from itertools import chain, combinations, groupby, product
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import rustworkx as rx

from heard.engine.link.assign import Pair, Tie, one_to_one, pair
from heard.engine.link.guards import HOUSEHOLDS, Facts, Question, why_not_one_cluster
from heard.engine.link.judged import WHY_APART, Said
from heard.engine.link.prepare import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Clusters", "Tie", "agglomerated", "clustered"]

_SURER_THAN_ANY = 2.0


class Clusters(NamedTuple):
    """`component`: one number per record, the same for records of one child. `refused`: ties that would have put a
    contradiction into a cluster, with the contradiction."""

    component: list[int]
    refused: dict[Pair, str]


def clustered(
    rows: pa.Table, ties: pa.Table, said: Said | None = None, questions: Sequence[Question] = HOUSEHOLDS
) -> Clusters:
    """Groups prepared rows by their ties (left, right, probability, weight). The answer does not depend on any order.

    What people said goes before every tie and every guard; the guards ask the `questions`.
    """
    said = said or Said()
    ties = _with_what_was_said(ties, said)
    component = _components(len(rows), ties)
    doubtful = _doubtful(rows, component) | {component[key] for key in said.keys}
    refused: dict[Pair, str] = {}
    for members, edges in _careful(rows, ties, component, doubtful):
        groups, against = agglomerated(members, edges, said, questions)
        refused |= against
        for group in groups:
            for key in group:
                component[key] = min(group)
    return Clusters(component, refused)


def agglomerated(
    members: Iterable[Facts],
    ties: Iterable[Tie],
    said: Said | None = None,
    questions: Sequence[Question] = HOUSEHOLDS,
) -> tuple[list[list[int]], dict[Pair, str]]:
    """Joins the surest ties first and refuses each that would bring a contradiction into a cluster; before that, each
    child is given one record of each source that says so (`assign`).

    So a cluster that contradicts itself comes apart at its weakest tie, and where several are as weak at all of them.
    Whom a person called the same child are joined whatever the guards say, and whom a person called two never are, also
    not through others. Returns the groups of keys, and refusals. The answer does not depend on the order of anything.
    """
    said = said or Said()
    facts_of = {fact.key: fact for fact in sorted(members)}
    ties = sorted(ties)  # an engine returns them in any order, and a reason is that of whom comes first
    refused = one_to_one(facts_of, ties, said, questions)
    home = {key: [fact] for key, fact in facts_of.items()}
    left = [tie for tie in ties if pair(tie.left, tie.right) not in refused]
    for _, alike in groupby(sorted(left, key=_surest_first), key=_surest_first):
        refused |= _joined(home, list(alike), said, questions)
    groups = {id(group): sorted(fact.key for fact in group) for group in home.values()}
    together = {key: number for number, group in groups.items() for key in group}
    kept = {both: why for both, why in refused.items() if together[both[0]] != together[both[1]]}
    return list(groups.values()), kept


def _surest_first(tie: Tie) -> tuple[float, float]:
    return -tie.probability, -tie.weight


def _joined(
    home: dict[int, list[Facts]], ties: list[Tie], said: Said, questions: Sequence[Question]
) -> dict[Pair, str]:
    """Joins the clusters of ties that are equally sure, and returns those that cannot be joined, with why."""
    refused, possible = {}, []
    for tie in ties:
        left, right = home[tie.left], home[tie.right]
        if left is right:
            continue
        if reason := _why_not((left, right), [tie], said, questions):
            refused[pair(tie.left, tie.right)] = reason
        else:
            possible.append(tie)
    for chained in _chains(home, possible):
        clusters = tuple({id(home[key]): home[key] for tie in chained for key in tie[:2]}.values())
        if len(clusters) > 2 and (reason := _why_not(clusters, chained, said, questions)):
            refused |= {pair(tie.left, tie.right): reason for tie in chained}
        else:
            _merge(home, clusters)
    return refused


def _chains(home: dict[int, list[Facts]], ties: list[Tie]) -> list[list[Tie]]:
    """The ties, those together that lead from one cluster to the next."""
    if len(ties) < 2:
        return [ties] if ties else []
    at = {number: index for index, number in enumerate({id(home[key]): None for t in ties for key in t[:2]})}
    graph: rx.PyGraph[None, None] = rx.PyGraph()
    graph.add_nodes_from([None] * len(at))
    graph.add_edges_from_no_data([(at[id(home[t.left])], at[id(home[t.right])]) for t in ties])
    chains = [nodes for nodes in rx.connected_components(graph)]
    return [[t for t in ties if at[id(home[t.left])] in nodes] for nodes in chains]


def _merge(home: dict[int, list[Facts]], clusters: tuple[list[Facts], ...]) -> None:
    whole, *others = clusters
    for cluster in others:
        whole.extend(cluster)
        for fact in cluster:
            home[fact.key] = whole


def _why_not(
    clusters: Sequence[list[Facts]], ties: list[Tie], said: Said, questions: Sequence[Question]
) -> str | None:
    if said.apart:
        both = (product(one, other) for one, other in combinations(clusters, 2))
        if any(pair(one.key, other.key) in said.apart for one, other in chain.from_iterable(both)):
            return WHY_APART
    if all(pair(tie.left, tie.right) in said.same for tie in ties):
        return None
    return why_not_one_cluster(*clusters, questions=questions)


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
    """For each record the lowest key of those with which it is tied, also through others. Records without ties stay out of the graph: most of ten
    million have none, and each would be a set of its own."""
    ends = [*ties["left"].chunks, *ties["right"].chunks]
    tied = pa.chunked_array(ends, ties.schema.field("left").type).unique()
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(tied.to_pylist())
    left, right = (pc.index_in(ties[name], tied).to_pylist() for name in ("left", "right"))
    graph.add_edges_from_no_data(list(zip(left, right, strict=True)))
    component = list(range(size))
    for members in rx.connected_components(graph):
        keys = [graph[member] for member in members]
        lowest = min(keys)
        for key in keys:
            component[key] = lowest
    return component


def _doubtful(rows: pa.Table, component: list[int]) -> set[int]:
    """Components that may hold a contradiction: more than one value of something that one child has once.

    Cheap and wide; the guards look closely at these only.
    """
    nothing = pa.scalar(None, pa.string())
    own = pc.is_valid(rows["local"])
    table = pa.table(
        {
            "component": pa.array(component, pa.int64()),
            "nhs": pc.if_else(rows["nhs_valid"], rows["nhs"], nothing),
            "upn": pc.if_else(rows["upn_valid"], rows["upn"], nothing),
            "birth": rows["birth"],
            "month": rows["month"],
            "year": rows["year"],
            "given": rows["given"],
            "sex": rows["sex"],
            "holder": pc.if_else(own, rows["agency"], pc.binary_join_element_wise("", rows["source"], "\n")),
            "unit": pc.if_else(own, rows["local"], pc.cast(rows["key"], pa.string())),
        }
    )
    once = ["nhs", "upn", "birth", "month", "year", "given", "sex"]
    several = _several(table, ["component"], once)
    return several | _several(table.filter(rows["keyed"]), ["component", "holder"], ["unit"])


def _several(table: pa.Table, by: list[str], once: list[str]) -> set[int]:
    """Components with a group of rows, alike in `by`, that has more than one value of something in `once`."""
    counted = table.group_by(by).aggregate([(column, "count_distinct") for column in once])
    found = [counted.filter(pc.greater(counted[f"{column}_count_distinct"], 1)) for column in once]
    return {component for rows in found for component in rows["component"].to_pylist()}


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
