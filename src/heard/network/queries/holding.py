"""What a worry, which a user may not read, names and a restricted record holds that they decide about. `user` is always the first
argument.

It is the one exception to what `web` promises: whoever decides on a restricted record learns of an identifier in a record that they do
not see. See docs/adr/0013.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from heard.agencies.rules import Hidden, May
from heard.network.models import Handle, Involvement, Mention, Person
from heard.network.queries.people import meant_for, people_visible_to
from heard.network.queries.web import web
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User


def restricted_decided_by(user: User) -> QuerySet[Person]:
    """Restricted records that this user opens and decides about, by a line of their lists."""
    rows = people_visible_to(user).filter(_decided_by(user))
    return rows if user.may(May.DECIDE) else rows.none()


def restricted_near(user: User) -> QuerySet[Person]:
    """Records without which there is none of them. Whether the user may open one is asked beside."""
    return Person.objects.order_by().filter(_decided_by(user))


def _decided_by(user: User) -> Q:
    return Q(Exists(_lines(user).filter(person=OuterRef("pk"))), restricted=True)


def agency_that_decides(user: User, person_id: uuid.UUID) -> Agency:
    """Of such a record: the agency in which the user decides about it, by the line that is oldest; or `Hidden`."""
    if not restricted_decided_by(user).filter(pk=person_id).exists():
        raise Hidden
    line = _lines(user).filter(person=person_id).select_related("agency").order_by("since", "pk").first()
    if line is None:
        raise Hidden
    return line.agency


def _lines(user: User) -> QuerySet[Involvement]:
    rows = Involvement.objects.running().lasting().order_by()
    return rows.filter(meant_for(user, May.DECIDE), level__gte=Level.RECORD)


def holding_what_is_named(user: User, about: str) -> QuerySet[Person]:
    """For a subquery of records of one kind: the restricted records that this user decides about and that hold a phone, car or account
    which that record names. An organisation’s number joins nobody."""
    record: Any = OuterRef(OuterRef(OuterRef("pk")))
    return restricted_decided_by(user).filter(_holds(user, "node", _named(about, record)))


def naming_what_is_held(user: User, about: str) -> QuerySet[Mention, uuid.UUID]:
    """Keys of records of one kind that name what a restricted record holds that this user decides about, asked once for all: so that
    `holding_what_is_named` is asked of few. A record about that same person is among them."""
    people, door = restricted_decided_by(user).order_by().values("pk"), web(user)
    tied = door.ties().filter(first__in=people, second__kind="handle").values("second")
    of_people = reduce(
        or_,
        (
            Q(about=kind, about_id__in=rows.filter(person__in=people).values("pk"))
            for kind, rows in _records(user)
        ),
    )
    named = door.mentions().filter(of_people).order_by().values("node")
    rows = Mention.objects.filter(Q(node__in=tied) | Q(node__in=named), about=about, withdrawn_at=None)
    return rows.order_by().values_list("about_id", flat=True)


def held_and_named(user: User, person_id: uuid.UUID, about: str, about_id: uuid.UUID) -> list[Handle]:
    """What one record names and one restricted record holds that this user decides about; nothing otherwise. By kind."""
    named = Mention.objects.filter(about=about, about_id=about_id, node=OuterRef("pk"), withdrawn_at=None)
    people = restricted_decided_by(user).filter(_holds(user, "handle", Q()), pk=person_id)
    rows = Handle.objects.filter(Exists(named), Exists(people.order_by()), common=False, merged_into=None)
    return sorted(rows, key=lambda handle: (handle.type, str(handle)))


def _named(about: str, record: Any) -> Q:
    """Of ties and mentions with a `node` of their own: whether the record names that."""
    named = Mention.objects.filter(about=about, about_id=record, node=OuterRef("node"), withdrawn_at=None)
    common = Handle.objects.filter(common=True, pk=OuterRef("node"))
    return Q(Exists(named.order_by())) & ~Q(Exists(common))


def _holds(user: User, asked: str, also: Q) -> Q:
    """Of people: whether a tie of theirs leads to a handle, or a record about them names it, by what this user may read. `asked`: any node
    that fits `also`, or the `handle` whose row asks."""
    door = web(user)
    this: dict[str, Any] = {"node": OuterRef(OuterRef("pk"))} if asked == "handle" else {}
    tied = (
        door.ties().alias(node=F("second")).filter(also, first=OuterRef("pk"), second__kind="handle", **this)
    )
    named = door.mentions().filter(also, _about_person(user), **this)
    return Q(Exists(tied)) | Q(Exists(named.order_by()))


def _about_person(user: User) -> Q:
    """Of mentions, in a subquery of people: those in records about that person."""
    here: dict[str, Any] = {"pk": OuterRef("about_id"), "person": OuterRef(OuterRef("pk"))}
    found = (Q(about=about) & Q(Exists(rows.filter(**here))) for about, rows in _records(user))
    return reduce(or_, found)


def _records(user: User) -> Iterator[tuple[str, QuerySet[Any]]]:
    """Of each kind of record about one person that may name something: those that the user may read."""
    for about, name in settings.RECORDS_THAT_NAME.items():
        rows = import_string(name)(user)
        if any(field.name == "person" for field in rows.model._meta.get_fields()):
            yield about, rows.order_by()
