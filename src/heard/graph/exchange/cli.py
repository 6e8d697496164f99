"""`heard network`: measuring anybody's list of ties. It never reads the site."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heard.engine.cli.edge import JSON, PathWord, Summary, command, finishes

if TYPE_CHECKING:
    from rich.console import Console

    from heard.graph.exchange.reading.edges import Listed
    from heard.graph.exchange.rules.measuring import Measured

_TOLD = 10  # rows that were set aside, told on the screen


class Thresholds(click.ParamType):
    """Numbers with commas between them."""

    name = "numbers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        from heard.graph.exchange.rules.measuring import weight_of

        if isinstance(value, tuple):
            return value
        found = [weight_of(text) for text in str(value).split(",")]
        if any(one is None for one in found):
            self.fail(
                f"{value!r} is no list of thresholds. Give numbers with commas between them, such as 1,2,3.",
                param,
                ctx,
            )
        return tuple(sorted({one for one in found if one is not None}))


@click.group("network")
def network() -> None:
    """Networks of anybody: what can be worked out of a list of ties."""


@network.command("measure", cls=command.keywords["cls"], epilog=command.keywords["epilog"])
@click.argument("edges", metavar="EDGES.csv", type=PathWord())
@click.option(
    "--weight",
    default="",
    metavar="COLUMN",
    help="The column that says how strong each tie is. Default: one that is called weight.",
)
@click.option(
    "--thresholds",
    type=Thresholds(),
    default=(),
    help="Count only ties of at least this weight, such as 1,2,3.",
)
@click.option(
    "--graphml",
    type=PathWord(),
    help="Write the network here, with weights, attributes and what was measured.",
)
@click.option("--csv", "table", type=PathWord(), help="Write one row for each node here.")
@click.option(
    "--betweenness",
    "however_large",
    is_flag=True,
    help="Work out betweenness also of a large list, which takes minutes.",
)
@click.option("--names", is_flag=True, help="Print the names of cut points too.")
@JSON
@finishes
def measure(
    edges: Path,
    weight: str,
    thresholds: tuple[float, ...],
    graphml: Path | None,
    table: Path | None,
    however_large: bool,
    names: bool,
) -> Summary:
    """Measure a list of ties: nodes, ties, density, components at each threshold, cut points, communities and betweenness.

    EDGES.csv has two columns of names, and others if wanted: a weight, attributes. A row with one name alone is somebody who is tied
    to nobody. Ties go both ways. Nothing is read or written but these files, and names are printed only with --names.
    """
    from heard.engine.tables import NotDone
    from heard.graph.exchange.reading.edges import read_edges
    from heard.graph.exchange.rules.measuring import measure as work_out

    for path in filter(None, (graphml, table)):
        if path.resolve() == edges.resolve():
            raise NotDone(f"{path} is the list itself. Write what was measured to another file.")
    listed = read_edges(edges, weight)
    found = work_out(listed.edges, listed.alone, thresholds, however_large=however_large)
    written = _write(found, graphml, table)
    return Summary(
        as_json=lambda: _json(listed, found, names=names),
        show=lambda console: _show(console, listed, found, names=names),
        set_aside=bool(listed.aside),
        where=" ".join(f"Written: {path}." for path in written),
    )


def _write(found: Measured, graphml: Path | None, table: Path | None) -> list[Path]:
    from heard.engine.tables import NotDone
    from heard.graph.exchange.writing.measured import as_csv, as_graphml

    written = []
    try:
        if graphml:
            graphml.write_bytes(as_graphml(found))
            written.append(graphml)
        if table:
            table.write_text(as_csv(found), encoding="utf-8")
            written.append(table)
    except OSError as error:
        raise NotDone(f"The file {error.filename} cannot be written: {error.strerror}.") from error
    return written


def _json(listed: Listed, found: Measured, *, names: bool) -> dict[str, Any]:
    between = sorted(node.betweenness for node in found.nodes if node.betweenness is not None)
    told = {
        "rows": {"read": listed.rows, "taken": listed.taken, "set_aside": len(listed.aside)},
        "issues": [
            {"row": one.number, "what": one.fault.what, "to_do": one.fault.to_do} for one in listed.aside
        ],
        "said": listed.said,
        "weight": listed.weight or None,
        "heading": listed.headed,
        "nodes": len(found.nodes),
        "ties": len(found.edges),
        "density": found.density,
        "thresholds": [asdict(part) for part in found.parts],
        "cut_points": found.cut_points,
        "communities": {
            "found": found.communities,
            "method": "Louvain, seed 1",
            "modularity": found.modularity,
        },
        "betweenness": {
            "highest": between[-1] if between else None,
            "nought": sum(one == 0 for one in between),
        },
    }
    if names:
        told["cut_points_named"] = [node.name for node in found.nodes if node.cut_point]
    return told


def _show(console: Console, listed: Listed, found: Measured, *, names: bool) -> None:
    say = console.print
    say(f"Rows: {listed.rows:,} read = {listed.taken:,} taken + {len(listed.aside):,} set aside")
    for line in listed.said:
        say(f"  {line}")
    say(
        "  The first line is a heading."
        if listed.headed
        else "  The first line is no heading: it was read as a row."
    )
    for code, count in Counter(one.code for one in listed.aside).most_common():
        fault = next(one.fault for one in listed.aside if one.code == code)
        rows = [str(one.number) for one in listed.aside if one.code == code]
        more = "" if len(rows) <= _TOLD else f" and {len(rows) - _TOLD:,} more"
        say(f"  {count:,} set aside: {fault.what} {fault.to_do} Rows {', '.join(rows[:_TOLD])}{more}.")
    say(f"Nodes: {len(found.nodes):,}   Ties: {len(found.edges):,}   Density: {_number(found.density)}")
    say(f"Weight: {listed.weight or 'none, each tie counts 1'}")
    for part in found.parts:
        say(
            f"Ties of {part.threshold:g} or more: {part.ties:,} ties, {part.components:,} components, the largest of {part.largest:,} nodes, {part.isolated:,} nodes alone"
        )
    say(f"Cut points: {found.cut_points:,} (without one of them its component falls apart)")
    if names and found.cut_points:
        say("  " + ", ".join(node.name for node in found.nodes if node.cut_point))
    say(
        f"Communities: {found.communities:,}, by the method of Louvain (seed 1); modularity of this partition {_number(found.modularity)}"
    )
    between = [node.betweenness for node in found.nodes if node.betweenness is not None]
    if found.nodes and not between:
        say(
            "Betweenness: not worked out, since the list is large and it takes minutes. Ask for it with --betweenness."
        )
        return
    highest = _number(max(between) if between else None)
    say(
        f"Betweenness, by steps, from 0 to 1: the highest is {highest}, {sum(one == 0 for one in between):,} nodes have none"
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
