"""Ties as GraphML: each edge is a row, counted in the order of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from lxml import etree

from heard.engine.intake.xml_children import SAFELY, name_of
from heard.engine.tables import NotDone
from heard.graph.exchange.reading.gathering import Gathering, plain, with_days
from heard.graph.exchange.rules import Format, Named, Read, Told, compared, kind_of, stricter
from heard.network.rules import NodeKind

_NAME: Final = ("name", "label", "nodelabel", "title", "caption")
_KIND: Final = ("kind", "type", "schema", "entitytype", "category")
_TIE: Final = ("tie", "kind", "label", "relation", "relationship", "type", "link", "role", "edgelabel")
_WORDS: Final = ("words", "notes", "description", "comment")
_SINCE: Final = ("since", "start", "startdate", "validfrom")
_UNTIL: Final = ("until", "end", "enddate", "validto")


def read(path: Path, most: int) -> Read:
    root = _root(path)
    if name_of(root) != "graphml":
        raise NotDone("This XML file is not GraphML. Export the chart as GraphML, CSV or FollowTheMoney.")
    names = {
        one.get("id"): compared(one.get("attr.name") or one.get("id") or "")
        for one in root
        if name_of(one) == "key"
    }
    found = Gathering(Format.GRAPHML, most)
    nodes: dict[str, Named] = {}
    tied: set[str] = set()
    edges = []
    joined = 0
    for one in root.iter(etree.Element):
        if name_of(one) == "node" and one.get("id"):
            node = _node(one, names)
            nodes.setdefault(node.key, node)
        elif name_of(one) == "edge":
            edges.append(one)
        elif name_of(one) == "hyperedge":
            joined += 1
    for number, edge in enumerate(edges, start=1):
        said = _data(edge, names)
        first, second = edge.get("source") or "", edge.get("target") or ""
        words, begin, end = with_days(_first(said, _WORDS), _first(said, _SINCE), _first(said, _UNTIL))
        tied |= {first, second}
        terms = stricter((said.get("handling", ""), said.get("conditions", "")))
        key = (edge.get("id") or "")[:100]
        told = Told(number, first, second, _first(said, _TIE), words, begin, end, key, *terms)
        found.take(told, [nodes.get(first), nodes.get(second)])
    for number in range(len(edges) + 1, len(edges) + joined + 1):
        found.set_aside(number, "not_read")
    alone = (key for key in nodes if key not in tied)
    for number, key in enumerate(alone, start=len(edges) + joined + 1):
        found.set_aside(number, "no_tie", nodes[key].text[:80])
    return found.read


def _root(path: Path) -> Any:
    try:
        tree = etree.parse(str(path), etree.XMLParser(**(SAFELY | {"recover": False})))
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise NotDone(
            f"The XML breaks off or cannot be read at line {line}. Export the chart again."
        ) from error
    except OSError as error:
        raise NotDone(
            "The file cannot be opened, or is not written in the encoding that it names."
        ) from error
    if tree.docinfo.internalDTD is not None and tree.docinfo.internalDTD.entities():
        raise NotDone(
            "The XML declares entities of its own, which Heard does not follow. Export the chart without them."
        )
    return tree.getroot()


def _data(element: Any, names: dict[str | None, str]) -> dict[str, str]:
    """What is said of a node or edge: by the plain name of its attribute."""
    found: dict[str, str] = {}
    for one in element:
        if name_of(one) == "data":
            text = " ".join("".join(one.itertext()).split())
            if text:
                found.setdefault(names.get(one.get("key"), compared(one.get("key") or "")), text)
    return found


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if name in said), "")


def _node(element: Any, names: dict[str | None, str]) -> Named:
    said = _data(element, names)
    text = plain(_first(said, _NAME) or element.get("id") or "")
    word = _first(said, _KIND)
    kind, type_, told = kind_of(word, text)
    if not (told and kind == NodeKind.PERSON):
        word = said.get("what", "")
    return Named(
        element.get("id") or "",
        kind,
        text,
        told,
        type_,
        said.get("service", "")[:40],
        word[:60],
    )
