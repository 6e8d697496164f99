"""A service is found and referred to during a plan; it refuses, and that nothing met the need is counted."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone
from tests.cases.turning.test_turning import count
from tests.conftest import World
from tests.journeys.begun import ago, planned
from tests.journeys.conftest import DESKTOP, Story
from tests.services.test_directory import add, procedure

from heard.cases.turning.models import UnmetNeed
from heard.network.actions import add_person, move_house

pytestmark = pytest.mark.journey
WHY = "They have no place until spring"


def test_a_service_is_found_referred_to_refused_and_the_need_counted(world: World, story: Story) -> None:
    story.widths = (360, DESKTOP)
    add(world)
    procedure(world, title="Plans that children can read", beside=["plan"])
    plan = planned(world)
    child = plan.case.person_id
    move_house(by=world.social_worker, person_id=child, address="3 Quay Road, Eastmarsh", postcode="EM1 2AB")
    story.sign_in(world.social_worker).open(f"/plans/{plan.pk}/")
    story.page.get_by_text("Where to turn, and local procedures").click()
    story.sees("Harbour mentoring", "Plans that children can read").look()
    story.follow("Refer the child to a service, or record an unmet need")
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
    story.press("Nothing met this need").sees("Recorded. It is counted by area", "Unmet needs")
    assert UnmetNeed.objects.get().area == "EM1"
    story.open("/where-to-turn/").sees("Harbour mentoring", "Checked")

    a_year_goes_by(world)
    story.sign_in(world.board_member).open("/figures/").follow("Unmet needs")
    story.sees("recorded 15 times").sees_not("She asked for a mentor", "Amira")
    for row in (["EM1", "15"], ["An advocate or mentor", "15"]):
        assert row in rows_of(story), row


def a_year_goes_by(world: World) -> None:
    """Others recorded the same of 14 children of two agencies, and the year in which they did is over."""
    children = [
        add_person(by=world.social_worker, given_name=f"Child {number}", family_name="Ash") for number in range(14)
    ]  # fmt: skip
    today = timezone.localdate()
    year = today.year - (1 if today.month >= 4 else 2)
    at = timezone.make_aware(datetime(year, 5, 5, 12))
    count(world, children, "advocacy", "EM1", at)
    UnmetNeed.objects.update(recorded_at=at)


def rows_of(story: Story) -> list[list[str]]:
    rows = story.page.locator("tbody tr").all()
    return [[cell.inner_text() for cell in row.locator("th, td").all()] for row in rows]
