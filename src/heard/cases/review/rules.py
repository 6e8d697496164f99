"""When a review may be held and what it must say. Pure."""

from datetime import date
from enum import StrEnum
from typing import Final


class Decision(StrEnum):
    CONTINUE = "continue"
    CHANGE_PLAN = "change_plan"
    STEP_DOWN = "step_down"


GOES_ON: Final = frozenset({Decision.CONTINUE, Decision.CHANGE_PLAN})


def why_not_open(*, plan_state: str, may_review: bool, has_draft: bool) -> str | None:
    """Whether a review of this plan can be begun at all. `has_draft`: a changed plan is being written already."""
    if not may_review:
        return "Your role does not hold reviews."
    if plan_state != "agreed":
        return "Only an agreed plan is reviewed."
    if has_draft:
        return "A changed plan is being written. Agree that one first, then review it."
    return None


def why_not_hold(
    *,
    plan_state: str,
    may_review: bool,
    has_draft: bool,
    held_on: date | None,
    agreed_on: date | None,
    today: date,
    what_changed: str,
    has_words: bool,
    why_no_words: str,
    decision: str,
    reason: str,
    next_review_on: date | None,
) -> str | None:
    return (
        why_not_open(plan_state=plan_state, may_review=may_review, has_draft=has_draft)
        or _why_not_that_day(held_on, agreed_on, today)
        or _why_says_too_little(what_changed, has_words, why_no_words, decision, reason)
        or _why_not_next(decision, next_review_on, today)
    )


def _why_not_that_day(held_on: date | None, agreed_on: date | None, today: date) -> str | None:
    if held_on is None:
        return "Give the day on which the review was held."
    if held_on > today:
        return "The day of the review is in the future. Record it once it has been held."
    if agreed_on and held_on < agreed_on:
        return "The day of the review is before the plan was agreed."
    return None


def _why_says_too_little(
    what_changed: str, has_words: bool, why_no_words: str, decision: str, reason: str
) -> str | None:
    if not what_changed.strip():
        return "Say what has changed for the child since the plan was agreed."
    if not has_words and not why_no_words.strip():
        return "Add what the child says now, or say why their view is not there."
    if decision not in set(Decision):
        return "Choose how it goes on."
    if not reason.strip():
        return "Give the reason for this decision."
    return None


def _why_not_next(decision: str, next_review_on: date | None, today: date) -> str | None:
    if decision not in GOES_ON:
        return None
    if next_review_on is None:
        return "Give the date of the next review."
    return None if next_review_on > today else "The next review has to be after today."
