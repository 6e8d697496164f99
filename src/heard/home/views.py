"""Front page and error pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.home import learn, queries
from heard.home.navigation import parts_for


@gate(May.SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    parts = [part for part in parts_for(request.user) if part.name != "home"]
    sections = queries.my_work(request.user)  # type: ignore[arg-type]
    return render(request, "home/home.html", {"parts": parts, "sections": sections})


@gate(May.SIGNED_IN)
@require_safe
def knowledge(request: HttpRequest) -> HttpResponse:
    """What a new worker learns from. The pack's texts are shown as they are."""
    return render(request, "home/knowledge.html", learn.page())


@gate(May.SEE_FIGURES)
@require_safe
def figures(request: Request) -> HttpResponse:
    """Whether the partnership does what it promised."""
    return render(
        request, "home/figures.html", {"promises": queries.promises(request.user, today=localdate())}
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Hidden and absent look the same."""
    return render(request, "home/404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "home/403.html", status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "home/429.html", status=429)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Drawn without context: whatever failed may fail again in it."""
    return HttpResponse(render_to_string("home/500.html"), status=500)
