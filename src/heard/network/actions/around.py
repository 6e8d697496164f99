"""Every write about places, groups and the ties to them. Each leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db import transaction

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import May, refuse
from heard.network.actions.people import add_person
from heard.network.models import Group, Person, Place, Tie
from heard.network.queries import (
    group_visible_to,
    person_visible_to,
    place_visible_to,
    tie_visible_to,
    ties_of_group,
    ties_of_place,
)
from heard.network.rules import kept_postcode, why_not_note_tie, why_not_write_place
from heard.network.search_index import renew_keys_of_group, renew_keys_of_place

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
    refuse(why_not_note_tie(how_known=how_known, kind=kind, since=since, until=until))
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
def note_tie_to(
    *,
    by: User,
    person_id: uuid.UUID,
    end: str,
    end_id: uuid.UUID | None,
    new_name: str = "",
    new_kind: str = "",
    **tie: Any,
) -> Tie:
    """Notes a tie to a person, place or group (`end`) by its key, or without one to what is added by this name: a place
    or group of this kind, or an adult."""
    to: Any
    if end_id is not None:
        look: dict[str, Any] = {
            "person": person_visible_to,
            "place": place_visible_to,
            "group": group_visible_to,
        }
        to = look[end](by, end_id)
    elif end == "person":
        given, _space, family = new_name.strip().rpartition(" ")
        to = add_person(by=by, given_name=given, family_name=family, kind="adult", why="Is around a child")
    elif end == "place":
        to = add_place(by=by, name=new_name, kind=new_kind)
    else:
        to = add_group(by=by, name=new_name, kind=new_kind)
    return note_tie(by=by, person_id=person_id, **{f"to_{end}": to}, **tie)


@transaction.atomic
def open_tie(*, by: User, tie_id: int) -> Tie:
    """The tie with both its ends, for showing, with a 'view' row for each person at an end; or `Hidden`."""
    tie = tie_visible_to(by, tie_id)
    people = {person.pk for person in (tie.person, tie.to_person) if person}
    record_looks(by=by, subject="tie", subject_id=tie.pk, person_ids=people)
    return tie


@transaction.atomic
def change_tie(
    *, by: User, tie_id: int, kind: str, how_known: str, since: date | None, until: date | None
) -> Tie:
    """Says what a tie is, how it is known and how long it lasted. One that has ended is kept, with its end."""
    tie = tie_visible_to(by, tie_id)
    refuse(why_not_note_tie(how_known=how_known, kind=kind, since=since, until=until))
    tie.kind, tie.how_known, tie.since, tie.until = kind.strip(), how_known.strip(), since, until
    tie.full_clean()
    tie.save()
    for end in filter(None, (tie.person, tie.to_person)):
        record_audit(by=by, verb="change", subject="tie", subject_id=tie.pk, person_id=end.pk)
    return tie


@transaction.atomic
def add_place(*, by: User, name: str, kind: str, postcode: str = "") -> Place:
    refuse(why_not_write_place(may_see_child=by.may(May.SEE_CHILD), name=name, kind=kind))
    place = Place.objects.create(name=name.strip(), kind=kind.strip(), postcode=kept_postcode(postcode))
    renew_keys_of_place(place)
    record_audit(by=by, verb="add", subject="place", subject_id=place.pk)
    return place


@transaction.atomic
def change_place(*, by: User, place_id: uuid.UUID, name: str, kind: str, postcode: str) -> Place:
    place = place_visible_to(by, place_id)
    refuse(why_not_write_place(may_see_child=True, name=name, kind=kind))
    place.name, place.kind, place.postcode = name.strip(), kind.strip(), kept_postcode(postcode)
    place.full_clean()
    place.save()
    renew_keys_of_place(place)
    record_audit(by=by, verb="change", subject="place", subject_id=place.pk)
    return place


@transaction.atomic
def add_group(*, by: User, name: str, kind: str) -> Group:
    refuse(why_not_write_place(may_see_child=by.may(May.SEE_CHILD), name=name, kind=kind))
    group = Group.objects.create(name=name.strip(), kind=kind.strip())
    renew_keys_of_group(group)
    record_audit(by=by, verb="add", subject="group", subject_id=group.pk)
    return group


@transaction.atomic
def change_group(*, by: User, group_id: uuid.UUID, name: str, kind: str) -> Group:
    group = group_visible_to(by, group_id)
    refuse(why_not_write_place(may_see_child=True, name=name, kind=kind))
    group.name, group.kind = name.strip(), kind.strip()
    group.full_clean()
    group.save()
    renew_keys_of_group(group)
    record_audit(by=by, verb="change", subject="group", subject_id=group.pk)
    return group
