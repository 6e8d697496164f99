"""Who may see a record and how far, and who may not: the list, and each change of it."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.queries import teams_visible_to
from heard.agencies.rules import May
from heard.cases.case.access import actions
from heard.cases.case.queries import teams_at_work
from heard.network import queries
from heard.network.actions import open_record
from heard.network.forms.access import DenyForm, GiveAccessForm, NarrowForm, WhyForm
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.SEE_CHILD)
@require_safe
def access(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    lines = list(queries.accesses_of(request.user, person_id))
    denials = list(queries.denials_of(request.user, person_id))
    context = {
        "person": person,
        "record": reverse("child" if person.kind == "child" else "adult", kwargs={"person_id": person.pk}),
        "running": [involvement for involvement in lines if involvement.is_running],
        "ended": [involvement for involvement in lines if not involvement.is_running],
        "denials": [denial for denial in denials if denial.lifted_at is None],
        "lifted": [denial for denial in denials if denial.lifted_at],
        "decides_there": queries.restricted_decided_by(request.user).filter(pk=person_id).exists(),
        "may_keep": request.user.may(May.KEEP),
        "why_not_let_in": queries.why_not_choose_whom(request.user, person),
        "why_not_end": queries.why_not_keep_out(request.user, person),
    }
    return render(request, "network/access.html", context)


@gate(May.SEE_CHILD, fresh=True)
@_FORM
def give(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    return edit(
        request,
        GiveAccessForm,
        kind="access.give",
        subject_id=person_id,
        title=_("Let somebody see this record"),
        said=_("Saved: who may see this record."),
        what_for=_("Let in those who work with the child, no further than their work needs."),
        done=_page(person_id),
        back=_back(person_id),
        save=lambda typed: actions.give_access(by=request.user, person_id=person_id, **typed),
        shown={"person": person, "why_not": queries.why_not_choose_whom(request.user, person)},
        whom=queries.whom_to_let_in(request.user),
    )


@gate(May.SEE_CHILD, fresh=True)
@_FORM
def end(request: Request, access_id: int) -> HttpResponse:
    line = queries.access_visible_to(request.user, access_id)
    person = open_record(by=request.user, person_id=line.person_id)
    return edit(
        request,
        WhyForm,
        kind="access.end",
        subject_id=uuid.UUID(int=line.pk),
        title=_("End this: %(whom)s") % {"whom": line.whom},
        said=_("Ended: this opens the record to them no longer."),
        what_for=_("From now on they no longer see the record by this. What they wrote stays."),
        done=_page(person.pk),
        back=_back(person.pk),
        save=lambda typed: actions.end_access(by=request.user, access_id=access_id, **typed),
        shown={"person": person, "why_not": queries.why_not_end(request.user, line)},
    )


@gate(May.SEE_CHILD, fresh=True)
@_FORM
def narrow(request: Request, access_id: int) -> HttpResponse:
    """Teams take the place of their agency as a whole: those that work with the child are chosen already."""
    line = queries.access_visible_to(request.user, access_id)
    person = open_record(by=request.user, person_id=line.person_id)
    teams = {str(team.pk): team for team in teams_visible_to(request.user).filter(agency=line.agency_id)}
    at_work = [str(team.pk) for team in teams_at_work(request.user, person.pk)]
    return edit(
        request,
        NarrowForm,
        kind="access.narrow",
        subject_id=uuid.UUID(int=line.pk),
        title=_("Narrow to a team: %(whom)s") % {"whom": line.whom},
        said=_("Saved: one team sees this record, and no longer the whole agency."),
        what_for=_("From now on only these teams see the record by this. What others wrote stays."),
        initial={"teams": [key for key in at_work if key in teams]},
        done=_page(person.pk),
        back=_back(person.pk),
        save=lambda typed: actions.narrow_access(by=request.user, access_id=access_id, **typed),
        shown={"person": person, "why_not": queries.why_not_exchange(request.user, line)},
        teams=teams,
    )


@gate(May.SEE_CHILD, fresh=True)
@_FORM
def deny(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    return edit(
        request,
        DenyForm,
        kind="access.deny",
        subject_id=person_id,
        title=_("Keep somebody out of this record"),
        said=_("Saved: they are kept out of this record."),
        what_for=_(
            "For example somebody whose family this is. Whatever else would let them in, they no longer find or open it."
        ),
        done=_page(person_id),
        back=_back(person_id),
        save=lambda typed: actions.deny_access(by=request.user, person_id=person_id, **typed),
        shown={"person": person, "why_not": queries.why_not_keep_out(request.user, person)},
        whom=queries.whom_to_keep_out(request.user),
    )


@gate(May.SEE_CHILD, fresh=True)
@_FORM
def lift(request: Request, denial_id: int) -> HttpResponse:
    row = queries.denial_visible_to(request.user, denial_id)
    person = open_record(by=request.user, person_id=row.person_id)
    return edit(
        request,
        WhyForm,
        kind="access.lift",
        subject_id=uuid.UUID(int=row.pk),
        title=_("No longer keep out: %(whom)s") % {"whom": row.whom},
        said=_("Saved: this keeps them out of the record no longer."),
        what_for=_("They see the record again as far as the list lets them."),
        done=_page(person.pk),
        back=_back(person.pk),
        save=lambda typed: actions.lift_denial(by=request.user, denial_id=denial_id, **typed),
        shown={"person": person, "why_not": queries.why_not_keep_out(request.user, person)},
    )


def _page(person_id: uuid.UUID) -> str:
    return reverse("access", kwargs={"person_id": person_id})


def _back(person_id: uuid.UUID) -> tuple[str, str]:
    return _page(person_id), _("Who may see this record")
