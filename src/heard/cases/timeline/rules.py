"""What comes next for a child, and which state of a sign is the latest. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from heard.agencies.rules import May


class Step(StrEnum):
    TELL = "tell"
    DECIDE = "decide"
    ASSESS = "assess"
    GO_ON_ASSESSING = "go_on_assessing"
    SIGN_OFF = "sign_off"
    PLAN = "plan"
    GO_ON_PLANNING = "go_on_planning"
    REVIEW = "review"
    CLOSE = "close"
    OPEN_AGAIN = "open_again"


NEEDS: Final[dict[Step, May]] = {
    Step.TELL: May.TELL,
    Step.DECIDE: May.DECIDE,
    Step.ASSESS: May.ASSESS,
    Step.GO_ON_ASSESSING: May.ASSESS,
    Step.SIGN_OFF: May.SIGN_OFF,
    Step.PLAN: May.PLAN,
    Step.GO_ON_PLANNING: May.PLAN,
    Step.REVIEW: May.REVIEW,
    Step.CLOSE: May.CLOSE,
    Step.OPEN_AGAIN: May.CLOSE,
}


@dataclass(frozen=True)
class Standing:
    """Where the work with a child stands. `assessment` is the state of the one that is not signed, or None.

    `has_signed` and `plan_ended` speak of the time since the case was opened, or last opened again: what was known before it
    was closed is no ground for what is done now. `was_closed`: there is a case, and it is closed.
    """

    worries_waiting: int
    has_open_case: bool
    was_closed: bool
    assessment: str | None
    has_signed: bool
    has_plan_draft: bool
    has_agreed_plan: bool
    plan_ended: bool


def next_steps(now: Standing) -> tuple[Step, ...]:
    """What has to be done next, first things first. A new worry comes before all else; one can always be told.

    A closed case is opened again by the decision on a worry; without one, somebody may say why it is opened.
    """
    steps = [Step.DECIDE] if now.worries_waiting else []
    if now.has_open_case:
        steps += _in_a_case(now)
    elif now.was_closed and not steps:
        steps += [Step.TELL, Step.OPEN_AGAIN]
    return tuple(steps) or (Step.TELL,)


def _in_a_case(now: Standing) -> list[Step]:
    if now.assessment == "submitted":
        steps = [Step.SIGN_OFF]
    elif now.assessment:
        steps = [Step.GO_ON_ASSESSING]
    else:
        steps = [] if now.has_signed else [Step.ASSESS]
    if now.has_plan_draft:
        steps.append(Step.GO_ON_PLANNING)
    elif now.has_agreed_plan:
        steps.append(Step.REVIEW)
    elif now.plan_ended:
        steps.append(Step.CLOSE)
    elif now.has_signed:
        steps.append(Step.PLAN)
    return steps


class Note(Protocol):
    """One sign or vulnerability as somebody noted it: the shape that every stage's observations share."""

    @property
    def item(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def seen_on(self) -> date | None: ...
    @property
    def noted_at(self) -> datetime: ...


def latest[N: Note](notes: Iterable[N]) -> dict[str, N]:
    """The last that was noted of each item."""
    return {note.item: note for note in sorted(notes, key=lambda note: note.noted_at)}


def last_seen[N: Note](notes: Iterable[N]) -> dict[str, N]:
    """Of each item that was ever seen, the latest day. What was seen once is not undone by 'not seen' later."""
    seen = [note for note in notes if note.state == "seen"]
    return {
        note.item: note for note in sorted(seen, key=lambda note: (note.seen_on or date.min, note.noted_at))
    }


_END_OF_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"”’)]*\s+")


def sentences(text: str, *, count: int = 2, most: int) -> str:
    """The first sentences of a text, in one line; cut between words where they are longer than `most` letters."""
    found = " ".join(_END_OF_SENTENCE.split(text.strip(), maxsplit=count)[:count]).split()
    line = " ".join(found)
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"
