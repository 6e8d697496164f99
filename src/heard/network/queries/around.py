"""Places, groups and the ties around people. Ties lead only to people whom the user may see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, Max, Model, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from heard.agencies.rules import Hidden, May
from heard.network.models import Group, Place, Tie
from heard.network.queries.people import findable_through, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Around:
    """One person, place or group around a child: what `end` is, how they are tied and how that is known."""

    tie_id: int
    end: str  # 'person', 'place' or 'group'
    name: str
    what: str  # kind of place or group; '' for a person
    end_id: uuid.UUID
    person_id: uuid.UUID | None
    person_kind: str  # 'child' or 'adult'; '' for a place or group
    restricted: bool  # the person is; what is written where others read it leaves them out
    kind: str
    how_known: str
    since: date | None
    until: date | None
    noted_at: datetime
    noted_by_id: int


def places_visible_to(user: User) -> QuerySet[Place]:
    """Every place by name, each with `people`: how many whom this user may see are tied to it now or were once.

    A place is no child's record, so whoever sees children sees all places; who is tied to one is another question.
    """
    return _with_people(user, Place.objects.all(), "to_place").order_by("name", "pk")


def place_visible_to(user: User, place_id: uuid.UUID) -> Place:
    """The place, or `Hidden`."""
    return _or_hidden(places_visible_to(user), place_id)


def groups_visible_to(user: User) -> QuerySet[Group]:
    """Every group by name, each with `people` as for places."""
    return _with_people(user, Group.objects.all(), "to_group").order_by("name", "pk")


def group_visible_to(user: User, group_id: uuid.UUID) -> Group:
    """The group, or `Hidden`."""
    return _or_hidden(groups_visible_to(user), group_id)


def ties_of_place(user: User, place_id: uuid.UUID) -> QuerySet[Tie]:
    """Ties from people whom the user may see to a place, each with its `person`, those that last first; or `Hidden`."""
    place_visible_to(user, place_id)
    return _ties(user).filter(to_place_id=place_id)


def ties_of_group(user: User, group_id: uuid.UUID) -> QuerySet[Tie]:
    """Ties from people whom the user may see to a group, as for a place; or `Hidden`."""
    group_visible_to(user, group_id)
    return _ties(user).filter(to_group_id=group_id)


def ties_visible_to(user: User, person_id: uuid.UUID) -> list[Around]:
    """Who and what is around this child, in either direction. Restricted people of other agencies are left out.

    Nothing of a child whom the user may not see.
    """
    seen = Q(to_person__isnull=True) | visible_through(user, "to_person")
    ties = (
        Tie.objects.filter(Q(person_id=person_id) | Q(to_person_id=person_id))
        .filter(seen, visible_through(user, "person"))
        .select_related("person", "to_person", "to_place", "to_group")
    )
    return [around_of(tie, person_id) for tie in ties.order_by("kind", "pk")]


def around_of(tie: Tie, person_id: uuid.UUID) -> Around:
    other = tie.person if tie.to_person_id == person_id else tie.to_person
    end = other or tie.to_place or tie.to_group
    return Around(
        tie_id=tie.pk,
        end="person" if other else "place" if tie.to_place else "group",
        end_id=end.pk,  # type: ignore[union-attr]
        name=str(end),
        what=getattr(end, "kind", "") if not other else "",
        person_id=other.pk if other else None,
        person_kind=other.kind if other else "",
        restricted=other is not None and other.restricted,
        kind=tie.kind,
        how_known=tie.how_known,
        since=tie.since,
        until=tie.until,
        noted_at=tie.noted_at,
        noted_by_id=tie.noted_by_id,
    )


def tie_visible_to(user: User, tie_id: int) -> Tie:
    """A tie of which the user may see both ends, with them; or `Hidden`."""
    seen = Q(to_person__isnull=True) | visible_through(user, "to_person")
    ties = Tie.objects.filter(seen, visible_through(user, "person"))
    return _or_hidden(ties.select_related("person", "to_person", "to_place", "to_group"), tie_id)


@dataclass(frozen=True)
class Tied:
    """How many different children whom the reader may see are tied to a place or group, now or once, and whether others
    are. Restricted children of other agencies are not among these others either: for the reader they are not there."""

    seen: int
    others: bool


def children_tied(user: User, ends: Iterable[uuid.UUID]) -> dict[uuid.UUID, Tied]:
    """Of these places and groups, by key; one that no child is tied to is left out. Two queries, however many there are."""
    keys, found = list(ends), {}
    for end in ("to_place", "to_group"):
        rows = _tied_children(user, end).filter(**{f"{end}__in": keys})
        for key, seen, known in rows.values_list(end, "seen", "known"):
            found[key] = Tied(seen, known > seen)
    return found


def newly_shared(user: User, since: datetime, *, by: int) -> list[tuple[str, uuid.UUID]]:
    """Places and groups, as ('place', key), to which at least `by` different children whom the user may see are tied, one of
    the ties noted after a moment. Restricted children are not among them: others read why, and for them they are not there.
    Two queries."""
    found = []
    for end in ("to_place", "to_group"):
        open_ones = _tied_children(user, end).filter(person__restricted=False)
        rows = open_ones.filter(latest__gt=since, seen__gte=by)
        found += [(end.removeprefix("to_"), key) for key in rows.values_list(end, flat=True)]
    return found


def _tied_children(user: User, end: str) -> QuerySet[Any, Any]:
    """Of each place or group to which a child is tied: `seen` and `known` different children, and the `latest` tie."""
    ties: QuerySet[Any, Any] = Tie.objects.filter(findable_through(user, "person")).order_by()
    ties = ties.filter(**{f"{end}__isnull": False})
    openable = Case(When(visible_through(user, "person"), then=F("person")))
    counted = {"seen": Count(openable, distinct=True), "known": Count("person", distinct=True)}
    if not user.may(May.SEE_CHILD):
        ties = ties.none()
    return ties.values(end).annotate(**counted, latest=Max("noted_at"))


def _with_people(user: User, rows: QuerySet[Any], end: str) -> QuerySet[Any]:
    if not user.may(May.SEE_CHILD):
        return rows.none()
    tied = Tie.objects.filter(visible_through(user, "person"), **{end: OuterRef("pk")}).order_by()
    counted = tied.values(end).annotate(people=Count("person", distinct=True)).values("people")
    return rows.annotate(people=Coalesce(Subquery(counted), 0))


def _ties(user: User) -> QuerySet[Tie]:
    rows = Tie.objects.filter(visible_through(user, "person")).select_related("person")
    return rows.order_by(F("until").desc(nulls_first=True), "person__family_name", "person__given_name", "pk")


def _or_hidden[T: Model](rows: QuerySet[T], key: uuid.UUID | int) -> T:
    found = rows.filter(pk=key).first()
    if found is None:
        raise Hidden
    return found
