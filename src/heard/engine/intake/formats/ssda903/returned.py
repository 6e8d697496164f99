"""What a whole return tells before its rows are read: when it ends, and of each child the latest home and the day of death."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.intake import carriers
from heard.engine.intake.checks import Checks
from heard.engine.intake.columns import Columns
from heard.engine.intake.delimited import TextSheet
from heard.engine.intake.distinct import Distinct, by_text
from heard.engine.intake.formats.ssda903.tables import FORMAT, Table, spec
from heard.engine.intake.known import Numbers, keys_of
from heard.engine.intake.ledger import Source
from heard.engine.intake.period import span_of, year_to
from heard.engine.intake.sheets import Batch
from heard.engine.intake.values import (
    code_of,
    mended_postcode,
    plain_ids,
    plain_postcodes,
    read_date,
    read_id,
    read_postcode,
)
from heard.engine.tables import spelt


@dataclass
class Part:
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

    def ids(self, batch: Batch) -> pa.StringArray:
        """Each row's child, null where it names none."""
        return by_text(self.columns.column(batch, "CHILD"), read_id, plain_ids)

    def days(self, batch: Batch, name: str) -> pa.Array:
        """The day that each row has in a column, null where it has none."""
        distinct = Distinct.of(self.columns.column(batch, name))
        first = self.columns.day_first.get(name, True)
        return distinct.by_row(
            [read_date(text, first).value for text in distinct.texts.to_pylist()], pa.date32()
        )


class ByChild:
    """One thing of each of some children. `keys`: of each its id, as `keys_of` tells it; where one is there twice its last counts."""

    def __init__(self, kind: pa.DataType, keys: Numbers | None = None, told: pa.Array | None = None) -> None:
        keys = np.empty(0, np.uint64) if keys is None else keys
        self._keys, first = np.unique(keys[::-1], return_index=True)
        told = pa.array([], kind) if told is None else told
        self._told = told.take(pa.array(len(keys) - 1 - first))

    def of(self, keys: Numbers) -> pa.Array:
        """What is known of these children, null where nothing is."""
        if not len(self._keys):
            return pa.nulls(len(keys), self._told.type)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return self._told.take(pa.array(places, mask=self._keys[places] != keys))


@dataclass
class Return:
    """One return. `of_all`: the items that a child without a row of a table has not, as bits."""

    source: Source
    checks: Checks
    end: date | None = None
    days: dict[bool, Counter[date]] = field(default_factory=lambda: {True: Counter(), False: Counter()})
    died: ByChild = field(default_factory=lambda: ByChild(pa.date32()))
    homes: ByChild = field(default_factory=lambda: ByChild(pa.string()))
    of_all: int = 0


def survey(parts: Iterable[Part], whole: Return) -> None:
    """Reads every part once, and learns what the return as a whole tells."""
    living, deaths = _Living(), _Deaths()
    for part in parts:
        episodes = part.table.name == "episodes"
        wanted = ("CHILD", "HOME_POST", "REC", "DECOM", "DEC") if episodes else ()
        for batch in part.columns.batches((*part.table.dates, *wanted)):
            for name in part.table.dates:
                _count(part, batch, name, whole)
            if episodes:
                ids = part.ids(batch)
                living.look(part, batch, ids)
                deaths.look(part, batch, ids)
    whole.homes, whole.died = living.told(), deaths.told()


def _count(part: Part, batch: Batch, name: str, whole: Return) -> None:
    counted = whole.days[name in spec().year_from]
    first = part.columns.day_first.get(name, True)
    for text, count in Distinct.of(part.columns.column(batch, name)).counted():
        if (day := read_date(text, first).value) and day <= whole.checks.today:
            counted[day] += count


def home_of(text: str) -> str | None:
    return read_postcode(text) or mended_postcode(text)


@dataclass
class _Living:
    """Homes that episodes name: the latest of each child, and of several of a day the last in the alphabet."""

    keys: list[Numbers] = field(default_factory=list)
    since: list[pa.Array] = field(default_factory=list)
    homes: list[pa.StringArray] = field(default_factory=list)

    def look(self, part: Part, batch: Batch, ids: pa.StringArray) -> None:
        homes = by_text(part.columns.column(batch, "HOME_POST"), home_of, plain_postcodes)
        some = pc.and_(ids.is_valid(), homes.is_valid())
        since = pc.fill_null(part.days(batch, "DECOM"), date.min)
        self.keys.append(keys_of(ids.filter(some).to_pylist()))
        self.since.append(since.filter(some))
        self.homes.append(homes.filter(some))

    def told(self) -> ByChild:
        if not self.keys:
            return ByChild(pa.string())
        homes, since = pa.concat_arrays(self.homes), np.asarray(pa.concat_arrays(self.since))
        distinct = Distinct.of(homes)
        rank = np.argsort(np.argsort(np.array(distinct.texts.to_pylist(), object)))
        order = np.lexsort((rank[distinct.of_row], since))
        return ByChild(pa.string(), np.concatenate(self.keys)[order], homes.take(pa.array(order)))


@dataclass
class _Deaths:
    """Days on which episodes ended because the child died."""

    keys: list[Numbers] = field(default_factory=list)
    days: list[pa.Array] = field(default_factory=list)

    def look(self, part: Part, batch: Batch, ids: pa.StringArray) -> None:
        distinct = Distinct.of(part.columns.column(batch, "REC"))
        died = [
            place for place, text in enumerate(distinct.texts.to_pylist()) if code_of(text) == spec().died
        ]
        rows = pa.array(distinct.rows_of(died))
        ids, days = ids.take(rows), part.days(batch, "DEC").take(rows)
        some = pc.and_(ids.is_valid(), days.is_valid())
        self.keys.append(keys_of(ids.filter(some).to_pylist()))
        self.days.append(days.filter(some))

    def told(self) -> ByChild:
        if not self.keys:
            return ByChild(pa.date32())
        return ByChild(pa.date32(), np.concatenate(self.keys), pa.concat_arrays(self.days))


def settle_end(parts: list[Part], whole: Return) -> None:
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
            if said := of_another_year(part, parts, whole.end):
                rows = sum(batch.read for batch in part.columns.batches(()))
                whole.source.set_aside_file(file, "of_another_year", rows=rows, day=day, said=said)
                parts.remove(part)
                continue
            whole.source.note(file, "dated_by_return", part.table.name, day=day)
            note_gone(part, parts, whole.end, whole.source)
            shown = file if isinstance(part.columns.sheet, TextSheet) else f"{file}, {part.table.name}"
            whole.source.notes.append(f"{shown} has no dates: its rows are dated {day}.")


_YEARS = re.compile(r"(?<!\d)(20\d\d)(?:[-_ ]?(\d\d))?(?!\d)")
_SLIPS = 20  # one child in so many may stand in OC2 by a slip of the return


def of_another_year(part: Part, parts: list[Part], end: date) -> int:
    """The year that the name of a file without dates says, where it is another than that of the return beside which it lies,
    and no file with dates says the same; else 0."""
    named = _years_of(part) if isinstance(part.columns.sheet, TextSheet) else frozenset[int]()
    beside = {year for part in parts if part.table.dates for year in _years_of(part)}
    return max(named) if named and end.year not in named and not named & beside else 0


def _years_of(part: Part) -> frozenset[int]:
    """The years that the name of a file says, each by its end: 2023 and 2022-23 are 2023. A day is none."""
    found = set()
    for year, second in _YEARS.findall(Path(part.columns.file).stem):
        if not second:
            found.add(int(year))
        elif (int(year) + 1) % 100 == int(second):
            found.add(int(year) + 1)
    return frozenset(found)


def note_gone(part: Part, parts: list[Part], end: date, source: Source) -> None:
    """Says how many children of OC2 were not looked after on the last day of the year, since they are 18 or their episodes
    ended before it, where there are more than slips. OC2 is of those looked after for twelve months on that day (guide to the
    SSDA903 collection), but some send all children: so it is said, and no row is left out for it."""
    if part.table.name != "oc2":
        return
    episodes = [part for part in parts if part.table.name == "episodes"]
    stayed = _keys_where(episodes, "DEC", lambda day: pc.less(day, end), other=True)
    left_care = np.setdiff1d(_keys_where(episodes, "DEC", None), stayed)
    mine, born = _keys_where([part], "DOB", None), end.replace(year=end.year - 18)
    adults = _keys_where([part], "DOB", lambda day: pc.less_equal(day, born))
    gone = int((np.isin(mine, left_care) | np.isin(mine, adults)).sum())
    if gone > max(1, len(mine) // _SLIPS):
        source.note(
            part.columns.file, "children_gone", gone=f"{gone:,}", count=f"{len(mine):,}", day=spelt(end)
        )


def _keys_where(
    parts: Iterable[Part],
    name: str,
    said: Callable[[pa.Array], pa.BooleanArray] | None,
    *,
    other: bool = False,
) -> Numbers:
    """The children with a row of whose day in a column that is said, or (`other`) is not; of any day where nothing is."""
    found = [np.empty(0, np.uint64)]
    for part in parts:
        for batch in part.columns.batches(("CHILD", name)):
            ids = part.ids(batch)
            some = ids.is_valid()
            if said:
                here = pc.fill_null(said(part.days(batch, name)), False)
                some = pc.and_(some, pc.invert(here) if other else here)
            found.append(keys_of(ids.filter(some).to_pylist()))
    return np.unique(np.concatenate(found))
