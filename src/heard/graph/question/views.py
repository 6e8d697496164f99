"""Questions about the network, each a page of sentences with their sources and limits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.govuk.environment import day
from heard.graph.question import actions, queries
from heard.graph.question.forms import DayForm, JudgeForm, OtherEndForm
from heard.graph.question.rules import HUB, MOST, Verdict
from heard.network.headings import HEADINGS
from heard.network.queries import person_visible_to

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.SEE_CHILD)
@require_safe
def near(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Who and what is near this child."""
    person = person_visible_to(request.user, person_id)
    answer = actions.ask_near(by=request.user, person_id=person_id)
    parts = [(HEADINGS[name], lines) for name, lines in answer.parts.items() if lines]
    context = {"person": person, "answer": answer, "parts": parts, "hub": HUB, "most": MOST}
    return render(request, "graph/near.html", context)


@dataclass(frozen=True)
class QuestionPage:
    """Of the page of a question: who may ask, and what its address says after “?”. What draws an answer asks in the same way."""

    may: May
    more: Callable[[Request], dict[str, Any]]


ASKED: dict[str, QuestionPage] = {}


def _pages(
    question: str,
    may: May = May.SEE_CHILD,
    *,
    more: Callable[[Request], dict[str, Any]] = lambda request: {},
    shown: Callable[[Request, dict[str, Any]], dict[str, Any]] = lambda request, keys: {},
    back: tuple[str, str, Any],
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The page of a question, and the one on which a line of it is judged. `more`: what the address says after “?”; `shown`: what
    the page shows beside the answer; `back`: from which page it is asked, by which key, and what that is called."""
    asked = queries.QUESTIONS[question]
    ASKED[question] = QuestionPage(may, more)

    @gate(may)
    @require_safe
    def page(request: Request, **keys: Any) -> HttpResponse:
        told = more(request)
        answer = actions.ask(by=request.user, question=question, **keys, **told)
        judge_at = reverse(f"judge_{question}", kwargs=keys) + after(request)
        context = {"asked": asked, "answer": answer, "judge_at": judge_at, "form": None, "map_at": ""}
        context |= {"asked_at": (_asked_at(back, keys), back[2])}
        context |= {"draw_at": reverse(f"draw_{question}", kwargs=keys) + after(request)}
        return render(request, "graph/question.html", context | shown(request, keys))

    @gate(may)
    @_FORM
    def judge(request: Request, **keys: Any) -> HttpResponse:
        told = more(request)
        answer = actions.ask(by=request.user, question=question, **keys, **told)
        lines = [(line.known, line.says) for line in (*answer.lines, *answer.silenced)]
        there = reverse(f"ask_{question}", kwargs=keys) + after(request)
        subject_id = next(iter(keys.values()), None)
        form = kept_form(
            request,
            JudgeForm,
            kind=f"judge.{question}",
            subject_id=subject_id,
            suggested=_meant(request, answer),
            lines=lines,
        )
        if form.is_valid():
            with sending(request, form):
                actions.judge(by=request.user, question=question, **form.cleaned_data, **told, **keys)
                messages.success(request, _("Saved: what you said of it, and why."))
                return redirect(there)
        context = {"asked": asked, "answer": answer, "form": form, "lines": lines, "there": there}
        return render(request, "graph/judge.html", context)

    page.__name__, judge.__name__ = f"ask_{question}", f"judge_{question}"
    return page, judge


def _asked_at(back: tuple[str, str, Any], keys: dict[str, Any]) -> str:
    """Each of these pages is about one thing at most, and that is the first key of the question."""
    page, key, _called = back
    return reverse(page, kwargs={key: next(iter(keys.values()))} if key else {})


def after(request: Request) -> str:
    """What the address says after “?”, but for the line that is judged."""
    said = request.GET.copy()
    said.pop("line", None)
    return f"?{said.urlencode()}" if said else ""


def _meant(request: Request, answer: queries.Answer) -> dict[str, str]:
    """The line from which somebody came here, and what there is to say of it."""
    line = request.GET.get("line", "")
    again = line in {line.known for line in answer.silenced}
    return {"line": line, "verdict": Verdict.AGAIN if again else Verdict.NOT_SAME} if line else {}


def _chosen(request: Request) -> dict[str, Any]:
    """Keys that are none are left out."""
    found = set()
    for text in request.GET.getlist("chosen"):
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return {"chosen": frozenset(found)}


def _to_choose(request: Request, keys: dict[str, Any]) -> dict[str, Any]:
    offered = queries.to_choose(request.user, keys["episode_id"])
    chosen = _chosen(request)["chosen"]
    rows = [(one, not chosen or one.pk in chosen or one.pk == keys["episode_id"]) for one in offered]
    return {"episodes": rows}


def _day(request: Request) -> dict[str, Any]:
    asked = DayForm(request.GET) if "on-day" in request.GET else DayForm()
    return {"on": asked.cleaned_data["on"] if asked.is_valid() else None}


def _day_form(request: Request, keys: dict[str, Any]) -> dict[str, Any]:
    asked = DayForm(request.GET) if "on-day" in request.GET else DayForm()
    on = _day(request)["on"]
    return {"form": asked, "on": day(on) if on else ""}


_TIES = ("web", "node_id", gettext_lazy("All ties and how they are known"))
PAGES = {
    "episodes": _pages(
        "episodes",
        more=_chosen,
        shown=_to_choose,
        back=("episode", "episode_id", gettext_lazy("The episode")),
    ),
    "together": _pages("together", back=("child_people", "person_id", gettext_lazy("People and places"))),
    "ways": _pages("ways", back=_TIES),
    "panel": _pages("panel", May.SEE_PANEL, back=("panel", "panel_id", gettext_lazy("The panel"))),
    "same_group": _pages("same_group", back=("group", "group_id", gettext_lazy("The group"))),
    "circles": _pages("circles", May.SEE_PANEL, back=("panel", "panel_id", gettext_lazy("The panel"))),
    "bridges": _pages("bridges", back=("groups", "", gettext_lazy("Groups"))),
    "moved": _pages(
        "moved",
        shown=lambda _request, keys: {"map_at": reverse("map_moved", kwargs=keys)},
        back=("place", "place_id", gettext_lazy("The place")),
    ),
    "worry": _pages("worry", back=("concern", "concern_id", gettext_lazy("The worry"))),
    "unwatched": _pages("unwatched", back=("places", "", gettext_lazy("Places"))),
    "users": _pages("users", back=_TIES),
    "there": _pages("there", more=_day, shown=_day_form, back=_TIES),
    "rests": _pages("rests", back=_TIES),
    "pieces": _pages("pieces", back=_TIES),
}


@gate(May.SEE_CHILD)
@_FORM
def other_end(request: Request, node_id: uuid.UUID) -> HttpResponse:
    """Looks for the other end of a way. It keeps nothing; a name stands in no address."""
    form = OtherEndForm(request.POST or None)
    typed = form.cleaned_data if form.is_valid() else {}
    this, found = actions.look_from(by=request.user, node_id=node_id, **typed)
    context = {"form": form, "this": this, "found": found}
    return render(request, "graph/other_end.html", context)
