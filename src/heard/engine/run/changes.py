"""Two runs compared: who is new on the list of the later one, who left, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from heard.engine import backend, tables
from heard.engine import screen as screening
from heard.engine.run import folder as folders
from heard.engine.tables import NotDone
from heard.knowledge import load
from heard.knowledge.model import NotInRelease

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Changes:
    """`new` and `left`: how many children. `rows`: those of `tables.CHANGES`, the new first. The numbers of children listed
    add up: `later` is `earlier`, and the new, without those who left."""

    earlier: int
    later: int
    new: int
    left: int
    notes: list[str]
    rows: list[dict[str, Any]]


def compare(earlier: Path, later: Path) -> Changes:
    """Compares the lists of two runs' folders. Raises `NotDone`, `backend.WrongTable`."""
    then, now = _listed(earlier), _listed(later)
    rows = screening.changes(then, now).to_pylist()
    new, left = (
        len({row["person"] for row in rows if row["change"] == kind})
        for kind in (screening.NEW, screening.LEFT)
    )
    notes = [*_notes(then.question, now.question), *differ_in_agencies(then, now)]
    return Changes(len(then.children), len(now.children), new, left, notes, rows)


def _listed(folder: Path) -> screening.Listed:
    told = folders.opened(folder)
    found = told["steps"].get("screen")
    if not found:
        raise NotDone(f"{folder} has no list yet. Make it first: heard screen {folder}")
    try:
        release = load.release(found["release"])
    except NotInRelease as problem:
        raise NotDone(str(problem)) from problem
    question = screening.Question(
        release,
        release.rule(screening.RULE),
        date.fromisoformat(found["as_of"]),
        found.get("any_window", False),
    )
    return screening.Listed(folder, question, backend.read(folder, tables.CHILDREN))


def differ_in_agencies(then: screening.Listed, now: screening.Listed) -> list[str]:
    """Sentences on agencies of which only one of two runs had records: children may have left, or be new, for that alone."""
    before, since = (set(listed.agencies.values()) for listed in (then, now))
    notes = []
    if gone := sorted(before - since):
        notes.append(
            f"The later run had no records of {', '.join(gone)}, as the earlier one had. Who left for want of them may need as much as before."
        )
    if new := sorted(since - before):
        notes.append(f"The earlier run had no records of {', '.join(new)}, as the later one has.")
    return notes


def _notes(then: screening.Question, now: screening.Question) -> list[str]:
    """What the two lists differ in beside their records."""
    kinds = {False: "the months up to its as-of date", True: "any so many months up to its as-of date"}
    notes = []
    if then.any_window != now.any_window:
        notes.append(
            f"The earlier list looked at {kinds[then.any_window]}, the later one at {kinds[now.any_window]}."
        )
    if then.release.id != now.release.id:
        notes.append(
            f"The earlier list goes by release {then.release.id}, the later one by {now.release.id}."
        )
    return notes
