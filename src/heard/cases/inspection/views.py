"""Lists for an inspection: asking, agreeing, and taking them out."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import May
from heard.agencies.tables import as_workbook
from heard.cases.inspection import actions, queries, rules
from heard.cases.inspection.forms import AskForm, DecideForm

_PER_PAGE = 25
_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.DISCLOSE)
@require_safe
def inspections(request: Request) -> HttpResponse:
    page = Paginator(queries.lists_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/inspection/lists.html", {"page": page})


@gate(May.DISCLOSE)
@_FORM
def ask(request: Request) -> HttpResponse:
    form: Any = kept_form(request, AskForm, kind="inspection.ask", suggested={"until": localdate()})
    if form.is_valid():
        with sending(request, form):
            this = actions.ask_for_list(by=request.user, **form.answered)
            messages.success(request, _("Saved. A second person agrees before it is taken out."))
            return redirect("inspection_list", inspection_id=this.pk)
    return render(request, "cases/inspection/ask.html", {"form": form})


@gate(May.DISCLOSE)
@_FORM
def one(request: Request, inspection_id: uuid.UUID) -> HttpResponse:
    """What is asked for, by whom, and the decision of the second person."""
    user = request.user
    this = queries.list_visible_to(user, inspection_id)
    form: Any = None
    is_own = this.asked_by_id == user.pk
    if this.state == rules.InspectionState.WAITING and not is_own:
        form = kept_form(request, DecideForm, kind="inspection.decide", subject_id=inspection_id)
        if form.is_valid():
            with sending(request, form):
                actions.decide_list(by=user, list_id=inspection_id, **form.answered)
                messages.success(request, _("Saved: what you decided."))
                return redirect("inspection_list", inspection_id=inspection_id)
    why_not = rules.why_not_take(state=this.state, until_when=this.until_when, today=localdate())
    context = {
        "this": this,
        "form": form,
        "may_take": why_not is None,
        "is_own": is_own,
        "may_withdraw": rules.why_not_withdraw(is_own=is_own, state=this.state) is None,
        "may_say_read": rules.why_not_read(is_own=is_own, state=this.state) is None and not this.read_at,
        "children": queries.listed(user, this).order_by().values("person").distinct().count(),
        "files": list(queries.listed(user, this).filter(pk__in=this.cases.values("pk"))),
    }
    return render(request, "cases/inspection/list.html", context)


@gate(May.DISCLOSE)
@require_POST
def withdraw(request: Request, inspection_id: uuid.UUID) -> HttpResponse:
    """Whoever asked takes it back."""
    with saying_why_not(request):
        actions.withdraw_list(by=request.user, list_id=inspection_id)
        messages.success(request, _("Withdrawn. Nobody can take it out."))
    return redirect("inspection_list", inspection_id=inspection_id)


@gate(May.DISCLOSE)
@require_POST
def read(request: Request, inspection_id: uuid.UUID) -> HttpResponse:
    """Whoever asked has read why it was not agreed."""
    with saying_why_not(request):
        actions.read_refusal(by=request.user, list_id=inspection_id)
        messages.success(request, _("Saved: it is on your My work no longer."))
    return redirect("inspections")


@gate(May.DISCLOSE, fresh=True, takes_out=True)
@require_POST
def take(request: Request, inspection_id: uuid.UUID) -> HttpResponse:
    """The workbook."""
    with saying_why_not(request):
        sheets = actions.take_list_out(by=request.user, list_id=inspection_id)
        return as_workbook("inspection.xlsx", _("For an inspection"), sheets)
    return redirect("inspection_list", inspection_id=inspection_id)
