"""Pages of a safety plan: the one in force and those before, writing the next version, and paper."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate, said_with_next
from heard.agencies.rules import Hidden, May
from heard.cases.case.queries import words_of
from heard.cases.case.turn import where_to_turn
from heard.cases.safety import actions, queries
from heard.cases.safety.forms import SafetyPlanForm
from heard.govuk.pdf import as_download, draw_pdf


@gate(May.SEE_CHILD)
@require_safe
def safety(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    case, versions = actions.open_safety_plan(by=user, case_id=case_id)
    context = {
        "case": case,
        "now": versions[0] if versions else None,
        "before": versions[1:],
        "why_not": queries.why_not_begin(user, case),
        "printed_at": timezone.now(),
        "turn": where_to_turn(user, case.person, "safety"),
    }
    return render(request, "cases/safety/safety.html", context)


@gate(May.PLAN)
def write(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """A new version, begun from the one in force."""
    user: Any = request.user
    case, versions = actions.open_safety_plan(by=user, case_id=case_id)
    why_not = queries.why_not_begin(user, case)
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("safety", case_id=case_id)
    names = list(SafetyPlanForm.base_fields)
    begin = {name: getattr(versions[0], name) for name in names} if versions else {}
    form = kept_form(request, SafetyPlanForm, kind="safety", subject_id=case_id, initial=begin)
    if form.is_valid():
        with sending(request, form):
            actions.write_safety_plan(by=user, case_id=case_id, **form.cleaned_data)
            said_with_next(
                request,
                _("The safety plan is in force."),
                step=_("Print it for the child (PDF)"),
                href=reverse("safety_paper", args=[case_id]),
            )
            return redirect("safety", case_id=case_id)
    latest = words_of(user, case.person_id).first()
    context = {"case": case, "form": form, "latest": latest, "is_first": not versions}
    return render(request, "cases/safety/write.html", context)


@gate(May.SEE_CHILD)
@require_safe
def paper(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """The version in force as PDF."""
    user: Any = request.user
    case, versions = actions.open_safety_plan(by=user, case_id=case_id, verb="print")
    if not versions:
        raise Hidden
    context = {"case": case, "now": versions[0], "printed_at": timezone.now(), "printed_by": user}
    return as_download(draw_pdf("cases/safety/paper.html", context), "safety-plan.pdf")
