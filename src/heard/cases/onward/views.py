"""Referring a child to another team or agency; the answer; taking it back."""

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
from heard.cases.case.queries import words_of
from heard.cases.onward import actions, queries, rules
from heard.cases.onward.forms import AnswerOnwardForm, ReferForm, WithdrawOnwardForm
from heard.network.actions import open_record
from heard.network.queries import parts_of_agencies

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.SHARE)
@_FORM
def refer(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    form: Any = kept_form(
        request,
        ReferForm,
        kind="onward.refer",
        subject_id=person_id,
        people=parts_of_agencies(request.user),
        words=list(words_of(request.user, person_id)[:3]),
    )
    if form.is_valid():
        with sending(request, form):
            referral = actions.refer_onward(by=request.user, person_id=person_id, **form.referred)
            messages.success(request, _("Sent. It stays with you until they accept it."))
            return redirect("onward", onward_id=referral.pk)
    about = _("They accept or refuse it by the day that the partnership sets. Until then it stays with you.")
    back = ("sharing_of", {"person_id": person_id})
    return _form_page(request, form, person, _("Refer to another team or agency"), about, back, _("Send it"))


@gate(May.PLAN)
@_FORM
def onward(request: Request, onward_id: uuid.UUID) -> HttpResponse:
    """The referral: for whoever sees the record, and for whoever it was sent to, who answers here."""
    referral = actions.open_onward(by=request.user, onward_id=onward_id)
    waits = referral.state == rules.OnwardState.WAITING
    form: Any = None
    if waits and queries.may_answer(request.user, referral):
        form = kept_form(request, AnswerOnwardForm, kind="onward.answer", subject_id=onward_id)
        if form.is_valid():
            with sending(request, form):
                actions.answer_onward(by=request.user, onward_id=onward_id, **form.answered)
                messages.success(request, _("Saved: your answer. Whoever sent it reads it."))
                return redirect("onward", onward_id=onward_id)
    sees_record = queries.onward_visible_to(request.user).filter(pk=onward_id).exists()
    context = {
        "this": referral,
        "person": referral.person,
        "form": form,
        "sees_record": sees_record,
        "may_withdraw": waits and sees_record and request.user.may(May.SHARE),
        "days_left": (referral.due_on - timezone.localdate()).days,
    }
    return render(request, "cases/onward/onward.html", context)


@gate(May.SHARE)
@_FORM
def withdraw(request: Request, onward_id: uuid.UUID) -> HttpResponse:
    referral = actions.open_onward(by=request.user, onward_id=onward_id)
    person = open_record(by=request.user, person_id=referral.person_id)
    form = kept_form(request, WithdrawOnwardForm, kind="onward.withdraw", subject_id=onward_id)
    if form.is_valid():
        with sending(request, form):
            actions.withdraw_onward(by=request.user, onward_id=onward_id, **form.cleaned_data)
            messages.success(request, _("Saved: the referral is withdrawn."))
            return redirect("onward", onward_id=onward_id)
    back = ("onward", {"onward_id": onward_id})
    title = _("Withdraw the referral")
    return _form_page(request, form, person, title, referral.other_side, back, _("Withdraw it"))


def _form_page(
    request: Request, form: Any, person: Any, title: str, about: str, back: tuple[str, Any], button: str
) -> HttpResponse:
    context = {"form": form, "person": person, "title": title, "about": about, "back": back, "button": button}
    return render(request, "cases/sharing/form.html", context | {"drop": ""})
