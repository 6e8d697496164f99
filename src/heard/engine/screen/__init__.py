"""Which children have enough distinct signs in a window, who holds them, and whether one agency could have seen it.

The window (`windows`): the months of the rule up to and including the as-of date, or, where the run asks for it, any so
many months that end on some day up to then; the first such is shown. The rule, its list, its months and its number
come from the release of knowledge. Signs are counted, vulnerabilities never; nobody is ranked.

The expressions are Ibis alone and serve every engine. What Ibis has no word for that all engines take, sets of bits, is
in `backend.bits`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from heard.engine import backend, tables
from heard.engine.screen import beside, listing
from heard.engine.screen.as_of import as_of as _as_of
from heard.engine.screen.as_of import ending, is_apart
from heard.engine.screen.changes import LEFT, NEW, Listed, changes
from heard.engine.screen.question import Question, Tables
from heard.engine.screen.turning import turning
from heard.engine.screen.windows import window_start
from heard.engine.tables import spelt
from heard.knowledge import load

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from heard.engine.tables import Progress
    from heard.knowledge.model import Release

__all__ = [
    "LEFT",
    "NEW",
    "RULE",
    "Listed",
    "Question",
    "ScreenSummary",
    "changes",
    "day_of",
    "ends_apart",
    "screen",
    "why_not_compare",
    "window_start",
]

RULE = "three_signs"


@dataclass(frozen=True)
class ScreenSummary:
    """What screening found. `any_window`: any so many months up to the as-of date were looked at, not the last alone.

    `children` are all, `with_signs` those whom the rule lists, `scattered` those of them whom no single agency could
    have listed alone. `not_collectable`: items that no source of this run can carry. `new` and `left`: how many children
    the list has and has no more, against the list of the day `compared_with`; None where nobody asked. `died`, `of_age`: whom
    the rule would list, set apart.
    """

    release: str
    as_of: date
    any_window: bool
    children: int
    with_signs: int
    scattered: int
    not_collectable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    compared_with: date | None = None
    new: int | None = None
    left: int | None = None
    died: int = 0
    of_age: int = 0


def screen(
    folder: Path,
    *,
    as_of: date | None = None,
    any_window: bool = False,
    compared_with: date | None = None,
    release: Release | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> ScreenSummary:
    """Reads observations, identities, links, sources and coverage of the run in `folder`; writes children, evidence, known, months and
    turning, and where another day is given to compare the list with, changes.

    Without `as_of`, the last day up to `today` (the computer's, unless said) that most sources reach which collect a sign; else
    the latest on which a sign that counts was seen; else today. Raises `backend.WrongTable` where an earlier step has not run,
    and `tables.NotDone` where `compared_with` is no earlier day.
    """
    tell = progress or (lambda text, share: None)
    release = release or load.current()
    with backend.engine(folder) as engine:
        tell("Counting signs", None)
        day, notes = _as_of(engine, release, as_of, today or _today())
        question = Question(release, release.rule(RULE), day, any_window)
        read = Tables(engine, question)
        then = _list_of(read, question, compared_with) if compared_with else None
        listed, apart = listing.whom(read, question)
        engine.write(tables.SET_APART, apart)
        children = listing.children(read, question, listed)
        engine.write(tables.CHILDREN, children)
        tell("Gathering the records behind each sign", 0.5)
        engine.write(tables.EVIDENCE, beside.evidence(read, question, listed))
        known = beside.known(read, question)
        engine.write(tables.KNOWN, known)
        engine.write(tables.MONTHS, beside.months(read, question))
        engine.write(tables.TURNING, turning(read, question, children))
        found = _summary(read, question, children, known, apart, [*notes, *ending(read.ends, day)])
    return found if then is None else _compared(found, then, Listed(folder, question, children))


def ends_apart(folder: Path, today: date | None = None) -> tuple[date, dict[str, date | None]] | None:
    """The as-of date that `screen` would take, and the last day of each source, where one ends so far from it, before or after, that somebody
    should say up to which day is to be counted; None where none does. A run need only be taken in."""
    now = today or _today()
    with backend.engine(folder) as engine:
        day, _notes = _as_of(engine, load.current(), None, now)
        rows = engine.read(tables.SOURCES).select("source", "last_date").to_pyarrow().to_pylist()
    ends = {row["source"]: row["last_date"] for row in rows}
    return (day, ends) if any(is_apart(min(last, now), day) for last in ends.values() if last) else None


def day_of(folder: Path) -> date:
    """As of which day `screen` counts where none is given."""
    with backend.engine(folder) as engine:
        day, _notes = _as_of(engine, load.current(), None, _today())
    return day


def _today() -> date:
    return datetime.now().astimezone().date()


def why_not_compare(day: date, as_of: date) -> str | None:
    """Why the list of `as_of` cannot be compared with that of `day`, as a sentence, or None."""
    if day < as_of:
        return None
    return f"{spelt(day)} is not before the as-of date, {spelt(as_of)}. Compare the list with an earlier day."


def _list_of(read: Tables, question: Question, day: date) -> Listed:
    """The list of an earlier day."""
    if refusal := why_not_compare(day, question.as_of):
        raise tables.NotDone(refusal)
    then = replace(question, as_of=day)
    children = listing.children(read, then, listing.whom(read, then)[0])
    return Listed(read.engine.folder, then, children)


def _compared(found: ScreenSummary, then: Listed, now: Listed) -> ScreenSummary:
    rows = changes(then, now)
    backend.write(now.folder, tables.CHANGES, rows)
    new, left = (
        len(set(rows.filter(pc.field("change") == kind)["person"].to_pylist())) for kind in (NEW, LEFT)
    )
    return replace(found, compared_with=then.question.as_of, new=new, left=left)


def _summary(
    read: Tables, question: Question, children: pa.Table, known: pa.Table, apart: pa.Table, notes: list[str]
) -> ScreenSummary:
    return ScreenSummary(
        release=question.release.id,
        as_of=question.as_of,
        any_window=question.any_window,
        children=read.identities.person.nunique().to_pyarrow().as_py(),
        with_signs=len(children),
        scattered=_true(children["scattered"]),
        not_collectable=sorted(row["item"] for row in known.to_pylist() if not row["collectable"]),
        notes=notes,
        died=apart["why"].to_pylist().count("died"),
        of_age=apart["why"].to_pylist().count("of_age"),
    )


def _true(flags: Any) -> int:
    return sum(flag.as_py() for flag in flags)
