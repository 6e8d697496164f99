"""Pages of handovers to other councils, and of plans for what comes after 18."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, said_with_next
from heard.agencies.rules import May
from heard.cases.case.queries import case_visible_to, words_of
from heard.cases.case.turn import local_procedures
from heard.cases.leaving import actions, queries
from heard.cases.leaving.forms import AcceptedForm, AfterPlanForm, HandOverForm, NewsForm, TakeBackForm
from heard.network.actions import open_record

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.PLAN)
@_FORM
def hand_over(request: Request, case_id: uuid.UUID) -> HttpResponse:
    """Begins a handover; where one is under way, that one."""
    user = request.user
    case = case_visible_to(user, case_id)
    person = open_record(by=user, person_id=case.person_id)
    under_way = queries.going_on(user, case)
    if under_way and request.method != "POST":
        return redirect("handover", handover_id=under_way.pk)
    today = {"sent_on": timezone.localdate()}
    form = kept_form(request, HandOverForm, kind="handover", subject_id=case_id, suggested=today)
    why_not = queries.why_not_begin(user, case)
    if not why_not and form.is_valid():
        with sending(request, form):
            made = actions.hand_over(by=user, case_id=case_id, **form.cleaned_data)
            said_with_next(
                request,
                _("Saved. It stays in your work until somebody there accepts."),
                step=_("Write a note of telling the child"),
                href=reverse("note_write", args=[case.person_id]),
            )
            return redirect("handover", handover_id=made.pk)
    local = local_procedures(user, "handover")
    context = {"case": case, "person": person, "form": form, "why_not": why_not, "local": local}
    return render(request, "cases/leaving/hand_over.html", context)


@gate(May.SEE_CHILD)
@_FORM
def handover(request: Request, handover_id: uuid.UUID) -> HttpResponse:
    """How far it is, and writing down what they said."""
    user = request.user
    this = actions.open_handover(by=user, handover_id=handover_id)
    may_follow = this.state == "sent" and user.may(May.PLAN)
    form = kept_form(request, NewsForm, kind="handover.news", subject_id=handover_id)
    if may_follow and form.is_valid():
        with sending(request, form):
            actions.note_news(by=user, handover_id=handover_id, **form.cleaned_data)
            messages.success(request, _("Saved: what they said."))
            return redirect("handover", handover_id=handover_id)
    context = {
        "handover": this,
        "news": list(queries.news_of(user, handover_id)),
        "form": form if may_follow else None,
        "days_left": (this.ask_again_on - timezone.localdate()).days,
        "local": local_procedures(user, "handover"),
    }
    return render(request, "cases/leaving/handover.html", context)


@gate(May.PLAN)
@_FORM
def accepted(request: Request, handover_id: uuid.UUID) -> HttpResponse:
    this = actions.open_handover(by=request.user, handover_id=handover_id)
    today = {"accepted_on": timezone.localdate()}
    form = kept_form(request, AcceptedForm, kind="handover.accepted", subject_id=handover_id, suggested=today)
    if form.is_valid():
        with sending(request, form):
            actions.note_accepted(by=request.user, handover_id=handover_id, **form.cleaned_data)
            messages.success(request, _("Saved: %(council)s accepted.") % {"council": this.to_council})
            return redirect("handover", handover_id=handover_id)
    context = {"handover": this, "form": form, "title": _("Somebody there accepted the child")}
    return render(request, "cases/leaving/follow.html", context)


@gate(May.PLAN)
@_FORM
def take_back(request: Request, handover_id: uuid.UUID) -> HttpResponse:
    this = actions.open_handover(by=request.user, handover_id=handover_id)
    form = kept_form(request, TakeBackForm, kind="handover.back", subject_id=handover_id)
    if form.is_valid():
        with sending(request, form):
            actions.take_back(by=request.user, handover_id=handover_id, **form.cleaned_data)
            messages.success(request, _("Saved: the child is not handed over."))
            return redirect("handover", handover_id=handover_id)
    context = {"handover": this, "form": form, "title": _("The child is not handed over")}
    return render(request, "cases/leaving/follow.html", context)


@gate(May.SEE_CHILD)
@require_safe
def after_plan(request: Request, case_id: uuid.UUID) -> HttpResponse:
    """The plan for what comes after 18, and the versions before."""
    user = request.user
    case, versions = actions.open_after_plan(by=user, case_id=case_id)
    due = queries.after_plan_due(user, case)
    context = {
        "case": case,
        "now": versions[0] if versions else None,
        "before": versions[1:],
        "due_on": due,
        "days_left": (due - timezone.localdate()).days if due else None,
        "may_write": user.may(May.PLAN) and case.state == "open",
    }
    return render(request, "cases/leaving/after_plan.html", context)


@gate(May.PLAN)
@_FORM
def write_after_plan(request: Request, case_id: uuid.UUID) -> HttpResponse:
    """A new version, begun from the latest."""
    user = request.user
    case, versions = actions.open_after_plan(by=user, case_id=case_id)
    names = ("who_is_there", "services", "where_to_live", "who_to_call")
    begin = {name: getattr(versions[0], name) for name in names} if versions else {}
    words = list(words_of(user, case.person_id)[:3])
    form = kept_form(
        request, AfterPlanForm, kind="after-plan", subject_id=case_id, initial=begin, words=words
    )
    if form.is_valid():
        with sending(request, form):
            actions.write_after_plan(by=user, case_id=case_id, **form.written)
            messages.success(request, _("The plan for what comes after 18 is saved."))
            return redirect("after_plan", case_id=case_id)
    context = {"case": case, "form": form, "child_words": words}
    return render(request, "cases/leaving/write_after_plan.html", context)
