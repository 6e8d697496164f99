"""Asking for a pack, how far it is, fetching it. The page can be left and returned to."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.limiting import MAKING_PACKS, why_not_once_more
from heard.agencies.rules import May, refuse
from heard.cases.pack import actions, queries, rules
from heard.cases.pack.forms import PackForm
from heard.cases.pack.views.shown import page_of_both
from heard.cases.pack.words import PARTS
from heard.govuk.pdf import as_download_in_parts
from heard.network.actions import open_record
from heard.network.queries import said_left_out
from heard.network.rules import Level

ON_A_PAGE = 25


@gate(May.SEE_CHILD)
@require_safe
def of_child(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """The user's own packs of a child; and, for those who prepare it, who asked for the record."""
    user = request.user
    person = open_record(by=user, person_id=person_id, level=Level.EVERYTHING)
    packs, asked, page = page_of_both(
        request, queries.packs_of(user, person_id), queries.disclosures_of(user, person_id), ON_A_PAGE
    )
    context = {
        "person": person,
        "packs": packs,
        "asked": asked,
        "page": page,
        "may_disclose": user.may(May.DISCLOSE),
        "today": timezone.localdate(),
    }
    return render(request, "cases/pack/of_child.html", context)


@gate(May.SEE_CHILD, fresh=True)
def ask(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id, level=Level.EVERYTHING)
    suggested = {
        "keep_until": timezone.localdate() + timedelta(days=rules.KEEP_DAYS),
        "parts": [part.value for part in PARTS],
    }
    form = kept_form(request, PackForm, kind="pack.ask", subject_id=person_id, suggested=suggested)
    if form.is_valid():
        with sending(request, form):
            refuse(why_not_once_more(user, MAKING_PACKS, most=settings.TAKEN_OUT))
            pack = actions.ask_pack(by=user, person_id=person_id, **form.asked)
            messages.success(request, _("The pack is being made. This page says how far it is."))
            return redirect("pack", pack_id=pack.pk)
    context = {"form": form, "person": person, "left_out": said_left_out(user, person_id)}
    return render(request, "cases/pack/ask.html", context)


@gate(May.SEE_CHILD)
@require_safe
def pack(request: Request, pack_id: uuid.UUID) -> HttpResponse:
    """How far it is, on a page that names nobody; where it has ended, what to do with it."""
    this = queries.pack_visible_to(request.user, pack_id)
    if this.state in (rules.PackState.WAITING, rules.PackState.RUNNING):
        silent = rules.is_silent(this.state, this.beat_at, timezone.now())
        page = "cases/pack/_progress.html" if request.htmx else "cases/pack/making.html"
        return render(request, page, {"pack": this, "silent": silent})
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _ended(request, actions.open_pack(by=request.user, pack_id=pack_id))


def _ended(request: Request, this: Any) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "pack": this,
        "person": this.person,
        "parts": [PARTS[rules.PackPart(part)] for part in this.parts],
        "why_not": queries.why_not_fetch(request.user, this, today=today),
        "is_own": this.asked_by_id == request.user.pk or this.disclosure_id is not None,
    }
    return render(request, "cases/pack/pack.html", context)


@gate(May.SEE_CHILD, fresh=True, takes_out=True)
@require_POST
def fetch(request: Request, pack_id: uuid.UUID) -> HttpResponseBase:
    """The file, to save; never drawn by the browser. Its name says nothing about a child."""
    with saying_why_not(request):
        this, file = actions.fetch_pack(by=request.user, pack_id=pack_id)
        return as_download_in_parts(file, file.size, f"pack-{this.pk.hex[:8]}.pdf")
    return redirect("pack", pack_id=pack_id)


@gate(May.SEE_CHILD)
@require_POST
def again(request: Request, pack_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.restart_pack(by=request.user, pack_id=pack_id)
        messages.success(request, _("The file is being made anew."))
    return redirect("pack", pack_id=pack_id)


@gate(May.SEE_CHILD)
@require_POST
def remove(request: Request, pack_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.remove_pack(by=request.user, pack_id=pack_id)
        messages.success(request, _("The file has been removed."))
    return redirect("pack", pack_id=pack_id)
