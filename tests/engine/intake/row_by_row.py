"""The row way of reading mapped sources, which the product had before it read them in columns: what `mapped` is compared with.

It shares with the product what reads one line, one cell and one date, and what writes one row; not what looks at many at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from heard.engine.intake import carriers, expectations, heads, mapped, parquet
from heard.engine.intake.columns import Columns, columns_of, note_missing, read_rows
from heard.engine.intake.columns import _note_order as note_order
from heard.engine.intake.expectations import _within, in_words
from heard.engine.intake.ledger import Details, Place, Seen, Source, child_key, numberless, own_key
from heard.engine.intake.mapping import Expectation, ItemRule, Told
from heard.engine.intake.sheets import SheetRow, fitted
from heard.engine.intake.values import code_of, order_seen_in, read_id, read_number, tidy
from heard.engine.intake.workbook import text_of
from heard.engine.tables import Progress


def learn_dates(columns: Columns, source: Source, names: Iterable[str], said: bool | None = None) -> None:
    mine = [name for name in names if columns.has(name)]
    if said is not None:
        columns.day_first.update(dict.fromkeys(mine, said))
        return
    seen = {name: {"day": 0, "month": 0, "either": 0} for name in mine}
    for row in columns.sheet.rows():
        for name in mine if row.cells else ():
            if (order := order_seen_in(columns.cell(row.cells or [], name))) is not None:
                seen[name][order] += 1
    for name, counts in seen.items():
        columns.day_first[name] = counts["month"] <= counts["day"]
        note_order(columns, source, name, counts)


def first_filled(columns: Columns, cells: list[str], told: Told | None) -> tuple[str, str]:
    """What the first filled of these columns says, and which it is; the first of them where none is filled."""
    if told is None:
        return "", ""
    if len(told.columns) == 1:
        return columns.cell(cells, told.columns[0]), told.columns[0]
    for name in told.columns:
        if (text := columns.cell(cells, name)).strip():
            return text, name
    return "", told.columns[0]


def joined(columns: Columns, cells: list[str], told: Told | None) -> str:
    """What the filled ones of these columns say, with blanks between."""
    texts = (columns.cell(cells, name).strip() for name in (told.columns if told else ()))
    return " ".join(filter(None, texts))


class ParquetRows(parquet.ParquetSheet):
    """A Parquet file, row by row."""

    def rows(self) -> Iterator[SheetRow]:
        self.broken = False
        number = 0
        try:
            with pq.ParquetFile(self.path, memory_map=False) as file:
                for batch in file.iter_batches(batch_size=5_000):
                    for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        number += 1
                        yield _parquet_row(number, cells)
        except (pa.ArrowException, OSError, ValueError, OverflowError):
            self.broken = True


def _parquet_row(number: int, cells: tuple[Any, ...]) -> SheetRow:
    texts = [None if isinstance(cell, (bytes, list, dict)) else text_of(cell) for cell in cells]
    faults = ("cells_wrong",) if None in texts else ()
    return fitted(number, [text or "" for text in texts], len(texts), faults)


class Expecting(expectations.Expecting):
    """As the product's, of one row at a time."""

    def __init__(self, expected: tuple[Expectation, ...], source: Source) -> None:
        super().__init__(expected, source)
        self._once: dict[Expectation, set[str]] = {
            expectation: set() for expectation in expected if expectation.judges == "unique"
        }

    def judge_row(self, at: Place, columns: Columns, cells: list[str]) -> None:
        """One row. An empty cell breaks no expectation but that it is filled."""
        self._rows += 1
        for expectation in self._expected:
            text = columns.cell(cells, expectation.column).strip() if expectation.column else ""
            if text:
                self._cell(at, columns, expectation, text)

    def _cell(self, at: Place, columns: Columns, expectation: Expectation, text: str) -> None:
        met = self._once.get(expectation, set())
        if expectation.judges == "unique" and text.casefold() in met:
            self._source.flag(at, "expected_once", expectation.column)
        elif expectation.judges == "unique":
            met.add(text.casefold())
        elif expectation.judges == "filled":
            self._filled[expectation] += 1
        elif expectation.judges in ("between", "at_least", "at_most") and not _within(
            expectation, columns, text
        ):
            self._source.flag(at, "expected_within", expectation.column, expected=in_words(expectation))


@dataclass
class RowByRow(mapped.MappedFiles):
    """Opens files and says what they could carry as the product does; reads them row by row."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._rows_expected = Expecting(self.mapped.expect, self.source)

    def read(self, path: Path, file: str, progress: Progress) -> None:
        """Reads one file. Raises OSError where it cannot be opened."""
        self.source.begin_file(file)
        if (columns := self._open(path, file)) is None:
            return
        if (headed := heads.by_names(columns.sheet, self.mapped.columns)) is not columns.sheet:
            columns = columns_of(headed, file, self.source)
        present = self._present[file] = {name for name in self.mapped.columns if columns.has(name)} | {_EVERY}
        self._can_carry = self.source.can_carry[file] = carriers.as_bits(
            r.item for r in self.mapped.items if (r.column or _EVERY) in present
        )
        note_missing(columns, self.source, self.mapped.columns)
        if not self._tells_children(columns):
            self._lose(columns)
            return
        learn_dates(columns, self.source, self._date_columns(), self._said_order())
        for at, cells in read_rows(columns, self.source):
            self._row(columns, at, cells)
            self._rows_expected.judge_row(at, columns, cells)
        self._rows_expected.finish(columns)

    def _open(self, path: Path, file: str) -> Columns | None:
        columns = super()._open(path, file)
        if columns is None or not isinstance(columns.sheet, parquet.ParquetSheet):
            return columns
        return columns_of(ParquetRows(path, columns.sheet.header), file, self.source)

    def _lose(self, columns: Columns) -> None:
        rows = sum(1 for _ in columns.sheet.rows())
        self.source.set_aside_file(columns.file, "columns_missing", rows=rows)

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
        if own and fault in ("id_shared", "id_repeated"):
            source.ledger.later.add((source.name, record_id, source.agency, *at, *details))
        if own and fault == "id_shared":
            source.flag(at, fault, self._shown("record_id"))
        if own and fault == "id_of_another":
            record_id, details = own_key(record_id, details), numberless(details)
            if source.record(at, record_id, details) is None:
                source.flag(at, fault, self._shown("record_id"))
        day, until = self._days(columns, at, cells, details)
        if self.several:
            source.tells(record_id, self._can_carry)
        for seen in self._observed(columns, at, cells, day, until):
            source.observe(at, record_id, seen)

    def _key(self, columns: Columns, cells: list[str], details: Details) -> str | None:
        """Without an id: same name, birth date, postcode and numbers whose checks hold are one child; with less, each row
        stands alone."""
        if any(
            (details.given_name, details.family_name, details.birth_date, details.nhs_number, details.upn)
        ):
            content = (columns.cell(cells, name) for name in self.mapped.columns)
            return child_key(details) or self.source.row_key(content)
        return None

    def _own_id(self, columns: Columns, cells: list[str], details: Details) -> str | None:
        """The row's id in one spelling; a column that is also the NHS number or UPN is spelled as that is, and is none where
        that stands for none."""
        record = self.mapped.record
        number = read_id(first_filled(columns, cells, record.get("record_id"))[0])
        if number is None:
            return None
        spelled = {"nhs_number": details.nhs_number, "upn": details.upn}
        return next((s for name, s in spelled.items() if record.get(name) == record["record_id"]), number)

    def _cell(self, columns: Columns, cells: list[str], name: str) -> str:
        if (told := self.mapped.record.get(name)) is None:
            return ""
        if told.joined and len(told.columns) > 1:
            return joined(columns, cells, told)
        return first_filled(columns, cells, told)[0]

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
            worker=tidy(cell("worker", "")),
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
            text, column = first_filled(columns, cells, told)
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
            return *first_filled(columns, cells, told), self.mapped.dates
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
