"""Any agency's CSV, Excel or Parquet, read by a mapping (`mapping.py`). One row is one row of the table; rows of one child make one record.

Rows are looked at many at once, in columns (`_Rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.intake import carriers, heads, parquet, workbook
from heard.engine.intake.checks import Checks
from heard.engine.intake.columns import (
    Columns,
    columns_of,
    learn_dates,
    note_missing,
    open_columns,
    read_batches,
)
from heard.engine.intake.distinct import Distinct, Flags, Places, by_text
from heard.engine.intake.expectations import Expecting
from heard.engine.intake.judging import NOWHERE, Judge
from heard.engine.intake.known import keys_of
from heard.engine.intake.ledger import Source, child_key, own_key, rows_of
from heard.engine.intake.mapping import ItemRule, MappedSource, Told
from heard.engine.intake.period import Span
from heard.engine.intake.sheets import Batch
from heard.engine.intake.values import (
    code_of,
    plain_ends,
    plain_ids,
    plain_names,
    plain_nhs_numbers,
    plain_postcodes,
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
        self.source.id_column = _shown(self.mapped.record.get("record_id"))
        if self.mapped.covers:
            self.source.said = Span(*self.mapped.covers)

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
        progress(self.source.name, None)
        for batch in read_batches(columns, self.source, self.mapped.columns):
            rows = _Rows(self.mapped, self.source, self._checks, columns, batch)
            rows.take(self._can_carry if self.several else None)
            self._expecting.judge(columns, batch)
            progress(self.source.name, batch.done)
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
        mine = [
            sheet for sheet in sheets if not wanted or sheet.title.strip().casefold() == wanted.casefold()
        ]
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
        rows = sum(batch.read for batch in columns.batches(()))
        self.source.set_aside_file(columns.file, "columns_missing", rows=rows)

    def _date_columns(self) -> list[str]:
        record = self.mapped.record
        named = (record.get("birth_date"), record.get("died_on"), self.mapped.dated_by, self.mapped.until)
        return [column for told in named if told and not told.parts for column in told.columns]

    def _said_order(self) -> bool | None:
        """Day first, month first, or null where the mapping leaves it to the file."""
        formats = set(self.mapped.dates) & {"dd/mm/yyyy", "mm/dd/yyyy"}
        return "dd/mm/yyyy" in formats if len(formats) == 1 else None


class _Piece(NamedTuple):
    """Some rows of a batch, and what one column says in them. `day_first`, `dates`: how its days are to be read."""

    column: str
    places: Places
    texts: pa.StringArray
    day_first: bool = True
    dates: tuple[str, ...] = ()


type _Check = Callable[[Checks, _Piece, str], Any]
type _Details = dict[str, pa.Array | object]


@dataclass
class _Rows:
    """Some rows of one file, while they are read. Every check is asked once for each distinct text of a column."""

    mapped: MappedSource
    source: Source
    checks: Checks
    columns: Columns
    batch: Batch

    def take(self, can_carry: int | None) -> None:
        """Writes what the rows tell. `can_carry`: the items that each of them could carry, where the source is to say so."""
        file, source = self.columns.file, self.source
        details = self._details()
        own = self._own_ids(details)
        first, ids, details = self._known(own, details)
        known = np.asarray(ids.is_valid())
        source.set_aside_rows(
            file, self.batch.numbers[~known], "id_missing", _shown(self.mapped.record.get("record_id"))
        )
        source.files[file].kept += int(known.sum())
        source.record_rows(file, self.batch.numbers[first], *_only(first, ids, details))
        if not known.all():
            ids, details = _only(known, ids, details)
            cells = {place: column.filter(pa.array(known)) for place, column in self.batch.cells.items()}
            self.batch = Batch(self.batch.numbers[known], cells)
        day, until = self._days(details)
        if can_carry is not None:
            source.rows_tell(keys_of(ids.to_pylist()), can_carry)
        self._observe(ids, day, until)

    # ---- cells

    def _cells(self, told: Told | None) -> pa.StringArray:
        """What the rows say of one thing, as text."""
        if told is None:
            return _same("", pa.string(), len(self.batch.numbers))
        if told.joined and len(told.columns) > 1:
            return reduce(_with_blank, (self._trimmed(name) for name in told.columns))
        return _together([(piece, piece.texts) for piece in self._pieces(told)])

    def _trimmed(self, name: str) -> pa.StringArray:
        return pc.utf8_trim_whitespace(self.columns.column(self.batch, name))

    def _pieces(self, told: Told) -> list[_Piece]:
        """The rows by the first of these columns that is filled in; those where none is, by the first."""
        left, column = np.arange(len(self.batch.numbers)), self.columns.column
        if len(told.columns) == 1:
            return [self._piece(told.columns[0], left, column(self.batch, told.columns[0]))]
        pieces = []
        for name in told.columns:
            texts = column(self.batch, name).take(pa.array(left))
            filled = np.asarray(pc.not_equal(pc.utf8_trim_whitespace(texts), ""))
            pieces.append(self._piece(name, left[filled], texts.filter(pa.array(filled))))
            left = left[~filled]
        pieces.append(self._piece(told.columns[0], left, _same("", pa.string(), len(left))))
        return pieces

    def _piece(self, name: str, places: Places, texts: pa.StringArray) -> _Piece:
        return _Piece(name, places, texts, self.columns.day_first.get(name, True), self.mapped.dates)

    def _day_pieces(self, told: Told | None) -> list[_Piece]:
        """The rows by the column that tells a day; of a day in three columns, what all three say."""
        if told is None:
            return []
        if not told.parts:
            return self._pieces(told)
        parts = [self.columns.column(self.batch, name) for name in told.columns]
        texts = pc.binary_join_element_wise(*parts, _BETWEEN)
        return [_Piece(told.shown, np.arange(len(self.batch.numbers)), texts)]

    # ---- checks

    def _judged(
        self, piece: _Piece, check: _Check, plain: Callable[[pa.StringArray], Flags] | None = None
    ) -> tuple[Distinct, list[Any], list[int]]:
        """What a check makes of each distinct text, and by which texts the file speaks of a day. Flags the rows that have a
        fault. `plain`: of which texts it is sure that the check leaves them as they are."""
        distinct, judge = Distinct.of(piece.texts), Judge(self.source, self.checks, self.columns.file)
        rows = self.batch.numbers[piece.places]
        told, speaking = judge.judged(
            piece.column, rows, distinct, lambda checks, text: check(checks, piece, text), plain
        )
        return distinct, told, speaking

    def _flag(self, piece: _Piece, places: Places, code: str, /, **filling: object) -> None:
        rows = self.batch.numbers[piece.places[places]]
        self.source.flag_rows(self.columns.file, rows, code, piece.column, **filling)

    def _checked(
        self, name: str, check: _Check, plain: Callable[[pa.StringArray], Flags] | None = None
    ) -> _Details:
        """What a check makes of what the rows say of one thing; nothing where no column tells it."""
        if (told := self.mapped.record.get(name)) is None:
            return {}
        piece = _Piece(told.shown, np.arange(len(self.batch.numbers)), self._cells(told))
        distinct, values, _ = self._judged(piece, check, plain)
        return {name: distinct.by_row(values, pa.string())}

    def _number(
        self, name: str, check: _Check, holding: Callable[[pa.StringArray], Flags] | None = None
    ) -> _Details:
        """A number, and whether its check holds. `holding`: of which texts it is sure that they are a number whose check holds."""
        if (told := self.mapped.record.get(name)) is None:
            return {}
        piece = _Piece(told.shown, np.arange(len(self.batch.numbers)), self._cells(told))
        distinct, values, _ = self._judged(piece, check, holding)
        pairs = [(value, True) if isinstance(value, str) else value for value in values]
        return {
            name: distinct.by_row([number for number, _ in pairs], pa.string()),
            f"{name}_valid": distinct.by_row([holds for _, holds in pairs], pa.bool_()),
        }

    def _details(self) -> _Details:
        """What each row says of its child: of `Details` what the mapping names."""
        return {
            **self._number("nhs_number", _nhs_number, plain_nhs_numbers),
            **self._number("upn", lambda checks, on, text: checks.upn(NOWHERE, on.column, text)),
            **self._checked("given_name", _name, plain_names),
            **self._checked("family_name", _name, plain_names),
            **self._birth(),
            **self._checked("sex", lambda checks, on, text: checks.sex(NOWHERE, on.column, text)),
            **self._checked("postcode", _postcode, plain_postcodes),
            **self._checked("address", lambda checks, on, text: tidy(text), plain_ends),
            **self._checked("local_id", lambda checks, on, text: read_id(text), plain_ids),
            **self._checked("ethnicity", lambda checks, on, text: tidy(text), plain_ends),
            "authority": self.mapped.authority,
            **self._died(),
            **self._checked("worker", lambda checks, on, text: tidy(text), plain_ends),
        }

    def _birth(self) -> _Details:
        told = self.mapped.record.get("birth_date")
        found = []
        for piece in self._day_pieces(told):
            distinct, values, _ = self._judged(piece, _birth)
            days = distinct.by_row([day for day, _ in values], pa.date32())
            found.append((piece, days, distinct.by_row([parts for _, parts in values], pa.string())))
        if not found:
            return {}
        return {
            "birth_date": _together((piece, days) for piece, days, _ in found),
            "birth_parts": _together((piece, parts) for piece, _, parts in found),
        }

    def _died(self) -> _Details:
        found = []
        for piece in self._day_pieces(self.mapped.record.get("died_on")):
            distinct, values, _ = self._judged(piece, _death)
            found.append((piece, distinct.by_row(values, pa.date32())))
        return {"died_on": _together(found)} if found else {}

    def _days(self, details: _Details) -> tuple[pa.Array, pa.Array]:
        """When what each row tells began, and when it ended."""
        speaking: list[tuple[Places, pa.Array]] = []
        days = [self._events(told, details, speaking) for told in (self.mapped.dated_by, self.mapped.until)]
        if speaking:
            places = np.concatenate([some for some, _ in speaking])
            order = np.argsort(places, kind="stable")
            spoken = pa.concat_arrays([some for _, some in speaking]).take(pa.array(order))
            self.source.rows_speak_of(self.columns.file, self.batch.numbers[places[order]], spoken)
        day, until = days
        early = pc.fill_null(pc.less(until, day), False)
        rows = self.batch.numbers[np.asarray(early)]
        self.source.flag_rows(self.columns.file, rows, "ends_before_start", _shown(self.mapped.until))
        return day, pc.if_else(early, None, until)

    def _events(
        self, told: Told | None, details: _Details, speaking: list[tuple[Places, pa.Array]]
    ) -> pa.Array:
        found = []
        for piece in self._day_pieces(told):
            distinct, values, spoken = self._judged(piece, _event)
            days = distinct.by_row(values, pa.date32())
            places = distinct.rows_of(spoken)
            speaking.append((piece.places[places], days.take(pa.array(places))))
            for name, code, odd in (
                ("birth_date", "born_after", pc.less),
                ("died_on", "after_death", pc.greater),
            ):
                if isinstance(other := details.get(name), pa.Array):
                    wrong = pc.fill_null(odd(days, other.take(pa.array(piece.places))), False)
                    self._flag(piece, np.flatnonzero(wrong), code)
            found.append((piece, days))
        return _together(found) if found else _same(None, pa.date32(), len(self.batch.numbers))

    # ---- who it is

    def _own_ids(self, details: _Details) -> pa.StringArray:
        """Each row's id in one spelling; a column that is also the NHS number or UPN is spelled as that is, and is none where
        that stands for none."""
        record = self.mapped.record
        if (told := record.get("record_id")) is None:
            return _same(None, pa.string(), len(self.batch.numbers))
        own = by_text(self._cells(told), read_id, plain_ids)
        for name in ("nhs_number", "upn"):
            if record.get(name) == told:
                return pc.if_else(own.is_valid(), details[name], None)
        return own

    def _known(self, own: pa.StringArray, details: _Details) -> tuple[Flags, pa.StringArray, _Details]:
        """Which rows are their child's first; each row's id, null where it tells of nobody; and what the rows say."""
        file, numbers = self.columns.file, self.batch.numbers
        first, has = np.zeros(len(own), bool), np.asarray(own.is_valid())
        places = np.flatnonzero(has)
        first[places], again = self.source.know_rows(*_only(has, own, details))
        shared = places[[place for place, said in again.items() if said == "id_of_another"]]
        later = np.setdiff1d(places[list(again)], shared)
        if len(later) and {"given_name", "birth_date"} <= self.mapped.record.keys():
            self.source.later_rows(file, numbers[later], *_taken(later, own, details))
        odd = places[[place for place, said in again.items() if said == "id_shared"]]
        self.source.flag_rows(file, numbers[odd], "id_shared", self.source.id_column)
        others = np.sort(np.concatenate((np.flatnonzero(~has), shared)))
        if not len(others):
            return first, own, details
        ids = own.to_pylist()
        for place, key in zip(others.tolist(), self._keys(others, ids, details), strict=True):
            ids[place] = key
        details = _without_numbers(details, shared, len(own))
        found = pa.array(ids, pa.string())
        others = others[np.asarray(found.is_valid())[others]]
        first[others], _ = self.source.know_rows(*_taken(others, found, details))
        new = shared[first[shared]]
        self.source.flag_rows(file, numbers[new], "id_of_another", self.source.id_column)
        return first, found, details

    def _keys(self, places: Places, own: list[str | None], details: _Details) -> Iterator[str | None]:
        """Of rows without an id, and of those whose `own` id is several children's."""
        some = pa.array(places)
        cells = [self.columns.column(self.batch, name).take(some).to_pylist() for name in self.mapped.columns]
        for place, row, content in zip(
            places.tolist(), rows_of(details, places), zip(*cells, strict=True), strict=True
        ):
            if (shared := own[place]) is not None:
                yield own_key(shared, row)
            elif any((row.given_name, row.family_name, row.birth_date, row.nhs_number, row.upn)):
                yield child_key(row) or self.source.row_key(content)
            else:
                yield None

    # ---- what was seen

    def _open(self) -> Flags:
        """In which rows the file says when such things end, and not of this one."""
        told = self.mapped.until
        count = len(self.batch.numbers)
        if told is None or not any(self.columns.has(name) for name in told.columns):
            return np.zeros(count, bool)
        texts = (self._trimmed(name) for name in told.columns)
        return np.logical_and.reduce([np.asarray(pc.equal(text, "")) for text in texts])

    def _observe(self, ids: pa.StringArray, day: pa.Array, until: pa.Array) -> None:
        dated, ongoing = np.asarray(day.is_valid()), self._open()
        undated = np.zeros(len(ids), bool)
        found: list[tuple[Places, _Details]] = []
        for rule in self.mapped.items:
            if rule.column and not self.columns.has(rule.column):
                continue
            seen, shown, silent = self._ruled(rule)
            undated |= seen & ~dated
            places, when = np.flatnonzero(seen | silent), pa.array(seen & dated)
            told = {
                "item": _same(rule.item, pa.string(), len(ids)),
                "state": pc.if_else(when, "seen", "not_known"),
                "seen_on": pc.if_else(when, day, None),
                "until": pc.if_else(when, until, None),
                "ongoing": pc.and_(when, pa.array(ongoing)),
                "field": shown,
                "strength": _same(rule.strength, pa.string(), len(ids)),
                "counts": _same(rule.counts, pa.bool_(), len(ids)),
            }
            found.append((places, _taken(places, ids, told)[1]))
        self.source.flag_rows(
            self.columns.file, self.batch.numbers[undated], "date_missing", _shown(self.mapped.dated_by)
        )
        if found:
            self._write(ids, found)

    def _write(self, ids: pa.StringArray, found: list[tuple[Places, _Details]]) -> None:
        """What was seen, row by row."""
        places, told = found[0]
        mine = _taken(places, ids, {})[0]
        if len(found) > 1:
            places = np.concatenate([some for some, _ in found])
            order = np.argsort(places, kind="stable")
            places = places[order]
            mine = ids.take(pa.array(places))
            told = {
                name: pa.concat_arrays([row[name] for _, row in found]).take(pa.array(order)) for name in told
            }
        rows = self.batch.numbers[places]
        self.source.observe_rows(self.columns.file, rows, mine, {**told, "own_day": True})

    def _ruled(self, rule: ItemRule) -> tuple[Flags, pa.StringArray, Flags]:
        """Which rows carry the item, how the evidence names its field, and which rows do not say."""
        count = len(self.batch.numbers)
        if rule.column is None:
            return np.ones(count, bool), _same(_EVERY, pa.string(), count), np.zeros(count, bool)
        distinct = Distinct.of(self._trimmed(rule.column))
        told = [_judge(rule, text) for text in distinct.texts.to_pylist()]
        states = np.array([state for state, _ in told] or [""])[distinct.of_row]
        unreadable = self.batch.numbers[states == "unreadable"]
        self.source.flag_rows(self.columns.file, unreadable, "number_unreadable", rule.column)
        silent = np.isin(states, ("unreadable", "blank")) & (not rule.blank_is_no)
        return states == "seen", distinct.by_row([shown for _, shown in told], pa.string()), silent


_BETWEEN = "\0"  # no cell holds it


def _name(checks: Checks, on: _Piece, text: str) -> str | None:
    return checks.name(NOWHERE, on.column, text)


def _nhs_number(checks: Checks, on: _Piece, text: str) -> tuple[str | None, bool | None]:
    return checks.nhs_number(NOWHERE, on.column, text)


def _postcode(checks: Checks, on: _Piece, text: str) -> str | None:
    return checks.postcode(NOWHERE, on.column, text)


def _birth(checks: Checks, on: _Piece, text: str) -> tuple[date | None, str | None]:
    """The birth date, or what is told of one that is not whole."""
    told = _day_text(checks, on, text)
    born = checks.birth(NOWHERE, on.column, told, day_first=on.day_first, formats=on.dates)
    if _BETWEEN in text:
        told = "-".join(part.strip().removesuffix(".0") or "?" for part in text.split(_BETWEEN))
    return born, None if born else checks.birth_parts(told, day_first=on.day_first)


def _death(checks: Checks, on: _Piece, text: str) -> date | None:
    told = _day_text(checks, on, text)
    return checks.death(NOWHERE, on.column, told, day_first=on.day_first, formats=on.dates)


def _event(checks: Checks, on: _Piece, text: str) -> date | None:
    told = _day_text(checks, on, text)
    return checks.event(NOWHERE, on.column, told, day_first=on.day_first, formats=on.dates)


def _day_text(checks: Checks, on: _Piece, text: str) -> str:
    """A day as one column says it; of three columns, year, month and day in one text."""
    if _BETWEEN not in text:
        return text
    year, month, day = (part.strip().removesuffix(".0") for part in text.split(_BETWEEN))
    if not all((year, month, day)):
        if any((year, month, day)):
            checks.source.flag(NOWHERE, "date_partly_empty", on.column)
        return ""
    plain = (
        month.isascii() and month.isdigit() and day.isascii() and day.isdigit() and len(month) < 3 > len(day)
    )
    return f"{year}-{month:0>2}-{day:0>2}" if plain else f"{day}-{month}-{year}"


def _without_numbers(details: _Details, places: Places, count: int) -> _Details:
    """Of these rows neither number is sure to be the child's; they say only what cannot be another's."""
    here = np.zeros(count, bool)
    here[places] = True
    some = pa.array(here)
    cleared = {"local_id": None, "nhs_number_valid": False, "upn_valid": False}
    for name, value in cleared.items():
        if value is False and name not in details and len(places):
            details = {**details, name: pc.if_else(some, False, pa.scalar(None, pa.bool_()))}
        elif isinstance(column := details.get(name), pa.Array):
            details = {**details, name: pc.if_else(some, value, column)}
    return details


def _only(flags: Flags, ids: pa.StringArray, details: _Details) -> tuple[pa.StringArray, _Details]:
    return (ids, details) if flags.all() else _taken(np.flatnonzero(flags), ids, details)


def _taken(places: Places, ids: pa.StringArray, details: _Details) -> tuple[pa.StringArray, _Details]:
    """What some of the rows say; no row comes twice."""
    if len(places) == len(ids):
        return ids, details
    some = pa.array(places)
    return ids.take(some), {
        name: column.take(some) if isinstance(column, pa.Array) else column
        for name, column in details.items()
    }


def _together(found: Iterable[tuple[_Piece, pa.Array]]) -> pa.Array:
    """The values of pieces, in order of the rows."""
    pieces, arrays = zip(*found, strict=True)
    if len(arrays) == 1:
        return arrays[0]
    order = np.argsort(np.concatenate([piece.places for piece in pieces]))
    return pa.concat_arrays(arrays).take(pa.array(order))


def _with_blank(one: pa.StringArray, other: pa.StringArray) -> pa.StringArray:
    """Two texts with a blank between, where neither is empty."""
    both = pc.binary_join_element_wise(one, other, " ")
    return pc.if_else(pc.equal(one, ""), other, pc.if_else(pc.equal(other, ""), one, both))


def _same(value: object, kind: pa.DataType, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), count)


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
