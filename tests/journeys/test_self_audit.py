"""A partnership checks itself: opened by the board, answered by two agencies, disputed, answered anew, planned, closed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.conftest import Story

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Role

pytestmark = pytest.mark.journey


def test_an_audit_from_opening_to_closing_with_a_dispute(world: World, story: Story) -> None:
    agencies.give_role(
        by=world.administrator,
        user=world.officer,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    police = User.objects.get(pk=world.officer.pk)

    story.sign_in(world.board_member).open("/").follow("Audits").press("Open an audit").press("Open it")
    story.sees("There is a problem", "Give the audit a name")
    story.fill("What is the audit called?", "Autumn 2026")
    for choice in ("See Me, Hear Me", "Working Together and the Act of 2026", "Wexmoor Police"):
        story.page.get_by_label(choice, exact=True).check()
    story.page.locator("[name=agencies]").first.check()
    story.select("Which agency answers for the partnership as one?", "Wexmoor Children’s Services").press(
        "Open it"
    )
    story.sees("The audit is open", "0 of 20", "met in full, by every agency that must")

    story.sign_in(world.coordinator).open("/").sees("Autumn 2026").follow("Say what your agency meets")
    story.follow("Working Together and the Act of 2026").follow("A decision on each referral")
    story.sees("Worries decided within one working day", "nothing to count yet").press(
        "Answer for your agency"
    )
    story.choose("Met").fill("What makes you say so?", "All but a few.").press("Save the answer")
    story.sees("Say what shows it")
    story.fill("What shows it? (optional)", "Ten records").press("Save the answer").sees(
        "Saved: what your agency says"
    )

    story.sign_in(police).open("/").follow("Say what your agency meets").sees("1 of 20")
    story.follow("Working Together and the Act of 2026").follow("A decision on each referral")
    story.sees_not("Answer for your agency").follow("Read this answer a second time").choose(
        "No, we dispute it"
    )
    story.press("Save").sees("Say what you dispute, and why")
    story.fill("What do you dispute, and why? (optional)", "Two of ours waited three days.").press("Save")
    story.sees("It stands until they answer anew", "Disputed", "Wexmoor Police disputes it")
    story.follow("Plan an action").fill("What is to be done?", "Tell us the same day").fill(
        "What would show that it is done?", "No worry of ours waits longer than a day"
    )
    soon = timezone.localdate() + timedelta(days=30)
    story.select("Who does it?", "Cora Ordway").fill_date("By when?", soon.day, soon.month, soon.year).press(
        "Save"
    )
    story.sees("Cora Ordway finds it on My work", "Tell us the same day")

    story.sign_in(world.board_member).open("/audits/").follow("Autumn 2026").sees(
        "0 of 20", "Tell us the same day"
    )
    story.press("Close the audit").fill("What did the audit find?", "Decisions are quick, and not for all.")
    story.press("Close it").sees("The audit is closed", "Decisions are quick, and not for all.")

    story.sign_in(world.coordinator).open("/").follow("What you do about what an audit found")
    story.follow("Tell us the same day").choose("Done")
    story.fill("What shows it, or why could it not be done?", "A note goes out each day.").press("Save")
    story.sees("Saved: what came of it.", "A note goes out each day.")
