"""Reports of a suspected offence about one child. Where the duty to report does not hold, there is nothing to find here but what was recorded
while it did."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May
from heard.cases.missing.rules import how_long
from heard.cases.missing.words import in_words
from heard.cases.reporting import actions, queries, rules
from heard.cases.reporting.forms import ReportedForm, TakeBackForm, TriggerForm
from heard.govuk.forms import parts_of
from heard.knowledge import load
from heard.network.actions import open_record
from heard.network.queries import person_visible_to
from heard.services.law.queries import held_since, law
from heard.services.law.rules import Duty

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_ON_A_PAGE = 20


@gate(May.SEE_CHILD)
@require_safe
def reports(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    page = Paginator(queries.reports_of(request.user, person_id), _ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    begins = person.kind == "child" and queries.is_on(request.user)
    if not page.object_list and not begins:
        raise Hidden
    context = {
        "person": person,
        "page": page,
        "may_note": begins and request.user.may(May.PLAN),
        "law": law(request.user, "duty_to_report"),
    }
    return render(request, "cases/reporting/reports.html", context)


@gate(May.PLAN)
@_FORM
def note(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """`?of=kind:id` in the address: the worry, note or words that tell of it."""
    user: Any = request.user
    since, of = held_since(user, Duty.REPORT), _of(request)
    if since is None or person_visible_to(user, person_id).kind != "child":
        raise Hidden
    person = open_record(by=user, person_id=person_id)
    form: Any = kept_form(
        request,
        TriggerForm,
        kind=f"offence-report.{of}",
        subject_id=person_id,
        suggested={"who": str(user), "beside": of} | parts_of("known", timezone.now()),
        told_in=list(queries.may_tell_of_it(user, person_id, also=of)),
        since=since,
        days=load.current().clock(rules.CLOCK).amount,
    )
    if form.is_valid():
        with sending(request, form):
            one = actions.note_trigger(by=user, person_id=person_id, **form.noted)
            messages.success(request, _("Noted. Report it now, and record the report here."))
            return redirect("offence_report", report_id=one.pk)
    return render(
        request,
        "cases/reporting/note.html",
        {"person": person, "form": form, "law": law(request.user, "duty_to_report")},
    )


def _of(request: Request) -> str:
    kind, _sign, key = request.GET.get("of", "").partition(":")
    try:
        return f"{rules.Beside(kind)}:{uuid.UUID(key)}"
    except ValueError:
        return ""


@gate(May.SEE_CHILD)
@_FORM
def report(request: Request, report_id: uuid.UUID) -> HttpResponse:
    """What set the duty off and the report; as long as it waits, its clock and the form."""
    user: Any = request.user
    one = actions.open_report(by=user, report_id=report_id)
    waits = one.reported_at is None and one.taken_back_at is None
    form: Any = None
    if waits and user.may(May.PLAN):
        begin = parts_of("reported", timezone.now()) | {"delay": one.delay, "delay_why": one.delay_why}
        agencies = queries.agencies_to_report_to(user)
        form = kept_form(
            request,
            ReportedForm,
            kind="offence-report.made",
            subject_id=report_id,
            suggested=begin,
            agencies=agencies,
        )
        if form.is_valid():
            with sending(request, form):
                made = actions.record_report(by=user, report_id=report_id, **form.reported)
                said = _(
                    "Saved: the report. Heard told those who may open this record; it sent nothing to %(other)s."
                )
                messages.success(request, said % {"other": made.other_side})
                return redirect("offence_report", report_id=report_id)
    context = {
        "this": one,
        "person": one.person,
        "waits": waits,
        "form": form,
        "clock": load.release(one.release).clock(rules.CLOCK),
        "days_left": (one.due_on - timezone.localdate()).days,
        "may_put_right": user.may(May.PLAN)
        and one.taken_back_at is None
        and queries.may_put_right(user, one),
        "took": in_words(how_long(one.known_at, one.reported_at)) if one.reported_at else "",
        "law": law(request.user, "duty_to_report"),
    }
    return render(request, "cases/reporting/report.html", context)


@gate(May.PLAN)
@_FORM
def take_back(request: Request, report_id: uuid.UUID) -> HttpResponse:
    one = actions.open_report(by=request.user, report_id=report_id)
    form: Any = kept_form(request, TakeBackForm, kind="offence-report.back", subject_id=report_id)
    if form.is_valid():
        with sending(request, form):
            actions.take_back_report(by=request.user, report_id=report_id, **form.cleaned_data)
            messages.success(
                request, _("Put right. It waits no longer; a report that was made still counts.")
            )
            return redirect("offence_report", report_id=report_id)
    context = {
        "form": form,
        "title": _("Put right what was noted"),
        "about": _(
            "It set no duty to report off, or is recorded twice. It stays, marked as put right, and what was reported already still counts."
        ),
        "back": ("offence_report", {"report_id": one.pk}),
    }
    return render(request, "cases/form.html", context)
