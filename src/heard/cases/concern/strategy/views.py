"""Pages of strategy discussions."""

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
from heard.agencies.queries import agencies_visible_to, duty_team
from heard.agencies.rules import May
from heard.cases.case.queries import not_heard_beside, open_case_of, who_can_be_trusted_worker, words_of
from heard.cases.case.turn import local_procedures
from heard.cases.concern.queries import concern_open_to
from heard.cases.concern.strategy import actions, queries
from heard.cases.concern.strategy.forms import AskAgencyForm, CallOffForm, KnownForm, OutcomeForm, PlanForm
from heard.cases.words.forms import typed_view

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_OUTCOME = ("held_on", "decision", "reason", "enquiries", "enquiries_by")


@gate(May.DECIDE)
@_FORM
def plan(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """Plans one on a worry that was decided already."""
    worry = concern_open_to(request.user, concern_id)
    why_not = queries.why_not_plan_now(request.user, worry)
    form = kept_form(request, PlanForm, kind="strategy.plan", subject_id=concern_id)
    if not why_not and form.is_valid():
        with sending(request, form):
            planned = actions.plan_discussion(by=request.user, concern_id=concern_id, **form.cleaned_data)
            messages.success(request, _("Strategy discussion planned. Write down which agencies you ask."))
            return redirect("strategy", discussion_id=planned.pk)
    context = {"concern": worry, "form": form, "why_not": why_not}
    context["local"] = local_procedures(request.user, "strategy")
    return render(request, "cases/strategy/plan.html", context)


@gate(May.SEE_CHILD)
@_FORM
def discussion(request: Request, discussion_id: uuid.UUID) -> HttpResponse:
    """One with each agency that was asked; whoever leads it asks another."""
    user = request.user
    this = actions.open_discussion(by=user, discussion_id=discussion_id)
    form = kept_form(
        request,
        AskAgencyForm,
        kind="strategy.ask",
        subject_id=discussion_id,
        suggested={"asked_on": timezone.localdate()},
        agencies={str(agency.pk): agency for agency in agencies_visible_to(user)},
    )
    may_write = queries.may_write(user, this)
    if may_write and form.is_valid():
        with sending(request, form):
            row = actions.ask_agency(by=user, discussion_id=discussion_id, **form.answered)
            messages.success(request, _("Noted: %(agency)s was asked.") % {"agency": row})
            return redirect("strategy", discussion_id=discussion_id)
    asked, told = list(queries.asked_in(user, discussion_id)), queries.told_of_it(user, discussion_id)
    context = {
        "discussion": this,
        "form": form,
        "may_write": may_write,
        "asked": [
            (row, may_write or queries.is_of_agency(user, row), row.agency_id in told) for row in asked
        ],
        "before": queries.versions_before(user, this),
        "newer": getattr(this, "corrected_by", None),
        "child_words": _words_beside(user, this),
        "days_left": (this.planned_on - timezone.localdate()).days,
        "local": local_procedures(user, "strategy"),
    }
    return render(request, "cases/strategy/discussion.html", context)


@gate(May.SEE_CHILD)
@_FORM
def asked(request: Request, asked_id: int) -> HttpResponse:
    """What one agency knows, and whether it was there."""
    user = request.user
    row = queries.asked_visible_to(user, asked_id)
    this = actions.open_discussion(by=user, discussion_id=row.discussion_id)
    begin = {name: getattr(row, name) for name in ("information", "attended", "who_attended")}
    key = uuid.UUID(int=asked_id)
    form = kept_form(request, KnownForm, kind="strategy.known", subject_id=key, initial=begin)
    may_write = this.state == "planned" and (queries.may_write(user, this) or queries.is_of_agency(user, row))
    if may_write and form.is_valid():
        with sending(request, form):
            actions.tell_what_is_known(by=user, asked_id=asked_id, **_texts(form.cleaned_data))
            messages.success(request, _("Saved: what %(agency)s knows.") % {"agency": row})
            return redirect("strategy", discussion_id=this.pk)
    context = {"discussion": this, "row": row, "form": form if may_write else None}
    return render(request, "cases/strategy/asked.html", context)


@gate(May.DECIDE)
@_FORM
def finish(request: Request, discussion_id: uuid.UUID) -> HttpResponse:
    return _outcome(request, discussion_id, corrects=False)


@gate(May.DECIDE)
@_FORM
def correct(request: Request, discussion_id: uuid.UUID) -> HttpResponse:
    """A new version; what it says now stays beside it."""
    return _outcome(request, discussion_id, corrects=True)


@gate(May.DECIDE)
@_FORM
def call_off(request: Request, discussion_id: uuid.UUID) -> HttpResponse:
    this = actions.open_discussion(by=request.user, discussion_id=discussion_id)
    form = kept_form(request, CallOffForm, kind="strategy.call-off", subject_id=discussion_id)
    if form.is_valid():
        with sending(request, form):
            actions.call_off(by=request.user, discussion_id=discussion_id, **form.cleaned_data)
            messages.success(request, _("The strategy discussion is called off."))
            return redirect("strategy", discussion_id=discussion_id)
    return render(request, "cases/strategy/call_off.html", {"discussion": this, "form": form})


def _outcome(request: Request, discussion_id: uuid.UUID, *, corrects: bool) -> HttpResponse:
    user = request.user
    this = actions.open_discussion(by=user, discussion_id=discussion_id)
    case, team = open_case_of(user, this.person_id), duty_team(user)
    words = _words_beside(user, this)
    form = kept_form(
        request,
        OutcomeForm,
        kind="strategy.correct" if corrects else "strategy.finish",
        subject_id=discussion_id,
        initial=_as_decided(user, this) if corrects else {},
        suggested={} if corrects else {"held_on": timezone.localdate()},
        workers=who_can_be_trusted_worker(user, this.person_id, also=[team.agency_id] if team else []),
        words=words,
        beside=this,
        in_danger=this.concern.in_danger,
        has_case=case is not None,
        corrects=corrects,
    )
    if form.is_valid():
        with sending(request, form):
            act: Any = actions.correct_discussion if corrects else actions.finish_discussion
            done = act(by=user, discussion_id=discussion_id, **form.answered)
            said = (
                _("Corrected. What it said before stays beside it.") if corrects else _("Decision recorded.")
            )
            messages.success(request, said)
            return redirect("strategy", discussion_id=done.pk)
    context = {"discussion": this, "form": form, "child_words": words, "case": case, "corrects": corrects}
    return render(request, "cases/strategy/outcome.html", context)


def _words_beside(user: Any, this: Any) -> list[Any]:
    """What the child said about it, and what they said last."""
    rows = words_of(user, this.person_id)
    here = [this.words] if this.words else []
    return here + [words for words in rows[:3] if words not in here]


def _as_decided(user: Any, this: Any) -> dict[str, Any]:
    """What it says now, for the form that puts it right."""
    said = {name: getattr(this, name) for name in _OUTCOME}
    return said | typed_view(this.words, this.why_without_words, not_heard_beside(user, this.pk))


def _texts(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: value or "" for name, value in answers.items()}
