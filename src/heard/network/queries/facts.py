"""What is known of a person beside names and address: facts, important people and numbers. `user` is always first."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, Model, OuterRef, QuerySet, Value

from heard.agencies.rules import Hidden, May
from heard.network.models import Fact, Identifier, ImportantPerson, Person, TieSource
from heard.network.queries.people import visible_through
from heard.network.rules import FactKind, kinds_of

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Told

PEOPLE: Final = "people"
NUMBERS: Final = "numbers"


@dataclass(frozen=True)
class About:
    """What is so of a person now: facts by kind, and who looks after them or is important to them, carers first."""

    facts: dict[str, list[Fact]]
    people: list[ImportantPerson]

    @property
    def carers(self) -> list[ImportantPerson]:
        return [person for person in self.people if person.cares or person.responsibility == "yes"]

    @property
    def others(self) -> list[ImportantPerson]:
        return [person for person in self.people if person not in self.carers]


def about(user: User, person: Person) -> About:
    """Two queries, however much there is. Nothing of somebody whose record the user may not see."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts_visible_to(user).filter(person=person, until=None):
        facts[fact.kind].append(fact)
    people = important_people_visible_to(user).filter(person=person, until=None)
    return About(dict(facts), list(people.order_by("-cares", "-responsibility", "written_at", "pk")))


def languages_of(user: User, person: Person) -> list[str]:
    """Which they speak and understand well, as it is recorded, the first first. One query; none where the user may not see the record."""
    rows = facts_visible_to(user).filter(person=person, kind=FactKind.LANGUAGE.value, until=None)
    return list(rows.order_by("written_at", "pk").values_list("value", flat=True))


def numbers_of(user: User, person: Person) -> list[Identifier]:
    """Numbers of now, with who issued them. One query."""
    return list(identifiers_visible_to(user).filter(person=person, until=None).order_by("scheme", "pk"))


def children_numbered(
    user: User, *, scheme: str, issuer: str, values: Collection[str]
) -> dict[str, set[uuid.UUID]]:
    """Keys of the children whom this user may see and whom an agency knows, or knew, by these numbers. One query for 400 of them."""
    found: dict[str, set[uuid.UUID]] = defaultdict(set)
    rows = identifiers_visible_to(user).filter(scheme=scheme, issuer=issuer, person__kind="child").order_by()
    for some in batched(values, 400):
        for value, key in rows.filter(value__in=some).values_list("value", "person"):
            found[value].add(key)
    return dict(found)


def have_earlier(user: User, person: Person) -> set[str]:
    """What has an earlier version: kinds of facts, PEOPLE, NUMBERS. One query."""
    ended: dict[str, Any] = {"person": person, "until__isnull": False}
    facts = facts_visible_to(user).filter(**ended).order_by().values_list("kind")
    others = [
        rows.filter(**ended).order_by().values_list(Value(what))
        for what, rows in (
            (PEOPLE, important_people_visible_to(user)),
            (NUMBERS, identifiers_visible_to(user)),
        )
    ]
    return {what for (what,) in facts.union(*others).order_by()}


def history_of(user: User, person: Person, what: str) -> QuerySet[Any]:
    """Everything of one kind, what is so now first; or `Hidden` where there is no such kind for this person."""
    tables: dict[str, QuerySet[Any]] = {
        PEOPLE: important_people_visible_to(user),
        NUMBERS: identifiers_visible_to(user),
    }
    if what in tables:
        return tables[what].filter(person=person)
    return facts_visible_to(user).filter(person=person, kind=kind_or_hidden(user, person, what))


def kind_or_hidden(user: User, person: Person, what: str) -> FactKind:
    """Of an adult around a child, what may be asked of a child alone is not there."""
    if what not in kinds_of(of_child=person.kind == "child"):
        raise Hidden
    return FactKind(what)


def called(user: User) -> dict[str, str]:
    """What each kind of fact is called, in the order of the page."""
    return {value: str(label) for value, label in Fact.Kind.choices}


def facts_visible_to(user: User) -> QuerySet[Fact]:
    """Seen with the record, and with nothing less: also ethnicity, disability and the like."""
    return _told(user, Fact.objects.all())


def important_people_visible_to(user: User) -> QuerySet[ImportantPerson]:
    return _told(user, ImportantPerson.objects.all())


def identifiers_visible_to(user: User) -> QuerySet[Identifier]:
    return _told(user, Identifier.objects.all())


def fact_visible_to(user: User, fact_id: int) -> Fact:
    """With the person, or `Hidden`."""
    return _or_hidden(facts_visible_to(user), fact_id)


def important_person_visible_to(user: User, important_id: int) -> ImportantPerson:
    """With the child, or `Hidden`."""
    return _or_hidden(important_people_visible_to(user), important_id)


def identifier_visible_to(user: User, identifier_id: int) -> Identifier:
    """With the person, or `Hidden`."""
    return _or_hidden(identifiers_visible_to(user), identifier_id)


def _told[T: Told](user: User, rows: QuerySet[T]) -> QuerySet[T]:
    return rows.filter(visible_through(user, "person")).select_related("written_by", "ended_by")


def _or_hidden[T: Model](rows: QuerySet[T], key: int) -> T:
    found = rows.select_related("person").filter(pk=key).first()
    if found is None:
        raise Hidden
    return found


@dataclass(frozen=True)
class Described:
    """A child as figures tell children apart: `ethnicity` is the code or, where the child chose none, "other"; '' where nothing is recorded.
    It names nobody."""

    key: uuid.UUID
    sex: str
    born: date | None
    ethnicity: str
    has_disability: bool


def described(user: User, children: QuerySet[Any, Any]) -> list[Described]:
    """Of the people with these keys, over the whole partnership, by what is recorded of them today. For those who see figures; for counting, and
    shown to nobody. Two queries."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    asked = [FactKind.ETHNICITY, FactKind.DISABILITY]
    told = Fact.objects.filter(person__in=children, kind__in=asked, until=None).order_by()
    said: dict[str, dict[uuid.UUID, str]] = {kind: {} for kind in asked}
    for person, kind, code in told.values_list("person", "kind", "code"):
        said[kind][person] = code or "other"
    people = Person.objects.filter(pk__in=children).order_by("pk").values_list("pk", "sex", "birth_date")
    return [
        Described(key, sex, born, said[asked[0]].get(key, ""), key in said[asked[1]])
        for key, sex, born in people
    ]


def has_fact(user: User, what: str, person: str) -> Exists:
    """A condition on rows that lead to a person by the field `person`: that a fact of this kind is told of them now. It shows
    nothing of the fact, and holds of nobody for those who do not see figures."""
    rows = Fact.objects.all() if user.may(May.SEE_FIGURES) else Fact.objects.none()
    return Exists(rows.filter(person=OuterRef(person), kind=FactKind(what), until=None))


def told_of_a_tie(user: User, about: str, key: str) -> Exists:
    """A condition on rows that lead to a record of the kind `about` by the field `key`: that it is a source of a tie to somebody or to a place,
    which nobody has withdrawn. It shows nothing of the tie, and holds of nothing for those who do not see figures."""
    rows = TieSource.objects.all() if user.may(May.SEE_FIGURES) else TieSource.objects.none()
    return Exists(rows.filter(about=about, about_id=OuterRef(key), withdrawn_at=None))
