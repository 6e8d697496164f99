"""A day's work is read at a glance: My work in two screens of a desk, three of a phone; the top of a page is slim; and a hand on
the keyboard is soon where it wants to be."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.graph.conftest import tie
from tests.home.test_work import a_case, ago, told
from tests.journeys.begun import WALK, planned
from tests.journeys.conftest import Story

from heard.cases.attachment.actions import attach
from heard.cases.case import actions as casework
from heard.cases.clocks import actions as timing
from heard.cases.concern.models import Concern
from heard.cases.note.actions import write_note
from heard.network.actions import add_place

pytestmark = pytest.mark.journey
DESK, PHONE = 1280, 360
MY_WORK = {DESK: 1_200, PHONE: 2_800}  # pixels
HEADER, NAME_ON_PHONE = 64, 150
TABS = 4  # presses of Tab from opening the page to the first thing that waits


@pytest.fixture
def busy(world: World) -> World:
    """The co-ordinator has more than anybody in the demo: forty things, of which two are of danger."""
    for number in range(30):
        told(world, f"Joss{number}")
    Concern.objects.update(due_on=ago(2))
    for number in range(2):
        told(world, f"Mina{number}", danger_done="The police were called.")
    for number in range(8):
        case = a_case(world, f"Amira{number}")
        casework.name_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
        timing.note_moment(
            by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60 - number)
        )
    DBTaskResult.objects.all().delete()  # somebody works through the queue, so that no page warns that nobody does
    return world


def at(story: Story, width: int) -> Any:
    story.page.set_viewport_size({"width": width, "height": 800})
    menu = story.page.locator(".govuk-service-navigation__list")
    menu.wait_for(state="visible" if width == DESK else "hidden")
    return story.page.evaluate


def test_my_work_and_the_teams_are_as_long_as_somebody_reads_at_a_glance(busy: World, story: Story) -> None:
    heights = {}
    pages = {
        user: ("/", "/?by=child", "/team/waiting/")
        for user in (busy.coordinator, busy.social_worker, busy.supervisor)
    }
    pages |= {user: ("/",) for user in (busy.administrator, busy.analyst, busy.board_member, busy.teacher)}
    for user, paths in pages.items():
        story.sign_in(user)
        for path in paths:
            story.open(path)  # the first of a day, which greets
            for width in (DESK, PHONE):
                heights[user.username, path, width] = at(story, width)(
                    "document.documentElement.scrollHeight"
                )
    print(heights)
    assert {key: height for key, height in heights.items() if height > MY_WORK[key[2]]} == {}, heights


def test_the_top_of_a_page_is_slim_and_a_child_is_named_near_it(world: World, story: Story) -> None:
    child = f"/children/{a_case(world, 'Noor').person_id}/"
    story.sign_in(world.social_worker).open(child)
    assert at(story, DESK)("document.querySelector('.heard-header').getBoundingClientRect().height") <= HEADER
    name = "document.querySelector('h1').getBoundingClientRect().top"
    assert at(story, PHONE)(name) <= NAME_ON_PHONE
    assert story.page.locator(".govuk-exit-this-page").count() == 1  # in the menu
    assert not story.page.get_by_role("button", name="Exit this page").is_visible()
    story.open(reverse("worry_start"))
    assert story.page.get_by_role("button", name="Exit this page").is_visible()


def test_a_hand_on_the_keyboard_comes_soon_to_the_first_thing_that_waits(busy: World, story: Story) -> None:
    story.sign_in(busy.coordinator).open("/")
    first = story.page.locator(".heard-work tbody a").first
    for _press in range(TABS):
        story.page.keyboard.press("Tab")
        if story.page.evaluate("document.activeElement.textContent") == "Skip to what waits":
            story.page.keyboard.press("Enter")
    assert first.evaluate("it => it === document.activeElement")


def test_keys_go_along_the_list_and_to_the_search_and_can_be_switched_off(world: World, story: Story) -> None:
    for number in range(3):
        told(world, f"Joss{number}")
    page = story.sign_in(world.coordinator).open("/").page
    links = page.locator(".heard-work tbody a")
    focused = "it => it === document.activeElement"
    for key, nth in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert links.nth(nth).evaluate(focused), f"{key} does not go to line {nth}"
    page.keyboard.press("?")
    story.sees("Next line")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.locator("#search-everything").evaluate(focused)
    page.keyboard.type("j/?")
    assert page.locator("#search-everything").input_value() == "j/?"
    story.menu("Keys").press("Close").menu("My settings")
    story.choose("No", within="Do you want single keys as short cuts?").press("Keep this").open("/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    assert not page.get_by_text("Next line").count()


def test_keys_go_along_the_lists_of_a_child_and_of_panels(world: World, story: Story) -> None:
    child = planned(world).case.person
    about: dict[str, Any] = {"person_id": child.pk, "kind": "call", "at": timezone.now()}
    write_note(by=world.social_worker, text="She rang.", **about)
    attach(by=world.social_worker, upload=SimpleUploadedFile("drawing.txt", b"A drawing"), person_id=child.pk)
    harbour = add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")
    tie(world, child, "goes_to", harbour, by=world.social_worker)
    make_panel(world)
    story.sign_in(world.social_worker)
    for tab in ("chronology", "notes", "files", "people", "words"):
        leads_on(story, f"/children/{child.pk}/{tab}/")
    leads_on(story.sign_in(world.coordinator), "/panels/")


def leads_on(story: Story, address: str) -> None:
    page = story.open(address).page
    page.keyboard.press("j")
    on = "document.activeElement.matches('a[href]') && !!document.activeElement.closest('[data-heard-line]')"
    assert page.evaluate(on), address


def test_what_was_due_soonest_is_seen_first_and_by_child_where_wanted(busy: World, story: Story) -> None:
    story.sign_in(busy.coordinator).open("/")
    assert "Mina" in story.page.locator(".heard-work tbody tr").first.inner_text()
    marks = story.page.locator(".heard-work__button")
    before = marks.count()
    marks.first.click()
    story.look().sees("Marked as seen")
    assert marks.count() == before - 1
    for order in ("See all of it by child", "See all of it by day"):
        story.follow(order).sees("Okoro", "Most urgent first").follow("Next").sees("Okoro", "Previous")


def test_an_action_is_done_by_one_press_and_taken_back_by_another(world: World, story: Story) -> None:
    planned(world)
    story.sign_in(world.teacher).open("/").sees(WALK).press(f"Done ({WALK}, Amira Khan)")
    story.sees(f"Done: {WALK}.").press("Undo").sees(f"To do again: {WALK}.")
    story.follow(WALK).sees("How did it go?")
