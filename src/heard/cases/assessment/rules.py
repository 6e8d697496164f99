"""Who may move an assessment, and when. Pure: each `why_not_…` gives None or the sentence that the user reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

MAX_PROSE: Final = 20_000  # characters in one piece of prose: some ten printed pages


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SIGNED = "signed"


class Move(StrEnum):
    SUBMIT = "submit"
    SIGN_OFF = "sign off"
    SEND_BACK = "send back"


TRANSITIONS: Final[dict[tuple[State, Move], State]] = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.SIGN_OFF): State.SIGNED,
    (State.SUBMITTED, Move.SEND_BACK): State.RETURNED,
}

CHANGEABLE: Final = frozenset({State.DRAFT, State.RETURNED})

SIGNED_IS_FINAL: Final = (
    "A signed assessment never changes. Start a new one: both can then be read side by side."
)
WITH_THE_SUPERVISOR: Final = "This assessment is with the supervisor. It can be changed if it is sent back."
SEEN_NEEDS_EVIDENCE: Final = "Say when it was seen, who says so and in which words."


@dataclass(frozen=True)
class ChildsView:
    """What the child says beside a decision, or why they are not heard: one of three.

    `words_id`: words that are recorded already. `new`: text, heard_by, heard_on, how and what_changed of words to
    record now. `why_no_words`: why there are none.
    """

    words_id: UUID | None = None
    new: Mapping[str, Any] | None = None
    why_no_words: str = ""


def after(state: str, move: Move) -> State | None:
    """The state that a move leads to, or None where the move is not possible from here."""
    return TRANSITIONS.get((State(state), move))


def why_not_start(*, case_is_open: bool, unsigned: bool, may_assess: bool) -> str | None:
    if not may_assess:
        return "Your role does not write assessments."
    if not case_is_open:
        return "This case is closed. An assessment needs an open case."
    if unsigned:
        return "An assessment of this child has been started and is not signed off yet. Go on with that one."
    return None


def why_not_change(*, state: str, may_assess: bool) -> str | None:
    if not may_assess:
        return "Your role does not write assessments."
    if state == State.SIGNED:
        return SIGNED_IS_FINAL
    if State(state) not in CHANGEABLE:
        return WITH_THE_SUPERVISOR
    return None


def why_not_note(
    *, state: str, seen_on: date | None, source: str, words: str, told_as_seen: bool, today: date
) -> str | None:
    """Whether one sign or vulnerability may be marked like this.

    `told_as_seen`: a worry of this child says that it was seen. That is set aside only with a reason in words.
    """
    if state == "seen":
        if not (seen_on and source.strip() and words.strip()):
            return SEEN_NEEDS_EVIDENCE
        if seen_on > today:
            return "The date is in the future. Give the day on which it was seen."
    elif told_as_seen and not words.strip():
        return "A worry says that this was seen. Say in words why you mark it differently."
    return None


def why_not_choose_pattern(*, reason: str, setting: str, settings: Collection[str]) -> str | None:
    """`settings`: those that the release gives for this pattern; empty where the pattern has none."""
    if not reason.strip():
        return "Say what makes you think that this pattern fits."
    if settings and setting not in settings:
        return "Choose the setting in which this is happening."
    return None


def why_not_submit(
    *,
    state: str,
    judgement: str,
    has_words: bool,
    why_no_words: str,
    marked: int,
    not_known: int,
    what_is_not_known: str,
) -> str | None:
    """`marked` and `not_known`: how many entries are marked at all, and as not known. They are compared with nought
    only, and never with one another or with a threshold."""
    if after(state, Move.SUBMIT) is None:
        return SIGNED_IS_FINAL if state == State.SIGNED else WITH_THE_SUPERVISOR
    if not judgement.strip():
        return "Write your judgement first: what is happening to this child, and why you think so."
    if not has_words and not why_no_words.strip():
        return "Add the child’s own words, or say why they are not there."
    if not marked:
        return "No sign and no vulnerability is marked yet. Mark what is seen, not seen and not known."
    if not_known and not what_is_not_known.strip():
        return "Something is marked as not known. Say what is not known and who will find out."
    return None


def why_not_sign_off(*, state: str, wrote_in_it: bool, may_sign_off: bool) -> str | None:
    """Four eyes: whoever wrote any part of an assessment leaves its sign-off to somebody else."""
    if not may_sign_off:
        return "Only a supervisor of the agency that leads the case can sign off an assessment."
    if after(state, Move.SIGN_OFF) is None:
        return _not_submitted(state)
    if wrote_in_it:
        return "You wrote in this assessment, so another supervisor has to read it and decide."
    return None


def why_not_return(*, state: str, wrote_in_it: bool, may_sign_off: bool, reason: str) -> str | None:
    if not may_sign_off:
        return "Only a supervisor of the agency that leads the case can send an assessment back."
    if after(state, Move.SEND_BACK) is None:
        return _not_submitted(state)
    if wrote_in_it:
        return "You wrote in this assessment, so another supervisor has to read it and decide."
    if not reason.strip():
        return "Say what has to be looked at again, so that the author can go on."
    return None


def _not_submitted(state: str) -> str:
    if state == State.SIGNED:
        return "This assessment is signed off already."
    return "This assessment has not been sent for sign-off yet."
