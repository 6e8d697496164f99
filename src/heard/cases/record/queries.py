"""A child's chronology as it is kept. `user` is always the first argument: they see the entries of every child whom they
may see, but for those about a person whom they may not see, and those that take seeing everything of the child."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from heard.agencies.rules import May
from heard.cases.record.models import ChronologyChange, ChronologyEntry
from heard.cases.record.rules import FOR_EVERYTHING, Kind
from heard.network.queries import people_visible_to, web
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User


def entries_visible_to(user: User) -> QuerySet[ChronologyEntry]:
    """Of every child, the latest first."""
    rows = _about(people_visible_to(user)) & _as_far_as(user) & _tied(user)
    return rows.filter(Exists(people_visible_to(user).order_by().filter(pk=OuterRef("child_id"))))


def entries_of(user: User, child_id: uuid.UUID) -> QuerySet[ChronologyEntry]:
    """Of one child, of whom it is asked once."""
    child = people_visible_to(user).order_by().filter(pk=child_id)
    rows = _about(people_visible_to(user)) & _as_far_as(user) & _tied(user)
    return rows.filter(Exists(child), child_id=child_id)


def entries_to_share(
    user: User, child_id: uuid.UUID, since: date | None, until: date | None
) -> QuerySet[ChronologyEntry]:
    """From one day to another, both included, oldest first. Without restricted people: others read it who may not know of
    them."""
    span = {"on__gte": since, "on__lte": until}
    rows = entries_of(user, child_id) & _about(people_visible_to(user).filter(restricted=False))
    return rows.filter(**{name: on for name, on in span.items() if on}).order_by("on", "at", "pk")


def is_behind(user: User, child_id: uuid.UUID) -> bool:
    """Whether something was written about a child, whom this user may see, that the chronology does not say yet."""
    child = people_visible_to(user).order_by().filter(pk=child_id)
    return ChronologyChange.objects.filter(Exists(child), child_id=child_id).exists()


def some_are_behind(user: User) -> bool:
    """Whether something was written, about whichever child, that no chronology says yet."""
    return user.may(May.SEE_CHILD) and ChronologyChange.objects.exists()


def _about(people: QuerySet[Any]) -> QuerySet[ChronologyEntry]:
    other = people.order_by().filter(pk=OuterRef("other_id"))
    return ChronologyEntry.objects.filter(~Q(other=ChronologyEntry.End.PERSON) | Exists(other))


def _tied(user: User) -> QuerySet[ChronologyEntry]:
    """Without ties to a group, phone, car or account that the user may not see."""
    seen = [
        Q(other=kind) & Q(Exists(web(user).nodes(kind).order_by().filter(pk=OuterRef("other_id"))))
        for kind in (ChronologyEntry.End.GROUP, ChronologyEntry.End.HANDLE)
    ]
    return ChronologyEntry.objects.filter(
        ~Q(kind=Kind.TIE) | Q(other__in=("person", "place")) | seen[0] | seen[1]
    )


def _as_far_as(user: User) -> QuerySet[ChronologyEntry]:
    whole = people_visible_to(user, level=Level.EVERYTHING).order_by().filter(pk=OuterRef("child_id"))
    return ChronologyEntry.objects.filter(~Q(kind__in=FOR_EVERYTHING) | Exists(whole))
