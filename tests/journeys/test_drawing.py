"""What is around a child, drawn: reached from the record by keyboard alone, followed to who is in it, and narrowed."""

import re
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from tests.conftest import World
from tests.graph.conftest import adult, child, place, tie
from tests.journeys.conftest import Story
from tests.journeys.keyboard import ByKeyboard

pytestmark = pytest.mark.journey

COLOURS = """[...document.querySelectorAll('svg.heard-web[role=group] *')].flatMap(one =>
    [getComputedStyle(one).fill, getComputedStyle(one).stroke]).filter(one => one.startsWith('rgb('))"""
SHAPE = "getComputedStyle(document.activeElement.querySelector('.heard-web__shape')).fill"


def test_a_drawing_is_read_followed_and_narrowed_by_keyboard(
    world: World, page: Page, live_server: Any
) -> None:
    amira, dean, arcade = child(world, "Amira"), adult(world, "Dean"), place(world, "Harbour Street arcade")
    tie(world, amira, "goes_to", arcade, how="seen")
    tie(world, dean, "runs", arcade)
    tie(world, dean, "drives", child(world, "Maya"))
    story = ByKeyboard(page, live_server.url, "drawing").begin()
    Story.sign_in(story, world.teacher)
    story.open(f"/children/{amira.pk}/people/").follow("Draw what is around this child")
    story.sees("The same as a table", "Ties of children", "goes to", "Ties of adults", "runs").sees_not(
        "Maya"
    )
    drawing = story.path
    story._reach(page.get_by_role("link", name="Dean Made, adult"))
    assert page.evaluate(SHAPE) == "rgb(255, 221, 0)"
    story._enter(page.get_by_role("link", name="Dean Made, adult"))
    assert story.path == f"/adults/{dean.pk}/"
    story.follow("Draw what is around them").sees("Maya Made")
    story.open(drawing).follow("of the tie between Amira Made and Harbour Street arcade")
    story.sees("How it is known", "It was seen")
    assert story.path.startswith("/ties/")
    story.open(drawing)
    story._reach(page.locator("summary", has_text="Choose how much is drawn"))
    story._key("Enter")
    story.choose("One tie").press("Draw it").sees("Ties of children").sees_not("Ties of adults")
    page.emulate_media(media="print")
    wide = page.locator("svg.heard-web[role=group]").bounding_box()
    assert wide
    assert wide["width"] <= page.locator(".heard-web-frame").bounding_box()["width"]  # type: ignore[index]
    colours = {tuple(map(int, re.findall(r"\d+", one)[:3])) for one in page.evaluate(COLOURS)}
    assert colours
    assert [colour for colour in colours if max(colour) - min(colour) > 3] == [], (
        "paper may be black and white"
    )
    paper = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    assert "Amira Made" in paper[0].extract_text()
    assert "Harbour Street arcade" in "".join(" ".join(one.extract_text().split()) for one in paper)
