"""Maps of places: found from sign-in, read by month and as a table, with scripts and without; a child’s own map; and who gets none."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect
from tests.conftest import World
from tests.graph.conftest import child, episode, place, tie, worry
from tests.graph.test_map import know, larches, missing, put
from tests.journeys.conftest import Story

from heard.graph.map import adding, store
from heard.graph.map.forms import called
from heard.graph.map.rules import Month
from heard.network.models import Address, Place

pytestmark = pytest.mark.journey


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MAP = tmp_path / "map"
    return tmp_path / "map"


@pytest.fixture
def town(world: World, folder: Path) -> World:
    """An arcade of two children, a park about which somebody told a worry, a kiosk of one child, a home, and a children's home to which a
    child came back."""
    know(folder, LE1_1AA=(52.63, -1.12), LE2_2BB=(52.66, -1.16), LE3_3CC=(52.65, -1.14))
    larches(world)
    arcade = put(world, place(world, "Harbour Street arcade"), lon="-1.120000")
    amira, bo = child(world, "Amira"), child(world, "Bo")
    Address.objects.create(person=amira, line="1 Street", postcode="LE1 1AA")
    missing(world.teacher, amira, 24 * 60, "by the station, LE2 2BB", from_where="home")
    care = {"from_where": "residential", "from_detail": "The Larches, LE3 3CC"}
    missing(world.teacher, amira, 24 * 40, "Back at The Larches, LE3 3CC", **care)
    for who in (amira, bo):
        episode(world.teacher, who, 24 * 30, spoke_of=[arcade])
    missing(world.teacher, amira, 24 * 20, "Harbour Street arcade", **care)
    tie(world, bo, "goes_to", put(world, place(world, "Kiosk"), lon="-1.110000"))
    for where in (put(world, place(world, "Abbey Park")), place(world, "Oak House")):
        worry(world.teacher, place_id=where.pk)
    return world


def test_a_co_ordinator_finds_the_map_picks_months_and_reads_the_table(town: World, story: Story) -> None:
    this = Month.of(timezone.localdate())
    story.sign_in(town.coordinator).open("/parts/").follow("Map of places, by month")
    story.sees("Abbey Park", "Harbour Street arcade", "The same as a table", "Fewer than six").sees_not(
        "Oak House", "Amira"
    )
    for kind in ("lower", "upper"):  # boundaries that ship, from this host
        expect(story.page.locator(f".heard-map__area--{kind}").first).to_be_attached()
    mark = story.page.get_by_role("button", name="Abbey Park. Worries")
    mark.focus()
    mark.press("Enter")
    expect(story.page.locator(".leaflet-popup")).to_contain_text("Worries")
    story.look()
    story.page.locator("summary", has_text="Choose months").click()
    story.select("From", called(this)).select("Until", called(this)).press("Show it")
    story.sees("Abbey Park", called(this)).sees_not("Harbour Street arcade")
    story.follow("In a square of 250 m", about="Abbey Park").sees("Where Abbey Park is", "I was there")
    story.page.locator(".heard-map").click(position={"x": 60, "y": 60})
    expect(story.page.get_by_label("Latitude")).not_to_have_value("")
    story.fill("How do you know where it is?", "Walked there").press("Save where it is").sees("Walked there")


def test_no_name_lies_over_another_on_a_phone(town: World, story_on_a_phone: Story) -> None:
    for number, name in enumerate(
        ("Ropewalk hand car wash", "Cob Lane takeaway", "Harbour steps", "Quayside bus station")
    ):
        where = put(
            world=town, where=place(town, name), lat=f"52.6{45 + number}000", lon=f"-1.1{20 + 4 * number}000"
        )
        worry(town.teacher, place_id=where.pk)
    story = story_on_a_phone.sign_in(town.coordinator).open("/map/")
    names = story.page.locator(".heard-map__name")
    expect(names.first).to_be_attached()
    boxes = [name.bounding_box() for name in names.all()]
    assert len(boxes) > 1
    over = [(one, other) for one, other in combinations(boxes, 2) if _meet(one, other)]
    assert over == []


def _meet(one: Any, other: Any) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )


def test_it_is_read_without_scripts(town: World, story_without_scripts: Story) -> None:
    story = story_without_scripts
    story.sign_in(town.coordinator).open("/places/").follow("Map of places, by month")
    story.sees("Abbey Park", "Harbour Street arcade", "Fewer than six").sees_not("What the marks mean")
    story.follow("A point", about="Harbour Street arcade")
    story.fill("Latitude", "52.7").fill("Longitude", "-1.2").fill(
        "How do you know where it is?", "Walked there"
    )
    story.press("Save where it is").sees("Latitude 52.70000, longitude -1.20000")


def test_a_worker_opens_from_where_one_child_was_missing(town: World, story_on_a_phone: Story) -> None:
    from heard.network.models import Person

    amira = Person.objects.get(given_name="Amira")
    story = story_on_a_phone.sign_in(town.teacher)
    story.open(f"/children/{amira.pk}/missing/").follow("From where, and where found: on a map")
    story.sees(
        "Missing from, and found", "the child’s address on that day", "the postcode that was written down"
    )
    drawn = story.page.locator(".heard-map__route, .heard-map__square, .heard-map__mark")
    assert drawn.count() >= 10
    expect(story.page.get_by_role("link", name="The Larches")).to_have_count(0)
    story.page.emulate_media(media="print")
    visible = [one.get_attribute("aria-label") or "" for one in drawn.all() if one.is_visible()]
    assert [text.partition(",")[0] for text in visible] == [
        "Found"
    ]  # the arcade: nothing else is known to be no home


@pytest.mark.parametrize("before_the_answer", [False, True])
def test_areas_that_were_too_many_appear_closer(
    town: World, folder: Path, story: Story, monkeypatch: pytest.MonkeyPatch, before_the_answer: bool
) -> None:
    park = Place.objects.get(name="Abbey Park")
    areas = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring(east)]}}
        for east in (-0.018, 0, 0.018)
    ]
    path = folder.with_name("areas.geojson")
    path.write_text(json.dumps({"features": areas}))
    adding.add(adding.Given(path, folder), adding.Report("boundaries"))
    monkeypatch.setattr(store, "_AREAS", 2)
    story.sign_in(town.coordinator)
    held: list[Route] = []
    story.page.route("**/map/areas/**", lambda route: held.append(route), times=1)
    with story.page.expect_request("**/map/areas/**"):
        story.open(f"/map/places/{park.pk}/")
    if not before_the_answer:
        answer(story, held)
    drawn = story.page.locator(".heard-map__area--own")
    expect(drawn).to_have_count(0)
    for _time in range(2):
        story.page.get_by_role("button", name="Closer").click()
    if before_the_answer:
        answer(story, held)
    expect(drawn).to_have_count(1)


def answer(story: Story, held: list[Route]) -> None:
    """Let the site answer what was asked for, and the page read it."""
    with story.page.expect_event("requestfinished", lambda request: "/map/areas/" in request.url):
        held.pop().continue_()


def ring(east: float) -> list[list[float]]:
    """A small area so far east of the park, in degrees."""
    corners = ((0, 0), (0.001, 0), (0.001, 0.001), (0, 0))
    return [[-1.1391 + east + x, 52.6412 + y] for x, y in corners]


def test_who_may_not_see_children_gets_no_map(town: World, story: Story) -> None:
    story.sign_in(town.analyst).open("/map/", status=404)
