"""Format: the Department's Children in Need census, XML. One row is one `<Child>`. What it may hold: `schema.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lxml import etree

from heard.engine.intake import carriers, xml_children
from heard.engine.intake.checks import Checks
from heard.engine.intake.formats import Job, Mine
from heard.engine.intake.formats.cin_census.columns import Children, Columns
from heard.engine.intake.formats.cin_census.schema import FORMAT, schema
from heard.engine.intake.formats.cin_census.telling import Telling
from heard.engine.intake.ledger import Place, Source
from heard.engine.intake.period import year_to
from heard.engine.intake.values import births, read_date
from heard.engine.intake.xml_children import (
    Shape,
    first_text,
    looks_like_xml,
    name_of,
    root_of,
    text_of,
    texts,
)

_AT_ONCE = 10_000  # children


def recognises(path: Path, start: bytes) -> Mine | None:
    return Mine(path, path.name) if looks_like_xml(start) and root_of(path) == "Message" else None


def authority(path: Path) -> str | None:
    """The number of the council that the header names, or null. Raises OSError where the file cannot be opened."""
    told = first_text(path, "LEA", before="Child")
    return told if told and _COUNCIL.fullmatch(told) else None


def children(files: list[Mine]) -> dict[str, date]:
    told = (pair for one in files for pair in texts(one.path, "Child", "LAchildID", "PersonBirthDate"))
    return births(told)


_COUNCIL = re.compile(r"[A-Za-z0-9]{1,10}")


def read(files: list[Mine], job: Job) -> None:
    """Reads one census file into the source. Raises OSError where the file cannot be opened."""
    for one in files:
        job.source.begin_file(one.file)
        census = _Census(one.file, job.source, Checks(job.source, job.today))
        shape = Shape("Child", schema().all_elements, "Header")
        try:
            for at, element in xml_children.children(one.path, one.file, job.source, shape, job.progress):
                census.take(at, element)
        finally:
            census.tell()
        cover(job.source, census.present, census.year)


@dataclass
class _Census:
    """One file while it is read."""

    file: str
    source: Source
    checks: Checks
    year: int = 0
    reference: date | None = None
    authority: str | None = None
    present: set[str] = field(default_factory=set)
    children: Children = field(default_factory=Children)

    def take(self, at: Place, element: etree._Element) -> None:
        if not at.row:
            self.tell()
            self._header(element)
            return
        if not self.year:
            self._header(None)
        self.children.add(at.row, element, self.year)
        if len(self.children) >= _AT_ONCE:
            self.tell()

    def tell(self) -> None:
        """Writes what the children tell that were read since."""
        if not len(self.children):
            return
        columns, self.children = Columns(self.children), Children()
        self.present.update(*(layout.first for layout in set(columns.layouts)))
        with self.source.row_by_row():
            Telling(
                self.file, self.source, self.checks, self.year, self.reference, self.authority, columns
            ).take()

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
        if _COUNCIL.fullmatch(found.get("LEA", "")):
            self.authority = found["LEA"]
        self._settle_period(said)

    def _settle_period(self, said: int | None) -> None:
        """A census speaks of the twelve months up to its reference date, 31 March of its year."""
        note, last = self.source.note, self.reference
        if last is None and said and 1970 < said <= self.checks.today.year:
            last = date(said, 3, 31)
            note(self.file, "reference_missing", "ReferenceDate", used=last)
        if self.reference and (self.reference.month, self.reference.day) != (3, 31):
            note(self.file, "reference_odd", "ReferenceDate", said=self.reference)
        if last and last > self.checks.today:
            note(self.file, "reference_in_future", "ReferenceDate")
        elif last:
            self.source.said = year_to(last)
        if last:
            self.checks.latest = ("after_reference_date", last)
            self.checks.earliest = date(last.year - 19, 1, 1)


def cover(source: Source, present: set[str], year: int) -> None:
    """Says what the source can carry: a field whose codes the year does not have cannot carry the item."""
    able = (
        carrier
        for carriers_of in carriers.by_field(FORMAT).values()
        for carrier in carriers_of
        if not carrier.codes
        or any(schema().allows(f"{carrier.field}={code}", year) for code in carrier.codes)
    )
    source.cover(carriers.can_carry(able, present))
