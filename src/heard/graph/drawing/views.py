"""Drawings of what is around somebody or something, and of what an answer rests on, each with a table that says the same."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.graph.drawing import actions
from heard.graph.drawing.forms import NarrowForm
from heard.graph.drawing.queries import Picture
from heard.graph.drawing.rules import MOST, PARTS
from heard.graph.question.queries import QUESTIONS
from heard.graph.question.views import ASKED, after
from heard.network.rules import Bond

_ASKS = ("away", "kinds", "since-day")
_OF: dict[str, Any] = {
    "child": gettext_lazy("Ties of children"),
    "adult": gettext_lazy("Ties of adults"),
    "group": gettext_lazy("Ties of groups"),
    "handle": gettext_lazy("Ties of phones, cars and accounts"),
    "place": gettext_lazy("Ties of places"),
}


@gate(May.SEE_CHILD)
@require_safe
def drawing(request: Request, node_id: uuid.UUID) -> HttpResponse:
    """What is one tie or two from a person, place, group, phone or car."""
    form = NarrowForm(request.GET if any(name in request.GET for name in _ASKS) else {"away": "2"})
    picture = actions.draw_around(by=request.user, node_id=node_id, **form.how)
    context = {
        "title": _("Drawing of what is around %(name)s") % {"name": picture.this},
        "back": (reverse("web", kwargs={"node_id": node_id}), _("All ties and how they are known")),
        "form": form,
        "nearer": f"?{_one_tie(request)}" if form.how["away"] > 1 and picture.nearer else "",
        "says": "",
        "lines": [],
        "subject": None,
        "rests_at": reverse("ask_rests", kwargs={"node_id": node_id}),
        "take_at": _take_at(request, node_id),
    }
    return render(request, "graph/drawing.html", context | shown(picture))


def _take_at(request: Request, node_id: uuid.UUID) -> str:
    """Where the same drawing is taken out, for whoever may share."""
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    return reverse("chart_take", kwargs={"node_id": node_id}) + asked if request.user.may(May.SHARE) else ""


def _one_tie(request: Request) -> str:
    said = request.GET.copy()
    said["away"] = "1"
    return said.urlencode()


def _drawn(question: str) -> Callable[..., Any]:
    """The page that draws the answer to a question, or the one line that its address names; for whom the question is."""
    asked = ASKED[question]

    @gate(asked.may)
    @require_safe
    def page(request: Request, **keys: Any) -> HttpResponse:
        line = request.GET.get("line", "")
        told = asked.more(request)
        answer, chosen, picture = actions.draw_answer(
            by=request.user, question=question, line=line, **keys, **told
        )
        context = {
            "title": _("Drawing: %(question)s") % {"question": QUESTIONS[question].title},
            "back": (reverse(f"ask_{question}", kwargs=keys) + after(request), _("The answer in sentences")),
            "form": None,
            "nearer": "",
            "says": chosen.says if chosen else "",
            "lines": [] if chosen else [line for line in answer.lines if line.has_ties],
            "draw_at": reverse(f"draw_{question}", kwargs=keys) + after(request),
            "subject": answer.subject,
            "rests_at": "",
            "take_at": "",
        }
        return render(request, "graph/drawing.html", context | shown(picture))

    page.__name__ = f"draw_{question}"
    return page


PAGES = {question: _drawn(question) for question in ASKED}


def shown(picture: Picture) -> dict[str, Any]:
    """What each page with a drawing shows: it, and the same ties as tables."""
    drawn = picture.drawing
    spots = {spot.thing.key: spot.thing for spot in drawn.spots} if drawn else {}
    ties: dict[str, list[Bond]] = {part: [] for part in PARTS}
    for line in drawn.lines if drawn else ():
        for bond in line.bonds:
            ties[spots[bond.start].part].append(bond)
    for some in ties.values():
        some.sort(
            key=lambda bond: (
                spots[bond.start].name.casefold(), str(bond.start), bond.said.casefold(), spots[bond.end].name.casefold(), str(bond.tie_key),
            )
        )  # fmt: skip
    return {
        "picture": picture,
        "drawn": drawn,
        "things": spots,
        "tables": [(_OF[part], some) for part, some in ties.items() if some],
        "count": sum(map(len, ties.values())),
        "parts": [part for part in PARTS if any(spot.part == part for spot in spots.values())],
        "most": MOST,
        "today": timezone.localdate(),
    }
