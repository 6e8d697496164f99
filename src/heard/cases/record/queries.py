"""A child's chronology as it is kept. `user` is always the first argument: they see the entries of every child whom they
may see, but for those about a person whom they may not see, and those that take seeing everything of the child."""

from __future__ import annotations

import uuid
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from heard.agencies.rules import May
from heard.agencies.subqueries import Asked, OfRow, compiled_exists
from heard.cases.record.models import ChronologyChange, ChronologyEntry
from heard.cases.record.rules import FOR_EVERYTHING, EntryKind
from heard.network.queries import people_visible_to, web
from heard.network.rules import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from heard.agencies.models import User


def entries_visible_to(user: User) -> QuerySet[ChronologyEntry]:
    """Of every child, the latest first."""
    rows = _about(people_visible_to(user)) & _as_far_as(user) & _tied(_seen_ends(user))
    return rows.filter(Exists(people_visible_to(user).order_by().filter(pk=OuterRef("child_id"))))


def entries_of(
    user: User,
    child_id: uuid.UUID,
    *,
    kinds: Collection[EntryKind] = tuple(EntryKind),
    tied_to: Collection[uuid.UUID] | None = None,
) -> QuerySet[ChronologyEntry]:
    """Of one child, of whom it is asked once. Who may see the end of a tie is a long query: it is asked here, so that what is read of
    these entries does not ask again, and not at all without ties among the kinds. `tied_to`: the ends of the child's ties that `web`
    showed this user, where the caller asked already; the chronology holds no tie but those which all may read who see both ends.
    """
    child = people_visible_to(user).order_by().filter(pk=child_id)
    rows = _about(people_visible_to(user)) & _as_far_as(user)
    if EntryKind.TIE in kinds:
        rows &= _tied([_seen_ends_of(user, child_id) if tied_to is None else tied_to])
    else:
        rows = rows.filter(kind__in=kinds)
    return rows.filter(Exists(child), child_id=child_id)


def entries_to_share(
    user: User, child_id: uuid.UUID, since: date | None, until: date | None
) -> QuerySet[ChronologyEntry]:
    """From one day to another, both included, oldest first. Without restricted people: others read it who may not know of
    them."""
    span = {"on__gte": since, "on__lte": until}
    rows = entries_of(user, child_id) & _about(people_visible_to(user).filter(restricted=False))
    return rows.filter(**{name: on for name, on in span.items() if on}).order_by("on", "at", "pk")


def entries_about_unrestricted(user: User) -> QuerySet[ChronologyEntry]:
    """Of every child whom the user may see, without those about other people who are restricted: others read it who may not know of
    them."""
    return entries_visible_to(user) & _about(people_visible_to(user).filter(restricted=False))


def is_behind(user: User, child_id: uuid.UUID) -> bool:
    """Whether something was written about a child, whom this user may see, that the chronology does not say yet."""
    child = people_visible_to(user).order_by().filter(pk=child_id)
    return ChronologyChange.objects.filter(Exists(child), child_id=child_id).exists()


def some_are_behind(user: User) -> bool:
    """Whether something was written, about whichever child, that no chronology says yet."""
    return user.may(May.SEE_CHILD) and ChronologyChange.objects.exists()


def _about(people: QuerySet[Any]) -> QuerySet[ChronologyEntry]:
    is_seen = compiled_exists("other_id", people.filter(pk=OfRow()), Asked.ONE)
    return ChronologyEntry.objects.filter(~Q(other=ChronologyEntry.End.PERSON) | is_seen)


def _tied(ends: Iterable[Any]) -> QuerySet[ChronologyEntry]:
    """Without ties to a group, phone, car or account that is not among these ends."""
    told = ~Q(kind=EntryKind.TIE) | Q(other__in=("person", "place"))
    return ChronologyEntry.objects.filter(reduce(or_, (Q(other_id__in=keys) for keys in ends), told))


def _seen_ends(user: User) -> list[QuerySet[Any]]:
    """Keys of groups and of handles that the user may see."""
    door = web(user)
    kinds = (ChronologyEntry.End.GROUP, ChronologyEntry.End.HANDLE)
    return [door.nodes(kind).order_by().values_list("pk", flat=True) for kind in kinds]


def _seen_ends_of(user: User, child_id: uuid.UUID) -> list[uuid.UUID]:
    named = (
        ChronologyEntry.objects.filter(child_id=child_id, kind=EntryKind.TIE).order_by().values("other_id")
    )
    return [key for keys in _seen_ends(user) for key in keys.filter(pk__in=named)]


def _as_far_as(user: User) -> QuerySet[ChronologyEntry]:
    whole = people_visible_to(user, level=Level.EVERYTHING).filter(pk=OfRow())
    is_whole = compiled_exists("child_id", whole, Asked.ONE)
    return ChronologyEntry.objects.filter(~Q(kind__in=FOR_EVERYTHING) | is_whole)
