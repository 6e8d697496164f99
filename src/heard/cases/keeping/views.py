"""What is past its time, holds, and the certificate of what was destroyed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import May
from heard.cases.keeping import actions, queries, rules
from heard.cases.keeping.forms import DecideForm, DestroyForm, HoldForm, HoldOneForm, LiftForm
from heard.network.actions import open_record
from heard.network.rules import Level

_PER_PAGE = 25


@gate(May.KEEP)
@require_safe
def keeping(request: Request) -> HttpResponse:
    """Holds, records past their time, and what was or is to be destroyed."""
    user = request.user

    def page(rows: object, name: str) -> object:
        return Paginator(rows, _PER_PAGE).get_page(request.GET.get(name))  # type: ignore[arg-type]

    words = {
        "period": settings.RETENTION,
        "past": page(queries.past_their_time(user), "past"),
        "holds": page(queries.holds_visible_to(user), "hold"),
        "destructions": page(queries.destructions_visible_to(user), "page"),
    }
    return render(request, "cases/keeping/keeping.html", words)


@gate(May.KEEP, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def destruction_ask(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id, level=Level.EVERYTHING)
    form = kept_form(request, DestroyForm, kind="destroy", subject_id=person_id)
    if form.is_valid():
        with sending(request, form):
            row = actions.ask_to_destroy(by=request.user, person_id=person_id, **form.cleaned_data)
            messages.success(
                request, _("Asked for. Another co-ordinator or supervisor agrees within a week, or not.")
            )
            return redirect("destruction", destruction_id=row.pk)
    words = {"person": person, "form": form, "why_not": queries.why_not_begin(request.user, person)}
    return render(request, "cases/keeping/ask.html", words)


@gate(May.KEEP, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def destruction(request: Request, destruction_id: uuid.UUID) -> HttpResponse:
    """What is asked for, to agree to; or the certificate."""
    user = request.user
    row = actions.open_destruction(by=user, destruction_id=destruction_id)
    form = kept_form(request, DecideForm, kind="destroy.decide", subject_id=destruction_id)
    if form.is_valid():
        with sending(request, form):
            if form.cleaned_data["agrees"] == "yes":
                actions.destroy(by=user, destruction_id=destruction_id)
                messages.success(request, _("The record was destroyed. This is the certificate."))
            else:
                actions.turn_down(by=user, destruction_id=destruction_id)
                messages.success(request, _("The record stays."))
                return redirect("keeping")
            return redirect("destruction", destruction_id=destruction_id)
    words = {
        "row": row,
        "form": form,
        "why_not": queries.why_not_decide(user, row, agrees=True),
    }
    return render(request, "cases/keeping/destruction.html", words)


@gate(May.KEEP, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def hold_add(request: Request) -> HttpResponse:
    """A hold on more than one record."""
    form = kept_form(request, HoldForm, kind="hold", agencies=agencies_visible_to(request.user))
    if form.is_valid():
        with sending(request, form):
            said = form.cleaned_data
            of_agency = said["scope"] == rules.Scope.AGENCY and said["agency"]
            hold = actions.place_hold(
                by=request.user,
                scope=said["scope"],
                agency_id=uuid.UUID(said["agency"]) if of_agency else None,
                reason=said["reason"],
            )
            return _to_the_hold(request, hold.pk)
    return _ask(
        request,
        form,
        _("Place a hold"),
        _("Nothing of what is held is destroyed, in force from now on."),
        reverse("keeping"),
    )


@gate(May.KEEP, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def hold_one(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    form = kept_form(request, HoldOneForm, kind="hold.one", subject_id=person_id)
    if form.is_valid():
        with sending(request, form):
            hold = actions.place_hold(
                by=request.user,
                scope=rules.Scope.RECORD,
                person_id=person_id,
                reason=form.cleaned_data["reason"],
            )
            return _to_the_hold(request, hold.pk)
    back = reverse("child", args=[person_id])
    return _ask(request, form, _("Hold this record"), str(person), back)


def _to_the_hold(request: Request, hold_id: uuid.UUID) -> HttpResponse:
    messages.success(request, _("The hold is in force. Another person confirms it."))
    return redirect("hold", hold_id=hold_id)


def _ask(request: Request, form: object, heading: str, about: str, back: str) -> HttpResponse:
    return render(
        request,
        "cases/keeping/hold_add.html",
        {"form": form, "heading": heading, "about": about, "back": back},
    )


@gate(May.KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: Request, hold_id: uuid.UUID) -> HttpResponse:
    """One hold: confirming it, asking to lift it, and lifting it."""
    user, row = request.user, actions.open_hold(by=request.user, hold_id=hold_id)
    form = kept_form(request, LiftForm, kind="hold.lift", subject_id=hold_id)
    if form.is_valid():
        with sending(request, form):
            actions.ask_to_lift_hold(by=user, hold_id=hold_id, **form.cleaned_data)
            messages.success(request, _("Asked for. The hold stays until another person agrees."))
            return redirect("hold", hold_id=hold_id)
    words = {
        "hold": row,
        "form": form,
        "why_not_confirm": queries.why_not_confirm_hold(user, row),
        "why_not_ask": queries.why_not_ask_to_lift(user, row, reason="to be typed"),
        "why_not_lift": queries.why_not_lift(user, row),
    }
    return render(request, "cases/keeping/hold.html", words)


@gate(May.KEEP, fresh=True)
@require_POST
def hold_confirm(request: Request, hold_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.confirm_hold(by=request.user, hold_id=hold_id)
        messages.success(request, _("Hold confirmed."))
    return redirect("hold", hold_id=hold_id)


@gate(May.KEEP, fresh=True)
@require_POST
def hold_lift(request: Request, hold_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.lift_hold(by=request.user, hold_id=hold_id)
        messages.success(request, _("Hold lifted."))
    return redirect("hold", hold_id=hold_id)
