"""A co-ordinator calls a mapping meeting, notes what the police say, is held up while a name has no answer, and closes it; whoever does
something because of it finds it in their work."""

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.begun import ago, planned
from tests.journeys.conftest import Story

from heard.network import actions as network

pytestmark = pytest.mark.journey

WHY = "We do not know who waits for children at the arcade, and who of us is there in the evening."
STOOD = "She stood inside the door on two evenings"
THERE = "Be there on Friday evenings"


def called(story: Story) -> Story:
    today = timezone.localdate()
    story.open("/panels/").press("Call a mapping meeting").press("Save")
    story.sees("There is a problem", "Say why it is held", "Say who will use what comes out of it")
    story.fill("Why is it held?", WHY)
    story.fill("Who will use what comes out of it, and for what?", "Youth work, for where to be.")
    story.fill_date("On which day?", today.day, today.month, today.year).fill("At what time?", "00:00")
    return story.fill("Where does it meet?", "Room 2").press("Save").sees("Nobody and nothing yet.")


def chosen(story: Story) -> Story:
    for text, name in (("Amira", "Amira Khan"), ("arcade", "Harbour arcade")):
        story.fill("Name", text).press("Find").press(f"Choose ({name})").sees(f"Chosen: {name}.")
    return story.press("That is all").press("Open the meeting").sees(WHY, "No answer yet")


def noted(story: Story) -> Story:
    story.press("Note it as said here").sees("There is a problem", "Say who said it at the meeting")
    story.select("Who or what?", "Amira Khan").select("What ties them?", "is seen at")
    story.select("With whom or what?", "Harbour arcade").fill("Who says so here?", "Police, missing unit")
    story.fill("What was said or seen, and where?", STOOD).choose("It was seen")
    return story.press("Note it as said here").sees(
        "Noted as said here: Amira Khan is seen at Harbour arcade.", STOOD, "1 source"
    )


def answered(story: Story) -> Story:
    meeting, soon = story.path, ago(-7)
    story.press("Close the meeting").sees("A name has no answer yet", "Amira Khan", "Harbour arcade")
    story.open(meeting).follow("Add an action", about="Harbour arcade").fill("What will be done?", THERE)
    story.select("Who does it, and for which agency?", "Ofa Leroy, Wexmoor Police")
    story.fill_date("By when?", soon.day, soon.month, soon.year).press("Save").sees(
        "Answered", "No answer yet"
    )
    story.follow("Nothing, because …", about="Amira Khan").fill(
        "Nothing, because …", "Sol asks her first, on Thursday."
    )
    story.choose("“I want to walk home without looking behind me.”").press("Save").sees_not("No answer yet")
    story.press("Close the meeting")
    for agency in ("Northgate Academy", "Wexmoor Children’s Services", "Wexmoor Police"):
        story.choose("Came", within=agency)
    return story.press("Close the meeting").sees("The meeting is closed.", STOOD, THERE, "Sol asks her first")


def test_a_mapping_meeting_notes_what_is_said_and_leaves_no_name_without_an_answer(
    world: World, story: Story
) -> None:
    planned(world)
    network.add_place(by=world.social_worker, name="Harbour arcade", kind="arcade")
    story.sign_in(world.coordinator)
    answered(noted(chosen(called(story))))
    minutes = story.path
    paper = story.take_paper("The minutes on paper (PDF)")
    assert STOOD in paper
    assert "The drawing" not in paper
    assert "The drawing" in story.take_paper("The minutes with the drawing (PDF)")
    story.follow("Amira Khan is seen at Harbour arcade").sees(
        "Said at the mapping meeting of", "Police, missing unit"
    )
    story.sign_in(world.officer).open("/").sees(THERE)
    story.open(minutes).sees(THERE).sees_not("Amira", STOOD)
