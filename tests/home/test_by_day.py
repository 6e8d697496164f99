"""A place or group by day: everything that its reader may read of it, once, on its day, and who looked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cases.later import later
from tests.conftest import World
from tests.home.test_around import ENDS, signed_in, written_down

from heard.agencies.models import AuditRow
from heard.cases.concern import actions as telling
from heard.cases.context import actions as working
from heard.network import actions as network
from heard.network.actions import Knows
from heard.network.models import Person


def by_day(end: str, key: Any) -> str:
    return reverse(f"{end}_by_day", kwargs={f"{end}_id": key})


def tied(world: World, key: Any, words: str = "Seen there by the caretaker") -> Person:
    child = network.add_person(by=world.social_worker, given_name="Amira", family_name="Ash", kind="child")
    network.note_tie(
        by=world.social_worker, one_id=child.pk, other_id=key, kind="goes_to", knows=Knows(words=words)
    )
    return child


@pytest.mark.parametrize("end", ENDS)
def test_what_became_known_and_was_done_stands_on_its_day(world: World, end: str) -> None:
    key = written_down(world, end)
    told = telling.tell(
        by=world.teacher,
        **{f"{end}_id": key},
        seen_and_heard="Adults wait there for children after school.",
        when_seen="Fridays",
        who_comes="Two adults in a grey van",
        danger_now="no",
    )
    with later(3):
        made = working.open_context(
            by=world.coordinator,
            end=end,
            node_id=key,
            setting="peer_group" if end == "group" else "neighbourhood",
            why="Three worries",
            holder=world.social_worker,
        )
    with later(5):
        client = signed_in(world.coordinator)
        assert by_day(end, key) in client.get(reverse(end, kwargs={f"{end}_id": key})).text
        page = client.get(by_day(end, key)).text
    assert page.index(f"Context {made.reference} was opened") < page.index(f"Worry told: {told.reference}")
    assert "Three worries" in page
    assert "Adults wait there" not in page  # the words of a worry stand in the worry
    assert Client().get(by_day(end, key)).status_code == 302
    assert signed_in(world.analyst).get(by_day(end, key)).status_code == 404


def test_only_what_its_reader_may_read_and_who_looked_is_kept(world: World) -> None:
    key = written_down(world, "place")
    child = tied(world, key)
    client = signed_in(world.social_worker)
    before = AuditRow.objects.filter(person_id=child.pk, subject="place").count()
    assert "Seen there by the caretaker" in client.get(by_day("place", key)).text
    looks = AuditRow.objects.filter(person_id=child.pk, subject="place")
    assert looks.count() == before + 1
    assert looks.latest("pk").detail == {"shown": "by day"}
    network.restrict(by=world.coordinator, person_id=child.pk, reason="Her uncle works there")
    other = signed_in(world.officer)
    hidden = other.get(by_day("place", key)).text
    assert "Seen there by the caretaker" not in hidden
    assert "Nothing is known of it that you may read" in hidden
    assert AuditRow.objects.filter(actor_id=world.officer.pk, person_id=child.pk).count() == 0


def test_it_asks_as_often_whatever_is_there_and_turns_its_pages(
    world: World, django_assert_max_num_queries: Any
) -> None:
    key = written_down(world, "place")
    for n in range(33):
        telling.tell(
            by=world.teacher,
            place_id=key,
            seen_and_heard=f"Again {n}",
            when_seen="Fridays",
            who_comes="",
            danger_now="no",
        )
    client = signed_in(world.coordinator)
    with django_assert_max_num_queries(40):
        first = client.get(by_day("place", key)).text
    second = client.get(by_day("place", key), {"page": "2"}).text
    assert first.count("Worry told:") == 30
    assert second.count("Worry told:") == 3
