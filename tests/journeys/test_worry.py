"""A worry is told and decided: a tired teacher on a phone, then the person who decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Frame, Locator
from tests.cases.attachment.samples import picture
from tests.conftest import PASSWORD, World, let_know
from tests.journeys.conftest import Story

from heard.agencies.models import AuditRow
from heard.cases.concern.models import Concern
from heard.network import actions as network

pytestmark = pytest.mark.journey

PAGES, TAPS = 6, 20  # of a worry about a child known by name, from signing in until it is sent
WIDTH, HEIGHT = 360, 740  # pixels of a phone


def tell_a_worry_about_amira(story: Story) -> None:
    """From the first page to the last before it is sent, with one sign, one thing not seen, and the child's words."""
    story.open("/worries/tell/").sees("If a child is in danger now, call 999 first", "01632 960 001")
    story.press("Continue").sees(
        "There is a problem", "Write what was seen and heard", "Say whether somebody"
    )
    story.choose("No", within="Is somebody in danger now?")
    story.fill(
        "What was seen and heard?",
        "Came back after lunch in a car. Seems streetwise. Upset. A new phone that she hides.",
    )
    story.press("Continue").fill("Name of the child", "Amira Kahn").press("Continue")
    story.sees("We found nobody", "Heard finds for you only children whom you may see")
    story.fill("Known as (optional)", "Mira").press("Continue")

    story.sees("Which of these were seen?", "not the same as “not seen”", "You wrote: “Upset.”")
    story.choose("Gifts from people we do not know").press("The whole list")
    story.choose("Not seen", within="Missing from home or care").press("Continue")
    story.choose("Today").press("Continue")

    story.choose("I have the child’s words").fill("The child’s words", "He said it was just a lift home")
    story.choose("Today", within="When?")
    story.sees("Is the worry about somebody who works with children")
    story.choose("No, or I do not know").press("Continue")


def test_a_worry_is_told_and_decided(world: World, story: Story) -> None:
    story.sign_in(world.teacher)
    tell_a_worry_about_amira(story)
    story.sees(
        "Check your answers",
        "Mira",
        "A new phone that she hides.",
        "“He said it was just a lift home”",
        "Looked for and not seen",
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
    story.sign_in(world.teacher).open("/worries/tell/").choose("Not known")
    story.fill("What was seen and heard?", "Children are let in by the back door at night.").press("Continue")
    story.follow("A place").fill("What is it called?", "habour street").press("Continue")
    story.sees("Is this the place?", "name is").choose("Harbour Street arcade, arcade, WX1 2AB").press(
        "Continue"
    )
    story.fill("When was it seen?", "Fridays, after ten")
    story.choose("No, or I do not know").press("Continue")
    story.sees("Check your answers", "Fridays, after ten").follow("Add a photo, message or document")
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
    story.sign_in(world.teacher).open("/worries/tell/").choose("No")
    story.fill("What was seen and heard?", "Upset").press("Continue")
    story.fill("Name of the child", "Liz Smith").press("Continue")
    story.sees("Is this the child?", "Elizabeth Smyth", "short form", "family name sounds alike")
    story.press("Continue").sees("Choose the child, or “None of these”")
    story.choose("Elizabeth Smyth, date of birth not known").press("Continue")
    story.sees("A worry about Elizabeth Smyth", "Which of these were seen?")
    box = story.open("/search/").page.locator("main").get_by_role("textbox", name="Search")
    box.fill("Smith Liz")
    box.press("Enter")
    story.sees("Elizabeth Smyth", "recorded as the family name")
    assert not AuditRow.objects.filter(verb="view", person_id=child.pk).exists()


def test_what_was_typed_is_still_there_on_another_day(world: World, story: Story) -> None:
    story.sign_in(world.teacher).open("/worries/tell/").choose("No")
    story.fill("What was seen and heard?", "Half a sentence").press("Continue")
    story.fill("Name of the child", "Amira Khan").press("Continue").press("Continue").press("Continue")
    story.choose("I have the child’s words")
    box = story.page.get_by_label("The child’s words", exact=True)
    box.fill("He waits, and then the bell ")
    story.page.wait_for_selector("text=Saved. You can leave")
    story.open("/drafts/").follow("Go on with the worry about Amira Khan")
    assert box.input_value().startswith("He waits, and then the bell")
    story.follow("Back").follow("Back").follow("Back")
    assert story.page.get_by_label("Name of the child").input_value() == "Amira Khan"
    story.follow("Back")
    assert story.page.get_by_label("What was seen and heard?").input_value() == "Half a sentence"
    story.open("/drafts/").follow("Discard").sees("What you typed is then gone").press("Discard it")
    story.sees("Nothing is waiting to be sent.")


def test_what_is_typed_on_the_first_page_waits_on_my_work(world: World, story: Story) -> None:
    story.sign_in(world.teacher).open("/worries/tell/").fill("What was seen and heard?", "Half a sentence")
    story.page.wait_for_selector("text=Saved. You can leave")
    story.open("/").sees("What you began and have not sent").follow("Tell a worry", about="").sees(
        "You typed this on"
    )
    assert story.page.get_by_label("What was seen and heard?").input_value() == "Half a sentence"


# ---- on a phone


class Thumb(Story):
    """A thumb on a phone: each touch of the screen is counted, and each page of telling that it comes to. Typing costs the touch
    of its box; what is typed is counted nowhere."""

    taps = 0

    def begin(self) -> Thumb:
        self.pages: list[str] = []
        self.page.on("framenavigated", self._note_page)
        return self

    def tap(self, what: Locator) -> Thumb:
        what.tap()
        self.taps += 1
        return self

    def fill(self, label: str, text: str, *, within: str = "") -> Thumb:
        box = self._place(within).get_by_label(label, exact=True).filter(visible=True)
        self.tap(box)
        self.page.keyboard.insert_text(text)
        return self

    def choose(self, label: str, *, within: str = "") -> Thumb:
        return self.tap(self._place(within).get_by_label(label, exact=True))

    def press(self, button: str) -> Thumb:
        return self.goes_on(self.page.get_by_role("button", name=button, exact=True).first)

    def goes_on(self, what: Locator) -> Thumb:
        """A touch that leads to another page."""
        with self.page.expect_navigation():
            self.tap(what)
        return self.look()

    def look(self) -> Thumb:
        """At this width alone, and without another one in between: the phone stays as it is."""
        self.page.wait_for_load_state("load")
        self._no_sideways_scroll(self.page, WIDTH)
        self._axe(self.page, WIDTH)
        assert not self._amiss, f"{self.path}: {self._amiss}"
        return self

    def _note_page(self, frame: Frame) -> None:
        if frame == self.page.main_frame and "/worries/tell/" in frame.url:
            self.pages.append(self.path)


@pytest.fixture
def thumb(browser: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Thumb]:
    screen: Any = {"width": WIDTH, "height": HEIGHT}
    context = browser.new_context(viewport=screen, has_touch=True, is_mobile=True)
    yield Thumb(context.new_page(), live_server.url, request.node.name, widths=(WIDTH,)).begin()
    context.close()


def test_a_worry_is_told_on_a_phone_in_few_pages_and_taps(world: World, thumb: Thumb) -> None:
    child = network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    thumb.open("/account/sign-in/").fill("Username", world.teacher.username).fill("Password", PASSWORD)
    thumb.press("Sign in")
    tell = thumb.page.get_by_role("link", name="Tell a worry")
    thumb.goes_on(tell.or_(thumb.page.get_by_role("button", name="Tell a worry")).filter(visible=True).first)

    thumb.sees("If a child is in danger now, call 999 first").choose("No")
    thumb.fill("What was seen and heard?", "She was picked up by a car after school. She has a new phone.")
    thumb.press("Continue").fill("Name of the child", "Amira Kahn").press("Continue")
    thumb.sees("Is this the child?").choose("Amira Khan, date of birth not known").press("Continue")
    thumb.sees("You wrote: “She was picked up by a car after school. She has a new phone.”")
    thumb.choose("Gifts from people we do not know").choose("Today").press("Continue")
    thumb.choose("I have the child’s words").fill("The child’s words", "It was just a lift").choose("Today")
    thumb.choose("No, or I do not know").press("Continue")
    thumb.sees("Check your answers").press("Send").sees("Your worry is sent")

    concern = Concern.objects.get()
    assert concern.person == child
    assert concern.words is not None
    assert (concern.words.text, concern.words.heard_on) == ("It was just a lift", timezone.localdate())
    [seen] = concern.observations.all()
    assert (seen.item, seen.seen_on) == ("S10", timezone.localdate())
    assert len(thumb.pages) <= PAGES, thumb.pages
    assert thumb.taps <= TAPS, thumb.taps
    print(len(thumb.pages), thumb.taps)
