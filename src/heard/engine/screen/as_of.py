"""The day up to which records are counted, where nobody named one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import ibis

from heard.engine import tables

if TYPE_CHECKING:
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
    day, what = _latest(engine, seen, today)
    notes = [f"No as-of date was given: {spelt(day)} was taken, {what}."]
    to_come = seen.filter(seen.counts & (seen.seen_on > ibis.literal(today)))
    if n := to_come.count().to_pyarrow().as_py():
        notes.append(f"Signs dated after today, {spelt(today)}, were not counted: {n:,}.")
    return day, notes


def spelt(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


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
