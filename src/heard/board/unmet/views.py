"""The page of needs that no service met."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.board.figures import words
from heard.board.unmet import queries


@gate(May.SEE_FIGURES)
@require_safe
def unmet_needs(request: Request) -> HttpResponse:
    context = {
        "found": queries.unmet_needs(request.user, today=localdate()),
        "hidden": words.hidden(),
        "called": words.called,
    }
    return render(request, "board/unmet/unmet.html", context)
