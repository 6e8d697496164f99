"""A child's services: which fit, to which the child is referred, what became of it, and needs that nothing met."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import Hidden, May
from heard.cases.case.queries import why_not_after_death, words_of
from heard.cases.case.turn import where_to_turn
from heard.cases.turning import actions, queries, rules
from heard.cases.turning.forms import FitForm, ReferForm, StepForm, TakeBackForm, suggested_day
from heard.network.actions import open_record
from heard.services.queries import Wanted, found, service_for, shown
from heard.services.rules import is_offered

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_ON_A_PAGE = 20
_MOST = 40  # services that a search shows: who has not found by then adds a word


@gate(May.SEE_CHILD)
@_FORM
def services_of(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Looking for a service is sent, and writes nothing but that the record was opened."""
    user = request.user
    person = _child(request, person_id)
    form = FitForm(request.POST) if request.method == "POST" else FitForm()
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    need, words = asked.get("need", ""), asked.get("words", "")
    every = list(found(user, Wanted(words=words, need=need), today=timezone.localdate())[: _MOST + 1])
    rows = Paginator(queries.service_referrals_of(user, person_id), _ON_A_PAGE)
    context = {
        "person": person,
        "form": form,
        "need": need,
        "turn": where_to_turn(user, person, "", need=need),
        "asked": bool(need or words),
        "every": shown(user, every[:_MOST]),
        "is_more": len(every) > _MOST,
        "page": rows.get_page(request.GET.get("page")),
        "unmet": list(queries.unmet_of(user, person_id)[:_ON_A_PAGE]),
        "may_refer": user.may(May.PLAN) and not why_not_after_death(user, person_id),
    }
    return render(request, "cases/turning/services.html", context)


def _child(request: Request, person_id: uuid.UUID) -> Any:
    """The child, with the row that says that the record was opened; an adult has no such page."""
    person = open_record(by=request.user, person_id=person_id)
    if person.kind != "child":
        raise Hidden
    return person


@gate(May.PLAN)
@_FORM
def refer(request: Request, person_id: uuid.UUID, service_id: uuid.UUID) -> HttpResponse:
    user = request.user
    person, service = _child(request, person_id), service_for(user, service_id)
    form: Any = kept_form(
        request,
        ReferForm,
        kind=f"service.refer.{service_id}",
        subject_id=person_id,
        suggested={"ask_on": suggested_day(timezone.localdate())},
        words=list(words_of(user, person_id)[:3]),
    )
    if form.is_valid():
        with sending(request, form):
            one = actions.refer_to_service(
                by=user, person_id=person_id, service_id=service_id, **form.referred
            )
            messages.success(
                request, _("Saved: the referral. Send it to the service by its own way, which stands below.")
            )
            return redirect("service_referral", service_referral_id=one.pk)
    context = {"person": person, "form": form, "service": service, "is_offered": is_offered(service.status)}
    return render(request, "cases/turning/refer.html", context)


@gate(May.SEE_CHILD)
@_FORM
def referral(request: Request, service_referral_id: uuid.UUID) -> HttpResponse:
    """The referral with its steps; whoever plans writes the next."""
    user = request.user
    one = actions.open_service_referral(by=user, service_referral_id=service_referral_id)
    then = [state.value for state in rules.NEXT[rules.ServiceReferralState(one.state)]]
    form: Any = None
    if then and user.may(May.PLAN):
        form = kept_form(
            request,
            StepForm,
            kind="service.step",
            subject_id=service_referral_id,
            suggested={"on": timezone.localdate(), "ask_on": suggested_day(timezone.localdate())},
            now=one.state,
            then=then,
        )
        if form.is_valid():
            with sending(request, form):
                actions.note_step(by=user, service_referral_id=service_referral_id, **form.cleaned_data)
                messages.success(request, _("Saved. Those who work with the child learn of it."))
                return redirect("service_referral", service_referral_id=service_referral_id)
    context = {
        "this": one,
        "person": one.person,
        "steps": list(queries.steps_of(user, one)),
        "is_offered": is_offered(one.service.status),
        "may_plan": user.may(May.PLAN),
        "form": form,
        "may_say_unmet": user.may(May.PLAN) and not then,
    }
    return render(request, "cases/turning/referral.html", context)


@gate(May.PLAN)
@_FORM
def take_back(request: Request, service_referral_id: uuid.UUID) -> HttpResponse:
    """What was written of it last was a mistake."""
    user = request.user
    one = actions.open_service_referral(by=user, service_referral_id=service_referral_id)
    form: Any = kept_form(request, TakeBackForm, kind="service.back", subject_id=one.pk)
    if form.is_valid():
        with sending(request, form):
            actions.take_back_step(by=user, service_referral_id=one.pk, **form.cleaned_data)
            messages.success(request, _("Put right. Those who work with the child learn of it."))
            return redirect("service_referral", service_referral_id=one.pk)
    context = {
        "form": form,
        "title": _("Put right what was written last"),
        "about": _("It stays, marked as a mistake. The referral is where it was before."),
        "back": ("service_referral", {"service_referral_id": one.pk}),
    }
    return render(request, "cases/form.html", context)


@gate(May.PLAN)
@_FORM
def take_back_unmet(request: Request, unmet_need_id: uuid.UUID) -> HttpResponse:
    """It was no need that nothing met."""
    user = request.user
    unmet_need = queries.unmet_for(user, unmet_need_id)
    _child(request, unmet_need.person_id)
    form: Any = kept_form(request, TakeBackForm, kind="service.unmet.back", subject_id=unmet_need.pk)
    if form.is_valid():
        with sending(request, form):
            actions.take_back_unmet(by=user, unmet_need_id=unmet_need.pk, **form.cleaned_data)
            messages.success(request, _("Put right. It is counted no longer."))
            return redirect("services_of", person_id=unmet_need.person_id)
    context = {
        "form": form,
        "title": _("It was no unmet need"),
        "about": unmet_need.get_need_display(),
        "back": ("services_of", {"person_id": unmet_need.person_id}),
    }
    return render(request, "cases/form.html", context)


@gate(May.PLAN)
@require_POST
def unmet(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """One click: nothing met this need."""
    referral_id = request.POST.get("referral", "")
    with saying_why_not(request):
        actions.record_unmet(
            by=request.user,
            person_id=person_id,
            need=request.POST.get("need", ""),
            service_referral_id=_key(referral_id),
        )
        messages.success(request, _("Recorded. It is counted by area for those who commission services."))
    return redirect("services_of", person_id=person_id)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
