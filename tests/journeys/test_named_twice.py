"""A place and a car stand in Heard twice: a co-ordinator finds the pairs, compares, merges, and takes it back."""

from __future__ import annotations

import pytest
from tests.conftest import World
from tests.graph.conftest import child
from tests.journeys.conftest import Story

from heard.network import actions as network

pytestmark = pytest.mark.journey


def named_twice(world: World, story: Story) -> None:
    amira, by = child(world, "Amira"), world.coordinator
    network.involve(by=world.teacher, person=amira, agency=world.care, why="Goes missing")
    shops = [
        network.add_place(by=by, name=name, kind="Takeaway", postcode="LE1 1AA")
        for name in ("12 Harbour Street", "12, Harbour St")
    ]
    for shop in shops:
        network.note_tie(
            by=world.social_worker, one_id=amira.pk, other_id=shop.pk, kind="goes_to", knows=network.Knows("She says so")
        )  # fmt: skip
    for plate in ("AB12 CDE", "AB12 C?E"):
        network.note_tie_to(
            by=world.social_worker, one_id=amira.pk, end="handle", new_kind="vehicle", new_name=plate, kind="uses", knows=network.Knows("Seen")
        )  # fmt: skip

    story.sign_in(world.coordinator).open("/places/").follow("What may be the same")
    story.sees("The same house number in the same postcode", "What was seen of one plate fits the other")
    story.follow("Compare", about="AB12").sees("Are these one?").follow("They are not the same")
    story.press("Save").sees("Say how you know that these are two")
    story.fill("How do you know that these are two?", "One is red and one is blue.")
    story.press("Save").sees("Nobody is asked about them again").sees_not("AB12")

    story.open(f"/places/{shops[0].pk}/").follow("Is it in Heard twice?").follow(
        "Compare with 12, Harbour St"
    )
    story.sees("Tied to 12 Harbour Street", "Tied to 12, Harbour St", "Amira")
    story.press("Go on and check").sees("Say why you are sure")
    story.choose("12 Harbour Street").fill(
        "Why are you sure that these are one?", "One door, seen by two of us."
    )
    story.press("Go on and check").sees("Check before the two are merged", "One door, seen by two of us.")
    story.press("These are one: merge them").sees("These two are one now. This can be undone.")
    undo = story.path
    story.open(f"/places/{shops[1].pk}/").sees("Known as", "12, Harbour St")
    assert story.path == f"/places/{shops[0].pk}/"
    story.open("/merges/").follow("Places, groups, phones, cars and accounts that were merged").sees(
        "One door"
    )

    story.open(undo).press("Undo the merge").sees("Say why")
    story.fill("Why are these two after all?", "There are two doors.").press("Undo the merge")
    story.sees("These are two again, each with what it had.", "There are two doors.")
    story.open(f"/places/{shops[1].pk}/").sees("12, Harbour St").sees_not("Known as")


def test_a_place_that_is_there_twice_is_merged_and_parted(world: World, story: Story) -> None:
    named_twice(world, story)


def test_it_is_merged_and_parted_on_a_phone(world: World, story_on_a_phone: Story) -> None:
    named_twice(world, story_on_a_phone)
