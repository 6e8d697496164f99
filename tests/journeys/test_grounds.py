"""A social worker warns a man on what a neighbour told, and learns that it was somebody else; another agency reads what was said and never who."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.disruption.test_disruption import plan_step
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.journeys.begun import opened
from tests.journeys.conftest import Story

from heard.cases.case.models import Case
from heard.cases.context import actions as contexts
from heard.cases.panel import actions as meeting
from heard.govuk.environment import day
from heard.network import actions as network
from heard.network.models import Person, Place, TieSource

pytestmark = pytest.mark.journey

NEIGHBOUR = "Ms Rosalind Ott, number nine"


@pytest.fixture
def case(world: World) -> Case:
    return opened(world)


@pytest.fixture
def dan(world: World, case: Case) -> Person:
    adult = network.add_person(by=world.social_worker, given_name="Dan", family_name="Reeve", kind="adult")
    network.involve(by=world.social_worker, person=adult, agency=world.school, why="Waits at the gate")
    network.note_tie(
        by=world.social_worker, one_id=adult.pk, other_id=case.person_id, kind="drives",
        knows=network.Knows("Let out at the corner at night", how="said", who=NEIGHBOUR, who_reach="holder", source_grade="2"),
    )  # fmt: skip
    return adult


def a_warning(world: World, case: Case, dan: Person) -> Any:
    given = {"end": "person", "end_id": dan.pk, "who_or_where": "", "legal_power": "abduction_warning"}
    return plan_step(
        world, case, kind="contact", what="Ask for a warning", owner=world.social_worker, **given
    )


def test_a_warning_that_rests_on_what_was_withdrawn_comes_back(
    world: World, case: Case, dan: Person, story: Story
) -> None:
    a_warning(world, case, dan)
    story.sign_in(world.social_worker).open(f"/cases/{case.pk}/disruption/").follow("Write of the power")
    story.fill("What does the child think of it?", "She wants him to stay away.")
    story.fill("What does it mean for their safety?", "Her aunt fetches her this week.")
    story.fill("What does it rest on?", "What a neighbour saw at night.")
    known = f"Dan Reeve drives {case.person}: Let out at the corner at night ({day(timezone.localdate())}, {world.care})"
    story.choose(known).press("Save").sees("Known:", "Dan Reeve drives")
    tie = TieSource.objects.get().tie
    story.sign_in(world.teacher).open(f"/ties/{tie.key}/").sees("knows who").sees_not(NEIGHBOUR)
    story.sign_in(world.coordinator).open(f"/ties/{tie.key}/").follow("Withdraw this").fill(
        "Why is it withdrawn?", "It was the car of his brother."
    ).press("Save")
    story.sees("(withdrawn)", "It was the car of his brother.")
    story.sign_in(world.social_worker).open("/").sees("Steps that lost one of their grounds")
    story.follow("does it still stand?").sees("because: It was the car of his brother.")
    story.choose("It stands on what else is known")
    story.fill("What did you look at, and what is done now?", "The school saw him twice. Asked them today.")
    story.press("Save").sees("Saved: what it means for the step.", "The school saw him twice.")
    story.open("/").sees_not("Steps that lost one of their grounds")


def test_what_is_known_of_a_place_and_what_a_panel_decided_say_that_a_ground_was_withdrawn(
    world: World, case: Case, story: Story
) -> None:
    arcade: Place = network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")
    knows = network.Knows("Seen there at five", how="seen")
    network.note_tie(
        by=world.social_worker, one_id=case.person_id, other_id=arcade.pk, kind="goes_to", knows=knows
    )
    work = contexts.open_context(
        by=world.coordinator, end="place", node_id=arcade.pk, setting="neighbourhood", why="Three worries", holder=world.social_worker,
    )  # fmt: skip
    assessment = contexts.start_assessment(by=world.social_worker, context_id=work.pk)
    known = f"{case.person} goes to Harbour Street arcade: Seen there at five ({day(timezone.localdate())}, {world.care})"
    story.sign_in(world.social_worker).open(f"/context-assessments/{assessment.pk}/").press(
        "Add what is known"
    )
    story.choose("Guardianship", within="On which side?").fill(
        "What is known?", "Nobody is there after five."
    )
    story.fill("Who says so, and how do they know?", "Youth worker").fill_date(
        "When was it seen?", 1, 6, 2026
    )
    story.choose(known).press("Save").sees("Known:", "goes to Harbour Street arcade")
    panel = make_panel(world)
    item = meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="place", end_id=arcade.pk)
    story.sign_in(world.coordinator).open(f"/panels/items/{item.pk}/decide/")
    story.fill("What is decided?", "Speak to the manager.").fill("Why?", "Children are there late.")
    story.choose(known).press("Write down the decision").sees("It rests on:", "goes to Harbour Street arcade")
    source = TieSource.objects.get()
    network.withdraw_source(by=world.social_worker, source_id=source.pk, why="It was another arcade.")
    story.open("/").sees("Decisions of panels that lost one of their grounds").follow("does it still stand?")
    story.sees("because: It was another arcade.").choose("It is changed")
    story.fill("What did you look at, and what is done now?", "It goes back to the next panel.")
    story.press("Save").sees("Saved: what it means for the decision.", "It goes back to the next panel.")
    story.open(f"/panels/{panel.pk}/").sees("A ground was withdrawn")
    story.open(f"/places/{arcade.pk}/").sees("One of its grounds was withdrawn.")
    story.sign_in(world.social_worker).open(f"/contexts/{work.pk}/").sees(
        "One of the sources that it rests on was withdrawn"
    )
    story.open("/").sees("What is known of places and groups and lost one of its grounds").follow(
        "does it still stand?"
    )
    story.choose("It stands on what else is known")
    story.fill("What did you look at, and what is done now?", "The manager says the same.")
    story.press("Save").sees("Saved: what it means for what is known.", "because: It was another arcade.")
    story.open("/").sees_not("lost one of its grounds")


def test_who_says_so_is_kept_by_whoever_notes_it(world: World, case: Case, story_on_a_phone: Story) -> None:
    network.involve(by=world.social_worker, person=case.person, agency=world.police, why="Missing episodes")
    arcade: Place = network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")
    story = story_on_a_phone.sign_in(world.social_worker).open(f"/web/{case.person_id}/add/place/")
    story.fill("Which place is it?", "Harbour Street arcade").press("Look").choose(
        "Harbour Street arcade, arcade"
    )
    story.select(f"{case.person} …", "goes to").choose("Somebody else said so", within="How is this known?")
    story.fill("Who says so? (optional)", NEIGHBOUR).fill(
        "What was said or seen, and where?", "Most Fridays, until ten"
    )
    story.unfold("Since when, how sure it is").choose("Only we", within="Who may read who says so?").press(
        "Save the tie"
    ).sees(NEIGHBOUR)
    tie = TieSource.objects.get(tie__second=arcade.pk).tie
    story.sign_in(world.officer).open(f"/ties/{tie.key}/").sees("Most Fridays, until ten", "knows who")
    story.sees_not(NEIGHBOUR)


def test_a_tie_that_long_rested_on_little_is_looked_at_again(
    world: World, case: Case, dan: Person, story: Story
) -> None:
    TieSource.objects.update(recorded_at=timezone.now() - timedelta(days=400))
    story.sign_in(world.social_worker).open("/").sees("Ties to look at again")
    story.follow("Dan Reeve drives").sees("has rested on one untested source since")
    story.fill("Why does it stay as it is?", "Asked the neighbour, who stands by it.")
    story.press("Look again in 12 months").sees("Asked the neighbour, who stands by it.")
    story.open("/").sees_not("Ties to look at again")
