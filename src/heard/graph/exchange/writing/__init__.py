"""Files that are taken out: each format writes the same nodes and ties."""

from __future__ import annotations

from heard.graph.exchange.writing.chart import Chart

SUFFIXES = {"csv": "zip", "graphml": "graphml", "gexf": "gexf", "ftm": "ftm.json"}


def as_file(chart: Chart, format_: str) -> bytes:
    """The same bytes for the same chart."""
    from heard.graph.exchange.writing import ftm, gexf, graphml, tables

    writes = {"csv": tables.write, "graphml": graphml.write, "gexf": gexf.write, "ftm": ftm.write}
    return writes[format_](chart)
