"""Pairs of records that a run leaves for a person. `user` is always the first argument.

A list has keys and agencies only, and is the same for everybody who sees lists. What the two records say is for whoever may
judge, and of no pair that has a record of somebody whose record in Heard is hidden from them or keeps them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq

from heard.agencies.rules import Hidden, May
from heard.engine import tables
from heard.insight.judgement.queries import judgements_visible_to, standing
from heard.insight.judgement.rules import Pair
from heard.insight.pair.rules import Line, Weight, beside, waterfall
from heard.insight.run.queries import keep_closed, table_of

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.insight.run.models import EngineRun

_FOR_A_PERSON: Final = ("band", "=", "for_a_person")
_AT_ONCE: Final = 50  # pairs about which the database is asked in one go


@dataclass(frozen=True)
class Asked:
    """A pair of the list: its key says nothing about who the two are."""

    key: str
    sources: tuple[str, str]


@dataclass(frozen=True)
class Shown:
    """Two records beside one another, and why the engine asks. `weights` is empty where the run has none."""

    pair: Pair
    left: dict[str, Any]
    right: dict[str, Any]
    lines: list[Line]
    why: str
    weights: list[Weight]


def pairs_of(user: User, run: EngineRun) -> list[Asked]:
    """What the run leaves for a person, in the order of the keys, which is no order of need or of likeness."""
    rows = table_of(user, run, tables.LINKS, filters=[_FOR_A_PERSON]).to_pylist()
    pairs = sorted((_pair(row) for row in rows), key=lambda pair: pair.key)
    return [Asked(pair.key, (pair.left_source, pair.right_source)) for pair in pairs]


def next_to_judge(user: User, run: EngineRun, *, after: str) -> str | None:
    """The key of the pair after this one that nobody has judged, from the end on again from the beginning."""
    keys = [asked.key for asked in pairs_of(user, run)]
    later = [key for key in keys if key > after] + [key for key in keys if key < after]
    for some in batched(later, _AT_ONCE):
        judged = standing(user, some)
        if left := [key for key in some if key not in judged]:
            return left[0]
    return None


def shown(user: User, run: EngineRun, key: str) -> Shown:
    """The two records of a pair that the run leaves for a person, or that somebody has judged; or `Hidden`.

    `KeptFrom`, which is `Hidden`, where one of them is of somebody whose record in Heard the user may not open.
    """
    if not user.may(May.JUDGE):
        raise Hidden
    pair, why = _found(user, run, key)
    left, right = _record(user, run, pair.left), _record(user, run, pair.right)
    keep_closed(user, (left, right))
    return Shown(pair, left, right, beside(left, right), why, waterfall(_reasons(run, pair)))


def _pair(row: dict[str, Any]) -> Pair:
    return Pair.of((row["left_source"], row["left_id"]), (row["right_source"], row["right_id"]))


def _found(user: User, run: EngineRun, key: str) -> tuple[Pair, str]:
    rows = table_of(user, run, tables.LINKS, filters=[_FOR_A_PERSON]).to_pylist()
    asked = next(((_pair(row), row["why"]) for row in rows if _pair(row).key == key), None)
    if asked:
        return asked
    judged = judgements_visible_to(user).filter(pair=key).first()
    if judged is None:
        raise Hidden
    return judged.records, ""


def _record(user: User, run: EngineRun, record: tuple[str, str]) -> dict[str, Any]:
    source, record_id = record
    filters = [("source", "=", source), ("record_id", "=", record_id)]
    rows: list[dict[str, Any]] = table_of(user, run, tables.RECORDS, filters=filters).to_pylist()
    if not rows:
        raise Hidden  # of another run
    return rows[0]


def _reasons(run: EngineRun, pair: Pair) -> Sequence[dict[str, Any]]:
    """Rows of `reasons`; the engine has the two in either order. Runs of the first release have no such table."""
    path = run.result / "reasons.parquet"
    if not path.is_file():
        return []
    ways = (pair, Pair(*pair.right, *pair.left))
    filters = [list(_equal(way)) for way in ways]
    rows: list[dict[str, Any]] = pq.read_table(path, filters=filters).to_pylist()
    return rows


def _equal(pair: Pair) -> Iterable[tuple[str, str, str]]:
    return ((name, "=", value) for name, value in pair._asdict().items())
