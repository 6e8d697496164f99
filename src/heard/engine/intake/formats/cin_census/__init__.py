"""Format: the Department's Children in Need census, XML. One row is one `<Child>`. What it may hold: `schema.py`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lxml import etree

from heard.engine.intake import carriers, xml_children
from heard.engine.intake.checks import Checks
from heard.engine.intake.formats import Job, Mine
from heard.engine.intake.formats.cin_census.schema import departures, schema
from heard.engine.intake.ledger import Assessment, Details, Place, Seen, Source
from heard.engine.intake.period import year_to
from heard.engine.intake.values import births, code_of, read_date, read_id, read_sex
from heard.engine.intake.xml_children import (
    Shape,
    first_text,
    looks_like_xml,
    name_of,
    root_of,
    text_of,
    texts,
)
from heard.knowledge.model import Carrier

FORMAT = "cin_census"
_FACTORS = "AssessmentFactors"

# Where the field that dates an item is empty, the next best day that the same part of the record gives.
_DATED_ELSE = {
    "AssessmentAuthorisationDate": ("AssessmentActualStartDate", "CINreferralDate"),
    "CPPstartDate": ("CINreferralDate",),
}


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
        for at, element in xml_children.children(one.path, one.file, job.source, shape, job.progress):
            census.take(at, element)
        census.finish()


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

    def take(self, at: Place, element: etree._Element) -> None:
        if not at.row:
            self._header(element)
            return
        if not self.year:
            self._header(None)
        self.source.begin(at)
        self._child(at, element)

    def finish(self) -> None:
        cover(self.source, self.present, self.year)

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

    def _child(self, at: Place, child: etree._Element) -> None:
        for departure in departures(child, self.year):
            self.source.flag(at, departure.code, departure.element, **departure.filling)
        first: dict[str, str] = {}
        for element in child.iter("{*}*"):
            self.present.add(name := name_of(element))
            first.setdefault(name, text_of(element))
        details = self._details(at, first)
        record_id = details.local_id
        if record_id is None and (details.upn or details.birth_date):
            record_id = self.source.row_key([etree.tostring(child, encoding="unicode", with_tail=False)])
        if record_id is None:
            self.source.set_aside(at, "id_missing", "LAchildID")
            return
        self.source.keep(at)
        if fault := self.source.record(at, record_id, details):
            self.source.flag(at, fault, "LAchildID")
        self._dates(at, child, details)
        self._observe(at, record_id, child)
        self._assessed(record_id, child)

    def _details(self, at: Place, first: dict[str, str]) -> Details:
        upn, valid = self.checks.upn(at, "UPN", first.get("UPN", ""))
        written = "Sex" if "Sex" in first else "GenderCurrent"
        sex, _ = read_sex(first.get(written, ""))
        born = self.checks.birth(at, "PersonBirthDate", first.get("PersonBirthDate", ""))
        return Details(
            birth_date=born, birth_parts=self.checks.birth_parts(first.get("PersonBirthDate", "")), sex=sex, upn=upn, upn_valid=valid, local_id=read_id(first.get("LAchildID", "")),
            ethnicity=code_of(first.get("Ethnicity", "")) or None, authority=self.authority,
            died_on=read_date(first.get("PersonDeathDate", "")).value,
        )  # fmt: skip

    def _dates(self, at: Place, child: etree._Element, details: Details) -> None:
        rules = schema()
        for element in child.iter("{*}*"):
            name = name_of(element)
            if rules.is_date(name) and name not in rules.births:
                self.checks.event(
                    at, name, text_of(element), born=details.birth_date, died=details.died_on,
                    may_be_later=name in rules.may_be_later,
                )  # fmt: skip

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

    def _assessed(self, record_id: str, child: etree._Element) -> None:
        """Each assessment that has ended. An episode is told by the day of its referral: the same in every year's census."""
        met: Counter[str] = Counter()
        for episode in _inside(child, "CINdetails"):
            began = str(read_date(text_of(_own(episode, "CINreferralDate"))).value or "not dated")
            met[began] += 1
            name = began if met[began] == 1 else f"{began}, {met[began]}"
            for assessment in _inside(episode, "Assessments"):
                ended = read_date(text_of(_own(assessment, "AssessmentAuthorisationDate"))).value
                if ended is not None:
                    told = {code_of(text_of(one)) for one in assessment.iter(f"{{*}}{_FACTORS}")}
                    factors = sorted(told & schema().codes[_FACTORS])
                    self.source.assessed(record_id, Assessment(self.authority, name, ended, factors))

    def _seen(self, at: Place, record_id: str, element: etree._Element, carrier: Carrier, text: str) -> None:
        day = self._day(element, carrier.dated_by)
        if day is None:
            self.source.flag(at, "date_missing", carrier.dated_by)
        self._write(at, record_id, carrier, carriers.shown(carrier, text), day)

    def _write(self, at: Place, record_id: str, carrier: Carrier, shown: str, day: date | None) -> None:
        seen = Seen(
            carrier.item, shown, carrier.strength, carrier.counts, day, own_day=carriers.own_day(carrier)
        )
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


def _inside(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if name_of(child) == name)


def _own(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if name_of(child) == name), None)


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
