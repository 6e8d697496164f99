"""Pages on which something in a context is put right."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.context import actions, queries
from heard.cases.context.forms import CorrectContextForm, CorrectGoalForm, CorrectVoiceForm, TakeBackForm
from heard.cases.context.views.opening import in_context

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.DECIDE)
@_FORM
def context(request: Request, context_id: uuid.UUID) -> HttpResponse:
    """What kind of setting it is, and why it was opened."""
    user = request.user
    this = actions.read_context(by=user, context_id=context_id)
    why_not = queries.why_not_begin_correcting(user, this)
    form: Any = kept_form(
        request,
        CorrectContextForm,
        kind="context.correct",
        subject_id=context_id,
        initial={"setting": this.setting, "why_opened": this.why_opened},
        settings=queries.settings_there_are(user, this.end),
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.correct_context(by=user, context_id=context_id, **form.cleaned_data)
            messages.success(request, _("Put right. Who works on it learns of it."))
            return redirect("context", context_id=context_id)
    return in_context(request, this, form, _("Put the context right"), why_not=why_not)


@gate(May.DECIDE)
@_FORM
def take_back(request: Request, context_id: uuid.UUID) -> HttpResponse:
    """It was opened by mistake, and nothing has come of it."""
    user = request.user
    this = actions.read_context(by=user, context_id=context_id)
    why_not = queries.why_not_take_back(user, this)
    form: Any = kept_form(request, TakeBackForm, kind="context.take_back", subject_id=context_id)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.take_back_context(by=user, context_id=context_id, **form.cleaned_data)
            messages.success(request, _("The context is closed: it was opened by mistake."))
            return redirect("context", context_id=context_id)
    about = _("As long as nothing has been written in it. Worries that led to it stay where they are.")
    return in_context(request, this, form, _("It was opened by mistake"), about, why_not=why_not)


@gate(May.ASSESS)
@_FORM
def voice(request: Request, voice_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = queries.voice_visible_to(user, voice_id)
    shown = actions.read_context(by=user, context_id=this.context_id)
    why_not = queries.why_not_correct_voice(user, this, shown)
    now = {name: getattr(this, name) for name in ("words", "what_changed", "why_nobody")}
    form: Any = kept_form(
        request,
        CorrectVoiceForm,
        kind="context.voice",
        subject_id=voice_id,
        initial=now,
        was_heard=bool(this.words),
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.correct_voice(by=user, voice_id=voice_id, **form.answered)
            messages.success(request, _("Saved. Who works on the context learns of it."))
            return redirect("context", context_id=this.context_id)
    return in_context(request, shown, form, _("What young people say"), why_not=why_not)


@gate(May.PLAN)
@_FORM
def goal(request: Request, goal_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = queries.goal_visible_to(user, goal_id)
    shown = actions.read_context(by=user, context_id=this.context_id)
    why_not = queries.why_not_begin_ending(user, this)
    now = {"text": this.text, "measure": this.measure}
    form: Any = kept_form(
        request,
        CorrectGoalForm,
        kind="context.goal.correct",
        subject_id=goal_id,
        initial=now,
        needs_review=False,
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.correct_goal(by=user, goal_id=goal_id, **form.cleaned_data)
            messages.success(request, _("Put right. Who works on it learns of it."))
            return redirect("context", context_id=this.context_id)
    return in_context(request, shown, form, _("Put the goal right"), why_not=why_not)
