"""When a review may be held and what it must say, and what has to be known before help ends. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.case.rules import EndedAs
from heard.cases.stage.rules import Course, Looked

REVIEW_ASKS: Final = Asks(
    what_changed="Say what has changed for the child since the plan was agreed.",
    held_on="Give the day on which the review was held.",
    took_part="Say who took part in the review.",
    decision="Choose how it goes on.",
    reason="Give the reason for this decision.",
)
CLOSE_ASKS: Final = Asks(
    ended_as="Say why work with the child ends.",
    reason="Say why the case can be closed.",
    contact_afterwards="Say whom the child can turn to from now on.",
    told_child="Say what the child was told, by whom and when.",
    open_again_if="Say what would make you open the case again.",
)

# Days for which what was seen counts as current when help is about to end. Our sources give no number: this is a
# proposal, and the partnership sets its own (HEARD_EVIDENCE_DAYS). Four weeks, because a month is long enough to meet
# a child and their people, and short enough that what was seen then is still so.
EVIDENCE_DAYS: Final = 28


class Decision(StrEnum):
    CONTINUE = "continue"
    CHANGE_PLAN = "change_plan"
    STEP_DOWN = "step_down"


GOES_ON: Final = frozenset({Decision.CONTINUE, Decision.CHANGE_PLAN})
AWAY: Final = "The child is missing now. Help does not end while nobody knows where the child is."
UNHEARD: Final = "Add what the child says now, or say why their view is not there."


def why_not_open(*, plan_state: str, may_review: bool, has_draft: bool) -> str | None:
    """Whether a review of this plan can be begun at all. `has_draft`: a changed plan is being written already."""
    if not may_review:
        return "Your role does not hold reviews."
    if plan_state != "agreed":
        return "Only an agreed plan is reviewed."
    if has_draft:
        return "A changed plan is being written. Agree or discard that one first, then review it."
    return None


@dataclass(frozen=True)
class Standing:
    """How a plan stands when a review of it is held. `latest_by`: the last day that a clock allows for the next review, where one
    applies. `actions_open`: still to do. `is_missing`: nobody knows where the child is now."""

    plan_state: str
    may_review: bool
    has_draft: bool
    agreed_on: date | None
    latest_by: date | None
    actions_open: int
    is_missing: bool


@dataclass(frozen=True)
class Held:
    """What a review says. `looked`: one for each outcome of the plan. `has_words`: what the child said stands in it."""

    held_on: date | None
    what_changed: str
    took_part: str
    looked: Collection[Looked]
    has_words: bool
    why_no_words: str
    decision: str
    reason: str
    next_review_on: date | None


def why_not_hold(standing: Standing, held: Held, *, today: date, evidence_days: int) -> str | None:
    return (
        why_not_open(
            plan_state=standing.plan_state, may_review=standing.may_review, has_draft=standing.has_draft
        )
        or _why_not_that_day(held.held_on, standing.agreed_on, today)
        or _why_says_too_little(held)
        or _why_not_looked(held.looked, today)
        or _why_not_next(held, today, standing.latest_by)
        or (
            why_not_step_down(
                held.looked,
                held.held_on,
                standing.actions_open,
                is_missing=standing.is_missing,
                today=today,
                evidence_days=evidence_days,
            )
            if held.decision == Decision.STEP_DOWN
            else None
        )
    )


def why_not_step_down(
    looked: Collection[Looked],
    held_on: date | None,
    actions_open: int,
    *,
    is_missing: bool,
    today: date,
    evidence_days: int,
) -> str | None:
    """Help does not end on what nobody knows, or on what was seen long ago, or while the child is missing."""
    if is_missing:
        return AWAY
    if actions_open:
        return "The plan has actions that are still to do. Say how each went, then end the plan."
    return why_not_current(looked, held_on, today=today, evidence_days=evidence_days)


def why_not_current(
    looked: Collection[Looked], held_on: date | None, *, today: date, evidence_days: int
) -> str | None:
    """The rule on current evidence: a review in these last days that knows how every outcome stands, from what
    somebody saw in these last days."""
    since = today - timedelta(days=evidence_days)
    if held_on is None:
        return "No review has been held yet, and help ends on one. Hold a review now."
    if held_on < since:
        return "The last review is too long ago to end help on it. Hold a review now."
    if not looked or any(one.course == Course.NOT_KNOWN for one in looked):
        return "It is not known how every outcome stands. Find out first: help does not end on what is not known."
    if any(one.seen_on is None or one.seen_on < since for one in looked):
        return "What was seen is too old to end help on it. See the child, then write down what you saw."
    return None


@dataclass(frozen=True)
class Before:
    """What is asked of a case before it is closed.

    `is_missing`: nobody knows where the child is now.
    `has_draft`: a plan is being written. `had_plan`: a plan was agreed since the case was opened, so the evidence is a
    review of it; without one it is an assessment signed since then (`signed_on`).
    `worry_since`: a worry about the child was told after that evidence was written down.
    `handed_over`: to another council, where nobody has accepted yet. `discussion_planned`: a strategy discussion, not held yet.
    """

    is_open: bool
    may_close: bool
    is_missing: bool
    worries_waiting: bool
    unsigned: bool
    has_draft: bool
    actions_open: bool
    had_plan: bool
    looked: Collection[Looked]
    held_on: date | None
    signed_on: date | None
    worry_since: bool
    handed_over: bool = False
    discussion_planned: bool = False


class Missing(StrEnum):
    """What is missing before a case may be closed; each leads to the page on which it is done."""

    MAY = "may"
    OPEN = "open"
    CHILD = "child"
    WORRY = "worry"
    ASSESSMENT = "assessment"
    DRAFT = "draft"
    ACTION = "action"
    REVIEW = "review"
    SIGNED = "signed"
    HANDOVER = "handover"
    STRATEGY = "strategy"


def missing_before_closing(
    before: Before, *, today: date, evidence_days: int
) -> tuple[tuple[Missing, str], ...]:
    """Everything that is missing, first things first, each as the sentence that the user reads."""
    if not before.may_close:
        text = "Only a co-ordinator or supervisor of the agency that leads the case closes it."
        return ((Missing.MAY, text),)
    if not before.is_open:
        return ((Missing.OPEN, "This case is closed already."),)
    found: list[tuple[Missing, str]] = []
    if before.is_missing:
        found.append((Missing.CHILD, AWAY))
    if before.worries_waiting:
        found.append((Missing.WORRY, "A worry about this child waits for a decision. Decide on it first."))
    if before.unsigned:
        found.append((Missing.ASSESSMENT, "An assessment is not signed off yet. Finish it first."))
    if before.has_draft:
        text = "A plan is being written. Agree it, or discard it if it is not needed any longer."
        found.append((Missing.DRAFT, text))
    if before.actions_open:
        found.append((Missing.ACTION, "The plan has actions that are still to do. Say how each went."))
    if before.discussion_planned:
        text = "A strategy discussion about this child is planned and not held yet. Hold it, or call it off."
        found.append((Missing.STRATEGY, text))
    if before.handed_over:
        text = "The child is being handed over to another council, and nobody there has accepted yet."
        found.append((Missing.HANDOVER, text))
    return (*found, *_missing_evidence(before, today, evidence_days))


def _missing_evidence(before: Before, today: date, days: int) -> list[tuple[Missing, str]]:
    if not before.had_plan:
        if before.signed_on is None or before.signed_on < today - timedelta(days=days):
            text = "No plan was made, so a signed assessment has to say how the child is now. Assess anew."
            return [(Missing.SIGNED, text)]
    else:
        why_not = why_not_current(before.looked, before.held_on, today=today, evidence_days=days)
        if why_not:
            return [(Missing.REVIEW, why_not)]
    if before.worry_since:
        text = "A worry was told after the last evidence was written down. Look at the child’s situation again first."
        return [(Missing.REVIEW if before.had_plan else Missing.SIGNED, text)]
    return []


def why_not_close(
    *,
    missing: str | None,
    has_words: bool,
    why_no_words: str,
    reason: str,
    contact_afterwards: str,
    told_child: str,
    open_again_if: str,
    ended_as: str = EndedAs.ENDED,
    is_accepted: bool = False,
    has_after_plan: bool = False,
) -> str | None:
    """`missing`: the first sentence of `missing_before_closing`, or None. `is_accepted`: another council has accepted the
    child; `has_after_plan`: there is a plan for what comes after 18."""
    if missing:
        return missing
    if ended_as not in {EndedAs.ENDED, EndedAs.MOVED, EndedAs.ADULT}:
        return CLOSE_ASKS["ended_as"]
    if ended_as == EndedAs.MOVED and not is_accepted:
        return "Nobody in the other council has accepted the child yet. Hand the child over first, and follow it."
    if ended_as == EndedAs.ADULT and not has_after_plan:
        return "There is no plan for what comes after 18. Write it first, with the young person."
    if not has_words and not why_no_words.strip():
        return "Add what the child says about closing, or say why their view is not there."
    return CLOSE_ASKS.missing(
        reason=reason,
        contact_afterwards=contact_afterwards,
        told_child=told_child,
        open_again_if=open_again_if,
    )


def why_not_reopen(*, is_closed: bool, may_close: bool, reason: str) -> str | None:
    if not may_close:
        return "Only a co-ordinator or supervisor of the agency that led the case opens it again."
    if not is_closed:
        return "This case is open already."
    return None if reason.strip() else "Say why the case opens again, so that its story can be followed."


def _why_not_that_day(held_on: date | None, agreed_on: date | None, today: date) -> str | None:
    if held_on is None:
        return REVIEW_ASKS["held_on"]
    if held_on > today:
        return "The day of the review is in the future. Record it once it has been held."
    if agreed_on and held_on < agreed_on:
        return "The day of the review is before the plan was agreed."
    return None


def _why_says_too_little(held: Held) -> str | None:
    if why_not := REVIEW_ASKS.missing(what_changed=held.what_changed):
        return why_not
    if not held.has_words and not held.why_no_words.strip():
        return UNHEARD
    if why_not := REVIEW_ASKS.missing(took_part=held.took_part):
        return why_not
    if held.decision not in set(Decision):
        return REVIEW_ASKS["decision"]
    return REVIEW_ASKS.missing(reason=held.reason)


def _why_not_looked(looked: Collection[Looked], today: date) -> str | None:
    for one in looked:
        if one.course not in set(Course):
            return "Say of each outcome whether it is better, the same, worse or not known."
        if one.course != Course.NOT_KNOWN and one.lacks_evidence:
            return "Say of each outcome what was seen, by whom and when; or mark it as not known."
        if one.seen_on and one.seen_on > today:
            return "A day on which something was seen is in the future. Check the date."
    return None


def _why_not_next(held: Held, today: date, latest_by: date | None) -> str | None:
    next_review_on = held.next_review_on
    if held.decision not in GOES_ON:
        return None
    if next_review_on is None:
        return "Give the date of the next review."
    if next_review_on <= today:
        return "The next review has to be after today."
    if latest_by and next_review_on > latest_by:
        return "The next review is later than its deadline allows. Choose the day that stands beside it, or one before."
    return None
