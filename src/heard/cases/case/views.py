"""The pages on which a child gets an allocated and a trusted worker, with everybody who was that before; and of warnings."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, said_with_next
from heard.agencies.rules import Hidden, May
from heard.cases.case import actions, queries
from heard.cases.case.access.actions import lift_restriction
from heard.cases.case.forms import (
    AllocatedWorkerForm,
    LeadForm,
    LiftForm,
    RestrictForm,
    ReviewWarningForm,
    TrustedWorkerForm,
    WarningForm,
)
from heard.govuk.environment import day
from heard.network.actions import open_record
from heard.network.queries import agencies_as_a_whole
from heard.network.rules import Level

_WARNINGS = 25  # on one page


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def allocated_worker(request: Request, case_id: uuid.UUID) -> HttpResponse:
    """Whoever sees the child sees who was responsible and when; who decides allocates somebody."""
    user = request.user
    case = queries.case_visible_to(user, case_id)
    person = open_record(by=user, person_id=case.person_id)
    form = kept_form(
        request,
        AllocatedWorkerForm,
        kind="allocated-worker",
        subject_id=case_id,
        suggested={"since": timezone.localdate()},
        people=queries.who_can_be_allocated(user, case.person_id),
        is_change=case.allocated_worker_id is not None,
    )
    why_not = queries.why_not_begin_allocating(user, case)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.allocate_worker(by=user, case_id=case_id, **form.answered)
            said_with_next(
                request,
                _("Saved: the allocated worker. They have been told."),
                step=_("The child’s trusted worker"),
                href=reverse("trusted_worker", args=[case_id]),
            )
            return redirect("allocated_worker", case_id=case_id)
    context = {
        "case": case,
        "person": person,
        "form": form,
        "chain": list(queries.allocations_of(user, case_id)),
        "leads": queries.leads_called(user),
        "why_not": why_not,
    }
    return render(request, "cases/case/allocated_worker.html", context)


@gate(May.SEE_CHILD)
def lead_practitioner(request: Request, case_id: uuid.UUID, role: str) -> HttpResponse:
    """Who leads family help, or child protection; who decides names somebody, or says that nobody does any longer."""
    user, called = request.user, queries.leads_called(request.user)
    if role not in called:
        raise Hidden
    case = queries.case_visible_to(user, case_id)
    person = open_record(by=user, person_id=case.person_id)
    now = queries.responsible_now(user, case_id).get(role)
    form = kept_form(
        request,
        LeadForm,
        kind=f"lead-{role}",
        subject_id=case_id,
        suggested={"since": timezone.localdate()},
        people=queries.who_can_be_responsible(user, case, role),
        is_change=now is not None,
        may_end=now is not None,
    )
    why_not = queries.why_not_begin_allocating(user, case)
    if not why_not and form.is_valid():
        with sending(request, form):
            save: Any = actions.end_lead if form.ends else actions.allocate_worker
            save(by=user, case_id=case_id, role=role, **form.answered)
            messages.success(request, _("Saved: the lead practitioner. They have been told."))
            return redirect("allocated_worker", case_id=case_id)
    context = {"case": case, "person": person, "form": form, "now": now, "called": called[role]}
    return render(request, "cases/case/lead_practitioner.html", context | {"why_not": why_not})


@gate(May.SEE_CHILD)
def trusted_worker(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Whoever sees the child sees the chain; who decides names somebody."""
    user: Any = request.user
    case = queries.case_visible_to(user, case_id)
    person = open_record(by=user, person_id=case.person_id)
    form = kept_form(
        request,
        TrustedWorkerForm,
        kind="trusted-worker",
        subject_id=case_id,
        suggested={"since": timezone.localdate()},
        people=queries.who_can_be_trusted_worker(user, case.person_id),
        is_change=case.trusted_worker_id is not None,
    )
    why_not = queries.why_not_name(user, case)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.assign_trusted_worker(by=user, case_id=case_id, **form.answered)
            said_with_next(
                request,
                _("Saved: the trusted worker. Tell the child."),
                step=_("Write a note of telling the child"),
                href=reverse("note_write", args=[case.person_id]),
            )
            return redirect("trusted_worker", case_id=case_id)
    context = {
        "case": case,
        "person": person,
        "form": form,
        "chain": list(queries.chain_of(user, case_id)),
        "words": queries.words_of(user, case.person_id).first(),
        "why_not": why_not,
    }
    return render(request, "cases/case/trusted_worker.html", context)


@gate(May.SEE_CHILD)
@require_safe
def summary(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """For those who may not see the whole record."""
    person = open_record(by=request.user, person_id=person_id, level=Level.SUMMARY)
    case, warnings = queries.summary_of(request.user, person_id)
    context = {"person": person, "case": case, "warnings": warnings}
    return render(request, "cases/case/summary.html", context)


@gate(May.SEE_CHILD, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def restriction(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Closes the record to everybody but those on its list, with who of the others is told; or opens it again."""
    user = request.user
    person = open_record(by=user, person_id=person_id)
    lifting, why_not = person.restricted, queries.why_not_change_restriction(user, person)
    form: Any = _lift_form(request, person_id) if lifting else _restrict_form(request, person_id, why_not)
    if not why_not and form.is_valid():
        with sending(request, form):
            if lifting:
                lift_restriction(by=user, person_id=person_id, **form.cleaned_data)
                messages.success(request, _("The restriction is lifted."))
            else:
                actions.restrict_record(by=user, person_id=person_id, **form.answered)
                messages.success(request, _("The record is restricted."))
            return redirect("person_details", person_id=person_id)
    context = {
        "person": person,
        "form": form,
        "lifting": lifting,
        "why_not": why_not,
        "news": list(queries.restriction_news_of(user, person_id)),
    }
    return render(request, "cases/case/restriction.html", context)


def _lift_form(request: Request, person_id: uuid.UUID) -> Any:
    return kept_form(request, LiftForm, kind="person.lift", subject_id=person_id)


def _restrict_form(request: Request, person_id: uuid.UUID, why_not: str | None) -> Any:
    """Who loses sight is said to nobody who may not restrict."""
    user = request.user
    losing = {} if why_not else queries.who_loses_sight(user, person_id)
    keeping = {} if why_not else queries.who_keeps_sight(user, person_id)
    people: dict[str, Any] = {"losing": losing, "keeping": keeping}
    people["whole"] = (
        [] if why_not else [involvement.whom for involvement in agencies_as_a_whole(user, person_id)]
    )
    return kept_form(request, RestrictForm, kind="person.restrict", subject_id=person_id, **people)


@gate(May.SEE_CHILD)
@require_safe
def warnings(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Every warning about one person, those in force first."""
    person = open_record(by=request.user, person_id=person_id)
    rows = queries.warnings_ever_of(request.user, person_id)
    page = Paginator(rows, _WARNINGS).get_page(request.GET.get("page"))
    return render(request, "cases/case/warnings.html", {"person": person, "page": page})


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def warn(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    form = kept_form(request, WarningForm, kind="warning", subject_id=person_id)
    if form.is_valid():
        with sending(request, form):
            noted = actions.note_warning(by=request.user, person_id=person_id, **form.answered)
            said = _("Saved: the warning. It is looked at again by %(date)s.")
            messages.success(request, said % {"date": day(noted.review_on)})
            return redirect("warnings", person_id=person_id)
    return render(request, "cases/case/warn.html", {"person": person, "form": form})


def _what_of_it(looked: Any) -> str:
    if looked.review_on is None:
        return _("Saved: the warning has ended. What it said stays on this page.")
    return _("Saved: the warning goes on, and is looked at again by %(date)s.") % {
        "date": day(looked.review_on)
    }


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def warning(request: Request, warning_id: int) -> HttpResponse:
    """One warning with each time that it was looked at, and looking at it again."""
    note = queries.warning_visible_to(request.user, warning_id)
    person = open_record(by=request.user, person_id=note.person_id)
    form = kept_form(request, ReviewWarningForm, kind="warning.review", subject_id=uuid.UUID(int=note.pk))
    if form.is_valid():
        with sending(request, form):
            looked = actions.review_warning(by=request.user, warning_id=warning_id, **form.answered)
            messages.success(request, _what_of_it(looked))
            return redirect("warning", warning_id=warning_id)
    context = {
        "person": person,
        "warning": note,
        "form": form,
        "reviews": queries.reviews_of(request.user, warning_id),
        "days_left": (note.review_on - timezone.localdate()).days,
    }
    return render(request, "cases/case/warning.html", context)
