"""A small caseload is checked and brought in on the page: what the check says is heard, and fits a telephone."""

from __future__ import annotations

import pytest
from tests.conftest import World
from tests.insight.bringing.files import CASES, PEOPLE, PLANS, WHY
from tests.journeys.conftest import Story

pytestmark = pytest.mark.journey


def test_files_are_checked_and_then_brought_in(world: World, story: Story) -> None:
    def attach() -> None:
        files = {"People": PEOPLE, "Open cases (optional)": CASES, "Plans (optional)": PLANS}
        for label, text in files.items():
            told = text.format(soon="2099-12-01", later="2099-12-20") if text is PLANS else text
            story.attach(label, "any.csv", "text/csv", told.encode())

    story.sign_in(world.coordinator).open("/caseload-in/bring/")
    attach()
    story.press("Go on").sees(
        "4 rows read: 2 to bring in, 2 set aside", "Allocated worker: Nobody who can sign in"
    )
    landed = story.page.evaluate("document.activeElement.textContent")
    assert landed == "What would become of each row"
    story.page.set_viewport_size({"width": 360, "height": 740})
    story.page.wait_for_function("document.documentElement.scrollHeight < 2500")  # once the menu has closed
    attach()
    story.fill("Where do the files come from, and why are they brought in? (optional)", WHY)
    story.press("Go on").sees("Brought in. What became of each row is below.", "Ada Reedmace")
