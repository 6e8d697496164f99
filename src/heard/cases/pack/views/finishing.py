"""The request itself, its check by a second person, what was withheld, and how it was given."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import May
from heard.cases.pack import actions, queries, rules
from heard.cases.pack.forms import CheckForm, GivenForm, StopForm
from heard.cases.pack.reasons import advice, reasons
from heard.cases.pack.views.shown import form_page, of_stage, page_of_both, passage_shown
from heard.cases.pack.words import PARTS

ON_A_PAGE = 50


@gate(May.DISCLOSE)
@require_safe
def disclosure(request: Request, disclosure_id: uuid.UUID) -> HttpResponse:
    """Who asked, when it is due, how far it is, and what comes next."""
    user = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    context = of_stage(user, this) | {
        "far": queries.progress_of(user, disclosure_id),
        "parts": [PARTS[rules.PackPart(part)] for part in this.parts],
        "checks": list(this.checks.all()),
        "pack": queries.latest_pack(user, disclosure_id),
        "days_left": (this.due_on - timezone.localdate()).days,
        "why_not_check": queries.why_not_check(user, this),
        "why_not_send": queries.why_not_send(user, this),
        "advice": advice(),
    }
    return render(request, "cases/pack/disclosure.html", context)


@gate(May.DISCLOSE)
@require_POST
def send(request: Request, disclosure_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.send_disclosure(by=request.user, disclosure_id=disclosure_id)
        messages.success(request, _("Sent: a second person reads it before it is given."))
    return redirect("disclosure", disclosure_id=disclosure_id)


@gate(May.DISCLOSE)
def check(request: HttpRequest, disclosure_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    form = kept_form(request, CheckForm, kind="disclosure.check", subject_id=disclosure_id)

    if form.is_valid():
        with sending(request, form):
            agrees = form.cleaned_data["agrees"] == "yes"
            note = "" if agrees else form.cleaned_data["note"]
            actions.check_disclosure(by=user, disclosure_id=disclosure_id, agrees=agrees, note=note)
            messages.success(request, _("Saved: the check."))
            return redirect("disclosure", disclosure_id=disclosure_id)
    context = of_stage(user, this) | _log(request, user, disclosure_id)
    context |= {"form": form, "why_not": queries.why_not_check(user, this), "advice": advice()}
    return render(request, "cases/pack/check.html", context)


@gate(May.DISCLOSE)
@require_safe
def log(request: Request, disclosure_id: uuid.UUID) -> HttpResponse:
    """What was withheld and why, who decided it. It stays inside."""
    user = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    context = of_stage(user, this) | _log(request, user, disclosure_id)
    return render(request, "cases/pack/log.html", context)


def _log(request: HttpRequest, user: Any, disclosure_id: uuid.UUID) -> dict[str, Any]:
    marks, whole, page = page_of_both(
        request,
        queries.withheld_in(user, disclosure_id),
        queries.passages_withheld_in(user, disclosure_id),
        ON_A_PAGE,
    )
    return {
        "marks": [(row, row.passage.text[row.start : row.end]) for row in marks],
        "passages": [passage_shown(row) for row in whole],
        "page": page,
        "reasons": reasons(),
    }


@gate(May.DISCLOSE, fresh=True)
def give(request: HttpRequest, disclosure_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    form = kept_form(
        request,
        GivenForm,
        kind="disclosure.given",
        subject_id=disclosure_id,
        suggested={"on": timezone.localdate(), "to_whom": this.requester_name},
        ways=queries.ways_of_giving(user),
    )

    if form.is_valid():
        with sending(request, form):
            actions.give_disclosure(by=user, disclosure_id=disclosure_id, **form.cleaned_data)
            messages.success(request, _("Saved: how the record was given."))
            return redirect("disclosure", disclosure_id=disclosure_id)
    back = ("disclosure", {"disclosure_id": disclosure_id})
    about = _("Heard sends nothing by itself. Write down when and how the paper was given.")
    return form_page(request, form, this.person, _("It was given"), back=back, about=about)


@gate(May.DISCLOSE)
def stop(request: HttpRequest, disclosure_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    form = kept_form(request, StopForm, kind="disclosure.stop", subject_id=disclosure_id)

    if form.is_valid():
        with sending(request, form):
            actions.stop_disclosure(by=user, disclosure_id=disclosure_id, **form.cleaned_data)
            messages.success(request, _("Saved: why it was stopped."))
            return redirect("disclosure", disclosure_id=disclosure_id)
    back = ("disclosure", {"disclosure_id": disclosure_id})
    return form_page(request, form, this.person, _("End this request"), back=back)


@gate(May.DISCLOSE)
@require_POST
def make_again(request: Request, disclosure_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        pack = actions.make_again(by=request.user, disclosure_id=disclosure_id)
        messages.success(request, _("The file is being made anew."))
        return redirect("pack", pack_id=pack.pk)
    return redirect("disclosure", disclosure_id=disclosure_id)
