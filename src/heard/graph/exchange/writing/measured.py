"""What was measured of a list, as files: GraphML with weights and attributes, or one row for each node as CSV."""

from __future__ import annotations

import csv
import io

from heard.engine.tables import safe
from heard.graph.exchange.rules.measuring import Measured
from heard.graph.exchange.writing import graphml
from heard.graph.exchange.writing.chart import Chart, Dot, Link

_HEAD = ("name", "degree", "strength", "betweenness", "cut_point", "component", "community")


def as_graphml(found: Measured) -> bytes:
    """Nodes by their names; of each what was measured, of each tie its weight and what its row said."""
    keys = {node.name: f"n{number}" for number, node in enumerate(found.nodes)}
    dots = tuple(
        Dot(
            keys[node.name],
            "",
            node.name,
            more=tuple((name, value) for name in _HEAD[1:] if (value := getattr(node, name)) is not None),
        )
        for node in found.nodes
    )
    links = tuple(
        Link(
            f"e{number}", keys[edge.first], keys[edge.second], "", "", more=(("weight", edge.weight), *((name, text) for name, text in edge.attributes if name != "weight")),
        )
        for number, edge in enumerate(found.edges)
    )  # fmt: skip
    return graphml.write(Chart(dots, links))


def as_csv(found: Measured) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_HEAD)
    rows.writerows([safe(getattr(node, name)) for name in _HEAD] for node in found.nodes)
    return out.getvalue()
