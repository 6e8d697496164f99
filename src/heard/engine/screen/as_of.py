"""The day up to which records are counted, where nobody named one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import ibis

from heard.engine import tables
from heard.engine.tables import spelt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heard.engine import backend
    from heard.knowledge.model import Release


def as_of(
    engine: backend.Engine, release: Release, asked: date | None, today: date
) -> tuple[date, list[str]]:
    """The as-of date, and what has to be said about it."""
    if asked:
        later = f"The as-of date, {spelt(asked)}, is still to come: no record can speak of all days up to it."
        return asked, [later] if asked > today else []
    seen = _seen(engine, release)
    day, what = _most_reach(engine, release, today) or _latest(engine, seen, today)
    notes = [f"No as-of date was given: {spelt(day)} was taken, {what}."]
    to_come = seen.filter(seen.counts & (seen.seen_on > ibis.literal(today)))
    if n := to_come.count().to_pyarrow().as_py():
        notes.append(f"Signs dated after today, {spelt(today)}, were not counted: {n:,}.")
    return day, notes


def ending(ends: Mapping[str, date | None], as_of: date) -> list[str]:
    """That sources end before the as-of date, with each one's last day."""
    short = {name: last for name, last in ends.items() if last and is_apart(last, as_of) and last < as_of}
    if not short:
        return []
    told = "; ".join(f"{name} on {spelt(last)}" for name, last in sorted(short.items(), key=_by_day))
    return [
        f"These sources end before the as-of date, {spelt(as_of)}: {told}. What only they carry is not known after that."
    ]


def is_apart(last: date, as_of: date) -> bool:
    """Whether a source ends so far from the as-of date that somebody has to know."""
    return abs((as_of - last).days) > _NEAR


def _by_day(pair: tuple[str, date]) -> tuple[date, str]:
    return pair[1], pair[0]


def _most_reach(engine: backend.Engine, release: Release, today: date) -> tuple[date, str] | None:
    """The last day that more than half of the sources reach that collect a sign: one late date does not move it."""
    coverage, sources = engine.read(tables.COVERAGE), engine.read(tables.SOURCES)
    signs = coverage.item.isin([sign.id for sign in release.signs])
    telling = coverage.filter((coverage.state == "collected") & signs)
    each = telling.group_by("source").agg(covered=telling.last_day.max()).join(sources, "source")
    last = each.select(last=each.covered.fill_null(each.last_date)).to_pyarrow()["last"].to_pylist()
    ends = sorted((day for day in last if day and day <= today), reverse=True)
    if not ends:
        return None
    return ends[len(ends) // 2], "the last day up to today that most sources reach"


_NEAR = 31  # days: extracts are not made on one day


def _seen(engine: backend.Engine, release: Release) -> Any:
    rows = engine.read(tables.OBSERVATIONS)
    known = [entry.id for entry in (*release.signs, *release.vulnerabilities)]
    return rows.filter((rows.state == "seen") & rows.seen_on.notnull() & rows.item.isin(known))


def _latest(engine: backend.Engine, seen: Any, today: date) -> tuple[date, str]:
    """The latest day, up to today, of which these extracts tell; and what day that is."""
    past = seen.filter(seen.seen_on <= ibis.literal(today))
    if day := past.filter(past.counts).seen_on.max().to_pyarrow().as_py():
        return day, "the latest day up to today on which a sign that counts was seen"
    sources = engine.read(tables.SOURCES)
    spoken = sources.filter(sources.last_date <= ibis.literal(today)).last_date.max().to_pyarrow().as_py()
    if days := [d for d in (spoken, past.seen_on.max().to_pyarrow().as_py()) if d]:
        return max(
            days
        ), "the latest day up to today of which a record speaks; no sign that counts has a date up to then"
    return today, "today; no record speaks of any day up to then"
