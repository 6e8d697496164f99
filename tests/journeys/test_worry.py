"""A worry is told and decided: a tired teacher on a phone, then the person who decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.attachment.samples import picture
from tests.conftest import World, let_know
from tests.journeys.conftest import Story

from heard.agencies.models import AuditRow
from heard.cases.concern.models import Concern
from heard.network import actions as network

pytestmark = pytest.mark.journey


def tell_a_worry_about_amira(story: Story) -> None:
    """From the start page to the thank-you, with one sign, one thing not seen, and the child's words."""
    today = timezone.localdate()
    story.open("/worries/tell/").sees("If a child is in danger now, call 999 first", "01632 960 001")
    story.press("Start").press("Continue").sees("Choose who or what it is about")
    story.choose("A child").press("Continue")
    story.fill("Name of the child", "Amira Kahn").press("Continue")
    story.sees("We found nobody", "Heard finds for you only children whom you may see")
    story.press("Write down who the child is")
    story.fill("Known as (optional)", "Mira").press("Continue")

    story.press("Continue").sees("There is a problem", "Write what was seen and heard")
    story.fill("What was seen and heard?", "Came back after lunch in a car. Seems streetwise. Upset.")
    story.press("Continue").sees("Which of these have been seen?", "not the same as “not seen”")
    story.choose("Seen", within="Gifts from people we do not know")
    story.choose("Not seen", within="Missing from home or care").press("Continue")

    story.sees("Gifts from people we do not know").fill_date(
        "When was it seen?", today.day, today.month, today.year
    )
    story.fill("What was seen, in their words?", "A new phone that she hides").press("Continue")
    story.choose("I have the child’s words").fill("The child’s words", "He said it was just a lift home")
    story.press("Continue").sees("How, when and to whom?")
    story.fill_date("When?", today.day, today.month, today.year).press("Continue")
    story.sees("Is the worry about somebody who works with children")
    story.choose("No, or I do not know").press("Continue")
    story.choose("No").press("Continue")
    story.sees("Do you have a photo, message or document?").press("Continue")


def test_a_worry_is_told_and_decided(world: World, story: Story) -> None:
    story.sign_in(world.teacher)
    tell_a_worry_about_amira(story)
    story.sees(
        "Check your answers", "Mira", "A new phone that she hides", "“He said it was just a lift home”"
    )

    story.sees("A thought about words", "streetwise", "Better:").press("Leave it as it is")
    story.sees_not("A thought about words").sees("Seems streetwise")
    story.follow("Change what was seen and heard")
    story.fill("What was seen and heard?", "Came back after lunch in a car that we do not know. Upset.")
    story.press("Continue").sees("Check your answers", "a car that we do not know", "Not known")
    story.press("Send").sees("Your worry is sent", "A person decides by", "Thank you for telling")
    reference = Concern.objects.get().reference
    story.sees(reference).open("/worries/").sees("Amira Kahn", reference, "Waiting for a decision")

    story.sign_in(world.coordinator).open("/worries/").follow("Amira Kahn")
    story.sees("The child’s own words", "“He said it was just a lift home”", "a car that we do not know")
    story.press("Record the decision").sees("Choose what happens next", "Give the reason for the decision")
    story.choose("Open a case").fill("Reason for the decision", "Gifts and lifts from somebody unknown.")
    story.fill(
        "What will the person who told this read?", "A social worker meets her. You were right to tell."
    )
    story.press("Record the decision").sees("Open a case", "Gifts and lifts from somebody unknown.")
    case = Concern.objects.get().case
    assert case is not None
    story.sees(case.reference)

    story.sign_in(world.teacher).open("/").sees("Outcome of your concern").follow("Amira Kahn")
    story.sees("A social worker meets her. You were right to tell.").press("I have read this")
    story.sees("Thank you.").open("/").sees_not("Outcome of your concern")


def test_a_worry_about_a_place_goes_with_its_photo_to_a_step_that_somebody_takes(
    world: World, story: Story, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    network.add_place(by=world.officer, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    story.sign_in(world.teacher).open("/worries/tell/").press("Start").choose("A place").press("Continue")
    story.fill("What is it called?", "habour street").press("Continue")
    story.sees("Is this the place?", "name is").choose("Harbour Street arcade, arcade, WX1 2AB").press(
        "Continue"
    )
    story.fill("What was seen and heard?", "Children are let in by the back door at night.").press("Continue")
    story.fill("When was it seen?", "Fridays, after ten").press("Continue")
    story.choose("No, or I do not know").press("Continue")
    story.sees("Is somebody in danger there now?").choose("Not known").press("Continue")
    story.page.get_by_label("Choose a file").set_input_files(
        {"name": "door.png", "mimeType": "image/png", "buffer": picture("PNG")}
    )
    story.press("Add this file").sees("Files that go with this worry", "door.png").press("Continue")
    story.sees("Check your answers", "Fridays, after ten", "door.png").press("Send").sees(
        "Your worry is sent"
    )

    story.sign_in(world.coordinator).open("/worries/").follow("Harbour Street arcade")
    story.sees("door.png").choose("A step is agreed").fill("What will be done?", "Licensing visits")
    story.fill("Reason for the decision", "Two schools have seen it")
    story.fill("What will the person who told this read?", "Licensing goes there.")
    story.press("Record the decision").sees("There is a problem", "Choose who will do it")
    soon = timezone.localdate() + timedelta(days=5)
    story.select("Who will do it?", "Ofa Leroy, Wexmoor Police")
    story.fill_date("By when?", soon.day, soon.month, soon.year).press("Record the decision")
    story.sees("Licensing visits")
    story.sign_in(world.officer).open("/").sees("Licensing visits")
    story.sign_in(world.teacher).open("/").follow("Harbour Street arcade").sees("Licensing goes there.")


def test_a_worry_is_told_without_scripts(world: World, story_without_scripts: Story) -> None:
    story = story_without_scripts.sign_in(world.teacher)
    tell_a_worry_about_amira(story)
    story.press("Send").sees("Your worry is sent")
    assert Concern.objects.get().observations.filter(item="S10", state="seen").exists()


def test_a_child_who_is_known_is_recognised_in_spite_of_spelling(world: World, story: Story) -> None:
    child = network.add_person(by=world.officer, given_name="Elizabeth", family_name="Smyth")
    let_know(world.officer, child.pk, world.school)
    story.sign_in(world.teacher).open("/worries/tell/").press("Start")
    story.choose("A child").press("Continue")
    story.fill("Name of the child", "Liz Smith").press("Continue")
    story.sees("Is this the child?", "Elizabeth Smyth", "short form", "family name sounds alike")
    story.press("Continue").sees("Choose the child, or “None of these”")
    story.choose("Elizabeth Smyth, date of birth not known").press("Continue")
    story.sees("What was seen and heard?")
    box = story.open("/search/").page.locator("main").get_by_role("textbox", name="Search")
    box.fill("Smith Liz")
    box.press("Enter")
    story.sees("Elizabeth Smyth", "recorded as the family name")
    assert not AuditRow.objects.filter(verb="view", person_id=child.pk).exists()


def test_what_was_typed_is_still_there_on_another_day(world: World, story: Story) -> None:
    story.sign_in(world.teacher).open("/worries/tell/").press("Start")
    story.choose("A child").press("Continue")
    story.fill("Name of the child", "Amira Khan").press("Continue")
    story.press("Write down who the child is").press("Continue")
    box = story.page.get_by_label("What was seen and heard?")
    box.fill("Half a sentence, then the bell ")
    story.page.wait_for_selector("text=Saved. You can leave")
    story.open("/drafts/").follow("Go on with the worry about Amira Khan")
    assert story.page.get_by_label("What was seen and heard?").input_value().startswith("Half a sentence")
    story.follow("Back").follow("Back").follow("Back")
    assert story.page.get_by_label("Name of the child").input_value() == "Amira Khan"
    story.open("/drafts/").follow("Discard").sees("What you typed is then gone").press("Discard it")
    story.sees("Nothing is waiting to be sent.")
