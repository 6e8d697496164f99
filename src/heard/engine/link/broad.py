"""Blocks that very many records share, such as a usual name and a year of birth: among millions, hardly any of their pairs is one child.

Pairs of a block grow with the square of its records: at a million records the blocks of `model` give 11 pairs a record, at ten
million a hundred. So beyond `BEYOND` records a way of choosing pairs leaves out its broadest blocks, as many as it takes for it to
give `MOST` pairs a record. Their records are still compared by every narrower way, and by each number; and all pairs are compared
part by part, since what Splink joins to compare them fills a disk at once.
"""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import ibis

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from heard.engine.backend import Engine

BEYOND: Final = 2_000_000  # records; up to there, all that share a block are compared
# Pairs a record of one way of choosing pairs. Among a million records, where nothing has to be left out, to leave out so many costs less
# than a thousandth of the true pairs.
MOST: Final = 0.6
_IN_A_PART: Final = 3_000_000  # records
_WORKED_OUT: Final = {
    "substr(birth, 5, 4)": lambda t: t.birth.substr(4, 4),
    "substr(given, 1, 1)": lambda t: t.given.substr(0, 1),
    "substr(family, 1, 1)": lambda t: t.family.substr(0, 1),
    "least(given, family)": lambda t: ibis.least(t.given, t.family),
    "greatest(given, family)": lambda t: ibis.greatest(t.given, t.family),
}


class Narrowed(NamedTuple):
    """`table`: prepared records, of which `broad` has a bit for each way of choosing pairs in which the record's block is left out;
    `largest`: of such a way, by its place, how many records a block may have; `notes`: sentences; `parts`: in how many parts pairs are compared."""

    name: str
    table: Any
    largest: dict[int, int]
    notes: list[str]
    parts: int = 1

    def rule(self, place: int, rule: dict[str, Any]) -> dict[str, Any]:
        """A rule of Splink, without the blocks that are left out."""
        if place not in self.largest:
            return rule
        return rule | {"blocking_rule": f"({rule['blocking_rule']}) AND (l.broad & {1 << place}) = 0"}


def narrowed(
    engine: Engine, name: str, prepared: Any, records: int, blocks: Sequence[tuple[str, ...]], numbers: int
) -> Narrowed:
    """Prepared records, as they are where they are not too many. `blocks`: columns that pairs share, by the place of their rule, of which the
    first `numbers` are never left out."""
    if records <= BEYOND:
        return Narrowed(name, prepared, {}, [])
    parts = -(-records // _IN_A_PART)
    largest = dict(_largest(prepared, records, blocks, numbers))
    if not largest:
        return Narrowed(name, prepared, {}, [], parts)
    bits = ibis.union(*(_in_broad(prepared, blocks[place], place, k) for place, k in largest.items()))
    broad = bits.group_by("key").agg(broad=bits.bit.sum())
    t = prepared.left_join(broad, "key")
    table = engine.keep("narrowed", t.mutate(broad=ibis.coalesce(t.broad, 0).cast("int64")).drop("key_right"))
    return Narrowed("narrowed", table, largest, [_note(largest.values(), len(blocks))], parts)


def _note(largest: Collection[int], ways: int) -> str:
    least, most = min(largest), max(largest)
    many = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return (
        f"Among so many records some names, dates and places are shared by very many. In {len(largest)} of {ways} ways of choosing pairs those "
        f"that more than {many} records share were left out: two records of one child with nothing rarer in common were not compared."
    )


def _largest(
    prepared: Any, records: int, blocks: Sequence[tuple[str, ...]], numbers: int
) -> Iterator[tuple[int, int]]:
    for place, block in enumerate(blocks[numbers:], numbers):
        sizes = _sizes(prepared, block)
        counted = sizes.group_by("size").agg(n=sizes.count()).order_by("size").to_pyarrow().to_pylist()
        left, most = records * MOST, 1
        for row in counted:
            left -= row["n"] * row["size"] * (row["size"] - 1) / 2
            if left < 0:
                yield place, most
                break
            most = row["size"]


def _sizes(prepared: Any, block: tuple[str, ...]) -> Any:
    """Of each value of a block how many records share it."""
    t = prepared.select(**_values(prepared, block))
    whole = t.filter(reduce(and_, (t[name].notnull() for name in t.columns)))
    return whole.group_by(whole.columns).agg(size=whole.count())


def _in_broad(prepared: Any, block: tuple[str, ...], place: int, most: int) -> Any:
    """Keys of the records whose block has more than `most`."""
    sizes = _sizes(prepared, block)
    broad = sizes.filter(sizes.size > most).drop("size")
    t = prepared.select("key", **_values(prepared, block))
    return t.semi_join(broad, list(broad.columns)).select("key", bit=ibis.literal(1 << place, "int64"))


def _values(prepared: Any, block: tuple[str, ...]) -> dict[str, Any]:
    return {
        f"by_{place}": _WORKED_OUT[column](prepared) if column in _WORKED_OUT else prepared[column]
        for place, column in enumerate(block)
    }
