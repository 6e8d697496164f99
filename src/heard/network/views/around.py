"""Adding and changing places and groups."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.network import actions, queries
from heard.network.forms.around import GroupForm, PlaceForm
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])


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
    if now and "is_home" in now:
        now["is_home"] = ["yes"] if now["is_home"] else []
    return edit(
        request,
        form_class,
        kind=f"network.{what}",
        subject_id=row.pk if row else None,
        title=titles[what, row is not None],
        said=_("Saved: the place.") if what == "place" else _("Saved: the group."),
        initial=now,
        save=save,
        done=there[0],
        back=there,
    )
