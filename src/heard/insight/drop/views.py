"""Pages of the drop folder: what lies there and what became of it, and what runs of it are for."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sent
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.insight.drop import actions, queries
from heard.insight.drop.forms import StandingForm
from heard.insight.run.actions import NotRight
from heard.insight.run.rules import USUALLY_KEPT, bases

_PER_PAGE = 50


@gate(May.SIGNED_IN)
@require_safe
def drop_folder(request: Request) -> HttpResponse:
    user = request.user
    folders = queries.lying_in(user)  # hidden from whoever is no analyst or administrator
    standing = queries.standing_visible_to(user)
    page = Paginator(queries.deliveries_visible_to(user), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "folders": folders,
        "page": page,
        "standing": standing,
        "expected": list(standing.agencies.all()) if standing else [],
        "basis": bases().get(standing.basis) if standing else None,
        "next_run": queries.next_run_on(user),
        "may_run": user.may(May.RUN_ENGINE),
        "outside": queries.waits_outside(user),
        "minutes": queries.quiet_minutes(user),
    }
    return render(request, "insight/drop/folder.html", context)


@gate(May.RUN_ENGINE)
@require_http_methods(["GET", "HEAD", "POST"])
def drop_standing(request: Request) -> HttpResponse:
    choices = queries.agencies_to_choose(request.user)
    suggested = {"day": "5", "wait": "5", "days_kept": str(USUALLY_KEPT)}
    form = kept_form(
        request,
        StandingForm,
        kind="engine.standing",
        agencies=choices,
        suggested=suggested | queries.said_now(request.user),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_standing_run(by=request.user, **form.cleaned_data)
        except NotRight as refusal:
            form.add_error(refusal.answer if refusal.answer in form.fields else None, str(refusal))
        else:
            sent(request, form)
            messages.success(request, _("Kept. Runs are made of what comes, in your name."))
            return redirect("drop_folder")
    return render(request, "insight/drop/standing.html", {"form": form})


@gate(May.RUN_ENGINE)
@require_POST
def drop_end(request: Request) -> HttpResponse:
    actions.end_standing_run(by=request.user)
    messages.success(request, _("Ended. Files are still taken, and wait."))
    return redirect("drop_folder")
