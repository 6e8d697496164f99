"""Two lists compared: who is new, who left, and why.

Within one run the two lists differ in their as-of date alone. In two runs a child's key may differ too, so children are
matched through their records (source and record_id): of two listed children those are one who have most records in
common, each matched once, so that the number on the later list is that on the earlier one, and the new, without those who
left. Where one child's records were split or joined since, that is said as a reason.

Reasons are looked for sign by sign among the observations that the rule counts: a record that is new or gone, a record
that is linked to another child, an entry that is new or gone, a day outside of the other list's time. What is read in
full is only what speaks of children on one of the lists.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from heard.engine import backend, tables
from heard.engine.screen.windows import window_start
from heard.engine.tables import spelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from heard.engine.screen.question import Question

type Record = tuple[str, str]
NEW, LEFT = "new", "left"
_BY_RECORD = ["source", "record_id"]
_ENDED = 31  # days before the as-of date: then a source has ended, and not just been sent a little earlier


class _Seen(NamedTuple):
    record: Record
    item: str
    on: date


@dataclass(frozen=True)
class Listed:
    """One list: the run's folder, what was asked, and the rows of `tables.CHILDREN` that answered it."""

    folder: Path
    question: Question
    children: pa.Table

    @cached_property
    def agencies(self) -> dict[str, str]:
        rows = backend.read(self.folder, tables.SOURCES, ["source", "agency"]).to_pylist()
        return {row["source"]: row["agency"] for row in rows}

    @cached_property
    def ends(self) -> dict[str, date | None]:
        """The last day of which each source speaks."""
        rows = backend.read(self.folder, tables.SOURCES, ["source", "last_date"]).to_pylist()
        return {row["source"]: row["last_date"] for row in rows}

    @cached_property
    def apart(self) -> dict[str, dict[str, Any]]:
        """Whom the rule would list, who died or were of age."""
        return {row["person"]: row for row in backend.read(self.folder, tables.SET_APART).to_pylist()}

    def members(self, column: str, wanted: Iterable[str]) -> pa.Table:
        """The rows of `tables.IDENTITIES` with one of these values in a column."""
        return self._rows(
            tables.IDENTITIES, pc.field(column).isin(pa.array(sorted(set(wanted)), pa.string()))
        )

    def people(self, records: set[Record]) -> dict[Record, str]:
        """Whose these records are in this run. A record that it does not have is not in it."""
        rows = self.members("record_id", (record_id for _, record_id in records)).to_pylist()
        found = {(row["source"], row["record_id"]): row["person"] for row in rows}
        return {record: person for record, person in found.items() if record in records}

    def records(self, persons: Iterable[str]) -> dict[str, set[Record]]:
        found: dict[str, set[Record]] = defaultdict(set)
        for row in self.members("person", persons).to_pylist():
            found[row["person"]].add((row["source"], row["record_id"]))
        return found

    def seen(self, records: set[Record]) -> dict[Record, dict[_Seen, date]]:
        """What these records tell that the rule could count, on whatever day, and until when it lasted."""
        ids = pa.array(sorted({record_id for _, record_id in records}), pa.string())
        counts = pc.field("counts") & (pc.field("state") == "seen") & pc.is_valid(pc.field("seen_on"))
        wanted = counts & pc.field("record_id").isin(ids) & pc.field("item").isin(self.question.counted)
        found: dict[Record, dict[_Seen, date]] = defaultdict(dict)
        columns = [*_BY_RECORD, "item", "seen_on", "until", "ongoing"]
        for row in self._rows(tables.OBSERVATIONS, wanted, columns).to_pylist():
            record = (row["source"], row["record_id"])
            if record in records:
                seen = _Seen(record, row["item"], row["seen_on"])
                ended = row["until"] or (self.ends.get(row["source"]) if row["ongoing"] else None)
                found[record][seen] = max(seen.on, ended or seen.on, found[record].get(seen, seen.on))
        return found

    def in_time(self, seen: _Seen, until: date) -> bool:
        asked = self.question
        return seen.on <= asked.as_of and (asked.any_window or until > asked.start)

    def in_window_of(self, child: dict[str, Any], seen: _Seen, until: date) -> bool:
        last = child["window_last"]
        return seen.on <= last and window_start(last, self.question.rule.window_months) < until

    def _rows(self, table: tables.Table, wanted: pc.Expression, columns: list[str] | None = None) -> pa.Table:
        return pq.read_table(backend.checked_path(self.folder, table), columns=columns, filters=wanted)


def changes(earlier: Listed, later: Listed) -> pa.Table:
    """Rows of `tables.CHANGES`: the new, then those who left, each with every reason."""
    before, since = (set(listed.children["person"].to_pylist()) for listed in (earlier, later))
    stayed = _matched(earlier.members("person", before), later.members("person", since))
    new, left = since - set(stayed.values()), before - set(stayed)
    rows = [*_Why(NEW, later, earlier, new).rows(), *_Why(LEFT, earlier, later, left).rows()]
    return pa.Table.from_pylist(rows, schema=tables.CHANGES.schema)


def _matched(before: pa.Table, since: pa.Table) -> dict[str, str]:
    """Who of the earlier list is whom of the later one: those with most records in common first, each once."""
    both = before.join(since, keys=_BY_RECORD, right_suffix="_since", join_type="inner")
    shared = both.group_by(["person", "person_since"]).aggregate([([], "count_all")])
    order = [("count_all", "descending"), ("person", "ascending"), ("person_since", "ascending")]
    matched: dict[str, str] = {}
    taken: set[str] = set()
    for row in shared.sort_by(order).to_pylist():
        if row["person"] not in matched and row["person_since"] not in taken:
            matched[row["person"]] = row["person_since"]
            taken.add(row["person_since"])
    return matched


class _Why:
    """Why children are on one list, `here`, and not on the other, `there`."""

    def __init__(self, change: str, here: Listed, there: Listed, persons: set[str]) -> None:
        self.change, self.here, self.there = change, here, there
        wanted = pc.field("person").isin(pa.array(sorted(persons), pa.string()))
        self.children = here.children.filter(wanted).sort_by("person").to_pylist()
        self.records = here.records(persons)
        own = set().union(*self.records.values())
        self.twins = there.people(own)
        self.of_twins = there.records(self.twins.values())
        self.back = here.people(set().union(*self.of_twins.values()))
        self.said, self.said_there = here.seen(own), there.seen(set(self.twins))

    def rows(self) -> Iterator[dict[str, Any]]:
        for child in self.children:
            found = list(self._reasons(child)) or [(self._rule(), None)]
            for why, item in found:
                yield {"person": child["person"], "change": self.change, "why": why, "item": item}

    def _reasons(self, child: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
        records = self.records[child["person"]]
        shared = Counter(self.twins[record] for record in records if record in self.twins)
        if not shared:
            yield self._in_words("No record of this child was in the earlier run.",
                                 "No record of this child is in the later run."), None  # fmt: skip
            return
        yield from self._moved(child["person"], shared)
        twin = min(shared, key=lambda person: (-shared[person], person))
        if row := self.there.apart.get(twin):
            what = "died" if row["why"] == "died" else "came of age"
            yield self._in_words(f"By the earlier list the child {what} on {spelt(row['since'])}.",
                                 f"The child {what} on {spelt(row['since'])}."), None  # fmt: skip
        counted = {seen.item for record in records if self.twins.get(record) == twin
                   for seen, until in self.said_there.get(record, {}).items() if self.there.in_time(seen, until)}  # fmt: skip
        for item in child["signs"]:
            behind = [seen for record in records for seen, until in self.said.get(record, {}).items()
                      if seen.item == item and self.here.in_window_of(child, seen, until)]  # fmt: skip
            whys = [
                self._why(seen, twin) for seen in sorted(behind, key=_by_day, reverse=self.change == LEFT)
            ]
            if self._is_cause(item, counted, whys):
                first = {kind: words for kind, words in reversed(list(filter(None, whys)))}
                yield from ((words, item) for _, words in sorted(first.items()))

    def _is_cause(self, item: str, counted: set[str], whys: list[tuple[int, str] | None]) -> bool:
        """Whether the other list was without the item. Where it looked at any window, days matter too."""
        return all(whys) if self.there.question.any_window else item not in counted

    def _why(self, seen: _Seen, twin: str) -> tuple[int, str] | None:
        """Why the other list did not count this, with what kind of reason it is; or None where it could."""
        agency = self.here.agencies[seen.record[0]]
        if seen.record not in self.twins:
            return 1, self._in_words(f"A record of {agency} is new.", f"A record of {agency} is gone.")
        if self.twins[seen.record] != twin:
            return 2, self._in_words(f"A record of {agency} was linked to another child then.",
                                     f"A record of {agency} is linked to another child now.")  # fmt: skip
        until = self.said_there.get(seen.record, {}).get(seen)
        if until is None:
            return 3, self._in_words(f"A record of {agency} says so now, and did not then: seen on {spelt(seen.on)}.",
                                     f"A record of {agency} said so then, and does not now: seen on {spelt(seen.on)}.")  # fmt: skip
        return None if self.there.in_time(seen, until) else (4, self._out_of_time(seen.record, until))

    def _out_of_time(self, record: Record, day: date) -> str:
        asked, ends = self.there.question, self.there.ends.get(record[0])
        if self.change == LEFT and ends and day <= asked.start and (asked.as_of - ends).days > _ENDED:
            agency = self.here.agencies[record[0]]
            return f"Last seen on {spelt(day)}, and the records of {agency} end on {spelt(ends)}: " \
                   "nothing is known of it after that."  # fmt: skip
        if day > asked.as_of:
            return self._in_words(f"Seen on {spelt(day)}, after the earlier list’s as-of date, {spelt(asked.as_of)}.",
                                  f"Seen on {spelt(day)}, after the later list’s as-of date, {spelt(asked.as_of)}.")  # fmt: skip
        return self._in_words(f"Seen on {spelt(day)}, before the earlier list’s window, which began after {spelt(asked.start)}.",
                              f"Last seen on {spelt(day)}, which fell out of the window: it begins after {spelt(asked.start)} now.")  # fmt: skip

    def _moved(self, person: str, shared: Counter[str]) -> Iterator[tuple[str, None]]:
        """That the child's records were of several children, or one with another's."""
        if len(shared) > 1:
            yield self._in_words(f"Records of {len(shared)} children were joined: they are one child’s now.",
                                 f"The child’s records were split: they are {len(shared)} children’s now."), None  # fmt: skip
        others = {self.back.get(record) for twin in shared for record in self.of_twins[twin]} - {person, None}
        if others:
            yield self._in_words("Records were split: in the earlier run this child’s and another’s were one child’s.",
                                 "Records were joined: in the later run this child’s and another’s are one child’s."), None  # fmt: skip

    def _rule(self) -> str:
        here, there = self.here.question.release.id, self.there.question.release.id
        return f"The lists were drawn by other rules: those of release {here} and of release {there}."

    def _in_words(self, of_new: str, of_left: str) -> str:
        return of_new if self.change == NEW else of_left


def _by_day(seen: _Seen) -> tuple[date, Record]:
    return seen.on, seen.record
