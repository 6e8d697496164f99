"""What pages may read of engine runs and their results. `user` is always the first argument.

Lists are pseudonymous: a child is a key. Names come only from `identity_of`, for a person who may open concerns and
has said why, and never where the records are of somebody whose record in Heard is hidden from them or keeps them out. The
list itself stays the same for everybody, with its counts, signs, sources and dates: it holds keys and no name. Results are Parquet folders that are written once, so they are read straight from their files.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import count
from operator import and_
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from pyarrow.types import is_list

from heard.agencies.rules import Hidden, May
from heard.cases.concern.queries import concerns_visible_to
from heard.engine import intake, tables
from heard.engine import run as engine
from heard.engine.run import reports
from heard.insight.run import apart, rules
from heard.insight.run.models import EngineRun, Opening, Reveal
from heard.insight.run.rules import MOST_KEPT, RunPart, RunState, is_past
from heard.knowledge import load
from heard.network.queries import closed_to
from heard.network.rules import Description, Name

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from heard.agencies.models import User
    from heard.knowledge.model import Release

MAPPING = "partnership.yaml"
"""How a mapping is called that lies beside extracts, or was uploaded with a run."""


class ListedChild(SimpleNamespace):
    """A child on a run's list: each column of `tables.CHILDREN`, empty where the run wrote none. `key` says nothing about who they are."""

    key: str


@dataclass(frozen=True)
class ChangedChild:
    """A child who is new on a list, or left it, by the key in the run of whose list it is; and why: each sign (its label,
    or nothing where it is about the records as a whole) with the reason in words."""

    key: str
    run: EngineRun
    whys: list[tuple[str, str]]


@dataclass(frozen=True)
class Comparison:
    """Two lists: how many were on each, who is new and who left in the order of their keys, and what else differs."""

    earlier: int
    later: int
    new: list[ChangedChild]
    left: list[ChangedChild]
    notes: list[str]


@dataclass(frozen=True)
class Knowing:
    """An agency that has a record of a listed child. `items`: how many signs and vulnerabilities its records show; `last_seen`: the last
    day of these, or None where they show none."""

    agency: str
    sources: list[str]
    items: int
    last_seen: date | None


@dataclass(frozen=True)
class Identity:
    """What the records behind a key say about who the child is. Values differ where the records do. `workers`: by agency, who
    works with the child as its extract says."""

    names: list[tuple[str, str]]
    birth_dates: list[date]
    sex: str
    postcodes: list[str]
    nhs_number: str
    upn: str
    workers: dict[str, str]
    records: list[dict[str, Any]]


@dataclass(frozen=True)
class JoinedRecord:
    """A record without its key, which is an agency's number for the child. `place`: which of several of its source; else 0."""

    agency: str
    source: str
    place: int


@dataclass(frozen=True)
class HowJoined:
    """`links`: two records each, by their places in `records`, and in words what joined them. `waiting`: pairs with records of others
    that wait for a person. `weighed`: whether the run kept what speaks for and against each pair."""

    records: list[JoinedRecord]
    links: list[tuple[int, int, str]]
    waiting: int
    weighed: bool


class KeptFrom(Hidden):
    """Records of an extract are of somebody whose record in Heard this user may not open. `kept_out`: the keys of those from
    whom they are kept out by name or team, for telling who may see that they tried; for no page."""

    def __init__(self, kept_out: frozenset[uuid.UUID]) -> None:
        super().__init__()
        self.kept_out = kept_out


def runs_visible_to(user: User) -> QuerySet[EngineRun]:
    """With those that were destroyed. One whose last day is over and that waits to be destroyed is not shown."""
    waiting = runs_past_their_day(user, timezone.localdate()).order_by().values("pk")
    rows = EngineRun.objects.select_related("started_by", "weights_of").exclude(pk__in=waiting)
    return rows if user.may(May.SEE_LIST) else rows.none()


def run_visible_to(user: User, run_id: uuid.UUID) -> EngineRun:
    try:
        return runs_visible_to(user).get(pk=run_id)
    except EngineRun.DoesNotExist:
        raise Hidden from None


def runs_past_their_day(user: User | None, today: date) -> QuerySet[EngineRun]:
    """Those whose list nobody needs any more, and whose folder is still there. `user`: None for the timer; it makes no
    difference, since nothing of them is shown."""
    unsaid = Q(keep_until=None, asked_at__date__lt=today - timedelta(days=MOST_KEPT))
    return EngineRun.objects.filter(Q(keep_until__lt=today) | unsaid, destroyed_at=None)


def extracts_waiting(user: User) -> list[str]:
    """Files and folders that agencies have put into the extracts folder, by name: no hidden ones, no mapping."""
    folder: Path = settings.EXTRACTS
    if not user.may(May.RUN_ENGINE) or not folder.is_dir():
        return []
    entries = (entry for entry in folder.iterdir() if entry.suffix != ".yaml")
    return sorted(entry.name for entry in entries if not entry.name.startswith("."))


def has_drop_folder(user: User) -> bool:
    return settings.DROP is not None and (user.may(May.RUN_ENGINE) or user.may(May.MANAGE))


def mapping_of(user: User | None, run: EngineRun) -> Path:
    """The mapping that was uploaded with the run, else the partnership's own, else the one that Heard brings; `Hidden` for whoever may not
    run the engine. `user`: None for the worker that carries it out."""
    if user is not None and not user.may(May.RUN_ENGINE):
        raise Hidden
    places = (run.folder, settings.EXTRACTS, intake.EXAMPLES)
    return next(place / MAPPING for place in places if (place / MAPPING).is_file())


def path_of(user: User, run: EngineRun, name: str) -> Path:
    """Where a file lies that a run reads and nobody has explained yet; or `Hidden`."""
    if not user.may(May.RUN_ENGINE) or name not in run.undescribed or run.destroyed_at is not None:
        raise Hidden
    uploaded = run.uploads / name
    path = uploaded if uploaded.is_file() else settings.EXTRACTS / name
    if not path.is_file():
        raise Hidden
    return path


def asked_of(user: User, run: EngineRun) -> dict[str, Any] | None:
    """What a run asks besides columns of its tables, as `engine.Asks` says it; None where it asks nothing of this user."""
    asks: dict[str, Any] | None = run.summary.get(apart.ASKS)
    waits = run.state == RunState.ASKING and not run.undescribed and run.destroyed_at is None
    return asks if waits and user.may(May.RUN_ENGINE) else None


def has_result(user: User, run: EngineRun) -> bool:
    """It is done, its last day is not over, and its folder is still there."""
    past = is_past(run.keep_until, timezone.localdate(run.asked_at), timezone.localdate())
    is_there = run.state == RunState.DONE and run.destroyed_at is None
    return user.may(May.SEE_LIST) and is_there and not past


def is_silent(user: User, run: EngineRun) -> bool:
    """Its worker was killed: whoever may run the engine begins it again."""
    under_way = run.state == RunState.RUNNING and user.may(May.SEE_LIST)
    return rules.is_silent(under_way=under_way, beat_at=run.beat_at, now=timezone.now())


def children_of(user: User, run: EngineRun, *, scattered_only: bool = False) -> list[ListedChild]:
    """The run's list in the order of the keys, which is no order of need."""
    rows = table_of(user, run, tables.CHILDREN).to_pylist()
    listed = [_listed(row) for row in rows if row["scattered"] or not scattered_only]
    return sorted(listed, key=lambda child: child.key)


def child_of(user: User, run: EngineRun, key: str) -> ListedChild:
    rows = table_of(user, run, tables.CHILDREN, filters=[("person", "=", key)]).to_pylist()
    if not rows:
        raise Hidden
    return _listed(rows[0])


def earlier_results(user: User, run: EngineRun, most: int) -> list[EngineRun]:
    """Runs that were asked for before this one and of which the user may see the list, the latest first."""
    done = runs_visible_to(user).filter(state=RunState.DONE, destroyed_at=None, asked_at__lt=run.asked_at)
    return [earlier for earlier in done[:most] if has_result(user, earlier)]


def run_before(user: User | None, run: EngineRun) -> EngineRun | None:
    """The last run before this one that was done and is kept: children keep the keys that they have in it. `user`: None for the
    worker; it makes no difference, since nothing of it is shown."""
    return _latest_done(user, EngineRun.objects.filter(asked_at__lt=run.asked_at))


def _latest_done(user: User | None, runs: QuerySet[EngineRun]) -> EngineRun | None:
    """The last of these that was done and is kept."""
    past = runs_past_their_day(user, timezone.localdate()).values("pk")
    done = runs.filter(state=RunState.DONE, destroyed_at=None).exclude(pk__in=past)
    latest = done.order_by("-asked_at").first()
    return latest if latest and (latest.result / f"{tables.IDENTITIES.name}.parquet").is_file() else None


def run_to_keep(user: User) -> tuple[EngineRun | None, str | None]:
    """The run whose weights a new one of this user's can keep, the last that was done and is kept; and why it cannot where there is one.
    Hidden for whoever may not run the engine."""
    if not user.may(May.RUN_ENGINE):
        raise Hidden
    latest = _latest_done(user, EngineRun.objects.all())
    if latest is None:
        return None, None
    refusal = why_not_keep_weights(user, latest)
    return (None, refusal) if refusal else (latest, None)


def why_not_keep_weights(user: User | None, kept: EngineRun) -> str | None:
    """Why a new run cannot keep the weights of a run. `user`: None for the worker; it makes no difference, since nothing of it is shown."""
    if kept.destroyed_at or is_past(kept.keep_until, timezone.localdate(kept.asked_at), timezone.localdate()):
        return "The run whose weights were to be kept has been destroyed since."
    if why := engine.why_not_keep_model(kept.result):
        return f"The weights of the run before cannot be kept. {why}"
    return None


def changes_between(user: User, earlier: EngineRun, run: EngineRun) -> Comparison:
    """Who is new on a run's list against an earlier run's, and who left. Hidden where the user may see either list not.

    Raises `NotDone` where the two cannot be compared.
    """
    if not has_result(user, earlier) or not has_result(user, run) or earlier.asked_at >= run.asked_at:
        raise Hidden
    found = engine.changes(earlier.result, run.result)
    new, left = (_changed(found.rows, change, of) for change, of in (("new", run), ("left", earlier)))
    return Comparison(found.earlier, found.later, new, left, found.notes)


def evidence_of(user: User, run: EngineRun, key: str) -> list[dict[str, Any]]:
    """Each record behind each sign and vulnerability of a listed child: rows of `tables.EVIDENCE`, oldest first."""
    child_of(user, run, key)
    rows: list[dict[str, Any]] = table_of(
        user, run, tables.EVIDENCE, filters=[("person", "=", key)]
    ).to_pylist()
    return sorted(
        rows, key=lambda row: (row["item"], row["seen_on"] or date.min, row["source"], row["row"] or 0)
    )


def who_knows(user: User, run: EngineRun, key: str, evidence: list[dict[str, Any]]) -> list[Knowing]:
    """Every agency with a record of a listed child, also where it shows nothing of what is looked for, in the order of their names. `evidence`:
    of `evidence_of`."""
    behind = [("person", "=", key)]
    sources = {row["source"] for row in table_of(user, run, tables.IDENTITIES, filters=behind).to_pylist()}
    holds = {row["source"]: row["agency"] for row in table_of(user, run, tables.SOURCES).to_pylist()}
    found = []
    for agency in sorted({holds[source] for source in sources}):
        rows = [row for row in evidence if row["agency"] == agency]
        days = [row["seen_on"] for row in rows if row["seen_on"]]
        its = sorted(source for source in sources if holds[source] == agency)
        found.append(Knowing(agency, its, len({row["item"] for row in rows}), max(days, default=None)))
    return found


def how_joined(user: User, run: EngineRun, key: str) -> HowJoined:
    """What made the records of a listed child one child's, in the order in which they were joined."""
    found, records = records_of(user, run, key)
    place = {record: at for at, record in enumerate(found.records)}
    links = [(place[link.left], place[link.right], link.why) for link in found.links]
    weighed = (run.result / f"{tables.COMPARED.name}.parquet").is_file()
    return HowJoined(records, links, found.waiting, weighed)


def records_of(user: User, run: EngineRun, key: str) -> tuple[engine.Together, list[JoinedRecord]]:
    """The records of a listed child: as the engine has them, with their numbers, and in the same order without."""
    child_of(user, run, key)
    found = engine.joined(run.result, key)
    holds = {row["source"]: row["agency"] for row in table_of(user, run, tables.SOURCES).to_pylist()}
    several = Counter(source for source, _ in found.records)
    place: dict[str, Iterator[int]] = {source: count(1) for source in several}
    return found, [
        JoinedRecord(holds[source], source, next(place[source]) if several[source] > 1 else 0)
        for source, _ in found.records
    ]


def known_of(user: User, run: EngineRun) -> list[dict[str, Any]]:
    """How much is known of each item: rows of `tables.KNOWN`."""
    rows: list[dict[str, Any]] = table_of(user, run, tables.KNOWN).to_pylist()
    return sorted(rows, key=lambda row: row["item"])


def stretches_of(user: User, run: EngineRun) -> dict[str, list[tuple[date, date]]]:
    """From when to when each source can speak of anything, in the order of time: several stretches where there is a gap. Of sources without
    such days, the first and last of which their records speak; nothing of a source whose records have no date."""
    spoken = table_of(user, run, tables.SOURCES).to_pylist()
    found = {row["source"]: [(row["first_date"], row["last_date"])] for row in spoken if row["first_date"]}
    rows = table_of(user, run, tables.COVERAGE, filters=[("state", "=", "collected")])
    days: dict[str, set[tuple[date, date]]] = {}
    for row in rows.to_pylist():
        if row.get("first_day") and row.get("last_day"):  # runs of earlier releases have no such columns
            days.setdefault(row["source"], set()).add((row["first_day"], row["last_day"]))
    return found | {source: rules.without_overlap(some) for source, some in days.items()}


def sights_of(user: User, run: EngineRun) -> dict[str, list[engine.Sight]]:
    """What each source could see of each sign, month by month; nothing of runs that did not write it yet."""
    if not has_result(user, run):
        raise Hidden
    if not (run.result / f"{tables.MONTHS.name}.parquet").is_file():
        return {}
    found: dict[str, list[engine.Sight]] = {}
    for sight in engine.sights(table_of(user, run, tables.MONTHS).to_pylist()):
        found.setdefault(sight.source, []).append(sight)
    return found


def issues_of(
    user: User, run: EngineRun, *, alike: Mapping[str, str], first: int, size: int
) -> tuple[list[dict[str, Any]], int]:
    """A page of what is wrong with the input, and how many rows there are in all. `alike`: of which code, source and field; an empty one
    is that of issues of a whole row or file."""
    each = [
        pc.field(name) == told if (told := alike[name]) else pc.field(name).is_null()
        for name in _ALIKE
        if name in alike
    ]
    table = table_of(user, run, tables.ISSUES, filters=reduce(and_, each) if each else None)
    rows: list[dict[str, Any]] = table.slice(first, size).to_pylist()
    return rows, table.num_rows


_ALIKE = ("code", "source", "field")
_WORST_FIRST = ("set_aside", "file", "flag")


def alike_issues_of(user: User, run: EngineRun) -> list[dict[str, Any]]:
    """What is wrong with the input, alike issues together: `times` how often, and one of them as it stands. First what lost rows, and
    what there is most of."""
    table = table_of(user, run, tables.ISSUES)
    shown = [name for name in table.column_names if name not in (*_ALIKE, "severity")]
    grouped = table.group_by([*_ALIKE, "severity"], use_threads=False)  # else there is no first
    found = grouped.aggregate([([], "count_all"), *((name, "first") for name in shown)])
    renamed = {"count_all": "times"} | {f"{name}_first": name for name in shown}
    rows = found.rename_columns([renamed.get(name, name) for name in found.column_names]).to_pylist()
    return sorted(
        rows, key=lambda row: (_WORST_FIRST.index(row["severity"]), -row["times"], row["code"], row["source"])
    )


_TABLES = {
    RunPart.LIST: tables.CHILDREN,
    RunPart.EVIDENCE: tables.EVIDENCE,
    RunPart.SET_APART: tables.SET_APART,
    RunPart.ISSUES: tables.ISSUES,
    RunPart.MONTHS: tables.MONTHS,
    RunPart.KNOWN: tables.KNOWN,
    RunPart.QUALITY: tables.QUALITY,
}
_STAYS = ("record_id",)  # an agency's own number for a child


def parts_of(user: User, run: EngineRun) -> list[RunPart]:
    """What of a run may be taken out, as far as it is there: an earlier release of Heard wrote fewer tables."""
    if not user.may(May.RUN_ENGINE) or not has_result(user, run):
        raise Hidden
    there = [part for part, table in _TABLES.items() if (run.result / f"{table.name}.parquet").is_file()]
    return there + ([RunPart.REPORTS] if reports_of(user, run) else [])


def part_of(user: User, run: EngineRun, part: RunPart) -> Any:
    """A part as pyarrow has it, children by their keys; or `Hidden`."""
    if part not in parts_of(user, run):
        raise Hidden
    found = table_of(user, run, _TABLES[part])
    return found.select([name for name in found.column_names if name not in _STAYS])


def reports_of(user: User, run: EngineRun) -> list[Path]:
    """One for each file that was read, made for the agency that sent it."""
    if not user.may(May.RUN_ENGINE) or not has_result(user, run):
        raise Hidden
    return sorted((run.result / reports.FOLDER).glob("*.csv"))


def set_apart_of(user: User, run: EngineRun) -> list[dict[str, Any]]:
    """Rows of `tables.SET_APART`, those who died first, each by their day; none where an earlier release of Heard wrote no such table."""
    if not user.may(May.SEE_LIST) or not has_result(user, run):
        raise Hidden
    if not (run.result / f"{tables.SET_APART.name}.parquet").is_file():
        return []
    rows: list[dict[str, Any]] = table_of(user, run, tables.SET_APART).to_pylist()
    return sorted(rows, key=lambda row: (row["why"] != "died", row["since"], row["person"]))


def openings_of(user: User, run: EngineRun) -> dict[str, Opening]:
    """The concerns that people have opened from this list, by the child's key. `readable` says whether the user may
    read the concern: of any other a page says only that it was opened, and by whom."""
    if not user.may(May.SEE_LIST):
        return {}
    readable = Exists(concerns_visible_to(user).filter(pk=OuterRef("concern_id")))
    rows = Opening.objects.filter(run=run).select_related("concern", "by").annotate(readable=readable)
    return {row.child: row for row in rows}


def has_revealed(user: User, run: EngineRun, key: str) -> bool:
    return Reveal.objects.filter(run=run, child=key, by=user).exists()


def identity_of(user: User, run: EngineRun, key: str) -> Identity:
    """Who the child is, for somebody who may open a concern and has said why. Anyone else: Hidden.

    `KeptFrom`, which is `Hidden`, where it is somebody whose record in Heard is restricted to others or keeps the user out.
    """
    if not has_revealed(user, run, key):
        raise Hidden
    return _identity(records_behind(user, run, key))


def records_behind(user: User, run: EngineRun, key: str) -> list[dict[str, Any]]:
    """The records of a listed child, rows of `tables.RECORDS`, for whoever may open a concern and is not kept from them."""
    child_of(user, run, key)
    if not user.may(May.OPEN_FROM_LIST):
        raise Hidden
    members = table_of(user, run, tables.IDENTITIES, filters=[("person", "=", key)]).to_pylist()
    wanted = {(row["source"], row["record_id"]) for row in members}
    ids = [("record_id", "in", [record_id for _, record_id in wanted])]
    rows = table_of(user, run, tables.RECORDS, filters=ids).to_pylist()
    rows = [row for row in rows if (row["source"], row["record_id"]) in wanted]
    keep_closed(user, rows)
    return rows


def keep_closed(user: User, rows: Iterable[dict[str, Any]]) -> None:
    """Raises `KeptFrom` where one of these records is of somebody whose record in Heard the user may not open."""
    if closed := closed_to(user, [_described(row) for row in rows]):
        raise KeptFrom(closed.kept_out)


def release_of(run: EngineRun) -> Release:
    """The release of knowledge that the run was made with; the current one before it has finished."""
    named = run.summary.get("release")
    return load.release(named) if named in load.release_ids() else load.current()


def table_of(user: User, run: EngineRun, table: tables.Table, filters: Any = None) -> Any:
    """A table of the run's result, as pyarrow has it, for other pages of the engine; or `Hidden`."""
    if not user.may(May.SEE_LIST) or not has_result(user, run):
        raise Hidden
    return pq.read_table(run.result / f"{table.name}.parquet", filters=filters)


def _changed(rows: list[dict[str, Any]], change: str, of: EngineRun) -> list[ChangedChild]:
    release, found = release_of(of), dict[str, ChangedChild]()
    for row in rows:
        if row["change"] == change:
            child = found.setdefault(row["person"], ChangedChild(row["person"], of, []))
            child.whys.append((release.item(row["item"]).label if row["item"] else "", row["why"]))
    return list(found.values())


def _listed(row: dict[str, Any]) -> ListedChild:
    # Earlier runs did not write every column.
    told = {column.name: row.get(column.name) for column in tables.CHILDREN.columns}
    lists = {
        column.name: told[column.name] or [] for column in tables.CHILDREN.columns if is_list(column.type)
    }
    return ListedChild(key=row["person"], **told | lists)


def _described(row: dict[str, Any]) -> Description:
    names = (Name(row["given_name"] or "", row["family_name"] or ""),)
    # A local number is one agency's own: another agency may have given it to somebody else.
    numbers = tuple(row[column] for column in ("nhs_number", "upn") if row[column])
    return Description(names, row["birth_date"], numbers=numbers)


def _identity(rows: list[dict[str, Any]]) -> Identity:
    rows = sorted(rows, key=lambda row: (row["agency"], row["source"], row["record_id"]))

    def values(column: str) -> list[Any]:
        return list(dict.fromkeys(row[column] for row in rows if row[column]))

    valid_nhs = [row["nhs_number"] for row in rows if row["nhs_number_valid"]]
    valid_upn = [row["upn"] for row in rows if row["upn_valid"]]
    sexes = values("sex")
    return Identity(
        names=list(
            dict.fromkeys((r["given_name"] or "", r["family_name"] or "") for r in rows if r["family_name"])
        ),
        birth_dates=values("birth_date"),
        sex=sexes[0] if len(sexes) == 1 else "U",
        postcodes=values("postcode"),
        nhs_number=valid_nhs[0] if valid_nhs else "",
        upn=valid_upn[0] if valid_upn else "",
        workers=_workers(rows),
        records=rows,
    )


def _workers(rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if named := row.get("worker"):  # runs made before it was read have no such column
            found.setdefault(row["agency"], []).extend(named.split("; "))
    return {agency: "; ".join(dict.fromkeys(names)) for agency, names in found.items()}
