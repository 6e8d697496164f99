"""What stands beside the list: every record behind a listed child, and how much is known of each item at all."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from heard.engine import tables
from heard.engine.backend import bits
from heard.engine.screen.question import covers, in_own_window, in_time, is_one_of, on_record
from heard.engine.screen.windows import months_of, window_start

if TYPE_CHECKING:
    from datetime import date

    from heard.engine.screen.question import Question, Tables

_BY_RECORD = ["source", "record_id"]
_ORDER = ["person", "item", "seen_on", "source", "record_id", "field", "file", "row"]


def evidence(read: Tables, question: Question, listed: Any) -> Any:
    """The records behind each listed child: signs in the child's window, counted or shown beside, and vulnerabilities."""
    members = read.identities.join(listed.select("person", "window_last"), "person")
    rows = read.with_marks(read.observations).join(members, _BY_RECORD)
    rows = rows.filter(in_own_window(rows, question) | on_record(rows, question))
    return rows.select([column.name for column in tables.EVIDENCE.columns]).order_by(_ORDER)


def known(read: Tables, question: Question) -> pa.Table:
    """Per item: children seen with it in the window, not seen, not known. The three add up to all children.

    Where any window counts, seen is whoever was seen with it on any day up to the as-of date. A vulnerability is seen as the
    list shows it: on record at any time up to then.
    """
    total = read.identities.person.nunique().to_pyarrow().as_py()
    sets = _sets(read, question)
    sums = {
        f"{kind}_{item}": ((sets[kind] & ibis.literal(question.bits([item]), "int64")) > 0).sum()
        for kind in ("seen", "quiet", "beside", "in_part")
        for item in question.items
    }
    found = sets.aggregate(**sums).to_pyarrow().to_pylist()[0]
    counts = {name: number or 0 for name, number in found.items()}
    rows = [
        {
            "item": item,
            "seen": counts[f"seen_{item}"],
            "not_seen": counts[f"quiet_{item}"],
            "not_known": total - counts[f"seen_{item}"] - counts[f"quiet_{item}"],
            "beside": counts[f"beside_{item}"],
            "in_part": counts[f"in_part_{item}"],
            "known_to": _known_to(read, question, item),
            "collectable": item in read.collectable,
        }
        for item in question.items
    ]
    return pa.Table.from_pylist(rows, schema=tables.KNOWN.schema)


def _sets(read: Tables, question: Question) -> Any:
    """Of each child as sets the items seen; those of which sources that collect them for all of the window say nothing else,
    and for a part of it; and those that only fields tell that the rule does not count."""
    rows = read.with_marks(read.observations)
    counted = is_one_of(rows, question.counted, question)
    in_window, empty = in_time(rows, question) & counted, rows.state == "not_known"
    rows = rows.mutate(
        counting=(in_window & rows.counts) | on_record(rows, question),
        weak=in_window & ~rows.counts,
        empty=empty,
    )
    rows = rows.filter(rows.counting | rows.weak | rows.empty).join(read.identities, _BY_RECORD)
    said = rows.group_by("person").agg(
        seen=bits.union(rows.mark, where=rows.counting),
        weak=bits.union(rows.mark, where=rows.weak),
        empty=bits.union(rows.mark, where=rows.empty),
    )
    members = read.identities.join(read.sources, "source")
    months = {name: bits.union(members[name]) for name in question.covered}
    each = members.group_by("person").agg(**months).left_join(said, "person")
    seen, empty = each.seen.fill_null(0), each.empty.fill_null(0)
    told = seen | empty
    whole = reduce(and_, (each[name] for name in question.covered))
    some = reduce(or_, (each[name] for name in question.covered))
    part = some - (some & whole)
    return each.select(
        seen=seen,
        quiet=whole - (whole & told),
        in_part=part - (part & told),
        beside=each.weak.fill_null(0) - (each.weak.fill_null(0) & seen),
    )


def _known_to(read: Tables, question: Question, item: str) -> Any:
    """The last day of the window that some source covers, where that is not its last."""
    ends = [
        row["last_day"]
        for row in read.coverage
        if (row["item"], row["state"]) == (item, "collected")
        and row["last_day"]
        and row["first_day"] <= question.as_of
    ]
    last = max(ends, default=question.as_of)
    return last if question.start < last < question.as_of else None


def months(read: Tables, question: Question) -> pa.Table:
    """The rows of `tables.MONTHS`: what each source could have seen, and what it saw."""
    earliest = window_start(question.as_of, 2 * question.rule.window_months)
    parts = months_of(earliest + timedelta(days=1), question.as_of)
    rows = read.observations.filter(
        (read.observations.state == "seen")
        & read.observations.counts
        & (read.observations.seen_on > ibis.literal(earliest))
        & (read.observations.seen_on <= ibis.literal(question.as_of))
    )
    rows = rows.mutate(year=rows.seen_on.year(), month=rows.seen_on.month())
    found = rows.group_by(["source", "item", "year", "month"]).agg(seen=rows.record_id.nunique())
    seen = {
        (row["source"], row["item"], row["year"], row["month"]): row["seen"]
        for row in found.to_pyarrow().to_pylist()
    }
    stretches: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in sorted(read.coverage, key=lambda row: (row["source"], question.items.index(row["item"]))):
        if row["item"] in question.counted and row["state"] == "collected":
            stretches.setdefault((row["source"], row["agency"], row["item"]), []).append(row)
    told = [
        {
            "source": source,
            "agency": agency,
            "item": item,
            "month": first.replace(day=1),
            "covered": _covered(some, first, last),
            "seen": seen.get((source, item, first.year, first.month), 0),
        }
        for (source, agency, item), some in stretches.items()
        for first, last in parts
    ]
    return pa.Table.from_pylist(told, schema=tables.MONTHS.schema)


def _covered(rows: list[dict[str, Any]], first: date, last: date) -> str:
    """`rows`: the stretches of time of which one source can speak."""
    if any(covers(row, first, last) for row in rows):
        return "all"
    touches = (row["first_day"] and row["first_day"] <= last and row["last_day"] >= first for row in rows)
    return "part" if any(touches) else "none"
