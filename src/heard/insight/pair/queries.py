"""Pairs of records that a run leaves for a person. `user` is always the first argument.

A list has keys and agencies only, and is the same for everybody who sees lists. What the two records say is for whoever may
judge, and of no pair that has a record of somebody whose record in Heard is hidden from them or keeps them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched, combinations
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq

from heard.agencies.rules import Hidden, May
from heard.engine import run as runs
from heard.engine import tables
from heard.engine.link import MODEL_FILE, labels
from heard.engine.link.diagnosis import Diagnosis, diagnosed
from heard.insight.judgement.queries import blind_visible_to, judgements_visible_to, standing
from heard.insight.judgement.rules import Pair, Word
from heard.insight.pair.rules import ComparedField, Weight, beside, waterfall
from heard.insight.run.queries import JoinedRecord, has_result, keep_closed, records_of, table_of

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.insight.run.models import EngineRun

_FOR_A_PERSON: Final = ("band", "=", "for_a_person")
_FIRST: Final = ("listed", "one_child", "scattered", "")
_AT_ONCE: Final = 50  # pairs about which the database is asked in one go


@dataclass(frozen=True)
class ListedPair:
    """A pair of the list: its key says nothing about who the two are. `change`: what it would change in the list of children, were
    they one child: a word of `tables.TURNING`, or nothing."""

    key: str
    sources: tuple[str, str]
    change: str = ""


@dataclass(frozen=True)
class Shown:
    """Two records beside one another, and why the engine asks. `weights` is empty where the run has none."""

    pair: Pair
    left: dict[str, Any]
    right: dict[str, Any]
    lines: list[ComparedField]
    why: str
    weights: list[Weight]


@dataclass(frozen=True)
class Two:
    """Two records of a listed child, and what the engine made of them, which holds no value of either. `why` is empty where the pair was
    not written down, `weights` where the two were not compared. `others`: every two of the child's records, by place."""

    records: list[JoinedRecord]
    one: int
    other: int
    why: str
    weights: list[Weight]

    @property
    def others(self) -> list[tuple[int, int]]:
        return list(combinations(range(len(self.records)), 2))


def two_of(user: User, run: EngineRun, key: str, one: int, other: int) -> Two:
    """Two records of a listed child, by their places; `Hidden` where it has none there, or the run kept no weights."""
    found, records = records_of(user, run, key)
    if one == other or not {one, other} <= set(range(len(records))):
        raise Hidden
    if not (run.result / f"{tables.COMPARED.name}.parquet").is_file():
        raise Hidden
    told = runs.compared(run.result, found.records[one], found.records[other])
    return Two(records, one, other, told.why, waterfall(reason._asdict() for reason in told.reasons))


def diagnosis_of(user: User, run: EngineRun) -> Diagnosis:
    """How the links of a run came about; `Hidden` where it has none. It holds nothing of any record."""
    if not has_result(user, run) or not (run.result / MODEL_FILE).is_file():
        raise Hidden
    return diagnosed(run.result)


def sample_of(user: User, run: EngineRun) -> list[Pair]:
    """Pairs that people judge without seeing what the engine made of them: drawn at random, the same for everybody. None of a run of
    an earlier release."""
    if not has_result(user, run):
        raise Hidden
    if not (run.result / f"{tables.SAMPLE.name}.parquet").is_file():
        return []
    return [Pair.of((row[0], row[1]), (row[2], row[3])) for row in labels.sample(run.result)]


@dataclass(frozen=True)
class Blind:
    """How far a blind sample is judged: how many pairs it has, how many of them were judged, the key of the next one that the reader may
    judge and nobody has, and what was found by group."""

    size: int
    judged: int
    following: str | None
    found: list[labels.Group]


def blind_of(user: User, run: EngineRun) -> Blind:
    pairs = {pair.key: pair for pair in sample_of(user, run)}
    said = {row.pair: row.judgement for row in blind_visible_to(user).filter(pair__in=list(pairs))}
    words = {Word.SAME: True, Word.NOT_SAME: False}
    told = {pairs[key]: words[Word(word)] for key, word in said.items() if word in words}
    either: dict[labels.Pair, bool] = {
        way: same for pair, same in told.items() for way in (pair, Pair(*pair.right, *pair.left))
    }
    return Blind(
        size=len(pairs),
        judged=len(said),
        following=next((key for key in pairs if key not in said and _may_see(user, run, pairs[key])), None),
        found=labels.found(run.result, either) if either else [],
    )


def _may_see(user: User, run: EngineRun, pair: Pair) -> bool:
    try:
        _beside(user, run, pair, why="", weights=[])
    except Hidden:
        return False
    return user.may(May.JUDGE)


def shown_blind(user: User, run: EngineRun, key: str) -> Shown:
    """The two records of a pair of the blind sample, and nothing of what the engine made of them; or `Hidden`, as `shown`."""
    if not user.may(May.JUDGE):
        raise Hidden
    pair = next((pair for pair in sample_of(user, run) if pair.key == key), None)
    if pair is None:
        raise Hidden
    return _beside(user, run, pair, why="", weights=[])


def quality_of(user: User, run: EngineRun) -> list[dict[str, Any]]:
    """How good the links are expected to be, by group: rows of `tables.QUALITY`; none of a run that did not measure it."""
    if not (run.result / f"{tables.QUALITY.name}.parquet").is_file():
        return []
    rows: list[dict[str, Any]] = table_of(user, run, tables.QUALITY).to_pylist()
    return rows


def pairs_of(user: User, run: EngineRun) -> list[ListedPair]:
    """What the run leaves for a person: first what would change the list of children; else in the order of the keys, which is no
    order of need or of likeness."""
    rows = table_of(user, run, tables.LINKS, filters=[_FOR_A_PERSON]).to_pylist()
    changes = _changes(user, run)
    asked = [
        ListedPair(pair.key, (pair.left_source, pair.right_source), changes.get(pair.key, ""))
        for pair in map(_pair, rows)
    ]
    return sorted(asked, key=lambda pair: (_FIRST.index(pair.change), pair.key))


def _changes(user: User, run: EngineRun) -> dict[str, str]:
    """By the key of each pair. Runs of earlier releases have no such table."""
    if not (run.result / f"{tables.TURNING.name}.parquet").is_file():
        return {}
    return {_pair(row).key: row["change"] for row in table_of(user, run, tables.TURNING).to_pylist()}


def next_to_judge(user: User, run: EngineRun, *, after: str) -> str | None:
    """The key of the pair after this one that nobody has judged, from the end on again from the beginning."""
    keys = [asked.key for asked in pairs_of(user, run)]
    at = keys.index(after) if after in keys else -1
    later = keys[at + 1 :] + keys[: max(at, 0)]
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
    return _beside(user, run, pair, why=why, weights=waterfall(_reasons(run, pair)))


def _beside(user: User, run: EngineRun, pair: Pair, *, why: str, weights: list[Weight]) -> Shown:
    left, right = _record(user, run, pair.left), _record(user, run, pair.right)
    keep_closed(user, (left, right))
    return Shown(pair, left, right, beside(left, right), why, weights)


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
