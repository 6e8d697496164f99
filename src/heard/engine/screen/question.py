"""What a list is asked for, and what of a run's tables speaks to it: the same words for every part of the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import tables
from heard.engine.screen.windows import months_of, ordinal, reach, window_start

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from heard.engine import backend
    from heard.knowledge.model import CountingRule, Release


@dataclass(frozen=True)
class Question:
    """Whom the rule of a release lists: in its months up to `as_of`, or in any so many months up to then.

    The rule counts items of its one list; those of the other are shown beside and never added.
    """

    release: Release
    rule: CountingRule
    as_of: date
    any_window: bool = False

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Signs, then vulnerabilities, in the order of the release. An item's place is its bit in a set of items."""
        return tuple(entry.id for entry in (*self.release.signs, *self.release.vulnerabilities))

    @cached_property
    def counted(self) -> list[str]:
        """The items of the one list that the rule counts."""
        entries = self.release.signs if self.rule.list == "signs" else self.release.vulnerabilities
        return [entry.id for entry in entries]

    @cached_property
    def vulnerabilities(self) -> list[str]:
        return [entry.id for entry in self.release.vulnerabilities]

    @property
    def start(self) -> date:
        """The date that is just outside of the window that ends on the as-of date."""
        return window_start(self.as_of, self.rule.window_months)

    @cached_property
    def months(self) -> list[tuple[date, date]]:
        """The months, or parts of them, of the window that ends on the as-of date."""
        return months_of(self.start + timedelta(days=1), self.as_of)

    @property
    def covered(self) -> list[str]:
        """For each of these months the name of a column."""
        return [f"covered_{number}" for number in range(len(self.months))]

    def bits(self, items: Iterable[str]) -> int:
        """A set of items, one bit each. Items that the release does not have are left out."""
        return sum(1 << self.items.index(item) for item in set(items) if item in self.items)

    def lists(self, sets: pa.ChunkedArray) -> pa.Array:
        """Sets of items (null for none) as lists in the order of the release."""
        found = pc.fill_null(sets, 0).combine_chunks().dictionary_encode()
        spelt = [
            [item for place, item in enumerate(self.items) if known >> place & 1]
            for known in found.dictionary.to_pylist()
        ]
        return pa.array(spelt, pa.list_(pa.string())).take(found.indices)


class Tables:
    """A run's tables as the screen looks at them.

    `agencies` are names in their order, `collectable` the items that some source collects. Small tables are made here:
    `marks` (item, and `mark`, its bit) and `sources` (source, agency, `holder`, the agency's number, `speaks_to`, its last day,
    and as sets the items of which its files lack the field, `absent`, and those that they cover in each month of the window,
    `covered_0` and so on).
    """

    def __init__(self, engine: backend.Engine, question: Question) -> None:
        self.engine = engine
        self.observations = engine.read(tables.OBSERVATIONS)
        self.identities = engine.read(tables.IDENTITIES)
        read = engine.read(tables.SOURCES).select("source", "agency", "last_date").to_pyarrow().to_pylist()
        self.ends = {row["source"]: row["last_date"] for row in read}
        coverage = self.coverage = engine.read(tables.COVERAGE).to_pyarrow().to_pylist()
        self.records = engine.read(tables.RECORDS)
        self.agencies = sorted({row["agency"] for row in read})
        self.collectable = {row["item"] for row in coverage if row["state"] == "collected"}
        self.marks = engine.hold("marks", _marks(question))
        self.sources = engine.hold("carriers", _carriers(read, coverage, self.agencies, question))

    def with_marks(self, rows: Any) -> Any:
        """Observations of items of the release, each with its item's bit and what `sources` says of its source."""
        return rows.join(self.marks, "item").join(self.sources, "source")


def _marks(question: Question) -> pa.Table:
    bits = [question.bits([item]) for item in question.items]
    return pa.table({"item": pa.array(question.items, pa.string()), "mark": pa.array(bits, pa.int64())})


def _carriers(
    read: list[dict[str, Any]], coverage: list[dict[str, Any]], agencies: list[str], question: Question
) -> pa.Table:
    of: dict[str, list[dict[str, Any]]] = {}
    for row in coverage:
        of.setdefault(row["source"], []).append(row)
    rows = []
    for row in read:
        mine = of.get(row["source"], [])
        sets = {"absent": [row["item"] for row in mine if row["state"] == "absent"]} | {
            name: [row["item"] for row in mine if covers(row, *month)]
            for name, month in zip(question.covered, question.months, strict=True)
        }
        told = {"source": row["source"], "agency": row["agency"], "speaks_to": row["last_date"]}
        rows.append(
            told
            | {"holder": agencies.index(row["agency"])}
            | {name: question.bits(items) for name, items in sets.items()}
        )
    kinds = [
        ("source", pa.string()),
        ("agency", pa.string()),
        ("speaks_to", pa.date32()),
        ("holder", pa.int64()),
    ]
    kinds += [(name, pa.int64()) for name in ("absent", *question.covered)]
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def covers(row: dict[str, Any], first: date, last: date) -> bool:
    """Whether a row of `tables.COVERAGE` says that its source can speak of all these days: never where it does not say of which."""
    begins, ends = row["first_day"], row["last_day"]
    return row["state"] == "collected" and bool(begins and ends) and begins <= first and ends >= last


def up_to(rows: Any, question: Question) -> Any:
    """Seen on a known day up to the as-of date."""
    return (rows.state == "seen") & rows.seen_on.notnull() & (rows.seen_on <= ibis.literal(question.as_of))


def in_time(rows: Any, question: Question) -> Any:
    """Seen where some window of the question may look: its one window, or any day up to the as-of date. What lasted, such as
    being missing, is seen until it ended."""
    seen = up_to(rows, question)
    return seen if question.any_window else seen & (ended(rows) > ibis.literal(question.start))


def ended(rows: Any) -> Any:
    """The last day of what was seen: that it ended, or while it goes on the last of which its source speaks. `rows` have
    what `sources` says."""
    on = ibis.ifelse(rows.ongoing.fill_null(False), rows.speaks_to, rows.seen_on)
    return ibis.greatest(rows.seen_on, rows.until.fill_null(on.fill_null(rows.seen_on)))


def is_one_of(rows: Any, items: Iterable[str], question: Question) -> Any:
    """Asked of the bit in `rows.mark`, which takes half the time of comparing an item with each of a dozen."""
    return (rows.mark & ibis.literal(question.bits(items), "int64")) != 0


def on_record(rows: Any, question: Question) -> Any:
    """A vulnerability on record at any time up to the as-of date, also where no day is known. `rows` have their marks."""
    known = rows.seen_on.isnull() | (rows.seen_on <= ibis.literal(question.as_of))
    return (rows.state == "seen") & is_one_of(rows, question.vulnerabilities, question) & known


def in_own_window(rows: Any, question: Question) -> Any:
    """Where each row has its child's `window_last`: seen inside the child's own window."""
    at, end, last = ordinal(rows.seen_on), ordinal(ended(rows)), ordinal(rows.window_last)
    return up_to(rows, question) & (at <= last) & (end >= last - reach(question.rule.window_months))
