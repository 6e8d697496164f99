"""Maps of places: what is on them, how exactly, for whom, and what is never there."""

from __future__ import annotations

import html
import json
import re
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.missing.conftest import BACK, gone
from tests.conftest import World
from tests.graph.conftest import child, day, episode, place, tie, worry

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.concern.models import Concern
from heard.cases.missing import actions as looking
from heard.graph.map import adding, queries, rules, store
from heard.graph.map.rules import Month
from heard.network import actions
from heard.network.models import Address, Person, Place
from heard.network.rules import degrees, is_home, micro_degrees

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MAP = tmp_path / "map"
    return tmp_path / "map"


def know(folder: Path, **postcodes: tuple[float, float]) -> None:
    path = folder.with_name("postcodes.csv")
    rows = [f"{key.replace('_', ' ')},{lat},{lon}" for key, (lat, lon) in postcodes.items()]
    path.write_text("\n".join(["pcds,lat,long", *rows]))
    adding.add(adding.Given(path, folder), adding.Report("postcodes"))


def put(world: World, where: Place, lat: str = "52.641200", lon: str = "-1.139100") -> Place:
    return actions.locate_place(by=world.teacher, place_id=where.pk, lat=lat, lon=lon, how="I was there")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(user: User, name: str, asked: Any = None, **keys: Any) -> str:
    answer = signed_in(user).get(reverse(name, kwargs=keys), asked or {})
    assert answer.status_code == 200
    return answer.text


def features(text: str) -> list[dict[str, Any]]:
    held = re.search(r'data-features="([^"]*)"', text)
    found: list[dict[str, Any]] = json.loads(html.unescape(held[1]))["features"] if held else []
    return found


def names(text: str) -> set[str]:
    return {feature["properties"]["name"] for feature in features(text)}


def this_month() -> Month:
    return Month.of(timezone.localdate())


def named(user: User, **how: Any) -> queries.Places:
    return queries.places_named(user, this_month().back(11), this_month(), **how)


# ---- rules


@given(st.integers(49_000_000, 61_000_000), st.integers(-9_000_000, 2_500_000))
def test_a_square_holds_the_place_and_says_not_where_in_it(lat: int, lon: int) -> None:
    spot = rules.spot(lat, lon, exact=False)
    (west, south), (east, north) = spot.ring[0], spot.ring[2]
    slack = 2e-6  # of rounding
    assert west - slack <= lon / 1e6 <= east + slack
    assert south - slack <= lat / 1e6 <= north + slack
    assert (north - south) * 111_320 == pytest.approx(250, abs=1)
    middle = rules.spot(round(spot.lat * 1e6), round(spot.lon * 1e6), exact=False)
    assert middle == spot  # whatever is in it has the same square
    assert rules.spot(lat, lon, exact=True).side == 0


@pytest.mark.parametrize(
    ("kind", "name", "home"),
    [
        ("Children’s home", "The Larches", True), ("Refuge", "Somewhere", True), ("Boarding school", "St Mary", True), ("", "Oak House", True),
        ("Flat", "Above the shop", True), ("Supported accommodation", "x", True), ("Hostel", "x", True), ("School", "St Mary", False),
        ("Public house", "The Crown", False), ("Warehouse", "Dock 3", False), ("Park", "Abbey Park", False), ("Takeaway", "Homely Pizza", False),
        ("Semi-independent", "x", True), ("Placement", "x", True), ("Children’s unit", "x", True), ("Secure children’s centre", "x", True),
        ("Mother and baby unit", "x", True), ("Women’s Aid", "x", True), ("Shelter", "x", True), ("Bed and breakfast", "x", True),
        ("B&B", "x", True), ("Private address", "x", True), ("", "Apartment 4", True), ("", "12 Bungalow Lane", True), ("Residence", "x", True),
        ("Squat", "x", True), ("Student halls", "x", True), ("Guesthouse", "x", True), ("", "The Safehouse", True), ("", "Hill Farmhouse", True),
        ("place", "Jayden’s mum’s", True), ("place", "at her nan's", True), ("place", "House of Jayden’s nan", True), ("", "The Green House", True),
        ("flats", "Custom House", True), ("Tower block", "x", True), ("Household", "x", True), ("Hotel", "The Grand", False),
        ("Hospital", "x", False), ("Community centre", "Abbey Hall", False), ("Industrial unit", "Unit 3", False), ("Station", "x", False),
    ],
)  # fmt: skip
def test_what_is_called_a_home_is_one(kind: str, name: str, home: bool) -> None:
    assert is_home(said=False, kind=kind, name=name) is home
    assert is_home(said=True, kind=kind, name=name)


def test_months_and_parts_of_the_day() -> None:
    assert Month(2026, 1).back(1) == Month(2025, 12)
    assert Month(2024, 2).last == date(2024, 2, 29)
    assert [Month.read(text) for text in ("2026-11", "2026-13", "0001-01", "x", "")] == [
        Month(2026, 11),
        *[None] * 4,
    ]
    assert rules.runs([Month(2026, 2), Month(2025, 12), Month(2026, 1), Month(2026, 5)]) == [
        (Month(2025, 12), Month(2026, 2)),
        (Month(2026, 5), Month(2026, 5)),
    ]
    hours = [rules.part_of_day(datetime(2026, 1, 1, hour)) for hour in (4, 5, 12, 17, 22)]
    assert hours == ["night", "morning", "afternoon", "evening", "night"]


@given(st.integers(-180_000_000, 180_000_000))
def test_degrees_are_read_as_they_are_written(micro: int) -> None:
    assert micro_degrees(degrees(micro)) == micro


# ---- where a place is


def test_where_a_place_is_is_kept_with_who_said_so_and_taken_away(world: World) -> None:
    park = place(world, "Abbey Park")
    put(world, park)
    park.refresh_from_db()
    assert (park.lat, park.lon, park.located_how, park.located_by) == (
        52_641_200,
        -1_139_100,
        "I was there",
        world.teacher,
    )
    actions.unlocate_place(by=world.teacher, place_id=park.pk)
    park.refresh_from_db()
    assert (park.lat, park.lon, park.located_how, park.located_by) == (None, None, "", None)
    assert AuditRow.objects.filter(verb="change", subject="place", subject_id=str(park.pk)).count() == 2


@pytest.mark.parametrize(
    ("lat", "lon", "how", "says", "field"),
    [
        ("", "-1", "x", "Enter the latitude", "lat"),
        ("52", "", "x", "Enter the longitude", "lon"),
        ("52", "-1", " ", "Say how", "how"),
        ("-1.1", "52.6", "x", "wrong way round", "lat"),
        ("52 north", "-1", "x", "latitude", "lat"),
        ("52", "11", "x", "Greenwich", "lon"),
        ("nan", "1e3", "x", "latitude", "lat"),
    ],
)
def test_what_is_no_place_in_the_kingdom_is_refused(
    world: World, lat: str, lon: str, how: str, says: str, field: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        actions.locate_place(by=world.teacher, place_id=place(world, "Park").pk, lat=lat, lon=lon, how=how)
    assert refused.value.field == field


def test_nobody_writes_down_where_a_home_is_and_what_was_said_goes(world: World) -> None:
    here = put(world, place(world, "Number 3"))
    actions.change_place(
        by=world.teacher, place_id=here.pk, name="Number 3", kind="shop", postcode="", is_home=True
    )
    here.refresh_from_db()
    assert here.lat is None
    with pytest.raises(Refused, match="Somebody lives there"):
        put(world, here)
    shop = put(world, place(world, "Number 4"))
    renamed = {"name": "Number 4", "kind": "children’s unit", "postcode": ""}
    actions.change_place(by=world.teacher, place_id=shop.pk, **renamed)
    shop.refresh_from_db()
    assert shop.lat is None  # what it is called says it
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(pk=here.pk).update(
            lat=1, lon=1, located_how="x", located_by=world.teacher, located_at=timezone.now()
        )


def test_a_home_by_its_name_or_by_a_tie_is_refused_and_what_was_said_before_is_taken_away(
    world: World,
) -> None:
    oak, corner = place(world, "Oak House"), put(world, place(world, "Corner"))
    tie(world, child(world, "Amira"), "lived_at", corner)
    client = signed_in(world.teacher)
    for one in (oak, corner):
        told = client.post(
            reverse("map_place", args=[one.pk]), {"lat": "52.64", "lon": "-1.13", "how": "x"}, follow=True
        )
        assert "Saved" not in told.text
        assert "Somebody lives there" in told.text
    oak.refresh_from_db()
    assert oak.lat is None
    assert "Take away where it is" not in page_of(world.teacher, "map_place", place_id=oak.pk)
    assert "Take away where it is" in page_of(world.teacher, "map_place", place_id=corner.pk)
    client.post(reverse("map_place_nowhere", args=[corner.pk]))
    corner.refresh_from_db()
    assert corner.lat is None


def test_the_page_of_a_place_says_that_somebody_lives_there(world: World) -> None:
    for name, said, home in (("Number 3", True, True), ("Oak House", False, True), ("Kiosk", False, False)):
        one = actions.add_place(by=world.teacher, name=name, kind="shop", is_home=said)
        assert ("Somebody lives there" in page_of(world.teacher, "place", place_id=one.pk)) is home


def several(world: World, where: Place) -> Place:
    """Of two children."""
    for name in ("Cara", "Dov"):
        tie(world, child(world, name), "goes_to", where)
    return where


def test_the_form_takes_what_is_typed_and_says_what_is_wrong(world: World) -> None:
    park = several(world, place(world, "Abbey Park"))
    there, client = reverse("map_place", kwargs={"place_id": park.pk}), signed_in(world.teacher)
    wrong = client.post(there, {"lat": "1", "lon": "2", "how": "x"})
    assert "wrong way round" in wrong.text
    assert 'value="2"' in wrong.text  # nothing typed is lost
    client.post(there, {"lat": "52.6412", "lon": "-1.1391", "how": "I was there"})
    shown = client.get(there).text
    assert "Latitude 52.64120" in shown
    assert "I was there" in shown
    assert names(shown) == {"Abbey Park"}
    client.post(reverse("map_place_nowhere", kwargs={"place_id": park.pk}))
    assert features(client.get(there).text) == []


def test_a_postcode_says_where_a_place_is_until_somebody_says_it(world: World, folder: Path) -> None:
    know(folder, LE1_1AA=(52.6, -1.1))
    shop = several(world, actions.add_place(by=world.teacher, name="Shop", kind="shop", postcode="le11aa"))
    [row] = features(page_of(world.teacher, "map_place", place_id=shop.pk))
    assert row["geometry"]["coordinates"] == [-1.1, 52.6]
    put(world, shop)
    [row] = features(page_of(world.teacher, "map_place", place_id=shop.pk))
    assert row["geometry"]["coordinates"] == [-1.1391, 52.6412]


# ---- places by month


def test_places_stand_with_the_months_in_which_they_are_named(world: World) -> None:
    arcade, park = (put(world, place(world, name)) for name in ("Arcade", "Abbey Park"))
    amira, bo = child(world, "Amira"), child(world, "Bo")
    for who in (amira, bo):
        episode(world.teacher, who, 24 * 40, spoke_of=[arcade])
    worry(world.teacher, place_id=park.pk)
    found = named(world.teacher)
    assert [row.where.place.name for row in found.rows] == ["Abbey Park", "Arcade"]  # A to Z
    park_row, arcade_row = found.rows
    assert park_row.months == {"worry": [(this_month(), this_month())]}
    then = Month.of(day(40))
    assert arcade_row.months == {"episode": [(then, then)]}
    assert arcade_row.few  # fewer than six are not counted
    assert found.people == {amira.pk, bo.pk}
    only = named(world.teacher, kinds=["worry"]).rows
    assert [one.where.place.name for one in only] == ["Abbey Park"]
    before = queries.places_named(world.teacher, this_month().back(30), this_month().back(20))
    assert before.rows == []


def test_from_six_on_is_a_step_and_a_part_of_the_day_leaves_worries_out(world: World) -> None:
    park = put(world, place(world, "Abbey Park"))
    for _number in range(7):
        worry(world.teacher, place_id=park.pk)
    assert [row.few for row in named(world.teacher).rows] == [False]
    text = page_of(world.teacher, "map")
    assert "Six or more" in text
    assert not re.search(r">\s*\d+\s*<", text.split('id="table"')[1].split("</table>")[0])
    for part in rules.PARTS_OF_DAY:
        assert named(world.teacher, part=part).rows == []
    one = episode(world.teacher, child(world, "Amira"), 50, spoke_of=[park])
    part = rules.part_of_day(timezone.localtime(one.missing_from))
    assert [row.months.keys() for row in named(world.teacher, part=part).rows] == [{"episode"}]
    other = next(name for name in rules.PARTS_OF_DAY if name != part)
    assert named(world.teacher, part=other).rows == []


def test_a_place_of_one_child_is_a_square_and_of_two_a_point(world: World) -> None:
    arcade = put(world, place(world, "Arcade"))
    episode(world.teacher, child(world, "Amira"), 50, spoke_of=[arcade])
    text = page_of(world.teacher, "map")
    [row] = features(text)
    assert row["properties"]["side"] == 250
    assert row["geometry"]["coordinates"] != [-1.1391, 52.6412]
    assert "-1.1391" not in text
    assert "52.6412" not in page_of(world.teacher, "map_place", place_id=arcade.pk)
    tie(world, child(world, "Bo"), "goes_to", arcade)
    [row] = features(page_of(world.teacher, "map"))
    assert row["properties"]["side"] == 0
    assert row["geometry"]["coordinates"] == [-1.1391, 52.6412]


def test_a_place_of_which_no_child_is_known_is_a_square_too(world: World) -> None:
    """An interview that names it may be of one child."""
    amira, sam = child(world, "Amira"), child(world, "Sam", kind="adult")
    kiosk = put(world, place(world, "Kiosk"))
    one = episode(world.teacher, amira, 50)
    knows = actions.Knows("In the interview", how="said_by_child", about="interview", about_id=one.pk)
    actions.note_tie(by=world.teacher, one_id=sam.pk, other_id=kiosk.pk, kind="seen_at", knows=knows)
    tie(world, sam, "protects", kiosk, valid_from=day(30))
    missing(world.teacher, amira, 20, "Kiosk", from_where="hospital")
    pages = [("map", {}), ("map_place", {"place_id": kiosk.pk}), ("map_moved", {"place_id": kiosk.pk})]
    for name, keys in [*pages, ("map_routes", {"person_id": amira.pk})]:
        text = page_of(world.teacher, name, **keys)
        assert [feature["properties"]["side"] for feature in features(text)] == [250]
        assert "-1.1391" not in text


def test_homes_are_nowhere_however_it_is_known(world: World) -> None:
    amira, bo = child(world, "Amira"), child(world, "Bo")
    said = actions.add_place(by=world.teacher, name="Number 3", kind="shop", is_home=True)
    called = actions.add_place(by=world.teacher, name="The Larches", kind="Children’s home")
    lived = put(world, place(world, "Corner"))
    tie(world, amira, "lived_at", lived)
    for number, one in enumerate((said, called, lived)):
        worry(world.teacher, place_id=one.pk)
        episode(world.teacher, bo, 24 * (40 - number), spoke_of=[one])
        assert features(page_of(world.teacher, "map_place", place_id=one.pk)) == []
        assert features(page_of(world.teacher, "map_moved", place_id=one.pk)) == []
    text = page_of(world.teacher, "map")
    for one in (said, called, lived):
        assert one.name not in text
    assert named(world.teacher).rows == []
    back = missing(world.teacher, bo, 20, lived.name, from_where="hospital")
    [route] = [route for route in queries.routes(world.teacher, bo.pk).routes if route.episode.pk == back.pk]
    assert route.finish is None, "where somebody said that a home is"


def test_no_person_is_on_a_map_nor_in_its_table(world: World) -> None:
    arcade = put(world, place(world, "Arcade"))
    for name in ("Amira", "Bo"):
        episode(world.teacher, child(world, name), 50, spoke_of=[arcade])
    of_place = [page_of(world.teacher, name, place_id=arcade.pk) for name in ("map_place", "map_moved")]
    for text in (page_of(world.teacher, "map"), *of_place):
        assert "Amira" not in text
        assert "Made" not in text


def test_each_map_leaves_a_row_for_each_child_behind_it(world: World) -> None:
    arcade = put(world, place(world, "Arcade"))
    amira = child(world, "Amira")
    episode(world.teacher, amira, 50, spoke_of=[arcade])
    tie(world, child(world, "Sam", kind="adult"), "protects", arcade, valid_from=day(30))
    there = [
        ("map", {}),
        ("map_place", {"place_id": arcade.pk}),
        ("map_moved", {"place_id": arcade.pk}),
        ("map_routes", {"person_id": amira.pk}),
    ]
    looks = AuditRow.objects.filter(verb="view", subject="map", person_id=amira.pk)
    for number, (name, keys) in enumerate(there):
        page_of(world.teacher, name, **keys)
        assert looks.count() == number + 1


def test_who_may_not_see_children_gets_no_map(world: World) -> None:
    amira, arcade = child(world, "Amira"), place(world, "Arcade")
    pages = [
        reverse("map"), reverse("map_place", args=[arcade.pk]), reverse("map_moved", args=[arcade.pk]), reverse("map_routes", args=[amira.pk]),
        reverse("map_areas") + "?box=-2,50,2,60", reverse("map_tile", args=[0, 0, 0]),
    ]  # fmt: skip
    client = signed_in(world.analyst)
    assert [client.get(page).status_code for page in pages] == [404] * 6
    assert client.post(reverse("map_place_nowhere", args=[arcade.pk])).status_code == 404
    hidden = child(world, "Hidden", restricted=True)
    assert signed_in(world.officer).get(reverse("map_routes", args=[hidden.pk])).status_code == 404
    with pytest.raises(Hidden):
        queries.routes(world.officer, hidden.pk)
    with pytest.raises(Hidden):
        queries.one_place(world.teacher, uuid.uuid4())


# ---- before and after


def test_neighbours_are_named_more_or_less_as_the_question_counts_it(world: World) -> None:
    from heard.graph.question.queries import QUESTIONS

    here, near = (
        put(world, actions.add_place(by=world.teacher, name=name, kind="shop", postcode=post), lon=lon)
        for name, post, lon in (("Arcade", "LE1 1AA", "-1.12"), ("Kiosk", "LE1 1AB", "-1.13"))
    )
    guard = child(world, "Sam", kind="adult")
    tie(world, guard, "protects", here, valid_from=day(30))
    for _number in range(2):
        worry(world.teacher, place_id=near.pk)
    found = queries.before_and_after(world.teacher, here.pk)
    assert [(row.where.place.name, row.here, row.course) for row in found.rows] == [
        ("Arcade", True, "same"),
        ("Kiosk", False, "more"),
    ]
    answer = QUESTIONS["moved"].ask(world.teacher, place_id=here.pk)
    assert {line.this.name for line in answer.lines if line.part == "more"} == {"Kiosk"}
    text = page_of(world.teacher, "map_moved", place_id=here.pk)
    assert {feature["properties"]["shape"] for feature in features(text)} == {"here", "more"}
    assert text.count("Not shown") == 4


@pytest.mark.parametrize(("before", "after", "shown"), [(6, 5, False), (5, 6, False), (7, 6, True)])
def test_one_number_does_not_tell_another_that_is_below_six(
    world: World, before: int, after: int, shown: bool
) -> None:
    arcade = put(world, place(world, "Arcade"))
    tie(world, child(world, "Sam", kind="adult"), "protects", arcade, valid_from=day(30))
    for number in range(before + after):
        concern = worry(world.teacher, place_id=arcade.pk)
        told_at = timezone.now() - timedelta(days=40 if number < before else 10)
        Concern.objects.filter(pk=concern.pk).update(told_at=told_at)
    [row] = queries.before_and_after(world.teacher, arcade.pk).rows
    assert row.course == "same"
    assert (row.before, row.after) == ((before, after) if shown else (None, None))


def test_without_a_day_nothing_is_compared(world: World) -> None:
    text = page_of(world.teacher, "map_moved", place_id=place(world, "Arcade").pk)
    assert "No step about this place" in text
    assert features(text) == []


# ---- routes


def missing(by: User, who: Person, hours: float, found_where: str, **more: Any) -> Any:
    one = gone(by, who.pk, hours, **more)
    found = BACK | {"found_where": found_where}
    looking.note_found(
        by=by, episode_id=one.pk, found_at=timezone.now() - timedelta(hours=hours - 1), **found
    )
    return one


def test_a_route_joins_what_is_known_and_guesses_nothing(world: World, folder: Path) -> None:
    know(folder, LE1_1AA=(52.6, -1.1), LE2_2BB=(52.7, -1.2))
    amira = child(world, "Amira")
    Address.objects.create(person=amira, line="1 Street", postcode="LE1 1AA")
    arcade = several(world, put(world, place(world, "Arcade")))
    first = missing(world.teacher, amira, 100, "by the station, le2 2bb", from_where="home")
    second = missing(world.teacher, amira, 50, "Arcade", from_where="hospital")
    found = queries.routes(world.teacher, amira.pk)
    by_key = {one.episode.pk: one for one in found.routes}
    route = by_key[first.pk]
    assert route.start
    assert route.finish
    assert (route.start.is_home, route.start.spot.side) == (True, 250)
    assert (route.finish.is_home, route.finish.spot.side) == (False, 250)
    other = by_key[second.pk]
    assert other.start is None
    assert other.finish
    assert other.finish.place == arcade
    text = page_of(world.teacher, "map_routes", person_id=amira.pk)
    kinds = [feature["geometry"]["type"] for feature in features(text)]
    assert sorted(kinds) == ["LineString", "Point", "Point", "Point"]
    [line] = [feature for feature in features(text) if feature["geometry"]["type"] == "LineString"]
    assert not line["properties"]["paper"]
    on_paper = [
        feature["geometry"]["coordinates"] for feature in features(text) if feature["properties"]["paper"]
    ]
    assert on_paper == [[-1.1391, 52.6412]]  # a place that is written down
    assert "LE1 1AA" not in text
    chosen = page_of(world.teacher, "map_routes", {"chosen": [str(second.pk), "x"]}, person_id=amira.pk)
    assert len(features(chosen)) == 1


def test_the_home_of_a_child_is_on_no_map_but_their_own(world: World, folder: Path) -> None:
    know(folder, LE1_1AA=(52.6, -1.1))
    amira = child(world, "Amira")
    Address.objects.create(person=amira, line="1 Street", postcode="LE1 1AA")
    missing(world.teacher, amira, 100, "Came home", from_where="home")
    assert features(page_of(world.teacher, "map")) == []
    text = page_of(world.teacher, "map_routes", person_id=amira.pk)
    assert [feature["properties"]["paper"] for feature in features(text)] == [False]
    assert AuditRow.objects.filter(verb="view", subject="map", person_id=amira.pk).exists()


def larches(world: World, kind: str = "Children’s home") -> Place:
    return actions.add_place(by=world.teacher, name="The Larches", kind=kind, postcode="LE3 3CC")


@pytest.mark.parametrize(
    ("where", "found", "homes"),
    [
        ({"from_where": "residential", "from_detail": "The Larches, LE3 3CC"}, "Back at The Larches, LE3 3CC", (True, True)),
        ({"from_where": "school", "from_detail": "dormitory LE3 3CC"}, "at a friend’s, LE1 1AA", (True, True)),
        ({"from_where": "hospital", "from_detail": "ward 3, LE2 2BB"}, "behind the shops, le3 3cc", (False, True)),
        ({"from_where": "residential", "from_detail": "The Larches"}, "The Larches", (True, True)),
        ({"from_where": "other", "from_detail": "LE2 2BB"}, "the street, LE1 1AA", (False, False)),
    ],
)  # fmt: skip
def test_what_is_no_place_that_is_written_down_is_not_printed(
    world: World, folder: Path, where: dict[str, str], found: str, homes: tuple[bool, bool]
) -> None:
    know(folder, LE1_1AA=(52.6, -1.1), LE2_2BB=(52.65, -1.15), LE3_3CC=(52.7, -1.2))
    amira = child(world, "Amira")
    larches(world)
    missing(world.teacher, amira, 100, found, **where)
    [route] = queries.routes(world.teacher, amira.pk).routes
    assert route.start
    assert route.finish
    assert (route.start.is_home, route.finish.is_home) == homes
    text = page_of(world.teacher, "map_routes", person_id=amira.pk)
    assert [shown["properties"]["paper"] for shown in features(text)] == [False] * 3


def start_of(world: World, who: Person, **where: str) -> queries.End | None:
    one = missing(world.teacher, who, 100, "x", **where)
    return next(
        each.start for each in queries.routes(world.teacher, who.pk).routes if each.episode.pk == one.pk
    )


def test_from_home_is_from_the_childs_address_and_not_from_where_they_were_seen(
    world: World, folder: Path
) -> None:
    know(folder, LE1_1AA=(52.6, -1.1), LE2_2BB=(52.65, -1.15))
    amira, bo = child(world, "Amira"), child(world, "Bo")
    Address.objects.create(person=amira, line="1 Street", postcode="LE1 1AA", since=day(400))
    seen = {"from_where": "home", "from_detail": "", "last_seen_where": "bus station, LE2 2BB"}
    start = start_of(world, amira, **seen)
    assert start
    assert (start.says, start.is_home) == ("the child’s address on that day", True)
    assert start.spot == rules.spot(52_600_000, -1_100_000, exact=False)
    other = start_of(world, bo, **seen)  # of whom no address is known
    assert other
    assert (other.spot, other.is_home) == (rules.spot(52_650_000, -1_150_000, exact=False), False)


def test_from_care_is_never_from_the_address_of_the_family(world: World, folder: Path) -> None:
    know(folder, LE1_1AA=(52.6, -1.1), LE3_3CC=(52.7, -1.2))
    amira = child(world, "Amira")
    Address.objects.create(person=amira, line="Mother", postcode="LE1 1AA")
    place_of_care = larches(world, kind="place")
    start = start_of(world, amira, from_where="residential", from_detail="The Larches")
    assert start
    assert (start.place, start.is_home, start.spot.lat > 52.69) == (place_of_care, True, True)
    other = child(world, "Bo")
    Address.objects.create(person=other, line="Mother", postcode="LE1 1AA")
    assert start_of(world, other, from_where="foster", from_detail="", last_seen_where="garden") is None


def test_of_addresses_without_days_none_is_guessed(world: World, folder: Path) -> None:
    know(folder, LE1_1AA=(52.6, -1.1), LE2_2BB=(52.65, -1.15))
    amira = child(world, "Amira")
    said = {"from_where": "home", "from_detail": "", "last_seen_where": "garden"}
    Address.objects.create(person=amira, line="Mother", postcode="LE1 1AA")
    start = start_of(world, amira, **said)
    assert start
    assert start.says == "the child’s address, without a day"
    Address.objects.create(person=amira, line="Father", postcode="LE2 2BB")
    assert [route.start for route in queries.routes(world.teacher, amira.pk).routes] == [None]


def test_of_two_places_of_one_interview_none_is_guessed(world: World) -> None:
    amira = child(world, "Amira")
    one = episode(world.teacher, amira, 50)
    for name, ends in (("Arcade", True), ("Kiosk", False)):
        knows = actions.Knows("Said", how="said_by_child", about="interview", about_id=one.pk)
        there = put(world, place(world, name))
        actions.note_tie(by=world.teacher, one_id=amira.pk, other_id=there.pk, kind="found_at", knows=knows)
        [route] = queries.routes(world.teacher, amira.pk).routes
        assert (route.finish is not None) is ends


# ---- what maps are made of


def test_tiles_are_pictures_with_their_type_and_nothing_else_is_there(world: World, folder: Path) -> None:
    from tests.graph.test_map_adding import PNG, mbtiles

    path = mbtiles(folder.with_name("t.mbtiles"), [(1, 0, 0, PNG)], format="png")
    adding.add(adding.Given(path, folder, licence="Drawn by us"), adding.Report("tiles"))
    client = signed_in(world.teacher)
    answer = client.get(reverse("map_tile", args=[1, 0, 1]))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PNG, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    for z, x, y in ((1, 0, 0), (0, 0, 0), (99, 0, 0), (1, 2**70, 0)):
        assert client.get(reverse("map_tile", args=[z, x, y])).status_code == 404
    park = put(world, place(world, "Abbey Park"))
    text = client.get(reverse("map_place", args=[park.pk])).text
    assert 'data-tiles="/map/tiles/{z}/{x}/{y}"' in text
    assert "Drawn by us." in text


@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "nan,nan,nan,nan", "1e999,0,0,0"])
def test_a_box_that_is_none_has_no_boundaries(world: World, box: str) -> None:
    answer = signed_in(world.teacher).get(reverse("map_areas"), {"box": box})
    assert answer.json() == {"type": "FeatureCollection", "features": []}


_ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s\"'`<>)]*", re.IGNORECASE)
_NAMESPACES = ("http://www.w3.org/",)  # names, which nobody asks for
_EXIT = ("https://www.bbc.co.uk/weather",)  # where somebody goes who is overseen, by pressing it
_LEAFLETS_OWN = ("https://leafletjs.com",)  # a link beside the map, which map.mjs switches off


def foreign(text: str, also: tuple[str, ...] = ()) -> list[str]:
    return [one for one in _ADDRESS.findall(text) if not one.startswith((*_NAMESPACES, *also))]


def test_nothing_of_a_map_names_another_host(world: World) -> None:
    built = Path(store.__file__).parents[2] / "govuk/static/govuk/built"
    script = (built / "map.mjs").read_text()
    assert foreign(script) == foreign((built / "map.css").read_text()) == []
    assert foreign((built / "leaflet.js").read_text(), _LEAFLETS_OWN) == []
    assert "attributionControl: false" in script
    arcade = put(world, place(world, "Arcade"))
    worry(world.teacher, place_id=arcade.pk)
    for name, keys in (
        ("map", {}),
        ("map_place", {"place_id": arcade.pk}),
        ("map_moved", {"place_id": arcade.pk}),
    ):
        text = page_of(world.teacher, name, **keys)
        assert foreign(text, _EXIT) == []
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert foreign("fetch('https://tile.example.org/1/2/3.png')") == ["https://tile.example.org/1/2/3.png"]


def test_what_a_place_is_called_cannot_break_out_of_the_page(world: World) -> None:
    bad = "</script><script>alert(1)</script>"
    here = put(world, place(world, bad))
    worry(world.teacher, place_id=here.pk)
    text = page_of(world.teacher, "map")
    assert "<script>alert" not in text
    assert names(text) == {bad}


def test_boundaries_that_ship_are_whole_and_say_where_they_come_from() -> None:
    folder = Path(store.__file__).parents[1] / "static/graph"
    for name, number in (("england-ltla-2024", 296), ("england-utla-2021", 152)):
        areas = json.loads((folder / f"{name}.geojson").read_text())["features"]
        assert len(areas) == number
    said = (folder / "LICENCE.md").read_text()
    assert "Open Government Licence" in said
    assert "Crown copyright" in said
