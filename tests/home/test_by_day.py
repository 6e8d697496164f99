"""A place or group by day: everything that its reader may read of it, once, on its day, and who looked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.later import later
from tests.conftest import World
from tests.home.test_around import ENDS, signed_in, written_down

from heard.agencies.models import AuditRow
from heard.cases.concern import actions as telling
from heard.cases.context import actions as contexts
from heard.home import by_day as by_day_page
from heard.network import actions as network
from heard.network.actions import Knows
from heard.network.models import Person
from heard.network.queries import Whom


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
        made = contexts.open_context(
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
    network.involve(by=world.social_worker, person=child, agency=world.police, why="Missing episodes")
    for reader in (world.social_worker, world.officer):
        assert "Seen there by the caretaker" in signed_in(reader).get(by_day("place", key)).text
        [look] = AuditRow.objects.filter(actor_id=reader.pk, person_id=child.pk, subject="place")
        assert look.detail == {"shown": "by day"}
    network.restrict(by=world.coordinator, person_id=child.pk, reason="Her uncle works there")
    network.deny_access(
        by=world.coordinator,
        person_id=child.pk,
        whom=Whom("", world.police, user=world.officer),
        why="Her uncle",
    )
    hidden = signed_in(world.officer).get(by_day("place", key)).text
    assert "Seen there by the caretaker" not in hidden
    assert "Nothing is known of it that you may read" in hidden
    assert (
        AuditRow.objects.filter(actor_id=world.officer.pk, person_id=child.pk, subject="place").count() == 1
    )


def test_children_and_adults_never_stand_in_one_list(world: World) -> None:
    """On every day: what names a child stands under another heading than what names an adult, and each of these lists is of one day."""
    for end in ENDS:
        key = written_down(world, end)
        for nth, kind in enumerate(("adult", "child", "adult", "child")):
            with later(nth // 2):
                person = network.add_person(
                    by=world.coordinator, given_name=f"{end}{nth}", family_name=kind.title(), kind=kind
                )
                network.note_tie(
                    by=world.coordinator, one_id=person.pk, other_id=key, kind="seen_with" if end == "group" else "goes_to",
                    knows=Knows(words="Seen there"),
                )  # fmt: skip
        with later(2):
            page = signed_in(world.coordinator).get(by_day(end, key)).text
        lists = re.findall(r'<h2 class="govuk-heading-s">([^,<]+), .*?</h2>\s*<ol(.*?)</ol>', page, re.DOTALL)
        assert [heading for heading, _lines in lists] == ["Ties of children", "Ties of adults"] * 2
        for heading, lines in lists:
            assert (" Child " in lines, " Adult " in lines) == (
                "children" in heading,
                "adults" in heading,
            )
            assert len(set(re.findall(r'__on">([^<]+)<', lines))) == 1
        assert page.count("<ol class=") == len(lists)


def test_it_asks_as_often_whatever_is_there_and_turns_its_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = written_down(world, "place")
    client = signed_in(world.coordinator)
    asked = []
    for more in (2, 31):
        for n in range(more):
            words = {
                "seen_and_heard": f"Again {n}",
                "when_seen": "Fridays",
                "who_comes": "",
                "danger_now": "no",
            }
            telling.tell(by=world.teacher, place_id=key, **words)
        with CaptureQueriesContext(connection) as counted:
            first = client.get(by_day("place", key)).text
        asked.append(len(counted))
    assert asked[0] == asked[1]
    second = client.get(by_day("place", key), {"page": "2"}).text
    assert (first.count("Worry told:"), second.count("Worry told:")) == (30, 3)
    assert "stand here. Older ones" not in second
    monkeypatch.setattr(by_day_page, "_MOST", 33)
    assert "the latest 33 stand here. Older ones" in client.get(by_day("place", key), {"page": "2"}).text
