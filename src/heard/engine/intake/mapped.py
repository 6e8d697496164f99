"""Any agency's CSV, Excel or Parquet, read by a mapping (`mapping.py`). One row is one row of the table; rows of one child make one record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from heard.engine.intake import carriers, parquet, workbook
from heard.engine.intake.checks import Checks
from heard.engine.intake.columns import (
    Columns,
    columns_of,
    learn_dates,
    note_missing,
    open_columns,
    read_rows,
)
from heard.engine.intake.expectations import Expecting
from heard.engine.intake.ledger import Details, Place, Seen, Source, content_key
from heard.engine.intake.mapping import ItemRule, MappedSource, Told
from heard.engine.intake.period import Span
from heard.engine.intake.values import (
    code_of,
    read_id,
    read_number,
    tidy,
)
from heard.engine.tables import Progress

KIND = "csv"
"""Kind of every source that a mapping explains, also of Excel and Parquet."""


@dataclass
class MappedFiles:
    """Reads the files of one mapped source, one after another, and knows at the end what they could carry."""

    mapped: MappedSource
    source: Source
    today: date
    several: bool = False

    def __post_init__(self) -> None:
        self._checks = Checks(self.source, self.today, born=self.mapped.born)
        self._expecting = Expecting(self.mapped.expect, self.source)
        self._present: dict[str, set[str]] = {}
        self.source.keyed_by_child = self.mapped.keyed_by_child
        if self.mapped.covers:
            self.source.said = Span(*self.mapped.covers)

    def read(self, path: Path, file: str, progress: Progress) -> None:
        """Reads one file. Raises OSError where it cannot be opened."""
        self.source.begin_file(file)
        if (columns := self._open(path, file)) is None:
            return
        present = self._present[file] = {name for name in self.mapped.columns if columns.has(name)} | {_EVERY}
        self._can_carry = carriers.as_bits(
            r.item for r in self.mapped.items if (r.column or _EVERY) in present
        )
        note_missing(columns, self.source, self.mapped.columns)
        if not self._tells_children(columns):
            self._lose(columns)
            return
        learn_dates(columns, self.source, self._date_columns(), self._said_order())
        for done, (at, cells) in enumerate(read_rows(columns, self.source)):
            self._row(columns, at, cells)
            self._expecting.judge(at, columns, cells)
            if done % 5000 == 0:
                progress(self.source.name, min(1.0, done / columns.rows) if columns.rows else None)
        self._expecting.finish(columns)

    def _open(self, path: Path, file: str) -> Columns | None:
        """The columns of a CSV file, of a Parquet file, or of the sheet of a workbook that the mapping means."""
        with path.open("rb") as stream:
            start = stream.read(4)
        try:
            if start == parquet.BEGINS:
                return columns_of(parquet.sheet(path), file, self.source)
            if workbook.is_workbook(start):
                return self._sheet(workbook.sheets(path), file)
        except workbook.NotReadable as why:
            remedy = "Send the table as CSV, Excel (.xlsx) or Parquet."
            self.source.set_aside_file(file, "left_out", count="not known", why=why, remedy=remedy)
            return None
        return open_columns(path, file, self.source)

    def _sheet(self, sheets: list[workbook.WorkbookSheet], file: str) -> Columns | None:
        wanted = self.mapped.sheet
        mine = [one for one in sheets if not wanted or one.title.strip().casefold() == wanted.casefold()]
        if not mine:
            code = "sheet_missing" if wanted else "file_empty"
            self.source.set_aside_file(file, code, sheet=wanted)
            return None
        if not wanted and len(sheets) > 1:
            self.source.note(file, "sheets_left", count=len(sheets) - 1)
        return columns_of(mine[0], file, self.source)

    def cover(self) -> None:
        """Every item that the mapping names is collected, or absent where the files lack its column."""
        able = [(rule.item, rule.column or _EVERY) for rule in self.mapped.items if rule.counts]
        beside = [(rule.item, rule.column or _EVERY) for rule in self.mapped.items if not rule.counts]
        present = {_EVERY}.union(*self._present.values())
        files: dict[str, set[str]] = {}
        for item, column in able:
            files.setdefault(item, set()).update(f for f, has in self._present.items() if column in has)
        self.source.cover(carriers.coverage(able, present, beside), files)

    def _tells_children(self, columns: Columns) -> bool:
        telling = ("record_id", "family_name", "birth_date", "nhs_number", "upn")
        mine = (self.mapped.record[name] for name in telling if name in self.mapped.record)
        return any(columns.has(column) for told in mine for column in told.columns)

    def _lose(self, columns: Columns) -> None:
        rows = sum(1 for _ in columns.sheet.rows())
        self.source.set_aside_file(columns.file, "columns_missing", rows=rows)

    def _date_columns(self) -> list[str]:
        record = self.mapped.record
        named = (record.get("birth_date"), record.get("died_on"), self.mapped.dated_by, self.mapped.until)
        return [column for told in named if told and not told.parts for column in told.columns]

    def _said_order(self) -> bool | None:
        """Day first, month first, or null where the mapping leaves it to the file."""
        formats = set(self.mapped.dates) & {"dd/mm/yyyy", "mm/dd/yyyy"}
        return "dd/mm/yyyy" in formats if len(formats) == 1 else None

    # ---- one row

    def _row(self, columns: Columns, at: Place, cells: list[str]) -> None:
        source = self.source
        details = self._details(columns, at, cells)
        own = self._own_id(columns, cells, details)
        record_id = own or self._key(columns, cells, details)
        if record_id is None:
            source.set_aside(at, "id_missing", self._shown("record_id"))
            return
        source.keep(at)
        fault = source.record(at, record_id, details)
        if own and fault in ("id_shared", "id_of_another"):
            source.flag(at, fault, self._shown("record_id"))
        if own and fault == "id_of_another":
            # Neither number is sure to be this child's; the record says only what cannot be the other's.
            details = details._replace(local_id=None, nhs_number_valid=False, upn_valid=False)
            record_id = self._key(columns, cells, details) or record_id
            source.record(at, record_id, details)
        day, until = self._days(columns, at, cells, details)
        if self.several:
            source.tells(record_id, self._can_carry)
        for seen in self._observed(columns, at, cells, day, until):
            source.observe(at, record_id, seen)

    def _key(self, columns: Columns, cells: list[str], details: Details) -> str | None:
        """Without an id: same name, birth date, postcode and numbers whose checks hold are one child; with less, each row
        stands alone."""
        names = (details.given_name, details.family_name)
        if all(names) and details.birth_date:
            numbers = (
                details.nhs_number if details.nhs_number_valid else None,
                details.upn if details.upn_valid else None,
            )
            told = (*(str(n).casefold() for n in names), details.birth_date, details.postcode, *numbers)
            return content_key(told)
        if any(names) or details.birth_date or details.nhs_number or details.upn:
            return self.source.row_key(columns.cell(cells, name) for name in self.mapped.columns)
        return None

    def _own_id(self, columns: Columns, cells: list[str], details: Details) -> str | None:
        """The row's id in one spelling; a column that is also the NHS number or UPN is spelled as that is, and is none where
        that stands for none."""
        record = self.mapped.record
        number = read_id(columns.first_filled(cells, record.get("record_id"))[0])
        if number is None:
            return None
        spelled = {"nhs_number": details.nhs_number, "upn": details.upn}
        return next((s for name, s in spelled.items() if record.get(name) == record["record_id"]), number)

    def _cell(self, columns: Columns, cells: list[str], name: str) -> str:
        if (told := self.mapped.record.get(name)) is None:
            return ""
        if told.joined and len(told.columns) > 1:
            return columns.joined(cells, told)
        return columns.first_filled(cells, told)[0]

    def _details(self, columns: Columns, at: Place, cells: list[str]) -> Details:
        checks, shown = self._checks, self._shown
        texts = {name: self._cell(columns, cells, name) for name in self.mapped.record}
        cell = texts.get
        nhs, nhs_valid = checks.nhs_number(at, shown("nhs_number"), cell("nhs_number", ""))
        upn, upn_valid = checks.upn(at, shown("upn"), cell("upn", ""))
        return Details(
            given_name=checks.name(at, shown("given_name"), cell("given_name", "")),
            family_name=checks.name(at, shown("family_name"), cell("family_name", "")),
            birth_date=(born := self._birth(columns, at, cells)),
            birth_parts=None if born else self._birth_parts(columns, cells),
            sex=checks.sex(at, shown("sex"), cell("sex", "")),
            postcode=checks.postcode(at, shown("postcode"), cell("postcode", "")),
            address=tidy(cell("address", "")),
            nhs_number=nhs,
            nhs_number_valid=nhs_valid,
            upn=upn,
            upn_valid=upn_valid,
            local_id=read_id(cell("local_id", "")),
            ethnicity=tidy(cell("ethnicity", "")),
            authority=self.mapped.authority,
            died_on=self._died(columns, at, cells),
        )

    def _shown(self, name: str) -> str:
        return _shown(self.mapped.record.get(name))

    def _birth(self, columns: Columns, at: Place, cells: list[str]) -> date | None:
        text, column, formats = self._day_text(columns, at, cells, self.mapped.record.get("birth_date"))
        order = columns.day_first.get(column, True)
        return self._checks.birth(at, column, text, day_first=order, formats=formats)

    def _birth_parts(self, columns: Columns, cells: list[str]) -> str | None:
        """What is told of a birth date that is not whole."""
        told = self.mapped.record.get("birth_date")
        if told is None or not told.parts:
            text, column = columns.first_filled(cells, told)
            return self._checks.birth_parts(text, day_first=columns.day_first.get(column, True))
        return self._checks.birth_parts(
            "-".join(columns.cell(cells, name).strip().removesuffix(".0") or "?" for name in told.columns)
        )

    def _died(self, columns: Columns, at: Place, cells: list[str]) -> date | None:
        text, column, formats = self._day_text(columns, at, cells, self.mapped.record.get("died_on"))
        return self._checks.death(
            at, column, text, day_first=columns.day_first.get(column, True), formats=formats
        )

    def _day_text(
        self, columns: Columns, at: Place, cells: list[str], told: Told | None
    ) -> tuple[str, str, tuple[str, ...]]:
        """A day as text, the column that it is from, and the formats that are accepted."""
        if told is None or not told.parts:
            return *columns.first_filled(cells, told), self.mapped.dates
        year, month, day = (columns.cell(cells, name).strip().removesuffix(".0") for name in told.columns)
        if not all((year, month, day)) and any((year, month, day)):
            self.source.flag(at, "date_partly_empty", told.shown)
        if not all((year, month, day)):
            return "", told.shown, ()
        plain = (
            month.isascii()
            and month.isdigit()
            and day.isascii()
            and day.isdigit()
            and len(month) < 3 > len(day)
        )
        return f"{year}-{month:0>2}-{day:0>2}" if plain else f"{day}-{month}-{year}", told.shown, ()

    def _days(
        self, columns: Columns, at: Place, cells: list[str], details: Details
    ) -> tuple[date | None, date | None]:
        days: list[date | None] = []
        for told in (self.mapped.dated_by, self.mapped.until):
            text, column, formats = self._day_text(columns, at, cells, told)
            order = columns.day_first.get(column, True)
            days.append(
                self._checks.event(
                    at,
                    column,
                    text,
                    born=details.birth_date,
                    died=details.died_on,
                    day_first=order,
                    formats=formats,
                )
            )
        day, until = days
        if day and until and until < day:
            self.source.flag(at, "ends_before_start", _shown(self.mapped.until))
            until = None
        return day, until

    def _is_open(self, columns: Columns, cells: list[str]) -> bool:
        """Whether the file says when such things end, and not of this one."""
        told = self.mapped.until
        return (
            told is not None
            and any(columns.has(name) for name in told.columns)
            and not any(columns.cell(cells, name).strip() for name in told.columns)
        )

    def _observed(
        self, columns: Columns, at: Place, cells: list[str], day: date | None, until: date | None
    ) -> Iterator[Seen]:
        undated = False
        ongoing = self._is_open(columns, cells)
        for rule in self.mapped.items:
            if rule.column and not columns.has(rule.column):
                continue
            text = columns.cell(cells, rule.column).strip()
            state, shown = _judge(rule, text)
            if state == "unreadable":
                self.source.flag(at, "number_unreadable", rule.column or "")
            undated |= state == "seen" and day is None
            if state == "seen":
                yield Seen(rule.item, shown, rule.strength, rule.counts, day, until if day else None, ongoing)
            elif state in ("unreadable", "blank") and not rule.blank_is_no:
                yield Seen(rule.item, shown, rule.strength, rule.counts)
        if undated:
            self.source.flag(at, "date_missing", _shown(self.mapped.dated_by))


_EVERY = "every row"


def _shown(told: Told | None) -> str:
    return told.shown if told else ""


def _judge(rule: ItemRule, text: str) -> tuple[str, str]:
    """Seen, not, blank or unreadable; and how the evidence names the field."""
    if rule.column is None:
        return "seen", _EVERY
    if not text:
        return "blank", rule.column
    if rule.at_least is None:
        hit = next((value for value in rule.values if code_of(value) == code_of(text)), None)
        return ("seen", f"{rule.column}={hit}") if hit else ("not", rule.column)
    number = read_number(text)
    if number is None:
        return "unreadable", rule.column
    return ("seen" if number >= rule.at_least else "not"), f"{rule.column}>={rule.at_least:g}"
