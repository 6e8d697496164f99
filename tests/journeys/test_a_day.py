"""A day of a social worker without a mouse: what waits is read and marked as seen, a call is noted, a child is found, a caseload is sorted."""

from __future__ import annotations

import pytest
from tests.conftest import World
from tests.journeys.begun import planned
from tests.journeys.conftest import Story
from tests.journeys.keyboard import story_by_keyboard

__all__ = ["story_by_keyboard"]

pytestmark = pytest.mark.journey


def enter(story: Story, *keys: str) -> Story:
    """Keys, of which the last leads to another page."""
    for key in keys[:-1]:
        story.page.keyboard.press(key)
    with story.page.expect_navigation():
        story.page.keyboard.press(keys[-1])
    return story.look()


def test_a_social_workers_day_with_the_keyboard_only(world: World, story_by_keyboard: Story) -> None:
    planned(world)
    story = story_by_keyboard.sign_in(world.social_worker)
    story.open("/").follow("Assessment signed off, and 2 more (Amira Khan)")
    story.sees("You are now allocated to this child").press("I have seen all of these").sees("Marked as seen")

    story.press("Write a note").follow("A call just now (Amira Khan)")
    story.fill("What happened, and what did you notice?", "She asked when I come. I said Friday.")
    story.press("Save note").sees("Note saved: Call.", "She asked when I come. I said Friday.")

    story.open("/").page.keyboard.press("/")
    story.page.keyboard.insert_text("Khan")
    enter(story, "Enter").sees("What was found")
    enter(story, "j", "Enter").sees("Where things stand")
    story.follow("Chronology").sees("She asked when I come. I said Friday.")

    story.follow("Caseload").sees("1 child").follow("Last seen alone")
    enter(story, "j", "Enter").sees("Where things stand")
