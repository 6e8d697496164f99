"""Names for records that have none: those of a record that shares a number which only one child has.

So a clinic's record, known by its NHS number, can be recognised by what the hospital knows of that child, too: two records
of a child who has moved may agree on names and birth date only together.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_NAMES = ("given", "head", "first", "forms", "family", "parts", "usual", "readable", "of_sex")
_PLACE = ("postcode", "district")


def with_lent_names(rows: pa.Table) -> pa.Table:
    """Adds `lent`; rows without any name take the names, and where they have none the postcode, of the row with the
    same valid NHS or pupil number, then of the row with the agency's own number, if its birth date is about the same.

    Nothing is lent where rows with one number have several given names. Rows are in the order of their keys, 0 upwards.
    """
    rows = rows.append_column("lent", pc.is_null(rows["key"]))
    known = {"nhs": rows["nhs_valid"], "upn": rows["upn_valid"], "local": pc.is_valid(rows["local"])}
    for number, trusted in known.items():
        rows = _lent(rows, pc.if_else(trusted, rows[number], pa.scalar(None, pa.string())))
    return rows


def _lent(rows: pa.Table, number: Any) -> pa.Table:
    keys = rows["key"]
    table = pa.table({"key": keys, "number": number, "head": rows["head"]})
    nameless = pc.and_(pc.is_null(rows["given"]), pc.is_null(rows["family"]))
    full = pc.and_(pc.is_valid(rows["given"]), pc.is_valid(rows["family"]))
    lenders = table.filter(pc.and_(full, pc.is_valid(table["number"]))).group_by("number")
    one = lenders.aggregate([("key", "min"), ("head", "count_distinct")])
    one = one.filter(pc.equal(one["head_count_distinct"], 1)).select(["number", "key_min"])
    asking = table.filter(pc.and_(nameless, pc.is_valid(table["number"]))).select(["key", "number"])
    found = asking.join(one, "number", join_type="inner").sort_by("key")
    same = _about_the_same(rows["born"].take(found["key"]), rows["born"].take(found["key_min"]))
    return _taken(rows, found.filter(same))


def _about_the_same(left: Any, right: Any) -> Any:
    """Two of year, month and day agree, or month and day are swapped, or the dates are one day apart."""
    year, month, day = (pc.equal(part(left), part(right)) for part in (pc.year, pc.month, pc.day))
    crossed = pc.and_(pc.equal(pc.month(left), pc.day(right)), pc.equal(pc.day(left), pc.month(right)))
    near = pc.equal(pc.abs(pc.days_between(left, right)), 1)
    two = pc.or_(pc.and_(year, pc.or_(month, day)), pc.and_(month, day))
    return pc.fill_null(pc.or_(pc.or_(two, near), pc.and_(year, crossed)), False)


def _taken(rows: pa.Table, found: pa.Table) -> pa.Table:
    """The rows with names from the lenders' rows."""
    from_row = rows["key"].to_numpy().copy()
    borrowers = found["key"].to_numpy()
    from_row[borrowers] = found["key_min"].to_numpy()
    place = pc.if_else(pc.is_null(rows["postcode"]), pa.array(from_row), rows["key"])
    changed = {name: rows[name].take(pa.array(from_row)) for name in _NAMES}
    changed |= {name: rows[name].take(place) for name in _PLACE}
    changed["lent"] = pc.or_(rows["lent"], pc.is_in(rows["key"], value_set=found["key"].combine_chunks()))
    for name, column in changed.items():
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows
