"""A school tells a worry that names a car which a restricted record of the police holds. Whoever decides about that record learns of it and tells;
the co-ordinator learns that there is more, and the school nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.conftest import Story

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.cases.concern.actions import tell
from heard.cases.concern.models import Concern
from heard.network import actions as network
from heard.network.models import Person
from heard.network.rules import find

pytestmark = pytest.mark.journey
CAR = "He waits for her in a silver car AB12 CDE."
LINE = "Wexmoor Police knows more of what this names: speak to Ines Page."


@pytest.fixture
def inspector(world: World) -> User:
    user = agencies.add_user(
        by=world.administrator, username="ines.page", first_name="Ines", last_name="Page", password=None,
        team=world.officer.team, role=Role.SUPERVISOR, agreed_by=world.coordinator,
    )  # fmt: skip
    child = network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    network.note_tie_to(
        by=world.officer, one_id=child.pk, end="handle", new_kind="vehicle", new_name="AB12 CDE", kind="was_given",
        knows=network.Knows("Seen at the gate"),
    )  # fmt: skip
    return user


@pytest.fixture
def worry(world: World) -> Concern:
    amira = {"given_name": "Amira", "family_name": "Khan"}
    return tell(
        by=world.teacher, new_person=amira, seen_and_heard=CAR, why_no_words="She is at home", danger_now="no", named=find(CAR)
    )  # fmt: skip


def test_the_decider_tells_and_only_the_co_ordinator_learns(
    world: World, inspector: User, worry: Concern, story: Story
) -> None:
    story.sign_in(world.coordinator).open(f"/worries/{worry.pk}/").sees("AB12 CDE").sees_not("knows more")

    story.sign_in(inspector).open("/")
    story.sees("A worry told by Northgate Academy on", "names something that a record you answer for holds")
    story.follow("A worry told by Northgate Academy").sees("AB12 CDE", "Northgate Academy", LINE)
    story.sees_not("Amira", "silver", "Tess Archer")
    story.choose("Not yet").press("Save the decision").sees("There is a problem", "Say why not yet.")
    again = timezone.localdate() + timedelta(days=4)
    story.fill("Why not yet?", "Kit is moved on Friday")
    story.fill_date("When do you look at it again?", again.day, again.month, again.year)
    story.press("Save the decision").sees(
        "Saved: your decision. Whoever told the worry learns nothing of it.", "Kit is moved on Friday"
    )
    story.sign_in(world.coordinator).open(f"/worries/{worry.pk}/").sees_not("knows more")

    story.sign_in(inspector).open("/").sees_not("a record you answer for holds")
    kit = Person.objects.get(given_name="Kit")
    story.open(f"/children/{kit.pk}/access/").follow("Worries that name what this record holds")
    story.sees("None waits.", "Not yet").follow("Told by Northgate Academy")
    story.choose("Tell those who decide on the worry").press("Save the decision").sees(
        "What was decided before"
    )

    story.sign_in(world.coordinator).open("/").follow("Amira Khan").sees(LINE).sees_not("Marlowe")
    story.sign_in(world.teacher).open(f"/worries/{worry.pk}/").sees_not("knows more", "Marlowe")
    story.open("/").sees_not("knows more")


def test_a_number_of_a_school_is_marked_and_joins_nobody(world: World, worry: Concern, story: Story) -> None:
    story.sign_in(world.administrator).open("/parts/").follow("Numbers of organisations").sees(
        "None is marked yet."
    )
    story.select("What is it?", "Vehicle").fill("The number, plate, name or address", "ab12 cde")
    story.press("Mark it").sees("There is a problem", "Say whose it is, and why it joins nobody")
    story.fill("Whose is it, and why does it join nobody?", "The minibus of Northgate Academy")
    story.press("Mark it").sees("AB12 CDE joins nobody from now on.", "The minibus of Northgate Academy")
    story.sign_in(world.coordinator).open(f"/worries/{worry.pk}/").sees("An organisation’s: it joins nobody.")
    story.follow("AB12 CDE").sees("The minibus of Northgate Academy")
    story.follow("Take back that it is an organisation’s")
    story.fill("Why does it join people after all?", "A man drives it at night")
    story.press("Save").sees("None is marked yet.")
