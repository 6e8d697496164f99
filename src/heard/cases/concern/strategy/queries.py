"""What may be read of strategy discussions. `user` is always the first argument."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.case.notices.queries import agencies_told
from heard.cases.case.notices.rules import NoticeKind as Told
from heard.cases.case.queries import open_case_of
from heard.cases.concern.queries import concerns_open_to, decides
from heard.cases.concern.strategy import rules
from heard.cases.concern.strategy.models import AskedAgency, StrategyDiscussion
from heard.network.queries import visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.concern.models import Concern

_BESIDE = ("person", "concern", "lead", "finished_by", "moment", "corrected_by", "words")


def discussions_visible_to(user: User) -> QuerySet[StrategyDiscussion]:
    """Of each its latest version, about the children whom this user may see, the latest first."""
    rows = StrategyDiscussion.objects.filter(visible_through(user, "person"), corrected_by=None)
    return rows.select_related("person", "concern", "lead", "finished_by")


def discussions_of(user: User, person_id: uuid.UUID) -> QuerySet[StrategyDiscussion]:
    """About one child. None of a child whom the user may not see."""
    return discussions_visible_to(user).filter(person_id=person_id)


def discussion_visible_to(user: User, discussion_id: uuid.UUID) -> StrategyDiscussion:
    """One, also an earlier version; or `Hidden`."""
    rows = StrategyDiscussion.objects.filter(visible_through(user, "person"), pk=discussion_id)
    found = rows.select_related(*_BESIDE).first()
    if found is None:
        raise Hidden
    return found


def going_on(user: User, person_id: uuid.UUID | None) -> bool:
    """Whether one about this child is planned and not held yet."""
    planned = StrategyDiscussion.State.PLANNED
    return person_id is not None and discussions_of(user, person_id).filter(state=planned).exists()


def also_decided_for(user: User, discussion: StrategyDiscussion) -> Concern | None:
    """Another worry about this child that was decided for a strategy discussion since this one was planned, and so has none of its own."""
    rows = concerns_open_to(user).filter(person=discussion.person_id, state="decided", decision="strategy")
    rows = rows.annotate(since=Coalesce("corrected_at", "decided_at")).filter(since__gte=discussion.begun_at)
    return rows.filter(discussions=None).exclude(pk=discussion.concern_id).order_by("since", "pk").first()


def why_not_plan_now(user: User, concern: Any) -> str | None:
    """What stands in the way of planning one from this worry, before its day is chosen."""
    today = timezone.localdate()
    return rules.why_not_plan(
        about_child=concern.person_id is not None,
        is_decided=concern.state == "decided",
        may_decide=decides(user),
        going_on=going_on(user, concern.person_id),
        planned_on=today,
        today=today,
    )


def versions_before(user: User, discussion: StrategyDiscussion) -> list[StrategyDiscussion]:
    """What it said before it was corrected, the latest first."""
    found, key = [], discussion.corrects_id
    while key:
        found.append(discussion_visible_to(user, key))
        key = found[-1].corrects_id
    return found


def asked_in(user: User, discussion_id: uuid.UUID) -> QuerySet[AskedAgency]:
    """Each agency that was asked. `Hidden` unless the user may see the discussion."""
    rows = AskedAgency.objects.filter(discussion=discussion_visible_to(user, discussion_id))
    return rows.select_related("agency", "told_by")


def told_of_it(user: User, discussion_id: uuid.UUID) -> set[uuid.UUID]:
    """Keys of the agencies in which somebody was told that they are asked. For a discussion that the user may see."""
    return agencies_told(user, Told.STRATEGY_ASKED, subject="strategy", subject_id=discussion_id)


def asked_visible_to(user: User, asked_id: int) -> AskedAgency:
    """One agency that was asked, or `Hidden`."""
    rows = AskedAgency.objects.filter(visible_through(user, "discussion__person"), pk=asked_id)
    row = rows.select_related("agency", "discussion__person", "discussion__concern").first()
    if row is None:
        raise Hidden
    return row


def to_hold(user: User) -> QuerySet[StrategyDiscussion]:
    """Those that are planned and not held yet, due first at the top: for whoever leads them, and for those who decide where
    that person is not here any more."""
    mine = Q(lead=user)
    if user.may(May.DECIDE):
        mine |= Q(lead__is_active=False)
    rows = discussions_visible_to(user).filter(mine, state=StrategyDiscussion.State.PLANNED)
    return rows.order_by("planned_on", "pk") if user.may(May.DECIDE) else rows.none()


def may_write(user: User, discussion: StrategyDiscussion) -> bool:
    """Whether they lead it, or decide on worries."""
    return discussion.lead_id == user.pk or decides(user)


def is_of_agency(user: User, asked: AskedAgency) -> bool:
    """Whether it is this user's agency that was asked."""
    return asked.agency_id is not None and asked.agency_id in user.agencies_where(May.SEE_CHILD)


def outcome_of(user: User, discussion: StrategyDiscussion, **said: object) -> rules.Outcome:
    """What somebody decides in it, with what the rules ask of the record."""
    return rules.Outcome(
        in_danger=discussion.concern.in_danger,
        has_case=open_case_of(user, discussion.person_id) is not None,
        **said,  # type: ignore[arg-type]
    )
