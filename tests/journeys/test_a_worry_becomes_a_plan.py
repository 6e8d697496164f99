"""A worry becomes a plan: told, decided, assessed, sent back once, signed off, planned, done and reviewed.

Once on a small phone, and once by whoever cannot use a mouse.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import World
from tests.journeys.conftest import Story
from tests.journeys.keyboard import story_by_keyboard
from tests.journeys.test_worry import tell_a_worry_about_amira

from heard.cases.assessment.models import Assessment
from heard.cases.case.models import Case
from heard.cases.plan.models import Action, Plan
from heard.cases.review.models import Review
from heard.knowledge import load

pytestmark = pytest.mark.journey
__all__ = ["story_by_keyboard"]


def told_and_opened(world: World, story: Story) -> Case:
    """The teacher tells a worry about Amira; the co-ordinator opens a case."""
    story.sign_in(world.teacher)
    tell_a_worry_about_amira(story)
    story.press("Send").sees("Your worry is sent")
    story.sign_in(world.coordinator).open("/worries/").follow("Amira Kahn")
    story.choose("Open a case").fill("Reason for the decision", "Gifts and lifts from somebody unknown.")
    story.fill("What will the person who told this read?", "A social worker meets Amira this week.")
    story.press("Record the decision").sees("Gifts and lifts from somebody unknown.")
    return Case.objects.get()


def write_the_assessment(story: Story, case: Case) -> None:
    story.open(f"/children/{case.person_id}/").press("Start the assessment")
    story.sees("Start an assessment", "45 working days").press("Start now")
    story.sees("Your judgement", "Not begun", "Being written")

    story.follow("Your judgement").sees("The story comes before any list")
    story.press("Save and continue").sees("There is a problem", "Write your judgement")
    story.fill("Your judgement", "People older than Amira are grooming her. They wait for her after school.")
    story.press("Save and continue").sees("Written")

    story.follow("What the child says").sees("He said it was just a lift home")
    story.press("Save and continue").sees("Choose the child’s words, write new ones, or say why")
    story.choose("“He said it was just a lift home”").press("Save and continue")
    story.follow("Signs of harm now").sees(
        "A new phone that she hides", "A worry or a note says that this was seen"
    )
    story.choose("Not known", within="Absent from school")
    story.press("Save and continue").sees("Begun")
    story.follow("Vulnerabilities").choose("Not seen", within="Homeless").press("Save and continue")

    story.follow("Patterns of exploitation").press("Add a pattern")
    story.choose("Between young people, at school or in the neighbourhood").press("Save")
    story.sees(
        "There is a problem",
        "Say what makes you think that this pattern fits",
        "Choose in which way the child appears",
    )
    story.fill("What makes you think so?", "Two of them are at her school.").choose("At school")
    story.choose("The child is harmed").press("Save").sees("Two of them are at her school.")
    story.follow("Assessment")


def test_a_worry_becomes_a_plan_on_a_phone(world: World, story_on_a_phone: Story) -> None:
    a_worry_becomes_a_plan(world, story_on_a_phone)


def test_a_worry_becomes_a_plan_with_the_keyboard_only(world: World, story_by_keyboard: Story) -> None:
    a_worry_becomes_a_plan(world, story_by_keyboard)


def a_worry_becomes_a_plan(world: World, story: Story) -> None:
    case = told_and_opened(world, story)
    today = timezone.localdate()
    story.sign_in(world.social_worker)
    write_the_assessment(story, case)
    story.press("Check and send to the supervisor")
    story.sees("Something is marked as not known. Say what is not known and who will find out.")
    story.follow("Change what is not known")
    story.fill("What is not known, and who will find out", "Who gives her things: the school nurse will ask.")
    story.press("Save and continue").press("Check and send to the supervisor")
    story.sees("Two of them are at her school.", "Tess Archer").press("Send to the supervisor")
    story.sees(
        "The assessment is with the supervisor",
        "Only a supervisor of the agency that leads the case can sign off",
    )

    story.sign_in(world.supervisor).open("/assessments/").follow("Amira Kahn")
    story.sees("Said earlier, on another matter", "He said it was just a lift home")
    story.press("Record the decision").sees("Choose whether to sign off or to send back")
    story.choose("Send back").choose("What the child says").fill(
        "What has to be looked at again?", "What does Amira want to happen?"
    )
    story.press("Record the decision").sees("Sent back")

    story.sign_in(world.social_worker).open(f"/children/{case.person_id}/")
    story.press("Go on with the assessment").sees("What does Amira want to happen?")
    story.follow("What the child says").choose("Hear the child now, and write down what they say")
    story.fill("The child’s own words", "I want to walk home without looking behind me.")
    story.fill_date("When was the child heard?", today.day, today.month, today.year)
    story.fill("Who heard the child?", "Sol Wright, social worker").press("Save and continue")
    story.press("Check and send to the supervisor").press("Send to the supervisor")

    story.sign_in(world.supervisor).open("/assessments/").follow("Amira Kahn")
    story.sees("I want to walk home without looking behind me.").choose("Sign off")
    story.press("Record the decision").sees("Signed off", load.current().id, "does not change any more")
    assert Assessment.objects.get().state == "signed"

    agree_a_plan(story, world, case)
    finish_and_review(story, world)


def agree_a_plan(story: Story, world: World, case: Case) -> None:
    soon = timezone.localdate() + timedelta(days=7)
    story.sign_in(world.social_worker).open(f"/children/{case.person_id}/").press("Start the plan")
    story.press("Start now").sees("There is no outcome yet", "Add at least one outcome")
    story.press("Add an outcome")
    story.fill("What will be different for the child?", "Amira walks home without being afraid.").press(
        "Save"
    )
    story.sees("Each outcome needs at least one action").follow("Add an action")
    story.fill("What will be done?", "Walk home with her").press("Save")
    story.sees("Each action needs a person who will do it and a date").follow("Walk home with her")
    story.select("Who will do it, and for which agency?", "Tess Archer, Northgate Academy")
    story.fill_date("By when?", soon.day, soon.month, soon.year).press("Save")
    story.press("Agree the plan").sees("Suggested: 3 months")
    story.choose("“I want to walk home without looking behind me.”").press("Agree the plan")
    story.sees("The plan is agreed", "I want to walk home without looking behind me.")
    assert Plan.objects.get().state == "agreed"


def finish_and_review(story: Story, world: World) -> None:
    Action.objects.update(due_on=timezone.localdate() - timedelta(days=2))
    story.sign_in(world.teacher).open("/actions/").sees("2 days overdue").follow("Walk home with her")
    story.press("Save").sees("There is a problem", "Choose whether it was done").choose("Done")
    story.fill("Note (optional)", "Each day since Monday.").press("Save")
    story.sees("Done", "Each day since Monday.")

    story.sign_in(world.social_worker).open("/reviews/").follow("Amira Kahn")
    story.sees(
        "What the child said last",
        "What was planned, what happened, and how it is now",
        "Each day since Monday.",
    )
    story.press("Record the review").sees("There is a problem", "Choose how it goes on")
    story.choose("Better").fill("What was seen?", "She walks home with Tess and laughs.")
    story.fill("Who saw it?", "Tess Archer, teacher")
    story.fill("Who took part?", "Sol Wright, Tess Archer, Amira")
    story.fill("What has changed for the child?", "She walks home and has told two friends.")
    story.choose("Hear the child now, and write down what they say").fill(
        "The child’s own words", "It is better now."
    )
    today = timezone.localdate()
    story.fill_date("When was the child heard?", today.day, today.month, today.year)
    story.fill("Who heard the child?", "Sol Wright, social worker")
    story.fill_date("When?", today.day, today.month, today.year)
    story.fill_date("When is the next review?", today.day, today.month, today.year + 1)
    story.choose("The plan goes on as it is").fill("Why?", "It helps her.").press("Record the review")
    story.sees("The review is written down", "She walks home and has told two friends.", "It is better now.")
    review = Review.objects.get()
    assert review.next_review_on == review.plan.review_on
