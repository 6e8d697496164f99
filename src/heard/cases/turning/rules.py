"""Referring a child to a service outside Heard, what becomes of it, and a need that nothing met. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.network.rules import outward

ASK_AFTER: Final = timedelta(days=14)  # our own, and only suggested: no source gives a day
MOST_AHEAD: Final = timedelta(days=366)  # beyond it lies a slip of the year
AGAIN_AFTER: Final = timedelta(days=30)  # so that one need of one child is not counted with each click
NOT_A_CHILD: Final = "Only a child is referred to a service here."
MAY_NOT: Final = "Your role does not refer children to services."
REFER_ASKS: Final = Asks(
    need="Say with which need it is to help.",
    why="Say why this service, and what you hope for.",
    ask_on="Say by which day you ask them what became of it: from today on, within a year.",
)
STEP_ASKS: Final = Asks(
    state="Say what became of it.",
    on="Say on which day that was.",
    why="Give the reason. The child may read it one day.",
    ask_on="Say by which day you ask again: from today on, within a year.",
)
BACK_ASKS: Final = Asks(why="Say why it is put right.")
DAY_ASKS: Final = Asks(on="The day lies before the last step, or in the future. Check it.")
UNMET_ASKS: Final = Asks(need="Say which need it is.")


class ServiceReferralState(StrEnum):
    """Where a referral to a service is. What follows what: `NEXT`. Itself: somebody asked, and it is as it was."""

    SENT = "sent"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    ATTENDED = "attended"
    REFUSED = "refused"
    ENDED = "ended"


NEXT: Final[dict[ServiceReferralState, tuple[ServiceReferralState, ...]]] = {
    ServiceReferralState.SENT: (
        ServiceReferralState.SENT,
        ServiceReferralState.ACCEPTED,
        ServiceReferralState.WAITING,
        ServiceReferralState.ATTENDED,
        ServiceReferralState.REFUSED,
        ServiceReferralState.ENDED,
    ),
    ServiceReferralState.ACCEPTED: (
        ServiceReferralState.ACCEPTED,
        ServiceReferralState.WAITING,
        ServiceReferralState.ATTENDED,
        ServiceReferralState.REFUSED,
        ServiceReferralState.ENDED,
    ),
    ServiceReferralState.WAITING: (
        ServiceReferralState.WAITING,
        ServiceReferralState.ATTENDED,
        ServiceReferralState.REFUSED,
        ServiceReferralState.ENDED,
    ),
    ServiceReferralState.ATTENDED: (ServiceReferralState.ATTENDED, ServiceReferralState.ENDED),
    ServiceReferralState.REFUSED: (),
    ServiceReferralState.ENDED: (),
}
WAITS: Final = frozenset(
    {ServiceReferralState.SENT, ServiceReferralState.ACCEPTED, ServiceReferralState.WAITING}
)  # somebody asks what became of it
NEEDS_A_REASON: Final = frozenset({ServiceReferralState.REFUSED, ServiceReferralState.ENDED})
OVER: Final = tuple(state.value for state, then in NEXT.items() if not then)


def why_not_refer(
    *,
    may_plan: bool,
    is_child: bool,
    is_offered: bool,
    runs: bool,
    need: str,
    why: str,
    is_heard: bool,
    ask_on: date | None,
    today: date,
) -> str | None:
    """`runs`: the child is with this service, or waits for it. `is_heard`: what the child says about it stands in it, or why not."""
    if not may_plan:
        return MAY_NOT
    if not is_child:
        return NOT_A_CHILD
    if not is_offered:
        return "This service takes nobody now. Choose another one."
    if runs:
        return "The child is referred to this service already. Write there what became of it."
    if why_not := REFER_ASKS.missing(need=need, why=why):
        return why_not
    if not is_heard:
        return "Add what the child says about it, or say why their words are not there."
    return None if _is_ahead(ask_on, today) else REFER_ASKS["ask_on"]


def _is_ahead(day: date | None, today: date) -> bool:
    return day is not None and today <= day <= today + MOST_AHEAD


def why_not_step(
    *, may_plan: bool, state: ServiceReferralState, to: ServiceReferralState | None, on: date | None, since: date, today: date, why: str, ask_on: date | None
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
    needed = to in WAITS or ask_on is not None
    return STEP_ASKS["ask_on"] if needed and not _is_ahead(ask_on, today) else None


def why_not_take_back_step(*, may_plan: bool, steps: int, why: str) -> str | None:
    """`steps`: those that stand. The first is the referral itself: what was sent by mistake is ended, with that as its reason."""
    if not may_plan:
        return MAY_NOT
    if steps < 2:
        return "Nothing was written after the referral itself. Where that was a mistake, end it and say so."
    return BACK_ASKS.missing(why=why)


def why_not_record_unmet(
    *, may_plan: bool, is_child: bool, need: str, known: bool, recorded_lately: bool
) -> str | None:
    """`known`: there is such a need. `recorded_lately`: of this child, within `AGAIN_AFTER`."""
    if not may_plan:
        return MAY_NOT
    if not is_child:
        return NOT_A_CHILD
    if not need or not known:
        return UNMET_ASKS["need"]
    if recorded_lately:
        return "This need of the child is recorded as unmet already. It is counted once in 30 days."
    return None


def why_not_take_back_unmet(*, may_plan: bool, stands: bool, why: str) -> str | None:
    if not may_plan:
        return MAY_NOT
    if not stands:
        return "That is put right already."
    return BACK_ASKS.missing(why=why)


def area_of(postcode: str) -> str:
    """The first half of a postcode, by which needs are counted; '' where it is not known."""
    return outward(postcode)
