"""The page on which somebody says what the columns of a table mean that no mapping explains."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sent
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May, Refused
from heard.engine.tables import NotDone
from heard.govuk.forms import Form
from heard.insight.describe import actions, queries, rules
from heard.insight.describe.forms import AnswerForm, DescribeForm, proposed, suggested
from heard.insight.run.actions import NotRight, answer_run, describe_file
from heard.insight.run.queries import asked_of


@gate(May.RUN_ENGINE)
@require_http_methods(["GET", "HEAD", "POST"])
def engine_describe(request: Request, run_id: uuid.UUID) -> HttpResponse:
    """The first file of a run that nobody explained, with its rows as they would be read by what was chosen so far; after them what the run asks of
    its sources as a whole."""
    run = queries.run_that_asks(request.user, run_id)
    if not run.undescribed:
        return _ask(request, run)
    file = run.undescribed[0]
    what = request.POST.get("what", "")
    context: dict[str, Any] = {"run": run, "file": rules.name_of(file), "left": len(run.undescribed) - 1}
    context["senders"] = queries.senders_of(request.user, run, file)
    context["values"] = queries.sees_values(request.user, run)
    if request.method == "POST" and request.POST.get("file") not in (None, context["file"]):
        return redirect("engine_describe", run_id=run.pk)  # of a file that is explained meanwhile
    if what == rules.LEAVE:
        describe_file(by=request.user, run_id=run.pk, file=file, leave_out=True)
        _forget_typed(request, run_id, file)
        messages.success(request, _("Left out. The run says so."))
        return _go_on(run_id, request)
    sent_words = {name: str(value) for name, value in request.POST.items()}
    said = rules.said(sent_words) if request.method == "POST" else None
    try:
        look = actions.look_at_rows(by=request.user, run=run, file=file, said=said)
    except NotDone as problem:
        return render(request, "insight/describe/cannot.html", context | {"problem": str(problem)})
    kind = rules.kind_of(file, [column["column"] for column in look.columns])
    form = kept_form(
        request,
        DescribeForm,
        kind=kind,
        subject_id=run.pk,
        look=look,
        suggested=suggested(look),
    )
    if what == rules.SAVE and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("name", "agency", "files")}
        try:
            actions.save_description(by=request.user, run_id=run_id, file=file, look=look, **answers)
        except NotRight as refusal:
            form.add_error(refusal.answer, str(refusal))
        except (Refused, ValidationError) as refusal:
            form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            sent(request, form)
            messages.success(request, _("Kept for later files too."))
            return _go_on(run_id, request)
    elif what == rules.SEE and look.told["why_not"]:
        form.add_error(None, _(look.told["why_not"]))
    context |= {"form": form, "look": look, "kind": kind, "seen_again": what == rules.SEE}
    return render(request, "insight/describe/describe.html", context)


def _ask(request: Request, run: Any) -> HttpResponse:
    """Up to which day it counts, and whose its returns are: what is proposed is there already."""
    asks = asked_of(request.user, run)
    if asks is None:
        raise Hidden
    form = kept_form(
        request, AnswerForm, kind="engine.answer", subject_id=run.pk, asks=asks, suggested=proposed(asks)
    )
    if request.method == "POST" and form.is_valid():
        try:
            answer_run(by=request.user, run_id=run.pk, **form.answers())
        except NotRight as refusal:
            form.add_error(refusal.answer, str(refusal))
        else:
            sent(request, form)
            return redirect("engine_run", run_id=run.pk)
    ends = [(source, last and date.fromisoformat(last)) for source, last in asks["ends"].items()]
    return render(
        request, "insight/describe/ask.html", {"run": run, "form": form, "asks": asks, "ends": ends}
    )


def _forget_typed(request: Request, run_id: uuid.UUID, file: str) -> None:
    """What was typed about a file that is left out is for nothing."""
    kind = request.POST.get("kind", "")
    if rules.is_kind_of(kind, file):
        sent(request, kept_form(request, Form, kind=kind, subject_id=run_id))


def _go_on(run_id: uuid.UUID, request: Request) -> HttpResponse:
    more = queries.is_asking(request.user, run_id)
    return redirect("engine_describe" if more else "engine_run", run_id=run_id)
