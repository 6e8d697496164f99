"""What others may read about reviews. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.case.queries import cases_visible_to
from heard.cases.case.rules import Kept
from heard.cases.plan.models import Action
from heard.cases.plan.queries import draft_plan, overdue_count, plans_visible_to
from heard.cases.review import rules
from heard.cases.review.models import Review

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.plan.models import Plan


def reviews_visible_to(user: User) -> QuerySet[Review]:
    """Reviews that have been held, of children whose record the user may open, latest first."""
    return Review.objects.filter(plan__case__in=cases_visible_to(user)).select_related(
        "plan__case__person", "held_by", "words"
    )


def review_visible_to(user: User, review_id: uuid.UUID) -> Review:
    review = reviews_visible_to(user).filter(pk=review_id).first()
    if review is None:
        raise Hidden
    return review


def reviews_of(user: User, case_id: uuid.UUID) -> QuerySet[Review]:
    """Every review that has been held in a case, latest first."""
    return reviews_visible_to(user).filter(plan__case_id=case_id)


def reviews_of_plan(user: User, plan_id: uuid.UUID) -> QuerySet[Review]:
    return reviews_visible_to(user).filter(plan_id=plan_id)


def reviews_due(user: User) -> QuerySet[Plan]:
    """Plans in force by the date of their next review (`review_on`), longest overdue first.

    Those that the user has to do with: their team leads the case, they are the child's trusted worker, or they own an
    action in the plan. A review is recorded at the address `review_hold` of the plan.
    """
    if not user.may(May.REVIEW):
        return plans_visible_to(user).none()
    return _concerning(user, plans_visible_to(user).filter(state="agreed")).order_by("review_on")


def why_not_open(user: User, plan: Plan) -> str | None:
    return rules.why_not_open(
        plan_state=plan.state,
        may_review=user.may(May.REVIEW),
        has_draft=draft_plan(user, plan.case_id) is not None,
    )


def why_not_hold(user: User, plan: Plan, *, today: date, **said: Any) -> str | None:
    """`said`: held_on, what_changed, has_words, why_no_words, decision, reason, next_review_on."""
    return rules.why_not_hold(
        plan_state=plan.state,
        may_review=user.may(May.REVIEW),
        has_draft=draft_plan(user, plan.case_id) is not None,
        agreed_on=timezone.localdate(plan.agreed_at) if plan.agreed_at else None,
        today=today,
        **said,
    )


def _concerning(user: User, plans: QuerySet[Plan]) -> QuerySet[Plan]:
    teams = user.memberships.values("team")
    theirs = Action.objects.filter(outcome__plan=OuterRef("pk"), owner=user, state="open")
    mine = Q(case__lead_team__in=teams) | Q(case__trusted_worker=user) | Q(Exists(theirs))
    return plans.filter(mine)


def held_in_time(user: User, *, since: date, today: date) -> Kept:
    """Reviews due since a day that were held by then; one that is overdue now counts as not held in time.

    Over the whole partnership, for those who see figures.
    """
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    held = Review.objects.filter(due_on__gte=since).order_by()
    counted = held.aggregate(kept=Count("pk", Q(held_on__lte=F("due_on"))), of=Count("pk"))
    return Kept(counted["kept"], counted["of"] + overdue_count(user, since=since, today=today))
