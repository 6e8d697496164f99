"""One team takes a worry on, and one team of whoever is invited takes part in a panel: nobody else of their agencies sees the child."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.conftest import Story
from tests.journeys.test_deciding import told

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.cases.concern import actions as telling
from heard.cases.panel import actions as meeting
from heard.cases.panel.models import PanelItem

pytestmark = pytest.mark.journey


@pytest.fixture
def neighbour(world: World) -> User:
    """Of another team of the police."""
    team = agencies.add_team(by=world.administrator, agency=world.police, name="Neighbourhood team")
    agencies.add_team(by=world.administrator, agency=world.police, name="Night team")
    return agencies.add_user(
        by=world.administrator,
        username="nye.adair",
        first_name="Nye",
        last_name="Adair",
        password=None,
        team=team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )


def test_a_team_takes_a_worry_on_alone(world: World, neighbour: User, story: Story) -> None:
    worry = told(world, new_person={"given_name": "Ida", "family_name": "Moor"})
    story.sign_in(world.coordinator).open(f"/worries/{worry.pk}/decide/").choose(
        "Another agency takes this on"
    )
    story.look().sees("nobody else of its agency by that")
    story.select("Which agency, or which team of it?", "Wexmoor Police: Missing and exploitation unit")
    story.fill("Reason for the decision", "They know the car.")
    story.fill("What will the person who told this read?", "The police look for it.").press(
        "Record the decision"
    )
    story.sees("Another agency takes this on", "Missing and exploitation unit, Wexmoor Police")
    story.sees_not("can open this now")

    story.sign_in(world.officer).open("/").sees("Ida Moor")
    story.open(f"/children/{worry.person_id}/").sees("Ida Moor")
    story.sign_in(neighbour).open(f"/children/{worry.person_id}/", status=404)
    story.open("/").sees_not("Ida Moor")

    story.sign_in(world.coordinator).open(f"/worries/{worry.pk}/").follow("Correct this decision")
    story.select("Which agency, or which team of it?", "Wexmoor Police: Night team")
    story.fill("Why is the decision put right?", "They were there.").press("Save the correction")
    story.sees(
        "Nobody of Night team can open this now", "Missing and exploitation unit sees the record no longer"
    )
    story.open("/").sees("let somebody in, or tell them another way")


def test_a_panel_lets_in_the_team_of_who_is_invited(world: World, neighbour: User, story: Story) -> None:
    worry = told(world, new_person={"given_name": "Ida", "family_name": "Moor"})
    why = {"reason": "Seen twice", "feedback": "We help"}
    telling.decide(by=world.coordinator, concern=worry, decision="open_case", **why)
    soon = timezone.now() + timedelta(days=1)
    panel = meeting.plan_panel(
        by=world.coordinator, starts_at=soon, place="Room 2", chair=world.coordinator, agencies=[world.care.pk]
    )  # fmt: skip
    meeting.invite(by=world.coordinator, panel_id=panel.pk, user=world.officer)
    meeting.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = PanelItem.objects.get(panel=panel, person=worry.person_id)

    story.sign_in(world.coordinator).open(f"/panels/items/{item.pk}/").follow("Involve an agency or a team")
    story.sees("Wexmoor Police: Missing and exploitation unit", "nobody else of its agency by that")
    story.fill("Why does the child need them to be involved?", "They know the car.").press("Involve them")
    story.sees("Saved: they are involved, and learn of it.")
    story.sign_in(world.officer).open(f"/panels/items/{item.pk}/").sees("Ida Moor")
    story.sign_in(neighbour).open(f"/panels/items/{item.pk}/", status=404)
