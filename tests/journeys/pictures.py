"""The pictures of the guide. A story takes each of them, so none can show what is no more.

Beside a picture stands what it says in words, as somebody hears it who uses a screen reader. A story fails when the page
says something else than that, until `make pictures` has taken the picture anew. Pixels are not compared: fonts differ
from machine to machine. The stories happen on one day, so that no date in a picture grows old.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from difflib import unified_diff
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator
from tests.journeys.conftest import Story

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
TAKE = "HEARD_TAKE_PICTURES"
DAY = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)  # a Tuesday far from holidays and changes of the clock
WIDTH, TALLEST, ROOM = 800, 1000, 15  # pixels
COLOURS = 64
# It follows whoever scrolls, so that it would lie over the picture.
LEAVE_OUT = "document.querySelector('.govuk-exit-this-page')?.style.setProperty('visibility', 'hidden')"

# What is drawn by lot, or is the time of day.
BY_LOT = (
    (re.compile(r"\b([A-Z])-[A-Z0-9]{3}-[A-Z0-9]{3}\b"), r"\1-…"),
    (re.compile(r"\b\d{1,2}:\d{2}(am|pm)?\b"), "…"),
)


def stop_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of day goes on; the day is DAY. Everything in Heard asks `timezone.now`."""
    behind = DAY - timezone.now()
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + behind)


class Camera:
    """`folder`: where a picture goes that is taken only to see that it can be."""

    def __init__(self, folder: Path) -> None:
        self.folder = PICTURES if os.environ.get(TAKE) else folder

    def take(self, story: Story, name: str, *, of: str = "main") -> None:
        """A picture of the part of the page that `of` selects, from its top; fails if the one in the guide says
        something else.
        """
        story.page.set_viewport_size({"width": WIDTH, "height": 900})
        part = story.page.locator(of).first
        words = said_by(part)
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{name}.png").write_bytes(drawn(story, part))
        (self.folder / f"{name}.txt").write_text(words, encoding="utf-8")
        shown = PICTURES / f"{name}.txt"
        before = shown.read_text(encoding="utf-8") if shown.exists() else ""
        changed = "\n".join(unified_diff(before.splitlines(), words.splitlines(), "guide", "page", "", "", 1))
        assert not changed, f"The picture {name} is out of date. `make pictures` takes it anew.\n{changed}"


def said_by(part: Locator) -> str:
    """Headings, labels, buttons and words in their order, without what is drawn by lot."""
    lines = [line for line in part.aria_snapshot().splitlines() if "- /url:" not in line]
    text = "\n".join(lines) + "\n"
    for pattern, instead in BY_LOT:
        text = pattern.sub(instead, text)
    return text


def drawn(story: Story, part: Locator) -> bytes:
    """A small PNG of the top of this part, with a little room around it."""
    box = part.bounding_box()
    assert box is not None
    clip: Any = {
        "x": box["x"] - ROOM,
        "y": max(0, box["y"] - ROOM),
        "width": box["width"] + 2 * ROOM,
        "height": min(box["height"], TALLEST) + ROOM,
    }
    story.page.evaluate(LEAVE_OUT)
    png = story.page.screenshot(full_page=True, clip=clip, animations="disabled")
    out = BytesIO()
    picture = Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
