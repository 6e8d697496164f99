"""A visit becomes a note, a sign and an action of the plan; a caseload says who was seen when, and is handed over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.begun import planned
from tests.journeys.conftest import Story

pytestmark = pytest.mark.journey


def test_a_visit_becomes_a_note_a_sign_and_an_action(world: World, story: Story) -> None:
    planned(world)
    story.sign_in(world.social_worker).open("/").press("Write a note").follow("Amira Khan")
    story.choose("Visit").choose("Just now").choose("Seen alone")
    story.fill("What happened, and what did you notice?", "We sat in the kitchen. She had a second phone.")
    story.fill("What comes next, and who does it? (optional)", "Ask the school nurse to see her.")
    story.press("Save note").sees("Note saved: Visit.", "Ask the school nurse to see her.")
    story.follow("Mark signs that you noticed")
    story.choose("Gifts from people we do not know").press("Save signs")
    story.sees("Signs saved.", "Gifts from people we do not know")  # in the words of the note
    story.follow("Add what comes next to the plan")
    story.page.get_by_role("radio").first.check()
    story.select("Who will do it, and for which agency?", "Sol Wright, Wexmoor Children’s Services")
    by = timezone.localdate() + timedelta(days=7)
    story.fill_date("By when?", by.day, by.month, by.year)
    story.press("Save").sees("Saved: the action.", "Ask the school nurse to see her.")

    story.follow("Caseload").sees("1 child", "Amira Khan", "Plan agreed")
    story.follow("Last seen alone").sees("Amira Khan")


def test_a_caseload_is_handed_over(world: World, story: Story) -> None:
    planned(world)
    story.sign_in(world.coordinator).open("/").follow("Team").sees("Amira Khan", "Sol Wright")
    story.press("Hand over the children that are ticked").sees("Choose at least one child to hand over.")
    story.choose("Hand over Amira Khan").press("Hand over the children that are ticked")
    story.page.get_by_label("To whom?").select_option(index=1)
    story.page.get_by_label("They are the allocated worker, responsible for the case").uncheck()
    story.fill("Why does it change?", "Sol moves to another town.")
    story.press("Hand over").sees("Say whether Amira Khan was asked")
    story.choose("Yes").page.get_by_label("What did Amira Khan say").fill("She would like to meet first.")
    story.press("Hand over").sees("Handed over: 1 child.")


def test_a_call_is_noted_on_a_telephone_in_four_taps(world: World, story: Story) -> None:
    """Half a minute between two doors: each tap counts, and what is typed is one sentence."""
    planned(world)
    story.sign_in(world.social_worker).open("/")
    story.page.set_viewport_size({"width": 360, "height": 740})
    taps = 0

    def tap(role: Any, name: str) -> None:
        nonlocal taps
        taps += 1
        story.page.get_by_role(role, name=name).first.click()
        story.page.wait_for_load_state()

    tap("button", "Write a note")
    tap("link", "A call just now (Amira Khan)")
    tap("textbox", "What happened, and what did you notice?")
    story.page.keyboard.type("She asked when I come. I said Friday.")
    tap("button", "Save note")
    story.sees("Note saved: Call.", "She asked when I come. I said Friday.")
    print(story.name, taps)
    assert taps == 4
