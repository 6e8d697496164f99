"""Pages of pairs: those of a run that wait for a person, one pair, all judgements, and taking one back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.drafts.forms import kept_form, sent
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May, Refused
from heard.engine.profile.people import groups
from heard.govuk.environment import time
from heard.insight.judgement import actions as judging
from heard.insight.judgement.queries import (
    judgement_visible_to,
    judgements_visible_to,
    standing,
    standing_visible_to,
)
from heard.insight.pair import actions, queries
from heard.insight.pair.drawn import as_picture, as_span
from heard.insight.pair.forms import JudgeForm, TakeBackForm
from heard.insight.run.actions import open_child, open_part
from heard.insight.run.queries import run_visible_to

_PER_PAGE = 25


@gate(May.SEE_LIST)
@require_safe
def engine_pairs(request: Request, run_id: uuid.UUID) -> HttpResponse:
    run = run_visible_to(request.user, run_id)
    page = Paginator(queries.pairs_of(request.user, run), _PER_PAGE).get_page(request.GET.get("page"))
    judged = standing(request.user, [asked.key for asked in page.object_list])
    context = {"run": run, "page": page, "judged": judged, "may_judge": request.user.may(May.JUDGE)}
    return render(request, "insight/pair/pairs.html", context)


@gate(May.SEE_LIST)
@require_safe
def engine_links(request: Request, run_id: uuid.UUID) -> HttpResponse:
    """How the links of a run came about, and how good they are expected to be."""
    run = run_visible_to(request.user, run_id)
    found = queries.diagnosis_of(request.user, run)
    context = {
        "run": run,
        "found": found,
        "quality": queries.quality_of(request.user, run),
        "picture": as_span(found.levels),
        "words": {"sex": groups()["sex"], "ethnicity": groups()["codes"]},
        "blind": queries.blind_of(request.user, run),
    }
    open_part(by=request.user, run=run, part="links")
    return render(request, "insight/pair/links.html", context)


@gate(May.SEE_LIST)
@require_safe
def engine_two(request: Request, run_id: uuid.UUID, key: str) -> HttpResponse:
    """What speaks for one child and what for two, of any two records of a listed child; no word of what they say."""
    run = run_visible_to(request.user, run_id)
    child = open_child(by=request.user, run=run, key=key)
    one, other = (_place(request.GET.get(name, "")) for name in ("one", "other"))
    shown = queries.two_of(request.user, run, key, one, other)
    context = {"run": run, "child": child, "shown": shown, "picture": as_picture(shown.weights)}
    return render(request, "insight/pair/two.html", context)


def _place(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else -1


@gate(May.JUDGE)
def engine_blind(request: Request, run_id: uuid.UUID, key: str) -> HttpResponse:
    """Two records of the random sample, without a word of what the engine made of them."""
    run = run_visible_to(request.user, run_id)
    shown = actions.open_pair(by=request.user, run=run, key=key, blind=True)
    form = kept_form(request, JudgeForm, kind="engine.judge.blind", subject_id=uuid.UUID(key))
    if request.method == "POST" and form.is_valid():
        judging.judge(by=request.user, pair=shown.pair, blind=True, **form.cleaned_data)
        sent(request, form)
        messages.success(request, _("Your judgement is kept. The next run goes by it."))
        following = queries.blind_of(request.user, run).following
        if following is None:
            return redirect("engine_links", run_id=run.pk)
        return redirect("engine_blind", run_id=run.pk, key=following)
    context = {"run": run, "form": form, "shown": shown, "blind": queries.blind_of(request.user, run)}
    return render(request, "insight/pair/blind.html", context)


@gate(May.JUDGE)
def engine_pair(request: Request, run_id: uuid.UUID, key: str) -> HttpResponse:
    run = run_visible_to(request.user, run_id)
    shown = actions.open_pair(by=request.user, run=run, key=key)
    judgement = standing(request.user, [key]).get(key)
    form = kept_form(
        request,
        JudgeForm,
        kind="engine.judge",
        subject_id=uuid.UUID(key),
        initial={"word": judgement.judgement if judgement else ""},
        changed_by=f"{judgement.by}, {time(judgement.at)}" if judgement else "",
    )
    if request.method == "POST" and form.is_valid():
        judging.judge(by=request.user, pair=shown.pair, **form.cleaned_data)
        sent(request, form)
        return _on_to_the_next(request, run, key)
    context = {"run": run, "form": form, "standing": judgement, **_of(request, shown, key)}
    return render(request, "insight/pair/pair.html", context)


@gate(May.SEE_LIST)
@require_safe
def engine_judgements(request: Request) -> HttpResponse:
    page = Paginator(standing_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_judge": request.user.may(May.JUDGE)}
    return render(request, "insight/pair/judgements.html", context)


@gate(May.JUDGE)
def engine_take_back(request: Request, judgement_id: uuid.UUID) -> HttpResponse:
    judgement = judgement_visible_to(request.user, judgement_id)
    form = kept_form(request, TakeBackForm, kind="engine.take_back", subject_id=judgement_id)
    if request.method == "POST" and form.is_valid():
        try:
            judging.take_back(by=request.user, judgement_id=judgement_id, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            sent(request, form)
            messages.success(request, _("Taken back. What was said before it counts again."))
            return redirect("engine_judgements")
    return render(request, "insight/pair/take_back.html", {"judgement": judgement, "form": form})


def _on_to_the_next(request: Request, run: Any, key: str) -> HttpResponse:
    following = queries.next_to_judge(request.user, run, after=key)
    messages.success(request, _("Your judgement is kept. The next run goes by it."))
    if following is None:
        return redirect("engine_pairs", run_id=run.pk)
    return redirect("engine_pair", run_id=run.pk, key=following)


def _of(request: Request, shown: queries.Shown, key: str) -> dict[str, Any]:
    history = list(judgements_visible_to(request.user).filter(pair=key)[:_PER_PAGE])
    return {"shown": shown, "history": history, "picture": as_picture(shown.weights)}
