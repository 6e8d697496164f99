"""Which children have enough distinct signs in the window, who holds them, and whether one agency could have seen it.

The window: after the same date `window_months` earlier, up to and including the as-of date. A sign seen on the as-of
date is in; a sign seen on the same date the months before is just out. `window_start` alone decides it.
Signs are counted, vulnerabilities never; nobody is ranked.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from heard.engine import backend, tables
from heard.knowledge import load

if TYPE_CHECKING:
    from pathlib import Path

    from heard.engine.tables import Progress
    from heard.knowledge.model import CountingRule, Release

_RULE = "three_signs"


@dataclass(frozen=True)
class ScreenSummary:
    """What screening found. `children` are all, `with_signs` those whom the rule lists, `scattered` those of them
    whom no single agency could have listed alone. `not_collectable`: items that no source of this run can carry."""

    release: str
    as_of: date
    children: int
    with_signs: int
    scattered: int
    not_collectable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def window_start(as_of: date, months: int) -> date:
    """The date that is just outside: the same day `months` earlier, or that month's last day where it has no such day."""
    year, month = divmod(as_of.year * 12 + as_of.month - 1 - months, 12)
    return date(year, month + 1, min(as_of.day, monthrange(year, month + 1)[1]))


def screen(
    folder: Path,
    *,
    as_of: date | None = None,
    release: Release | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> ScreenSummary:
    """Reads observations, identities and coverage of the run in `folder`; writes children, evidence and known.

    Without `as_of`, the latest day up to `today` (the computer's, unless said) on which a sign that counts was seen; else
    the latest day that any source speaks of; else today. Raises `backend.WrongTable` where an earlier step has not run.
    """
    tell = progress or (lambda text, share: None)
    release = release or load.current()
    rule = release.rule(_RULE)
    with backend.engine(folder) as engine:
        tell("Counting signs", None)
        seen = _observed(engine, release)
        day, notes = _as_of(engine, seen, as_of, today or datetime.now().astimezone().date())
        counting = engine.keep("counting", _counting(seen, day, release))
        children = engine.keep("children", _children(engine, seen, counting, day, release))
        tell("Gathering the records behind each sign", 0.5)
        engine.write(tables.CHILDREN, children.order_by("person"))
        engine.write(tables.EVIDENCE, _evidence(seen, children, day, rule))
        known = engine.keep("known", _known(engine, seen, day, release))
        engine.write(tables.KNOWN, known.order_by("item"))
        return _summary(engine, release, day, children, known, notes)


def _observed(engine: backend.Engine, release: Release) -> Any:
    """Observations of items of this release, each with its child."""
    observations, identities = engine.read(tables.OBSERVATIONS), engine.read(tables.IDENTITIES)
    records = engine.read(tables.RECORDS).select("source", "record_id", "agency")
    known = [entry.id for entry in (*release.signs, *release.vulnerabilities)]
    whole = observations.filter(observations.item.isin(known)).join(identities, ["source", "record_id"])
    joined = whole.join(records, ["source", "record_id"])
    wanted = [c.name for c in tables.OBSERVATIONS.columns]
    return engine.keep("observed", joined.select("person", "agency", *wanted))


def _as_of(engine: backend.Engine, seen: Any, asked: date | None, today: date) -> tuple[date, list[str]]:
    """The as-of date, and what has to be said about it."""
    if asked:
        later = (
            f"The as-of date, {_spelt(asked)}, is still to come: no record can speak of all days up to it."
        )
        return asked, [later] if asked > today else []
    day, what = _latest(engine, seen, today)
    notes = [f"No as-of date was given: {_spelt(day)} was taken, {what}."]
    to_come = seen.filter(_is_seen(seen) & seen.counts & (seen.seen_on > ibis.literal(today)))
    if n := to_come.count().to_pyarrow().as_py():
        notes.append(f"Signs dated after today, {_spelt(today)}, were not counted: {n:,}.")
    return day, notes


def _latest(engine: backend.Engine, seen: Any, today: date) -> tuple[date, str]:
    """The latest day, up to today, of which these extracts tell; and what day that is."""
    past = seen.filter(_is_seen(seen) & (seen.seen_on <= ibis.literal(today)))
    if day := past.filter(past.counts).seen_on.max().to_pyarrow().as_py():
        return day, "the latest day up to today on which a sign that counts was seen"
    sources = engine.read(tables.SOURCES)
    spoken = sources.filter(sources.last_date <= ibis.literal(today)).last_date.max().to_pyarrow().as_py()
    if days := [d for d in (spoken, past.seen_on.max().to_pyarrow().as_py()) if d]:
        return max(
            days
        ), "the latest day up to today of which a record speaks; no sign that counts has a date up to then"
    return today, "today; no record speaks of any day up to then"


def _spelt(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _is_seen(rows: Any) -> Any:
    return (rows.state == "seen") & rows.seen_on.notnull()


def _in_window(rows: Any, day: date, rule: CountingRule) -> Any:
    start = window_start(day, rule.window_months)
    return _is_seen(rows) & (rows.seen_on > ibis.literal(start)) & (rows.seen_on <= ibis.literal(day))


def _counting(seen: Any, day: date, release: Release) -> Any:
    """What the rule counts, in the window: items of its one list, from fields that may count."""
    rule = release.rule(_RULE)
    entries = release.signs if rule.list == "signs" else release.vulnerabilities
    return seen.filter(
        _in_window(seen, day, rule) & seen.counts & seen.item.isin([entry.id for entry in entries])
    )


def _children(engine: backend.Engine, seen: Any, counting: Any, day: date, release: Release) -> Any:
    """One row per child whom the rule lists."""
    rule = release.rule(_RULE)
    whole = counting.group_by("person").agg(
        n=counting.item.nunique(),
        signs=counting.item.collect(distinct=True),
        agencies=counting.agency.collect(distinct=True),
        first_seen=counting.seen_on.min(),
        last_seen=counting.seen_on.max(),
    )
    alone = counting.group_by(["person", "agency"]).agg(n=counting.item.nunique())
    most = alone.group_by("person").agg(most=alone.n.max())
    listed = whole.filter(whole.n >= rule.at_least).join(most, "person")
    vulnerable = _vulnerabilities(seen, day)
    silent = _silent(engine, seen, counting)
    joined = listed.left_join(vulnerable, "person").left_join(silent, "person")
    return joined.select(
        "person",
        signs=joined.signs.sort(),
        agencies=joined.agencies.sort(),
        scattered=joined.most < rule.at_least,
        first_seen=joined.first_seen,
        last_seen=joined.last_seen,
        not_known=_or_none(joined.not_known),
        vulnerabilities=_or_none(joined.vulnerabilities),
    )


def _or_none(items: Any) -> Any:
    """A sorted list, empty where there is nothing. Ids sort in the order of the release."""
    return ibis.coalesce(items, ibis.literal([], type="array<string>")).sort()


def _vulnerabilities(seen: Any, day: date) -> Any:
    """Vulnerabilities on record at any time up to the as-of date."""
    on_record = seen.filter(
        (seen.state == "seen")
        & seen.item.startswith("V")
        & (seen.seen_on.isnull() | (seen.seen_on <= ibis.literal(day)))
    )
    return on_record.group_by("person").agg(vulnerabilities=on_record.item.collect(distinct=True))


def _silent(engine: backend.Engine, seen: Any, counting: Any) -> Any:
    """Signs that sources with the child could carry but are silent about: the field is empty, or missing from the
    files. A sign that another source does show is not among them."""
    empty = seen.filter((seen.state == "not_known") & seen.item.startswith("S")).select("person", "item")
    missing = _covered(engine, "absent").filter(lambda t: t.item.startswith("S"))
    both = empty.union(missing.select("person", "item")).distinct()
    rest = both.anti_join(counting, ["person", "item"])
    return rest.group_by("person").agg(not_known=rest.item.collect(distinct=True))


def _covered(engine: backend.Engine, state: str) -> Any:
    """Each child and item for which a source that holds the child has this state of coverage."""
    coverage, identities = engine.read(tables.COVERAGE), engine.read(tables.IDENTITIES)
    fields = coverage.filter(coverage.state == state).select("source", "item").distinct()
    return identities.join(fields, "source").select("person", "item").distinct()


def _evidence(seen: Any, children: Any, day: date, rule: CountingRule) -> Any:
    """The records behind a listed child: signs in the window, counted or shown beside, and vulnerabilities."""
    up_to = seen.seen_on.isnull() | (seen.seen_on <= ibis.literal(day))
    wanted = _in_window(seen, day, rule) | ((seen.state == "seen") & seen.item.startswith("V") & up_to)
    rows = seen.filter(wanted).semi_join(children, "person")
    return rows.select([c.name for c in tables.EVIDENCE.columns]).order_by(
        ["person", "item", "seen_on", "source", "record_id", "field"]
    )


def _known(engine: backend.Engine, seen: Any, day: date, release: Release) -> Any:
    """Per item: children seen with it in the window, not seen, not known. The three add up to all children."""
    total = engine.read(tables.IDENTITIES).person.nunique().to_pyarrow().as_py()
    found = seen.filter(_in_window(seen, day, release.rule(_RULE))).select("person", "item").distinct()
    empty = seen.filter(seen.state == "not_known").select("person", "item").distinct()
    quiet = (
        _covered(engine, "collected")
        .anti_join(found, ["person", "item"])
        .anti_join(empty, ["person", "item"])
    )
    collected = (
        engine.read(tables.COVERAGE).filter(lambda t: t.state == "collected").select("item").distinct()
    )
    items = [entry.id for entry in (*release.signs, *release.vulnerabilities)]
    table = engine.hold("items", pa.table({"item": pa.array(items, pa.string())}))
    n_found = found.group_by("item").agg(seen=found.count())
    n_quiet = quiet.group_by("item").agg(not_seen=quiet.count())
    t = (
        table.left_join(n_found, "item")
        .left_join(n_quiet, "item")
        .left_join(collected.mutate(c=True), "item")
    )
    t = t.select(
        "item", seen=t.seen.fill_null(0), not_seen=t.not_seen.fill_null(0), collectable=t.c.fill_null(False)
    )
    return t.mutate(not_known=ibis.literal(total, "int64") - t.seen - t.not_seen)


def _summary(
    engine: backend.Engine, release: Release, as_of: date, children: Any, known: Any, notes: list[str]
) -> ScreenSummary:
    cannot = known.filter(~known.collectable).order_by("item").item.to_pyarrow().to_pylist()
    return ScreenSummary(
        release=release.id,
        as_of=as_of,
        children=engine.read(tables.IDENTITIES).person.nunique().to_pyarrow().as_py(),
        with_signs=children.count().to_pyarrow().as_py(),
        scattered=children.scattered.sum().fill_null(0).to_pyarrow().as_py(),
        not_collectable=cannot,
        notes=notes,
    )
