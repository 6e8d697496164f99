"""The list: which children have enough distinct items in a window, who holds them, and whether one agency could see it.

Persons are joined once. Items are bits of one number until the end, so that sets of them are put together by the engine
and spelt out once for each set that there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import tables
from heard.engine.backend import bits
from heard.engine.screen.question import ended, in_time, is_one_of, on_record
from heard.engine.screen.windows import (
    enough_ever,
    first_day,
    first_windows,
    ordinal,
    ordinal_years,
    points,
    reach,
    window_start,
)

if TYPE_CHECKING:
    from heard.engine.screen.question import Question, Tables

_BY_RECORD = ["source", "record_id"]


def whom(read: Tables, question: Question) -> tuple[Any, pa.Table]:
    """One row for each child whom the rule lists: person, items (a set), agencies (their numbers), scattered, first_seen,
    last_seen, window_last. Kept as table `whom`. And the rows of `tables.SET_APART`: whom it would list, who died or was of age."""
    found = _in_any_window(read, question) if question.any_window else _in_this_window(read, question)
    found = read.engine.keep("enough", found)
    grown = ordinal(found.window_last) - reach(question.rule.window_months) - ordinal_years(_OF_AGE)
    lives = _lives(read, found)
    each = found.left_join(lives, "person").drop("person_right").mutate(grown=grown)
    died = (each.died <= ibis.literal(question.as_of)).fill_null(False)
    of_age = (ordinal(each.born) <= each.grown).fill_null(False)
    each = read.engine.keep("lives", each.mutate(dead=died, of_age=of_age))
    apart = (
        each.filter(each.dead | each.of_age)
        .select("person", "items", "died", "born", "dead")
        .order_by("person")
    )
    listed = each.filter(~(each.dead | each.of_age)).select(*found.columns)
    return read.engine.keep("whom", listed), _apart(apart.to_pyarrow(), question)


_OF_AGE = 18  # Working Together 2023: a child is anyone who has not yet reached their eighteenth birthday


def _lives(read: Tables, found: Any) -> Any:
    """When each was born, by the latest date on record so that a slip takes no child off the list, and died."""
    records = read.records.select("source", "record_id", "birth_date", "died_on")
    rows = records.join(read.identities.semi_join(found, "person"), _BY_RECORD)
    return rows.group_by("person").agg(born=rows.birth_date.max(), died=rows.died_on.min())


def _apart(rows: pa.Table, question: Question) -> pa.Table:
    told = [
        {
            "person": person,
            "why": "died" if dead else "of_age",
            "since": died if dead else window_start(born, -12 * _OF_AGE),
            "signs": signs,
        }
        for person, dead, died, born, signs in zip(
            *(rows[name].to_pylist() for name in ("person", "dead", "died", "born")),
            question.lists(rows["items"]).to_pylist(),
            strict=True,
        )
    ]
    return pa.Table.from_pylist(told, schema=tables.SET_APART.schema)


def children(read: Tables, question: Question, listed: Any) -> pa.Table:
    """The rows of `tables.CHILDREN` for those whom `whom` found, in the order of their keys."""
    members = read.engine.keep("members", read.identities.semi_join(listed, "person"))
    said, absent = _said(read, question, members), _absent(read, members)
    rows = listed.left_join(said, "person").left_join(absent, "person")
    silent = rows.empty.fill_null(0) | rows.absent.fill_null(0)
    counted = ibis.literal(question.bits(question.counted), "int64")
    found = rows.select(
        *(listed[name] for name in listed.columns),
        not_known=(silent & counted) - (silent & counted & rows["items"]),
        vulnerabilities=rows.vulnerable.fill_null(0),
    ).order_by("person")
    return _spelt_out(found.to_pyarrow(), read.agencies, question)


def _counting(read: Tables, question: Question) -> Any:
    """What the rule counts, once for each time that it was seen: person, agency, mark, seen_on, and until when."""
    seen = read.with_marks(read.observations)
    seen = seen.filter(in_time(seen, question) & seen.counts & is_one_of(seen, question.counted, question))
    rows = seen.join(read.identities, _BY_RECORD)
    return rows.select("person", "mark", "seen_on", agency=rows.holder, until=ended(rows))


def _in_this_window(read: Tables, question: Question) -> Any:
    held = read.engine.keep("held", _held(_counting(read, question)))
    found = _together(held)
    found = found.filter(bits.size(found["items"]) >= question.rule.at_least)
    last = ibis.literal(question.as_of)
    found = found.mutate(scattered=found.most < question.rule.at_least, window_last=last)
    return _with_agencies(found, held)


def _in_any_window(read: Tables, question: Question) -> Any:
    """The first window of each child that holds enough. Scattered is whom no agency would list by its own records
    alone, in whichever window."""
    counting = _counting(read, question)
    last = ibis.literal(question.as_of)
    lasted = counting.mutate(at=ordinal(counting.seen_on), ends=ordinal(ibis.least(counting.until, last)))
    steps = read.engine.hold("steps", pa.table({"step": range(1, 12 * 130 // question.rule.window_months)}))
    rows = read.engine.keep("counting", points(lasted, steps, question.rule.window_months).drop("ends"))
    ends = read.engine.keep("ends", first_windows(rows, ["person"], question.rule))
    inside = rows.join(ends, "person")  # `ends`: of the window
    inside = inside.filter(
        (inside["at"] <= inside.ends) & (inside["at"] >= inside.ends - reach(question.rule.window_months))
    )
    held = read.engine.keep("held", _held(inside))
    each = ["person", "agency"]
    alone = first_windows(rows.semi_join(enough_ever(rows, each, question.rule), each), each, question.rule)
    seen_alone = alone.select("person").distinct().mutate(alone=True)
    found = _together(held).left_join(seen_alone, "person")
    found = found.mutate(scattered=found.alone.isnull(), window_last=found.last_seen)
    return _with_agencies(found, held)


def _held(rows: Any) -> Any:
    """What each agency holds of each child."""
    return rows.group_by(["person", "agency"]).agg(
        held=bits.union(rows.mark), first_seen=rows.seen_on.min(), last_seen=rows.seen_on.max()
    )


def _together(held: Any) -> Any:
    """What all agencies hold of each child together; `most`: how many items the one that holds most has."""
    return held.group_by("person").agg(
        items=bits.union(held.held),
        most=bits.size(held.held).max(),
        first_seen=held.first_seen.min(),
        last_seen=held.last_seen.max(),
    )


def _with_agencies(found: Any, held: Any) -> Any:
    listed = held.semi_join(found, "person")
    agencies = listed.group_by("person").agg(agencies=listed.agency.collect())
    return found.join(agencies, "person").select(
        "person", "items", "agencies", "scattered", "first_seen", "last_seen", "window_last"
    )


def _said(read: Tables, question: Question, members: Any) -> Any:
    """What the records of listed children say beside what was counted: `empty`, counted items whose field is empty, and
    `vulnerable`, vulnerabilities on record."""
    rows = read.observations.join(read.marks, "item")
    empty = (rows.state == "not_known") & is_one_of(rows, question.counted, question)
    rows = rows.filter(empty | on_record(rows, question)).join(members, _BY_RECORD)
    return rows.group_by("person").agg(
        empty=bits.union(rows.mark, where=rows.state == "not_known"),
        vulnerable=bits.union(rows.mark, where=rows.state == "seen"),
    )


def _absent(read: Tables, members: Any) -> Any:
    """Items whose field is missing from the files of a source that holds the child."""
    rows = members.join(read.sources, "source")
    return rows.group_by("person").agg(absent=bits.union(rows.absent))


def _spelt_out(found: pa.Table, agencies: list[str], question: Question) -> pa.Table:
    last = found["window_last"]
    days = {day: first_day(day, question.rule.window_months) for day in pc.unique(last).to_pylist()}
    first = pa.array(list(days.values()), pa.date32()).take(
        pc.index_in(last, pa.array(list(days), pa.date32()))
    )
    begun = {name: pc.max_element_wise(found[name], first) for name in ("first_seen", "last_seen")}
    columns = {
        "person": found["person"],
        "signs": question.lists(found["items"]),
        "agencies": _named(found["agencies"].combine_chunks(), agencies),
        "scattered": found["scattered"],
        "first_seen": begun["first_seen"],  # what began before the window is in it from its first day
        "last_seen": begun["last_seen"],
        "window_first": first,
        "window_last": last,
        "not_known": question.lists(found["not_known"]),
        "vulnerabilities": question.lists(found["vulnerabilities"]),
    }
    return pa.table({column.name: columns[column.name] for column in tables.CHILDREN.columns})


def _named(numbers: pa.ListArray, agencies: list[str]) -> pa.ListArray:
    """Lists of agencies' numbers as sorted lists of their names."""
    of, number = pc.list_parent_indices(numbers), numbers.flatten()
    order = pc.sort_indices(
        pa.table({"of": of, "number": number}), sort_keys=[("of", "ascending"), ("number", "ascending")]
    )
    names = pa.array(agencies, pa.string()).take(number.take(order))
    lengths = pc.fill_null(pc.list_value_length(numbers), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(lengths.cast(pa.int64()))])
    return pa.ListArray.from_arrays(offsets.cast(pa.int32()), names)
