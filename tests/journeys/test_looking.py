"""Axe reads each shape of page once, so that two pages of which it could say something else must not have the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.journeys.conftest import SHAPE, Story

pytestmark = pytest.mark.journey
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Heard</title><style>p { color: black }</style></head><body><main>
<h1>Mina Okoro</h1><p id="p1" class="said">She is 12.</p><a href="/people/7/">Her page</a>
<ul><li>One</li><li>Two</li></ul>
<form><label for="d7">Day</label><input id="d7" name="day" value="4"><button>Save</button></form>
</main></body></html>"""


def shape(page: Page, html: str) -> str:
    page.set_content(html)
    return str(page.evaluate(SHAPE))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mina Okoro", "Ada Ash"),
        ("/people/7/", "/people/4f9c5a4e-0c0e-4b57-9d6f-0f3f5f1d2c3b/"),
        ('"d7"', '"d19"'),
        ('value="4"', 'value="31"'),
        ("<li>Two</li>", "<li>Two</li><li>Three</li>"),
    ],
)
def test_words_keys_and_how_many_rows_are_no_shape(page: Page, one: str, other: str) -> None:
    assert shape(page, PAGE.replace(one, other)) == shape(page, PAGE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (' lang="en"', ""),
        ("color: black", "color: silver"),
        ("said", "meant"),
        ("Her page", ""),
        ("h1", "h2"),
        ("<li>Two</li>", "<b>Two</b>"),
        ('<label for="d7">Day</label>', "Day"),
        ('for="d7"', 'for="d8"'),
        ("<p", "<p aria-describedby='d8'"),
        ('id="p1"', 'id="d7"'),
        ('value="4"', 'value="" placeholder="4"'),
        ("<button>", "<button disabled>"),
        ("<button>", "<button autofocus>"),
        ("<input", "<input aria-label='Day'"),
        ("<p", "<p style='color: silver'"),
        ("<p", "<p style='overflow: auto'"),
        ("<p", "<p hidden"),
    ],
)
def test_what_axe_could_mind_is_another_shape(page: Page, one: str, other: str) -> None:
    assert one in PAGE
    assert shape(page, PAGE.replace(one, other)) != shape(page, PAGE)


def test_a_page_is_another_once_a_box_is_ticked(page: Page) -> None:
    before = shape(page, PAGE.replace("<input", "<input type='checkbox'"))
    page.locator("input").check()
    assert page.evaluate(SHAPE) != before


def test_a_page_is_another_at_a_width_at_which_something_else_is_seen(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    wide = shape(page, PAGE)
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate(SHAPE) == wide
    for narrow in ("display: none", "visibility: hidden", "position: absolute; width: 1px"):
        html = PAGE.replace("p { color: black }", f"@media (max-width: 40em) {{ p {{ {narrow} }} }}")
        page.set_viewport_size({"width": 1280, "height": 900})
        wide = shape(page, html)
        page.set_viewport_size({"width": 320, "height": 900})
        assert page.evaluate(SHAPE) != wide, narrow


@pytest.fixture
def looking(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setattr(Story, "passed", tmp_path)
    story = Story(page, "http://127.0.0.1", "looking", widths=(320, 1280))
    page.goto("about:blank")  # axe comes with a page that is opened
    return story


NOT_AGAIN = "() => { window.axe = undefined; window.readAxe = () => { throw new Error('read again'); } }"


def test_a_page_that_failed_is_read_again_and_one_that_passed_is_not(looking: Story) -> None:
    looking.page.set_content(PAGE.replace("<label", "<i").replace("</label", "</i"))
    for _again in range(2):
        with pytest.raises(AssertionError, match="label"):
            looking.look()
    looking.page.set_content(PAGE)
    looking.look()
    looking.page.evaluate(NOT_AGAIN)
    looking.look()


@pytest.mark.parametrize(
    ("width", "style"),
    [(1280, "p { color: #eee }"), (320, "@media (max-width: 40em) { label { display: none } }")],
)
def test_what_is_wrong_at_one_width_alone_is_found(looking: Story, width: int, style: str) -> None:
    looking.page.set_content(PAGE)
    looking.look()
    looking.page.set_content(PAGE.replace("p { color: black }", style))
    with pytest.raises(AssertionError, match=f"{width} px"):
        looking.look()
