"""Format: Annex A, the workbook of eleven lists that a council gives to inspectors. One row is one row of a list.

Lists and columns are recognised by their words (`words.py`, `lists.yaml`), wherever they stand. What could mean two things
is not used, and goes to a person with both meanings; the mapping settles it under `labels: annex_a:`. List 11 is about
adopters, not children: its rows are not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from heard.engine.intake import carriers, workbook
from heard.engine.intake.checks import Checks
from heard.engine.intake.columns import Columns, learn_dates, read_rows
from heard.engine.intake.formats import Job, Labels, Mine, Why
from heard.engine.intake.formats.annex_a.words import (
    List,
    column_of,
    ethnicity,
    meanings,
    settled,
    shown,
    spec,
)
from heard.engine.intake.ledger import Details, Place, Seen
from heard.engine.intake.mapping import nearest
from heard.engine.intake.period import span_of, year_to
from heard.engine.intake.plans import doubtful
from heard.engine.intake.sheets import places_of, plain
from heard.engine.intake.values import read_date, read_id, read_number, tidy
from heard.engine.tables import NotDone
from heard.knowledge.model import Carrier

FORMAT = "annex_a"
_PLAN_BEGAN = "plan_began"
_HALF_OF_ELEVEN = 3  # so many lists make a workbook an Annex A, or one where the sheet says its number


@dataclass
class _Part:
    """A sheet that is one of the lists, `of` the eleven. `names`: of each column that is used, its name in the sheet; `plans`: of
    each child, as `doubtful` takes them."""

    of: List
    columns: Columns
    names: dict[str, str]
    unclear: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    plans: dict[str, list[tuple[date, date | None, Place]]] = field(default_factory=dict)

    @cached_property
    def items(self) -> int:
        """What a row of the list can carry."""
        names = (name for name in self.names if name in self.of.columns)
        return carriers.as_bits(
            c.item for n in names for c in carriers.by_field(FORMAT).get(n, ()) if c.counts
        )

    @property
    def began(self) -> str | None:
        """The column of the day on which what the row tells began."""
        return next((name for name in self.of.tells if name in spec().dates), None)

    def cell(self, cells: list[str], name: str | None) -> str:
        return self.columns.cell(cells, self.names.get(name)) if name else ""


def recognises(path: Path, start: bytes) -> Mine | Why | None:
    """A workbook with three of the lists, or whose sheet says which list it is."""
    if not start.startswith(workbook.BEGINS) or path.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    try:
        found = [_part(path.name, sheet, {}) for sheet in workbook.sheets(path)]
    except workbook.NotReadable as why:
        return Why(str(why), "Open the workbook, save it as .xlsx without a password, and send it again.")
    parts = [part for part in found if part]
    numbered = any(_says_number(part.columns.sheet, part.of) for part in parts)
    return Mine(path, path.name) if len(parts) >= _HALF_OF_ELEVEN or numbered else None


def _says_number(sheet: object, which: List) -> bool:
    return plain(getattr(sheet, "title", "")) in (f"list{which.number}", f"annexalist{which.number}")


def _part(file: str, sheet: workbook.WorkbookSheet, told: Mapping[str, str]) -> _Part | None:
    """The sheet as the list whose columns it has the most of, all those that tell it from the others among them."""
    fits = [one for each in spec().lists if (one := _as_list(file, sheet, each, told))]
    return max(fits, key=lambda one: (_says_number(sheet, one.of), len(one.names)), default=None)


def _as_list(file: str, sheet: workbook.WorkbookSheet, which: List, told: Mapping[str, str]) -> _Part | None:
    names: dict[str, str] = {}
    unclear: list[tuple[str, tuple[str, ...]]] = []
    for header in sheet.header:
        means = settled(told, header)
        found = (means,) if means else column_of(header, which)
        if len(found) > 1:
            unclear.append((header, found))
        elif found and found[0] in which.columns:
            names.setdefault(found[0], header)
    may = {name for _, found in unclear for name in found} | set(names)
    tells = may.issuperset(which.tells)
    known = not which.about_children or "child_id" in names
    if not tells or not known:
        return None
    label = f"{file}: {workbook.shown(sheet.title)}"
    return _Part(which, Columns(sheet, label, places_of(sheet.header)), names, unclear)


@dataclass
class _Book:
    """What is known of the whole workbook while its rows are read."""

    job: Job
    checks: Checks
    end: date | None = None


def read(files: list[Mine], job: Job) -> None:
    """Reads the workbook. Raises OSError where it cannot be opened."""
    (one,) = files
    _refuse_labels(job.labels)
    parts = list(_parts(one, job))
    book = _Book(job, Checks(job.source, job.today), _end(parts, job.today))
    if book.end:
        job.source.said = year_to(book.end)
        job.source.notes.append(
            f"{one.file} does not date everything: such rows are dated {book.end.isoformat()}."
        )
    for place, part in enumerate(parts):
        job.progress(job.source.name, place / len(parts))
        for at, cells in read_rows(part.columns, job.source):
            _row(part, book, at, cells)
        for plans in part.plans.values():
            for code, at in doubtful(plans):
                job.source.flag(at, code, part.names[_PLAN_BEGAN])
    fields = {name for part in parts for name in part.names}
    job.source.cover(
        carriers.can_carry((c for each in carriers.by_field(FORMAT).values() for c in each), fields)
    )


def _refuse_labels(labels: Labels) -> None:
    """Raises NotDone where the mapping settles a field, or says a meaning, that these lists do not have."""
    known = {name: [label.code for label in each] for name, each in spec().labels.items()}
    known["columns"] = sorted({column for each in spec().lists for column in each.columns})
    for name, told in labels.items():
        for word, among in ((name, list(known)), *((means, known.get(name, [])) for means in told.values())):
            if word not in among:
                raise NotDone(f"The mapping's labels of {FORMAT} have {word}. {nearest(word, among)}")


def _parts(one: Mine, job: Job) -> Iterator[_Part]:
    for sheet in workbook.sheets(one.path):
        part = _part(one.file, sheet, job.labels.get("columns", {}))
        label = f"{one.file}: {workbook.shown(sheet.title)}"
        if part is None:
            job.source.begin_file(label)
            rows = sum(1 for _ in sheet.rows())
            why, remedy = (
                "it is none of the lists of Annex A",
                "Give its columns their names of Annex A, or take it out.",
            )
            job.source.set_aside_file(label, "left_out", rows=rows, count=f"{rows:,}", why=why, remedy=remedy)
        elif not part.of.about_children:
            job.source.begin_file(label)
            job.source.note(label, "not_children")
        else:
            job.source.begin_file(label)
            _say_of_columns(part, job)
            learn_dates(part.columns, job.source, [part.names[n] for n in spec().dates if n in part.names])
            yield part


def _say_of_columns(part: _Part, job: Job) -> None:
    for header, found in part.unclear:
        if any(name not in part.names for name in found):
            _unclear(job, Place(part.columns.file, 0), "columns", header, found)
    for name in part.of.columns:
        if name not in part.names:
            near = (
                "Check the first line of the sheet, or say under 'labels' of the mapping which column it is."
            )
            job.source.note(part.columns.file, "column_missing", name, column=name, near=near)


def _unclear(job: Job, at: Place, column: str, text: str, found: tuple[str, ...]) -> None:
    said = {"label": shown(text), "meanings": " or ".join(found), "format": FORMAT, "one": found[0]}
    tell = job.source.flag if at.row else job.source.note
    tell(at if at.row else at.file, "label_unclear", column, **said)  # type: ignore[arg-type]


def _end(parts: list[_Part], today: date) -> date | None:
    """The latest day of the workbook that has passed, stray ones aside: what is not dated was so by then."""
    days: Counter[date] = Counter()
    for part in parts:
        mine = [
            part.names[n]
            for n in spec().dates
            if n in part.names and n not in spec().later and n != "birth_date"
        ]
        for row in part.columns.sheet.rows():
            for name in mine:
                day = _day(part.columns, row.cells or [], name)
                if day and day <= today:
                    days[day] += 1
    span = span_of(days)
    return span.last if span else None


def _day(columns: Columns, cells: list[str], name: str | None) -> date | None:
    if not cells or not name:
        return None
    return read_date(columns.cell(cells, name), columns.day_first.get(name, True)).value


def _row(part: _Part, book: _Book, at: Place, cells: list[str]) -> None:
    source = book.job.source
    child = read_id(part.cell(cells, "child_id"))
    if not child:
        source.set_aside(at, "id_missing", part.names["child_id"])
        return
    source.keep(at)
    details = _details(part, book, at, cells, child)
    fault = source.record(at, child, details)
    if fault in ("id_shared", "id_of_another"):
        source.flag(at, "birth_date_differs", part.names.get("birth_date", ""))
    for name in spec().dates:
        if name in part.names and name != "birth_date":
            book.checks.event(
                at, part.names[name], part.cell(cells, name), born=details.birth_date,
                day_first=part.columns.day_first.get(part.names[name], True), may_be_later=name in spec().later,
            )  # fmt: skip
    source.tells(child, part.items)
    if began := _day(part.columns, cells, part.names.get(_PLAN_BEGAN)):
        ended = _day(part.columns, cells, part.names.get(spec().until[_PLAN_BEGAN]))
        part.plans.setdefault(child, []).append((began, ended, at))
    _observe(part, book, at, cells, child)


def _details(part: _Part, book: _Book, at: Place, cells: list[str], child: str) -> Details:
    name = part.names.get("birth_date", "")
    born = book.checks.birth(
        at, name, part.cell(cells, "birth_date"), day_first=part.columns.day_first.get(name, True)
    )
    sex = _code(part, book, at, "sex", part.cell(cells, "sex"))
    return Details(
        birth_date=born,
        birth_parts=book.checks.birth_parts(part.cell(cells, "birth_date"), day_first=part.columns.day_first.get(name, True)),
        sex=sex if sex in ("F", "M") else None, local_id=child,
        ethnicity=ethnicity(part.cell(cells, "ethnicity")), worker=tidy(part.cell(cells, "worker")),
    )  # fmt: skip


def _code(part: _Part, book: _Book, at: Place, name: str, text: str) -> str | None:
    """The code that a cell means, or null, with the reason as an issue where it is filled in."""
    if not text.strip():
        return None
    if means := settled(book.job.labels.get(name, {}), text):
        return means
    found = meanings(name, text)
    if len(found) > 1:
        _unclear(book.job, at, name, text, found)
    elif not found and name not in spec().quiet:
        book.job.source.flag(at, "label_unknown", part.names.get(name, ""), format=FORMAT, column=name)
    return found[0] if len(found) == 1 else None


def _observe(part: _Part, book: _Book, at: Place, cells: list[str], child: str) -> None:
    known: set[str] = set()
    silent: list[str] = []
    for name, of_field in carriers.by_field(FORMAT).items():
        if name not in part.names or name not in part.of.columns:
            continue
        cell = part.cell(cells, name)
        text = _value(part, book, at, name, cell)
        if text is None:
            no = name in spec().blank_is_no or (name in spec().quiet and cell.strip())
            silent += [] if no else [name]
            continue
        for carrier in of_field:
            if carriers.matches(carrier, text):
                known.add(carrier.item)
                _seen(part, book, at, cells, child, carrier, text)
    for carrier in carriers.silent(silent, FORMAT, known=known):
        book.job.source.observe(
            at, child, Seen(carrier.item, carrier.field, carrier.strength, carrier.counts)
        )


def _value(part: _Part, book: _Book, at: Place, name: str, text: str) -> str | None:
    if name not in spec().numbers:
        return _code(part, book, at, name, text)
    if text.strip() and read_number(text) is None:
        book.job.source.flag(at, "number_unreadable", part.names[name])
        return None
    return text.strip() or None


def _seen(
    part: _Part, book: _Book, at: Place, cells: list[str], child: str, carrier: Carrier, text: str
) -> None:
    source = book.job.source
    dated_by = part.began if carrier.dated_by == "began" else carrier.dated_by
    day = book.end if dated_by == "return_end" else _day(part.columns, cells, part.names.get(dated_by or ""))
    if day is None:
        source.flag(at, "date_missing", part.names.get(dated_by or "", dated_by or ""))
    ends = part.names.get(spec().until.get(dated_by or "", ""))
    until = _day(part.columns, cells, ends)
    ongoing = ends is not None and part.columns.has(ends) and not part.columns.cell(cells, ends).strip()
    if day and until and until < day:
        source.flag(at, "ends_before_start", part.names[spec().until[dated_by or ""]])
        until = None
    evidence = (carriers.shown(carrier, text), carrier.strength, carrier.counts)
    source.observe(
        at,
        child,
        Seen(carrier.item, *evidence, day, until if day else None, ongoing, carriers.own_day(carrier)),
    )
