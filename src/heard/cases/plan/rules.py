"""When a plan may be started, changed and agreed, and when its actions are done. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.stage import rules as signing

WHERE_ASKS: Final = Asks(text="Say where we are now.")
DISCARD_ASKS: Final = Asks(reason="Say why the draft is discarded.")
AGREE_ASKS: Final = Asks(review_on="Give the date on which this plan will be reviewed.")


class PlanState(StrEnum):
    DRAFT = "draft"
    AGREED = "agreed"
    REPLACED = "replaced"
    ENDED = "ended"


class Move(StrEnum):
    AGREE = "agree"
    REPLACE = "replace"
    END = "end"


TRANSITIONS: Final[dict[tuple[PlanState, Move], PlanState]] = {
    (PlanState.DRAFT, Move.AGREE): PlanState.AGREED,
    (PlanState.AGREED, Move.REPLACE): PlanState.REPLACED,
    (PlanState.AGREED, Move.END): PlanState.ENDED,
}


class Progress(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"
    REPLACED = "replaced"  # by the changed plan, which took it over or left it out


@dataclass(frozen=True)
class Step:
    """One action, as the rule on agreeing needs to see it. `was_due_on`: its day in the plan in force, where it stands
    there already."""

    has_owner: bool
    due_on: date | None
    was_due_on: date | None = None

    def is_over(self, today: date) -> bool:
        """Whether its day had passed before anybody agreed on it."""
        return self.due_on is not None and self.due_on < today and self.due_on != self.was_due_on


NOT_CHANGEABLE: Final = (
    "An agreed plan is changed at a review, so that everybody knows what has changed and why."
)
OVER: Final = "An action is to be done by a day before today. Give it a day that can be kept."
UNSIGNED: Final = "A supervisor has not signed off an assessment since this case was opened. A plan is agreed on a signed one."
CLOSED: Final = "This case is closed. Open it again before the plan is changed."


def why_not_start(*, case_is_open: bool, may_plan: bool, has_draft: bool, has_agreed: bool) -> str | None:
    if not may_plan:
        return "Your role does not write plans."
    if not case_is_open:
        return "This case is closed. A plan needs an open case."
    if has_draft:
        return "A plan for this child has been started. Go on with that one."
    if has_agreed:
        return "This child has an agreed plan. Hold a review and decide there to change it."
    return None


def why_not_change(*, state: str, case_is_open: bool, may_plan: bool) -> str | None:
    if not may_plan:
        return "Your role does not write plans."
    if state != PlanState.DRAFT:
        return NOT_CHANGEABLE
    return None if case_is_open else CLOSED


def why_not_begin_discarding(*, state: str, may_plan: bool) -> str | None:
    """Whether a draft may be given up: also in a case that is closed, where it can do nothing else."""
    if not may_plan:
        return "Your role does not write plans."
    return None if state == PlanState.DRAFT else NOT_CHANGEABLE


def why_not_discard(*, state: str, may_plan: bool, reason: str) -> str | None:
    why_not = why_not_begin_discarding(state=state, may_plan=may_plan)
    return why_not or (None if reason.strip() else DISCARD_ASKS["reason"])


def why_not_add_decided(
    *, state: str, case_is_open: bool, may_plan: bool, has_owner: bool, has_day: bool
) -> str | None:
    """Whether an action that several agencies decided together may go into a plan that is written or in force: they have
    given the reason and the child's view, as a review does."""
    if not may_plan:
        return "Your role does not write plans."
    if not case_is_open:
        return CLOSED
    if state not in (PlanState.DRAFT, PlanState.AGREED):
        return "This plan is not in force any longer. Choose an outcome of the one that is."
    return None if has_owner and has_day else "Each action needs a person who will do it and a date."


def why_not_say_where_we_are(
    *, state: str, case_is_open: bool, may_plan: bool, text: str, on: date, today: date
) -> str | None:
    """Whether it may be written down how far an outcome is: while the plan is written, and while it is in force."""
    if not may_plan:
        return "Your role does not change plans."
    if not case_is_open:
        return CLOSED
    if state not in (PlanState.DRAFT, PlanState.AGREED):
        return "This plan is not in force any longer. Say where you are in the one that is."
    if not text.strip():
        return WHERE_ASKS["text"]
    return "The day is in the future. Say where we are today." if on > today else None


def why_not_agree(
    *,
    state: str,
    case_is_open: bool,
    may_plan: bool,
    has_signed_assessment: bool,
    outcomes: Sequence[Sequence[Step]],
    has_words: bool,
    why_no_words: str,
    review_on: date | None,
    latest_by: date | None,
    today: date,
) -> str | None:
    """`outcomes`: for each outcome of the plan, its actions. `has_signed_assessment`: since the case was opened.
    `latest_by`: the last day that a clock allows for the review, where one applies."""
    if not may_plan:
        return "Your role does not agree plans."
    if not case_is_open:
        return "This case is closed. Open it again before a plan is agreed."
    if state != PlanState.DRAFT:
        return "This plan has been agreed already."
    if not has_signed_assessment:
        return UNSIGNED
    return (
        why_outcomes_fall_short(outcomes, today)
        or _why_unheard(has_words, why_no_words)
        or _why_no_review(review_on, today, latest_by)
    )


def why_outcomes_fall_short(outcomes: Sequence[Sequence[Step]], today: date) -> str | None:
    if not outcomes:
        return "Add at least one outcome: what will be different for the child."
    if any(not steps for steps in outcomes):
        return "Each outcome needs at least one action. Add one, or take the outcome out."
    if any(not step.has_owner or step.due_on is None for steps in outcomes for step in steps):
        return "Each action needs a person who will do it and a date."
    if any(step.is_over(today) for steps in outcomes for step in steps):
        return OVER
    return None


def why_not_copy(*, state: str, has_draft: bool) -> str | None:
    """Whether a changed plan can be begun from this one."""
    if state != PlanState.AGREED:
        return "Only an agreed plan can be replaced by a changed one."
    if has_draft:
        return "A changed plan is being written already. Go on with that one."
    return None


def why_not_begin_finishing(*, plan_state: str, progress: str, may_plan: bool) -> str | None:
    """Whether it can be said at all how an action went."""
    if not may_plan:
        return "Your role does not change plans."
    if plan_state != PlanState.AGREED:
        return "Actions can be finished in an agreed plan only."
    if progress != Progress.OPEN:
        return "This action is finished already."
    return None


def why_not_finish_action(
    *,
    plan_state: str,
    progress: str,
    outcome: str,
    note: str,
    may_plan: bool,
    added_on: date,
    done_on: date,
    today: date,
) -> str | None:
    """`outcome`: done or not_done. What could not be done says why, so that the review can do something about it.
    `added_on`: when the action was first written down; what was done before was not done for it."""
    why_not = why_not_begin_finishing(plan_state=plan_state, progress=progress, may_plan=may_plan)
    if why_not:
        return why_not
    if outcome == Progress.NOT_DONE and not note.strip():
        return "Say why it could not be done, so that the review can look for another way."
    if done_on > today:
        return "The day is in the future. Write it down when it is done."
    return "The day is before the action was written down. Check the date." if done_on < added_on else None


def why_not_take_back_done(
    *,
    plan_state: str,
    progress: str,
    is_owner: bool,
    is_today: bool,
    has_note: bool,
    has_draft: bool,
    is_read: bool,
) -> str | None:
    """Whether it was said by one press that an action is done, and nobody has gone by it yet. `has_draft`: a changed plan is being written,
    which has not this action in it. `is_read`: somebody else has read that it is done."""
    if not is_owner:
        return "Whoever does it says that it is not done after all."
    if progress != Progress.DONE or plan_state != PlanState.AGREED:
        return "This action is not among those that are done."
    if has_note or not is_today:
        return "This can be taken back on the same day, where nothing was written of how it went. Say at the review what is still to do."
    if is_read or has_draft:
        return "Somebody has gone by it already. Tell the child’s worker, and add the action to the plan at the review."
    return None


def is_for_the_review(due_on: date | None, review_on: date | None, today: date) -> bool:
    """Whether there is no later day before the plan is reviewed."""
    return due_on is None or (review_on is not None and review_on <= max(due_on, today))


def why_not_begin_putting_off(
    *,
    plan_state: str,
    progress: str,
    may_plan: bool,
    was_due_on: date | None,
    review_on: date | None,
    today: date,
) -> str | None:
    """`was_due_on`: its day now. `review_on`: when its plan is reviewed; what takes longer than that is for the review."""
    why_not = why_not_begin_finishing(plan_state=plan_state, progress=progress, may_plan=may_plan)
    if why_not:
        return why_not
    if is_for_the_review(was_due_on, review_on, today):
        return "The review of this plan is due by then. Hold it, and change the plan there."
    return None


def why_not_put_off(
    *,
    was_due_on: date | None,
    review_on: date | None,
    due_on: date | None,
    reason: str,
    today: date,
) -> str | None:
    """Of one that can be put off (`why_not_begin_putting_off`)."""
    if why_not := signing.why_not_put_off(was_due_on=was_due_on, due_on=due_on, reason=reason, today=today):
        return why_not
    if review_on and due_on and due_on > review_on:
        return "The plan is reviewed before that day. Choose an earlier one, or change the plan."
    return None


def why_not_take_back_delay(
    *, plan_state: str, progress: str, is_own: bool, is_today: bool, stands: bool, is_read: bool
) -> str | None:
    """Whether the reader put the action off today, and nobody has gone by it yet. `stands`: its day is still the one that it was put off to."""
    if plan_state != PlanState.AGREED or progress != Progress.OPEN or not (is_own and stands):
        return "This action is not put off by you to the day that it has now."
    if not is_today:
        return "This can be taken back on the same day. Say at the review by when it is to be done."
    if is_read:
        return "Somebody has gone by it already. Tell the child’s worker by when it will be done."
    return None


def clock_of_next(legal_status: str, *, held: int) -> str | None:
    """The clock that binds the day of the next review of a plan, or None where people agree the day between them.

    `held`: reviews that have been held under this legal status. The first looked-after review is due from the day on which
    the child became looked after, which its moment winds; here it is bound as the second. Source: the clocks themselves.
    """
    if legal_status == "protection_plan":
        return "review_conference_next" if held else "review_conference_first"
    if legal_status == "looked_after":
        return "looked_after_review_next" if held > 1 else "looked_after_review_second"
    return None


# The moment with which each of these begins: reviews before it were held for another reason.
BEGINS_WITH: Final = {"protection_plan": "conference_first", "looked_after": "looked_after"}


def days_overdue(due_on: date, today: date) -> int:
    """Whole days since the due date; nought on the day itself and before."""
    return max((today - due_on).days, 0)


def _why_unheard(has_words: bool, why_no_words: str) -> str | None:
    if has_words or why_no_words.strip():
        return None
    return "Add what the child says about this plan, or say why their view is not there."


def _why_no_review(review_on: date | None, today: date, latest_by: date | None) -> str | None:
    if review_on is None:
        return AGREE_ASKS["review_on"]
    if review_on <= today:
        return "The review date has to be after today."
    if latest_by and review_on > latest_by:
        return "The review is later than its deadline allows. Choose the day that stands beside it, or one before."
    return None
