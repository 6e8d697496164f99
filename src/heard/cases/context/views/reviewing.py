"""Pages of a review of a context, of its end, and of looking again."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.context import actions, queries
from heard.cases.context.forms import CloseForm, LookAgainForm, ReviewForm
from heard.cases.context.views.opening import in_context

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_VOICES = 3  # beside the decision


@gate(May.REVIEW)
@_FORM
def review(request: Request, context_id: uuid.UUID) -> HttpResponse:
    """What young people say beside what changed, goal by goal."""
    user = request.user
    context = actions.read_context(by=user, context_id=context_id)
    goals = list(queries.open_goals(user, context_id))
    form: Any = kept_form(
        request,
        ReviewForm,
        kind="context.review",
        subject_id=context_id,
        suggested={"held_on": timezone.localdate()},
        goals=goals,
    )
    why_not = queries.why_not_begin_review(user, context)
    if not why_not and form.is_valid():
        with sending(request, form):
            held = actions.hold_review(by=user, context_id=context_id, **form.answered)
            text = _("The review is held. It goes on until the next one.")
            if held.decision == "close":
                text = _("The review is held. %(next)s.") % {"next": _(queries.next_step(user, context))}
            messages.success(request, text)
            return redirect("context", context_id=context_id)
    shown = {
        "context": context,
        "form": form,
        "goals": goals,
        "voices": list(queries.voices_of(user, context_id)[:_VOICES]),
        "why_not": why_not,
        "title": _("Hold a review"),
        "back": ("context", {"context_id": context_id}),
    }
    return render(request, "cases/context/review.html", shown)


@gate(May.DECIDE)
@_FORM
def close(request: Request, context_id: uuid.UUID) -> HttpResponse:
    user = request.user
    context = actions.read_context(by=user, context_id=context_id)
    why_not = queries.why_not_begin_closing(user, context)
    form: Any = kept_form(request, CloseForm, kind="context.close", subject_id=context_id)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.close_context(by=user, context_id=context_id, **form.cleaned_data)
            messages.success(request, _("Closed. In 90 days somebody looks again whether harm moved."))
            return redirect("context", context_id=context_id)
    about = _(
        "The work ends on a review that decided so. Ninety days later somebody looks whether harm moved, or safety spread."
    )
    return in_context(request, context, form, _("Close the context"), about, why_not=why_not)


@gate(May.REVIEW)
@_FORM
def look_again(request: Request, context_id: uuid.UUID) -> HttpResponse:
    user = request.user
    context = actions.read_context(by=user, context_id=context_id)
    why_not = queries.why_not_begin_looking(user, context)
    form: Any = kept_form(request, LookAgainForm, kind="context.look", subject_id=context_id)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.look_again(by=user, context_id=context_id, **form.cleaned_data)
            messages.success(request, _("Saved: what became of it since the work ended."))
            return redirect("context", context_id=context_id)
    shown = {
        "context": context,
        "form": form,
        "why_not": why_not,
        "title": _("Look again after the work ended"),
        "back": ("context", {"context_id": context_id}),
    }
    return render(request, "cases/context/look_again.html", shown)
