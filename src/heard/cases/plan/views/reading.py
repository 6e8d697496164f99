"""A plan on screen and on paper, and what one user has to do in all plans.

Each page opens the plan, which leaves an audit row, whether it is asked for or sent: a form that is not right shows the
plan again.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from heard.agencies.gate import gate
from heard.agencies.rules import May
from heard.cases.assessment.queries import words_of_child
from heard.cases.case.turn import where_to_turn
from heard.cases.disruption.queries import steps_of, with_grounds
from heard.cases.plan import actions, queries, rules
from heard.cases.safety.queries import in_force
from heard.govuk.pdf import as_download, draw_pdf
from heard.services.law.queries import checks_of_powers


@gate(May.SEE_CHILD)
@require_safe
def plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id)
    today = timezone.localdate()
    context = shown(
        this,
        notes=queries.notes_of(user, this),
        may_discard=queries.why_not_begin_discarding(user, this) is None,
        may_change=queries.why_not_change(user, this) is None,
        may_finish=user.may(May.PLAN) and this.state == "agreed",
        may_review=user.may(May.REVIEW) and this.state == "agreed",
        why_not_agree=queries.why_not_agree_yet(user, this, today) if this.state == "draft" else None,
        turn=where_to_turn(user, this.case.person, "plan"),
        **_beside(user, this),
    )
    return render(request, "cases/plan/plan.html", context)


@gate(May.SEE_CHILD)
@require_safe
def paper(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """The plan as PDF, for a meeting. What the child keeps is another page."""
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id, verb="print")
    context = shown(this, notes=queries.notes_of(user, this), printed_by=user, **_beside(user, this))
    return as_download(draw_pdf("cases/plan/paper.html", context), "plan.pdf")


@gate(May.SEE_CHILD)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What this user has to do, longest overdue first."""
    user: Any = request.user
    page = Paginator(queries.actions_due(user), 25).get_page(request.GET.get("page"))
    rows = [(row, late(row)) for row in page.object_list]
    return render(request, "cases/plan/mine.html", {"page": page, "rows": rows})


def shown(this: Any, **more: Any) -> dict[str, Any]:
    """What every page of a plan shows. For a plan that `open_plan` has opened."""
    outcomes = [
        (outcome, [(row, late(row)) for row in outcome.actions.all()]) for outcome in this.outcomes.all()
    ]
    days_left = (this.review_on - timezone.localdate()).days if this.review_on else None
    usual = {"plan": this, "case": this.case, "outcomes": outcomes, "days_left": days_left}
    return usual | {"printed_at": timezone.now()} | more


def late(row: Any) -> int:
    """Days overdue of an action or step that is still to do."""
    if row.state != "open" or row.due_on is None:
        return 0
    return rules.days_overdue(row.due_on, timezone.localdate())


def _beside(user: Any, this: Any) -> dict[str, Any]:
    """What belongs to the case and is read with the plan."""
    return {
        "latest": words_of_child(user, this.case_id).first(),
        "safety": in_force(user, this.case_id),
        "checked": checks_of_powers(user),
        "disruption": [(row, late(row)) for row in with_grounds(user, steps_of(user, this.case_id))],
    }
