"""The table of overlaps: how many children are on exactly which lists. From a CSV file, or from a run's folder."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import backend, tables
from heard.engine.estimate.models import MOST_LISTS
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from heard.engine.estimate.models import Array

_COUNT_NAMES = ("count", "counts", "n", "number", "freq", "frequency")
_GROWN = "People who were of age before the run's window were left out: {count:,}."
_EVERYBODY = (
    "Everybody whom an agency of the run holds was counted, whatever is known of them. With --signs it is children of whom an "
    "agency saw a sign that counts."
)
_LARGEST = 10**9  # more children than any area has; whole numbers stay exact far beyond


@dataclass(frozen=True)
class Overlaps:
    """`counts`: over sets of lists (`models`), nobody in the empty one. Sentences on what was not used, and on what it is."""

    lists: tuple[str, ...]
    counts: Array
    set_aside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def observed(self) -> int:
        return int(self.counts.sum())

    def without(self, name: str) -> Overlaps:
        """As if this list did not exist: who is on it alone is not known then."""
        place = self.lists.index(name)
        halves = self.counts.reshape(-1, 2, 1 << place)
        counts = (halves[:, 0] + halves[:, 1]).reshape(-1)
        counts[0] = 0
        rest = tuple(other for other in self.lists if other != name)
        return replace(self, lists=rest, counts=counts)

    def on(self, some: int) -> float:
        """How many are on all of these lists, whatever else they are on."""
        return float(self.counts[np.arange(len(self.counts)) & some == some].sum())


def from_csv(path: Path) -> Overlaps:
    """Reads `tables.OVERLAPS` from a CSV file. Raises `NotDone` with a sentence on the first thing that is wrong."""
    rows = _rows(path)
    if not rows:
        raise NotDone(f"{path.name} is empty. It needs a header: one column for each list, and a count.")
    lists, place = _header(path, [cell.strip() for cell in rows[0]])
    counts = np.zeros(1 << len(lists))
    first: dict[int, int] = {}
    for number, row in enumerate(rows[1:], start=1):
        some, count = _row(path, number, row, place, len(lists))
        if some in first:
            raise NotDone(
                f"{path.name}: rows {first[some]} and {number} are the same lists. If they are different children, write them "
                "as one row with the sum; if not, leave one out."
            )
        first[some] = number
        counts[some] = count
    if rows[0][place].strip().lower() not in _COUNT_NAMES and counts.max() <= 1:
        raise NotDone(f"{path.name}: no column counts children. Call the column that does 'count'.")
    counts[0] = 0
    return _usable(path.name, Overlaps(lists, counts))


def from_run(folder: Path, *, signs: bool = False, window: tuple[date, date] | None = None) -> Overlaps:
    """Each agency of a run is a list: a child is on it with any record that was linked to the child.

    `signs`: only records in which a sign was seen that counts. `window`: the first and last day of the run's window. Signs count
    that were seen in it; who was of age before it is no child, and is left out. Raises `NotDone`, `backend.WrongTable`.
    """
    records = backend.read(folder, tables.IDENTITIES)
    notes: tuple[str, ...] = () if signs else (_EVERYBODY,)
    if window:
        grown = _of_age(folder, records, window[0])
        records = records.filter(pc.invert(pc.is_in(records["person"], value_set=grown)))
        notes += (_GROWN.format(count=len(grown)),) if len(grown) else ()
    if signs:
        records = records.join(_signs(folder, window), keys=["source", "record_id"], join_type="left semi")
    sources = backend.read(folder, tables.SOURCES, ["source", "agency"])
    records = records.join(sources, keys="source", join_type="inner")
    lists = tuple(sorted(pc.unique(sources["agency"]).to_pylist()))
    _why_not_so_many(folder.name, lists)
    bits = pc.shift_left(pa.scalar(1), pc.index_in(records["agency"], pa.array(lists)).cast(pa.int64()))
    held = pa.table({"person": records["person"], "bit": bits}).group_by(["person", "bit"]).aggregate([])
    some = held.group_by("person").aggregate([("bit", "sum")])["bit_sum"].to_numpy()
    counts = np.bincount(some, minlength=1 << len(lists)).astype(float)
    return _usable(folder.name, Overlaps(lists, counts, notes=notes))


def _signs(folder: Path, window: tuple[date, date] | None) -> pa.Table:
    """The records in which a sign was seen that counts, on some day of the window."""
    columns = ["source", "record_id", "state", "counts", "item", "seen_on", "until", "ongoing"]
    seen = backend.read(folder, tables.OBSERVATIONS, columns)
    seen = seen.filter(pc.and_(pc.equal(seen["state"], "seen"), seen["counts"]))
    seen = seen.filter(pc.starts_with(seen["item"], "S"))
    if window:
        sources = backend.read(folder, tables.SOURCES, ["source", "last_date"])
        seen = seen.join(sources, keys="source", join_type="inner")
        going_on = pc.if_else(pc.fill_null(seen["ongoing"], False), seen["last_date"], seen["seen_on"])
        ended = pc.max_element_wise(pc.coalesce(seen["until"], going_on), seen["seen_on"])
        first, last = (pa.scalar(day, pa.date32()) for day in window)
        seen = seen.filter(pc.and_(pc.less_equal(seen["seen_on"], last), pc.greater_equal(ended, first)))
    return seen.select(["source", "record_id"])


def _of_age(folder: Path, records: pa.Table, first: date) -> pa.Array:
    """Who was of age on the first day of the window, by the latest birth date on record."""
    born = backend.read(folder, tables.RECORDS, ["source", "record_id", "birth_date"])
    latest = (
        records.join(born, keys=["source", "record_id"]).group_by("person").aggregate([("birth_date", "max")])
    )
    before = date(first.year - 18, first.month, min(first.day, 28) if first.month == 2 else first.day)
    grown = latest.filter(pc.less(latest["birth_date_max"], pa.scalar(before, pa.date32())))
    return grown["person"].combine_chunks()


def _rows(path: Path) -> list[list[str]]:
    try:
        text = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
        return [row for row in csv.reader(text) if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error):
        raise NotDone(f"{path.name} cannot be read as CSV. Save it as CSV in UTF-8.") from None
    except OSError as problem:
        missing = isinstance(problem, FileNotFoundError)
        what = "is not there. Check the path." if missing else f"cannot be read: {problem.strerror}."
        raise NotDone(f"{path} {what}") from None


def _header(path: Path, names: list[str]) -> tuple[tuple[str, ...], int]:
    """The lists, and the place of the count: the column that is called so, else the last."""
    place = next((i for i, name in enumerate(names) if name.lower() in _COUNT_NAMES), len(names) - 1)
    if len(names) < 2 or all(name.isdecimal() for name in names):
        raise NotDone(f"{path.name} has no header that could be used: one column for each list, and a count.")
    if len(set(names)) < len(names) or "" in names:
        raise NotDone(f"{path.name}: every column needs a name of its own in the first row.")
    lists = tuple(name for i, name in enumerate(names) if i != place)
    _why_not_so_many(path.name, lists)
    return lists, place


def _why_not_so_many(what: str, lists: tuple[str, ...]) -> None:
    if len(lists) < 2:
        raise NotDone(f"{what} has one list. Overlaps need two lists at least, better three or more.")
    if len(lists) > MOST_LISTS:
        raise NotDone(
            f"{what} has {len(lists)} lists; {MOST_LISTS} at most. Put small ones together that are alike."
        )


def _row(path: Path, number: int, row: list[str], place: int, lists: int) -> tuple[int, int]:
    """The set of lists and the count."""
    where = f"{path.name}, row {number}"
    if len(row) != lists + 1:
        raise NotDone(f"{where} has {len(row)} columns where the header has {lists + 1}.")
    marks = [cell.strip() for i, cell in enumerate(row) if i != place]
    if not set(marks) <= {"0", "1"}:
        raise NotDone(f"{where}: a list's column holds something other than 0 or 1.")
    count = _count(where, row[place].strip())
    some = sum(1 << i for i, mark in enumerate(marks) if mark == "1")
    if not some and count:
        raise NotDone(
            f"{where} counts children on no list. They are what is estimated; leave the row out, or count them in a list."
        )
    return some, count


def _count(where: str, said: str) -> int:
    if not re.fullmatch(r"-?[0-9]+(\.0+)?", said):
        raise NotDone(f"{where}: the count is no whole number. Write 0 where nobody is on these lists.")
    value = float(said)
    if value < 0:
        raise NotDone(f"{where}: the count is negative.")
    if value > _LARGEST:
        raise NotDone(f"{where}: the count is above {_LARGEST:,}.")
    return int(value)


def _usable(what: str, overlaps: Overlaps) -> Overlaps:
    """Without the lists that can say nothing (Chan and others 2021). Raises `NotDone` where nothing could be said at all."""
    if not overlaps.observed:
        raise NotDone(f"{what} holds no child.")
    for name, why in list(_say_nothing(overlaps)):
        rest = overlaps.without(name)
        overlaps = replace(rest, set_aside=(*overlaps.set_aside, why))
    if len(overlaps.lists) < 2:
        raise NotDone(
            f"{what} has fewer than two lists that can say anything. {' '.join(overlaps.set_aside)}"
        )
    sizes = np.array([s.bit_count() for s in range(len(overlaps.counts))])
    if not overlaps.counts[sizes > 1].any():
        raise NotDone(f"{what}: no child is on two lists, so nothing tells how many are on none.")
    complete = [name for i, name in enumerate(overlaps.lists) if overlaps.on(1 << i) == overlaps.observed]
    if complete:
        raise NotDone(
            f"{what}: everybody is on {complete[0]}, so no other list tells of a child that it misses. Leave it out if you know "
            "that it misses some."
        )
    return overlaps


def _say_nothing(overlaps: Overlaps) -> Iterator[tuple[str, str]]:
    held = np.flatnonzero(overlaps.counts)
    alike: dict[tuple[bool, ...], str] = {}
    for i, name in enumerate(overlaps.lists):
        on = tuple((held >> i & 1).astype(bool).tolist())
        if not any(on):
            yield name, f"Nobody is on {name}, so it was left out."
        elif on in alike:
            yield name, f"{name} holds the same children as {alike[on]}, so it was left out."
        alike.setdefault(on, name)
