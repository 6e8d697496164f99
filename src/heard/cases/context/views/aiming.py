"""Pages of the goals of a context, and of who watches over it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.context import actions, queries
from heard.cases.context.forms import EndGoalForm, GoalForm, GuardianForm
from heard.cases.context.views.opening import in_context

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.PLAN)
@_FORM
def add_goal(request: Request, context_id: uuid.UUID) -> HttpResponse:
    user = request.user
    context = actions.read_context(by=user, context_id=context_id)
    why_not = queries.why_not_begin_goal(user, context)
    needs = context.review_on is None
    form: Any = kept_form(request, GoalForm, kind="context.goal", subject_id=context_id, needs_review=needs)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.set_goal(by=user, context_id=context_id, **form.cleaned_data)
            messages.success(
                request, _("The goal is set. Add steps towards it, each with somebody and a day.")
            )
            return redirect("context", context_id=context_id)
    about = _("Goals come before responses: say first what will be so, then who does what towards it.")
    return in_context(request, context, form, _("Set a goal"), about, why_not=why_not)


@gate(May.PLAN)
@_FORM
def end_goal(request: Request, goal_id: uuid.UUID) -> HttpResponse:
    user = request.user
    goal = queries.goal_visible_to(user, goal_id)
    context = actions.read_context(by=user, context_id=goal.context_id)
    why_not = queries.why_not_begin_ending(user, goal)
    form: Any = kept_form(request, EndGoalForm, kind="context.goal.end", subject_id=goal_id)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.end_goal(by=user, goal_id=goal_id, **form.cleaned_data)
            messages.success(
                request, _("Saved: the goal has ended. It stays to be read, with what came of it.")
            )
            return redirect("context", context_id=goal.context_id)
    return in_context(request, context, form, _("End this goal"), goal.text, why_not=why_not)


@gate(May.PLAN)
@_FORM
def add_guardian(request: Request, context_id: uuid.UUID) -> HttpResponse:
    user = request.user
    context = actions.read_context(by=user, context_id=context_id)
    why_not, today = queries.why_not_ask(user, context), {"asked_on": timezone.localdate()}
    form: Any = kept_form(
        request, GuardianForm, kind="context.guardian.add", subject_id=context_id, suggested=today
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.ask_guardian(by=user, context_id=context_id, **form.answered)
            messages.success(request, _("Saved: who watches over it."))
            return redirect("context", context_id=context_id)
    about = _(
        "An adult, or somebody of the same age, with caring intent, who is there anyway and knows whom to call."
    )
    return in_context(request, context, form, _("Who watches over it"), about, why_not=why_not)


@gate(May.PLAN)
@_FORM
def guardian(request: Request, guardian_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = queries.guardian_visible_to(user, guardian_id)
    context = actions.read_context(by=user, context_id=this.context_id)
    why_not = queries.why_not_change_guardian(user, this)
    now = {name: getattr(this, name) for name in queries.SAID_OF_GUARDIANS}
    form: Any = kept_form(request, GuardianForm, kind="context.guardian", subject_id=this.pk, initial=now)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.change_guardian(by=user, guardian_id=this.pk, **form.answered)
            messages.success(request, _("Saved: who watches over it."))
            return redirect("context", context_id=this.context_id)
    return in_context(request, context, form, _("Who watches over it"), why_not=why_not)
