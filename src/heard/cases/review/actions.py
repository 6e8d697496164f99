"""Recording a review that has been held, and what follows from it, in one transaction with its audit row."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Refused
from heard.cases.assessment.actions import hear
from heard.cases.assessment.rules import ChildsView
from heard.cases.plan.actions import copy_to_change, end_plan, set_next_review
from heard.cases.plan.models import Plan
from heard.cases.plan.queries import plan_visible_to
from heard.cases.review import queries
from heard.cases.review.models import Review
from heard.cases.review.rules import Decision

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def hold_review(
    *,
    by: User,
    plan_id: uuid.UUID,
    held_on: date | None,
    what_changed: str,
    view: ChildsView,
    decision: str,
    reason: str,
    next_review_on: date | None = None,
    at: datetime | None = None,
) -> Review:
    """Records a review. The plan goes on with its next date, or a changed plan is begun from it, or it ends.

    Stepping down ends the plan, and with it the dates; `next_review_on` is then left out.
    """
    Plan.objects.select_for_update().filter(pk=plan_id).first()
    plan = plan_visible_to(by, plan_id)
    words, why_no_words = hear(by=by, person_id=plan.case.person_id, view=view)
    why_not = queries.why_not_hold(
        by,
        plan,
        held_on=held_on,
        today=timezone.localdate(at),
        what_changed=what_changed,
        has_words=words is not None,
        why_no_words=why_no_words,
        decision=decision,
        reason=reason,
        next_review_on=next_review_on,
    )
    if why_not or held_on is None or plan.review_on is None:
        raise Refused(why_not)
    review = Review.objects.create(
        plan=plan,
        due_on=plan.review_on,
        held_on=held_on,
        held_by=by,
        what_changed=what_changed,
        words=words,
        why_no_words=why_no_words,
        decision=decision,
        reason=reason,
        next_review_on=None if decision == Decision.STEP_DOWN else next_review_on,
    )
    _audit(by, "hold", review, reason=reason)
    _go_on(by, review)
    return review


@transaction.atomic
def open_review(*, by: User, review_id: uuid.UUID) -> Review:
    """The review, for showing it, with the 'view' audit row; or `Hidden`."""
    review = queries.review_visible_to(by, review_id)
    _audit(by, "view", review)
    return review


def _go_on(by: User, review: Review) -> None:
    if review.next_review_on is None:
        end_plan(by=by, plan_id=review.plan_id)
        return
    set_next_review(by=by, plan_id=review.plan_id, review_on=review.next_review_on)
    if review.decision == Decision.CHANGE_PLAN:
        copy_to_change(by=by, plan_id=review.plan_id)


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
