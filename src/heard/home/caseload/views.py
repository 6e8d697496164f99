"""My children and those of a team, each in one line: sorted, chosen from, taken out, and handed over."""

from __future__ import annotations

import uuid
from typing import Any, Final
from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May, Refused
from heard.agencies.tables import as_csv
from heard.cases.case.queries import who_can_do
from heard.cases.caseload import actions, queries
from heard.cases.caseload.forms import CaseloadForm, HandOverForm, ViewForm, as_asked, read_asked, read_chosen
from heard.cases.caseload.rules import CaseloadFilter, Order
from heard.govuk.environment import in_words
from heard.home.team.queries import COUNTED, load_by_name

_PER_PAGE = 15  # as many as are handed over at once
_DAYS: Final = ("open since", "last seen", "last seen alone", "last words", "next due")
_HEAD: Final = ("child", "case", "team", "stage", "allocated worker", "trusted worker", *_DAYS, "what is due")
_MAY = {"caseload": May.PLAN, "team": May.SEE_TEAM}  # whoever opens a page saves its views


@gate(May.PLAN)
@require_safe
def mine(request: Request) -> HttpResponse:
    """The children who count on this user."""
    asked = read_asked(request.GET)
    context = _table(request, queries.my_caseload(request.user, asked), asked, "caseload")
    context |= {"form": CaseloadForm(asked, None), "sees_team": request.user.may(May.SEE_TEAM)}
    return render(request, "home/caseload/mine.html", context)


@gate(May.SEE_TEAM)
@require_safe
def team(request: Request) -> HttpResponse:
    """The children whose cases the user's agencies lead."""
    workers = queries.workers_of_team(request.user)
    asked = read_asked(request.GET, workers)
    context = _table(request, queries.team_caseload(request.user, asked), asked, "team")
    context |= {"form": CaseloadForm(asked, workers), "may_hand_over": request.user.may(May.DECIDE)}
    return render(request, "home/caseload/team.html", context)


@gate(May.SEE_TEAM, fresh=True, takes_out=True)
@require_safe
def team_file(request: Request) -> HttpResponse:
    """What the team's table shows, every page of it."""
    asked = read_asked(request.GET, queries.workers_of_team(request.user))
    rows = actions.take_out_caseload(by=request.user, asked=asked, page="team")
    return as_csv("caseload.csv", _HEAD, map(_cells, rows))


@gate(May.PLAN, fresh=True, takes_out=True)
@require_safe
def my_file(request: Request) -> HttpResponse:
    """What the table of this user's children shows, every page of it."""
    rows = actions.take_out_caseload(by=request.user, asked=read_asked(request.GET), page="caseload")
    return as_csv("caseload.csv", _HEAD, map(_cells, rows))


@gate(May.SEE_CHILD)
@require_POST
def save_view(request: Request, page: str) -> HttpResponse:
    """Keeps what a page shows under a name, for its owner alone."""
    user = request.user
    if page not in _MAY or not user.may(_MAY[page]):
        raise Hidden
    workers = queries.workers_of_team(user) if page == "team" else ()
    query = as_asked(read_asked(request.POST, workers))
    form = ViewForm(request.POST)
    try:
        if form.is_valid():
            actions.save_view(by=user, page=page, name=form.cleaned_data["name"], asked=query)
            messages.success(request, _("Saved as “%(name)s”.") % {"name": form.cleaned_data["name"].strip()})
        else:
            messages.warning(request, " ".join(map(str, form.errors["name"])))
    except Refused as refused:
        messages.warning(request, in_words(str(refused)))
    return redirect(f"{reverse(page)}?{query}" if query else page)


@gate(May.SEE_CHILD)
@require_POST
def remove_view(request: Request, view_id: int) -> HttpResponse:
    gone = actions.remove_view(by=request.user, view_id=view_id)
    messages.success(
        request, _("Removed the view “%(name)s”. No child is changed by that.") % {"name": gone.name}
    )
    return redirect(gone.page)


def _cells(line: queries.CaseloadLine) -> tuple[Any, ...]:
    case = line.case
    told = (
        case.person,
        case.reference,
        case.lead_team.name,
        line.stage,
        case.allocated_worker,
        case.trusted_worker,
    )
    return (
        *told,
        localdate(case.opened_at),
        line.seen_on,
        line.alone_on,
        line.words_on,
        line.due_on,
        line.due,
    )


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: Request) -> HttpResponse:
    """Several children get another worker, each with a note."""
    user = request.user
    chosen = read_chosen(request.GET)
    children = queries.to_hand_over(user, chosen)
    if not children:  # none is ticked, or none of those is the team's any more
        messages.warning(request, _("Choose at least one child to hand over."))
        return redirect("team")
    people = who_can_do(user)
    form = kept_form(
        request,
        HandOverForm,
        kind="caseload.hand-over",
        subject_id=uuid.uuid5(children[0].pk, " ".join(chosen)),
        people=people,
        children=children,
    )
    if form.is_valid():
        with sending(request, form):
            done = actions.hand_over(by=user, **form.answered)
            said = ngettext("Handed over: %(num)s child.", "Handed over: %(num)s children.", len(done))
            messages.success(request, said % {"num": len(done)})
            return redirect("team")
    context = {"form": form, "children": children, "counted": COUNTED}
    context["loads"] = load_by_name(user, people, today=localdate())
    return render(request, "home/caseload/hand_over.html", context)


def _table(request: Request, rows: Any, asked: CaseloadFilter, whose: str) -> dict[str, Any]:
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    for name in ("page", "order", "backwards"):
        kept.pop(name, None)
    return {
        "page": page,
        "lines": list(queries.lines(request.user, page.object_list, localdate())),
        "asked": asked,
        "is_chosen": bool(asked.stage or asked.worker or asked.not_seen_for or asked.unread),
        "orders": {order.value: _link(kept, order, asked) for order in Order},
        "query": request.GET.urlencode(),
        "view": ViewForm(auto_id="view_%s"),
        "views": list(queries.views_of(request.user).filter(page=whose)),
        "here": as_asked(asked),
        "here_said": parse_qsl(as_asked(asked)),
        "page_name": whose,
    }


def _link(kept: Any, order: Order, asked: CaseloadFilter) -> str:
    """The address that sorts by a column; the other way round where it is sorted by that already."""
    sent = kept.copy()
    sent["order"] = order.value
    if asked.order is order and not asked.backwards:
        sent["backwards"] = "1"
    return f"?{sent.urlencode()}"
