"""Referring a child to another team or agency, and what becomes of it. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.words.rules import ChildsView

REFER_ASKS: Final = Asks(
    what="Say what they are asked to do for the child.",
    why="Say why them, and what is known that they need.",
)
ANSWER_ONWARD_ASKS: Final = Asks(accepts="Say whether you accept it.")
WITHDRAW_ONWARD_ASKS: Final = Asks(why="Say why it is withdrawn.")


class OnwardState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class WorkingDays:
    """A clock that the partnership sets."""

    amount: int
    unit: str = "working_days"


@dataclass(frozen=True)
class OnwardRequest:
    """What the other side is asked to do, why, and what the child says about it."""

    what: str
    why: str
    view: ChildsView


SENDER_LEFT = "Whoever sent this no longer works with the record, so nothing is opened by it. Ask their team to refer the child again."
ANSWERED = "This referral has been answered already, or was withdrawn."


def why_not_refer(
    *,
    may_share: bool,
    why_not_let_in: str | None,
    asked: OnwardRequest,
    is_heard: bool,
    uses_heard: bool,
    own_team: bool,
    waits: bool,
) -> str | None:
    """`why_not_let_in`: why whoever refers can let nobody into the record. `waits`: they were asked and did not answer yet.
    `is_heard`: what the child says about it stands in it, or why they were not heard."""
    if not may_share:
        return "Your role does not refer children to others."
    if why_not_let_in:
        return why_not_let_in
    if not uses_heard:
        return "Nobody there works with children in Heard. Refer to them by their own form, and note it as a share."
    if own_team:
        return "This is your own team. Choose another."
    if waits:
        return "They have not answered an earlier referral of this child yet. Wait for it, or withdraw it."
    return _why_incomplete(asked, is_heard)


def _why_incomplete(asked: OnwardRequest, is_heard: bool) -> str | None:
    if why_not := REFER_ASKS.missing(what=asked.what, why=asked.why):
        return why_not
    return None if is_heard else "Add what the child says about it, or say why their words are not there."


def why_not_answer(*, state: str, accepts: bool | None, answer: str) -> str | None:
    if state != OnwardState.WAITING:
        return ANSWERED
    if accepts is None:
        return ANSWER_ONWARD_ASKS["accepts"]
    if not answer.strip():
        return (
            "Say who takes it on and what happens first."
            if accepts
            else "Give the reason. The child may read it."
        )
    return None


def why_not_withdraw(*, state: str, may_share: bool, why: str) -> str | None:
    if not may_share:
        return "Your role does not refer children to others."
    if state != OnwardState.WAITING:
        return ANSWERED
    return WITHDRAW_ONWARD_ASKS.missing(why=why)
