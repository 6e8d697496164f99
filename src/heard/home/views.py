"""Front page and error pages."""

from __future__ import annotations

import sys

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.reading import cannot_reach
from heard.agencies.rules import May
from heard.cases.case.notices.lines import lines_of as notice_lines
from heard.cases.case.notices.queries import unread_of, whom_to_ring
from heard.home import health, learn, queries
from heard.home.navigation import parts_for
from heard.home.service import state
from heard.home.typed import typed_at_least
from heard.home.waiting import AT_MOST, OF_ALL, SHOWN, By, mine, news_of, page_of
from heard.insight.run.queries import has_drop_folder

_UNREAD = 60  # of what is new; the page of notices has all
_LAST_DAY = "last_day"  # in the session: when My work was opened last


@gate(May.SIGNED_IN)
@require_safe
def home(request: Request) -> HttpResponse:
    user, by = request.user, _by(request)
    sections = queries.my_work(user, at_most=OF_ALL if by else AT_MOST)
    news = news_of(notice_lines(unread_of(user)[:_UNREAD]))
    lines = mine(sections, news, by=by)
    context = {
        "parts": [part for part in parts_for(user) if part.name != "home"],
        "lines": lines,
        "page": Paginator(lines.shown, SHOWN).get_page(request.GET.get("page")),
        "sections": sections,
        "by": by,
        "rung": whom_to_ring(user),
        "writes": user.may(May.PLAN),
        "has_team": user.may(May.PLAN),
        "answers": user.may(May.HOLD_FIGURES)
        and not user.may(May.PLAN),  # for the promises, and for no child
        "first_today": _first_today(request),
    }
    return render(request, "home/home.html", context)


def _by(request: Request) -> By:
    asked = request.GET.get("by")
    return "child" if asked == "child" else "day" if asked == "day" else ""


@gate(May.SIGNED_IN)
@require_safe
def work(request: Request, work: str) -> HttpResponse:
    """Everything that waits of one kind."""
    page, section = page_of(request.user, queries.list_of(request.user, work), request.GET.get("page"))
    back = (reverse("home"), _("My work"))
    return render(request, "home/work.html", {"page": page, "section": section, "back": back})


@gate(May.SIGNED_IN)
@require_safe
def parts(request: Request) -> HttpResponse:
    """Every part of Heard that this user may open, with what it is for."""
    return render(request, "home/parts.html", {"parts": parts_for(request.user)})


def _first_today(request: Request) -> bool:
    """Whether this is the first time today, in this session, that My work is opened."""
    today = localdate().isoformat()
    is_first = request.session.get(_LAST_DAY) != today
    request.session[_LAST_DAY] = today
    return is_first


@gate(May.SIGNED_IN)
@require_safe
def knowledge(request: HttpRequest, release: str = "") -> HttpResponse:
    """What a new worker learns from. The pack's texts are shown as they are; of an older release, as they were."""
    return render(request, "home/knowledge.html", learn.page(release))


@gate(May.MANAGE)
@require_safe
def service(request: Request) -> HttpResponse:
    """How the service runs, for the administrator: what a monitor reads too, in words."""
    context = {
        "now": state(),
        "checks": list(health.CHECKS),
        "has_drop_folder": has_drop_folder(request.user),
    }
    return render(request, "home/service.html", context)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Hidden and absent look the same."""
    return render(request, "home/404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "home/403.html", status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "home/429.html", status=429)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Drawn without the context of a request: whatever failed may fail again in it."""
    context = {"typed": typed_at_least(request), "sent": request.method == "POST"}
    is_away = cannot_reach(sys.exception())
    page = "home/away.html" if is_away else "home/500.html"
    answer = HttpResponse(render_to_string(page, context), status=503 if is_away else 500)
    add_never_cache_headers(
        answer
    )  # it may hold what was typed, and may not come past what says so of every other page
    if is_away:
        answer["Retry-After"] = "30"  # seconds
    return answer
