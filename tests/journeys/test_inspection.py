"""Those who inspect ask for lists: a co-ordinator asks, a supervisor agrees on their My work, and the workbook is taken out."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from tests.conftest import World
from tests.journeys.conftest import Story

pytestmark = pytest.mark.journey


def test_lists_for_an_inspection_from_asking_to_the_workbook(world: World, story: Story) -> None:
    today, first = timezone.localdate(), timezone.localdate() - timedelta(days=30)
    story.sign_in(world.coordinator).open("/audits/").follow("Lists for an inspection")
    story.sees("Nobody has asked for any yet.").press("Prepare lists").press("Ask a second person")
    story.sees("There is a problem", "Say who inspects", "Say why they ask for it", "Choose the lawful basis")
    story.fill("Who inspects?", "Joint inspection").fill("Why do they ask for it?", "They come on Monday.")
    story.choose("A legal obligation")
    story.fill_date("Cases that were open from", first.day, first.month, first.year)
    story.fill_date("Cases that were open up to", today.day, today.month, today.year)
    story.press("Ask a second person").sees("A second person agrees to it on their My work")

    story.sign_in(world.supervisor).open("/").sees("Joint inspection").follow("Agree that lists")
    story.sees("They come on Monday.").choose("No").press("Save").sees("Say why you do not agree")
    story.choose("Yes").press("Save").sees("Agreed", "It can be taken out until")

    story.sign_in(world.coordinator).open("/").follow("Agreed: take the lists")
    book = load_workbook(BytesIO(story.take("Take the workbook out")))
    assert book.sheetnames == ["About", "Children", "Concerns", "Missing", "Agencies", "Files"]
    story.open("/inspections/").sees("Joint inspection", "Agreed")


def test_lists_that_were_not_agreed_to_or_that_were_wrong(world: World, story: Story) -> None:
    def ask(for_whom: str) -> None:
        today = timezone.localdate()
        story.sign_in(world.coordinator).open("/inspections/ask/").fill("Who inspects?", for_whom)
        story.fill("Why do they ask for it?", "They come on Monday.").choose("A public task")
        story.fill_date("Cases that were open from", today.day, today.month, today.year)
        story.fill_date("Cases that were open up to", today.day, today.month, today.year)
        story.press("Ask a second person")

    ask("Ofsted")
    story.sign_in(world.supervisor).open("/").follow("Agree that lists").choose("No")
    story.fill("Why not?", "They asked for six months").press("Save").sees("Not agreed")
    story.sign_in(world.coordinator).open("/").follow("Not agreed: read why")
    story.sees("They asked for six months").press("I have read why").open("/")
    story.sees_not("Not agreed: read why")

    ask("By mistake")
    story.press("Withdraw").sees("Withdrawn. Nobody can take it out.")
    story.sign_in(world.supervisor).open("/").sees_not("By mistake")
