"""Which of the pairs that wait for a person would change the list, were the two one child: those are asked first."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import tables
from heard.engine.backend import WrongTable
from heard.engine.screen.listing import whom

if TYPE_CHECKING:
    from heard.engine.screen.question import Question, Tables

LISTED, ONE_CHILD, SCATTERED = "listed", "one_child", "scattered"
_RECORDS = ("left_source", "left_id", "right_source", "right_id")  # of a pair
_FOR_A_PERSON = "for_a_person"


def turning(read: Tables, question: Question, children: pa.Table) -> pa.Table:
    """The rows of `tables.TURNING`. `children`: the list as it is. Each pair is looked at by itself, as a child with all records of
    both. To be called last: it uses the names of kept tables again."""
    pairs = _waiting(read)
    joined = {row["person"]: row["scattered"] for row in _listed(read, question, pairs)} if len(pairs) else {}
    is_scattered = dict(zip(children["person"].to_pylist(), children["scattered"].to_pylist(), strict=True))
    rows = []
    for row in pairs.to_pylist():
        change = _change(row, is_scattered, joined)
        if change:
            rows.append({name: row[name] for name in _RECORDS} | {"change": change})
    return pa.Table.from_pylist(rows, schema=tables.TURNING.schema)


def _change(row: dict[str, Any], is_scattered: dict[str, bool], joined: dict[str, bool]) -> str | None:
    """A child whom nobody sees yet, first; then two on the list who would be one; then whether one agency could see it."""
    two = [one for one in (row["left_person"], row["right_person"]) if one in is_scattered]
    if row["pair"] not in joined:
        return None
    if not two:
        return LISTED
    if len(two) == 2:
        return ONE_CHILD
    return SCATTERED if joined[row["pair"]] != is_scattered[two[0]] else None


def _waiting(read: Tables) -> pa.Table:
    """Each pair for a person, with the persons of its two records and a name of its own; none where nothing was linked."""
    try:
        links = read.engine.read(tables.LINKS)
    except WrongTable:
        return pa.table({"pair": pa.array([], pa.string())})
    here = read.identities
    sides = [
        here.select(**{f"{side}_source": "source", f"{side}_id": "record_id", f"{side}_person": "person"})
        for side in ("left", "right")
    ]
    found = links.filter(links.band == _FOR_A_PERSON).select(*_RECORDS)
    for side, keys in zip(sides, (_RECORDS[:2], _RECORDS[2:]), strict=True):
        found = found.join(side, list(keys))
    rows = found.order_by(*_RECORDS).to_pyarrow()
    rows = rows.filter(pc.not_equal(rows["left_person"], rows["right_person"]))
    return rows.append_column("pair", pa.array([f"pair {n}" for n in range(len(rows))], pa.string()))


def _listed(read: Tables, question: Question, pairs: pa.Table) -> list[dict[str, Any]]:
    both = [pa.table({"pair": pairs["pair"], "one": pairs[f"{side}_person"]}) for side in ("left", "right")]
    sides = read.engine.hold("sides", pa.concat_tables(both))
    as_one = copy(read)
    members = read.identities.join(sides, read.identities.person == sides.one)
    as_one.identities = read.engine.keep("as_one", members.select("source", "record_id", person="pair"))
    listed, _apart = whom(as_one, question)
    rows: list[dict[str, Any]] = listed.select("person", "scattered").to_pyarrow().to_pylist()
    return rows
