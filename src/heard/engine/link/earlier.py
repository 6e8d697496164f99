"""A run that stands on one before it: children keep the keys that they had, and what became of each record is said.

A child of the run before is the child of this one who has most of the same records, each matched once. Who gets no key so
is new, also where a child's records were parted: one part keeps the key.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import tables
from heard.engine.link import bands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from heard.engine.backend import Engine
    from heard.engine.link.kept import KeptRun

NEW, JOINED, MOVED, GONE = "new", "joined", "moved", "gone"
_RECORD = ["source", "record_id"]
_SHARED: Final = pa.schema(
    [("person", pa.string()), ("was", pa.string()), ("n", pa.int64()), ("first", pa.string())]
)


_KEYS: Final = pa.schema([("person", pa.string()), ("kept", pa.string())])


class Before(NamedTuple):
    """The run before: rows of `tables.IDENTITIES`, and what it kept where this one is to compare only what is new."""

    identities: pa.Table
    kept: KeptRun | None = None

    def renamed(self, change: Callable[[pa.Table], pa.Table]) -> Before:
        """With the names that its sources have now."""
        kept = self.kept and self.kept._replace(prints=change(self.kept.prints))
        return Before(change(self.identities), kept)


class _Shared(NamedTuple):
    """How many records (`n`) a child now (`person`) and a child then (`was`) have in common, and the first of them."""

    person: str
    was: str
    n: int
    first: str


def held(engine: Engine, before: pa.Table) -> Any:
    """Rows of `tables.IDENTITIES` of the run before, where `was` is whose the record was."""
    return engine.hold("before", before.rename_columns([*_RECORD, "was"]))


def kept(engine: Engine, members: Any, before: pa.Table, then: Any) -> Any:
    """`members` (key, source, record_id, person) with the keys of the run before, and `was`: whose the record was then, or null.

    `before`: rows of `tables.IDENTITIES`; `then`: as `held` gives them.
    """
    met = engine.keep("met", members.left_join(then, _RECORD).select("key", *_RECORD, "person", "was"))
    t = met.filter(met.was.notnull()).mutate(name=met.source + "\n" + met.record_id)
    counted = t.group_by("person", "was").agg(n=t.count(), first=t.name.min())
    matched = _matched(counted.to_pyarrow().cast(_SHARED))
    others = met.anti_join(engine.hold("matched", matched), "person").select("person").distinct()
    anew = _anew(others.to_pyarrow()["person"], before["person"])
    keys = engine.hold("keys", pa.concat_tables([matched, anew]))
    named = met.left_join(keys, "person")
    return named.select("key", *_RECORD, person=ibis.coalesce(named.kept, named.person), was=named.was)


def _matched(shared: pa.Table) -> pa.Table:
    """Who now (`person`) keeps whose key (`kept`)."""
    single = pc.and_(*(_once(shared[column]) for column in ("person", "was")))
    plain = shared.filter(single).select(["person", "was"]).rename_columns(_KEYS.names)
    found = _fairly(_Shared(**row) for row in shared.filter(pc.invert(single)).to_pylist())
    rest = pa.table(
        [pa.array(side, pa.string()) for side in (list(found), list(found.values()))], schema=_KEYS
    )
    return pa.concat_tables([plain, rest])


def _once(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where the value stands in no other row."""
    counts = pc.value_counts(column)
    alone = counts.field("values").filter(pc.equal(counts.field("counts"), 1))
    return pc.is_in(column, alone)


def _fairly(shared: Iterable[_Shared]) -> dict[str, str]:
    """Those with most records in common first, each once; of as many, whose first record comes first."""
    matched: dict[str, str] = {}
    taken: set[str] = set()
    for one in sorted(shared, key=lambda one: (-one.n, one.first, one.person, one.was)):
        if one.person not in matched and one.was not in taken:
            matched[one.person] = one.was
            taken.add(one.was)
    return matched


def _anew(persons: pa.ChunkedArray, before: pa.ChunkedArray) -> pa.Table:
    """Other keys (`kept`) for children who have none, and whose records would give them the one of another child then."""
    clashing = persons.filter(pc.is_in(persons, pc.unique(before))).to_pylist()
    known = set(pc.unique(before).to_pylist()) if clashing else set()
    unused = [_unused(person, known) for person in clashing]
    return pa.table([pa.array(clashing, pa.string()), pa.array(unused, pa.string())], schema=_KEYS)


def _unused(person: str, known: set[str]) -> str:
    found = person
    while found in known:
        found = hashlib.sha256(found.encode()).hexdigest()[: len(person)]
    return found


def moved(members: Any, links: Any, then: Any) -> Any:
    """Rows of `tables.MOVED`: each record whose child is not whose it was. `members`: as `kept` gives them; `links`: rows of `tables.LINKS`;
    `then`: as `held` gives them."""
    known = then.select(person="was", known=ibis.literal(True)).distinct()
    t = members.filter(members.was.isnull() | (members.was != members.person)).left_join(known, "person")
    change = ibis.cases((t.was.notnull(), MOVED), (t.known, JOINED), else_=NEW)
    here = t.select(*_RECORD, "person", "was", change=change).left_join(_why(links), _RECORD)
    stayed = here.select(
        *_RECORD, "person", "was", "change", why=ibis.ifelse(here.change == NEW, None, here.why)
    )
    gone = then.anti_join(members, _RECORD)
    left = gone.select(*_RECORD, person="was", was="was", change=ibis.literal(GONE), why=ibis.null("string"))
    columns = tables.MOVED.schema.names
    return stayed.select(columns).union(left.select(columns)).order_by(*_RECORD)


def _why(links: Any) -> Any:
    """Of each record, what its surest link rests on."""
    linked = links.filter(links.band == bands.LINKED)
    sides = [
        linked.select("probability", "why", source=f"{side}_source", record_id=f"{side}_id")
        for side in ("left", "right")
    ]
    both = sides[0].union(sides[1])
    surest = ibis.window(group_by=_RECORD, order_by=[both.probability.desc(), both.why])
    ranked = both.mutate(place=ibis.row_number().over(surest))
    return ranked.filter(ranked.place == 0).select(*_RECORD, "why")


def notes(moves: pa.Table, persons: pa.ChunkedArray, before: pa.Table) -> list[str]:
    """What became of the children of the run before, in one sentence. `moves`: rows of `tables.MOVED`; `persons`: whose each record is now."""
    then, now = pc.unique(before["person"]), pc.unique(persons)
    kept_keys = then.filter(pc.is_in(then, now))
    touched = pa.chunked_array([*moves["person"].chunks, *moves["was"].chunks], pa.string())
    changed = pc.sum(pc.is_in(kept_keys, pc.unique(touched))).as_py() or 0
    lost = then.filter(pc.invert(pc.is_in(then, now)))
    elsewhere = pc.unique(moves["was"].filter(pc.equal(moves["change"], MOVED)))
    parted = pc.sum(pc.is_in(lost, elsewhere)).as_py() or 0
    sentence = (
        f"Children keep the keys of the run before. Of its {len(then):,} children, {len(kept_keys) - changed:,} are as they were, "
        f"{changed:,} have other records than then, {parted:,} are no child of their own any more, and "
        f"{len(lost) - parted:,} have no record in these extracts; {len(now) - len(kept_keys):,} are new."
    )
    return [sentence]
