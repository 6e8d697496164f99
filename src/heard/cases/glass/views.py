"""Opening a record in an emergency, what was opened, and the review of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.limiting import why_not_once_more
from heard.agencies.rules import May, refuse
from heard.cases.case.notices.queries import whom_to_ring
from heard.cases.glass import actions, queries
from heard.cases.glass.forms import BreakGlassForm, ReviewForm
from heard.cases.glass.rules import NOT_THERE

_PER_PAGE = 50
_TRIED = "glass"  # under which tries are counted


@gate(May.BREAK_GLASS, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def glass(request: Request) -> HttpResponse:
    """A record that is not there, and one from which the user is kept out, get the same answer."""
    form, user, status = kept_form(request, BreakGlassForm, kind="glass"), request.user, 200
    if form.is_valid():
        with sending(request, form):
            why_not = why_not_once_more(user, _TRIED, most=settings.GLASS_TRIES)
            status = 429 if why_not else 404
            refuse(why_not)
            opened = actions.break_glass(by=user, **form.cleaned_data)
            refuse(None if opened.any else NOT_THERE)
            return _to_the_record(request, opened)
    context = {
        "form": form,
        "hours": settings.GLASS_HOURS,
        "open": list(queries.opened_by(user)),
        "rung": whom_to_ring(user),
    }
    return render(request, "cases/glass/glass.html", context, status=status)


def _to_the_record(request: Request, opened: actions.Opened) -> HttpResponse:
    if opened.openings:
        said = _("The record is open to you for %(hours)s hours. Those who answer for it have been told.")
        messages.success(request, said % {"hours": settings.GLASS_HOURS})
        if len(opened.openings) > 1:
            return redirect("glass")
        return redirect("child", person_id=opened.openings[0].person_id)
    messages.success(request, _("You may see this record anyway. Nothing was opened."))
    return redirect("child", person_id=opened.seen_anyway[0])


@gate(May.REVIEW_READING)
@require_safe
def openings(request: Request) -> HttpResponse:
    page = Paginator(queries.reviewable_by(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/glass/openings.html", {"page": page})


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: Request, opening_id: uuid.UUID) -> HttpResponse:
    """One opening, and the form of the review for whoever may review it."""
    row = actions.open_opening(by=request.user, opening_id=opening_id)
    form = kept_form(request, ReviewForm, kind="glass.review", subject_id=opening_id)
    if form.is_valid():
        with sending(request, form):
            actions.review_opening(by=request.user, opening_id=opening_id, **form.answered)
            messages.success(request, _("Review saved."))
            return redirect("glass_opening", opening_id=opening_id)
    why_not = queries.why_not_begin_review(request.user, row)
    context = {"opening": row, "form": form, "why_not": why_not}
    return render(request, "cases/glass/opening.html", context)
