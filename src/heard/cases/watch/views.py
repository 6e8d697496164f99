"""What stood out in who read which records, for somebody to look at."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.watch import actions, queries
from heard.cases.watch.forms import AnswerForm

_PER_PAGE = 50


@gate(May.REVIEW_READING)
@require_safe
def alerts(request: Request) -> HttpResponse:
    page = Paginator(queries.alerts_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/watch/alerts.html", {"page": page})


@gate(May.REVIEW_READING)
@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: Request, alert_id: int) -> HttpResponse:
    row = actions.open_alert(by=request.user, alert_id=alert_id)
    form = kept_form(request, AnswerForm, kind=f"alert.{alert_id}")
    if form.is_valid():
        with sending(request, form):
            actions.answer_alert(by=request.user, alert_id=alert_id, **form.cleaned_data)
            messages.success(request, _("Saved: %(what)s.") % {"what": row.get_kind_display()})
            return redirect("alerts")
    return render(request, "cases/watch/alert.html", {"alert": row, "form": form})
