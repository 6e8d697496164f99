"""Pages of caseloads that were brought in: all of them, one with what became of each row, taking it back, and what a worker was given."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.agencies.tables import as_csv
from heard.insight.bringing import actions, queries
from heard.insight.bringing.forms import DecideForm, UndoForm
from heard.insight.bringing.rules import Issue

_PER_PAGE = 50


@gate(May.BRING_IN)
@require_safe
def imports(request: Request) -> HttpResponse:
    page = Paginator(queries.imports_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "insight/bringing/imports.html", {"page": page})


@gate(May.BRING_IN)
@require_safe
def caseload_import(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """What became of each row, those that are set aside too."""
    user, this = request.user, queries.import_visible_to(request.user, import_id)
    page = Paginator(queries.rows_visible_to(user, this.pk), _PER_PAGE).get_page(request.GET.get("page"))
    worked_on = queries.worked_on(user, this)
    context = {
        "this": this,
        "page": page,
        "rows": [(row, _issues(row), row.person_id in worked_on) for row in page],
        "counts": queries.counts_of(user, this.pk),
        "worked_on": len(worked_on),
        "why_not": queries.why_not_ask_to_undo(user, this, worked_on=len(worked_on), reason="to be typed"),
    }
    return render(request, "insight/bringing/import.html", context)


@gate(May.BRING_IN, fresh=True)
@require_safe
def import_file(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """What became of each row, without a name: the record by its key, where the reader may see it."""
    rows = actions.take_out_rows(by=request.user, import_id=import_id)
    head = ("file", "row", "outcome", "record", "what is said of it")
    return as_csv("caseload-in.csv", head, (_cells(row) for row in rows))


def _cells(row: Any) -> tuple[Any, ...]:
    said = "; ".join(filter(None, (": ".join(filter(None, (one.field, one.code))) for one in _issues(row))))
    return row.table, row.number, row.outcome, row.person_id if row.may_open else "", said


def _issues(row: Any) -> list[Issue]:
    return [Issue(code, about) for code, about in row.issues]


@gate(May.BRING_IN, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """Asking for it; and, for another person, agreeing or not."""
    user, this = request.user, queries.import_visible_to(request.user, import_id)
    number = len(queries.worked_on(user, this))
    if this.undo_asked_at is None or this.undone_at is not None:
        return _ask(request, this, number)
    form = kept_form(request, DecideForm, kind="caseload.undo.decide", subject_id=import_id)
    if form.is_valid():
        with sending(request, form):
            if form.cleaned_data["agrees"] == "yes":
                actions.undo(by=user, import_id=import_id)
                messages.success(request, _("Taken back. Nothing of it is left but the audit trail."))
            else:
                actions.turn_undo_down(by=user, import_id=import_id)
                messages.success(request, _("What was brought in stays."))
            return redirect("caseload_import", import_id=import_id)
    why_not = queries.why_not_undo(user, this, worked_on=number, agrees=False)
    context = {"this": this, "form": form, "why_not": why_not, "asked": True}
    context["warned"] = queries.why_not_undo(user, this, worked_on=number, agrees=True)
    return render(request, "insight/bringing/undo.html", context)


def _ask(request: Request, this: Any, number: int) -> HttpResponse:
    form = kept_form(request, UndoForm, kind="caseload.undo", subject_id=this.pk)
    if form.is_valid():
        with sending(request, form):
            actions.ask_to_undo(by=request.user, import_id=this.pk, **form.cleaned_data)
            messages.success(request, _("Asked for. Another co-ordinator agrees within a week, or not."))
            return redirect("caseload_import", import_id=this.pk)
    why_not = queries.why_not_ask_to_undo(request.user, this, worked_on=number, reason="to be typed")
    context = {"this": this, "form": form, "why_not": why_not, "asked": False, "warned": None}
    return render(request, "insight/bringing/undo.html", context)


@gate(May.SEE_CHILD)
@require_safe
def caseload_given(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """Where a notice leads: the children of an import whom the reader may see, their own first."""
    user = request.user
    page = Paginator(queries.given_by(user, import_id), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "mine": queries.how_many_are_mine(user, import_id)}
    return render(request, "insight/bringing/given.html", context)
