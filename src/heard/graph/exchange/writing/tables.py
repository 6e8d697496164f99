"""CSV as Heard reads it too: nodes, ties and sources in a ZIP file."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import Any, Final

from heard.engine.tables import safe
from heard.graph.exchange.writing.chart import Chart

_THEN: Final = (1980, 1, 1, 0, 0, 0)  # of each file inside: the same chart gives the same bytes


def write(chart: Chart) -> bytes:
    nodes = ((dot.key, dot.name, dot.type or dot.kind, dot.what, dot.service) for dot in chart.dots)
    ties = ((link.key, link.first, link.second, link.said, link.since, link.until) for link in chart.links)
    sources = (
        (
            link.key,
            source.words,
            source.source_grade,
            source.known_grade,
            source.handling,
            source.conditions,
            source.holder,
            source.since,
            source.until,
        )
        for link in chart.links
        for source in link.sources
    )
    files = {
        "about.csv": _table(("what", "said"), chart.head),
        "nodes.csv": _table(("key", "name", "kind", "what", "service"), nodes),
        "ties.csv": _table(("key", "first", "second", "tie", "since", "until"), ties),
        "sources.csv": _table(
            (
                "tie",
                "words",
                "source_grade",
                "known_grade",
                "handling",
                "conditions",
                "held_by",
                "since",
                "until",
            ),
            sources,
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(name, _THEN), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()
