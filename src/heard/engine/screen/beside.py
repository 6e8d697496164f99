"""What stands beside the list: every record behind a listed child, and how much is known of each item at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from heard.engine import tables
from heard.engine.backend import bits
from heard.engine.screen.question import in_own_window, in_time, on_record

if TYPE_CHECKING:
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

    Where any window counts, seen is whoever was seen with it on any day up to the as-of date.
    """
    total = read.identities.person.nunique().to_pyarrow().as_py()
    sets = _sets(read, question)
    sums = {
        f"{kind}_{item}": ((sets[kind] & ibis.literal(question.bits([item]), "int64")) > 0).sum()
        for kind in ("seen", "quiet")
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
            "collectable": item in read.collectable,
        }
        for item in question.items
    ]
    return pa.Table.from_pylist(rows, schema=tables.KNOWN.schema)


def _sets(read: Tables, question: Question) -> Any:
    """Of each child the items seen, and those of which a source that collects them says nothing else, as sets."""
    rows = read.with_marks(read.observations)
    seen, empty = in_time(rows, question), rows.state == "not_known"
    rows = rows.filter(seen | empty).join(read.identities, _BY_RECORD)
    said = rows.group_by("person").agg(
        seen=bits.union(rows.mark, where=rows.state == "seen"),
        empty=bits.union(rows.mark, where=rows.state == "not_known"),
    )
    members = read.identities.join(read.sources, "source")
    collected = members.group_by("person").agg(collected=bits.union(members.collected))
    each = collected.left_join(said, "person")
    seen, empty = each.seen.fill_null(0), each.empty.fill_null(0)
    told = seen | empty
    return each.select(seen=seen, quiet=each.collected - (each.collected & told))
