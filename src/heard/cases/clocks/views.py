"""Noting a moment that starts or meets a case's clocks, and correcting one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.clocks import actions, queries, rules
from heard.cases.clocks.forms import CorrectMomentForm, MomentForm

_FORM = ["GET", "HEAD", "POST"]


@gate(May.PLAN)
@require_http_methods(_FORM)
def note(request: Request, case_id: uuid.UUID) -> HttpResponse:
    case = actions.open_clocks(by=request.user, case_id=case_id)
    why_not = queries.why_not_begin_noting(request.user, case)
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("clocks", case_id=case_id)
    form = kept_form(request, MomentForm, kind="moment", subject_id=case_id)
    if form.is_valid():
        with sending(request, form):
            actions.note_moment(by=request.user, case_id=case_id, **form.cleaned_data)
            messages.success(request, _("Noted. The deadlines follow from it."))
            return redirect("clocks", case_id=case_id)
    return render(request, "cases/clocks/note.html", {"case": case, "form": form})


@gate(May.PLAN)
@require_http_methods(_FORM)
def correct(request: Request, moment_id: uuid.UUID) -> HttpResponse:
    moment = queries.moment_visible_to(request.user, moment_id)
    case = actions.open_clocks(by=request.user, case_id=moment.case_id)
    if queries.is_corrected(moment) or not moment.happened:
        messages.warning(request, _("This has been corrected already. Correct the newer one."))
        return redirect("clocks", case_id=case.pk)
    said = {"kind": moment.kind, "on": moment.on, "note": moment.note}
    form = kept_form(request, CorrectMomentForm, kind="moment.correct", subject_id=moment_id, initial=said)
    if form.is_valid():
        with sending(request, form):
            actions.correct_moment(by=request.user, moment_id=moment_id, **form.answered)
            messages.success(request, _("Corrected. What was noted first stays beside it."))
            return redirect("clocks", case_id=case.pk)
    context = {"case": case, "form": form, "label": rules.kinds()[moment.kind].label, "moment": moment}
    return render(request, "cases/clocks/correct.html", context)
