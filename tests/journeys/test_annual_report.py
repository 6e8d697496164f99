"""An annual report: counted by the board, written by two, put up, and released by two others; then read by everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.board.annual import fill
from tests.conftest import World
from tests.journeys.conftest import DESKTOP, PHONE, Story

pytestmark = pytest.mark.journey


def test_a_report_from_counting_to_reading(world: World, story: Story, settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    fill(world, children=12)
    story.sign_in(world.board_member).open("/").follow("Promises").follow("Annual reports")
    story.sees("There is no annual report yet.").press("Draft a report").press("Count the year")
    story.sees("There is a problem", "Choose the year")
    year = story.page.locator("[name=first] option").nth(1).inner_text()
    story.select("Which year is it about?", year).choose("Counts of 1 to 5 are hidden").press(
        "Count the year"
    )
    story.sees(f"Annual report, {year}", "Being written", "What we did not do")
    story.follow("Whom we reached").sees("Not recorded")
    story.follow("What we did not do").press("Save").sees("Write what the partnership says of it")
    story.fill("What does the partnership say of it?", "We were slow in May.").press("Save").sees(
        "We were slow in May."
    )
    report = story.look().path

    story.widths = (DESKTOP,)
    story.sign_in(world.coordinator).open(report).follow("Discard it").sees("Why is it discarded?")
    story.open(report).press("Put it up for release").sees(
        "This is not released.", "Drafted by", "Counted on"
    )
    story.sign_in(world.board_member).open(report).sees("You drew this up. Two other people read it")

    for user, says in (
        (world.coordinator, "A second person"),
        (world.supervisor, "Everybody who sees profiles"),
    ):
        story.sign_in(user).open("/profiles/").follow(f"Annual report, {year}").press(
            "Release it, or send it back"
        )
        story.fill("Why?", "I read each table.").press("Release it").sees(says)
    story.widths = (PHONE, DESKTOP)
    story.sign_in(world.teacher).open("/profiles/").follow(f"Annual report, {year}").sees("Released by")
    story.follow("What we did not do").sees("We were slow in May.")
