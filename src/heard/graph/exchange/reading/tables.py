"""Ties as tables: one of ties (also "entity, link, entity" of chart tools), or nodes, ties and sources in a ZIP file, as Heard writes
them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from heard.engine.intake import delimited
from heard.engine.tables import NotDone
from heard.graph.exchange.reading import TABLES
from heard.graph.exchange.reading.gathering import Gathering, plain, with_days
from heard.graph.exchange.rules import Format, Named, Read, Told, compared, kind_of, stricter
from heard.network.rules import NodeKind

FIRST: Final = (
    "first",
    "from",
    "source",
    "entity1",
    "node1",
    "person1",
    "name1",
    "end1",
    "subject",
    "startnode",
    "vertex1",
    "ego",
    "entity",
)
SECOND: Final = (
    "second",
    "to",
    "target",
    "entity2",
    "node2",
    "person2",
    "name2",
    "end2",
    "object",
    "endnode",
    "vertex2",
    "alter",
)
_HEADINGS: Final = {
    "tie": ("kind", "tie", "link", "relation", "relationship", "type", "label", "linktype", "role"),
    "words": ("words", "notes", "note", "description", "howknown", "comment", "text"),
    "since": ("since", "start", "startdate", "fromdate", "validfrom", "datefrom", "date"),
    "until": ("until", "end", "enddate", "todate", "validto", "dateto"),
    "first_kind": ("firstkind", "sourcekind", "entity1kind", "sourcetype", "entity1type", "fromtype", "firsttype"),
    "second_kind": ("secondkind", "targetkind", "entity2kind", "targettype", "entity2type", "totype", "secondtype"),
    "key": ("key", "id"),
    "name": ("name", "label", "title"),
    "what": ("what", "called"),
    "node_kind": ("kind", "type", "schema"),
    "service": ("service", "app"),
    "handling": ("handling", "handlingcode"),
    "conditions": ("conditions", "condition"),
}  # fmt: skip
_OTHERS: Final = {name for names in _HEADINGS.values() for name in names} - {"name", "label", "title"}
_LARGEST: Final = 50_000_000  # bytes of one table in a ZIP file


@dataclass(frozen=True)
class TableRow:
    """One row below the heading: what stands under each of its plain names, and whether it can be read."""

    number: int
    cells: list[str] | None
    fault: str = ""


@dataclass(frozen=True)
class Sheet:
    header: tuple[str, ...]
    said: list[str]
    lines: Callable[[], Iterator[TableRow]]

    def place(self, names: tuple[str, ...]) -> int | None:
        plain = [compared(text) for text in self.header]
        return next((plain.index(text) for text in names if text in plain), None)


def open_sheet(path: Path) -> Sheet:
    """A table, whatever its encoding and separator are. Rows are counted from 1, below the heading."""
    try:
        sheet = delimited.open_sheet(path)
    except OSError as error:
        raise NotDone("The file cannot be opened. Check that it is there and may be read.") from error
    if sheet is None:
        raise NotDone("The file has no line that can be read. Export it again as CSV.")

    def lines() -> Iterator[TableRow]:
        for row in sheet.rows():
            if row.cells is None or "quote_open" in row.faults:
                yield TableRow(row.number, None, "blank" if "row_blank" in row.faults else "unreadable")
            else:
                yield TableRow(row.number, row.cells)

    said = [_SAID[one.code].format(**one.filling) for one in sheet.said() if one.code in _SAID]
    return Sheet(sheet.header, said, lines)


_SAID: Final = {
    "encoding": "The file is not UTF-8; it was read as {encoding}. Check that names are spelt right.",
    "delimiter": "Columns are separated by {delimiter}; read so.",
}


def ends(sheet: Sheet) -> tuple[int, int, int | None]:
    """Which columns hold both ends, and what ties them; three columns are an entity, a link and an entity. Raises `NotDone`."""
    first, second = sheet.place(FIRST), sheet.place(SECOND)
    tie = sheet.place(_HEADINGS["tie"])
    if first is not None and second is not None:
        return first, second, tie
    if len(sheet.header) == 3 and compared(sheet.header[2]) not in _OTHERS:
        return 0, 2, 1
    if len(sheet.header) in (2, 3):
        return 0, 1, tie
    raise NotDone(
        "Heard does not find which columns name the two ends of a tie. Call them first and second, and what ties them tie."
    )


def read_one(path: Path, most: int) -> Read:
    sheet = open_sheet(path)
    first, second, tie = ends(sheet)
    found = Gathering(Format.CSV, most)
    found.say(*sheet.said)
    at = {name: sheet.place(names) for name, names in _HEADINGS.items()}
    for line in sheet.lines():
        found.count()
        if line.cells is None:
            found.set_aside(line.number, line.fault)
            continue
        cell = _cells(line.cells)
        one = _named(cell(first), cell(at["first_kind"]))
        other = _named(cell(second), cell(at["second_kind"]))
        words, begin, end = with_days(cell(at["words"]), cell(at["since"]), cell(at["until"]))
        handling, conditions = stricter((cell(at["handling"]), cell(at["conditions"])))
        told = Told(
            line.number,
            one.key,
            other.key,
            cell(tie),
            words,
            begin,
            end,
            handling=handling,
            conditions=conditions,
        )
        found.take(told, [one, other])
    return found.read


def _cells(cells: list[str]) -> Callable[[int | None], str]:
    return lambda place: "" if place is None or place >= len(cells) else _without_mark(cells[place].strip())


def _without_mark(text: str) -> str:
    """Without the mark that keeps spreadsheets from running a cell."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _named(text: str, word: str) -> Named:
    """An end that has no key but its name: two that are written alike are one in this file."""
    text = plain(text)
    kind, type_, told = kind_of(word, text)
    key = " ".join(text.casefold().split())
    called = word[:60] if told and kind == NodeKind.PERSON else ""
    return Named(f"{kind} {type_} {key}" if key else "", kind, text, told=told, type=type_, word=called)


# ---- nodes, ties and sources


def read_zip(path: Path, most: int) -> Read:
    with TemporaryDirectory(dir=path.parent) as folder:
        tables = {name: open_sheet(one) for name, one in _unpacked(path, Path(folder)).items()}
        found = Gathering(Format.ZIP, most)
        for sheet in tables.values():
            found.say(*sheet.said)
        nodes = _nodes(tables["nodes.csv"], found)
        said = _sources(tables["sources.csv"], found) if "sources.csv" in tables else {}
        tied = _ties(tables["ties.csv"], found, nodes, said)
        for key, (number, _named) in nodes.items():
            if key not in tied.nodes:
                found.set_aside(number, "no_tie", "nodes.csv")
        for key, sources in said.items():
            if key not in tied.keys:
                for source in sources:
                    found.set_aside(source.number, "no_such_tie", "sources.csv")
        return found.read


@dataclass(frozen=True)
class _Said:
    """One row of sources.csv, as it is written."""

    number: int
    words: str
    since: str
    until: str
    handling: str
    conditions: str


@dataclass
class _Tied:
    """Keys of nodes and of ties that stand in ties.csv."""

    nodes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


def _unpacked(path: Path, folder: Path) -> dict[str, Path]:
    try:
        with zipfile.ZipFile(path) as packed:
            inside = {
                Path(entry.filename).name.casefold(): entry
                for entry in packed.infolist()
                if not entry.is_dir()
            }
            if not {"nodes.csv", "ties.csv"} <= inside.keys():
                raise NotDone(
                    "The ZIP file lacks nodes.csv or ties.csv. The guide to charts says what stands in them."
                )
            found: dict[str, Path] = {}
            for name in TABLES:
                if name in inside:
                    found[name] = folder / name
                    with packed.open(inside[name]) as stream:
                        found[name].write_bytes(_bounded(stream))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise NotDone(
            "The ZIP file is damaged or locked by a password. Pack it again, without one."
        ) from error
    return found


def _bounded(stream: IO[bytes]) -> bytes:
    content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise NotDone("A table in the ZIP file is larger than Heard reads. Bring in a part of it.")
    return content


def _nodes(sheet: Sheet, found: Gathering) -> dict[str, tuple[int, Named]]:
    """By their keys, with their rows."""
    key, name = sheet.place(_HEADINGS["key"]), sheet.place(_HEADINGS["name"])
    if key is None or name is None:
        raise NotDone("nodes.csv lacks the column key or name. The guide to charts says what stands in it.")
    kind, what, service = (sheet.place(_HEADINGS[value]) for value in ("node_kind", "what", "service"))
    nodes: dict[str, tuple[int, Named]] = {}
    for line in sheet.lines():
        found.count()
        if line.cells is None:
            found.set_aside(line.number, line.fault, "nodes.csv")
            continue
        cell = _cells(line.cells)
        text = plain(cell(name))
        of, type_, told = kind_of(cell(kind), text)
        if cell(key) in nodes:
            found.set_aside(line.number, "key_again", "nodes.csv")
            continue
        word = cell(kind) if told and of == NodeKind.PERSON else cell(what)
        nodes[cell(key)] = (
            line.number,
            Named(cell(key), of, text, told, type_, cell(service)[:40], word[:60]),
        )
    return nodes


def _sources(sheet: Sheet, found: Gathering) -> dict[str, list[_Said]]:
    """Of each tie by its key."""
    tie = sheet.place(("tie",))
    names = ("words", "since", "until", "handling", "conditions")
    at = [sheet.place(_HEADINGS[text]) for text in names]
    sources: dict[str, list[_Said]] = {}
    for line in sheet.lines():
        found.count()
        if line.cells is None:
            found.set_aside(line.number, line.fault, "sources.csv")
            continue
        cell = _cells(line.cells)
        sources.setdefault(cell(tie), []).append(_Said(line.number, *(cell(one) for one in at)))
    return sources


def _ties(
    sheet: Sheet, found: Gathering, nodes: dict[str, tuple[int, Named]], said: dict[str, list[_Said]]
) -> _Tied:
    first, second, tie = ends(sheet)
    names = ("key", "words", "since", "until", "handling", "conditions")
    key, words, since, until, handling, conditions = (sheet.place(_HEADINGS[text]) for text in names)
    tied = _Tied()
    for line in sheet.lines():
        found.count()
        if line.cells is None:
            found.set_aside(line.number, line.fault, "ties.csv")
            continue
        cell = _cells(line.cells)
        sources = said.get(cell(key), []) if cell(key) else []
        own = [cell(words), *(source.words for source in sources)]
        text = "; ".join(dict.fromkeys(filter(None, own)))
        begin = cell(since) or next((source.since for source in sources if source.since), "")
        end = cell(until) or next((source.until for source in sources if source.until), "")
        text, valid_from, valid_to = with_days(text, begin, end)
        own_terms = (cell(handling), cell(conditions))
        terms = stricter(own_terms, *((source.handling, source.conditions) for source in sources))
        one, other = cell(first), cell(second)
        tied.nodes |= {one, other}
        tied.keys.add(cell(key))
        told = Told(line.number, one, other, cell(tie), text, valid_from, valid_to, cell(key), *terms)
        found.take(told, [nodes[end][1] if end in nodes else None for end in (one, other)], "ties.csv")
    return tied
