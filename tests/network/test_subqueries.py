"""A compiled subquery finds what Django's own `Exists` finds: of the row's own table, nested, in an update, and where there can be none."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Exists, OuterRef, Q, Subquery
from tests.conftest import World

from heard.agencies.subqueries import Asked, OfRow, Written, compiled_exists
from heard.network import actions
from heard.network.models import Denial, Involvement, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(world: World) -> list[Person]:
    """Three; the school is on the list of the first two, and somebody is kept out of the second."""
    by = world.social_worker
    found = [
        actions.add_person(by=by, given_name=name, family_name="Okoro") for name in ("Ada", "Bea", "Cia")
    ]
    for person in found[:2]:
        actions.involve(by=by, person=person, agency=world.school, why="She goes there")
    Denial.objects.create(person=found[1], user=world.teacher, why="Her uncle", denied_by=world.coordinator)
    return found


def at_school(world: World, person: Any) -> Any:
    return Involvement.objects.filter(agency=world.school, person=person)


def test_it_finds_what_exists_finds_also_of_its_own_table(world: World, people: list[Person]) -> None:
    ours = Q(Exists(at_school(world, OuterRef("person"))))
    compiled = compiled_exists("person", at_school(world, OfRow()))
    lines = Involvement.objects.order_by("pk")
    assert list(lines.filter(compiled)) == list(lines.filter(ours)) != list(lines)
    assert list(lines.exclude(compiled)) == list(lines.exclude(ours)) != []
    assert {row.person_id for row in lines.filter(compiled)} == {people[0].pk, people[1].pk}


def test_one_within_another_asks_of_its_own_row(world: World, people: list[Person]) -> None:
    known = Person.objects.filter(compiled_exists("pk", at_school(world, OfRow())))
    lines = Involvement.objects.filter(compiled_exists("person", known.filter(pk=OfRow())))
    seen = Person.objects.filter(compiled_exists("pk", lines.filter(person=OfRow(), agency=world.care)))
    assert set(seen) == set(people[:2])
    assert (
        Person.objects.filter(pk__in=[person.pk for person in people]).exclude(pk__in=seen).get() == people[2]
    )


def test_it_is_asked_through_other_tables_and_beside_other_conditions(
    world: World, people: list[Person]
) -> None:
    kept_out = compiled_exists("person__pk", Denial.objects.filter(person=OfRow()), Asked.NONE)
    at = compiled_exists("person", at_school(world, OfRow()), Asked.ONE)
    rows = Involvement.objects.filter(agency=world.care).filter(at & kept_out | Q(person=people[2]))
    assert {row.person_id for row in rows} == {people[0].pk, people[2].pk}
    assert rows.filter(person__given_name="Ada").count() == 1


def test_where_there_can_be_none_there_is_none(world: World, people: list[Person]) -> None:
    nobody = Involvement.objects.none().filter(person=OfRow())
    assert not Person.objects.filter(compiled_exists("pk", nobody)).exists()
    assert Person.objects.filter(compiled_exists("pk", nobody, Asked.NONE)).count() == Person.objects.count()


def test_the_database_is_not_asked_whether_a_truth_is_true(world: World) -> None:
    rows = Person.objects.filter(compiled_exists("pk", at_school(world, OfRow())))
    assert "= True" not in str(rows.query)


def test_it_may_ask_of_two_columns_also_deep_within(world: World, people: list[Person]) -> None:
    """As which workers see a child is asked, in a subquery of its own tables."""
    inner = Involvement.objects.filter(person=OfRow(0), agency=OuterRef("agency"), pk=OfRow(1)).order_by()
    written = Written.of(Involvement.objects.filter(Exists(inner), pk=OfRow(1)))
    lines = Involvement.objects.order_by("pk")
    assert list(lines.filter(written.exists("person", "pk"))) == list(lines) != []
    other = Involvement.objects.filter(person=people[0]).values("pk")[:1]
    assert (
        not lines.exclude(person=people[0])
        .alias(one=Subquery(other))
        .filter(written.exists("person", "one"))
        .exists()
    )
    assert not lines.filter(written.exists("person", "pk", asked=Asked.NONE)).exists()
