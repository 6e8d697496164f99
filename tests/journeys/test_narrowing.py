"""All of an agency is let in for a time, and its line is narrowed again to the team that works with the child."""

from __future__ import annotations

import pytest
from tests.conftest import World
from tests.journeys.conftest import Story

from heard.agencies.models import Team
from heard.cases.case.actions import open_case
from heard.network import actions as network

pytestmark = pytest.mark.journey


def test_a_line_of_a_whole_agency_is_chosen_and_narrowed_to_the_team_that_leads(
    world: World, story: Story
) -> None:
    Team.objects.create(agency=world.care, name="Family help")
    child = network.add_person(by=world.social_worker, given_name="Dana", family_name="Reed")
    open_case(by=world.coordinator, person_id=child.pk, why="Worry")

    story.sign_in(world.supervisor).open(f"/children/{child.pk}/access/")
    story.sees("Exploitation team, Wexmoor Children’s Services").sees_not("Narrow to a team")
    story.press("Let somebody see this record")
    story.select("Who?", "All of Wexmoor Children’s Services").choose("Everything")
    story.fill("Why do they need it?", "They all look for Dana tonight").press("Save")

    story.sees("They all look for Dana tonight", "All of it: wider than the team that works with the child.")
    story.follow("Narrow to a team").sees("Which teams work with the child?", "Family help").press("Save")
    story.sees("There is a problem", "Say why").fill("Why?", "Dana is back").press("Save")
    story.sees("What has ended", "Dana is back").sees_not("wider than the team")

    story.open(f"/children/{child.pk}/details/restriction/").sees("Restrict this record")
