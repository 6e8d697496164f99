"""One search finds the same, for the same reasons and in the same order, whichever database holds the record.

What is expected stands in `search_found.yaml`. The suite runs on SQLite and on PostgreSQL, so that one file holds both to it.
Where a rule of the search changes, each line of the file that differs is somebody who is found otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone
from tests.bench.crowd import crowd
from tests.conftest import World

from heard.cases.timeline.index import catch_up
from heard.home.search.queries import find_everything
from heard.network.models import Address, Group, Involvement, OtherName, Person, Place
from heard.network.search_index import renew_missing_keys

FOUND = Path(__file__).with_name("search_found.yaml")
EVERY_TENTH_RESTRICTED = 10


@pytest.fixture
def town(world: World) -> World:
    """Eight hundred invented people with the keys that they always have, and what is around them."""
    people = list(crowd(800))
    Person.objects.bulk_create(
        Person(
            id=person.id,
            given_name=person.given,
            family_name=person.family,
            birth_date=person.born,
            restricted=number % EVERY_TENTH_RESTRICTED == 0,
        )
        for number, person in enumerate(people)
    )
    Address.objects.bulk_create(Address(person_id=person.id, postcode=person.postcode) for person in people)
    OtherName.objects.create(person_id=people[5].id, given_name="Zoë", family_name="O’Brien-Łuk")
    today = timezone.localdate()
    Involvement.objects.bulk_create(
        Involvement(person_id=person.id, agency=world.school, since=today, why="Teaches them")
        for person in people[::3]
    )
    for number, name in enumerate(
        ("Harbour Street Arcade", "The Park", "Park Café", "Harbor Grill"), start=1
    ):
        Place.objects.create(
            id=f"00000000-0000-4000-8000-00000000000{number}",
            name=name,
            kind="place",
            postcode=f"WX{number} 2AB",
        )
    Group.objects.create(id="00000000-0000-4000-8000-000000000009", name="Park lads", kind="friends")
    renew_missing_keys()
    catch_up()
    return world


def hits(user: Any, typed: str) -> list[str]:
    return [
        f"{section.name}: {one.title} ({one.facts}): {one.why}"
        for section in find_everything(user, typed)
        for one in section.found
    ]


def test_what_is_found_is_what_was_found_on_the_other_database(town: World) -> None:
    expected = yaml.safe_load(FOUND.read_text(encoding="utf-8"))
    users = {"coordinator": town.coordinator, "teacher": town.teacher}
    found = {name: {typed: hits(users[name], typed) for typed in asked} for name, asked in expected.items()}
    assert found == expected


def test_what_is_expected_is_enough_to_see_a_difference() -> None:
    expected = yaml.safe_load(FOUND.read_text(encoding="utf-8"))
    lines = [line for asked in expected.values() for found in asked.values() for line in found]
    assert len(lines) > 100
