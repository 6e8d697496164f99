"""What is done most takes few clicks: each story begins on My work, and fails once it takes more. Telling a worry and noting a call
on a phone are counted where they are told (`test_worry`, `test_caseload`)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Frame, Locator, Page
from tests.conftest import World
from tests.journeys.begun import opened, told
from tests.journeys.conftest import DESKTOP, Story

from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment
from heard.cases.case.queries import words_of
from heard.cases.concern.models import Concern
from heard.cases.note.actions import write_note
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day

pytestmark = pytest.mark.journey

DECIDE = (6, 3)  # clicks, and pages after My work
SIGN_OFF = (4, 3)
LAST_SEEN = (1, 2)  # Enter is one


class Hand(Story):
    """A hand on the mouse: each click is counted, and each page after the first. Typing costs the click into its box."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        super().__init__(page, address, name, widths=(DESKTOP,))
        self.clicks, self.pages = 0, -1
        page.on("framenavigated", self._note_page)

    def click(self, what: Locator) -> Hand:
        what.first.click()
        self.clicks += 1
        return self

    def goes_on(self, what: Locator) -> Hand:
        with self.page.expect_navigation():
            self.click(what)
        return self.look()

    def fill(self, label: str, text: str, *, within: str = "") -> Hand:
        self.click(self._place(within).get_by_label(label, exact=True).filter(visible=True))
        self.page.keyboard.insert_text(text)
        return self

    def choose(self, label: str, *, within: str = "") -> Hand:
        return self.click(self._place(within).get_by_label(label, exact=True))

    def press(self, button: str) -> Hand:
        return self.goes_on(self.page.get_by_role("button", name=button, exact=True))

    def follow(self, link: str, *, about: str = "") -> Hand:
        return self.goes_on(self.page.get_by_role("link", name=link))

    def look(self) -> Hand:
        super().look()
        return self

    def took(self) -> tuple[int, int]:
        return self.clicks, self.pages

    def _note_page(self, frame: Frame) -> None:
        self.pages += frame == self.page.main_frame


@pytest.fixture
def hand(page: Page, live_server: Any, request: pytest.FixtureRequest) -> Hand:
    return Hand(page, live_server.url, request.node.name)


def in_time(hand: Hand, most: tuple[int, int]) -> bool:
    print(hand.name, hand.took())
    return all(took <= limit for took, limit in zip(hand.took(), most, strict=True))


def test_a_worry_is_decided_on(world: World, hand: Hand) -> None:
    told(world)
    hand.sign_in(world.coordinator).open("/")
    hand.follow("Decide on the worry").press("Decide on this worry").choose("Open a case")
    hand.fill("Reason for the decision", "Two signs, and she is afraid on her way home.")
    hand.fill("What will the person who told this read?", "A social worker meets her this week.")
    hand.press("Record the decision").sees("Decision recorded: Open a case.")
    assert Concern.objects.get().decision == "open_case"
    assert in_time(hand, DECIDE), hand.took()


def test_an_assessment_is_signed_off(world: World, hand: Hand) -> None:
    case = opened(world)
    this: Any = {
        "by": world.social_worker,
        "assessment_id": assessing.start_assessment(by=world.social_worker, case_id=case.pk).pk,
    }
    assessing.save_judgement(**this, text="Somebody older waits for her, and she is afraid of him.")
    words = words_of(world.social_worker, case.person_id).first()
    assert words
    assessing.save_childs_view(**this, view=ChildsView(words_id=words.pk))
    assessing.submit(**this)
    hand.sign_in(world.supervisor).open("/")
    hand.follow("Assessment to sign").sees("she is afraid of him").press("Decide on this assessment")
    hand.choose("Sign off").press("Record the decision")
    assert Assessment.objects.get().state == "signed"
    assert in_time(hand, SIGN_OFF), hand.took()


def test_a_child_is_found_and_when_they_were_last_seen_is_said(world: World, hand: Hand) -> None:
    case = opened(world)
    note = write_note(
        by=world.social_worker,
        person_id=case.person_id,
        kind="visit",
        at=timezone.now(),
        text="At the kitchen table.",
        seen="alone",
    )
    hand.sign_in(world.social_worker).open("/").page.keyboard.press("/")
    hand.page.keyboard.insert_text("Amira")
    with hand.page.expect_navigation():
        hand.page.keyboard.press("Enter")
    hand.follow("Amira Khan").sees(f"Last seen {day(note.at)}")
    assert in_time(hand, LAST_SEEN), hand.took()
