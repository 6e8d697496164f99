"""GEXF 1.3, as gexf.net defines it: ties with the days since and until when."""

from __future__ import annotations

from heard.graph.exchange.writing.chart import Chart, Link
from heard.graph.exchange.writing.graphml import about, attribute, said_of, xml

_OF_NODES = ("kind", "service", "what")
_OF_TIES = ("words", "grades", "conditions", "held_by")


def write(chart: Chart) -> bytes:
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gexf xmlns="http://gexf.net/1.3" version="1.3">',
        f"  <meta><description>{xml(about(chart))}</description></meta>",
        '  <graph mode="dynamic" defaultedgetype="undirected" timeformat="date" timerepresentation="interval">',
        *_attributes("node", _OF_NODES),
        *_attributes("edge", _OF_TIES),
        "    <nodes>",
    ]
    for dot in chart.dots:
        values = {"kind": dot.type or dot.kind, "service": dot.service, "what": dot.what}
        out += [
            f"      <node id={attribute(dot.key)} label={attribute(dot.name)}>",
            *_values(_OF_NODES, values),
            "      </node>",
        ]
    out += ["    </nodes>", "    <edges>"]
    for link in chart.links:
        ends = f"source={attribute(link.first)} target={attribute(link.second)} label={attribute(link.said)}"
        out += [
            f"      <edge id={attribute(link.key)} {ends}>",
            *_values(_OF_TIES, dict(said_of(link))),
            *_spell(link),
            "      </edge>",
        ]
    return "\n".join([*out, "    </edges>", "  </graph>", "</gexf>", ""]).encode()


def _attributes(of: str, names: tuple[str, ...]) -> list[str]:
    rows = [
        f'      <attribute id="{number}" title="{name}" type="string"/>' for number, name in enumerate(names)
    ]
    return [f'    <attributes class="{of}">', *rows, "    </attributes>"]


def _values(names: tuple[str, ...], values: dict[str, str]) -> list[str]:
    rows = [
        f'          <attvalue for="{number}" value={attribute(values[name])}/>'
        for number, name in enumerate(names)
        if values[name]
    ]
    return ["        <attvalues>", *rows, "        </attvalues>"] if rows else []


def _spell(link: Link) -> list[str]:
    """When it was so, where a day is known."""
    days = [
        f'{name}="{day.isoformat()}"' for name, day in (("start", link.since), ("end", link.until)) if day
    ]
    return [f"        <spells><spell {' '.join(days)}/></spells>"] if days else []
