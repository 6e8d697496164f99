"""What the rows of a return tell, many at once: records, observations, and what is odd in each cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.intake import carriers
from heard.engine.intake.checks import Checks
from heard.engine.intake.distinct import Distinct, Flags, Places, by_text
from heard.engine.intake.formats.ssda903.returned import Part, Return
from heard.engine.intake.formats.ssda903.tables import FORMAT, spec
from heard.engine.intake.judging import NOWHERE, Check, Judge
from heard.engine.intake.known import Numbers, keys_of
from heard.engine.intake.sheets import Batch
from heard.engine.intake.values import code_of, plain_postcodes, read_number, tidy
from heard.knowledge.model import Carrier

type _Details = dict[str, pa.Array | object]


class _Found(NamedTuple):
    """Rows that carry one carrier's item, and how the evidence names its field in each."""

    places: Places
    carrier: Carrier
    shown: pa.StringArray
    day: pa.Array
    until: pa.Array
    ongoing: Flags


@dataclass
class Telling:
    """Some rows of one part of the return."""

    part: Part
    whole: Return
    batch: Batch

    def __post_init__(self) -> None:
        self._source, self._file = self.whole.source, self.part.columns.file
        self._judge = Judge(self._source, self.whole.checks, self._file)
        self._days: dict[str, pa.Array] = {}

    def take(self) -> None:
        """Writes what the rows tell."""
        births = self._judged("DOB", _birth(self._day_first("DOB")))
        born = births[0].by_row([day for day, _ in births[1]], pa.date32())
        parts = births[0].by_row([told for _, told in births[1]], pa.string())
        ids = self.part.ids(self.batch)
        known = np.asarray(ids.is_valid())
        self._source.set_aside_rows(self._file, self.batch.numbers[~known], "id_missing", "CHILD")
        self._source.files[self._file].kept += int(known.sum())
        if not known.all():
            some = pa.array(known)
            ids, born, parts = ids.filter(some), born.filter(some), parts.filter(some)
            cells = {place: column.filter(some) for place, column in self.batch.cells.items()}
            self.batch = Batch(self.batch.numbers[known], cells)
        keys = keys_of(ids.to_pylist())
        in_all = self._known_births(keys, born)
        if self.part.table.name == "header":
            self._record(ids, keys, born, parts)
        else:
            self._record_others(ids, keys, born, in_all)
        self._dates(in_all, self.whole.died.of(keys))
        if self.part.table.name == "episodes":
            self._judged("HOME_POST", lambda checks, text: checks.postcode(NOWHERE, "HOME_POST", text), plain_postcodes)  # fmt: skip
        self._source.rows_tell(keys, self.part.items | self.whole.of_all)
        self._observe(ids)

    # ---- cells

    def _cells(self, name: str) -> pa.StringArray:
        return self.part.columns.column(self.batch, name)

    def _day_first(self, name: str) -> bool:
        return self.part.columns.day_first.get(name, True)

    def _day(self, name: str) -> pa.Array:
        if name not in self._days:
            self._days[name] = self.part.days(self.batch, name)
        return self._days[name]

    def _judged(
        self, name: str, check: Check, plain: Callable[[pa.StringArray], Flags] | None = None
    ) -> tuple[Distinct, list[Any], list[int]]:
        """What a check makes of each distinct text of a column, and by which of them the file speaks of a day."""
        distinct = Distinct.of(self._cells(name))
        return distinct, *self._judge.judged(name, self.batch.numbers, distinct, check, plain)

    def _flag(self, places: Places, code: str, column: str, /, **filling: object) -> None:
        self._source.flag_rows(self._file, self.batch.numbers[places], code, column, **filling)

    # ---- who they are

    def _known_births(self, keys: Numbers, born: pa.Array) -> pa.Array:
        """With which birth date each row's child is known once the row is read: that of the first row that tells one."""
        days = np.asarray(pc.fill_null(born.cast(pa.int32()), _NO_DAY)).astype(np.int64)
        known = self._source.births(keys)
        telling = np.flatnonzero(days != _NO_DAY)
        told, first = np.unique(keys[telling], return_index=True)
        if len(told):
            place = np.minimum(np.searchsorted(told, keys), len(told) - 1)
            begins = telling[first[place]]
            here = (told[place] == keys) & (begins <= np.arange(len(keys))) & (known == _NO_DAY)
            known = np.where(here, days[begins], known)
        return pa.array(known.astype(np.int32), mask=known == _NO_DAY).cast(pa.date32())

    def _record(self, ids: pa.StringArray, keys: Numbers, born: pa.Array, parts: pa.StringArray) -> None:
        """Rows of the header, which knows each child best."""
        upns, told, _ = self._judged("UPN", lambda checks, text: checks.upn(NOWHERE, "UPN", text))
        sexes, sex, _ = self._judged("SEX", lambda checks, text: checks.sex(NOWHERE, "SEX", text))
        details: _Details = {
            "birth_date": born,
            "birth_parts": parts,
            "sex": sexes.by_row(sex, pa.string()),
            "postcode": self.whole.homes.of(keys),
            "upn": upns.by_row([upn for upn, _ in told], pa.string()),
            "upn_valid": upns.by_row([valid for _, valid in told], pa.bool_()),
            "local_id": ids,
            "ethnicity": by_text(self._cells("ETHNIC"), tidy),
            "died_on": self.whole.died.of(keys),
        }
        first, again = self._source.know_rows(ids, details)
        others = np.flatnonzero(~first).tolist()
        for code in ("id_repeated", "id_shared", "id_of_another"):
            mine = [place for place in others if again.get(place, "id_repeated") == code]
            self._flag(np.array(mine, np.intp), code, "CHILD")
        self._write(np.flatnonzero(first), ids, details)

    def _record_others(self, ids: pa.StringArray, keys: Numbers, born: pa.Array, in_all: pa.Array) -> None:
        """Rows of another file: their child should be in the header; where not, they still make a record."""
        known = self._source.know(keys)
        new = np.zeros(len(ids), bool)
        new[np.unique(keys, return_index=True)[1]] = True
        new &= ~known
        self._flag(np.flatnonzero(new), "not_in_header", "CHILD")
        tells = np.asarray(born.is_valid())
        before = self._source.births(keys) != _NO_DAY
        first = np.flatnonzero(tells & ~before)
        fills = np.zeros(len(ids), bool)
        fills[first[np.unique(keys[first], return_index=True)[1]]] = True
        some = np.flatnonzero(new | fills)
        here = pa.array(new)
        details: _Details = {
            "birth_date": born,
            "postcode": pc.if_else(here, self.whole.homes.of(keys), None),
            "local_id": ids,
            "died_on": pc.if_else(here, self.whole.died.of(keys), None),
        }
        if len(some):
            self._source.know_rows(*_taken(some, ids, details))
            self._write(np.flatnonzero(new), ids, details)
        other = pc.fill_null(pc.not_equal(born, in_all), False)
        self._flag(np.flatnonzero(other), "birth_date_differs", "DOB")

    def _write(self, places: Places, ids: pa.StringArray, details: _Details) -> None:
        self._source.record_rows(self._file, self.batch.numbers[places], *_taken(places, ids, details))

    # ---- what happened

    def _dates(self, born: pa.Array, died: pa.Array) -> None:
        speaking: list[tuple[Places, pa.Array]] = []
        table = self.part.table
        for name in (*table.dates, *table.later):
            if not self.part.columns.has(name):
                continue
            later = name in table.later or name == "REVIEW"
            distinct, told, spoken = self._judged(name, _event(name, self._day_first(name), later))
            days = self._days[name] = distinct.by_row(told, pa.date32())
            if name != "MC_DOB":
                self._flag_where(pc.less(days, born), "born_after", name)
            self._flag_where(pc.greater(days, died), "after_death", name)
            places = distinct.rows_of(spoken)
            speaking.append((places, days.take(pa.array(places))))
        if speaking:
            rows = np.concatenate([places for places, _ in speaking])
            order = np.argsort(rows, kind="stable")
            days = pa.concat_arrays([some for _, some in speaking]).take(pa.array(order))
            self._source.rows_speak_of(self._file, self.batch.numbers[rows[order]], days)

    def _flag_where(self, wrong: pa.BooleanArray, code: str, name: str) -> None:
        self._flag(np.flatnonzero(pc.fill_null(wrong, False)), code, name)

    # ---- what was seen

    def _observe(self, ids: pa.StringArray) -> None:
        found: list[_Found] = []
        blank: dict[str, Flags] = {}
        for name in self.part.table.columns:
            if carriers.by_field(FORMAT).get(name) and self.part.columns.has(name):
                distinct, told, _ = self._judged(name, _readable(name))
                blank[name] = _flags(distinct, [_is_blank(name, one) for one in told])
                for carrier in carriers.by_field(FORMAT)[name]:
                    found += self._carried(carrier, distinct, told)
        if blank:
            self._write_seen(ids, found, list(self._silent(found, blank)))

    def _carried(self, carrier: Carrier, distinct: Distinct, told: list[str | None]) -> Iterator[_Found]:
        """The rows whose text carries the carrier's item. `told`: of each text what it says, null where it says nothing of its kind."""
        mine = [place for place, text in enumerate(told) if text and carriers.matches(carrier, code_of(text))]
        if not mine:
            return
        places = distinct.rows_of(mine)
        end = self.whole.end
        if end and not carriers.in_year(carrier, end.year):
            for code in dict.fromkeys(code_of(told[place] or "") for place in mine):
                some = distinct.rows_of(place for place in mine if code_of(told[place] or "") == code)
                self._flag(some, "code_other_year", carrier.field, code=code, year=end.year)
        day, until, ongoing = self._when(carrier, places)
        shown = [carriers.shown(carrier, text) if text else None for text in told]
        yield _Found(
            places, carrier, distinct.by_row(shown, pa.string()).take(pa.array(places)), day, until, ongoing
        )

    def _when(self, carrier: Carrier, places: Places) -> tuple[pa.Array, pa.Array, Flags]:
        """When it was in these rows, until when, and whether it had not ended."""
        some, table = pa.array(places), self.part.table
        at_end = carrier.dated_by == "return_end"
        if at_end:
            day = pa.repeat(pa.scalar(self.whole.end, pa.date32()), len(places))
        else:
            day = self._day(carrier.dated_by).take(some)
        self._flag(places[np.asarray(day.is_null())], "date_missing", carrier.dated_by)
        if table.until is None:
            return day, pa.nulls(len(places), pa.date32()), np.zeros(len(places), bool)
        until = self._day(table.until).take(some)
        early = pc.fill_null(pc.less(until, day), False)
        self._flag(places[np.asarray(early)], "ends_before_start", table.until)
        until = pc.if_else(pc.and_(pc.invert(early), day.is_valid()), until, None)
        ongoing = np.zeros(len(places), bool)
        if self.part.columns.has(table.until) and not at_end:
            texts = by_text(self._cells(table.until).take(some), tidy)
            ongoing = np.asarray(pc.and_(texts.is_null(), day.is_valid()))
        return day, until, ongoing

    def _silent(self, found: list[_Found], blank: dict[str, Flags]) -> Iterator[tuple[Places, Carrier]]:
        """Rows that leave a field blank, each with what is therefore not known of it."""
        items = sorted({one.carrier.item for one in found})
        bits = np.zeros(len(self.batch.numbers), np.int64)
        for place, name in enumerate(blank):
            bits[blank[name]] |= 1 << place
        for one in found:
            bits[one.places] |= 1 << (len(blank) + items.index(one.carrier.item))
        kinds, of_row = np.unique(bits, return_inverse=True)
        for number, kind in enumerate(kinds.tolist()):
            fields = tuple(name for place, name in enumerate(blank) if kind >> place & 1)
            known = frozenset(item for place, item in enumerate(items) if kind >> (len(blank) + place) & 1)
            for carrier in _silent_of(fields, known):
                yield np.flatnonzero(of_row == number), carrier

    def _write_seen(
        self, ids: pa.StringArray, found: list[_Found], silent: list[tuple[Places, Carrier]]
    ) -> None:
        """Observations, row by row."""
        every = [(one.places, one.carrier) for one in found] + silent
        if not every:
            return
        quiet = sum(len(places) for places, _ in silent)
        no_days = pa.nulls(quiet, pa.date32())
        fields = [_same(carrier.field, len(places)) for places, carrier in silent]
        told: dict[str, pa.Array] = {
            "item": pa.concat_arrays([_same(carrier.item, len(places)) for places, carrier in every]),
            "strength": pa.concat_arrays([_same(carrier.strength, len(places)) for places, carrier in every]),
            "counts": pa.concat_arrays([_same(carrier.counts, len(places)) for places, carrier in every]),
            "field": pa.concat_arrays([*(one.shown for one in found), *fields]),
            "seen_on": pa.concat_arrays([*(one.day for one in found), no_days]),
            "until": pa.concat_arrays([*(one.until for one in found), no_days]),
            "ongoing": pa.array(np.concatenate([*(one.ongoing for one in found), np.zeros(quiet, bool)])),
            "own_day": pa.concat_arrays(
                [
                    *(_same(carriers.own_day(one.carrier), len(one.places)) for one in found),
                    _same(True, quiet),
                ]
            ),
        }
        rows = np.concatenate([places for places, _ in every])
        order = np.argsort(rows, kind="stable")
        some = pa.array(order)
        seen = {name: column.take(some) for name, column in told.items()}
        seen["state"] = pc.if_else(seen["seen_on"].is_valid(), "seen", "not_known")
        rows = rows[order]
        self._source.observe_rows(self._file, self.batch.numbers[rows], ids.take(pa.array(rows)), seen)


_NO_DAY = -(1 << 31)


def _birth(day_first: bool) -> Check:
    return lambda checks, text: (
        checks.birth(NOWHERE, "DOB", text, day_first=day_first),
        checks.birth_parts(text, day_first=day_first),
    )


def _event(name: str, day_first: bool, later: bool) -> Check:
    return lambda checks, text: checks.event(NOWHERE, name, text, day_first=day_first, may_be_later=later)


def _readable(name: str) -> Check:
    """What a field says; nothing where it is empty, and false where it holds nothing of its kind, which is said."""
    codes = spec().codes.get(name)
    number = any(carrier.at_least is not None for carrier in carriers.by_field(FORMAT)[name])

    def check(checks: Checks, cell: str) -> str | bool | None:
        if (text := tidy(cell)) is None:
            return None
        if codes is not None and code_of(text) not in codes:
            shown = code_of(text) if len(text) <= 4 and text.isascii() and text.isalnum() else "This value"
            checks.source.flag(NOWHERE, "code_unknown", name, code=shown)
            return False
        if number and read_number(text) is None:
            checks.source.flag(NOWHERE, "number_unreadable", name)
            return False
        return text

    return check


def _is_blank(name: str, told: str | bool | None) -> bool:
    """Whether nobody knows what a field that tells nothing would say."""
    if told is None:
        return name not in spec().blank_is_no
    return told is False and (name in spec().codes or name == "SDQ_SCORE")


@lru_cache(maxsize=4_096)
def _silent_of(fields: tuple[str, ...], known: frozenset[str]) -> tuple[Carrier, ...]:
    return tuple(carriers.silent(fields, FORMAT, known=known))


def _flags(distinct: Distinct, told: list[bool]) -> Flags:
    return np.array(told, bool)[distinct.of_row]


def _same(value: object, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), count)


def _taken(places: Places, ids: pa.StringArray, details: _Details) -> tuple[pa.StringArray, _Details]:
    some = pa.array(places)
    return ids.take(some), {
        name: told.take(some) if isinstance(told, pa.Array) else told for name, told in details.items()
    }
