"""What has changed for the child ends the help, or goes on; a closed case opens again; and who helps is thought of too."""

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.begun import HOME, WALK, ago, opened, planned
from tests.journeys.conftest import Story

from heard.cases.case.models import Case
from heard.cases.plan.models import Plan
from heard.govuk.environment import day

pytestmark = pytest.mark.journey

NOW = "I do not look behind me any more."
THE_CHILDS_WORDS = "The child’s own words"


def reviewed(story: Story, plan: Plan) -> None:
    """The plan ends, on what was seen today and what the child says today."""
    today = timezone.localdate()
    story.open(f"/plans/{plan.pk}/review/").sees(HOME, "What has come in since")
    story.choose("Better").fill("What was seen?", "She walks home with Tess and laughs.")
    story.fill("Who saw it?", "Tess Archer, teacher").fill_date("When?", today.day, today.month, today.year)
    story.fill("What has changed for the child?", "She is not afraid on her way home.")
    story.fill("Who took part?", "Sol Wright, Tess Archer, Amira")
    story.choose("Hear the child now, and write down what they say").fill(THE_CHILDS_WORDS, NOW)
    story.fill_date("When was the child heard?", today.day, today.month, today.year)
    story.fill("Who heard the child?", "Sol Wright, social worker")
    story.choose("The plan ends: the child needs less help from us now")
    story.fill("Why?", "She is safe on her way, and has people to call.").press("Record the review")
    story.sees("The review is written down.", NOW)
    assert "She is not afraid on her way home." in story.take_paper("This review on paper (PDF)")


def test_a_review_of_a_child_who_could_not_be_reached_prints_each_try(world: World, story: Story) -> None:
    plan, today = planned(world), timezone.localdate()
    before, yesterday = ago(2), ago(1)
    story.sign_in(world.supervisor).open(f"/plans/{plan.pk}/review/")
    story.choose("Better").fill("What was seen?", "She walks home with Tess and laughs.")
    story.fill("Who saw it?", "Tess Archer, teacher").fill_date("When?", today.day, today.month, today.year)
    story.fill("What has changed for the child?", "She is at her aunt’s.")
    story.fill("Who took part?", "Sol Wright, Tess Archer")
    story.choose("The plan goes on as it is").fill("Why?", "We have not heard her yet.")
    story.fill_date("When is the next review?", today.day, today.month, today.year + 1)
    story.choose("The child could not be reached").press("Record the review")
    story.sees("There is a problem", "Give the day of the first try", "Say how somebody tried first")
    story.fill_date("First try: when?", before.day, before.month, before.year).select(
        "First try: how?", "Visit"
    )
    story.fill("First try: what came of it? (optional)", "Nobody was at home.")
    story.fill_date("Second try: when? (optional)", yesterday.day, yesterday.month, yesterday.year)
    story.press("Record the review").sees("There is a problem", "Say how somebody tried next")
    story.select("Second try: how? (optional)", "Call")
    story.fill(
        "What else was tried, and when does somebody try again? (optional)", "Tess asks her on Friday."
    )
    story.press("Record the review").sees("The review is written down.")
    told = (
        f"The child could not be reached. Tried on {day(before)} (visit): Nobody was at home. "
        f"Tried on {day(yesterday)} (call). Tess asks her on Friday."
    )
    story.sees(told)
    assert told in " ".join(story.take_paper("This review on paper (PDF)").split())


def closed(story: Story, case: Case) -> None:
    story.open(f"/cases/{case.pk}/close/").choose(f"“{NOW}”").press("Close the case")
    story.sees("There is a problem").fill(
        "Why can the case be closed?", "She has not been afraid for a month."
    )
    story.choose("Help from this team is no longer needed")
    story.fill("Whom can the child turn to from now on?", "Tess at school, 01632 960 031.")
    story.fill("What was the child told?", "Sol told her today, in the park.")
    story.fill("What would make you open the case again?", "He is at the gate again: tell the duty team.")
    story.press("Close the case").sees("The case is closed. Its story stays here.", NOW)


def test_help_ends_on_what_is_known_now_and_begins_again_without_losing_anything(
    world: World, story: Story
) -> None:
    plan = planned(world)
    story.sign_in(world.supervisor).open(f"/cases/{plan.case_id}/").press("Close the case")
    story.sees("What has to be done first", "The plan has actions that are still to do. Say how each went.")
    assert story.page.get_by_role("button", name="Close the case", exact=True).count() == 0
    story.sign_in(world.teacher).open("/actions/").follow(WALK).choose("Done").press("Save").sees("Done")

    story.sign_in(world.supervisor)
    reviewed(story, plan)
    closed(story, plan.case)
    story.press("Open the case again").sees("One child, one story").press("Open the case again")
    story.sees("There is a problem").fill("Why does the case open again?", "He was at the gate on Monday.")
    story.press("Open the case again").sees("He was at the gate on Monday.", NOW, "Two signs")
    assert Case.objects.get().state == "open"


def test_supervision_is_for_two_and_what_is_decided_reaches_the_child(world: World, story: Story) -> None:
    case = opened(world)
    today, soon = timezone.localdate(), ago(-28)
    story.sign_in(world.social_worker).open("/supervision/").press("Plan a first supervision")
    story.select("With whom?", "Sufi Visram supervises me")
    story.fill_date("When will you meet?", today.day, today.month, today.year).press("Plan it")
    supervision = story.sees("Only the two of you see this.").path
    story.press("Prepare supervision").fill("What stays with you? (optional)", "Amira laughed today.")
    story.press("Save").sees("Amira laughed today.")

    story.sign_in(world.supervisor).open("/supervision/").sees("You supervise Sol Wright")
    story.open(f"{supervision}hold/").sees("Amira laughed today.")
    story.fill("What did you talk about, and what do you make of it together?", "How Amira found her words.")
    story.fill("How is the worker, and what would help? (optional)", "Tired, and glad.")
    story.fill_date("When will you meet next?", soon.day, soon.month, soon.year).press("Save")
    story.follow("Add a decision about a child").select("About which child?", f"Amira Khan, {case.reference}")
    story.fill("What did you decide?", "Sol asks her whom she wants at the meeting.")
    story.fill("Why?", "Nobody has asked her.").press("Save").sees("Nobody has asked her.")
    story.press("I have read it").sign_in(world.social_worker).open(supervision).press("I have read it")
    story.sees("Tired, and glad.")

    story.sign_in(world.coordinator).open(supervision, status=404)
    story.open(f"/children/{case.person_id}/").sees_not("Tired, and glad.")
