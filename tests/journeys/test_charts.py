"""A chart comes in, one of its rows is accepted and is a tie; then the drawing is taken out, with why. On a desk and on a phone."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.conftest import World
from tests.graph.conftest import adult, child, place, tie
from tests.journeys.conftest import Story

from heard.graph.exchange.models import Outgoing
from heard.network.models import Tie

pytestmark = pytest.mark.journey

CHART = "Entity,Link,Entity\nKayla Made,is a friend of,Mo Made\nKayla Made,goes to,Somewhere\nMo Made,is seen at,\n07700 900123,is used by,Mo Made\n"


@pytest.fixture
def kayla(world: World) -> object:
    kayla = child(world, "Kayla")
    adult(world, "Mo")
    tie(world, kayla, "goes_to", place(world, "Kiln Lane arcade"))
    return kayla


def come_and_go(story: Story, world: World, kayla: object, *, width: int = 1280) -> None:
    story.sign_in(world.teacher).open(f"/web/{kayla.pk}/")  # type: ignore[attr-defined]
    story.follow("Bring a chart in").sees("Nothing becomes known by this")
    story.page.set_viewport_size({"width": width, "height": 900})
    story.attach("The chart", "chart.csv", "text/csv", CHART.encode())
    story.fill("Who made it?", "Ash Analyst, police").fill("Why is it brought in?", "For the panel")
    story.press("Read it").sees("4 rows read = 0 accepted + 3 left + 1 set aside")
    story.follow("1 set aside").sees("It names only one end of a tie").follow("chart.csv")
    story.press("Say who is meant").sees("Who or what is 07700 900123?").choose("Another: as it is written")
    story.press("Save and go on").sees("Who or what is Kayla Made?", "same")
    story.choose("Kayla Made, child").press("Save and go on").sees("Who or what is Mo Made?")
    story.choose("Mo Made, adult").press("Save and go on").sees("Who or what is Somewhere?").follow(
        "Leave it for now"
    )
    story.choose("Kayla Made is a friend of Mo Made").press("Accept the ticked rows")
    story.sees("Accepted: one tie is noted.", "1 accepted").follow("Kayla Made is a friend of Mo Made")
    story.sees("Ash Analyst, police", "chart brought in on", "row 1")
    assert Tie.objects.filter(kind="friend_of").count() == 1
    story.open(f"/web/{kayla.pk}/").follow("Draw what is around it").follow("Take the drawing out")  # type: ignore[attr-defined]
    story.sees("People in the file: 2. Places, groups, phones, cars and accounts: 1.")
    story.choose("CSV: tables in a ZIP file, for spreadsheets").fill("For whom is it?", "Ash Analyst, police")
    story.fill("What is it for?", "So that both act on the same picture").choose("A public task")
    story.press("Go on").sees("To be taken", "So that both act on the same picture")
    with story.page.expect_download() as taken:
        story.page.get_by_role("button", name="Take the file").click()
    with zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())) as packed:
        text = packed.read("nodes.csv").decode()
    assert "Kayla Made" in text
    assert "Kiln Lane arcade" in text
    assert Outgoing.objects.get().state == "taken"


def test_a_chart_comes_in_and_a_drawing_goes_out(world: World, story: Story, kayla: object) -> None:
    come_and_go(story, world, kayla)


def test_on_a_phone_too(world: World, story: Story, kayla: object) -> None:
    come_and_go(story, world, kayla, width=360)
