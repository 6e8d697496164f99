"""Format: the Department's Children in Need census, XML. One row is one `<Child>`. What it may hold: `schema.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from lxml import etree

from heard.engine.intake import carriers, xml_children
from heard.engine.intake.checks import Checks
from heard.engine.intake.formats import Job, Mine
from heard.engine.intake.formats.cin_census.schema import FORMAT, Child, Holder, schema
from heard.engine.intake.ledger import Assessment, Details, Place, Seen, Source
from heard.engine.intake.period import year_to
from heard.engine.intake.plans import doubtful
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

    def _child(self, at: Place, element: etree._Element) -> None:
        child = Child(element, self.year)
        for departure in child.departures:
            self.source.flag(at, departure.code, departure.element, **departure.filling)
        first = {name: child.texts[place] for name, place in child.layout.first.items()}
        self.present.update(first)
        details = self._details(at, first)
        record_id = details.local_id
        if record_id is None and (details.upn or details.birth_date):
            record_id = self.source.row_key([etree.tostring(element, encoding="unicode", with_tail=False)])
        if record_id is None:
            self.source.set_aside(at, "id_missing", "LAchildID")
            return
        self.source.keep(at)
        if fault := self.source.record(at, record_id, details):
            self.source.flag(at, fault, "LAchildID")
        self._dates(at, child, details)
        self._plans(at, child)
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

    def _dates(self, at: Place, child: Child, details: Details) -> None:
        later = schema().may_be_later
        for place in child.layout.events:
            name = child.layout.kinds[place].name
            self.checks.event(
                at, name, child.texts[place], born=details.birth_date, died=details.died_on, may_be_later=name in later
            )  # fmt: skip

    def _plans(self, at: Place, child: Child) -> None:
        for several in child.layout.plans:
            first, last = schema().plans[several[0].kind.name]
            days = (
                (read_date(child.own(one, first)).value, read_date(child.own(one, last)).value)
                for one in several
            )
            for code, name in doubtful((began, ended, first) for began, ended in days if began):
                self.source.flag(at, code, name)

    def _observe(self, at: Place, record_id: str, child: Child) -> None:
        known: set[str] = set()
        told_factors = False
        kinds, texts = child.layout.kinds, child.texts
        for place in child.layout.carrying:
            name, text = kinds[place].name, texts[place]
            if not text:
                continue
            told_factors |= name == _FACTORS and code_of(text) in schema().codes[_FACTORS]
            for carrier, shown in _carried(name, text):
                known.add(carrier.item)
                self._seen(at, record_id, child, place, carrier, shown)
        if not told_factors:
            for carrier in carriers.silent([_FACTORS], FORMAT, known=known):
                self._write(at, record_id, carrier, carrier.field, None)

    def _assessed(self, record_id: str, child: Child) -> None:
        """Each assessment that has ended. An episode is told by the day of its referral: the same in every year's census."""
        met: dict[str, int] = {}
        names: dict[Holder, str] = {}
        whole, *holders = child.layout.holders
        for held in holders:
            if held.kind.name == "CINdetails" and held.around is whole:
                began = str(read_date(child.own(held, "CINreferralDate")).value or "not dated")
                met[began] = met.get(began, 0) + 1
                names[held] = began if met[began] == 1 else f"{began}, {met[began]}"
            elif held.kind.name == "Assessments" and held.around in names:
                ended = read_date(child.own(held, "AssessmentAuthorisationDate")).value
                if ended is not None:
                    done = Assessment(self.authority, names[held.around], ended, _factors(child, held))
                    self.source.assessed(record_id, done)

    def _seen(
        self, at: Place, record_id: str, child: Child, place: int, carrier: Carrier, shown: str
    ) -> None:
        day = self._day(child, place, carrier.dated_by)
        if day is None:
            self.source.flag(at, "date_missing", carrier.dated_by)
        self._write(at, record_id, carrier, shown, day)

    def _write(self, at: Place, record_id: str, carrier: Carrier, shown: str, day: date | None) -> None:
        seen = Seen(
            carrier.item, shown, carrier.strength, carrier.counts, day, own_day=carriers.own_day(carrier)
        )
        self.source.observe(at, record_id, seen)

    def _day(self, child: Child, place: int, dated_by: str) -> date | None:
        """The nearest date of that name around an element, else the next best; null where there is none."""
        if dated_by == "return_end":
            return self.reference
        for name in (dated_by, *_DATED_ELSE.get(dated_by, ())):
            holder = child.layout.around[place]
            while holder is not None:
                if (day := read_date(child.own(holder, name)).value) is not None:
                    return day
                holder = holder.around
        return None


def _factors(child: Child, assessment: Holder) -> list[str]:
    """The factors that an assessment found, of those that there are."""
    kinds = child.layout.kinds
    places = (place for place in range(assessment.place, assessment.end) if kinds[place].name == _FACTORS)
    return sorted({code_of(child.texts[place]) for place in places} & schema().codes[_FACTORS])


@lru_cache(maxsize=65_536)
def _carried(field: str, text: str) -> tuple[tuple[Carrier, str], ...]:
    """What a field that is filled in carries, and how the evidence names the field."""
    mine = carriers.by_field(FORMAT)[field]
    return tuple((one, carriers.shown(one, text)) for one in mine if carriers.matches(one, text))


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
