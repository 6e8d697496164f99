"""Recording a review that has been held, closing a case and opening it again, each in one transaction with its audit
rows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.cases.case.actions import end_case, open_case
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to, why_not_after_death
from heard.cases.case.rules import EndedAs
from heard.cases.clocks.actions import end_clocks
from heard.cases.leaving.queries import has_after_plan, is_accepted
from heard.cases.plan.actions import change_outcome, copy_to_change, end_plan, set_next_review
from heard.cases.plan.queries import agreed_plan, plan_visible_to
from heard.cases.review import queries, rules
from heard.cases.review.models import Review, ReviewedOutcome
from heard.cases.review.rules import Decision, Held, Looked
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.network.actions import hold_person

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case, CasePeriod


@transaction.atomic
def hold_review(
    *,
    by: User,
    plan_id: uuid.UUID,
    held_on: date | None,
    what_changed: str,
    took_part: str,
    looked: Mapping[uuid.UUID, Looked],
    view: ChildsView,
    decision: str,
    reason: str,
    next_review_on: date | None = None,
    at: datetime | None = None,
) -> Review:
    """Records a review. The plan goes on with its next date, or a changed plan is begun from it, or it ends.

    `looked`: what is known of each outcome of the plan, by its key; one that is not named counts as not said.
    Stepping down ends the plan, and with it the dates; `next_review_on` is then left out.
    """
    hold_person(by=by, person_id=plan_visible_to(by, plan_id).case.person_id)
    plan = plan_visible_to(by, plan_id)
    whom, review_id = plan.case.person_id, uuid.uuid4()
    words, why_no_words = hear(by=by, person_id=whom, view=view, on=Words.Occasion.REVIEW, on_id=review_id)
    said = {outcome.pk: looked.get(outcome.pk, Looked("")) for outcome in plan.outcomes.all()}
    told: dict[str, Any] = {"held_on": held_on, "what_changed": what_changed, "took_part": took_part.strip()}
    told |= {"why_no_words": why_no_words, "decision": decision, "reason": reason}
    held = Held(looked=said.values(), has_words=words is not None, next_review_on=next_review_on, **told)
    refuse(why_not_after_death(by, whom))
    refuse(queries.why_not_hold(by, plan, held, today=timezone.localdate(at)))
    assert plan.review_on is not None  # a plan that is in force has one
    goes_on = decision != Decision.STEP_DOWN
    review = Review.objects.create(
        pk=review_id,
        plan=plan,
        due_on=plan.review_on,
        held_by=by,
        words=words,
        next_review_on=next_review_on if goes_on else None,
        **told,
    )
    _keep(review, said)
    _audit(by, "hold", review, reason=reason)
    announce(
        by=by,
        kind=Notified.REVIEWED,
        subject="review",
        subject_id=review.pk,
        person_id=plan.case.person_id,
        at=at,
    )
    _go_on(by, review)
    return review


@transaction.atomic
def open_review(*, by: User, review_id: uuid.UUID) -> Review:
    """The review, for showing it, with the 'view' audit row; or `Hidden`."""
    review = queries.review_visible_to(by, review_id)
    _audit(by, "view", review)
    return review


@transaction.atomic
def close_case(
    *,
    by: User,
    case_id: uuid.UUID,
    view: ChildsView,
    reason: str,
    contact_afterwards: str,
    told_child: str,
    open_again_if: str,
    ended_as: str = EndedAs.ENDED,
    at: datetime | None = None,
) -> CasePeriod:
    """Closes a case: the plan ends, the clocks stop, and the period is kept with the child's view and the reason."""
    case = case_visible_to(by, case_id)
    hold_person(by=by, person_id=case.person_id)  # a worry that is told now waits its turn
    case = case_visible_to(by, case_id)
    whom, period_id = case.person_id, uuid.uuid4()
    words, why_no_words = hear(by=by, person_id=whom, view=view, on=Words.Occasion.CLOSING, on_id=period_id)
    missing = queries.missing_before_closing(by, case, today=timezone.localdate(at))
    refuse(
        rules.why_not_close(
            missing=missing[0][1] if missing else None,
            has_words=words is not None,
            why_no_words=why_no_words,
            reason=reason,
            contact_afterwards=contact_afterwards,
            told_child=told_child,
            open_again_if=open_again_if,
            ended_as=ended_as,
            is_accepted=is_accepted(by, case),
            has_after_plan=has_after_plan(by, case),
        )
    )
    plan = agreed_plan(by, case.pk)
    if plan is not None:
        end_plan(by=by, plan_id=plan.pk)
    period = end_case(
        by=by,
        case_id=case.pk,
        why=reason,
        period_id=period_id,
        words=words,
        why_no_words=why_no_words,
        contact_afterwards=contact_afterwards,
        told_child=told_child,
        open_again_if=open_again_if,
        ended_as=ended_as,
        at=at,
    )
    end_clocks(by=by, case_id=case.pk)
    return period


@transaction.atomic
def reopen_case(*, by: User, case_id: uuid.UUID, reason: str) -> Case:
    """Opens a closed case again without a worry that led to it. `concern.actions.decide` does the same from a worry."""
    case = case_visible_to(by, case_id)
    refuse(queries.why_not_reopen(by, case, reason=reason))
    return open_case(by=by, person_id=case.person_id, why=reason, again=case.pk)


def _keep(review: Review, said: Mapping[uuid.UUID, Looked]) -> None:
    ReviewedOutcome.objects.bulk_create(
        ReviewedOutcome(
            review=review,
            outcome_id=outcome_id,
            course=one.course,
            what=one.what.strip(),
            seen_by=one.seen_by.strip(),
            seen_on=one.seen_on,
        )
        for outcome_id, one in said.items()
    )


def _go_on(by: User, review: Review) -> None:
    if review.next_review_on is None:
        end_plan(by=by, plan_id=review.plan_id)
        return
    set_next_review(by=by, plan_id=review.plan_id, review_on=review.next_review_on)
    if review.decision == Decision.CHANGE_PLAN:
        _begin_changed(by, review)


def _begin_changed(by: User, review: Review) -> None:
    """The changed plan begins where the review found the child, so that nobody types it again."""
    new = plan_visible_to(by, copy_to_change(by=by, plan_id=review.plan_id).pk)
    known = {row.outcome.line_id: row for row in review.outcomes.select_related("outcome") if row.what}
    for outcome in new.outcomes.all():
        row = known.get(outcome.line_id)
        if row:
            change_outcome(by=by, outcome_id=outcome.pk, text=outcome.text, where_we_are=row.what)


def _audit(by: User, verb: str, review: Review, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="review",
        subject_id=review.pk,
        person_id=review.plan.case.person_id,
        reason=reason,
        detail={"decision": review.decision},
    )
