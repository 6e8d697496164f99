"""A referral to the National Referral Mechanism is built from the record, read by somebody else, and taken out."""

import json

import pytest
from tests.cases.referral.test_actions import fill as answer_the_rest
from tests.conftest import World
from tests.journeys.begun import HOME, ago, assessed
from tests.journeys.conftest import Story

from heard.cases.referral.models import Referral

pytestmark = pytest.mark.journey

BLAMING = "In August she put herself at risk when a man at the bus station gave her a phone."
BETTER = "In August a man at the bus station gave her a phone, and then asked her to pay for it."


def begun(story: Story, case_id: object) -> str:
    """What the record says stands there; what it does not say is asked for. Nothing asks a child for consent."""
    story.open(f"/cases/{case_id}/referral/").sees("This document does not submit the referral").press(
        "Start now"
    )
    story.sees("Consent and support", "Asked of adults only", "answers from the record wait for you")
    referral = story.path
    story.follow("What happened").choose(
        "No", within="Has the person been in more than one exploitative situation?"
    )
    story.fill("When did it happen?", "From August 2026").fill("How did it begin?", BLAMING)
    story.press("Save").sees("Saved: this part of the referral.", "Begun").press("Check it").sees(
        "“put herself at risk”", "Better:"
    )
    assert not story.page.get_by_role("button", name="Send it to be reviewed").count()
    return referral


def test_a_referral_is_written_from_the_record_reviewed_and_taken_out(world: World, story: Story) -> None:
    referral = begun(story.sign_in(world.social_worker), assessed(world).case_id)
    answer_the_rest(world, Referral.objects.get())
    story.open(referral).follow("What happened").fill("How did it begin?", BETTER).press("Save")
    story.press("Check it").sees_not("“put herself at risk”").choose(f"“{HOME}”")
    story.press("Send it to be reviewed").sees("You wrote in this referral, so somebody else has to read it.")

    story.sign_in(world.supervisor).open(referral).press("Read and review it").sees(BETTER, HOME)
    story.press("Save").sees("There is a problem").choose("It can be submitted as it is").press("Save")
    story.sees("Your review is written down.").press("Take it out to submit it")
    assert BETTER in story.take_paper("PDF, in the order of the form")
    fields = json.loads(story.take("JSON, by the names of the form’s fields"))
    assert BETTER in json.dumps(fields, ensure_ascii=False)

    today = ago(0)
    story.follow("Note here that it was submitted, and the reference")
    story.fill_date("On which day did you submit it?", today.day, today.month, today.year)
    story.fill("Which reference came back? (optional)", "NRM-TEST-1").press("Save").sees("NRM-TEST-1")
