"""Asking whoever told a worry, and the page on which they answer."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.concern import actions, queries
from heard.cases.concern.forms import AnswerForm, AskForm
from heard.cases.concern.rules import ConcernState


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """A question to whoever told the worry, before it is decided on."""
    worry = get_object_or_404(queries.decidable_by(request.user), pk=concern_id)
    if worry.state == ConcernState.DECIDED:
        return redirect("concern", concern_id=concern_id)
    actions.open_concern(by=request.user, concern_id=concern_id)
    form = kept_form(request, AskForm, kind="worry.ask", subject_id=concern_id)
    if form.is_valid():
        with sending(request, form):
            actions.ask_teller(by=request.user, concern_id=concern_id, **form.cleaned_data)
            text = _("Asked. %(who)s learns of it now, and you learn of the answer.")
            messages.success(request, text % {"who": worry.told_by})
            return redirect("concern", concern_id=concern_id)
    return render(request, "cases/concern/ask.html", {"concern": worry, "form": form})


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: Request, to_teller_id: uuid.UUID) -> HttpResponse:
    """What the teller is asked: they answer here; others who may see the worry read it."""
    asked = queries.question_visible_to(request.user, to_teller_id)
    worry = actions.open_concern(by=request.user, concern_id=asked.concern_id)
    form = kept_form(request, AnswerForm, kind="worry.answer", subject_id=to_teller_id)
    is_mine = worry.told_by_id == request.user.pk
    is_open = asked.answered_at is None and asked.ended_at is None
    if is_mine and is_open and form.is_valid():
        with sending(request, form):
            actions.answer_question(by=request.user, question_id=to_teller_id, **form.cleaned_data)
            messages.success(request, _("Thank you. Your answer is with the person who asked."))
            return redirect("concern", concern_id=asked.concern_id)
    context = {
        "concern": worry,
        "question": asked,
        "form": form if is_mine and is_open else None,
        "days_left": (asked.due_on - timezone.localdate()).days,
    }
    return render(request, "cases/concern/question.html", context)
