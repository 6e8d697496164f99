"""Noting and changing ties, places and groups."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Request, gate
from heard.agencies.kept import kept_form, sending
from heard.agencies.rules import Hidden, May
from heard.network import actions, queries
from heard.network.forms.around import NEW, ChangeTieForm, GroupForm, PlaceForm, TieForm
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])
ENDS: Final = ("person", "place", "group")


@gate(May.SEE_CHILD)
@_FORM
def add(request: Request, person_id: uuid.UUID, end: str) -> HttpResponse:
    """First who or what it is, which is looked for before anything is made; then the tie."""
    if end not in ENDS:
        raise Hidden
    person = actions.open_record(by=request.user, person_id=person_id)

    def find(text: str) -> list[tuple[str, str, str]]:
        return queries.who_or_what(request.user, end, text, not_this=person_id)

    form: Any = kept_form(request, TieForm, kind=f"tie.{end}", subject_id=person_id, end=end, find=find)
    looking = request.method == "POST" and ("look" in request.POST or "choice" not in request.POST)
    if looking and form.looked:
        kept, form = form.kept, TieForm(initial=form.answers(), end=end, find=find)
        form.kept = kept
    elif form.is_valid():
        with sending(request, form):
            _note(request, form, person_id, end)
            return redirect(_around(person))
    context = {"form": form, "person": person, "end": end, "back": (_record(person), _("Back to the record"))}
    return render(request, "network/tie_add.html", context)


def _note(request: Request, form: TieForm, person_id: uuid.UUID, end: str) -> None:
    typed = form.cleaned_data
    actions.note_tie_to(
        by=request.user,
        person_id=person_id,
        end=end,
        end_id=None if typed["choice"] == NEW else uuid.UUID(typed["choice"]),
        new_name=typed["text"],
        new_kind=typed.get("new_kind") or "",
        kind=typed["kind"],
        how_known=typed["how_known"],
        since=typed["since"],
        until=typed["until"],
    )


@gate(May.SEE_CHILD)
@_FORM
def tie(request: Request, tie_id: int) -> HttpResponse:
    row = actions.open_tie(by=request.user, tie_id=tie_id)
    fields = ("kind", "how_known", "since", "until")
    other = row.to_person or row.to_place or row.to_group
    return edit(
        request,
        ChangeTieForm,
        kind=f"tie.change-{row.pk}",
        subject_id=row.person_id,
        title=_("Change the tie to %(name)s") % {"name": other},
        what_for=_(
            "A tie that has ended is kept: who was around the child, and when, is part of what is known."
        ),
        initial={name: getattr(row, name) for name in fields},
        save=lambda typed: actions.change_tie(by=request.user, tie_id=row.pk, **typed),
        done=_around(row.person),
        back=(_record(row.person), _("Back to the record")),
        shown={"person": row.person},
    )


@gate(May.SEE_CHILD)
@_FORM
def place_add(request: Request) -> HttpResponse:
    return _write(
        request, PlaceForm, "place", None, lambda typed: actions.add_place(by=request.user, **typed)
    )


@gate(May.SEE_CHILD)
@_FORM
def place_change(request: Request, place_id: uuid.UUID) -> HttpResponse:
    place = queries.place_visible_to(request.user, place_id)
    return _write(
        request,
        PlaceForm,
        "place",
        place,
        lambda typed: actions.change_place(by=request.user, place_id=place_id, **typed),
    )


@gate(May.SEE_CHILD)
@_FORM
def group_add(request: Request) -> HttpResponse:
    return _write(
        request, GroupForm, "group", None, lambda typed: actions.add_group(by=request.user, **typed)
    )


@gate(May.SEE_CHILD)
@_FORM
def group_change(request: Request, group_id: uuid.UUID) -> HttpResponse:
    group = queries.group_visible_to(request.user, group_id)
    return _write(
        request,
        GroupForm,
        "group",
        group,
        lambda typed: actions.change_group(by=request.user, group_id=group_id, **typed),
    )


def _write(
    request: Request, form_class: Any, what: str, row: Any, save: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """The page of a place or a group that is there (`row`) or is added."""
    lists = {"place": (reverse("places"), _("Places")), "group": (reverse("groups"), _("Groups"))}
    titles = {
        ("place", True): _("Change this place"),
        ("place", False): _("Add a place"),
        ("group", True): _("Change this group"),
        ("group", False): _("Add a group"),
    }
    there = (reverse(what, kwargs={f"{what}_id": row.pk}), str(row)) if row else lists[what]
    now = {name: getattr(row, name) for name in form_class.base_fields} if row else None
    return edit(
        request,
        form_class,
        kind=f"network.{what}",
        subject_id=row.pk if row else None,
        title=titles[what, row is not None],
        initial=now,
        save=save,
        done=there[0],
        back=there,
    )


def _record(person: Any) -> str:
    name = "child" if person.kind == "child" else "adult"
    return reverse(name, kwargs={"person_id": person.pk})


def _around(person: Any) -> str:
    """Where who and what is around somebody stands."""
    name = "child_people" if person.kind == "child" else "adult"
    return reverse(name, kwargs={"person_id": person.pk})
