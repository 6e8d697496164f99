"""Every write about places, groups and the ties to them. Each leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db import transaction

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import May, Refused
from heard.network.models import Group, Person, Place, Tie
from heard.network.queries import (
    group_visible_to,
    person_visible_to,
    place_visible_to,
    ties_of_group,
    ties_of_place,
)
from heard.network.rules import kept_postcode

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User

_PAGE = 25  # people of a place or group on one page


@transaction.atomic
def open_place(*, by: User, place_id: uuid.UUID, page: int = 1) -> tuple[Place, Page[Tie]]:
    """The place and a page of the ties to it, for showing; each person shown gets a 'view' row. Or `Hidden`."""
    place = place_visible_to(by, place_id)
    return place, _open_ties(by, "place", place.pk, ties_of_place(by, place_id), page)


@transaction.atomic
def open_group(*, by: User, group_id: uuid.UUID, page: int = 1) -> tuple[Group, Page[Tie]]:
    """The group and a page of the ties to it, as for a place."""
    group = group_visible_to(by, group_id)
    return group, _open_ties(by, "group", group.pk, ties_of_group(by, group_id), page)


def _open_ties(by: User, subject: str, key: uuid.UUID, ties: QuerySet[Tie], page: int) -> Page[Tie]:
    shown = Paginator(ties, _PAGE).get_page(page)
    people = {tie.person_id for tie in shown}
    record_looks(by=by, subject=subject, subject_id=key, person_ids=people)
    return shown


@transaction.atomic
def note_tie(
    *,
    by: User,
    person_id: uuid.UUID,
    kind: str,
    how_known: str,
    to_person: Person | None = None,
    to_place: Place | None = None,
    to_group: Group | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Tie:
    """Notes a tie to one person, one place or one group, and how it is known. `ValidationError` for any other ends."""
    person = person_visible_to(by, person_id)
    if to_person is not None:
        person_visible_to(by, to_person.pk)
    tie = Tie(
        person=person,
        to_person=to_person,
        to_place=to_place,
        to_group=to_group,
        kind=kind,
        how_known=how_known,
        since=since,
        until=until,
        noted_by=by,
    )
    tie.full_clean()
    tie.save()
    for end in filter(None, (person, to_person)):  # it stands on both their pages
        record_audit(by=by, verb="note", subject="tie", subject_id=tie.pk, person_id=end.pk)
    return tie


@transaction.atomic
def add_place(*, by: User, name: str, kind: str, postcode: str = "") -> Place:
    _refuse_who_sees_no_child(by)
    place = Place.objects.create(name=name, kind=kind, postcode=kept_postcode(postcode))
    record_audit(by=by, verb="add", subject="place", subject_id=place.pk)
    return place


@transaction.atomic
def add_group(*, by: User, name: str, kind: str) -> Group:
    _refuse_who_sees_no_child(by)
    group = Group.objects.create(name=name, kind=kind)
    record_audit(by=by, verb="add", subject="group", subject_id=group.pk)
    return group


def _refuse_who_sees_no_child(by: User) -> None:
    if not by.may(May.SEE_CHILD):
        raise Refused("Your role does not write about children and who is around them.")
