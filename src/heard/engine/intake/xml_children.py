"""The children of an XML return, one after another, whatever state the file is in. Hides lxml.

Nothing outside the file is ever fetched, entities are not followed, and libxml2's own guards against huge or deep
input stay on. Broken XML is read up to each break and after it, as far as the parser can find its way. Memory stays
flat: each child is freed before the next.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from lxml import etree

from heard.engine.intake.delimited import encoding_of, is_written_in
from heard.engine.intake.ledger import Place, Source
from heard.engine.tables import Progress

SAFELY = {
    "recover": True, "huge_tree": False, "resolve_entities": False, "no_network": True, "load_dtd": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_IN_WORDS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "iso-8859-1": "Latin-1",
    "utf-16": "UTF-16",
    "utf-16le": "UTF-16",
    "utf-16be": "UTF-16",
}
_LXML_NAMES = {
    "utf-8-sig": "utf-8",
    "latin-1": "iso-8859-1",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_LONGEST_TAG = 200


def name_of(element: etree._Element) -> str:
    """The element's name without its namespace; comments and the like have none."""
    return without_namespace(element.tag)


@lru_cache(maxsize=4_096)
def without_namespace(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def looks_like_xml(start: bytes) -> bool:
    """Whether the first bytes of a file are those of XML, in any encoding."""
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def root_of(path: Path) -> str | None:
    """The name of the first element, or null where the file is no XML that can be read."""
    try:
        with path.open("rb") as stream:
            for _, element in etree.iterparse(stream, events=("start",), **_options(path)):
                return name_of(element)
    except etree.LxmlError:
        pass
    return None


def first_text(path: Path, name: str, *, before: str) -> str | None:
    """What the first element of a name says, if it ends before one of another name begins. Raises OSError."""
    try:
        with path.open("rb") as stream:
            tags = (f"{{*}}{name}", f"{{*}}{before}")
            for event, element in etree.iterparse(
                stream, events=("start", "end"), tag=tags, **_options(path)
            ):
                if name_of(element) == before:
                    return None
                if event == "end":
                    return text_of(element)
    except etree.LxmlError:
        pass
    return None


def texts(path: Path, child: str, *names: str) -> Iterator[tuple[str, ...]]:
    """Of each child what the first elements of these names inside it say. Raises OSError."""
    try:
        with path.open("rb") as stream:
            for _, element in etree.iterparse(stream, tag=f"{{*}}{child}", **_options(path)):
                yield tuple(text_of(next(element.iter(f"{{*}}{name}"), None)) for name in names)
                element.clear()
    except etree.LxmlError:
        pass


@dataclass(frozen=True)
class Shape:
    """How a return writes its children. `child`, `header`: names of elements; `inner`: every name inside a child."""

    child: str
    inner: Collection[str]
    header: str | None = None


def children(
    path: Path, file: str, source: Source, shape: Shape, progress: Progress
) -> Iterator[tuple[Place, etree._Element]]:
    """The header, at row 0, where there is one; then each child with its row: 1 for the first.

    Says what is broken, and sets aside the children that the parser did not get to, or not through. Raises OSError where
    the file cannot be opened.
    """
    options = _options(path)
    if (encoding := options.get("encoding")) is not None:
        declared = _declared(path) is not None
        source.note(file, "encoding_declared" if declared else "encoding", encoding=_IN_WORDS[str(encoding)])
    walk = _Walk(file, source, shape)
    size = path.stat().st_size or 1
    with path.open("rb") as stream:
        tags = tuple(f"{{*}}{name}" for name in (shape.child, shape.header) if name)
        parser = etree.iterparse(stream, events=("start", "end"), tag=tags, **options)
        try:
            for event, element in parser:
                if (at := walk.place(event, element)) is not None:
                    yield at, element
                    walk.forget(at, element)
                if event == "end" and walk.rows % 1000 == 0:
                    progress(source.name, stream.tell() / size)
        except etree.LxmlError as error:
            walk.broken(getattr(error, "lineno", None) or 0, "the file ends here")
        walk.finish(parser, path)


@dataclass
class _Walk:
    """One file while it is walked."""

    file: str
    source: Source
    shape: Shape
    rows: int = 0
    open_rows: list[int] = field(default_factory=list)
    breaks: int = 0
    begun: bool = False

    def place(self, event: str, element: etree._Element) -> Place | None:
        """Where an element that has ended stands; null while it is still open."""
        if not self.begun:
            self.begun = True
            if element.getroottree().docinfo.doctype:
                self.source.note(self.file, "xml_entities")
        if name_of(element) == self.shape.header:
            return Place(self.file, 0) if event == "end" else None
        if event == "start":
            self.rows += 1
            self.open_rows.append(self.rows)
            return None
        return Place(self.file, self.open_rows.pop())

    def forget(self, at: Place, element: etree._Element) -> None:
        """Frees the child and all before it, so that memory stays flat; says what stood between."""
        if not at.row:
            return
        parent = element.getparent()
        before = element.getprevious()
        while before is not None:
            earlier = before.getprevious()
            if (before.tail or "").strip():
                self.source.flag(at, "stray_text", "Children")
            if name_of(before) not in (self.shape.child, self.shape.header):
                self.source.flag(at, "element_unknown", "Children", element="of another kind")
            if parent is not None and name_of(before) != self.shape.header:
                parent.remove(before)
            before = earlier
        element.clear(keep_tail=True)

    def broken(self, line: int, said: str) -> None:
        self.breaks += 1
        self.source.set_aside_file(self.file, "xml_broken", line=line, said=said)

    def finish(self, parser: etree.iterparse, path: Path) -> None:
        for line, kind in _errors(parser):
            self.broken(line, kind)
            if kind == "tag not finished" and self.rows and not self.open_rows and self._inside_child(parser):
                self.source.flag(Place(self.file, self.rows), "cut_off")
        written = _written(path, self.shape.child) if self.breaks else 0
        for row in (*sorted(self.open_rows), *range(self.rows + 1, written + 1)):
            self.source.begin(Place(self.file, row))
            self.source.set_aside(Place(self.file, row), "xml_lost")
        if not (self.rows or written):
            self.source.note(self.file, "no_rows")

    def _inside_child(self, parser: etree.iterparse) -> bool:
        inner = {*self.shape.inner, self.shape.child}
        return any(f"in tag {name} " in f"{entry.message} " for entry in parser.error_log for name in inner)


def _written(path: Path, child: str) -> int:
    """How many children begin in the file, as far as its bytes tell: the parser cannot say it of a file that is broken."""
    begins = re.compile(rb"<(?:[\w.-]{1,100}:)?" + child.encode() + rb"[\s/>]")
    count, rest = 0, b""
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            text = rest + block.replace(b"\0", b"")
            count += sum(1 for _ in begins.finditer(text))
            tail = text[-_LONGEST_TAG:]
            rest = tail[place:] if (place := tail.rfind(b"<")) >= 0 else b""
            count -= bool(begins.match(rest))  # it will be found again
    return count + bool(begins.match(rest))


def _errors(parser: etree.iterparse) -> Iterator[tuple[int, str]]:
    """Line and kind of each break. The parser's own sentence is not used: it may quote what it stumbled over."""
    entries = (
        (entry.line, entry.type_name.removeprefix("ERR_").replace("_", " ").lower())
        for entry in parser.error_log
        if entry.level != etree.ErrorLevels.WARNING
    )
    yield from dict.fromkeys(entries)


def _declared(path: Path) -> str | None:
    with path.open("rb") as stream:
        match = _DECLARED.search(stream.read(400).replace(b"\0", b""))
    return match[1].decode().lower() if match else None


def _options(path: Path) -> dict[str, bool | str]:
    """How to parse: safely, and in another encoding than the file declares where it is not written so."""
    found = encoding_of(path)
    said = _declared(path) or ("utf-16" if found == "utf-16" else "utf-8")
    actual = _LXML_NAMES.get(found, found)
    believed = said == actual or (
        said != "utf-8" and not _wide(said) and not _wide(found) and is_written_in(path, said)
    )
    return dict(SAFELY) if believed else {**SAFELY, "encoding": actual}


def _wide(encoding: str) -> bool:
    """Whether a letter takes several bytes: almost any bytes can be read so, and mean nothing."""
    return encoding.startswith(("utf-16", "utf-32", "ucs-", "iso-10646"))
