"""What is known of a person: names, birth, numbers, school, addresses, and whether the record is restricted."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.network import actions, queries
from heard.network.forms.details import AddressForm, DetailsForm, NamesForm, OtherNameForm
from heard.network.rules import doubt_of_nhs_number, doubt_of_upn, why_not_change_core
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PROPOSALS = 10  # the latest, on the page of details


@gate(May.SEE_CHILD)
@require_safe
def details(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = actions.open_record(by=request.user, person_id=person_id)
    context = {
        "person": person,
        "record": _page_of(person),
        "other_names": list(person.other_names.all()),
        "addresses": queries.addresses_of(request.user, person_id),
        "doubts": [doubt_of_nhs_number(person.nhs_number), doubt_of_upn(person.upn)],
        "may_merge": request.user.may(May.MERGE),
        "why_not_restrict": queries.why_not_change_restriction(request.user, person),
        "leads": queries.leads(request.user, person),
        "proposals": list(queries.proposals_visible_to(request.user).filter(person=person)[:_PROPOSALS]),
    }
    return render(request, "network/details.html", context)


@gate(May.SEE_CHILD)
@_FORM
def names(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = actions.open_record(by=request.user, person_id=person_id)
    return _edit(
        request,
        person,
        NamesForm,
        "names",
        title=_("Change the name"),
        said=_("Saved: the name. The one before is found too."),
        what_for=_("The name that is there now is kept as another name, so that they are found under both."),
        initial={
            "given_name": person.given_name,
            "family_name": person.family_name,
            "known_as": person.known_as,
            "known_as_said_by": person.known_as_said_by,
        },
        save=lambda typed: actions.rename_person(by=request.user, person_id=person_id, **typed),
        why_not=why_not_change_core(leads=queries.leads(request.user, person)),
    )


@gate(May.SEE_CHILD)
@_FORM
def other_name(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = actions.open_record(by=request.user, person_id=person_id)
    return _edit(
        request,
        person,
        OtherNameForm,
        "other-name",
        title=_("Add another name"),
        said=_("Saved: another name, which is found too."),
        what_for=_("A name that they also go by or once had. They are found under it."),
        save=lambda typed: actions.add_other_name(by=request.user, person_id=person_id, **typed),
    )


@gate(May.SEE_CHILD)
@_FORM
def facts(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = actions.open_record(by=request.user, person_id=person_id)
    fields = ("birth_date", "sex", "legal_status", "nhs_number", "upn")
    now = {name: getattr(person, name) for name in fields}
    return _edit(
        request,
        person,
        DetailsForm,
        "facts",
        title=_("Change the details"),
        said=_("Saved: the details."),
        what_for=_("A number that cannot be right is kept as it was given, and the page says so."),
        initial=now,
        save=lambda typed: actions.change_details(by=request.user, person_id=person_id, **(now | typed)),
        kind_of_person=person.kind,
        statuses=queries.legal_statuses(request.user),
        leads=queries.leads(request.user, person),
    )


@gate(May.SEE_CHILD)
@_FORM
def address(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = actions.open_record(by=request.user, person_id=person_id)
    return _edit(
        request,
        person,
        AddressForm,
        "address",
        title=_("Write down a new address"),
        said=_("Saved: the address. Earlier ones are kept."),
        what_for=_("Earlier addresses are kept with the day on which they ended."),
        save=lambda typed: actions.move_house(by=request.user, person_id=person_id, **typed),
    )


def _edit(
    request: Request,
    person: Any,
    form_class: Any,
    part: str,
    *,
    title: str,
    said: str,
    what_for: str,
    why_not: str | None = None,
    kind_of_person: str = "",
    **more: Any,
) -> HttpResponse:
    there = reverse("person_details", kwargs={"person_id": person.pk})
    if kind_of_person:
        more["kind_of_person"] = kind_of_person
    return edit(
        request,
        form_class,
        kind=f"person.{part}",
        subject_id=person.pk,
        title=title,
        said=said,
        done=there,
        back=(there, _("Details of %(name)s") % {"name": person}),
        what_for=what_for,
        shown={"person": person, "why_not": why_not},
        **more,
    )


def _page_of(person: Any) -> str:
    name = "child" if person.kind == "child" else "adult"
    return reverse(name, kwargs={"person_id": person.pk})
