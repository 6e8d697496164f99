"""What may be read of handovers and plans for after 18. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.case.models import Case
from heard.cases.case.queries import case_visible_to, cases_visible_to, worked_in
from heard.cases.leaving import rules
from heard.cases.leaving.models import AfterPlan, Handover, HandoverNews
from heard.network.queries import visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User

SHOWN_BEFORE = timedelta(days=60)  # a plan that comes due is shown this long before its day


def handovers_visible_to(user: User) -> QuerySet[Handover]:
    rows = Handover.objects.filter(visible_through(user, "case__person"))
    return rows.select_related("case__person", "begun_by", "finished_by")


def handover_visible_to(user: User, handover_id: uuid.UUID) -> Handover:
    """The handover, or `Hidden`."""
    found = handovers_visible_to(user).filter(pk=handover_id).first()
    if found is None:
        raise Hidden
    return found


def handovers_of(user: User, case: Case) -> QuerySet[Handover]:
    """Those of the period of work that is under way, the latest first."""
    return handovers_visible_to(user).filter(case=case, begun_at__gte=case.opened_at)


def going_on(user: User, case: Case) -> Handover | None:
    """The handover that is sent and not accepted yet, or None."""
    return handovers_of(user, case).filter(state=Handover.State.SENT).first()


def is_accepted(user: User, case: Case) -> bool:
    """Whether another council has accepted the child since the case was opened."""
    return handovers_of(user, case).filter(state=Handover.State.ACCEPTED).exists()


def news_of(user: User, handover_id: uuid.UUID) -> QuerySet[HandoverNews]:
    """What was heard since, in its order; `Hidden` unless the user may see the handover."""
    rows = HandoverNews.objects.filter(handover=handover_visible_to(user, handover_id))
    return rows.select_related("written_by")


def to_follow(user: User) -> QuerySet[Handover]:
    """Handovers that nobody has accepted yet, to be asked after first at the top: those that this user began, of children
    who count on them, and of cases that their team leads."""
    rows = handovers_visible_to(user).filter(_to_follow(user))
    return rows.order_by("ask_again_on", "pk") if user.may(May.PLAN) else rows.none()


def to_follow_near(user: User) -> QuerySet[Handover]:
    """Handovers without which there is none of them. Whether the user may see the child is asked beside."""
    return Handover.objects.order_by().filter(_to_follow(user))


def _to_follow(user: User) -> Q:
    mine = Q(begun_by=user) | Q(case__in=worked_in(user))
    return mine & Q(state=Handover.State.SENT, case__state="open")


def why_not_begin(user: User, case: Case) -> str | None:
    return rules.why_not_begin(
        may_plan=user.may(May.PLAN),
        case_is_open=case.state == "open",
        going_on=going_on(user, case) is not None,
    )


# ---- after 18


def after_plans_visible_to(user: User) -> QuerySet[AfterPlan]:
    rows = AfterPlan.objects.filter(visible_through(user, "case__person"))
    return rows.select_related("case__person", "written_by")


def versions_of(user: User, case_id: uuid.UUID) -> QuerySet[AfterPlan]:
    """Every version of a case, the latest first. `Hidden` unless the user may see the case."""
    return after_plans_visible_to(user).filter(case=case_visible_to(user, case_id))


def has_after_plan(user: User, case: Case) -> bool:
    """Whether one was written since the case was opened."""
    return after_plans_visible_to(user).filter(case=case, written_at__gte=case.opened_at).exists()


def after_plan_due(user: User, case: Case) -> date | None:
    """By when the plan has to be there, as the partnership has set; None where nobody knows the date of birth. The user may
    see the case."""
    born = case_visible_to(user, case.pk).person.birth_date
    return rules.due_before_eighteen(born, settings.AFTERWARDS_MONTHS) if born else None


def without_after_plan(user: User) -> QuerySet[Case]:
    """Open cases of young people who count on this user, or whose case their team leads where they count on nobody, that need
    a plan for after 18 by the partnership's day, or soon will."""
    due = cases_visible_to(user).filter(_without_after_plan(user))
    return due.order_by(F("person__birth_date"), "pk") if user.may(May.PLAN) else due.none()


def after_plan_near(user: User) -> QuerySet[Case]:
    """Cases without which there is none of them. Whether the user may see the child is asked beside."""
    return Case.objects.order_by().filter(_without_after_plan(user))


def _without_after_plan(user: User) -> Q:
    mine = Q(trusted_worker=user)
    if user.may(May.DECIDE):
        mine |= Q(lead_team__in=user.team_ids, trusted_worker=None)
    day = rules.born_by(timezone.localdate() + SHOWN_BEFORE, settings.AFTERWARDS_MONTHS)
    written = AfterPlan.objects.filter(case=OuterRef("pk"), written_at__gte=OuterRef("opened_at"))
    return mine & Q(~Exists(written), state=Case.State.OPEN, person__birth_date__lte=day)


def why_not_plan_afterwards(user: User, case: Case, plan: rules.Afterwards) -> str | None:
    return rules.why_not_plan_afterwards(plan, may_plan=user.may(May.PLAN), case_is_open=case.state == "open")
