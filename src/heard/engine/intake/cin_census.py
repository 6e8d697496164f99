"""Format: the Department's Children in Need census, XML. One row is one `<Child>`. Hides lxml.

Nothing outside the file is ever fetched, entities are not followed, and libxml2's own guards against huge or deep
input stay on. Broken XML is read up to each break and after it, as far as the parser can find its way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lxml import etree

from heard.engine.intake import carriers
from heard.engine.intake.checks import Checks
from heard.engine.intake.cin_schema import departures, name_of, schema, text_of
from heard.engine.intake.delimited import encoding_of, is_written_in
from heard.engine.intake.ledger import Details, Place, Seen, Source
from heard.engine.intake.values import code_of, read_date, read_id, read_sex, read_upn
from heard.engine.tables import ROW_KEY, Progress
from heard.knowledge.model import Carrier

FORMAT, AGENCY = "cin_census", "social care"
_FACTORS = "AssessmentFactors"

# Where the field that dates an item is empty, the next best day that the same part of the record gives.
_DATED_ELSE = {
    "AssessmentAuthorisationDate": ("AssessmentActualStartDate", "CINreferralDate"),
    "CPPstartDate": ("CINreferralDate",),
}


def recognises(path: Path) -> str | None:
    """Null where the file is a CIN census; otherwise the reason why it is not."""
    try:
        with path.open("rb") as stream:
            for _, element in etree.iterparse(stream, events=("start",), **_options(path)):
                name = name_of(element)
                return None if name == "Message" else "it is XML of another kind"
    except etree.LxmlError:
        pass
    return "it is not XML that can be read"


def council(path: Path) -> str | None:
    """The number of the council that the header names, or null. Raises OSError where the file cannot be opened."""
    try:
        with path.open("rb") as stream:
            tags = ("{*}LEA", "{*}Child")
            for event, element in etree.iterparse(
                stream, events=("start", "end"), tag=tags, **_options(path)
            ):
                if name_of(element) == "Child":
                    return None
                if event == "end":
                    return text_of(element) if _COUNCIL.fullmatch(text_of(element)) else None
    except etree.LxmlError:
        pass
    return None


_COUNCIL = re.compile(r"[A-Za-z0-9]{1,10}")


_SAFELY = {
    "recover": True, "huge_tree": False, "resolve_entities": False, "no_network": True, "load_dtd": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip


def read(path: Path, file: str, source: Source, today: date, progress: Progress) -> None:
    """Reads one census file into the source. Raises OSError where the file cannot be opened."""
    source.begin_file(file)
    census = _Census(file, source, Checks(source, today))
    options = _options(path)
    if (encoding := options.get("encoding")) is not None:
        declared = _declared(path) is not None
        source.note(file, "encoding_declared" if declared else "encoding", encoding=_IN_WORDS[str(encoding)])
    size = path.stat().st_size or 1
    with path.open("rb") as stream:
        parser = etree.iterparse(stream, events=("start", "end"), tag=("{*}Child", "{*}Header"), **options)
        try:
            for event, element in parser:
                census.take(event, element)
                if census.rows % 1000 == 0:
                    progress(source.name, stream.tell() / size)
        except etree.LxmlError as error:
            census.broken(getattr(error, "lineno", None) or 0, "the file ends here")
        census.finish(parser, path)
    cover(source, census.present, census.year)


_IN_WORDS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "iso-8859-1": "Latin-1",
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


def _declared(path: Path) -> str | None:
    with path.open("rb") as stream:
        match = _DECLARED.search(stream.read(400).replace(b"\0", b""))
    return match[1].decode().lower() if match else None


def _options(path: Path) -> dict[str, bool | str]:
    """How to parse: safely, and in another encoding than the file declares where it is not written so."""
    found = encoding_of(path)
    if found == "utf-16":
        return dict(_SAFELY)  # its mark says so, and the parser heeds it
    said = _declared(path) or "utf-8"
    actual = _LXML_NAMES.get(found, found)
    believed = said == actual or (
        said != "utf-8" and not found.startswith("utf-16") and is_written_in(path, said)
    )
    return dict(_SAFELY) if believed else {**_SAFELY, "encoding": actual}


@dataclass
class _Census:
    """One file while it is read."""

    file: str
    source: Source
    checks: Checks
    rows: int = 0
    year: int = 0
    reference: date | None = None
    present: set[str] = field(default_factory=set)
    open_rows: list[int] = field(default_factory=list)
    breaks: int = 0

    def take(self, event: str, element: etree._Element) -> None:
        if name_of(element) == "Header":
            if event == "end":
                self._header(element)
            return
        if event == "start":
            self.rows += 1
            self.open_rows.append(self.rows)
            return
        if not self.year:
            self._header(None)
        at = Place(self.file, self.open_rows.pop())
        self.source.begin(at)
        self._child(at, element)
        self._forget(at, element)

    def _header(self, header: etree._Element | None) -> None:
        """Which year's rules hold: the reference date decides, the header's year is compared with it."""
        found = {name_of(e): text_of(e) for e in header.iter()} if header is not None else {}
        self.reference = read_date(found.get("ReferenceDate", "")).value
        said = (
            int(found["Year"])
            if found.get("Year", "").isascii() and found.get("Year", "").isdigit()
            else None
        )
        used = self.reference.year if self.reference else said
        rules = schema()
        self.year = min(max(used or rules.last_year, rules.first_year), rules.last_year)
        if used is None:
            self.source.note(self.file, "year_missing", "ReferenceDate", used=self.year)
        elif used != self.year:
            self.source.note(self.file, "year_outside", "ReferenceDate", said=used, used=self.year)
        if said and used and said != used:
            self.source.note(self.file, "year_differs", "Year", said=said, used=used)
        if header is not None and header.getroottree().docinfo.doctype:
            self.source.note(self.file, "xml_entities")
        if self.reference:
            self.source.speaks_of(self.reference)
            self.checks.latest = ("after_reference_date", self.reference)

    def _child(self, at: Place, child: etree._Element) -> None:
        for departure in departures(child, self.year):
            self.source.flag(at, departure.code, departure.element, **departure.filling)
        first: dict[str, str] = {}
        for element in child.iter("{*}*"):
            self.present.add(name := name_of(element))
            first.setdefault(name, text_of(element))
        details = self._details(at, first)
        record_id = details.local_id or (
            f"{ROW_KEY}{self.file}:{at.row}" if details.upn or details.birth_date else None
        )
        if record_id is None:
            self.source.set_aside(at, "id_missing", "LAchildID")
            return
        self.source.keep(at)
        if fault := self.source.record(at, record_id, details):
            self.source.flag(at, fault, "LAchildID")
        self._dates(at, child, details.birth_date)
        self._observe(at, record_id, child)

    def _details(self, at: Place, first: dict[str, str]) -> Details:
        upn, valid = read_upn(first.get("UPN", ""))
        if upn and not valid:
            self.source.flag(at, "upn_invalid", "UPN")
        written = "Sex" if "Sex" in first else "GenderCurrent"
        sex, _ = read_sex(first.get(written, ""))
        born = self.checks.birth(at, "PersonBirthDate", first.get("PersonBirthDate", ""))
        return Details(
            birth_date=born, sex=sex, upn=upn, upn_valid=valid, local_id=read_id(first.get("LAchildID", ""))
        )

    def _dates(self, at: Place, child: etree._Element, born: date | None) -> None:
        rules = schema()
        for element in child.iter("{*}*"):
            name = name_of(element)
            if rules.is_date(name) and name not in rules.births:
                self.checks.event(
                    at, name, text_of(element), born=born, may_be_later=name in rules.may_be_later
                )

    def _observe(self, at: Place, record_id: str, child: etree._Element) -> None:
        known: set[str] = set()
        told_factors = False
        for element in child.iter("{*}*"):
            if not (text := text_of(element)):
                continue
            name = name_of(element)
            told_factors |= name == _FACTORS and code_of(text) in schema().codes[_FACTORS]
            for carrier in carriers.by_field(FORMAT).get(name, ()):
                if carriers.matches(carrier, text):
                    known.add(carrier.item)
                    self._seen(at, record_id, element, carrier, text)
        if not told_factors:
            for carrier in carriers.silent([_FACTORS], FORMAT, known=known):
                self._write(at, record_id, carrier, carrier.field, None)

    def _seen(self, at: Place, record_id: str, element: etree._Element, carrier: Carrier, text: str) -> None:
        day = self._day(element, carrier.dated_by)
        if day is None:
            self.source.flag(at, "date_missing", carrier.dated_by)
        self._write(at, record_id, carrier, carriers.shown(carrier, text), day)

    def _write(self, at: Place, record_id: str, carrier: Carrier, shown: str, day: date | None) -> None:
        seen = Seen(carrier.item, shown, carrier.strength, carrier.counts, day)
        self.source.observe(at, record_id, seen)

    def _day(self, element: etree._Element, dated_by: str) -> date | None:
        """The nearest date of that name around the element, else the next best; null where there is none."""
        if dated_by == "return_end":
            return self.reference
        for name in (dated_by, *_DATED_ELSE.get(dated_by, ())):
            for around in element.iterancestors():
                if name_of(around) not in schema().elements:
                    break
                if (day := read_date(text_of(_own(around, name))).value) is not None:
                    return day
        return None

    def _forget(self, at: Place, child: etree._Element) -> None:
        """Frees the child and all before it, so that memory stays flat; says what stood between."""
        parent = child.getparent()
        for before in list(child.itersiblings(preceding=True)):
            if (before.tail or "").strip():
                self.source.flag(at, "stray_text", "Children")
            if name_of(before) not in ("Child", "Header"):
                self.source.flag(at, "element_unknown", "Children", element="of another kind")
            if parent is not None and name_of(before) != "Header":
                parent.remove(before)
        child.clear(keep_tail=True)

    def broken(self, line: int, said: str) -> None:
        self.breaks += 1
        self.source.set_aside_file(self.file, "xml_broken", line=line, said=said)

    def finish(self, parser: etree.iterparse, path: Path) -> None:
        """Says where the file is broken, and sets aside the children that the parser did not get to, or not through."""
        for line, kind in _errors(parser):
            self.broken(line, kind)
            if kind == "tag not finished" and self.rows and not self.open_rows and _inside_child(parser):
                self.source.flag(Place(self.file, self.rows), "cut_off")
        written = _children_written(path) if self.breaks else 0
        for row in (*sorted(self.open_rows), *range(self.rows + 1, written + 1)):
            self.source.begin(Place(self.file, row))
            self.source.set_aside(Place(self.file, row), "xml_lost")
        if not (self.rows or written):
            self.source.note(self.file, "no_rows")


_CHILD_BEGINS = re.compile(rb"<(?:[\w.-]{1,100}:)?Child[\s/>]")
_LONGEST_TAG = 200


def _children_written(path: Path) -> int:
    """How many children begin in the file, as far as its bytes tell: the parser cannot say it of a file that is broken."""
    count, rest = 0, b""
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            text = rest + block.replace(b"\0", b"")
            count += sum(1 for _ in _CHILD_BEGINS.finditer(text))
            tail = text[-_LONGEST_TAG:]
            rest = tail[place:] if (place := tail.rfind(b"<")) >= 0 else b""
            count -= bool(_CHILD_BEGINS.match(rest))  # it will be found again
    return count + bool(_CHILD_BEGINS.match(rest))


def _own(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if name_of(child) == name), None)


def _errors(parser: etree.iterparse) -> Iterator[tuple[int, str]]:
    """Line and kind of each break. The parser's own sentence is not used: it may quote what it stumbled over."""
    entries = (
        (entry.line, entry.type_name.removeprefix("ERR_").replace("_", " ").lower())
        for entry in parser.error_log
    )
    yield from dict.fromkeys(entries)


def _inside_child(parser: etree.iterparse) -> bool:
    inner = schema().all_elements | {"Child"}
    return any(f"in tag {name} " in f"{entry.message} " for entry in parser.error_log for name in inner)


def cover(source: Source, present: set[str], year: int) -> None:
    """Says what the source can carry: a field whose codes the year does not have cannot carry the item."""
    able = [
        (carrier.item, carrier.field)
        for carriers_of in carriers.by_field(FORMAT).values()
        for carrier in carriers_of
        if not carrier.codes
        or any(schema().allows(f"{carrier.field}={code}", year) for code in carrier.codes)
    ]
    source.cover(carriers.coverage(able, present))
