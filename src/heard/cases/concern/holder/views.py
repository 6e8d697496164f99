"""Pages of those who decide about a restricted record: worries that name what it holds, and whether they tell."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May
from heard.cases.concern.holder import actions, queries
from heard.cases.concern.holder.forms import HolderForm
from heard.network.actions import open_record

_PER_PAGE = 25


@gate(May.DECIDE)
@require_safe
def held(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Of one restricted record: worries that wait for a decision, and what was decided of others."""
    user = request.user
    if not queries.decides_there(user, person_id):
        raise Hidden
    page = Paginator(queries.decided_for(user, person_id), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "person": open_record(by=user, person_id=person_id),
        "waiting": list(queries.waiting_for(user, person_id)[:_PER_PAGE]),
        "page": page,
    }
    return render(request, "cases/holder/held.html", context)


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def match(request: Request, person_id: uuid.UUID, held_id: uuid.UUID) -> HttpResponse:
    """One worry: as much of it as they need to decide, the form, and what was decided before."""
    user = request.user
    this = actions.open_match(by=user, person_id=person_id, concern_id=held_id)
    form = kept_form(
        request,
        HolderForm,
        kind=f"holder.{person_id.hex}",
        subject_id=held_id,
        there=queries.on_duty_now(user, person_id, held_id),
    )
    if form.is_valid():
        with sending(request, form):
            actions.decide_whether_to_tell(by=user, person_id=person_id, concern_id=held_id, **form.answered)
            messages.success(request, _("Saved: your decision. Whoever told the worry learns nothing of it."))
            return redirect("held_worry", person_id=person_id, held_id=held_id)
    return render(request, "cases/holder/match.html", {"match": this, "form": form})
