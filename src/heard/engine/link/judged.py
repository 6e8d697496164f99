"""What people said of pairs of records, which is before whatever rules and model say."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from heard.engine import backend, tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAME, NOT_SAME = "same", "not_same"
WHY_SAME = "a person said that they are one child"
WHY_APART = "a person said that they are not one child"

type Key = tuple[int, int]


class Said(NamedTuple):
    """Pairs of keys, the lower first. Pairs of which somebody cannot tell, or asks others, are as if not judged. `notes`: which
    judgements did not apply, in sentences."""

    same: frozenset[Key] = frozenset()
    apart: frozenset[Key] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def keys(self) -> set[int]:
        return {key for pair in self.same | self.apart for key in pair}

    def table(self) -> pa.Table:
        """left, right, said: for joining with the pairs that were compared."""
        rows = [(*pair, SAME) for pair in sorted(self.same)] + [
            (*pair, NOT_SAME) for pair in sorted(self.apart)
        ]
        columns = zip(*rows, strict=True) if rows else ((), (), ())
        types = (pa.int64(), pa.int64(), pa.string())
        arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
        return pa.table(arrays, names=["left", "right", "said"])


def said(folder: Path, rows: pa.Table) -> Said:
    """The judgements that lie in the run's folder, by the keys of prepared rows. The last word on a pair counts; of
    records that this run does not hold it says how many did not apply. Raises `backend.WrongTable`."""
    if not (folder / f"{tables.JUDGEMENTS.name}.parquet").is_file():
        return Said()
    judgements = backend.read(folder, tables.JUDGEMENTS).sort_by("at").to_pylist()
    key_of = _keys(rows, {judgement[side] for judgement in judgements for side in ("left_id", "right_id")})
    last: dict[Key, str] = {}
    lost: dict[str, set[frozenset[tuple[str, str]]]] = defaultdict(set)
    for judgement in judgements:
        left = key_of.get((judgement["left_source"], judgement["left_id"]))
        right = key_of.get((judgement["right_source"], judgement["right_id"]))
        if left is not None and right is not None and left != right:
            last[min(left, right), max(left, right)] = judgement["judgement"]
        for side, key in (("left", left), ("right", right)):
            if key is None:
                lost[judgement[f"{side}_source"]].add(_pair(judgement))
    return Said(
        frozenset(pair for pair, word in last.items() if word == SAME),
        frozenset(pair for pair, word in last.items() if word == NOT_SAME),
        tuple(_not_applied(lost, set(pc.unique(rows["source"]).to_pylist()))),
    )


def _pair(row: dict[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset((row[f"{side}_source"], row[f"{side}_id"]) for side in ("left", "right"))


def _not_applied(lost: dict[str, set[Any]], here: set[str]) -> Iterator[str]:
    """What people said that bound nothing in this run, by the source of the record that is not in it."""
    if not lost:
        return
    pairs = len(set().union(*lost.values()))
    said = "; ".join(
        f"{name} ({len(of):,}, {'whose record is not there' if name in here else 'a source that is not in this run'})"
        for name, of in sorted(lost.items())
    )
    yield (
        f"Judgements of people that did not apply, as a record is not in this run: {pairs:,}. By source: {said}. Where a source "
        "was renamed, say so in the mapping: renamed, then the old name and the new one."
    )


def _keys(rows: pa.Table, record_ids: set[str]) -> dict[tuple[str, str], int]:
    wanted = rows.filter(pc.is_in(rows["record_id"], value_set=pa.array(sorted(record_ids), pa.string())))
    columns = (wanted[name].to_pylist() for name in ("source", "record_id", "key"))
    return {(source, record_id): key for source, record_id, key in zip(*columns, strict=True)}
