"""A panel prepares itself from the record, decides beside the child's words, and somebody sees it otherwise."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.begun import BETTER, HOME, ago, planned
from tests.journeys.conftest import Story

from heard.cases.panel.models import Panel

pytestmark = pytest.mark.journey

GATE = "Be at the gate at three o’clock"
DISSENT = "The gate is too late. Somebody has to be at the bus station."


def planned_and_prepared(story: Story) -> str:
    soon = ago(-5)
    story.open("/panels/plan/").press("Save").sees("There is a problem", "Give the day of the panel")
    story.fill_date("On which day?", soon.day, soon.month, soon.year).fill("At what time?", "10:00")
    story.fill("Where does it meet?", "Room 2").press("Save").sees("There is nothing on the agenda yet.")
    panel = story.path
    story.press("Prepare the agenda").press("Draw the agenda from the record")
    story.sees("Amira Khan", "A worry was told on", "An assessment was signed off on")
    story.follow("Put something else on the agenda").fill("What is the theme?", "The way home from school")
    story.press("Put the theme on the agenda").open(panel).sees("The way home from school")
    return panel


def held(story: Story, panel: str) -> None:
    Panel.objects.update(starts_at=timezone.now() - timedelta(hours=2))
    story.open(panel).press("Write down that it was held").press("Write down that the panel was held")
    story.sees("There is a problem", "Record whether Northgate Academy attended")
    story.choose("Came", within="Northgate Academy").choose("Came", within="Wexmoor Children’s Services")
    story.choose("Sent somebody else", within="Wexmoor Police")
    story.fill("Who came instead?", "Pat Moss, missing unit", within="Wexmoor Police")
    story.press("Write down that the panel was held")
    story.sees("The panel is written down as held.", "Sent somebody else: Pat Moss, missing unit")


def decided(story: Story) -> str:
    """The address of the decision about Amira."""
    story.follow("Amira Khan").sees(HOME, "Why it is on the agenda", "Somebody older waits for her")
    item = story.path
    story.press("Write down the decision").press("Write down the decision").sees("There is a problem")
    story.sees("Choose the child’s words, write new ones, or say why there are none")
    story.choose(f"“{HOME}”").fill("What is decided?", "The school looks at her way home with her.")
    story.fill("Why?", "She says what she wants, and it can be done.").press("Write down the decision")
    story.sees("The school looks at her way home with her.").press("Add an action")
    soon = ago(-7)
    story.fill("What will be done?", GATE).choose(f"In the plan: {BETTER}")
    story.select("Who does it, and for which agency?", "Tess Archer, Northgate Academy")
    story.fill_date("By when?", soon.day, soon.month, soon.year).press("Save")
    story.sees(GATE, "In the child’s plan", "Tess Archer")
    return item


def seen_otherwise(story: Story, item: str) -> None:
    story.open(item).follow("I do not agree with this decision").fill("Why do you not agree?", DISSENT)
    story.press("Write it down").sees("Tess Archer, Northgate Academy, does not agree", DISSENT)
    story.follow("Open a disagreement, with steps and their days")
    story.fill("What do you disagree with, and why?", "Nobody is at the bus station, where he waits.")
    story.fill("What does it mean for the child?", "She goes on looking behind her.")
    story.select("Which agency do you disagree with?", "Wexmoor Children’s Services")
    story.press("Open the disagreement").sees("Not settled", "Now:", "Due")
    story.fill("Who talked to whom, and when?", "Tess and Sol, by phone, today")
    story.choose("Yes, it is settled")
    story.fill(
        "What was agreed and why, or why does it go on?", "Ofa is at the bus station on Mondays and Fridays."
    )
    story.press("Write down what came of it").sees("Settled", "Ofa is at the bus station")


def test_a_panel_is_planned_held_and_minuted_and_dissent_is_heard(world: World, story: Story) -> None:
    plan = planned(world)
    panel = planned_and_prepared(story.sign_in(world.coordinator))
    held(story, panel)
    item = decided(story)
    story.open(f"/plans/{plan.pk}/").sees(GATE)
    seen_otherwise(story.sign_in(world.teacher), item)
    story.open("/actions/").sees(GATE)

    story.sign_in(world.coordinator).open(f"{panel}minutes/")
    paper = story.sees(DISSENT).take_paper("The minutes on paper (PDF)")
    for words in (HOME, GATE, DISSENT, "Pat Moss, missing unit", "does not agree"):
        assert words in paper
    story.follow("Correct the minutes").select("What is corrected?", "Who came")
    story.fill("What should it say?", "Pat Moss came after the first item.").press("Write it down")
    story.sees("Pat Moss came after the first item.")
