"""A young person asks for their record to be erased: one asks, another agrees, and a certificate says what went."""

from __future__ import annotations

from datetime import date

import pytest
from tests.conftest import World
from tests.journeys.conftest import Story

from heard.network import actions as network
from heard.network.models import Person

pytestmark = pytest.mark.journey
WHY = "They asked in a letter of 3 May; our data protection officer agreed on 9 May."


@pytest.fixture
def dana(world: World) -> Person:
    return network.add_person(
        by=world.social_worker, given_name="Dana", family_name="Reed", birth_date=date(2008, 5, 4)
    )


def test_a_record_is_held_then_destroyed_by_two_people_with_a_certificate(
    world: World, dana: Person, story: Story
) -> None:
    story.sign_in(world.coordinator).open(f"/children/{dana.pk}/access/").follow(
        "Hold or destroy this record"
    )
    story.follow("Hold this record instead").press("Place the hold").sees(
        "There is a problem", "Say on what basis"
    )
    story.fill("On what basis is this record kept?", "Letter of the inquiry of 2 May").press("Place the hold")
    story.sees("The hold is in force.", "You placed this hold yourself")
    held = story.path
    story.open(f"/children/{dana.pk}/destroy/").sees("This record is on hold")

    story.sign_in(world.supervisor).open("/").sees("Holds that take a second person", "Hold to confirm")
    story.open(held).press("Confirm the hold").sees("Hold confirmed.")
    story.fill("Why is the hold no longer needed?", "The inquiry has ended, its letter of 8 May").press(
        "Ask to lift it"
    )
    story.sees("The hold stays until another person agrees.")

    story.sign_in(world.coordinator).open(held).press("Lift the hold").sees("Hold lifted.")
    story.open(f"/children/{dana.pk}/destroy/").press("Ask to destroy it").sees(
        "There is a problem", "Say on what basis"
    )
    story.choose("The person asked for it to be erased, and they are right")
    story.fill("Why, and who decided it?", WHY).press("Ask to destroy it")
    story.sees("Another co-ordinator or supervisor agrees within a week", "You asked for this yourself")
    asked = story.path

    story.sign_in(world.supervisor).open("/").sees("Records to be destroyed, for you to agree or not")
    story.open(asked).sees(WHY, "Open the record").press("Save").sees("Say whether it is to be destroyed")
    story.choose("Yes, destroy it now").press("Save")
    story.sees(
        "Certificate of destruction", WHY, "Agreed by", "of the audit trail says", "What stays"
    ).sees_not("Dana")
    story.open(f"/children/{dana.pk}/", status=404)
    story.open("/keeping/").sees("Destroyed", "Your partnership has set no period").sees_not("Dana")

    story.sign_in(world.administrator).open("/people/trail/").sees("The audit trail", "Sealed rows")
    story.sign_in(world.teacher).open(asked, status=404)
