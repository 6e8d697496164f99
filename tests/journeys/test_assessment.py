"""An assessment in full: what is seen over time, what is good, who protects, what is not known, and a second look."""

import pytest
from django.urls import reverse
from tests.conftest import World
from tests.journeys.begun import HOME, ago, assessed, opened
from tests.journeys.conftest import Story

from heard.cases.assessment.models import Assessment
from heard.cases.case.models import Case

pytestmark = pytest.mark.journey

PHONE = "Gifts from people we do not know"


def the_lists_support_the_judgement(story: Story, case: Case) -> None:
    story.open(f"/children/{case.person_id}/").press("Start the assessment").press("Start now")
    story.follow("Signs of harm now").sees("Your judgement comes first.").follow("Write your judgement")
    story.fill("Your judgement", "Somebody older waits for her after school. She put herself at risk.")
    story.press("Save and continue").follow("Your judgement").sees("A thought about words", "Better:")
    story.fill("Your judgement", "Somebody older waits for her after school, and she is afraid of him.")
    story.press("Save and continue")
    story.follow("What the child says").choose(f"“{HOME}”").press("Save and continue")


def what_was_seen_has_a_history(story: Story) -> None:
    story.follow("Signs of harm now").follow("Add what has happened since", about=PHONE)
    story.sees("What was found, over time", "A new phone that she hides", "in worry")
    story.choose("No longer seen").fill("Who says so, and how do they know?", "Her mother, who has it now")
    story.fill("In which words?", "She gave it to her mother.")
    seen = ago(40)
    story.fill_date("On which day?", seen.day, seen.month, seen.year).press("Save")
    story.sees("There is a problem", "It was seen after that day")
    today = ago(0)
    story.fill_date("On which day?", today.day, today.month, today.year).press("Save")
    story.sees("No longer seen", "She gave it to her mother.")
    story.choose("Not known", within="Cut off from their family")
    story.press("Save and continue")


def patterns_stand_beside_what_the_child_needs(story: Story) -> None:
    story.follow("Patterns of exploitation").press("Add a pattern")
    story.choose("Between young people, at school or in the neighbourhood").choose("At school")
    story.choose("Both: the child is harmed, and is made to harm others")
    story.fill("What makes you think so?", "Two of them are at her school. They made her ask a friend along.")
    began = ago(90)
    story.fill_date("Since when? (optional)", began.day, began.month, began.year).press("Save")
    story.sees("Both: the child is harmed", "Neither waits for the other.")
    harmed, harming = "so that nobody harms them", "so that nobody makes them harm others"
    story.fill(f"What does the child need {harmed}? (optional)", "Somebody at the gate each day.")
    story.fill(f"What does the child need {harming}? (optional)", "Not to be alone with them, and no blame.")
    story.press("Save and continue")


def what_is_good_and_who_is_there(story: Story) -> None:
    story.follow("Strengths").press("Add a strength")
    story.fill("What is good in the child’s life, or what does the child do well?", "She runs for the town.")
    story.fill("Who says so?", "Her coach").press("Save").sees("She runs for the town.")
    story.press("Add somebody who protects").choose("Somebody else").fill("Their name", "Rosa")
    story.fill("Who are they to the child?", "Her aunt")
    story.fill("What do they do for the child?", "Collects her from training.")
    story.choose("They know a part of it").press("Save").sees("Rosa", "They know a part of it")
    story.press("Back to the assessment")


def test_an_assessment_is_written_sent_back_signed_and_read_beside_the_next(
    world: World, story: Story
) -> None:
    case = opened(world)
    story.sign_in(world.social_worker)
    the_lists_support_the_judgement(story, case)
    what_was_seen_has_a_history(story)
    patterns_stand_beside_what_the_child_needs(story)
    what_is_good_and_who_is_there(story)
    story.press("Check and send to the supervisor").sees("Not known, and nobody finds out yet")
    story.press("Ask who will find out").sees("It is a question now.")
    soon = ago(-7)
    story.select("Who finds out? (optional)", "Sol Wright")
    story.fill_date("By when? (optional)", soon.day, soon.month, soon.year).press("Save")
    story.sees("Who finds out: Sol Wright").follow("Assessment")
    story.press("Check and send to the supervisor").press("Send to the supervisor")

    story.sign_in(world.supervisor).open(reverse("work", kwargs={"work": "sign-offs"})).follow("Amira Khan")
    story.sees("No longer seen", "Both: the child is harmed").press("Decide on this assessment")
    story.sees("Said earlier, on another matter", HOME)
    story.choose("Send back").choose("What the child says").fill(
        "What has to be looked at again?", "Does her aunt know whom to call?"
    )
    story.press("Record the decision").sees("Sent back, with your reason and the parts.")
    story.sign_in(world.social_worker).open(f"/children/{case.person_id}/").press("Go on with the assessment")
    story.sees("Does her aunt know whom to call?").follow("Strengths").follow(
        "Change or take out", about="Rosa"
    )
    story.fill("What do they do for the child?", "Collects her from training. She has the duty number.")
    story.press("Save").press("Back to the assessment").press("Check and send to the supervisor")
    story.press("Send to the supervisor")
    story.sign_in(world.supervisor).open("/assessments/").follow("Amira Khan").choose("Sign off")
    story.press("Record the decision").sees("Signed off. A plan can now be agreed", "Sufi Visram")

    # What is found out later stands beside it; the assessment stays as it was signed.
    story.sign_in(world.social_worker).open(f"/assessments/{Assessment.objects.get().pk}/")
    story.page.locator("main a[href^='/questions/']").first.click()
    story.look().fill("What was found out?", "A man of about thirty, says her friend.")
    story.fill("Who says so, and how do they know?", "Her friend, who saw him")
    today = ago(0)
    story.fill_date("On which day was it found out?", today.day, today.month, today.year).press("Save")
    story.sees("Saved: the answer stands beside the question.", "Found out")
    paper = story.open(f"/assessments/{Assessment.objects.get().pk}/").take_paper(
        "Take it to a meeting (PDF)"
    )
    assert HOME in paper
    assert "She runs for the town." in paper


def test_a_second_assessment_is_read_beside_the_first(world: World, story: Story) -> None:
    first = assessed(world)
    story.sign_in(world.social_worker).open(f"/assessments/{first.pk}/").follow(
        "Assess again, as a new version"
    )
    story.press("Start now").follow("Your judgement")
    story.fill("Your judgement", "He does not come any more. She laughs again.").press("Save and continue")
    story.follow("Read it beside the one before").sees("Assessments side by side", "Before", "This one")
    story.sees("Somebody older waits for her", "He does not come any more.", "Not marked")
    assert "He does not come any more." in story.take_paper("Take both to a meeting (PDF)")
