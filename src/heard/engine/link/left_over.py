"""What all pairs together tell of one: who is left over in both lists, and how many brothers and sisters stand one in each.

Where two sources give each child one record, a record that was linked is nobody else's. Two that are both left over are one
child's the more likely: a pair of strangers would both have to be left over by chance, and how often that is can be counted.
In the same way lists say how many twins they hold of whom each has one: pairs that are left over, of one home and birth date, whose
given names differ. Where these are not few, what does not say the given name is for a person.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from heard.engine.link import bands

if TYPE_CHECKING:
    from heard.engine import backend

_ENOUGH = 200  # linked pairs of two sources: of fewer nobody can say how many are left over
_MOST_BITS = 8.0
# Of pairs of one home, the share that are twins, or parent and child of one name: from here on each list holds one of the two too often.
_MANY = {bands.TWIN: 0.002, bands.ELDER: 0.01}
_RULES = 100  # where the numbers of the rules begin


class Settled(NamedTuple):
    """The pairs as `bands.banded` gives them, and whether these lists hold many twins of whom each has one."""

    pairs: Any
    twins: bool


def settled(engine: backend.Engine, pairs: Any, rows: pa.Table) -> Settled:
    """Links what only left-over records make sure, and takes back what twins make unsure. `pairs`: kept, as `bands.banded` gives them; `rows`: prepared."""
    claimed = engine.keep("claimed", _claimed(pairs))
    shares = engine.hold("shares", _shares(claimed, rows))
    t = pairs.join(shares, ["left_source", "right_source"], how="left").drop(
        "left_source_right", "right_source_right"
    )
    for side, other in (("left", "right"), ("right", "left")):
        there = claimed.select(
            **{side: "key", f"{other}_source": "source", f"{side}_claimed": ibis.literal(True)}
        )
        t = t.left_join(there, [side, f"{other}_source"]).drop(f"{side}_right", f"{other}_source_right")
    t = engine.keep("open", t.mutate(free=t.one_each & t.left_claimed.isnull() & t.right_claimed.isnull()))
    many = _many(t)
    return Settled(engine.keep("settled", _decided(t, many)), bands.TWIN in many)


def _many(t: Any) -> set[str]:
    """Whom these lists hold so many of, one in each, that what does not tell them from one child is for a person."""
    linked = t.band == bands.LINKED
    counted = t.filter(
        t.one_each & ibis.ifelse(t.kin == bands.ONE, linked, t.free & ~linked)
    ).kin.value_counts(name="n")
    times = {row["kin"]: row["n"] for row in counted.to_pyarrow().to_pylist()}
    return {
        kin
        for kin, share in _MANY.items()
        if times.get(kin, 0) > share * (times.get(kin, 0) + times.get(bands.ONE, 0))
    }


def _claimed(pairs: Any) -> Any:
    """Records (key) that are linked to a record of another source (source), where both give each child one."""
    tied = pairs.filter(pairs.one_each & (pairs.band == bands.LINKED))
    left, right = (
        tied.select(key="left", source="right_source"),
        tied.select(key="right", source="left_source"),
    )
    return left.union(right).distinct()


def _shares(claimed: Any, rows: pa.Table) -> pa.Table:
    """For each two sources, by how many bits likelier it is that two records are one child's that are both left over."""
    keyed = rows.filter(rows["keyed"]).select(["key", "source"])
    held = dict(zip(*pc.value_counts(keyed["source"]).flatten(), strict=True))
    held = {source.as_py(): count.as_py() for source, count in held.items()}
    tied = (
        claimed.to_pyarrow()
        .rename_columns(["key", "other"])
        .join(keyed, "key")
        .group_by(["source", "other"])
        .aggregate([("key", "count")])
    )
    linked = {(row["source"], row["other"]): row["key_count"] for row in tied.to_pylist()}
    told = [
        (
            one,
            other,
            min(_MOST_BITS, _bits(linked[one, other], held[one]) + _bits(linked[other, one], held[other])),
        )
        for one, other in sorted(linked)
        if linked[one, other] >= _ENOUGH and (other, one) in linked
    ]
    columns = zip(*told, strict=True) if told else ((), (), ())
    kinds = (pa.string(), pa.string(), pa.float64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=["left_source", "right_source", "bits"])


def _bits(linked: int, held: int) -> float:
    """Of the share that is left over, with one more, since none would be too few to say."""
    return round(-math.log2((held - linked + 1) / (held + 1)), 2)


def _decided(t: Any, many: set[str]) -> Any:
    linked = t.band == bands.LINKED
    odds = t.odds + t.bits
    rest = [(t.rest == kind) & (odds >= least) for kind, (least, _) in enumerate(bands.LEFT_OVER)]
    taken = ~linked & t.free & t.bits.notnull() & ibis.or_(*rest)
    unsure = t.unseen.isin(sorted(many) or ["-"])
    taken = taken.fill_null(False) & ~unsure
    back = unsure & linked & t.one_each & (t.probability < bands.BY_NUMBER_FROM)
    why = ibis.cases(
        *[
            (t.rest == kind, f"{words}, and neither source has another record for them")
            for kind, (_, words) in enumerate(bands.LEFT_OVER)
        ],
        else_="",
    )
    compared = t.why.substr(t.why.find(";").fill_null(0))
    likely = 1 / (1 + (-odds * math.log(2)).exp())
    return t.select(
        "left",
        "right",
        "weight",
        probability=ibis.ifelse(
            taken, ibis.least(ibis.greatest(likely, t.probability), 0.9995), t.probability
        ).round(6),
        band=ibis.cases((taken, bands.LINKED), (back, bands.FOR_A_PERSON), else_=t.band),
        why=ibis.cases(
            (taken, why + compared),
            (back, "of such who are not one, each list holds many; " + t.why),
            else_=t.why,
        ),
        rule=ibis.ifelse(taken, _RULES + t.rest, t.rule),
    )
