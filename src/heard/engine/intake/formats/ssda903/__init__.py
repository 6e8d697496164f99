"""Format: SSDA903, the Department's return on looked-after children: a folder of CSV files, or one XML file.

One row is one row of a table of the return. XML is laid out into the same tables first (`xml.py`), so both are read alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from heard.engine.intake import carriers, delimited
from heard.engine.intake.checks import Checks
from heard.engine.intake.columns import Columns, learn_dates, note_missing, open_columns, read_rows
from heard.engine.intake.formats import Job, Mine, Why
from heard.engine.intake.formats.ssda903.tables import Table, spec
from heard.engine.intake.formats.ssda903.xml import laid_out
from heard.engine.intake.ledger import Details, Place, Seen, Source
from heard.engine.intake.period import span_of, year_to
from heard.engine.intake.sheets import places_of, plain
from heard.engine.intake.values import (
    births,
    code_of,
    mended_postcode,
    read_date,
    read_id,
    read_number,
    read_postcode,
    tidy,
)
from heard.engine.intake.xml_children import looks_like_xml, root_of, texts
from heard.knowledge.model import Carrier

FORMAT = "ssda903"


def recognises(path: Path, start: bytes) -> Mine | Why | None:
    """The XML return; or a file of the CSV return, by its columns: the needed ones, and half of the others.

    A file that has half of all columns, CHILD among them, and lacks a needed one is nearly one: three columns at the least,
    as fewer say nothing.
    """
    if looks_like_xml(start):
        return Mine(path, path.name, "xml", alone=True) if root_of(path) == "EXPSSDA903" else None
    if path.suffix.lower() not in (".csv", ".tsv", ".txt") or (sheet := delimited.open_sheet(path)) is None:
        return None
    found = places_of(sheet.header)
    nearly: Why | None = None
    for table in spec().tables:
        here = [name for name in table.columns if plain(name) in found]
        if 2 * len(here) <= len(table.columns):
            continue
        if set(table.needed) <= set(here):
            return Mine(path, path.name, table)
        if "CHILD" in here and len(here) > 2 and not nearly:
            nearly = _nearly(table, here)
    return nearly


def children(files: list[Mine]) -> dict[str, date]:
    return births(pair for one in files for pair in _numbers(one))


def _numbers(one: Mine) -> Iterator[tuple[str, ...]]:
    if one.part == "xml":
        yield from texts(one.path, "CHILD", "CHILDID", "DOB")
    elif (sheet := delimited.open_sheet(one.path)) is not None:
        columns = Columns(sheet, one.file, places_of(sheet.header))
        for row in sheet.rows():
            if row.cells is not None:
                yield columns.cell(row.cells, "CHILD"), columns.cell(row.cells, "DOB")


def _nearly(table: Table, here: list[str]) -> Why:
    missing = ", ".join(name for name in table.needed if name not in here)
    return Why(
        f"it looks like the file {table.name} of an SSDA903 return, without the column {missing}",
        "Give the column its name of the return's guide, or name the file in a mapping.",
        rows=True,
    )


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
            one.item for name in self.names for one in carriers.by_field(FORMAT).get(name, ()) if one.counts
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
    for part in parts:
        if not (part.table.dates or part.table.later) and part.table.name in ("oc2", "oc3"):
            file, day = part.columns.file, whole.end.isoformat()
            whole.source.note(file, "dated_by_return", part.table.name, day=day)
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
    born = source.born(child)
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
    if not whole.source.knows(child):
        postcode = whole.postcodes[child][1] if child in whole.postcodes else None
        whole.source.flag(at, "not_in_header", "CHILD")
        whole.source.record(at, child, Details(birth_date=born, postcode=postcode, local_id=child))
    elif born and whole.source.born(child) is None:
        whole.source.record(at, child, Details(birth_date=born, local_id=child))
    if born and whole.source.born(child) not in (None, born):
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
