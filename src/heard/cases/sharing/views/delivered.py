"""What was shared with the reader, who need not see the child's record: it is opened, and by that its receipt confirmed. And what
is asked of their agency."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import May
from heard.cases.sharing import actions, queries, rules
from heard.cases.sharing.forms import AskedForm

ON_A_PAGE = 25


@gate(May.SEE_CHILD)
@require_safe
def deliveries(request: Request) -> HttpResponse:
    """Everything that was shared with this user or an agency that they lead, the latest first."""
    page = Paginator(queries.deliveries_to(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/sharing/deliveries.html", {"page": page})


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: Request, delivery_id: uuid.UUID) -> HttpResponse:
    """Before it is opened: from whom, about whom, what for. To open it is a write, since the other side reads of it."""
    if request.method == "POST":
        with saying_why_not(request):
            actions.open_delivery(by=request.user, delivery_id=delivery_id)
            messages.success(request, _("Opened. Whoever shared it reads that it arrived."))
        return redirect("delivery", delivery_id=delivery_id)
    this, shows = actions.read_delivery(by=request.user, delivery_id=delivery_id)
    context = {
        "delivery": this,
        "share": this.share,
        "shows": shows,
        "sections": this.share.sections if shows else [],
        "why_not": rules.why_not_open(withdrawn=this.is_withdrawn, over=this.is_over),
    }
    return render(request, "cases/sharing/delivery.html", context)


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: Request, asked_of_id: uuid.UUID) -> HttpResponse:
    """What another agency asks of the reader's, who need not see the child's record: what, why and by when; and the answer."""
    user = request.user
    this = actions.read_asked(by=user, request_id=asked_of_id)
    form = None
    if this.state == rules.Answer.OPEN and user.may(May.SHARE):
        today = {"on": timezone.localdate()}
        form = kept_form(request, AskedForm, kind="sharing.asked", subject_id=asked_of_id, suggested=today)
        if form.is_valid():
            with sending(request, form):
                actions.answer_request(by=user, request_id=asked_of_id, **form.answered)
                messages.success(request, _("Answered. Whoever asked reads it."))
                return redirect("asked_of_us", asked_of_id=asked_of_id)
    days_left = (this.due_on - timezone.localdate()).days
    context = {"this": this, "form": form, "days_left": days_left}
    return render(request, "cases/sharing/asked.html", context)
