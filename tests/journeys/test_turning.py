"""A service is found and referred to during a plan; it refuses, and that nothing met the need is counted."""

from __future__ import annotations

import pytest
from tests.conftest import World
from tests.journeys.begun import ago, planned
from tests.journeys.conftest import Story
from tests.services.test_directory import add, procedure

from heard.cases.turning.models import UnmetNeed

pytestmark = pytest.mark.journey
WHY = "They have no place until spring"


def test_a_service_is_found_referred_to_refused_and_the_need_counted(world: World, story: Story) -> None:
    add(world)
    procedure(world, title="Plans that children can read", beside=["plan"])
    plan = planned(world)
    story.sign_in(world.social_worker).open(f"/plans/{plan.pk}/")
    story.page.get_by_text("Where to turn, and local procedures").click()
    story.sees("Harbour mentoring", "Plans that children can read").look()
    story.follow("Refer the child to a service, or say that nothing met a need")
    story.follow("Refer the child", about="Harbour mentoring")
    story.choose("An advocate or mentor").fill(
        "Why this service, and what do you hope for?", "She asked for a mentor"
    )
    story.choose("There is another reason why we do not have the child’s words").fill(
        "Why are the child’s words not there?", "She is asked on Friday"
    )
    story.press("Write it down").sees("Sent, no answer yet", "She asked for a mentor")
    story.choose("Refused").press("Save").sees("Give the reason")
    today = ago(0)
    story.fill_date("Since which day?", today.day, today.month, today.year)
    story.fill("Why, or what else is to be known? (optional)", WHY).press("Save").sees(WHY)
    story.press("Nothing met this need").sees("Recorded. It is counted by area", "Needs that nothing met")
    assert UnmetNeed.objects.count() == 1
    story.open("/where-to-turn/").sees("Harbour mentoring", "Checked")
