"""Questions about the network, each a page of sentences with their sources and limits."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.graph.question import actions
from heard.graph.question.rules import HUB, MOST
from heard.network.headings import HEADINGS
from heard.network.queries import person_visible_to


@gate(May.SEE_CHILD)
@require_safe
def near(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Who and what is near this child."""
    person = person_visible_to(request.user, person_id)
    answer = actions.ask_near(by=request.user, person_id=person_id)
    parts = [(HEADINGS[name], lines) for name, lines in answer.parts.items() if lines]
    context = {"person": person, "answer": answer, "parts": parts, "hub": HUB, "most": MOST}
    return render(request, "graph/near.html", context)
