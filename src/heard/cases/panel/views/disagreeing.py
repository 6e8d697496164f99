"""Disagreements: those of a child, opening one, its steps, and what came of each."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate
from heard.agencies.rules import May
from heard.cases.case.queries import who_can_be_trusted_worker, words_of
from heard.cases.panel import actions, queries
from heard.cases.panel.forms import DisagreeForm, TakeStepForm
from heard.cases.panel.rules import About
from heard.network.actions import open_record

ON_A_PAGE = 25
_LEADS = {
    About.WORRY: ("concern", "concern_id"),
    About.ASSESSMENT: ("assessment", "assessment_id"),
    About.PLAN: ("plan", "plan_id"),
    About.REVIEW: ("review", "review_id"),
    About.PANEL: ("panel_item", "item_id"),
}


@gate(May.SEE_PANEL)
@require_safe
def of_child(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    page = Paginator(queries.disagreements_of(user, person_id), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/panel/disagreements.html", {"person": person, "page": page})


@gate(May.SEE_PANEL)
def disagree(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Opens a disagreement. A decision's own page leads here with `?about=`."""
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    decisions = queries.decisions_of(user, person_id)
    asked = request.GET.get("about", "")
    form = kept_form(
        request,
        DisagreeForm,
        kind="panel.disagree",
        subject_id=person_id,
        suggested={"about": asked if asked in decisions else "", "owner": str(user.pk)},
        decisions=decisions,
        agencies=queries.agencies_to_choose(user),
        people=who_can_be_trusted_worker(user, person_id),
    )
    if form.is_valid():
        with sending(request, form):
            made = actions.begin_disagreement(by=user, person_id=person_id, **form.answered)
            messages.success(
                request, _("Saved: the disagreement, with its first step and the day by which it is taken.")
            )
            return redirect("disagreement", disagreement_id=made.pk)
    context = {
        "person": person,
        "form": form,
        "policy": queries.policy_of(user),
        "latest": words_of(user, person_id).first(),
    }
    return render(request, "cases/panel/disagree.html", context)


@gate(May.SEE_PANEL)
def disagreement(request: HttpRequest, disagreement_id: uuid.UUID) -> HttpResponse:
    """The steps so far, the one that is due, and what came of it."""
    user: Any = request.user
    this = actions.open_disagreement(by=user, disagreement_id=disagreement_id)
    steps = list(this.steps.all())
    current = next((step for step in steps if not step.outcome), None)
    following = queries.policy_of(user).after(current.step) if current else None
    form = None
    if current:
        people = who_can_be_trusted_worker(user, this.person_id)
        form = kept_form(
            request,
            TakeStepForm,
            kind="panel.step",
            subject_id=disagreement_id,
            people=people,
            is_last=following is None,
        )
        if form.is_valid():
            with sending(request, form):
                actions.take_step(by=user, disagreement_id=disagreement_id, **form.answered)
                messages.success(request, _("Saved: what came of this step."))
                return redirect("disagreement", disagreement_id=disagreement_id)
    context = {
        "disagreement": this,
        "steps": steps,
        "current": current,
        "following": following,
        "days_left": (current.due_on - timezone.localdate()).days if current else None,
        "form": form,
        "latest": words_of(user, this.person_id).first(),
        "decision": _decision(user, this),
    }
    return render(request, "cases/panel/disagreement.html", context)


def _decision(user: Any, this: Any) -> tuple[str, str] | None:
    """What the decision is called, and its address."""
    if this.about == About.OTHER or this.about_id is None:
        return None
    called = queries.decisions_of(user, this.person_id).get(f"{this.about}:{this.about_id}")
    name, key = _LEADS[About(this.about)]
    return called or this.get_about_display(), reverse(name, kwargs={key: this.about_id})
