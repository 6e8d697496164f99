"""A return on looked-after children read row by row, as plainly as can be: what `ssda903` has to tell, too."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heard.engine.intake import carriers, delimited
from heard.engine.intake.checks import Checks
from heard.engine.intake.columns import Columns, learn_dates, note_missing, open_columns, read_rows
from heard.engine.intake.formats import Job, Mine
from heard.engine.intake.formats.ssda903.returned import Part, note_gone, of_another_year
from heard.engine.intake.formats.ssda903.tables import FORMAT, Table, spec
from heard.engine.intake.formats.ssda903.xml import LONGEST
from heard.engine.intake.known import keys_of
from heard.engine.intake.ledger import Details, Place, Seen, Source
from heard.engine.intake.period import span_of, year_to
from heard.engine.intake.sheets import Batch, Said, SheetRow, fitted, in_batches, places_of
from heard.engine.intake.values import (
    code_of,
    mended_postcode,
    read_date,
    read_id,
    read_number,
    read_postcode,
    tidy,
)
from heard.engine.intake.xml_children import Shape, children, name_of, text_of
from heard.engine.tables import spelt
from heard.knowledge.model import Carrier

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml import etree


_HEADER, _CHILD = "HEADER", "CHILD"


@dataclass(frozen=True)
class LaidOut:
    """A table of the XML, on disk. `header`: the table's columns; one that no child has is named by nothing."""

    path: Path
    header: tuple[str, ...]

    def rows(self) -> Iterator[SheetRow]:
        with self.path.open(encoding="utf-8", newline="", errors="surrogatepass") as stream:
            for number, *cells in csv.reader(stream):
                yield fitted(int(number), cells, len(self.header))

    def batches(self, places: Collection[int]) -> Iterator[Batch]:
        return in_batches(self.rows(), places)

    def said(self) -> Iterator[Said]:
        yield from ()


@dataclass
class _Laying:
    """What is known while the file is laid out."""

    job: Job
    writers: dict[str, Any]
    seen: dict[str, set[str]] = field(default_factory=dict)

    def child(self, at: Place, child: etree._Element) -> None:
        header = next((one for one in child if name_of(one) == _HEADER), None)
        own = self._texts(header) if header is not None else {}
        for one in (child, header):
            self._unknown(at, one)
        if header is None:
            self.job.source.begin(at)
            self.job.source.set_aside(at, "id_missing", "CHILDID")
        for table in spec().tables:
            for place in _places(table, child, header):
                told = own if place is header else {**own, **self._texts(place)}
                if place is not header:
                    self._unknown(at, place)
                if not table.told or any(told.get(name) for name in table.told):
                    self._row(table, at, told)

    def _row(self, table: Table, at: Place, told: dict[str, str]) -> None:
        self.seen.setdefault(table.name, set()).update(told)
        self.writers[table.name].writerow([at.row, *(told.get(name, "") for name in table.columns)])

    def _texts(self, element: etree._Element) -> dict[str, str]:
        """What stands in an element, by the names that the CSV return has for it; the first of two alike."""
        names = {xml: name for name, xml in spec().xml_names.items()}
        told: dict[str, str] = {}
        for one in element:
            if not len(one):
                told.setdefault(names.get(name_of(one), name_of(one)), text_of(one)[:LONGEST])
        return told

    def _unknown(self, at: Place, element: etree._Element | None) -> None:
        """Says of elements that no table has a place for."""
        for one in element if element is not None else ():
            if name_of(one) not in _known_names():
                self.job.source.flag(at, "element_unknown", "CHILD", element="of another kind")
        if element is not None and (text_of(element) or any((one.tail or "").strip() for one in element)):
            self.job.source.flag(at, "stray_text", name_of(element))


def _places(table: Table, child: etree._Element, header: etree._Element | None) -> Iterator[etree._Element]:
    """Where a child's rows of a table stand."""
    if table.element == _HEADER:
        if header is not None:
            yield header
        return
    for around in (child, header):
        yield from (one for one in (around if around is not None else ()) if name_of(one) == table.element)


def _known_names() -> frozenset[str]:
    rules = spec()
    columns = {rules.xml_names.get(name, name) for table in rules.tables for name in table.columns}
    return frozenset(columns | {table.element for table in rules.tables if table.element} | rules.xml_only)


def laid_out(one: Mine, job: Job) -> Iterator[tuple[Table, LaidOut]]:
    """The tables of one XML file that hold a row. Raises OSError where the file cannot be opened."""
    tables = [table for table in spec().tables if table.element]
    paths = {table.name: job.scratch / f"{table.name}.csv" for table in tables}
    with ExitStack() as stack:
        writers = {
            name: csv.writer(
                stack.enter_context(path.open("w", encoding="utf-8", newline="", errors="surrogatepass"))
            )
            for name, path in paths.items()
        }
        laying = _Laying(job, writers)
        shape = Shape(_CHILD, _known_names())
        for at, element in children(one.path, one.file, job.source, shape, job.progress):
            laying.child(at, element)
    for table in tables:
        if (seen := laying.seen.get(table.name)) is not None:
            header = tuple(name if name in seen else "" for name in table.columns)
            yield table, LaidOut(paths[table.name], header)


@dataclass
class _Part:
    """One file of the return, with its columns."""

    table: Table
    columns: Columns

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(name for name in self.table.columns if self.columns.has(name))

    @cached_property
    def items(self) -> int:
        """What a row can carry."""
        carried = (
            carrier.item
            for name in self.names
            for carrier in carriers.by_field(FORMAT).get(name, ())
            if carrier.counts
        )
        return carriers.as_bits(carried)


@dataclass
class _Return:
    """What the whole folder tells before its rows are read one by one."""

    source: Source
    checks: Checks
    end: date | None = None
    days: dict[bool, Counter[date]] = field(default_factory=lambda: {True: Counter(), False: Counter()})
    died: dict[str, date] = field(default_factory=dict)
    postcodes: dict[str, tuple[date, str]] = field(default_factory=dict)
    of_all: int = 0


def _born_before(source: Source, child: str) -> date | None:
    day = int(source.births(keys_of([child]))[0])
    return date.fromordinal(day + date(1970, 1, 1).toordinal()) if day != -(1 << 31) else None


def read(files: list[Mine], job: Job) -> None:
    """Reads one return. Raises OSError where a file cannot be opened."""
    source = job.source
    whole = _Return(source, Checks(source, job.today))
    parts = list(_parts(files, job))
    for part in parts:
        _survey(part, whole, job.today)
    _settle_end(parts, whole)
    for part in parts:  # where a table holds events, a child without a row had none
        whole.of_all |= part.items if part.table.events else 0
    for place, part in enumerate(parts):
        job.progress(source.name, place / len(parts))
        for at, cells in read_rows(part.columns, source):
            _row(part, whole, at, cells)
    _cover(source, parts, whole)


def _parts(files: list[Mine], job: Job) -> Iterator[_Part]:
    """The tables of the return, the header's first: it knows each child best."""
    order = [table.name for table in spec().tables]
    for one in sorted(files, key=lambda f: (f.part == "xml" or order.index(f.part.name), f.path)):
        job.source.begin_file(one.file)
        if one.part == "xml":
            yield from _xml_parts(one, job)
        elif (columns := open_columns(one.path, one.file, job.source)) is not None:
            note_missing(columns, job.source, one.part.columns)
            learn_dates(columns, job.source, one.part.all_dates)
            yield _Part(one.part, columns)


def _xml_parts(one: Mine, job: Job) -> Iterator[_Part]:
    for table, sheet in laid_out(one, job):
        columns = Columns(sheet, one.file, places_of(sheet.header))
        learn_dates(columns, job.source, table.all_dates)
        yield _Part(table, columns)


def _survey(part: _Part, whole: _Return, today: date) -> None:
    """Learns the latest day of the return, and each child's latest home postcode."""
    for row in part.columns.sheet.rows():
        if row.cells is None:
            continue
        for name in part.table.dates:
            if (day := _day(part.columns, row.cells, name)) and day <= today:
                whole.days[name in spec().year_from][day] += 1
        if part.table.name == "episodes":
            _home(whole, part.columns, row.cells, _day(part.columns, row.cells, "DECOM") or date.min)
            _death(whole, part.columns, row.cells)


def _home(whole: _Return, columns: Columns, cells: list[str], since: date) -> None:
    child, home = read_id(columns.cell(cells, "CHILD")), _postcode(columns.cell(cells, "HOME_POST"))
    if child and home and (child not in whole.postcodes or whole.postcodes[child] <= (since, home)):
        whole.postcodes[child] = (since, home)


def _death(whole: _Return, columns: Columns, cells: list[str]) -> None:
    child, day = read_id(columns.cell(cells, "CHILD")), _day(columns, cells, "DEC")
    if child and day and code_of(columns.cell(cells, "REC")) == spec().died:
        whole.died[child] = day


def _postcode(text: str) -> str | None:
    return read_postcode(text) or mended_postcode(text)


def _day(columns: Columns, cells: list[str], name: str) -> date | None:
    return read_date(columns.cell(cells, name), columns.day_first.get(name, True)).value


def _settle_end(parts: list[_Part], whole: _Return) -> None:
    """The return ends on the 31 March on or after its latest day, stray ones aside; says so for files that have no dates of their own."""
    span = span_of(whole.days[True]) or span_of(whole.days[False])
    if span is None:
        return
    latest = span.last
    whole.end = date(latest.year + (latest > date(latest.year, 3, 31)), 3, 31)
    whole.source.said = year_to(whole.end)._replace(last=min(whole.end, whole.checks.today))
    whole.checks.latest = ("after_reference_date", whole.end)
    whole.checks.earliest = date(whole.end.year - 19, 1, 1)
    for part in list(parts):
        undated = not (part.table.dates or part.table.later) and part.table.name in ("oc2", "oc3")
        if undated and any(True for _row in part.columns.sheet.rows()):
            file, day = part.columns.file, spelt(whole.end)
            both = [Part(part.table, part.columns) for part in parts]
            if said := of_another_year(Part(part.table, part.columns), both, whole.end):
                rows = sum(1 for _row in part.columns.sheet.rows())
                whole.source.set_aside_file(file, "of_another_year", rows=rows, day=day, said=said)
                parts.remove(part)
                continue
            whole.source.note(file, "dated_by_return", part.table.name, day=day)
            note_gone(Part(part.table, part.columns), both, whole.end, whole.source)
            shown = (
                file if isinstance(part.columns.sheet, delimited.TextSheet) else f"{file}, {part.table.name}"
            )
            whole.source.notes.append(f"{shown} has no dates: its rows are dated {day}.")


def _row(part: _Part, whole: _Return, at: Place, cells: list[str]) -> None:
    source, columns = whole.source, part.columns
    child = read_id(columns.cell(cells, "CHILD"))
    born = _born(part, whole, at, cells)
    if not child:
        source.set_aside(at, "id_missing", "CHILD")
        return
    source.keep(at)
    if part.table.name == "header":
        _header_row(whole, columns, at, cells, child, born)
    else:
        _known_child(whole, at, child, born)
    born = _born_before(source, child)
    for name in part.table.dates + part.table.later:
        whole.checks.event(
            at, name, columns.cell(cells, name), born=None if name == "MC_DOB" else born, died=whole.died.get(child),
            day_first=columns.day_first.get(name, True), may_be_later=name in part.table.later or name == "REVIEW",
        )  # fmt: skip
    if part.table.name == "episodes":
        whole.checks.postcode(at, "HOME_POST", columns.cell(cells, "HOME_POST"))
    source.tells(child, part.items | whole.of_all)
    _observe(part, whole, at, cells, child)


def _born(part: _Part, whole: _Return, at: Place, cells: list[str]) -> date | None:
    text = part.columns.cell(cells, "DOB")
    return whole.checks.birth(at, "DOB", text, day_first=part.columns.day_first.get("DOB", True))


def _header_row(
    whole: _Return, columns: Columns, at: Place, cells: list[str], child: str, born: date | None
) -> None:
    source = whole.source
    upn, valid = whole.checks.upn(at, "UPN", columns.cell(cells, "UPN"))
    sex = whole.checks.sex(at, "SEX", columns.cell(cells, "SEX"))
    postcode = whole.postcodes[child][1] if child in whole.postcodes else None
    details = Details(
        birth_date=born,
        birth_parts=whole.checks.birth_parts(columns.cell(cells, "DOB"), day_first=columns.day_first.get("DOB", True)),
        sex=sex, postcode=postcode, upn=upn, upn_valid=valid, local_id=child, ethnicity=tidy(columns.cell(cells, "ETHNIC")),
        died_on=whole.died.get(child),
    )  # fmt: skip
    if fault := source.record(at, child, details):
        source.flag(at, fault, "CHILD")


def _known_child(whole: _Return, at: Place, child: str, born: date | None) -> None:
    """A row of another file: its child should be in the header; where not, it still makes a record."""
    if not whole.source.know(keys_of([child]))[0]:
        postcode = whole.postcodes[child][1] if child in whole.postcodes else None
        whole.source.flag(at, "not_in_header", "CHILD")
        whole.source.record(
            at,
            child,
            Details(birth_date=born, postcode=postcode, local_id=child, died_on=whole.died.get(child)),
        )
    elif born and _born_before(whole.source, child) is None:
        whole.source.record(at, child, Details(birth_date=born, local_id=child))
    if born and _born_before(whole.source, child) not in (None, born):
        whole.source.flag(at, "birth_date_differs", "DOB")


def _observe(part: _Part, whole: _Return, at: Place, cells: list[str], child: str) -> None:
    known: set[str] = set()
    blank: list[str] = []
    for name in part.table.columns:
        if not carriers.by_field(FORMAT).get(name) or not part.columns.has(name):
            continue
        text = tidy(part.columns.cell(cells, name))
        if text is None:
            blank += [name] if name not in spec().blank_is_no else []
        elif _readable(whole, at, name, text):
            for carrier in carriers.by_field(FORMAT)[name]:
                if carriers.matches(carrier, code_of(text)):
                    known.add(carrier.item)
                    _seen(part, whole, at, cells, child, carrier, text)
        elif name in spec().codes or name == "SDQ_SCORE":
            blank.append(name)
    for carrier in carriers.silent(blank, FORMAT, known=known):
        whole.source.observe(at, child, Seen(carrier.item, carrier.field, carrier.strength, carrier.counts))


def _readable(whole: _Return, at: Place, name: str, text: str) -> bool:
    """Whether the field holds something of its kind; says so where not."""
    codes = spec().codes.get(name)
    if codes is not None and code_of(text) not in codes:
        shown = code_of(text) if len(text) <= 4 and text.isascii() and text.isalnum() else "This value"
        whole.source.flag(at, "code_unknown", name, code=shown)
        return False
    if any(c.at_least is not None for c in carriers.by_field(FORMAT)[name]) and read_number(text) is None:
        whole.source.flag(at, "number_unreadable", name)
        return False
    return True


def _seen(
    part: _Part, whole: _Return, at: Place, cells: list[str], child: str, carrier: Carrier, text: str
) -> None:
    source = whole.source
    if whole.end and not carriers.in_year(carrier, whole.end.year):
        source.flag(at, "code_other_year", carrier.field, code=code_of(text), year=whole.end.year)
    day = whole.end if carrier.dated_by == "return_end" else _day(part.columns, cells, carrier.dated_by)
    if day is None:
        source.flag(at, "date_missing", carrier.dated_by)
    until = _day(part.columns, cells, part.table.until) if part.table.until else None
    ends = part.table.until and part.columns.has(part.table.until) and carrier.dated_by != "return_end"
    ongoing = bool(ends) and not part.columns.cell(cells, part.table.until).strip()
    if day and until and until < day:
        source.flag(at, "ends_before_start", part.table.until or "")
        until = None
    shown = carriers.shown(carrier, text)
    seen = Seen(
        carrier.item,
        shown,
        carrier.strength,
        carrier.counts,
        day,
        until if day else None,
        ongoing,
        carriers.own_day(carrier),
    )
    source.observe(at, child, seen)


def _cover(source: Source, parts: list[_Part], whole: _Return) -> None:
    year = whole.end.year if whole.end else None
    able = (
        carrier
        for of_field in carriers.by_field(FORMAT).values()
        for carrier in of_field
        if year is None or carriers.in_year(carrier, year)
    )
    source.cover(carriers.can_carry(able, {name for part in parts for name in part.names}))
