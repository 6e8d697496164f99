"""Every write about places and groups. Each leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import May, refuse
from heard.network.models import Group, Place
from heard.network.queries import Strand, web
from heard.network.rules import NodeKind, kept_postcode, micro_degrees, why_not_locate, why_not_write_place
from heard.network.search_index import renew_keys_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from heard.agencies.models import User
    from heard.network.queries import Web

_PAGE = 25  # ties of a place, group or handle on one page


@transaction.atomic
def open_node(
    *, by: User, kind: str, node_id: uuid.UUID, page: int = 1, on: date | None = None
) -> tuple[Any, Page[Strand], Web]:
    """A place, group, handle or person and a page of its ties, for showing, with the door through which they were read; each person shown
    gets a 'view' row. Or `Hidden`.

    `on`: as it was known at the end of that day.
    """
    this = web(by).node(kind, node_id)
    door = web(by, on)
    shown: Any = Paginator(door.ties_at(node_id), _PAGE).get_page(page)
    shown.object_list = door.read_from(node_id, list(shown.object_list))
    people = {strand.end_id for strand in shown if strand.end == NodeKind.PERSON}
    if kind == NodeKind.PERSON:
        people.add(node_id)
    record_looks(by=by, subject=kind, subject_id=node_id, person_ids=people, detail={"shown": "ties"})
    return this, shown, door


@transaction.atomic
def look_by_day(*, by: User, kind: str, node_id: uuid.UUID, people: Collection[uuid.UUID]) -> None:
    """Somebody reads what became known of a place or group day by day; each of the `people` whom it names gets a 'view' row. Or `Hidden`."""
    web(by).node(kind, node_id)
    record_looks(by=by, subject=kind, subject_id=node_id, person_ids=people, detail={"shown": "by day"})


@transaction.atomic
def add_place(*, by: User, name: str, kind: str, postcode: str = "", is_home: bool = False) -> Place:
    refuse(why_not_write_place(may_see_child=by.may(May.SEE_CHILD), name=name, kind=kind))
    place = Place.objects.create(
        name=name.strip(), kind=kind.strip(), postcode=kept_postcode(postcode), is_home=is_home
    )
    renew_keys_of(place)
    record_audit(by=by, verb="add", subject="place", subject_id=place.pk)
    return place


@transaction.atomic
def change_place(
    *, by: User, place_id: uuid.UUID, name: str, kind: str, postcode: str, is_home: bool = False
) -> Place:
    """Of a home nobody keeps where somebody said that it is."""
    place = _held(by, place_id)
    refuse(why_not_write_place(may_see_child=True, name=name, kind=kind))
    place.name, place.kind, place.postcode = name.strip(), kind.strip(), kept_postcode(postcode)
    place.is_home = is_home
    if web(by).homes([place]):
        place.put_nowhere()
    _save(by, "place", place)
    return place


@transaction.atomic
def locate_place(*, by: User, place_id: uuid.UUID, lat: str, lon: str, how: str) -> Place:
    """Somebody says where a place is. `lat`, `lon`: degrees as they are typed (WGS 84); `how`: how they know."""
    place = _held(by, place_id)
    refuse(why_not_locate(is_home=bool(web(by).homes([place])), lat=lat, lon=lon, how=how))
    place.lat, place.lon, place.located_how = micro_degrees(lat), micro_degrees(lon), how.strip()
    place.located_by, place.located_at = by, timezone.now()
    _save(by, "place", place)
    return place


@transaction.atomic
def unlocate_place(*, by: User, place_id: uuid.UUID) -> Place:
    """What somebody said of where it is counts no longer; where its postcode is known, that says it again."""
    place = _held(by, place_id)
    place.put_nowhere()
    _save(by, "place", place)
    return place


def _held(by: User, place_id: uuid.UUID) -> Place:
    """As it stands now, until this is written: the whole row is. Or `Hidden`."""
    web(by).node(NodeKind.PLACE, place_id)
    return Place.objects.select_for_update().get(pk=place_id)


@transaction.atomic
def add_group(*, by: User, name: str, kind: str) -> Group:
    """Those of the writer's agency see it from then on, whoever is in it."""
    refuse(why_not_write_place(may_see_child=by.may(May.SEE_CHILD), name=name, kind=kind))
    agency = by.team.agency if by.team else None
    group = Group.objects.create(name=name.strip(), kind=kind.strip(), agency=agency)
    renew_keys_of(group)
    record_audit(by=by, verb="add", subject="group", subject_id=group.pk)
    return group


@transaction.atomic
def change_group(*, by: User, group_id: uuid.UUID, name: str, kind: str) -> Group:
    group: Group = web(by).node(NodeKind.GROUP, group_id)
    refuse(why_not_write_place(may_see_child=True, name=name, kind=kind))
    group.name, group.kind = name.strip(), kind.strip()
    _save(by, "group", group)
    return group


def _save(by: User, what: str, thing: Place | Group) -> None:
    thing.full_clean()
    thing.save()
    renew_keys_of(thing)
    record_audit(by=by, verb="change", subject=what, subject_id=thing.pk)
