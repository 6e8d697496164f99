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
    nodes = ((one.key, one.name, one.type or one.kind, one.what, one.service) for one in chart.dots)
    ties = ((one.key, one.first, one.second, one.said, one.since, one.until) for one in chart.links)
    sources = (
        (
            link.key,
            one.words,
            one.source_grade,
            one.known_grade,
            one.handling,
            one.conditions,
            one.holder,
            one.since,
            one.until,
        )
        for link in chart.links
        for one in link.sources
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
