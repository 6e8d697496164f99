"""A child's page is read in twenty seconds: its summary in two screens of a desk, three of a phone and one page of paper; each
tab in three screens. The child has more of everything than any child of the demo."""

import uuid
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader
from tests.cases.attachment.samples import pdf, upload
from tests.conftest import World
from tests.journeys.conftest import Story
from tests.walls.record import make_record

from heard.cases.attachment.actions import attach
from heard.cases.case import actions as casework
from heard.cases.case.notices import actions as noticing
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.note import actions as noting
from heard.cases.timeline.index import catch_up
from heard.cases.timeline.tabs import TABS
from heard.network import actions as network
from heard.network.queries import person_visible_to

pytestmark = pytest.mark.journey
DESK, PHONE, PAPER = 1280, 360, "A4"
SUMMARY = {DESK: 1_800, PHONE: 2_400}  # pixels
TAB = {DESK: 2_700, PHONE: 2_400}
TELLS = (
    "A neighbour saw a car that nobody knows, with two men in it, in front of the house after ten at night. "
    * 4
)


def _signs(number: int) -> list[Observed]:
    seen = timezone.localdate() - timedelta(days=25 * number)
    return [
        Observed(f"S{(number + more) % 12 + 1:02}", "seen", seen, "Form tutor", TELLS) for more in range(3)
    ]


def _tells_danger(world: World, key: uuid.UUID) -> None:
    done = "The police were called."
    told: dict[str, Any] = {"danger_now": "yes", "danger_done": done, "why_no_words": "Not met"}
    telling.tell(by=world.teacher, person_id=key, seen_and_heard=TELLS, **told)


@pytest.fixture
def child(world: World, settings: Any, tmp_path: Path) -> str:
    """The address of the page of a child with a record of every kind."""
    settings.DATA = tmp_path
    return f"/children/{make_record(world, restricted=False)['person_id']}/"


@pytest.fixture
def full(world: World, child: str) -> str:
    """The same after a year in which a lot happened."""
    key = child.split("/")[2]
    network.involve(
        by=world.social_worker,
        person=person_visible_to(world.coordinator, key),
        agency=world.police,
        why="Helps her",
    )
    network.involve(
        by=world.social_worker,
        person=person_visible_to(world.coordinator, key),
        agency=world.school,
        why="Her school",
    )
    for number in range(12):
        day = timezone.now() - timedelta(days=27 * number + 1)
        by = (world.social_worker, world.teacher, world.officer)[number % 3]
        telling.tell(
            by=by,
            person_id=key,
            seen_and_heard=TELLS,
            observations=_signs(number),
            why_no_words="Not met",
            danger_now="no",
        )
        for kind, seen in (("visit", "alone"), ("visit", "with_others"), ("attempt", "no")):
            noting.write_note(
                by=world.social_worker,
                person_id=key,
                kind=kind,
                at=day,
                text=TELLS,
                seen=seen,
                words="I was at home.",
            )
        casework.record_words(
            by=world.social_worker, person_id=key, text=TELLS, heard_by="Sol Wright", heard_on=day.date()
        )
        place = network.add_place(by=by, name=f"The station of line {number}", kind="park")
        network.note_tie(
            by=by, one_id=key, in_words="goes to", other_id=place.pk, knows=network.Knows(TELLS[:150])
        )
        attach(
            by=world.social_worker,
            upload=upload(pdf(f"Letter {number}"), f"letter-{number}.pdf"),
            person_id=key,
        )
    for text in ("Do not ring her own phone.", "The dog bites.", "Nobody visits alone."):
        casework.note_warning(
            by=world.social_worker,
            person_id=key,
            text=text,
            why="She said so",
            person_told=True,
            review_on=timezone.localdate() + timedelta(days=30),
        )
    noticing.mark_all_seen(by=world.social_worker, person_id=key)
    _tells_danger(world, key)
    DBTaskResult.objects.all().delete()  # somebody works through the queue, so that no page warns that nobody does
    catch_up()
    return child


def _height(story: Story, width: int) -> int:
    """Once the menu of a phone is shut, which a script does."""
    story.page.set_viewport_size({"width": width, "height": 800})
    menu = story.page.locator(".govuk-service-navigation__list")
    menu.wait_for(state="visible" if width == DESK else "hidden")
    return int(story.page.evaluate("document.documentElement.scrollHeight"))


def test_a_childs_page_is_as_long_as_somebody_reads_in_twenty_seconds(
    world: World, full: str, story: Story
) -> None:
    story.sign_in(world.social_worker)
    heights = {}
    for tab in TABS:
        name = (
            story.open(full)
            .page.locator(".heard-tabs__list")
            .get_by_role("link", name=str(tab.text))
            .get_attribute("href")
        )
        assert name
        story.open(name)
        heights[tab.name] = {width: _height(story, width) for width in (DESK, PHONE)}
    print(heights)
    most = {tab.name: SUMMARY if tab.name == "child" else TAB for tab in TABS}
    too_long = {
        (name, width): height
        for name, found in heights.items()
        for width, height in found.items()
        if height > most[name][width]
    }
    assert too_long == {}, heights
    is_one_page_of_paper(story.open(full))


def is_one_page_of_paper(story: Story) -> str:
    """What stands on it."""
    paper = story.page.pdf(prefer_css_page_size=True, print_background=True)
    pages = PdfReader(BytesIO(paper)).pages
    text = " ".join(pages[0].extract_text().split())
    assert "Where things stand" in text
    assert "Printed on" in text
    assert "Write a note" not in text
    assert len(pages) == 1
    return text


def test_an_old_link_leads_to_its_tab_and_the_menu_works_by_keys(
    world: World, child: str, story: Story
) -> None:
    story.sign_in(world.social_worker)
    story.page.goto(f"{story.address}{child}#around")
    story.page.wait_for_url(f"**{child}people/")
    story.look()
    button = story.page.locator(".heard-add > summary")
    button.focus()
    story.page.keyboard.press("Enter")
    story.page.keyboard.press("Tab")
    assert story.page.evaluate("document.activeElement.textContent") == "Write a note"
    story.page.keyboard.press("Escape")
    assert not story.page.get_by_role("link", name="Write a note").is_visible()
    assert story.page.evaluate("document.activeElement.textContent") == "Add"


@pytest.mark.parametrize("tab", ["", "people/"])
def test_write_a_note_is_the_first_thing_to_add_on_every_tab(
    world: World, child: str, story: Story, tab: str
) -> None:
    story.sign_in(world.social_worker).open(f"{child}{tab}")
    story.page.locator(".heard-add > summary").click()
    assert story.page.locator(".heard-add li a").first.text_content() == "Write a note"


def test_the_tabs_and_the_menu_work_without_scripts(
    world: World, child: str, story_without_scripts: Story
) -> None:
    story = story_without_scripts
    story.sign_in(world.social_worker).open(child).sees("Where things stand")
    story.page.locator(".heard-add > summary").click()
    story.page.get_by_role("button", name="Tell a worry about this child").click()
    story.sees("Tell a worry")
    story.open(child).follow("Plan").sees("What is still to do")
    story.follow("Shared and access").sees("Who has looked at this record")
