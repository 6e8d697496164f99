"""What stages of work share, whatever they are about: something that one writes and another signs, how a goal has gone, and which sources
of ties something rests on. Pure, and about nobody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks


class SigningState(StrEnum):
    """Of what one writes and another signs."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SIGNED = "signed"


class Move(StrEnum):
    SUBMIT = "submit"
    SIGN_OFF = "sign off"
    SEND_BACK = "send back"


TRANSITIONS: Final[dict[tuple[SigningState, Move], SigningState]] = {
    (SigningState.DRAFT, Move.SUBMIT): SigningState.SUBMITTED,
    (SigningState.RETURNED, Move.SUBMIT): SigningState.SUBMITTED,
    (SigningState.SUBMITTED, Move.SIGN_OFF): SigningState.SIGNED,
    (SigningState.SUBMITTED, Move.SEND_BACK): SigningState.RETURNED,
}
CHANGEABLE: Final = frozenset({SigningState.DRAFT, SigningState.RETURNED})
DELAY_ASKS: Final = Asks(due_on="Give the new day.", reason="Say why it takes longer.")
PATTERN_ASKS: Final = Asks(reason="Say what makes you think that this pattern fits.")
SIGNED_IS_FINAL: Final = (
    "A signed assessment never changes. Start a new one: both can then be read side by side."
)
WITH_THE_SUPERVISOR: Final = "This assessment is with the supervisor. It can be changed if it is sent back."
WROTE_IN_IT: Final = "You wrote in this assessment, so another supervisor has to read it and decide."


def after(state: str, move: Move) -> SigningState | None:
    """The state that a move leads to, or None where the move is not possible from here."""
    return TRANSITIONS.get((SigningState(state), move))


def why_not_put_off(*, was_due_on: date | None, due_on: date | None, reason: str, today: date) -> str | None:
    """What somebody said they would do gets a later day. `was_due_on`: its day now."""
    if missing := DELAY_ASKS.missing(due_on=due_on, reason=reason):
        return missing
    if due_on and was_due_on and due_on <= max(was_due_on, today):
        return "Choose a day to come, later than the one by which it was due."
    return None


def why_not_recognise(
    *, reason: str, setting: str, settings: Collection[str], from_on: date | None, to_on: date | None
) -> str | None:
    """A pattern of exploitation, of whatever it is recognised. `settings`: those that the release gives for it; empty where it has none."""
    if why_not := PATTERN_ASKS.missing(reason=reason):
        return why_not
    if settings and setting not in settings:
        return "Choose the setting in which this is happening."
    if from_on and to_on and to_on < from_on:
        return "The end is before the beginning. Check both dates."
    return None


def why_not_change(*, state: str, may_assess: bool) -> str | None:
    if not may_assess:
        return "Your role does not write assessments."
    if state == SigningState.SIGNED:
        return SIGNED_IS_FINAL
    if SigningState(state) not in CHANGEABLE:
        return WITH_THE_SUPERVISOR
    return None


def not_submitted(state: str) -> str:
    if state == SigningState.SIGNED:
        return "This assessment is signed off already."
    return "This assessment has not been sent for sign-off yet."


# ---- how something has gone


class Course(StrEnum):
    """How one outcome or goal has gone since it was last looked at."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Looked:
    """What a review says about one outcome or goal: how it went, and what was seen, by whom and on which day."""

    course: str
    what: str = ""
    seen_by: str = ""
    seen_on: date | None = None

    @property
    def lacks_evidence(self) -> bool:
        return not (self.what.strip() and self.seen_by.strip() and self.seen_on)


# ---- what something rests on


class Now(StrEnum):
    """What became of something once a source that it rests on was withdrawn."""

    STANDS = "stands"
    CHANGED = "changed"
    ENDED = "ended"


GROUNDS_ASKS: Final = Asks(
    what_now="Say whether it stands without it.",
    why_now="Say what you looked at, and what is done now.",
)
MOST_OFFERED: Final = 60  # sources of ties to choose from, the latest


def why_not_look_at_grounds(
    *, not_theirs: str | None, waits: bool, what_now: str, why_now: str
) -> str | None:
    """`not_theirs`: why it is not theirs to write of. `waits`: something that it rests on was withdrawn, and nobody has said what that means."""
    if not_theirs:
        return not_theirs
    if not waits:
        return "Nothing that it rests on was withdrawn since somebody looked last."
    if what_now not in set(Now):
        return GROUNDS_ASKS["what_now"]
    return GROUNDS_ASKS.missing(why_now=why_now)
