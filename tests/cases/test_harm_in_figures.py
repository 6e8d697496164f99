"""What a profile is told of who harms, with what, where, what was done and what came of it: true counts, for the engine alone to hide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.graph.conftest import adult, child, phone, place, tie

from heard.agencies.rules import Hidden
from heard.cases.context import actions as contexts
from heard.cases.context.models import ContextEnd
from heard.cases.disruption import actions as disruption
from heard.engine.profile import counting, sections
from heard.insight.release.queries import harm_recorded
from heard.insight.release.rules import HARM
from heard.network.models import Person, Place, TieSource

TODAY = timezone.localdate()
TIME = {"since": TODAY - timedelta(days=1), "until": TODAY + timedelta(days=1)}


def recorded(world: World, **time: Any) -> dict[tuple[str, str, str], int]:
    rows = harm_recorded(world.analyst, **(TIME | time))
    return {(row["part"], row["what"], row["state"]): row["count"] for row in rows}


def test_adults_are_counted_by_what_it_rests_on_and_no_child(world: World) -> None:
    amira, dean, kim = child(world, "Amira"), adult(world, "Dean"), adult(world, "Kim")
    maya = child(world, "Maya")
    assert recorded(world) == {}
    tie(world, dean, "said_to_harm", amira, basis="told")
    tie(world, dean, "said_to_harm", maya, basis="arrested")
    tie(world, kim, "said_to_harm", amira, basis="told")
    tie(world, kim, "frightens", amira)
    tie(world, maya, "frightens", amira)
    found = recorded(world)
    assert {what: n for (part, what, _state), n in found.items() if part == "who"} == {
        "told": 2, "arrested": 1, "charged": 0, "convicted": 0, "ended": 0, "frightens": 1,
    }  # fmt: skip
    gone = {"withdrawn_at": timezone.now(), "withdrawn_by": world.teacher, "why_withdrawn": "Another person"}
    TieSource.objects.filter(tie__first=kim.pk, basis="told").update(**gone)
    TieSource.objects.filter(tie__first=dean.pk, basis="arrested").update(known_grade="E")
    found = recorded(world)
    assert (found["who", "told", ""], found["who", "arrested", ""]) == (1, 0)
    assert recorded(world, since=TODAY + timedelta(days=2), until=TODAY + timedelta(days=3)) == {}


def test_whoever_is_under_18_is_counted_as_harming_by_no_record(world: World) -> None:
    amira, dean = child(world, "Amira"), adult(world, "Dean")
    tie(world, dean, "said_to_harm", amira, basis="told")
    assert recorded(world)["who", "told", ""] == 1
    Person.objects.filter(pk=dean.pk).update(birth_date=TODAY - timedelta(days=17 * 365))
    assert recorded(world) == {}


def test_what_they_use_is_counted_once_and_nothing_of_others(world: World) -> None:
    amira, dean, zoe = child(world, "Amira"), adult(world, "Dean"), adult(world, "Zoe")
    tie(world, dean, "said_to_harm", amira, basis="told")
    tie(world, dean, "uses", phone("07700 900123"))
    tie(world, dean, "keeper_of", phone("07700 900123"))
    tie(world, zoe, "uses", phone("07700 900124"))
    found = recorded(world)
    assert (found["with", "phone", ""], found["with", "vehicle", ""]) == (1, 0)


def test_places_are_counted_by_district_and_no_home(world: World) -> None:
    for name, postcode, is_home in (
        ("Arcade", "LE1 3ZZ", False),
        ("Park", "", False),
        ("Corner shop", "LE1 4AA", True),
    ):
        at = place(world, name)
        contexts.note_pattern(
            by=world.social_worker, end="place", about_id=at.pk, pattern="G2", reason="Seen there"
        )
        Place.objects.filter(pk=at.pk).update(postcode=postcode, is_home=is_home)
    found = recorded(world)
    assert {what: n for (part, what, _state), n in found.items() if part == "where"} == {"LE1": 1, "": 1}
    assert [what for part, what, _state in found if part == "where"] == ["LE1", ""]


def test_steps_are_counted_by_kind_and_how_they_stand(world: World, case: Any) -> None:
    arcade = place(world, "Arcade")
    for _n in range(2):
        step = disruption.plan_step(
            by=world.social_worker, case_id=case.pk, kind="place", what="Ask for light", agency_id=world.care.pk, due_on=TODAY,
            end="place", end_id=arcade.pk,
        )  # fmt: skip
    type(step).objects.filter(pk=step.pk).update(state="done", done_on=TODAY)
    found = recorded(world)
    assert (
        found["done", "place", "done"],
        found["done", "place", "open"],
        found["done", "contact", "open"],
    ) == (
        1,
        1,
        0,
    )


def test_a_step_that_came_to_be_about_a_child_is_not_counted(world: World, case: Any) -> None:
    """The profile says that none is: somebody may turn out to be under 18, or be a child whose record was made as an adult's."""
    arcade = place(world, "Arcade")
    step = disruption.plan_step(
        by=world.social_worker, case_id=case.pk, kind="place", what="Ask for light", agency_id=world.care.pk, due_on=TODAY,
        end="place", end_id=arcade.pk,
    )  # fmt: skip
    assert recorded(world)["done", "place", "open"] == 1
    type(step).objects.filter(pk=step.pk).update(place=None, person=case.person)
    assert ("done", "place", "open") not in recorded(world)


def test_what_was_found_afterwards_is_counted(world: World) -> None:
    arcade = place(world, "Arcade")
    work = contexts.open_context(
        by=world.coordinator, end="place", node_id=arcade.pk, setting="neighbourhood", why="Worries", holder=world.social_worker
    )  # fmt: skip
    ContextEnd.objects.create(
        context=work, young_people="Calm", who_watches="Zoe", opens_again_if="A worry", look_again_on=TODAY, found="spread",
        what="Asked", looked_at=timezone.now(), looked_by=world.coordinator,
    )  # fmt: skip
    found = recorded(world)
    assert (found["came", "spread", ""], found["came", "moved", ""]) == (1, 0)


@pytest.mark.parametrize("who", ["social_worker", "coordinator", "teacher", "officer"])
def test_nobody_reads_them_who_draws_up_no_profile(world: World, who: str) -> None:
    with pytest.raises(Hidden):
        harm_recorded(getattr(world, who), **TIME)


def test_the_profile_has_a_word_for_all_that_is_counted() -> None:
    words = {
        "who": sections._BASES, "with": sections._THINGS, "done": sections._STEPS, "came": sections._FOUND,
    }  # fmt: skip
    assert {part: tuple(some) for part, some in words.items()} == {
        part: tuple(map(str, HARM[part])) for part in words
    }
    assert set(HARM) == set(counting.HARM)
