"""Who is meant where somebody on duty gives a name and a date of birth in full. `user` is always the first argument.

The same is asked of the database whether there is such a child, none, or one from whom the user is kept out.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, QuerySet, When

from heard.agencies.rules import Hidden, May
from heard.network.models import OtherName, Person
from heard.network.queries.people import not_denied_through, visible_through
from heard.network.rules import is_called

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Meant:
    """A child of this name and date of birth. `denied`: the user is kept out; `visible`: they see the record anyway."""

    person_id: uuid.UUID
    denied: bool
    visible: bool


def meant_in_full(user: User, *, given_name: str, family_name: str, birth_date: date) -> list[Meant]:
    """Children with exactly this name, in any spelling of accents and hyphens, and this date of birth: restricted ones, and those
    from whom the user is kept out, too. What is returned is shown to nobody. Two queries, whatever is found."""
    if not user.may(May.BREAK_GLASS):
        return []
    born = Person.objects.filter(kind=Person.Kind.CHILD, merged_into=None, birth_date=birth_date)
    rows = born.annotate(
        let_in=_when(not_denied_through(user)), sees=_when(visible_through(user)),
    ).order_by("added_at", "pk")  # fmt: skip
    others: dict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    names = OtherName.objects.filter(person__kind=Person.Kind.CHILD, person__birth_date=birth_date)
    for person_id, given, family in names.values_list("person", "given_name", "family_name"):
        others[person_id].append((given, family))
    return [
        Meant(person.pk, denied=not person.let_in, visible=person.sees)
        for person in rows
        if is_called(given_name, family_name, _names(person) + others[person.pk])
    ]


def behind_glass(user: User, person_id: uuid.UUID) -> Person:
    """A child whom somebody on duty may open in an emergency, or `Hidden`: whoever is kept out by name or team never."""
    rows: QuerySet[Person] = Person.objects.filter(not_denied_through(user), pk=person_id)
    person = rows.filter(kind=Person.Kind.CHILD, merged_into=None).first()
    if person is None or not user.may(May.BREAK_GLASS):
        raise Hidden
    return person


def _when(condition: object) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def _names(person: Person) -> list[tuple[str, str]]:
    called = [(person.given_name, person.family_name)]
    return [*called, (person.known_as, person.family_name)] if person.known_as else called
