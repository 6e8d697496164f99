"""What can be worked out of anybody's list of ties: size, parts, cut points, communities, betweenness. Pure.

Components, cut points and betweenness are rustworkx's; communities are found by the method of Louvain and their modularity worked
out by networkx. Ties are read as going both ways. The same ties give the same answer, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import networkx
import rustworkx

SEED: Final = 1  # of the order in which Louvain takes nodes
LARGE: Final = 300_000_000  # nodes times ties, beyond which betweenness takes minutes: worked out only where it is asked for


@dataclass(frozen=True)
class Edge:
    """Two who are tied, how strongly, and what else their row says."""

    first: str
    second: str
    weight: float = 1.0
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def ends(self) -> tuple[str, str]:
        return min(self.first, self.second), max(self.first, self.second)


@dataclass(frozen=True)
class Parts:
    """What is left where only ties of `threshold` or more count: nodes stay, also those that are then tied to nobody."""

    threshold: float
    ties: int
    components: int
    largest: int
    isolated: int


@dataclass(frozen=True)
class Node:
    """`betweenness`: the share of all shortest ways between two others that lead through it, from 0 to 1, by steps and not by weight;
    None where it was not worked out.
    `component`, `community`: which one it is in, numbered by the first name in it."""

    name: str
    degree: int
    strength: float
    betweenness: float | None
    cut_point: bool
    component: int
    community: int


@dataclass(frozen=True)
class Measured:
    """`density`: ties of all that there could be, None of fewer than two nodes. `modularity`: of the communities that were found, by weight;
    None without ties."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    density: float | None
    parts: tuple[Parts, ...]
    cut_points: int
    communities: int
    modularity: float | None


def weight_of(text: str) -> float | None:
    """A weight as it is written, with a full stop or a comma; None where it is no number of nought or more."""
    try:
        found = float(text.strip().replace(",", ".")) if text.count(",") < 2 else float("nan")
    except ValueError:
        return None
    return found if isfinite(found) and found >= 0 else None


def measure(
    edges: Iterable[Edge],
    alone: Iterable[str] = (),
    thresholds: Sequence[float] = (),
    *,
    however_large: bool = False,
) -> Measured:
    """`edges`: each two once, nobody with themselves; `alone`: who stands in the list, tied to nobody. Without `thresholds` all ties
    count. `however_large`: betweenness is worked out also where that takes minutes."""
    ties = tuple(sorted(edges, key=lambda edge: edge.ends))
    names = sorted({end for tie in ties for end in tie.ends} | set(alone))
    graph, whole = _graph(names, ties), len(names)
    component, community, modularity = _numbered(rustworkx.connected_components(graph)), [0] * whole, None
    if any(tie.weight for tie in ties):
        found = _communities(names, ties)
        community, modularity = _numbered(found), _modularity(names, ties, found)
    else:
        community = _numbered([{index} for index in range(whole)])
    cut = set(rustworkx.articulation_points(graph)) if whole else set()
    between: dict[int, float] = {}
    if whole and (however_large or whole * len(ties) <= LARGE):
        between = dict(rustworkx.betweenness_centrality(graph, normalized=whole > 2))
    strength = [0.0] * whole
    for start, end, weight in graph.weighted_edge_list():
        strength[start] += weight
        strength[end] += weight
    nodes = tuple(
        Node(name, graph.degree(at), strength[at], between.get(at), at in cut, component[at], community[at])
        for at, name in enumerate(names)
    )
    return Measured(
        nodes=nodes,
        edges=ties,
        density=2 * len(ties) / (whole * (whole - 1)) if whole > 1 else None,
        parts=tuple(_parts(names, ties, threshold) for threshold in thresholds or (0.0,)),
        cut_points=len(cut),
        communities=len(set(community)),
        modularity=modularity,
    )


def _graph(names: Sequence[str], ties: Iterable[Edge]) -> rustworkx.PyGraph:
    index = {name: at for at, name in enumerate(names)}
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(names)
    graph.add_edges_from([(index[tie.ends[0]], index[tie.ends[1]], tie.weight) for tie in ties])
    return graph


def _parts(names: Sequence[str], ties: Sequence[Edge], threshold: float) -> Parts:
    kept = [tie for tie in ties if tie.weight >= threshold]
    graph = _graph(names, kept)
    sizes = [len(component) for component in rustworkx.connected_components(graph)]
    isolated = sum(size == 1 for size in sizes)
    return Parts(threshold, len(kept), len(sizes), max(sizes, default=0), isolated)


def _of_networkx(names: Sequence[str], ties: Iterable[Edge]) -> networkx.Graph:
    index = {name: at for at, name in enumerate(names)}
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(names)))
    graph.add_weighted_edges_from((index[tie.ends[0]], index[tie.ends[1]], tie.weight) for tie in ties)
    return graph


def _communities(names: Sequence[str], ties: Sequence[Edge]) -> list[set[int]]:
    found: list[set[int]] = networkx.community.louvain_communities(_of_networkx(names, ties), seed=SEED)
    return found


def _modularity(names: Sequence[str], ties: Sequence[Edge], found: list[set[int]]) -> float:
    return float(networkx.community.modularity(_of_networkx(names, ties), found))


def _numbered(parts: Iterable[Iterable[int]]) -> list[int]:
    """Of each node, the number of its part: 1 is the part with the first name."""
    ordered = sorted((sorted(part) for part in parts), key=lambda part: part[0])
    numbers = {at: number for number, part in enumerate(ordered, start=1) for at in part}
    return [numbers[at] for at in range(len(numbers))]
