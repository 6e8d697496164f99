"""Who and what is near a child: planted ways, near misses, and what is not there for others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden
from heard.graph.question import queries, rules
from heard.graph.question.actions import ask_near
from heard.network import actions
from heard.network.actions import Knows
from heard.network.models import Person


def child(world: World, name: str, by: User | None = None, **more: Any) -> Person:
    return actions.add_person(by=by or world.teacher, given_name=name, family_name="Made", **more)


def tie(world: World, one: Any, kind: str, other: Any, by: User | None = None, **knows: Any) -> None:
    actions.note_tie(
        by=by or world.teacher, one_id=one.pk, other_id=other.pk, kind=kind, knows=Knows("Seen", **knows)
    )


def said(user: User, person: Person) -> dict[str, list[str]]:
    answer = queries.near(user, person.pk)
    return {
        part: [f"{line.this}{f' through {line.through}' if line.through else ''}" for line in lines]
        for part, lines in answer.parts.items()
        if lines
    }


@pytest.fixture
def amira(world: World) -> Person:
    return child(world, "Amira")


def test_ways_of_one_and_two_ties_are_found_each_by_the_nearest(world: World, amira: Person) -> None:
    maya, dean, aunt = (
        child(world, "Maya"),
        child(world, "Dean", kind="adult"),
        child(world, "Zoe", kind="adult"),
    )
    arcade = actions.add_place(by=world.teacher, name="Arcade", kind="shop")
    third = child(world, "Third")
    tie(world, amira, "family_of", maya)
    tie(world, dean, "drives", maya)
    tie(world, amira, "goes_to", arcade)
    tie(world, maya, "goes_to", arcade)  # nearer by itself
    tie(world, aunt, "protects", amira)
    tie(world, third, "friend_of", dean)  # three ties away
    assert said(world.teacher, amira) == {
        "protects": ["Zoe Made"],
        "child": ["Maya Made"],
        "adult": ["Dean Made through Maya Made"],
        "place": ["Arcade"],
    }


def test_a_place_of_many_is_named_and_not_passed_through(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "HUB", 2)
    station = actions.add_place(by=world.teacher, name="Station", kind="transport")
    others = [child(world, name) for name in ("Ola", "Pia")]
    for person in (amira, others[0]):
        tie(world, person, "goes_to", station)
    assert said(world.teacher, amira)["child"] == ["Ola Made through Station"]
    tie(world, others[1], "goes_to", station)
    assert said(world.teacher, amira) == {"place": ["Station"]}
    assert queries.near(world.teacher, amira.pk).hubs == [station]


def test_no_way_leads_on_from_a_tie_that_says_so(world: World, amira: Person) -> None:
    park = actions.add_place(by=world.teacher, name="Park", kind="park")
    other = child(world, "Ola")
    tie(world, amira, "saw_it", park)
    tie(world, other, "goes_to", park)
    assert said(world.teacher, amira) == {"place": ["Park"]}
    assert queries.near(world.teacher, amira.pk).shut == [park]


def test_a_way_leads_on_over_the_tie_that_passes(world: World, amira: Person) -> None:
    park, other = actions.add_place(by=world.teacher, name="Park", kind="park"), child(world, "Ola")
    for kind in ("goes_to", "saw_it"):
        tie(world, amira, kind, park)
    tie(world, other, "goes_to", park)
    [line] = queries.near(world.teacher, amira.pk).parts["child"]
    assert [said for _key, said in line.ties] == ["goes to", "is visited by"]


def test_a_child_who_is_harmed_and_made_to_harm_is_shown_as_both_what_is_done_to_them_first(
    world: World, amira: Person
) -> None:
    dean = child(world, "Dean", kind="adult")
    tie(world, dean, "makes_harm", amira)
    tie(world, dean, "said_to_harm", amira, basis="told")
    tie(world, dean, "drives", amira)
    said_of = ["is driven by", "is said to be harmed by", "is made to harm others by"]
    [line] = queries.near(world.teacher, amira.pk).parts["adult"]
    assert [said for _key, said in line.ties] == said_of
    client = Client()
    client.force_login(world.teacher)
    for there in (
        reverse("near", kwargs={"person_id": amira.pk}),
        reverse("web", kwargs={"node_id": amira.pk}),
        reverse("child_people", kwargs={"person_id": amira.pk}),
    ):
        main = client.get(there).text.partition("<main")[2]
        assert all(text in main for text in said_of), there
        assert sorted(said_of, key=main.index) == said_of, there
    drawn = client.get(reverse("drawing", kwargs={"node_id": amira.pk})).text.partition('id="ties"')[2]
    assert drawn.index("is said to harm") < drawn.index("makes harm others")


@pytest.mark.parametrize(
    "knows",
    [
        {"known_grade": "E"},
        {
            "valid_from": timezone.localdate() - timedelta(days=900),
            "valid_to": timezone.localdate() - timedelta(days=400),
        },
    ],
)
def test_what_is_thought_untrue_or_ended_long_ago_is_left_out(
    world: World, amira: Person, knows: dict[str, Any]
) -> None:
    tie(world, amira, "friend_of", child(world, "Ola"), **knows)
    assert said(world.teacher, amira) == {}


def test_a_way_through_somebody_who_is_hidden_is_not_there(world: World, amira: Person) -> None:
    actions.involve(by=world.teacher, person=amira, agency=world.police, why="Missing episodes")
    hidden = child(world, "Hidden", by=world.officer, restricted=True)
    other = child(world, "Ola", by=world.officer)
    actions.involve(by=world.officer, person=other, agency=world.school, why="A pupil")
    tie(world, amira, "friend_of", hidden, by=world.officer)
    tie(world, hidden, "friend_of", other, by=world.officer)
    assert said(world.officer, amira) == {"child": ["Hidden Made", "Ola Made through Hidden Made"]}
    assert said(world.teacher, amira) == {}
    with pytest.raises(Hidden):
        queries.near(world.social_worker, amira.pk)


def test_children_are_ordered_by_name_whatever_ties_there_are(world: World, amira: Person) -> None:
    for name, often in (("Zed", 1), ("Ann", 0), ("Mia", 3)):
        person = child(world, name)
        tie(world, amira, "friend_of", person)
        for kind in ("goes_about_with", "lives_with", "family_of")[:often]:
            tie(world, amira, kind, person)
    assert said(world.teacher, amira)["child"] == ["Ann Made", "Mia Made", "Zed Made"]


@pytest.mark.once
@pytest.mark.parametrize("friends", [1, 12])
def test_it_asks_a_fixed_number_of_times(
    world: World, amira: Person, friends: int, django_assert_num_queries: Any
) -> None:
    for number in range(friends):
        person = child(world, f"Friend{number}")
        tie(world, amira, "friend_of", person)
        tie(world, person, "friend_of", child(world, f"Other{number}"))
    assert world.teacher.permissions
    with django_assert_num_queries(
        27
    ):  # many and short: each of the kinds of record that name something is asked for, whether there is any or not
        assert len(queries.near(world.teacher, amira.pk).parts["child"]) == 2 * friends


def test_the_page_says_each_way_leads_to_its_sources_and_leaves_a_row_for_each(
    world: World, amira: Person
) -> None:
    maya = child(world, "Maya")
    tie(world, amira, "family_of", maya)
    client = Client()
    client.force_login(world.teacher)
    there = reverse("near", kwargs={"person_id": amira.pk})
    page = client.get(there).text
    assert "Maya Made" in page
    assert "is family of" in page
    assert "/ties/" in page
    seen = AuditRow.objects.filter(verb="view", subject="near").values_list("person_id", flat=True)
    assert set(seen) == {amira.pk, maya.pk}
    client.force_login(world.social_worker)
    assert client.get(there).status_code == 404
    client.force_login(world.analyst)
    assert client.get(there).status_code == 404
    assert ask_near(by=world.teacher, person_id=amira.pk)
