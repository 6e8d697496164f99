"""A co-ordinator looks at the whole network: groups by their places, one of them, and all on the canvas; by keyboard alone, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.conftest import World
from tests.graph.conftest import adult, child, place, tie
from tests.journeys.conftest import DESKTOP, Story
from tests.journeys.keyboard import ByKeyboard

from heard.graph.whole.actions import lay_out

pytestmark = pytest.mark.journey

PHONE = 360


@pytest.fixture
def partnership(world: World) -> World:
    """Three places with children who go to them; two of the places have an adult in common."""
    arcade, station, park = (
        place(world, name) for name in ("Elm Park arcade", "Bus station", "Harbour kiosk")
    )
    for name, where in (
        ("Amira", arcade),
        ("Maya", arcade),
        ("Noor", station),
        ("Bo", station),
        ("Cem", park),
        ("Dee", park),
    ):
        tie(world, child(world, name), "goes_to", where, how="seen")
    dean = adult(world, "Dean")
    tie(world, dean, "runs", arcade)
    tie(world, dean, "goes_to", station)
    lay_out(by=None)
    return world


def test_groups_one_of_them_and_all_of_it(partnership: World, page: Page, live_server: Any) -> None:
    story = Story(page, live_server.url, "whole", widths=(PHONE, DESKTOP)).sign_in(partnership.coordinator)
    story.open("/groups/").follow("The whole network")
    story.sees(
        "Around Harbour kiosk", "What was noted since is not in it", "Ask instead of looking"
    ).sees_not("Amira", "Cem")
    story._picture(page, PHONE)
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    story._picture(page, DESKTOP)
    whole = story.path
    story.page.locator("svg.heard-web").get_by_role("link", name="Around Harbour kiosk").click()
    story.look().sees("Cem Made", "Dee Made", "The same as a table", "is as it was laid out on").sees_not(
        "Amira"
    )
    story.open(whole).follow("See all of the network")
    expect(page.locator("[data-heard-whole]")).to_have_attribute("data-ready", "true")
    story.look().sees("Press an arrow key").sees_not("Cem", "Amira")
    for name in ("Closer", "Move left", "Show all of it"):
        page.get_by_role("button", name=name).click()
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 220, steps=3)
    page.mouse.up()
    expect(page.get_by_role("status")).to_contain_text("Press an arrow key")
    for wide in (PHONE, DESKTOP):
        page.set_viewport_size({"width": wide, "height": 900})
        page.get_by_role("button", name="Show all of it").click()
        story._picture(page, wide)


def test_by_keyboard_alone(partnership: World, page: Page, live_server: Any) -> None:
    story = ByKeyboard(page, live_server.url, "whole-by-keyboard", widths=(DESKTOP,)).begin()
    Story.sign_in(story, partnership.coordinator)
    story.open("/whole/")
    story._enter(page.locator("svg.heard-web").get_by_role("link", name="Around Harbour kiosk"))
    story.sees("Cem Made")
    story.open("/whole/all/")
    expect(page.locator("[data-heard-whole]")).to_have_attribute("data-ready", "true")
    story._reach(page.get_by_role("button", name="Closer"))
    story._key("Enter")
    story._reach(page.locator("canvas"))
    status = page.locator(".heard-whole [role=status]")
    story._key("ArrowRight")
    expect(status).to_contain_text("Open the page")
    said = status.inner_text()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "+", "-", "0"):
        story._key(key)
    expect(status).to_contain_text("Open the page")
    assert said.split(",")[1].split(".")[0].strip() in ("child", "adult", "place")
    with page.expect_navigation():
        story._key("Enter")
    story.look()
    assert story.path.split("/")[1] in ("children", "adults", "places")


def test_without_scripts_the_table_leads_to_each_group(
    partnership: World, story_without_scripts: Story
) -> None:
    story = story_without_scripts
    story.sign_in(partnership.coordinator).open("/groups/").follow("The whole network").follow(
        "See all of the network"
    )
    assert "The picture needs JavaScript" in story.page.locator("main").inner_text()
    story.sees("Around Harbour kiosk", "Ask instead of looking").sees_not("Amira")
    story.follow("Around Harbour kiosk").sees("Cem Made", "The same as a table")


def test_on_paper_groups_stand_in_black_and_white(partnership: World, page: Page, live_server: Any) -> None:
    story = Story(page, live_server.url, "whole-on-paper", widths=(DESKTOP,)).sign_in(partnership.coordinator)
    story.open("/whole/")
    page.emulate_media(media="print")
    drawn = page.locator("svg.heard-web[role=group]").bounding_box()
    frame = page.locator(".heard-web-frame").bounding_box()
    assert drawn
    assert frame
    assert drawn["width"] <= frame["width"]
    expect(page.locator("table")).to_be_visible()
    story._picture(page, DESKTOP)


def test_an_analyst_finds_counts_and_no_names(partnership: World, page: Page, live_server: Any) -> None:
    story = Story(page, live_server.url, "whole-counted", widths=(PHONE, DESKTOP)).sign_in(
        partnership.analyst
    )
    story.open("/figures/").follow("Groups in the network, counted")
    story.sees("No kind of place is part of six groups or more").sees_not("Harbour", "Amira")
    story.open("/whole/", status=404)
