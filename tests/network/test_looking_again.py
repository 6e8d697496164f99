"""Ties that have long rested on little come back to whoever noted them, or answers for it in their agency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.network.test_web import amira, arcade, at, dean, drives, signed_in

from heard.agencies.models import AuditRow, Membership, User
from heard.agencies.rules import Hidden, Refused
from heard.home.queries import my_work
from heard.network import actions, queries
from heard.network.actions import Knows
from heard.network.models import LookedAgain, Person, Place, TieSource
from heard.network.work import LOOK_AGAIN

__all__ = ["amira", "arcade", "dean"]
UNTESTED: dict[str, Any] = {"how": "said", "who": "A neighbour", "source_grade": "2"}


def waiting(user: User) -> list[str]:
    rows = LOOK_AGAIN.lines(user)
    return [f"{line.about}. {line.what}" for line in (LOOK_AGAIN.line(row, user) for row in rows)]


def ago(days: int, **which: Any) -> None:
    TieSource.objects.filter(**which).update(recorded_at=timezone.now() - timedelta(days=days))


def test_one_untested_source_comes_back_after_12_months(world: World, dean: Person, amira: Person) -> None:
    drives(world, dean, amira, **UNTESTED)
    ago(364)
    assert waiting(world.teacher) == []
    ago(370)
    [line] = waiting(world.teacher)
    assert line.startswith(
        "Dean Marsh drives Amira Khan. Look again: this has rested on one untested source since"
    )
    assert waiting(world.officer) == waiting(world.coordinator) == []
    assert "Ties to look at again" in [section.heading for section in my_work(world.teacher)]


@pytest.mark.parametrize("more", [{"source_grade": "1"}, {"source_grade": ""}, {"known_grade": "E"}])
def test_what_is_tested_or_graded_by_nobody_or_thought_untrue_does_not(
    world: World, dean: Person, amira: Person, more: dict[str, Any]
) -> None:
    drives(world, dean, amira, **(UNTESTED | more))
    ago(400)
    assert waiting(world.teacher) == []


def test_another_source_bears_it_out_but_not_one_that_the_reader_may_not_see(
    world: World, dean: Person, amira: Person
) -> None:
    drives(world, dean, amira, **UNTESTED)
    drives(world, dean, amira, by=world.officer, reach="holder")
    ago(400)
    assert len(waiting(world.teacher)) == 1
    drives(world, dean, amira, by=world.officer)
    assert waiting(world.teacher) == []


def test_a_childs_part_in_harm_and_a_tie_in_words_come_back_until_somebody_says_something_of_it(
    world: World, amira: Person, dean: Person
) -> None:
    ties: dict[str, Any] = {"by": world.teacher, "one_id": amira.pk, "other_id": dean.pk}
    actions.note_tie(
        by=world.teacher, one_id=dean.pk, other_id=amira.pk, kind="makes_harm", knows=Knows("He sends her", how="seen")
    )  # fmt: skip
    actions.note_tie(**ties, in_words="owes him", knows=Knows("School", how="record"))
    ago(400)
    lines = waiting(world.teacher)
    assert len(lines) == 2
    assert any(line.startswith("Dean Marsh makes harm others Amira Khan. ") for line in lines)
    assert all("nobody has said since whether it is still so" in line for line in lines)
    actions.note_tie(**ties, in_words="owes him", knows=Knows("Still so", how="seen"))
    assert len(waiting(world.teacher)) == 1


def test_whoever_answers_for_the_agency_has_what_somebody_noted_who_left_it(
    world: World, dean: Person, amira: Person
) -> None:
    actions.involve(by=world.teacher, person=amira, agency=world.care, why="Social work")
    actions.involve(by=world.teacher, person=dean, agency=world.care, why="Social work")
    drives(world, dean, amira, by=world.social_worker, **UNTESTED)
    ago(400)
    assert len(waiting(world.social_worker)) == 1
    assert waiting(world.supervisor) == []
    Membership.objects.filter(user=world.social_worker).delete()
    assert waiting(User.objects.get(pk=world.social_worker.pk)) == []
    assert len(waiting(world.supervisor)) == 1


def test_who_may_no_longer_see_an_end_is_not_reminded_of_it(
    world: World, dean: Person, amira: Person
) -> None:
    drives(world, dean, amira, **UNTESTED)
    ago(400)
    source = TieSource.objects.get()
    Person.objects.filter(pk=dean.pk).update(restricted=True)
    dean.involvements.filter(agency=world.school).delete()
    teacher = User.objects.get(pk=world.teacher.pk)
    assert waiting(teacher) == []
    assert signed_in(teacher).get(at("source_look_again", source_id=source.pk)).status_code == 404
    with pytest.raises(Hidden):
        actions.look_again(by=teacher, source_id=source.pk, why="Asked")


def test_it_stays_for_12_months_more_with_the_reason_which_stands_on_the_tie(
    world: World, dean: Person, amira: Person
) -> None:
    tie = drives(world, dean, amira, **UNTESTED)
    ago(400)
    source = tie.sources.get()
    with pytest.raises(Refused, match="Say why it stays"):
        actions.look_again(by=world.teacher, source_id=source.pk, why=" ")
    with pytest.raises(Refused, match="does not wait"):
        actions.look_again(by=world.officer, source_id=source.pk, why="Asked")
    client = signed_in(world.teacher)
    there = at("source_look_again", source_id=source.pk)
    assert "rested on one untested source since" in client.get(there).text
    assert "Say why it stays as it is" in client.post(there, {"why": ""}).text
    page = client.post(there, {"why": "Asked the neighbour, who stands by it"}, follow=True).text
    assert "Asked the neighbour, who stands by it" in page
    assert waiting(world.teacher) == []
    assert AuditRow.objects.filter(verb="look again", subject="tie", person_id=amira.pk).count() == 1
    LookedAgain.objects.update(looked_at=timezone.now() - timedelta(days=370))
    assert len(waiting(world.teacher)) == 1
    actions.withdraw_source(by=world.teacher, source_id=source.pk, why="It was her uncle")
    assert waiting(world.teacher) == []


def test_a_new_word_ends_it_and_a_tie_to_a_place_and_a_car_is_named(
    world: World, amira: Person, arcade: Place
) -> None:
    place = actions.note_tie(
        by=world.teacher, one_id=amira.pk, other_id=arcade.pk, kind="goes_to", knows=Knows("Said", **UNTESTED)
    )
    actions.note_tie_to(
        by=world.teacher, one_id=amira.pk, end="handle", new_name="07700 900123", new_kind="phone", kind="uses",
        knows=Knows("Said", **UNTESTED),
    )  # fmt: skip
    ago(400)
    assert sorted(line.split(".")[0] for line in waiting(world.teacher)) == [
        "Amira Khan goes to Harbour Street arcade",
        "Amira Khan uses a phone, car or account",
    ]
    actions.note_source(by=world.teacher, tie_key=place.key, knows=Knows("Saw her there", how="seen"))
    assert len(waiting(world.teacher)) == 1
    assert queries.sources_to_look_at(world.officer).count() == 0
