"""Pages of annual reports while they are written: all of them, drafting one, one to read and write in. What was put up is read where it is
released."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import Hidden, May, Refused
from heard.board.annual import actions, queries, rules
from heard.board.annual.forms import DiscardForm, DraftForm, TextForm
from heard.insight.release.report import policies, policy_words, shown

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.HOLD_FIGURES)
@require_safe
def annual_reports(request: Request) -> HttpResponse:
    context = {
        "reports": [
            (report, queries.title_of(report)) for report in queries.reports_visible_to(request.user)
        ],
        "years": queries.years_to_draft(request.user),
    }
    return render(request, "board/annual/reports.html", context)


@gate(May.HOLD_FIGURES)
@_FORM
def annual_draft(request: Request) -> HttpResponse:
    user = request.user
    years = queries.years_to_draft(user)
    try:
        known = policies(user)
    except Refused as problem:
        context = {"form": None, "years": years, "why_not": str(problem)}
        return render(request, "board/annual/draft.html", context)
    form: Any = kept_form(request, DraftForm, kind="annual.draft", years=years, policies=known)
    if form.is_valid():
        with sending(request, form):
            report = actions.draft_report(by=user, **form.answered)
            messages.success(request, _("Drafted. Its figures stay as they are now."))
            return redirect("annual_report", annual_report_id=report.pk)
    return render(request, "board/annual/draft.html", {"form": form, "years": years, "why_not": None})


@gate(May.HOLD_FIGURES)
@require_safe
def annual_report(request: Request, annual_report_id: uuid.UUID) -> HttpResponse:
    """While it is written. Once it was put up: where it is read."""
    report = queries.report_of(request.user, annual_report_id)
    if report.put_up_as_id:
        return redirect("profile", profile_id=report.put_up_as_id)
    in_the_way = queries.is_in_the_way(request.user, report)
    context = {
        "report": report,
        "title": queries.title_of(report),
        "policy": policy_words(report.policy),
        "chapters": queries.chapters_of(report),
        "why_not": rules.why_not_put_up(is_put_up=False, is_in_the_way=in_the_way),
        "counted_on": queries.counted_on(report),
    }
    return render(request, "board/annual/report.html", context)


@gate(May.HOLD_FIGURES)
@_FORM
def annual_text(request: Request, annual_report_id: uuid.UUID, chapter: str) -> HttpResponse:
    report = queries.report_of(request.user, annual_report_id)
    names = dict(queries.PARTS)
    if chapter not in names:
        raise Hidden
    stands = queries.texts_of(report).get(chapter)
    form: Any = kept_form(
        request, TextForm, kind=f"annual.text.{chapter}", subject_id=annual_report_id, initial={"text": stands.text if stands else ""},
        changed_by=str(stands.written_by) if stands else "",
    )  # fmt: skip
    if form.is_valid():
        with sending(request, form):
            actions.write_text(
                by=request.user, annual_report_id=annual_report_id, part=chapter, **form.cleaned_data
            )
            messages.success(request, _("Saved. It stands in the report with your name."))
            return redirect("annual_report", annual_report_id=annual_report_id)
    why_not = rules.why_not_write(
        may_hold=True, is_put_up=report.put_up_as_id is not None, part=chapter, text="given later"
    )
    context = {
        "form": form,
        "report": report,
        "chapter": chapter,
        "title": names[chapter],
        "why_not": why_not,
        "texts": [text for text in report.texts.all() if text.part == chapter],
        "chapters": queries.PARTS,
        "sections": shown(request.user, queries.figures_of(report, chapter), report.policy),
        "policy": policy_words(report.policy),
    }
    return render(request, "board/annual/text.html", context)


@gate(May.HOLD_FIGURES)
@require_POST
def annual_take_out(request: Request, annual_report_id: uuid.UUID, chapter: str) -> HttpResponse:
    if chapter not in dict(queries.PARTS):
        raise Hidden
    with saying_why_not(request):
        actions.take_out_text(by=request.user, annual_report_id=annual_report_id, part=chapter)
        messages.success(request, _("Taken out. Its words are erased."))
    return redirect("annual_report", annual_report_id=annual_report_id)


@gate(May.HOLD_FIGURES)
@_FORM
def annual_discard(request: Request, annual_report_id: uuid.UUID) -> HttpResponse:
    report = queries.report_of(request.user, annual_report_id)
    form: Any = kept_form(request, DiscardForm, kind="annual.discard", subject_id=annual_report_id)
    if form.is_valid():
        with sending(request, form):
            actions.discard_report(by=request.user, annual_report_id=annual_report_id, **form.cleaned_data)
            messages.success(request, _("Discarded. Another can be drafted."))
            return redirect("annual_reports")
    why_not = rules.why_not_discard(is_put_up=report.put_up_as_id is not None, reason="given later")
    context = {"form": form, "report": report, "title": queries.title_of(report), "why_not": why_not}
    return render(request, "board/annual/discard.html", context)


@gate(May.HOLD_FIGURES)
@require_POST
def annual_put_up(request: Request, annual_report_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.put_up_report(by=request.user, annual_report_id=annual_report_id)
        messages.success(request, _("Put up. Two others find it on My work, read it and release it."))
    return redirect("annual_report", annual_report_id=annual_report_id)
