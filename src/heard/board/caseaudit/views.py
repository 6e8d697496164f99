"""Drawing cases for an audit, reading them blind, agreeing, and what was found."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import Hidden, May
from heard.board import queries as board
from heard.board.caseaudit import actions, queries, rules, words
from heard.board.caseaudit.forms import AgreeForm, DrawForm, FindingForm, ReadForm, SetAsideForm
from heard.network.actions import open_record

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.AUDIT)
@require_safe
def case_draws(request: Request, audit_id: uuid.UUID) -> HttpResponse:
    """Every draw of an audit, those set aside too."""
    audit = board.audit_of(request.user, audit_id)
    context = {
        "audit": audit,
        "draws": queries.draws_of(request.user, audit),
        "may_draw": request.user.may(May.HOLD_AUDIT) and audit.state == "open",
    }
    return render(request, "board/caseaudit/draws.html", context)


@gate(May.HOLD_AUDIT)
@_FORM
def case_draw_new(request: Request, audit_id: uuid.UUID) -> HttpResponse:
    audit = board.audit_of(request.user, audit_id)
    if audit.state != "open":
        raise Hidden
    suggested = {
        "since": audit.since,
        "until": audit.until,
        "size": "10",
        "questions": words.suggested_questions(),
    }
    form: Any = kept_form(
        request,
        DrawForm,
        kind="case.draw",
        subject_id=audit_id,
        suggested=suggested,
        people=queries.who_can_read(request.user, audit),
    )
    if form.is_valid():
        with sending(request, form):
            draw = actions.draw_cases(by=request.user, audit_id=audit_id, **form.answered)
            messages.success(request, _("Drawn. A co-ordinator gives the readers access."))
            return redirect("case_draw", draw_id=draw.pk)
    back = ("case_draws", {"audit_id": audit_id}, _("Case audits"))
    return _page(request, form, _("Draw cases"), _("Draw them"), back)


@gate(May.AUDIT)
@require_safe
def case_draw(request: Request, draw_id: uuid.UUID) -> HttpResponse:
    """How it was drawn, whether it gives the same again, how far its readers are, and what they agreed on. It shows no record."""
    user = request.user
    draw = queries.draw_of(user, draw_id)
    progress = queries.progress(user, draw)
    taken = rules.shares({name: len(tags) for name, tags in draw.drawn_from.items()}, draw.size)
    counted = [(question, progress.answers(number)) for number, question in enumerate(draw.questions)]
    context = {
        "draw": draw,
        "progress": progress,
        "again": queries.again(user, draw),
        "strata": words.strata(draw, taken),
        "apart_by": words.apart_by(draw),
        "rows": [
            (question, [found[answer] for answer, _label in words.AGREED]) for question, found in counted
        ],
        "answers": [label for _answer, label in words.AGREED],
        "may_hold": user.may(May.HOLD_AUDIT),
        "may_let_in": queries.may_let_in(user) and not draw.is_over,
        "is_reader": queries.reader_of(user, draw) is not None and not draw.is_over,
    }
    return render(request, "board/caseaudit/draw.html", context)


@gate(May.HOLD_AUDIT, fresh=True)
@require_POST
def case_let_in(request: Request, draw_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        given = actions.let_readers_in(by=request.user, draw_id=draw_id)
        text = _("The readers have access: %(given)s lines were added to the lists of who may see a record.")
        messages.success(request, text % {"given": given})
    return redirect("case_draw", draw_id=draw_id)


@gate(May.HOLD_AUDIT)
@_FORM
def case_set_aside(request: Request, draw_id: uuid.UUID) -> HttpResponse:
    draw = queries.draw_of(request.user, draw_id)
    if draw.set_aside_at:
        raise Hidden
    form: Any = kept_form(request, SetAsideForm, kind="case.set_aside", subject_id=draw_id)
    if form.is_valid():
        with sending(request, form):
            actions.set_draw_aside(by=request.user, draw_id=draw_id, **form.cleaned_data)
            messages.success(request, _("Set aside. It stays listed with the reason."))
            return redirect("case_draw", draw_id=draw_id)
    back = ("case_draw", {"draw_id": draw_id}, draw.title)
    return _page(request, form, _("Set this draw aside"), _("Set it aside"), back)


@gate(May.SEE_CHILD)
@require_safe
def case_read(request: Request, draw_id: uuid.UUID) -> HttpResponse:
    """The cases of a draw, for its readers: which wait for them, and how many cannot be read."""
    draw = queries.draw_read_by(request.user, draw_id)
    progress = queries.progress(request.user, draw)
    lines = [(sample, _state(request.user, sample, progress)) for sample in progress.to_read]
    context = {
        "draw": draw,
        "lines": lines,
        "progress": progress,
        "sees_audit": request.user.may(May.AUDIT),
        "today": localdate(),
    }
    return render(request, "board/caseaudit/read.html", context)


def _state(user: Any, one: Any, progress: Any) -> str:
    if progress.is_settled(one):
        return _("done")
    if progress.both(one):
        if one.proposed_by_id is None:
            return _("you differ: agree on an answer")
        return (
            _("the other reader confirms") if one.proposed_by_id == user.pk else _("confirm what is proposed")
        )
    if user.pk in progress.said.get(one.pk, {}):
        return _("waits for the other reader")
    return _("to read")


@gate(May.SEE_CHILD)
@_FORM
def case_sample(request: Request, sample_id: uuid.UUID) -> HttpResponse:
    """One case: the questions, until this reader has answered; then their answers, and the other's once both have."""
    user = request.user
    sample = queries.sample_read_by(user, sample_id)
    draw, (own, other) = sample.draw, queries.readings_for(user, sample)
    form: Any = None
    if own is None:
        questions = [(str(number), question) for number, question in enumerate(draw.questions)]
        form = kept_form(
            request,
            ReadForm,
            kind="case.read",
            subject_id=sample_id,
            questions=questions,
            choices=words.ANSWERS,
        )
        if form.is_valid():
            with sending(request, form):
                actions.read_case(by=user, sample_id=sample_id, said=form.said)
                messages.success(request, _("Saved. You see what the other reader says once both have read."))
                return redirect("case_sample", sample_id=sample_id)
    open_record(by=user, person_id=sample.case.person_id)
    return render(request, "board/caseaudit/sample.html", _shown(user, sample, own, other) | {"form": form})


def _shown(user: Any, sample: Any, own: Any, other: Any) -> dict[str, Any]:
    differ = rules.differing(own.said, other.said) if own and other else []
    return {
        "sample": sample,
        "draw": sample.draw,
        "own": own,
        "other": other,
        "differ": differ,
        "answer": words.answer,
        "may_propose": bool(differ) and sample.confirmed_at is None,
        "may_confirm": bool(sample.proposed_at)
        and sample.confirmed_at is None
        and sample.proposed_by_id != user.pk,
    }


@gate(May.SEE_CHILD)
@_FORM
def case_agree(request: Request, sample_id: uuid.UUID) -> HttpResponse:
    """Where two readers differ: what they agree on, as one of them puts it."""
    user = request.user
    sample = queries.sample_read_by(user, sample_id)
    own, other = queries.readings_for(user, sample)
    differ = rules.differing(own.said, other.said) if own and other else []
    if not differ or sample.confirmed_at:
        raise Hidden
    questions = [(number, sample.draw.questions[int(number)]) for number in differ]
    form: Any = kept_form(
        request, AgreeForm, kind="case.agree", subject_id=sample_id, questions=questions, choices=words.AGREED
    )
    if form.is_valid():
        with sending(request, form):
            actions.propose_answers(by=user, sample_id=sample_id, said=form.said)
            messages.success(request, _("Saved. The other reader confirms it."))
            return redirect("case_sample", sample_id=sample_id)
    back = ("case_sample", {"sample_id": sample_id}, _("Case %(number)s") % {"number": sample.number})
    return _page(request, form, _("What do you agree on?"), _("Save"), back)


@gate(May.SEE_CHILD)
@require_POST
def case_confirm(request: Request, sample_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        proposed_at = request.POST.get("proposed_at", "")
        actions.confirm_answers(by=request.user, sample_id=sample_id, proposed_at=proposed_at)
        messages.success(request, _("You have both agreed. That stays."))
    return redirect("case_sample", sample_id=sample_id)


@gate(May.SEE_CHILD)
@_FORM
def case_finding(request: Request, draw_id: uuid.UUID) -> HttpResponse:
    """What the readers found, without names, beside a requirement of the audit."""
    user = request.user
    draw = queries.draw_read_by(user, draw_id)
    if draw.audit.state != "open":
        raise Hidden
    form: Any = kept_form(
        request,
        FindingForm,
        kind="case.finding",
        subject_id=draw_id,
        requirements=queries.requirements_for(user, draw),
    )
    if form.is_valid():
        with sending(request, form, errors_on="text"):
            actions.write_finding(by=user, draw_id=draw_id, **form.answered)
            messages.success(request, _("Saved. It stands beside the requirement in the audit."))
            return redirect("case_read", draw_id=draw_id)
    back = ("case_read", {"draw_id": draw_id}, draw.title)
    return _page(request, form, _("What did you find?"), _("Save the finding"), back)


def _page(
    request: Request, form: Any, title: str, button: str, back: tuple[str, dict[str, Any], str]
) -> HttpResponse:
    context = {
        "form": form, "title": title, "button": button, "back": back, "this": None, "said": None, "shown": (),
    }  # fmt: skip
    return render(request, "board/form.html", context)
