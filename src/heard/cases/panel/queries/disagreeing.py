"""Disagreements about decisions on children whom the user may see, and which decisions there are."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.cases.assessment.queries import assessments_visible_to
from heard.cases.concern.queries import concerns_open_to
from heard.cases.panel.escalation import Policy, policy
from heard.cases.panel.models import Disagreement, DisagreementStep
from heard.cases.panel.queries.reading import items_of_child
from heard.cases.panel.rules import About
from heard.cases.plan.queries import plans_visible_to
from heard.cases.review.queries import reviews_visible_to
from heard.govuk.environment import day
from heard.network.queries import person_visible_to, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User

_LATEST = 10  # decisions of each kind to choose from


def disagreements_visible_to(user: User) -> QuerySet[Disagreement]:
    """About children whom the user may see, with their steps; the latest first."""
    steps = Prefetch("steps", DisagreementStep.objects.select_related("owner", "done_by"))
    rows = Disagreement.objects.filter(visible_through(user, "person"))
    rows = rows.select_related("person", "agency", "with_agency", "opened_by").prefetch_related(steps)
    return rows if user.may(May.SEE_PANEL) else rows.none()


def disagreement_visible_to(user: User, disagreement_id: uuid.UUID) -> Disagreement:
    found = disagreements_visible_to(user).filter(pk=disagreement_id).first()
    if found is None:
        raise Hidden
    return found


def disagreements_of(user: User, person_id: uuid.UUID) -> QuerySet[Disagreement]:
    """Those about one child; none of a child whom the user may not see."""
    return disagreements_visible_to(user).filter(person_id=person_id)


def disagreement_steps_due(user: User) -> QuerySet[DisagreementStep]:
    """Steps that this user takes, longest overdue first."""
    rows = DisagreementStep.objects.filter(
        visible_through(user, "disagreement__person"), owner=user, outcome=""
    )
    return rows.select_related("disagreement__person", "disagreement__with_agency").order_by("due_on", "pk")


def policy_of(user: User) -> Policy:
    """The partnership's own steps and times, or ours until it has some. For whoever takes part in panels."""
    if not user.may(May.SEE_PANEL):
        raise Hidden
    return policy(settings.ESCALATION)


def decisions_of(user: User, person_id: uuid.UUID) -> dict[str, str]:
    """The latest decisions about a child that somebody may disagree with: 'worry:key' and what it is called. Five queries."""
    person_visible_to(user, person_id)
    worries = concerns_open_to(user).filter(person_id=person_id, state="decided").order_by("-decided_at")
    signed = (
        assessments_visible_to(user).prefetch_related(None).filter(case__person_id=person_id, state="signed")
    )
    plans = plans_visible_to(user).filter(case__person_id=person_id, agreed_at__isnull=False)
    reviews = reviews_visible_to(user).filter(plan__case__person_id=person_id)
    items = items_of_child(user, person_id).prefetch_related(None)
    found = [
        (
            About.WORRY,
            _("Worry, decided on %(date)s: %(what)s"),
            worries,
            lambda row: (row.decided_at, row.get_decision_display()),
        ),
        (About.ASSESSMENT, _("Assessment, signed off on %(date)s"), signed, lambda row: (row.signed_at, "")),
        (About.PLAN, _("Plan, agreed on %(date)s"), plans, lambda row: (row.agreed_at, "")),
        (
            About.REVIEW,
            _("Review on %(date)s: %(what)s"),
            reviews,
            lambda row: (row.held_on, row.get_decision_display()),
        ),
        (About.PANEL, _("Panel on %(date)s"), items, lambda row: (row.panel.starts_at, "")),
    ]
    return {
        f"{about}:{row.pk}": text % {"date": day(told(row)[0]), "what": told(row)[1]}
        for about, text, rows, told in found
        for row in rows[:_LATEST]
    }
