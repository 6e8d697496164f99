"""Pages of a team: who works with whom, how much, what has waited longest, and decisions without the child's words."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.board.decisions import all_stages
from heard.board.figures import pictures
from heard.board.outcomes.words import alternative
from heard.board.promises import YEAR
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.case.forms import TrustedWorkerForm
from heard.cases.case.queries import who_can_be_trusted_worker, why_not_name, words_of
from heard.home.queries import my_work
from heard.home.team import queries
from heard.home.waiting import of_team, page_of, section_of
from heard.network.actions import open_record

_PER_PAGE = 25


@gate(May.SEE_TEAM)
@require_safe
def load(request: Request) -> HttpResponse:
    page = _page(request, queries.colleagues_of_team(request.user))
    loads = queries.load_of(request.user, page.object_list, today=localdate())
    teams = queries.load_of_teams(request.user)
    context = {
        "page": page,
        "loads": loads,
        "counted": queries.COUNTED,
        "teams": teams,
        "says": _says(teams) if teams else "",
        "drawn": _drawn(teams),
    }
    return render(request, "home/team/load.html", context)


@gate(May.SEE_TEAM)
@require_safe
def load_of(request: Request, user_id: int, counted: str) -> HttpResponse:
    """What one number of the load counts: the same rows, each a line."""
    found = queries.behind(request.user, user_id, counted, today=localdate())
    page = _page(request, found.rows)
    context = {
        "colleague": found.colleague,
        "what": queries.COUNTED[counted],
        "lines": map(found.line, page),
        "page": page,
    }
    return render(request, "home/team/load_of.html", context)


def _says(teams: list[queries.TeamLoad]) -> str:
    """How much there is of it, as a heading."""
    told = {"of": sum(team.cases for team in teams), "waiting": sum(team.waiting for team in teams)}
    return _("%(of)s open cases; in %(waiting)s of them the child waits for an allocated worker") % told


def _drawn(teams: list[queries.TeamLoad]) -> dict[str, Any]:
    """The picture of how many cases each leads."""
    rows = [(team.name, team.cases) for team in teams]
    return {
        "of": pictures.signed_lengths(rows),
        "height": pictures.height_of_lengths(rows),
        "alt": alternative(rows),
    }


@gate(May.PLAN)
@require_safe
def waiting(request: Request) -> HttpResponse:
    """What waits for colleagues, and for whoever sees the team what has waited longest in it."""
    user = request.user
    sees = user.may(May.SEE_TEAM)
    oldest = [section_of(user, kind) for kind in queries.OLDEST if sees and user.may(kind.may)]
    context = {"oldest": oldest, "lines": of_team(my_work(user), oldest), "sees_team": sees}
    return render(request, "home/team/oldest.html", context)


@gate(May.SEE_TEAM)
@require_safe
def waiting_of(request: Request, oldest: str) -> HttpResponse:
    """Everything of one kind."""
    kind = queries.oldest(request.user, oldest)
    page, section = page_of(request.user, kind, request.GET.get("page"))
    back = (reverse("team_waiting"), _("Work of the team"))
    return render(request, "home/work.html", {"page": page, "section": section, "back": back})


@gate(May.SEE_TEAM)
@require_safe
def unheard(request: Request) -> HttpResponse:
    """Decisions of the last twelve months beside the child's words, and without them."""
    since = localdate() - YEAR
    stages = queries.decided_by_team(request.user, since=since)
    context = {"stages": stages, "together": all_stages(stages), "since": since}
    return render(request, "home/team/unheard.html", context)


@gate(May.SEE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def allocate(request: Request, case_id: uuid.UUID) -> HttpResponse:
    """Names the trusted worker of one child, beside what each colleague has to do now."""
    user = request.user
    case = queries.team_case(user, case_id)
    person = open_record(by=user, person_id=case.person_id)
    people = who_can_be_trusted_worker(user, case.person_id)
    form = kept_form(
        request,
        TrustedWorkerForm,
        kind="team.allocate",
        subject_id=case_id,
        suggested={"since": localdate()},
        people=people,
        is_change=case.trusted_worker_id is not None,
    )
    why_not = why_not_name(user, case)
    if not why_not and form.is_valid():
        with sending(request, form):
            assign_trusted_worker(by=user, case_id=case_id, **form.answered)
            messages.success(request, _("Saved: the trusted worker. Tell the child."))
            return redirect("team")
    context = {
        "case": case,
        "person": person,
        "form": form,
        "words": words_of(user, case.person_id).first(),
        "why_not": why_not,
        "loads": queries.load_by_name(user, people, today=localdate()),
        "counted": queries.COUNTED,
    }
    return render(request, "home/team/allocate.html", context)


def _page(request: Request, rows: Any) -> Any:
    return Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
