"""GraphML, as graphml.graphdrawing.org defines it: each attribute of nodes and of ties has a key of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from heard.graph.exchange.writing.chart import Chart, Dot, Link

type Value = str | float | bool
type Values = list[tuple[str, Value]]

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(chart: Chart) -> bytes:
    nodes = [(dot.key, _of_dot(dot)) for dot in chart.dots]
    ties = [(link, _of_link(link)) for link in chart.links]
    keys = {
        **_keys("n", "node", (row for _key, row in nodes)),
        **_keys("e", "edge", (row for _link, row in ties)),
    }
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        *([f"  <desc>{xml(about(chart))}</desc>"] if chart.head else []),
        *(
            f'  <key id="{key}" for="{of}" attr.name={attribute(name)} attr.type="{type_}"/>'
            for (of, name), (key, type_) in keys.items()
        ),
        '  <graph id="G" edgedefault="undirected">',
    ]
    for node, values in nodes:
        out += [f"    <node id={attribute(node)}>", *_data("node", values, keys), "    </node>"]
    for link, values in ties:
        ends = f"source={attribute(link.first)} target={attribute(link.second)}"
        out += [f"    <edge id={attribute(link.key)} {ends}>", *_data("edge", values, keys), "    </edge>"]
    return "\n".join([*out, "  </graph>", "</graphml>", ""]).encode()


def about(chart: Chart) -> str:
    return "; ".join(f"{name}: {text}" for name, text in chart.head)


def xml(text: str) -> str:
    """Without what no XML file may hold."""
    return escape(_NOT_XML.sub("\ufffd", text))


def attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))


def _of_dot(dot: Dot) -> Values:
    said: Values = [
        ("label", dot.name),
        ("kind", dot.type or dot.kind),
        ("service", dot.service),
        ("what", dot.what),
    ]
    return [(name, value) for name, value in (*said, *dot.more) if value != ""]


def _of_link(link: Link) -> Values:
    return [(name, value) for name, value in (*said_of(link), *link.more) if value != ""]


def said_of(link: Link) -> list[tuple[str, str]]:
    """What one line says of a tie, with the words of all its sources."""
    words = "; ".join(dict.fromkeys(filter(None, (source.words for source in link.sources))))
    graded = "; ".join(
        dict.fromkeys(
            filter(
                None,
                (f"{source.source_grade}{source.known_grade}{source.handling}" for source in link.sources),
            )
        )
    )
    holders = "; ".join(sorted({source.holder for source in link.sources if source.holder}))
    when = [("since", str(link.since or "")), ("until", str(link.until or ""))]
    terms = [("conditions", "; ".join(link.conditions)), ("held_by", holders)]
    return [("tie", link.said), ("words", words), *when, ("grades", graded), *terms]


def _keys(letter: str, of: str, rows: Iterable[Values]) -> dict[tuple[str, str], tuple[str, str]]:
    """Of each attribute its key and its type."""
    types: dict[str, str] = {}
    for row in rows:
        for name, value in row:
            type_ = (
                "boolean"
                if isinstance(value, bool)
                else "double"
                if isinstance(value, int | float)
                else "string"
            )
            types[name] = type_ if types.get(name, type_) == type_ else "string"
    return {(of, name): (f"{letter}{number}", type_) for number, (name, type_) in enumerate(types.items())}


def _data(
    of: str, values: Sequence[tuple[str, Value]], keys: dict[tuple[str, str], tuple[str, str]]
) -> list[str]:
    return [f'      <data key="{keys[of, name][0]}">{xml(_text(value))}</data>' for name, value in values]


def _text(value: Value) -> str:
    return str(value).casefold() if isinstance(value, bool) else str(value)
