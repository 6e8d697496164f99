"""Writes intake's six tables in a stream, and keeps the count: rows read = rows kept + rows set aside.

Hides Parquet and batching. A reader opens a `Source` for each source, and says of every row what became of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from heard.engine import tables
from heard.engine.intake.faults import FAULTS
from heard.engine.intake.known import Known, Numbers, hashes, keys_of
from heard.engine.intake.period import Span, joined, span_of, together, unbroken, whole_months
from heard.engine.intake.sheets import Whole
from heard.engine.tables import ROW_KEY

_BATCH = 20_000


class Place(NamedTuple):
    """Where in the input: file name, and row (1 is the first below the header, 0 the file itself)."""

    file: str
    row: int


class Details(NamedTuple):
    """How one source knows a child; the columns of `tables.RECORDS` from given_name on."""

    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    birth_parts: str | None = None
    sex: str | None = None
    postcode: str | None = None
    address: str | None = None
    nhs_number: str | None = None
    nhs_number_valid: bool | None = None
    upn: str | None = None
    upn_valid: bool | None = None
    local_id: str | None = None
    ethnicity: str | None = None
    authority: str | None = None
    died_on: date | None = None
    worker: str | None = None


_TOGETHER = (
    ("given_name", "family_name"),
    ("birth_date",),
    ("birth_parts",),
    ("sex",),
    ("postcode", "address"),
    ("nhs_number", "nhs_number_valid"),
    ("upn", "upn_valid"),
    ("local_id",),
    ("ethnicity",),
    ("authority",),
    ("died_on",),
)
"""Columns of `Details` that are taken from one row where a row has them all."""


def merged(rows: Iterable[Details]) -> Details:
    """What several rows of one child say together: the gaps of each filled from the others, in whatever order they came.

    Where they differ, what is more complete goes first (a number whose check holds before one whose check fails), then
    what comes first in the alphabet. Of workers all are kept: which of them is the latest no row says.
    """
    rows, found = list(rows), {}
    for columns in _TOGETHER:
        values = sorted({tuple(getattr(row, name) for name in columns) for row in rows}, key=_completest)
        for place, name in enumerate(columns):
            found[name] = next((value[place] for value in values if value[place] is not None), None)
    workers = sorted({row.worker for row in rows if row.worker})
    return Details(**found, worker="; ".join(workers) or None)


def _completest(values: tuple[object, ...]) -> tuple[int, str]:
    return -sum(value is not None and value is not False for value in values), repr(values)


class Seen(NamedTuple):
    """One item that a row carries; with no date it is not known rather than seen. `ongoing`: it has a place for its end, which
    is empty; `own_day`: the date is that of the thing itself. As `tables.OBSERVATIONS`."""

    item: str
    field: str
    strength: str
    counts: bool
    seen_on: date | None = None
    until: date | None = None
    ongoing: bool = False
    own_day: bool = True


@dataclass
class FileCount:
    """How many rows of one file were read, kept and set aside."""

    file: str
    read: int = 0
    kept: int = 0
    set_aside: int = 0


_OWN = ("record_id", "row", "given_name", "address", "nhs_number", "upn", "local_id")
"""Columns that hold another value in almost every row."""


class _Table:
    """One Parquet file, written batch by batch."""

    def __init__(self, table: tables.Table, folder: Path, name: str = "") -> None:
        self._schema = table.schema
        self._rows: list[tuple[object, ...]] = []
        self.path = folder / f"{name or table.name}.parquet"
        self._writer = self._open()

    def _open(self) -> pq.ParquetWriter:
        plain = [name for name in self._schema.names if name not in _OWN]
        return pq.ParquetWriter(self.path, self._schema, use_dictionary=plain)

    def add(self, row: tuple[object, ...]) -> None:
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self.flush()

    def add_all(self, count: int, told: Mapping[str, pa.Array | object]) -> None:
        """Many rows at once: of each column its values, or the one value of them all; null where there is none."""
        self.flush()
        if count:
            arrays = [_column(told.get(column.name), column.type, count) for column in self._schema]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(c, f.type) for c, f in zip(columns, self._schema, strict=True)]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._rows.clear()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """What was written; nothing can be added after."""
        self.close()
        with pq.ParquetFile(self.path) as read:
            yield from read.iter_batches(_BATCH)

    def rewrite(self, change: Callable[[pa.RecordBatch], Iterable[pa.RecordBatch]]) -> None:
        """Writes what was written anew, each batch as it is changed; more can be added after."""
        self.close()
        before = self.path.replace(self.path.with_suffix(".before"))
        self._writer = self._open()
        with pq.ParquetFile(before) as read:
            for batch in read.iter_batches(_BATCH):
                for changed in change(batch):
                    self._writer.write_batch(changed)
        before.unlink()

    def close(self) -> None:
        self.flush()
        if self._writer.is_open:
            self._writer.close()


def _column(told: pa.Array | object, kind: pa.DataType, count: int) -> pa.Array:
    return told if isinstance(told, pa.Array) else pa.repeat(pa.scalar(told, kind), count)


class Ledger:
    """The six tables of one run; a context manager, so that they are whole when the block ends.

    `today`: no source speaks of a later day.
    """

    def __init__(self, out: Path, today: date = date.max) -> None:
        self.today, self.out = today, out
        out.mkdir(parents=True, exist_ok=True)
        self.records = _Table(tables.RECORDS, out)
        self.assessments = _Table(tables.ASSESSMENTS, out)
        self.observations = _Table(tables.OBSERVATIONS, out)
        self.issues = _Table(tables.ISSUES, out)
        self.later = _Table(tables.RECORDS, out, "later")
        self._coverage = _Table(tables.COVERAGE, out)
        self._sources = _Table(tables.SOURCES, out)
        self.sources: list[Source] = []

    def open_source(self, name: str, *, agency: str, kind: str) -> Source:
        """A new source; a name that is taken gets a number behind it."""
        taken = {source.name for source in self.sources}
        unique = next(
            n for i in range(1, len(taken) + 2) if (n := name if i == 1 else f"{name}-{i}") not in taken
        )
        self.sources.append(Source(self, unique, agency, kind))
        return self.sources[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for source in self.sources:
            source.settle()
        self._set_apart()
        self._say_what_rows_lack()
        self._fill_gaps()
        for source in self.sources:
            counts = (source.read, source.kept, source.set_aside_count, source.issues)
            self._sources.add(
                (
                    source.name,
                    source.agency,
                    source.kind,
                    *counts,
                    source.first_date,
                    source.last_date,
                    source.keyed_by_child,
                )
            )
            for row in source.covered():
                self._coverage.add((source.name, source.agency, *row))
        for table in (
            self.records,
            self.assessments,
            self.observations,
            self.issues,
            self._coverage,
            self._sources,
        ):
            table.close()

    def _set_apart(self) -> None:
        """Rows that were read before their id was met with two given names and two birth dates are told as `Source.own_key` would
        have told them after."""
        shared = {(source.name, text): source for source in self.sources for text in source.shared}
        keys: dict[tuple[Any, ...], str] = {}
        if shared:
            firsts: list[dict[str, Any]] = []
            self.records.rewrite(lambda batch: _without(batch, shared, firsts))
            for row in firsts:
                keys[row["source"], row["record_id"]] = _apart(row, shared)
            for batch in self.later.batches():
                for row in batch.filter(_of_these(batch, shared)).to_pylist():
                    if (row["source"], row["record_id"]) in shared:
                        at = (row["source"], row["record_id"], row["file"], row["row"])
                        keys[at] = _apart(row, shared)
            self.observations.rewrite(lambda batch: [_told_of(batch, shared, keys)])
        self.later.close()
        self.later.path.unlink()

    def _say_what_rows_lack(self) -> None:
        """Of each record the items that its source collects, but in no row of the child's: they are not known of it."""
        lacking = {source.name: source for source in self.sources if source.tells_by_row}
        if not lacking:
            return
        for batch in self.records.batches():
            for name, source in lacking.items():
                mine = batch.filter(pc.equal(batch["source"], name))
                for record_id, file, row in source.lacking(*map(mine.column, ("record_id", "file", "row"))):
                    source.say_what_is_lacking(Place(file, row), record_id)

    def _fill_gaps(self) -> None:
        """Writes the records anew where later rows of a child said more than the first."""
        more = {
            (source.name, record_id): rows
            for source in self.sources
            for record_id, rows in source.more.items()
        }
        if more:
            self.records.rewrite(lambda batch: _with_more(batch, more))


def _of_these(batch: pa.RecordBatch, ids: Collection[tuple[str, str]]) -> pa.BooleanArray:
    """Which rows have one of these record ids, be it of another source."""
    return pc.is_in(batch["record_id"], value_set=pa.array(sorted({text for _, text in ids}), pa.string()))


def _without(
    batch: pa.RecordBatch, shared: Mapping[tuple[str, str], Source], out: list[dict[str, Any]]
) -> Iterator[pa.RecordBatch]:
    """A batch of records without those of these ids, which go to `out`."""
    some = _of_these(batch, shared)
    yield batch.filter(pc.invert(some))
    rows = batch.filter(some).to_pylist()
    out += [row for row in rows if (row["source"], row["record_id"]) in shared]
    left = [row for row in rows if (row["source"], row["record_id"]) not in shared]
    yield pa.RecordBatch.from_pylist(left, schema=batch.schema)


def _apart(row: dict[str, Any], shared: Mapping[tuple[str, str], Source]) -> str:
    """Writes a row of records or later rows as a child of its own, and answers by which key."""
    source, at = shared[row["source"], row["record_id"]], Place(row["file"], row["row"])
    details = Details(**{name: row[name] for name in Details._fields})
    key = own_key(row["record_id"], details)
    if source.record(at, key, numberless(details)) is None:
        source.flag(at, "id_of_another", source.id_column)
    if source.tells_by_row:
        source.tells(key, source.can_carry[at.file])
    return key


def _told_of(
    batch: pa.RecordBatch, shared: Mapping[tuple[str, str], Source], keys: Mapping[tuple[Any, ...], str]
) -> pa.RecordBatch:
    """A batch of observations, those of these ids by the keys of the children that were set apart: `keys` of the row, else of the
    first of its id."""
    if not pc.any(_of_these(batch, shared)).as_py():
        return batch
    ids = batch["record_id"].to_pylist()
    rows = zip(*(batch[name].to_pylist() for name in ("source", "record_id", "file", "row")), strict=True)
    for place, row in enumerate(rows):
        if row[:2] in shared:
            ids[place] = keys.get(row) or keys[row[:2]]
    return batch.set_column(
        batch.schema.get_field_index("record_id"), batch.schema.field("record_id"), pa.array(ids, pa.string())
    )


def _with_more(
    batch: pa.RecordBatch, more: Mapping[tuple[str, str], set[Details]]
) -> Iterator[pa.RecordBatch]:
    again = _of_these(batch, more)
    yield batch.filter(pc.invert(again))
    rows = [_filled(row, more) for row in batch.filter(again).to_pylist()]
    yield pa.RecordBatch.from_pylist(rows, schema=batch.schema)


def _filled(row: dict[str, Any], more: Mapping[tuple[str, str], set[Details]]) -> dict[str, Any]:
    later = more.get((row["source"], row["record_id"]), set())
    first = Details(**{name: row[name] for name in Details._fields})
    return row | merged([first, *later])._asdict()


@dataclass
class Source:
    """One source while it is read. Each row: `begin`, then exactly one of `keep` and `set_aside`."""

    ledger: Ledger
    name: str
    agency: str
    kind: str
    issues: int = 0
    first_date: date | None = None
    last_date: date | None = None
    keyed_by_child: bool = True
    files: dict[str, FileCount] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    coverage: list[tuple[str, str, str]] = field(default_factory=list)
    said: Span | None = None
    tells_by_row: bool = False
    _days: defaultdict[str, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    _first_at: dict[tuple[str, date], Place] = field(default_factory=dict)
    _spans: dict[str, list[Span]] = field(default_factory=dict)
    _in_files: Mapping[str, Collection[str]] = field(default_factory=dict)
    _told: Known = field(default_factory=Known)
    more: defaultdict[str, set[Details]] = field(default_factory=lambda: defaultdict(set))
    shared: set[str] = field(default_factory=set)
    id_column: str = ""
    can_carry: dict[str, int] = field(default_factory=dict)
    _known: Known = field(default_factory=lambda: Known(2))
    _alike: Counter[str] = field(default_factory=Counter)
    _held: list[tuple[Any, ...]] | None = None

    @property
    def read(self) -> int:
        return sum(count.read for count in self.files.values())

    @property
    def kept(self) -> int:
        return sum(count.kept for count in self.files.values())

    @property
    def set_aside_count(self) -> int:
        return sum(count.set_aside for count in self.files.values())

    def begin_file(self, file: str) -> FileCount:
        return self.files.setdefault(file, FileCount(file))

    def begin(self, at: Place) -> None:
        self.files[at.file].read += 1

    def keep(self, at: Place) -> None:
        self.files[at.file].kept += 1

    def set_aside(self, at: Place, code: str, column: str = "", /, **filling: object) -> None:
        """The row cannot be used at all; it is counted, and the issue says what to do."""
        self.files[at.file].set_aside += 1
        self._issue(at.file, [at.row], code, "set_aside", column, filling)

    def set_aside_file(self, file: str, code: str, /, *, rows: int = 0, **filling: object) -> None:
        """Nothing of the file can be used, or a part of it could not be read: one issue, for `rows` rows if they are known."""
        count = self.begin_file(file)
        count.read += rows
        count.set_aside += rows
        self._issue(file, [0], code, "set_aside", "", {"rows": f"{rows:,}", **filling})

    def flag(self, at: Place, code: str, column: str = "", /, **filling: object) -> None:
        """Something is wrong, and the row is used all the same."""
        self._issue(at.file, [at.row], code, "flag", column, filling)

    def note(self, file: str, code: str, column: str = "", /, **filling: object) -> None:
        """Something about the file as a whole."""
        self._issue(file, [0], code, "file", column, filling)

    def _issue(
        self,
        file: str,
        rows: Collection[int],
        code: str,
        severity: str,
        column: str,
        filling: dict[str, object],
    ) -> None:
        self.issues += len(rows)
        fault = FAULTS[code]
        what, remedy = fault.what.format(**filling), fault.remedy.format(**{"field": column, **filling})
        for row in rows:
            told = (self.name, file, row, column, code, severity, what, remedy)
            if self._held is None:
                self.ledger.issues.add(told)
            else:
                self._held.append(told)

    def record(self, at: Place, record_id: str, details: Details) -> str | None:
        """Writes the child the first time, and keeps what later rows say besides. Later rows: 'id_repeated'; 'id_shared'
        where given name or birth date is another than before; 'id_of_another' where the id was met by now with two given names
        and two birth dates. Such an id is nobody's, and nothing is kept: the row is to be told by its `own_key`; at the end
        the rows before it are."""
        same, whole = _fingerprint(details), hash(details) % (1 << 64)
        if self._known.put(record_id, same, whole) is None:
            self.ledger.records.add((self.name, record_id, self.agency, at.file, at.row, *details))
            return None
        if whole == self._known.get(record_id, 1):
            return "id_repeated"
        return self._again(record_id, same, details)

    def _again(self, record_id: str, same: int, details: Details) -> str:
        """A later row of a child that is known, which tells of it another thing than the first."""
        before = self._known.get(record_id) or 0
        both = _both(before, same)
        if both != before:
            self._known.set(record_id, both)
        if both >= _SHARED:
            self.shared.add(record_id)
            self.more.pop(record_id, None)
            return "id_of_another"
        self.more[record_id].add(details)
        other = [a != b for a, b in zip(_halves(before), _halves(same), strict=True) if a and b]
        return "id_shared" if any(other) else "id_repeated"

    def row_key(self, content: Iterable[object]) -> str:
        """A record's key made of all that its row tells: the same in every run, wherever the row stands. Rows that tell
        the same to the letter are numbered."""
        key = content_key(content)
        self._alike[key] += 1
        return key if self._alike[key] == 1 else f"{key}:{self._alike[key]}"

    def observe(self, at: Place, record_id: str, seen: Seen) -> None:
        state = "not_known" if seen.seen_on is None else "seen"
        evidence = (seen.field, seen.strength, seen.counts, seen.own_day)
        days = (seen.seen_on, seen.until, seen.ongoing and seen.seen_on is not None)
        row = (self.name, record_id, seen.item, state, *days, *evidence, at.file, at.row)
        self.ledger.observations.add(row)

    def speaks_of(self, day: date, at: Place) -> None:
        """A day on which something happened; one that is still to come tells nothing."""
        self._speaks_of(day, at, 1)

    def _speaks_of(self, day: date, at: Place, times: int) -> None:
        if day > self.ledger.today:
            return
        days = self._days[at.file]
        if day not in days:
            self._first_at[at.file, day] = at
        days[day] += times

    def settle(self) -> None:
        """From when to when the source speaks, once all its rows were read. Dates that are apart from all others of their
        file are said, and move nothing."""
        for file, days in self._days.items():
            if (span := span_of(days)) is not None:
                self._spans[file] = unbroken(day for day in days if day not in span.stray)
                for day in span.stray:
                    self.flag(self._first_at[file, day], "date_stray")
        self._days.clear()
        own = together(span for some in self._spans.values() for span in some)
        if self.said and own and abs((self.said.last - own.last).days) > _FAR:
            self.note(next(iter(self.files)), "period_far", said=self.said.last, own=own.last)
            self.said = None
        if span := self.said or own:
            self.first_date, self.last_date = span.first, min(span.last, self.ledger.today)
        elif any(file_count.kept for file_count in self.files.values()) and any(
            state == "collected" for _, state, _ in self.coverage
        ):
            self.note(next(iter(self.files)), "period_unknown")

    def covered(self) -> Iterator[tuple[str, str, str, date | None, date | None]]:
        """The rows of `cover`, each with the first and last day of which the source can speak: one for each stretch of time, and one without
        days where nothing says of when it speaks."""
        for item, state, fields in self.coverage:
            files = self._in_files.get(item, self._spans)
            own = joined(span for file, some in self._spans.items() if file in files for span in some)
            spans = [self.said] if self.said else [whole_months(span, self.ledger.today) for span in own]
            for span in spans:
                yield item, state, fields, span.first, span.last
            if not spans:
                yield item, state, fields, None, None

    def cover(
        self, rows: Iterable[tuple[str, str, str]], files: Mapping[str, Collection[str]] | None = None
    ) -> None:
        """Item, state and fields, one for each item of the release. `files`: those that have an item, where not all do."""
        self.coverage.extend(rows)
        self._in_files = files or {}

    def tells(self, record_id: str, items: int) -> None:
        """That some row of the child could carry these items, as bits by their places in the release. Where a source says so
        of any child, what it collects and does not say of a child is not known of that one."""
        self.tells_by_row = True
        before = self._told.put(record_id, items)
        if before is not None and before | items != before:
            self._told.set(record_id, before | items)

    def lacking(self, ids: pa.StringArray, *beside: pa.Array) -> Iterator[tuple[Any, ...]]:
        """Those of these records, and what stands beside each, of which something is not told that the source collects."""
        collected = sum(
            1 << place for place, (_, state, _) in enumerate(self.coverage) if state == "collected"
        )
        told = self._told.get_all(keys_of(ids.to_pylist()))
        some = pa.array(np.flatnonzero((told & np.uint64(collected)) != collected))
        yield from zip(*(column.take(some).to_pylist() for column in (ids, *beside)), strict=True)

    def say_what_is_lacking(self, at: Place, record_id: str) -> None:
        told = self._told.get(record_id) or 0
        for place, (item, state, fields) in enumerate(self.coverage):
            if state == "collected" and not told >> place & 1:
                self.observe(at, record_id, Seen(item, fields, "direct", counts=True))

    # ---- many rows at once

    @contextmanager
    def row_by_row(self) -> Iterator[None]:
        """The issues of rows that are looked at many at once are written in order of the rows."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for told in sorted(held, key=lambda told: told[2]):
                self.ledger.issues.add(told)

    def flag_rows(self, file: str, rows: Whole, code: str, column: str = "", /, **filling: object) -> None:
        """`flag` of each of these rows."""
        if len(rows):
            self._issue(file, rows.tolist(), code, "flag", column, filling)

    def set_aside_rows(self, file: str, rows: Whole, code: str, column: str = "") -> None:
        """`set_aside` of each of these rows."""
        if len(rows):
            self.files[file].set_aside += len(rows)
            self._issue(file, rows.tolist(), code, "set_aside", column, {})

    def know_rows(
        self, ids: pa.StringArray, details: Mapping[str, pa.Array | object]
    ) -> tuple[npt.NDArray[np.bool_], dict[int, str]]:
        """`record` of many rows, but for the writing: which of them are to be written, and what there is to say of others, by
        place. `details`: as `Details`, of each that is told its values, or the one value of them all."""
        names = ids.to_pylist()
        same, whole = _fingerprints(details, len(names)), _wholes(details, len(names))
        keys = keys_of(names)
        first = self._known.put_all(keys, same, whole)
        others = np.flatnonzero(~first)
        others = others[self._known.get_all(keys[others], 1) != whole[others]]
        told = rows_of(details, others)
        return first, {
            place: self._again(names[place], int(same[place]), row)
            for place, row in zip(others.tolist(), told, strict=True)
        }

    def record_rows(
        self, file: str, rows: Whole, ids: pa.StringArray, details: Mapping[str, pa.Array | object]
    ) -> None:
        """Writes these rows as records."""
        self._add_rows(self.ledger.records, file, rows, ids, details)

    def later_rows(
        self, file: str, rows: Whole, ids: pa.StringArray, details: Mapping[str, pa.Array | object]
    ) -> None:
        """Puts these rows aside, later ones of their children and not like the first, until it is known whose their ids are."""
        self._add_rows(self.ledger.later, file, rows, ids, details)

    def _add_rows(
        self,
        table: _Table,
        file: str,
        rows: Whole,
        ids: pa.StringArray,
        details: Mapping[str, pa.Array | object],
    ) -> None:
        told = {
            "source": self.name,
            "record_id": ids,
            "agency": self.agency,
            "file": file,
            "row": pa.array(rows),
        }
        table.add_all(len(rows), {**told, **details})

    def observe_rows(
        self, file: str, rows: Whole, ids: pa.StringArray, seen: Mapping[str, pa.Array | object]
    ) -> None:
        """`observe` of each of these rows; `seen`: as `tables.OBSERVATIONS` from item to own_day."""
        told = {"source": self.name, "record_id": ids, "file": file, "row": pa.array(rows)}
        self.ledger.observations.add_all(len(rows), {**told, **seen})

    def assessed_rows(
        self,
        ids: pa.StringArray,
        authority: str | None,
        episodes: pa.StringArray,
        ended: pa.Array,
        factors: pa.ListArray,
    ) -> None:
        """Completed assessments: of each its record, and what `tables.ASSESSMENTS` has from authority on."""
        told = {
            "source": self.name,
            "record_id": ids,
            "authority": authority,
            "episode": episodes,
            "ended_on": ended,
        }
        self.ledger.assessments.add_all(len(ids), {**told, "factors": factors})

    def rows_speak_of(self, file: str, rows: Whole, days: pa.Array) -> None:
        """`speaks_of` of each of these days; `rows` are in order."""
        found, first, times = np.unique(
            np.asarray(days.cast(pa.int32())), return_index=True, return_counts=True
        )
        told = pa.array(found, pa.int32()).cast(pa.date32()).to_pylist()
        for day, place, count in zip(told, first.tolist(), times.tolist(), strict=True):
            self._speaks_of(day, Place(file, int(rows[place])), count)

    def rows_tell(self, keys: Numbers, items: int) -> None:
        """`tells` of each of these rows; `keys`: of each its record, as `keys_of` tells it."""
        self.tells_by_row = True
        self._told.add_bits(keys, items)

    def know(self, keys: Numbers) -> npt.NDArray[np.bool_]:
        """Which of these children have been written down, by what `keys_of` tells of their ids."""
        return self._known.has_all(keys)

    def births(self, keys: Numbers) -> npt.NDArray[np.int64]:
        """The birth date with which each of these children was written down first, in days after 1 January 1970; -2**31 where none is
        known."""
        days = (self._known.get_all(keys) % np.uint64(1 << _HALF)).astype(np.int64)
        return np.where(days, days - _DAY_0, -(1 << 31))


def content_key(content: Iterable[object]) -> str:
    """A record's key made of what tells the child, where it has no key of its own."""
    told = "|".join("" if value is None else str(value) for value in content)
    return ROW_KEY + blake2b(told.encode(errors="surrogatepass"), digest_size=12).hexdigest()


def child_key(row: Details) -> str | None:
    """The key of a row without an id: same names, birth date, postcode and numbers whose checks hold are one child. None where
    a row tells less."""
    if not (row.given_name and row.family_name and row.birth_date):
        return None
    names = (row.given_name.casefold(), row.family_name.casefold())
    numbers = (row.nhs_number if row.nhs_number_valid else None, row.upn if row.upn_valid else None)
    return content_key((*names, row.birth_date, row.postcode, *numbers))


def own_key(record_id: str, row: Details) -> str:
    """The key of a row whose id is several children's: as of a row without one; where it tells less, rows are one child only
    where they tell the same, id and all but the worker."""
    return child_key(row) or content_key((record_id, *row._replace(worker=None)))


def numberless(row: Details) -> Details:
    """Of a row whose id is several children's no number is sure to be the child's; it says only what cannot be another's."""
    return row._replace(local_id=None, nhs_number_valid=False, upn_valid=False)


_FAR = 400  # days between the end that a header says and a source's own last date: one of the two is wrong

_HALF = 31
_NAME = (1 << _HALF) - 1


def _fingerprint(details: Details) -> int:
    """Tells two children with one id apart: given name and birth date in one number, half of it each, 0 where not known.

    Family names are left out: they change. Lives only as long as the run.
    """
    day = details.birth_date.toordinal() if details.birth_date else 0
    return _name_half(details.given_name) << _HALF | day


def _name_half(name: str | None) -> int:
    return hash(name.casefold()) % (1 << _HALF) or 1 if name else 0


def _name_halves(names: Iterable[str]) -> Numbers:
    halves = hashes(map(str.casefold, names)) % np.uint64(1 << _HALF)
    halves[halves == 0] = 1
    return halves


def _fingerprints(details: Mapping[str, pa.Array | object], count: int) -> Numbers:
    """`_fingerprint` of many rows."""
    names = _column(details.get("given_name"), pa.string(), count).dictionary_encode()
    halves = np.append(_name_halves(names.dictionary.to_pylist()), np.uint64(0))
    born = _column(details.get("birth_date"), pa.date32(), count).cast(pa.int32())
    days = np.asarray(pc.fill_null(pc.add(born, _DAY_0), 0)).astype(np.uint64)
    return halves[np.asarray(pc.fill_null(names.indices, -1))] << np.uint64(_HALF) | days


_DAY_0 = date(1970, 1, 1).toordinal()


def _wholes(details: Mapping[str, pa.Array | object], count: int) -> Numbers:
    """A number of all that each row tells of its child: another where anything is."""
    told = [column.cast(pa.string()) for column in details.values() if isinstance(column, pa.Array)]
    if not told:
        return np.zeros(count, np.uint64)
    joined = pc.binary_join_element_wise(*told, "\x1f", null_handling="replace", null_replacement="\0")
    return hashes(joined.to_pylist())


def rows_of(details: Mapping[str, pa.Array | object], places: npt.NDArray[np.intp]) -> Iterator[Details]:
    """What rows tell, one by one."""
    some = pa.array(places)
    columns = (details.get(name) for name in Details._fields)
    lists = [
        column.take(some).to_pylist() if isinstance(column, pa.Array) else [column] * len(places)
        for column in columns
    ]
    yield from map(Details._make, zip(*lists, strict=True))


_OTHER_DAY, _OTHER_NAME = 1 << 62, 1 << 63
_SHARED = _OTHER_DAY | _OTHER_NAME


def _both(before: int, row: int) -> int:
    """A fingerprint with the halves that a row knows and it did not, and whether another name and another birth date were met."""
    (name, day), (its_name, its_day) = _halves(before), _halves(row)
    other = (_OTHER_NAME if name and its_name and name != its_name else 0) | (
        _OTHER_DAY if day and its_day and day != its_day else 0
    )
    return before & _SHARED | other | (name or its_name) << _HALF | (day or its_day)


def _halves(fingerprint: int) -> tuple[int, int]:
    return fingerprint >> _HALF & _NAME, fingerprint & _NAME
