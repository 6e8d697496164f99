"""Referring a child to a service outside Heard, what becomes of it, and a need that nothing met. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

ASK_AFTER: Final = timedelta(days=14)  # our own, and only suggested: no source gives a day
AGAIN_AFTER: Final = timedelta(days=30)  # so that one need of one child is not counted with each click
MAY_NOT: Final = "Your role does not refer children to services."
REFER_ASKS: Final = Asks(
    need="Say with which need it is to help.",
    why="Say why this service, and what you hope for.",
)
STEP_ASKS: Final = Asks(
    state="Say what became of it.",
    on="Say on which day that was.",
    why="Give the reason. The child may read it one day.",
    ask_on="Say by which day you ask again.",
)
DAY_ASKS: Final = Asks(on="The day lies before the last step, or in the future. Check it.")
UNMET_ASKS: Final = Asks(need="Say which need it is.")


class State(StrEnum):
    """Where a referral to a service is. What follows what: `NEXT`."""

    SENT = "sent"
    WAITING = "waiting"
    ATTENDED = "attended"
    REFUSED = "refused"
    ENDED = "ended"


NEXT: Final[dict[State, tuple[State, ...]]] = {
    State.SENT: (State.WAITING, State.ATTENDED, State.REFUSED, State.ENDED),
    State.WAITING: (State.ATTENDED, State.REFUSED, State.ENDED),
    State.ATTENDED: (State.ENDED,),
    State.REFUSED: (),
    State.ENDED: (),
}
NEEDS_A_REASON: Final = frozenset({State.REFUSED, State.ENDED})
OVER: Final = tuple(state.value for state, then in NEXT.items() if not then)


def why_not_refer(
    *, may_plan: bool, is_offered: bool, runs: bool, need: str, why: str, is_heard: bool
) -> str | None:
    """`runs`: the child is with this service, or waits for it. `is_heard`: what the child says about it stands in it, or why not."""
    if not may_plan:
        return MAY_NOT
    if not is_offered:
        return "This service takes nobody now. Choose another one."
    if runs:
        return "The child is referred to this service already. Write there what became of it."
    if why_not := REFER_ASKS.missing(need=need, why=why):
        return why_not
    return None if is_heard else "Add what the child says about it, or say why their words are not there."


def why_not_step(
    *, may_plan: bool, state: State, to: State | None, on: date | None, since: date, today: date, why: str, ask_on: date | None
) -> str | None:  # fmt: skip
    """`state`, `since`: where the referral is, and from which day."""
    if not may_plan:
        return MAY_NOT
    if not NEXT[state]:
        return "This referral is over. Refer the child again if the service is still right."
    if to is None or to not in NEXT[state]:
        return STEP_ASKS["state"]
    if on is None:
        return STEP_ASKS["on"]
    if not since <= on <= today:
        return DAY_ASKS["on"]
    if to in NEEDS_A_REASON and (why_not := STEP_ASKS.missing(why=why)):
        return why_not
    return None if to is not State.WAITING else STEP_ASKS.missing(ask_on=ask_on)


def why_not_record_unmet(*, may_plan: bool, need: str, known: bool, recorded_lately: bool) -> str | None:
    """`known`: there is such a need. `recorded_lately`: of this child, within `AGAIN_AFTER`."""
    if not may_plan:
        return MAY_NOT
    if not need or not known:
        return UNMET_ASKS["need"]
    if recorded_lately:
        return "That nothing met this need of the child is recorded already. It is counted once in 30 days."
    return None


def area_of(postcode: str) -> str:
    """The first half of a postcode, by which needs are counted; '' where it is not known."""
    plain = "".join(postcode.split()).upper()
    return plain[:-3] if len(plain) >= 5 else ""
