"""The page about a person, and one short form for each kind of what is known of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.network import actions, queries
from heard.network.forms.facts import EndForm, FactForm, IdentifierForm, ImportantPersonForm
from heard.network.queries import NUMBERS, PEOPLE
from heard.network.rules import ONE_AT_A_TIME, FactKind, doubt_of_nhs_number, doubt_of_upn, kinds_of
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PER_PAGE = 25


@gate(May.SEE_CHILD)
@require_safe
def about(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Everything that is so now, each with who said so and when."""
    person = actions.open_record(by=request.user, person_id=person_id)
    called = queries.called(request.user)
    context = {
        "person": person,
        "record": _record(person),
        "about": queries.about(request.user, person),
        "kinds": [
            (kind, called[kind], kind in ONE_AT_A_TIME) for kind in kinds_of(of_child=person.kind == "child")
        ],
        "numbers": queries.numbers_of(request.user, person),
        "earlier": queries.have_earlier(request.user, person),
        "addresses": [
            address for address in queries.addresses_of(request.user, person_id) if not address.until
        ],
        "doubts": [doubt_of_nhs_number(person.nhs_number), doubt_of_upn(person.upn)],
        "leads": queries.leads(request.user, person),
        "proposed": queries.proposals_by(request.user).filter(person=person).exists(),
    }
    return render(request, "network/about.html", context)


@gate(May.SEE_CHILD)
@require_safe
def history(request: Request, person_id: uuid.UUID, what: str) -> HttpResponse:
    """What is so now and what was before, of one kind, each with who said so and who wrote it down."""
    person = actions.open_record(by=request.user, person_id=person_id)
    rows = queries.history_of(request.user, person, what)
    context = {
        "person": person,
        "what": what,
        "title": _titles(request)[what],
        "page": Paginator(rows, _PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "network/about_history.html", context)


@gate(May.SEE_CHILD)
@_FORM
def add(request: Request, person_id: uuid.UUID, what: str) -> HttpResponse:
    person = actions.open_record(by=request.user, person_id=person_id)
    if what == PEOPLE:
        return _important_person(request, person, None)
    if what == NUMBERS:
        return _number(request, person)
    return _fact(request, person, queries.kind_or_hidden(request.user, person, what), None)


@gate(May.SEE_CHILD)
@_FORM
def change(request: Request, fact_id: int) -> HttpResponse:
    fact = queries.fact_visible_to(request.user, fact_id)
    person = actions.open_record(by=request.user, person_id=fact.person_id)
    return _fact(request, person, queries.kind_or_hidden(request.user, person, fact.kind), fact)


@gate(May.SEE_CHILD)
@_FORM
def change_person(request: Request, important_id: int) -> HttpResponse:
    row = queries.important_person_visible_to(request.user, important_id)
    return _important_person(request, actions.open_record(by=request.user, person_id=row.person_id), row)


@gate(May.SEE_CHILD)
@_FORM
def end(request: Request, fact_id: int) -> HttpResponse:
    row = queries.fact_visible_to(request.user, fact_id)
    return _end(
        request, row, row.kind, lambda typed: actions.end_fact(by=request.user, fact_id=fact_id, **typed)
    )


@gate(May.SEE_CHILD)
@_FORM
def end_person(request: Request, important_id: int) -> HttpResponse:
    row = queries.important_person_visible_to(request.user, important_id)
    return _end(
        request,
        row,
        PEOPLE,
        lambda typed: actions.end_important_person(by=request.user, important_id=important_id, **typed),
    )


@gate(May.SEE_CHILD)
@_FORM
def end_number(request: Request, identifier_id: int) -> HttpResponse:
    row = queries.identifier_visible_to(request.user, identifier_id)
    return _end(
        request,
        row,
        NUMBERS,
        lambda typed: actions.end_identifier(by=request.user, identifier_id=identifier_id, **typed),
    )


def _fact(request: Request, person: Any, kind: FactKind, fact: Any) -> HttpResponse:
    by = request.user
    names = ("value", "code", "contact", "since")
    now = {name: getattr(fact, name) for name in names} if fact else None

    def save(typed: dict[str, Any]) -> object:
        if fact:
            return actions.change_fact(by=by, fact_id=fact.pk, **typed)
        return actions.record_fact(by=by, person_id=person.pk, kind=kind, **typed)

    return _write(
        request, person, FactForm, f"fact.{kind}", _titles(request)[kind], save,
        row=fact, initial=now, kind_of_fact=kind, of_child=person.kind == "child",
    )  # fmt: skip


def _important_person(request: Request, person: Any, row: Any) -> HttpResponse:
    by = request.user
    if person.kind != "child":
        queries.kind_or_hidden(by, person, PEOPLE)  # of an adult, nobody is asked: the page is not there
    now = None
    if row:
        now = {name: getattr(row, name) for name in ("name", "relation", "contact", "since")}
        now |= {"cares": ["yes"] if row.cares else [], "responsibility": row.responsibility or "not_known"}

    def save(typed: dict[str, Any]) -> object:
        if row:
            return actions.change_important_person(by=by, important_id=row.pk, **typed)
        return actions.note_important_person(by=by, person_id=person.pk, **typed)

    title = _("Somebody who looks after the child or is important to them")
    return _write(request, person, ImportantPersonForm, "fact.people", title, save, row=row, initial=now)


def _number(request: Request, person: Any) -> HttpResponse:
    def save(typed: dict[str, Any]) -> object:
        return actions.add_identifier(by=request.user, person_id=person.pk, **typed)

    return _write(
        request, person, IdentifierForm, "fact.numbers", _("A number by which others know them"), save
    )


def _write(
    request: Request,
    person: Any,
    form_class: Any,
    kept: str,
    title: str,
    save: Any,
    *,
    row: Any = None,
    initial: Any = None,
    kind_of_fact: FactKind | None = None,
    **more: Any,
) -> HttpResponse:
    there = reverse("person_about", kwargs={"person_id": person.pk})
    if kind_of_fact:
        more["kind_of_fact"] = kind_of_fact
    what_for = (
        _("What stands here now is kept among what was known before.")
        if row
        else _("Who said so stands beside it, so that nobody has to guess how it is known.")
    )
    return edit(
        request,
        form_class,
        kind=f"{kept}-{row.pk}" if row else kept,
        subject_id=person.pk,
        title=title,
        said=_("Saved, with who said so."),
        initial=initial,
        suggested={"said_on": timezone.localdate()},
        done=there,
        back=(there, _("About %(name)s") % {"name": person}),
        what_for=what_for,
        save=save,
        shown={"person": person},
        **more,
    )


def _end(request: Request, row: Any, what: str, save: Any) -> HttpResponse:
    person = actions.open_record(by=request.user, person_id=row.person_id)
    there = reverse("person_about", kwargs={"person_id": person.pk})
    return edit(
        request,
        EndForm,
        kind=f"fact.end-{what}-{row.pk}",
        subject_id=person.pk,
        title=_("No longer current: %(what)s") % {"what": row},
        said=_("Saved: it is no longer current. It stays among what was known before."),
        suggested={"until": timezone.localdate()},
        done=there,
        back=(there, _("About %(name)s") % {"name": person}),
        save=save,
        shown={"person": person},
    )


def _titles(request: Request) -> dict[str, str]:
    more = {PEOPLE: _("Carers and important people"), NUMBERS: _("Numbers")}
    return queries.called(request.user) | more


def _record(person: Any) -> str:
    name = "child" if person.kind == "child" else "adult"
    return reverse(name, kwargs={"person_id": person.pk})
