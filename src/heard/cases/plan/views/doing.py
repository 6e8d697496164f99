"""What is done with a plan that is in force: how an action went, and how far an outcome is."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import done_at_once, gate, said_with_next, said_with_undo, saying_why_not, taken_back
from heard.agencies.rules import May
from heard.cases.plan import actions, queries
from heard.cases.plan.forms import FinishForm, WhereForm
from heard.cases.plan.views.reading import late, shown
from heard.cases.stage.forms import PutOffForm
from heard.govuk.environment import day


def finish(request: HttpRequest, this: Any, row: Any) -> HttpResponse:
    """For an action of a plan that has been opened for this user."""
    user: Any = request.user
    why_not = queries.why_not_begin_finishing(user, row)
    # Whether it was done is never chosen beforehand: a tired thumb would write down what did not happen.
    today = {"done_on": timezone.localdate()}
    form = kept_form(request, FinishForm, kind="plan.finish", subject_id=row.pk, suggested=today)
    if form.is_valid():
        with sending(request, form, errors_on="note" if not why_not else None):
            actions.finish_action(by=user, action_id=row.pk, **form.cleaned_data)
            said_with_next(
                request,
                _("Saved: how the action went."),
                step=_("Say where we are with this outcome"),
                href=reverse("outcome_where", args=[row.outcome_id]),
            )
            return redirect("plan", plan_id=this.pk)
    context = shown(this, form=form, action=row, late=late(row), why_not=why_not)
    return render(request, "cases/plan/action.html", context)


@gate(May.PLAN)
@require_POST
def done(request: HttpRequest, action_id: uuid.UUID) -> HttpResponse:
    """One press on a line of My work: done today, with nothing to add."""
    user: Any = request.user
    return done_at_once(
        request,
        lambda: actions.finish_action(by=user, action_id=action_id),
        lambda row: (
            "" if queries.why_not_take_back_done(user, row) else reverse("action_done_undo", args=[row.pk])
        ),
    )


@gate(May.PLAN)
@require_POST
def take_back(request: HttpRequest, action_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    return taken_back(request, lambda: actions.take_back_done(by=user, action_id=action_id))


@gate(May.PLAN)
def put_off(request: HttpRequest, action_id: uuid.UUID) -> HttpResponse:
    """An action of a plan in force gets a later day."""
    user: Any = request.user
    row = queries.action_visible_to(user, action_id)
    this = actions.open_plan(by=user, plan_id=row.outcome.plan_id)
    why_not = queries.why_not_begin_putting_off(user, row)
    form = kept_form(request, PutOffForm, kind="plan.put-off", subject_id=row.pk)
    if form.is_valid():
        with sending(request, form, errors_on="due_on" if not why_not else None):
            row = actions.put_off_action(by=user, action_id=row.pk, **form.cleaned_data)
            text = _("Saved: the new day, %(day)s.") % {"day": day(row.due_on)}
            said_with_undo(request, text, undo=reverse("action_put_off_undo", args=[row.pk]))
            return redirect("plan", plan_id=this.pk)
    context = shown(this, form=form, action=row, late=late(row), why_not=why_not)
    return render(request, "cases/plan/put_off.html", context)


@gate(May.PLAN)
@require_POST
def take_back_delay(request: HttpRequest, action_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    row = queries.action_visible_to(user, action_id)
    with saying_why_not(request):
        row = actions.take_back_delay(by=user, action_id=action_id)
        messages.success(
            request, _("Due by %(day)s again: %(what)s.") % {"day": day(row.due_on), "what": row.what}
        )
    return redirect("plan", plan_id=row.outcome.plan_id)


@gate(May.PLAN)
def where(request: HttpRequest, outcome_id: uuid.UUID) -> HttpResponse:
    """How far an outcome is today, beside how far it was."""
    user: Any = request.user
    row = queries.outcome_visible_to(user, outcome_id)
    this = actions.open_plan(by=user, plan_id=row.plan_id)
    now, today = {"text": row.where_we_are}, {"on": timezone.localdate()}
    form = kept_form(request, WhereForm, kind="plan.where", subject_id=row.pk, initial=now, suggested=today)
    if form.is_valid():
        with sending(request, form):
            actions.say_where_we_are(by=user, outcome_id=row.pk, **form.cleaned_data)
            messages.success(
                request, _("Saved: where we are with this outcome. What was said before stays beside it.")
            )
            return redirect("plan", plan_id=this.pk)
    notes = queries.notes_of(user, this).get(row.line_id, [])
    context = shown(this, form=form, title=_("Where are we now?"), about=row.text, take_out="", before=notes)
    return render(request, "cases/plan/form.html", context)
