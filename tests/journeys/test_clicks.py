"""What is done most takes few clicks: each story begins on My work, and fails once it takes more. Telling a worry and noting a call
on a phone are counted where they are told (`test_worry`, `test_caseload`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Frame, Locator, Page
from tests.conftest import World
from tests.journeys.begun import opened, told
from tests.journeys.conftest import DESKTOP, Story
from tests.journeys.test_heights import club

from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment
from heard.cases.case.queries import words_of
from heard.cases.concern.models import Concern
from heard.cases.note.actions import write_note
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day
from heard.insight.models import Profile, SourceMapping
from heard.knowledge import load

pytestmark = pytest.mark.journey

DECIDE = (6, 3)  # clicks, and pages after My work
SIGN_OFF = (4, 3)
LAST_SEEN = (1, 2)  # Enter is one
RELEASE = 25  # of the analyst and of both people who release it; to choose from a list takes two, to choose a file one
ON_A_PHONE = 360  # pixels


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

    def select(self, label: str, option: str) -> Hand:
        self.page.get_by_label(label, exact=True).select_option(label=option)
        self.clicks += 2  # one opens it
        return self

    def upload(self, label: str, file: Path) -> Hand:
        self.page.get_by_label(label, exact=True).set_input_files([file])
        self.clicks += 1
        return self

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
    hand.follow("Amira Khan").sees(f"Last seen {day(note.at)}, alone, by the notes.")
    assert in_time(hand, LAST_SEEN), hand.took()


def test_an_unknown_table_becomes_a_released_profile(
    world: World, settings: Any, tmp_path: Path, hand: Hand
) -> None:
    """Three people: the analyst, and two who did not draw it up. Each begins on My work; signing in is counted nowhere here."""
    settings.DATA, settings.EXTRACTS = tmp_path / "data", tmp_path / "none"
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "engine"]}
    }
    hand.widths = (ON_A_PHONE, DESKTOP)
    hand.sign_in(world.analyst).open("/").follow("Agencies’ records").press("Start a run")
    hand.fill("What is this run for?", "To see who comes to the club.").choose("A public task")
    hand.fill("Which law, task or agreement is it?", "Children Act 2004, section 11")
    hand.upload("Or upload extracts (optional)", club(tmp_path)).press("Start the run")

    hand.sees("What do the columns of club_2026-03.csv mean?", "Columns that it does not read")
    missing = next(sign.label for sign in load.current().signs if sign.id == "S01")
    hand.select("Whose file is it?", "police").select("Missing", f"Y shows: {missing}")
    hand.press("See the rows again").sees("The first rows, as they would be read", missing)
    hand.press("Keep this and go on").sees("Kept for later files too.", "Waiting to start")
    _work_through_the_queue()
    hand.sees("What the records say together").look()

    hand.follow("Draw up a profile").choose("Those in the agencies’ records of this run")
    hand.choose("Counts of 1 to 7 are hidden, and others rounded to the nearest 5")
    hand.press("Draw it up").sees("Waiting to be drawn up")
    _work_through_the_queue()
    hand.sees("Key findings", "This is not released.").look()

    title = Profile.objects.get().title
    for who in (world.coordinator, world.board_member):
        hand.sign_in(who).open("/").follow(title).press("Release it, or send it back")
        hand.fill("Why?", "I read each table.").press("Release it")
    hand.sees("Released. Everybody who sees profiles can read it now.")
    assert Profile.objects.get().state == "released"
    kept = yaml.safe_load(SourceMapping.objects.get().text)
    assert kept["sources"]["club"]["items"]["S01"] == {"column": "Missing", "in": ["Y"]}
    print(hand.name, hand.took())
    assert hand.clicks <= RELEASE, hand.took()


def _work_through_the_queue() -> None:
    call_command("db_worker", queue_name="*", batch=True, startup_delay=False, verbosity=0)
