"""What others may read about people and the ties around them. `user` is always the first argument."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.network.models import Involvement, Person
from heard.network.rules import (
    EXACT,
    Description,
    Name,
    is_hit,
    outward,
    reasons_same_person,
    search_keys,
)

if TYPE_CHECKING:
    from heard.agencies.models import User

_CANDIDATES: Final = 200  # compared in words; found by key, those with most keys in common first


@dataclass(frozen=True)
class Hit:
    """One person who may be the one asked for, and why. `may_open` says whether the user may open the record."""

    person_id: uuid.UUID
    name: str
    birth_date: date | None
    postcode_district: str
    reasons: tuple[str, ...]
    may_open: bool


def people_visible_to(user: User) -> QuerySet[Person]:
    """People whose record this user may open: involved agency, or unrestricted and for the whole partnership."""
    if not user.may(May.SEE_CHILD):
        return Person.objects.none()
    seen = _involved(user)
    return Person.objects.filter(seen | Q(restricted=False) if user.may(May.SEE_PARTNERSHIP) else seen)


def person_visible_to(user: User, person_id: uuid.UUID) -> Person:
    """The person, or `Hidden`. To show the record, use `actions.open_record`, which leaves the audit row."""
    return _or_hidden(people_visible_to(user), person_id)


def people_findable_by(user: User) -> QuerySet[Person]:
    """Children of whom this user may see one line, name and date of birth, so that nobody is recorded twice."""
    if not user.may(May.TELL):
        return Person.objects.none()
    return Person.objects.filter(_involved(user) | Q(restricted=False), kind=Person.Kind.CHILD)


def person_findable_by(user: User, person_id: uuid.UUID) -> Person:
    return _or_hidden(people_findable_by(user), person_id)


def find_people(
    user: User,
    *,
    given_name: str = "",
    family_name: str = "",
    birth_date: date | None = None,
    postcode: str = "",
    limit: int = 10,
) -> list[Hit]:
    """Children who may be the one described, those with most independent reasons first, at most `limit`.

    Always three queries when something was asked, whatever is found. One who is restricted is found only by the
    agencies that are involved.
    """
    asked = Description((Name(given_name, family_name),), birth_date, (postcode,))
    keys = search_keys(asked)
    if not keys:
        return []
    hits = [_hit(person, asked) for person in _candidates(user, keys)]
    shown = [hit for hit in hits if is_hit(asked, hit.reasons, may_open=hit.may_open)]
    return sorted(shown, key=_rank)[:limit]


def describe(person: Person) -> Description:
    """The person as recorded. Walks `other_names` and `addresses`: prefetch them for many people."""
    names = [Name(person.given_name, person.family_name)]
    if person.known_as:
        names.append(Name(person.known_as, person.family_name))
    names += [Name(other.given_name, other.family_name) for other in person.other_names.all()]
    postcodes = tuple(address.postcode for address in person.addresses.all() if address.postcode)
    return Description(tuple(names), person.birth_date, postcodes)


def involvements_of(user: User, person_id: uuid.UUID) -> QuerySet[Involvement]:
    """Agencies that are involved with this child, longest first. `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id)
    rows = Involvement.objects.filter(person_id=person_id).select_related("agency")
    return rows.order_by("since", "agency__name")


def _involved(user: User) -> Q:
    """An agency is involved in which the user's own role sees children: a role elsewhere opens nothing of it."""
    seeing = user.agencies_where(May.SEE_CHILD)
    mine = Involvement.objects.filter(person=OuterRef("pk"), agency_id__in=seeing)
    return Q(Exists(mine))


def _or_hidden(people: QuerySet[Person], person_id: uuid.UUID) -> Person:
    person = people.filter(pk=person_id).first()
    if person is None:
        raise Hidden
    return person


def _candidates(user: User, keys: frozenset[str]) -> QuerySet[Person]:
    return (
        people_findable_by(user)
        .filter(search_keys__key__in=keys)
        .annotate(
            shared=Count("search_keys", distinct=True),
            may_open=Exists(people_visible_to(user).filter(pk=OuterRef("pk"))),
        )
        .order_by("-shared", "pk")
        .prefetch_related("other_names", "addresses")[:_CANDIDATES]
    )


def _hit(person: Person, asked: Description) -> Hit:
    known = describe(person)
    return Hit(
        person_id=person.pk,
        name=str(person),
        birth_date=person.birth_date,
        postcode_district=outward(known.postcodes[-1]) if known.postcodes else "",
        reasons=reasons_same_person(asked, known),
        may_open=person.may_open,  # type: ignore[attr-defined]
    )


def _rank(hit: Hit) -> tuple[int, int, str, str]:
    """Most independent reasons first; among equals those that agree exactly; then by name, to be the same each time."""
    return -len(hit.reasons), -sum(r in EXACT for r in hit.reasons), hit.name, str(hit.person_id)
