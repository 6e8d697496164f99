"""The profile as a page: whoever opens the file reads it on a wide screen, on a phone and by the keyboard, with scripts off."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.engine.profile.made import run_of

from heard.engine.run.profile import draw_up

pytestmark = pytest.mark.journey


def test_a_profile_is_read_by_anybody(tmp_path: Path, browser: Browser) -> None:
    draw_up(run_of(tmp_path / "run"), out=tmp_path / "profile", title="Wexmoor, 2025 to 2026")
    page = browser.new_page()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((tmp_path / "profile" / "profile.html").as_uri())
        found = Axe().run(page)
        assert not found.violations_count, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#quality")
    pictures = page.locator("img")
    assert pictures.count() == 9  # one of which all numbers are hidden is not drawn
    assert all(
        pictures.nth(n).evaluate("one => one.naturalWidth > 0 && one.alt.length > 20") for n in range(9)
    )
    page.close()
