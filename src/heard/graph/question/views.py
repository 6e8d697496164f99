"""Questions about the network, each a page of sentences with their sources and limits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.govuk.environment import day
from heard.graph.question import actions, queries
from heard.graph.question.forms import DayForm, JudgeForm, OtherEndForm
from heard.graph.question.rules import HUB, MOST
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


def _pages(
    question: str,
    may: May = May.SEE_CHILD,
    *,
    more: Callable[[Request], dict[str, Any]] = lambda request: {},
    shown: Callable[[Request, dict[str, Any]], dict[str, Any]] = lambda request, keys: {},
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The page of a question, and the one on which a line of it is judged. `more`: what the address says after “?”; `shown`: what
    the page shows beside the answer."""
    asked = queries.QUESTIONS[question]

    @gate(may)
    @require_safe
    def page(request: Request, **keys: Any) -> HttpResponse:
        told = more(request)
        answer = actions.ask(by=request.user, question=question, **keys, **told)
        here = request.META.get("QUERY_STRING", "")
        judge_at = reverse(f"judge_{question}", kwargs=keys) + (f"?{here}" if here else "")
        context = {"asked": asked, "answer": answer, "judge_at": judge_at, "form": None}
        return render(request, "graph/question.html", context | shown(request, keys))

    @gate(may)
    @_FORM
    def judge(request: Request, **keys: Any) -> HttpResponse:
        told = more(request)
        answer = actions.ask(by=request.user, question=question, **keys, **told)
        lines = [(one.known, one.says) for one in (*answer.lines, *answer.silenced)]
        there = reverse(f"ask_{question}", kwargs=keys)
        here = request.META.get("QUERY_STRING", "")
        there += f"?{here}" if here else ""
        subject_id = next(iter(keys.values()), None)
        form = kept_form(request, JudgeForm, kind=f"judge.{question}", subject_id=subject_id, lines=lines)
        if form.is_valid():
            with sending(request, form):
                actions.judge(by=request.user, question=question, **form.cleaned_data, **told, **keys)
                messages.success(request, _("Saved: what you said of it, and why."))
                return redirect(there)
        context = {"asked": asked, "answer": answer, "form": form, "lines": lines, "there": there}
        return render(request, "graph/judge.html", context)

    page.__name__, judge.__name__ = f"ask_{question}", f"judge_{question}"
    return page, judge


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


EPISODES = _pages("episodes", more=_chosen, shown=_to_choose)
TOGETHER = _pages("together")
WAYS = _pages("ways")
PANEL = _pages("panel", May.SEE_PANEL)
WORRY = _pages("worry")
UNWATCHED = _pages("unwatched")
USERS = _pages("users")
THERE = _pages("there", more=_day, shown=_day_form)
RESTS = _pages("rests")
PIECES = _pages("pieces")


@gate(May.SEE_CHILD)
@_FORM
def other_end(request: Request, node_id: uuid.UUID) -> HttpResponse:
    """Looks for the other end of a way. It keeps nothing; a name stands in no address."""
    form = OtherEndForm(request.POST or None)
    typed = form.cleaned_data if form.is_valid() else {}
    this, found = actions.look_from(by=request.user, node_id=node_id, **typed)
    context = {"form": form, "this": this, "found": found}
    return render(request, "graph/other_end.html", context)
