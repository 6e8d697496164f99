"""At night somebody opens a record that they may not see otherwise; in the morning somebody else asks whether that was right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.conftest import Story

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.cases.case import actions as casework
from heard.network import actions as network
from heard.network.models import Involvement, Person
from heard.network.queries import Whom

pytestmark = pytest.mark.journey
WHY = "She stands alone at the bus station after midnight and is afraid to go home."


@pytest.fixture
def night(world: World) -> User:
    return agencies.add_user(
        by=world.administrator,
        username="nia.dusk",
        first_name="Nia",
        last_name="Dusk",
        password=None,
        team=world.officer.team,
        role=Role.DUTY,
        agreed_by=world.coordinator,
    )


@pytest.fixture
def amira(world: World) -> Person:
    child = network.add_person(
        by=world.social_worker, given_name="Amira", family_name="Khan", birth_date=date(2011, 5, 4)
    )
    casework.note_warning(
        by=world.social_worker,
        person_id=child.pk,
        text="Ring her aunt first, never her father.",
        why="She said so",
        review_on=timezone.localdate() + timedelta(days=30),
        person_told=True,
    )
    return network.restrict(by=world.coordinator, person_id=child.pk, reason="Threats at the door")


def asks(story: Story, family_name: str = "Khan") -> Story:
    story.fill("First name", "Amira").fill("Family name", family_name)
    story.fill_date("Date of birth", 4, 5, 2011)
    story.fill("Why must you see this record now?", WHY)
    return story.press("Open the record")


def test_a_record_is_opened_at_night_reviewed_in_the_morning_and_counted(
    world: World, night: User, amira: Person, story: Story
) -> None:
    box = story.sign_in(night).open("/search/").page.locator("main").get_by_role("textbox", name="Search")
    box.fill("Amira Khan")
    box.press("Enter")
    story.look().sees("Nothing fits what you typed", "does not say whether others know a child")
    story.follow("Open a record in an emergency").sees("Somebody else reviews it within two working days.")
    story.press("Open the record").sees("There is a problem", "Enter the date of birth")
    asks(story).sees("The record is open to you for 4 hours", "Ring her aunt first, never her father.")
    child = story.path
    story.open("/glass/").sees("Open to you now", "Amira Khan")

    story.sign_in(world.supervisor).open("/").sees(
        "New", "Review the opening of a record in an emergency (Amira Khan)"
    )
    story.sees("Records opened in an emergency, to review")
    story.open(f"{child}access/").sees("Nia Dusk, Wexmoor Police", "Opened in an emergency", WHY)
    story.open("/glass/openings/").follow("Amira Khan").sees(WHY, "Not reviewed yet")
    story.press("Save review").sees("There is a problem", "Say whether it was right")
    story.choose("Yes").fill("Why?", "Her aunt was rung and came. Nobody else could be reached.")
    story.press("Save review").sees("Review saved.", "It was right", "Her aunt was rung and came.")
    story.open("/").sees_not("Records opened in an emergency, to review")

    story.sign_in(world.board_member).open("/figures/").sees("Records opened in an emergency", "1 of 1")
    story.sees_not("Khan")

    Involvement.objects.filter(how="glass").update(until=timezone.now())
    story.sign_in(night).open(child, status=404).sees("This page is not there, or it is not for you")


def test_whoever_is_kept_out_reads_what_they_would_read_of_nobody(
    world: World, night: User, amira: Person, story: Story
) -> None:
    whom = Whom("", world.police, user=night)
    network.deny_access(by=world.coordinator, person_id=amira.pk, whom=whom, why="Her uncle")
    sentence = "There is no record with this name and date of birth that you can open."
    story.sign_in(night).open("/glass/")
    for family_name in ("Nobody", "Khan"):
        story.page.goto(story.address + "/glass/")
        story.fill("First name", "Amira").fill("Family name", family_name)
        story.fill_date("Date of birth", 4, 5, 2011)
        story.fill("Why must you see this record now?", WHY)
        story.page.get_by_role("button", name="Open the record", exact=True).click()
        story.forgive_status(404).look().sees(sentence, WHY)
