"""What is drawn of the web: where everything stands, the table that says the same, and how much is too much."""

from __future__ import annotations

import random
import re
import uuid
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.graph.conftest import adult, child, day, episode, phone, place, tie, worry

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden
from heard.cases.panel import actions as meeting
from heard.govuk.environment import day as as_written
from heard.graph.drawing import queries, rules
from heard.graph.drawing.rules import Drawing, Thing
from heard.graph.question import rules as asking
from heard.graph.question.queries import QUESTIONS
from heard.network import actions
from heard.network.models import Handle, Person
from heard.network.queries import Web, web
from heard.network.rules import Bond

NAMES = (
    "Amira Archer",
    "Bo Li",
    "Oluwaseun Featherstonehaugh",
    "Kiln Lane car park behind the old town hall",
    "Aoife Ní Bhriain-O’Connor",
)


def made(number: int, more: int, seed: int) -> tuple[list[Thing], list[Bond]]:
    """A web of so many, with some ties more than it takes to hang together; a few hang together by themselves."""
    rng = random.Random(seed)
    things = [
        Thing(
            uuid.UUID(int=n + 1),
            part := rng.choice(rules.PARTS),
            rng.choice(NAMES),
            part if part in ("child", "adult") else "",
        )
        for n in range(number)
    ]
    pairs = [(n, rng.randrange(n // 3 + 1)) for n in range(1, number) if n % 19]
    pairs += [(a, b) for a, b in (rng.sample(range(number), 2) for _ in range(more))]
    bonds = [
        Bond(uuid.UUID(int=10**6 + n), things[a].key, things[b].key, f"says {n}", 1, bool(n % 2), None, None)
        for n, (a, b) in enumerate(pairs) if a != b
    ]  # fmt: skip
    return things, bonds


def box(spot: rules.Spot) -> tuple[float, float, float, float]:
    half = spot.thing.width / 2
    return spot.x - half, spot.y - 15, spot.x + half, spot.y + spot.thing.below


def over_one_another(drawing: Drawing) -> list[tuple[str, str]]:
    boxes = [(spot.thing.name, *box(spot)) for spot in drawing.spots]
    return [
        (one[0], other[0])
        for nth, one in enumerate(boxes)
        for other in boxes[:nth]
        if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
    ]


# ---- where everything stands


@pytest.mark.parametrize(("number", "more"), [(1, 0), (2, 0), (12, 3), (60, 15), (200, 60)])
def test_no_name_lies_over_another_nor_is_cut_and_the_same_web_is_drawn_the_same(
    number: int, more: int
) -> None:
    things, bonds = made(number, more, seed=number)
    drawing = rules.draw(things, bonds, first=things[0].key)
    assert over_one_another(drawing) == []
    outside = [
        spot.thing.name
        for spot in drawing.spots
        if (b := box(spot)) and (min(b[:2]) < 0 or b[2] > drawing.width or b[3] > drawing.height)
    ]
    assert outside == []
    assert {"".join(spot.thing.lines).replace(" ", "") for spot in drawing.spots} <= {
        n.replace(" ", "") for n in NAMES
    }
    shuffled = random.Random(1)
    again = (shuffled.sample(things, len(things)), shuffled.sample(bonds, len(bonds)))
    assert rules.draw(*again, first=things[0].key) == drawing
    assert len(drawing.spots) == number
    assert sum(len(line.bonds) for line in drawing.lines) == len(bonds)


@pytest.mark.parametrize("shape", ["path", "star"])
def test_a_path_and_a_star_of_as_many_as_are_drawn_have_room(shape: str) -> None:
    things, _bonds = made(rules.MOST, 0, seed=5)
    pairs = [(n if shape == "path" else 0, n + 1) for n in range(rules.MOST - 1)]
    bonds = [
        Bond(uuid.UUID(int=10**6 + one), things[one].key, things[other].key, "says", other, True, None, None)
        for one, other in pairs
    ]
    drawing = rules.draw(things, bonds)
    assert over_one_another(drawing) == []
    assert len(drawing.lines) == len(pairs)


def test_a_drawing_is_as_upright_as_paper_and_few_stand_on_lines_of_others() -> None:
    things, bonds = made(60, 12, seed=4)
    drawing = rules.draw(things, bonds)
    assert 1 < drawing.height / drawing.width < 2.2
    on_lines = 0
    for line in drawing.lines:
        ax, ay, bx, by = line.start.x, line.start.y, line.end.x - line.start.x, line.end.y - line.start.y
        for spot in drawing.spots:
            x, y = spot.x - ax, spot.y - ay
            share = (x * bx + y * by) / (bx * bx + by * by)
            if spot not in (line.start, line.end) and 0 < share < 1:
                on_lines += (x - share * bx) ** 2 + (y - share * by) ** 2 < 13**2
    assert on_lines <= 3


def test_names_are_broken_between_words_and_a_web_address_within() -> None:
    assert rules.broken("Kiln Lane car park") == ["Kiln Lane car", "park"]
    assert rules.broken("Oluwaseun Featherstonehaugh") == ["Oluwaseun", "Featherstonehaugh"]
    assert rules.broken("x" * 30) == ["x" * 26, "x" * 4]
    assert rules.broken("") == [""]
    order = rules.in_order(
        [Thing(uuid.UUID(int=n), part, "A") for n, part in enumerate(("place", "adult", "child"))]
    )
    assert [thing.part for thing in order] == ["child", "adult", "place"]


# ---- what is drawn


def drawn(user: User, node: Any, **how: Any) -> tuple[set[str], set[str]]:
    """Names, and ties as they read."""
    picture = queries.around(user, node.pk, **how)
    if picture.drawing is None:
        return set(), set()
    names = {spot.thing.key: spot.thing.name for spot in picture.drawing.spots}
    ties = {
        f"{names[bond.start]} {bond.said} {names[bond.end]}"
        for line in picture.drawing.lines
        for bond in line.bonds
    }
    return set(names.values()), ties


@pytest.fixture
def amira(world: World) -> Person:
    return child(world, "Amira")


def test_two_ties_around_and_less_where_less_is_asked_for(world: World, amira: Person) -> None:
    maya, dean, arcade = child(world, "Maya"), adult(world, "Dean"), place(world, "Arcade")
    tie(world, amira, "friend_of", maya)
    tie(world, maya, "goes_to", arcade, valid_from=day(100))
    tie(world, dean, "drives", maya, valid_to=day(20))
    tie(world, dean, "runs", arcade)  # among two that are drawn
    tie(world, dean, "works_for", adult(world, "Far"))
    tie(world, amira, "goes_to", place(world, "Park"), known_grade="E")
    names, ties = drawn(world.teacher, amira)
    assert names == {"Amira Made", "Maya Made", "Dean Made", "Arcade"}
    assert ties >= {"Dean Made drives Maya Made", "Maya Made goes to Arcade", "Dean Made runs Arcade"}
    assert drawn(world.teacher, amira, away=1)[0] == {"Amira Made", "Maya Made"}
    assert drawn(world.teacher, amira, kinds={"person"})[0] == {"Amira Made", "Maya Made", "Dean Made"}
    names, ties = drawn(world.teacher, amira, since=day(10))
    assert (names, len(ties)) == ({"Amira Made", "Maya Made", "Arcade"}, 2)
    with pytest.raises(Hidden):
        drawn(world.officer, amira)


def test_a_tie_lasts_as_long_as_its_latest_source_says_and_counts_all_of_them(
    world: World, amira: Person
) -> None:
    park, arcade = place(world, "Park"), place(world, "Arcade")

    def again(this: Any, **knows: Any) -> None:
        actions.note_source(by=world.teacher, tie_key=this.key, knows=actions.Knows("Asked again", **knows))

    again(tie(world, amira, "goes_to", park, valid_from=day(900)), valid_from=day(900), valid_to=day(500))
    ended = {"valid_from": day(900), "valid_to": day(500)}
    again(tie(world, amira, "goes_to", arcade, **ended), valid_from=day(30))
    picture = queries.around(world.teacher, amira.pk)
    assert picture.drawing is not None
    [bond] = [bond for line in picture.drawing.lines for bond in line.bonds]
    assert (bond.end, bond.sources, bond.since, bond.until) == (arcade.pk, 2, day(900), None)
    assert [step.end for step in web(world.teacher).steps({amira.pk}, since=day(365))] == [arcade.pk]
    told = web(world.teacher).said_of({amira.pk}, since=day(365))
    assert [(piece.other, piece.since) for piece in told] == [(arcade.pk, day(30))]
    assert queries.around(world.teacher, amira.pk, since=day(10)).drawing


def test_what_many_are_tied_to_is_drawn_with_the_tie_over_which_it_was_met(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    station, maya, ola = place(world, "Station"), child(world, "Maya"), child(world, "Ola")
    monkeypatch.setattr(asking, "HUB", 2)
    tie(world, amira, "friend_of", maya)
    for who in (amira, maya, ola):
        tie(world, who, "goes_to", station)
    names, ties = drawn(world.teacher, amira)
    assert names == {"Amira Made", "Maya Made", "Station"}
    assert {text for text in ties if "Station" in text} == {"Amira Made goes to Station"}
    assert any("Station" in limit for limit in queries.around(world.teacher, amira.pk).limits)
    assert drawn(world.teacher, station)[0] == {
        "Amira Made",
        "Maya Made",
        "Ola Made",
        "Station",
    }  # asked about itself


def test_more_than_can_be_read_is_not_drawn_but_said_with_how_to_draw_less(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST", 3)
    maya = child(world, "Maya")
    tie(world, amira, "friend_of", maya)
    for name in ("Arcade", "Park"):
        tie(world, maya, "goes_to", place(world, name))
    picture = queries.around(world.teacher, amira.pk)
    assert (picture.drawing, picture.many) == (None, 4)
    client = Client()
    client.force_login(world.teacher)
    page = client.get(reverse("drawing", kwargs={"node_id": amira.pk})).text
    assert "There are 4 people and things here" in page
    assert 'href="?away=1"' in page
    assert '<svg class="heard-web' not in page
    nearer = client.get(reverse("drawing", kwargs={"node_id": amira.pk}), {"away": "1"}).text
    assert '<svg class="heard-web' in nearer
    # where one tie away is too much already, what lies beyond is not read, and that is not offered
    station = place(world, "Station")
    for number in range(3):
        who = child(world, f"Other{number}")
        tie(world, who, "goes_to", station)
        tie(world, who, "goes_to", place(world, f"Home{number}"))
    asked: list[set[uuid.UUID]] = []
    read = Web._said_at
    monkeypatch.setattr(Web, "_said_at", lambda door, keys: asked.append(set(keys)) or read(door, keys))
    page = client.get(reverse("drawing", kwargs={"node_id": station.pk})).text
    assert "4 people and things are one tie away at most" in page
    assert "away=1" not in page
    assert "Choose below who and what is drawn" in page
    assert set().union(*asked) == {station.pk}


def test_the_page_draws_links_in_order_says_the_same_in_a_table_and_keeps_who_looked(
    world: World, amira: Person
) -> None:
    dean, arcade = adult(world, "Dean <b>"), place(world, "Arcade & more")
    tie(world, amira, "goes_to", arcade, how="seen")
    tie(world, dean, "runs", arcade)
    tie(world, amira, "uses", phone("07700 900123"))
    two = tie(world, dean, "drives", amira)
    actions.note_source(by=world.teacher, tie_key=two.key, knows=actions.Knows("Seen again", how="seen"))
    client = Client()
    client.force_login(world.teacher)
    page = client.get(reverse("drawing", kwargs={"node_id": amira.pk})).text
    [text] = re.findall(r'<svg class="heard-web[^"]*" xmlns.*?</svg>', page, re.DOTALL)
    svg = etree.fromstring(text)
    spoken = [one.get("aria-label") for one in svg.iter("{*}a")]
    handle = Handle.objects.get()
    assert spoken == [
        "Amira Made, child",
        "Dean <b> Made, adult",
        f"{handle}, phone, car or account",
        "Arcade & more, place",
    ]
    shapes = [etree.QName(one[0]).localname for one in svg.iter("{*}a")]
    assert shapes == ["circle", "rect", "path", "path"]
    assert not re.search(r"\sstyle=|<script|on\w+=", text)
    assert text.count("heard-web__tie--told") == 2  # nobody saw that he runs it, nor whose phone it is
    table = page[page.index('id="ties"') :]
    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()
        for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    ]
    assert [row for row in rows if "drives" in row] == [
        "Dean &lt;b&gt; Made adult drives Amira Made child 2 sources of the tie between Dean &lt;b&gt; Made and Amira Made Not known"
    ]
    assert len(rows) == 4 + 2  # and the heads of two tables: of children, and of adults
    assert reverse("tie", kwargs={"tie_key": two.key}) in table
    assert f'href="{reverse("ask_rests", kwargs={"node_id": amira.pk})}"' in table
    assert f"Printed on {as_written(day(0))} by {world.teacher}." in page
    looked = AuditRow.objects.filter(verb="view", subject="drawing").values_list("person_id", flat=True)
    assert set(looked) == {amira.pk, dean.pk}
    for user in (world.officer, world.analyst):
        client.force_login(user)
        assert client.get(reverse("drawing", kwargs={"node_id": amira.pk})).status_code == 404


PLACED = ("x", "y", "cx", "cy", "d", "href", "aria-label")


def test_nobody_is_drawn_larger_darker_or_thicker_by_how_much_is_known_of_them(
    world: World, amira: Person
) -> None:
    maya, ola, dean = child(world, "Maya"), child(world, "Ola"), adult(world, "Dean")
    for who in (maya, ola, dean):
        tie(world, amira, "goes_about_with", who, how="seen")
    for _again in range(3):
        tie(world, amira, "goes_about_with", maya, how="seen", words="Again")
    for name in ("Arcade", "Park", "Quay"):
        tie(world, maya, "goes_to", place(world, name), how="seen")
    client = Client()
    client.force_login(world.teacher)
    page = client.get(reverse("drawing", kwargs={"node_id": amira.pk})).text
    [text] = re.findall(r'<svg class="heard-web[^"]*" xmlns.*?</svg>', page, re.DOTALL)
    svg = etree.fromstring(text)

    def drawn_as(found: Any) -> set[tuple[Any, ...]]:
        return {
            tuple(sorted((name, said) for name, said in one.attrib.items() if name not in PLACED))
            for one in found
        }

    people = [one for one in svg.iter("{*}a") if one.get("aria-label").endswith((", child", ", adult"))]
    children = [person for person in people if person.get("aria-label").endswith(", child")]
    assert len(children) == 3
    assert len(drawn_as(one[0] for one in children)) == 1
    assert len(drawn_as(person for person in people if "Amira" not in person.get("aria-label"))) == 1
    assert len(drawn_as(person.find("{*}text") for person in people)) == 1
    assert {one.get("stroke-width") for one in svg.iter("{*}line")} == {"1.5"}


def test_the_table_alone_leads_to_the_sources_of_each_tie(world: World, amira: Person) -> None:
    maya, park = child(world, "Maya"), place(world, "Park")
    ties = [
        tie(world, amira, "friend_of", maya),
        tie(world, amira, "lives_with", maya),
        tie(world, maya, "goes_to", park),
    ]
    client = Client()
    client.force_login(world.teacher)
    page = client.get(reverse("drawing", kwargs={"node_id": amira.pk})).text
    table = page[page.index('id="ties"') :]
    for one in ties:
        there = reverse("tie", kwargs={"tie_key": one.key})
        assert table.count(f'href="{there}"') == 1
        assert one.sources.get().words in client.get(there).text


def test_an_answer_and_one_line_of_it_are_drawn_for_who_gets_them(world: World, amira: Person) -> None:
    maya, arcade, park = child(world, "Maya"), place(world, "Arcade"), place(world, "Park")
    for where in (arcade, park):
        for who in (amira, maya):
            tie(world, who, "goes_to", where)
    tie(world, amira, "goes_to", place(world, "Elsewhere"))
    lines = QUESTIONS["together"].ask(world.teacher, person_id=amira.pk).lines
    there = reverse("draw_together", kwargs={"person_id": amira.pk})
    client = Client()
    client.force_login(world.teacher)
    asked = client.get(reverse("ask_together", kwargs={"person_id": amira.pk})).text
    assert f"{there}?line={lines[0].known}" in asked
    whole, text = client.get(there).text, client.get(there, {"line": lines[0].known}).text
    assert ("Park, place" in whole, "Park, place" in text, "Elsewhere" in whole) == (True, False, False)
    assert lines[0].says in text
    assert client.get(there, {"line": "0" * 64}).status_code == 404
    client.force_login(world.officer)
    assert client.get(there).status_code == 404
    told = worry(world.teacher, names="Calls from 07700 900123", person_id=amira.pk)
    client.force_login(world.teacher)
    assert "no tie to draw" in client.get(reverse("draw_worry", kwargs={"concern_id": told.pk})).text
    friday = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    tie(world, amira, "part_of", friday)
    drawing = client.get(reverse("draw_worry", kwargs={"concern_id": told.pk})).text
    assert "Friday group, group" in drawing  # of a worry, which is itself nothing that is drawn
    spoken = [episode(world.teacher, amira, hours, spoke_of=[arcade]) for hours in (300, 200)]
    _answer, _line, picture = queries.of_answer(world.teacher, "episodes", episode_id=spoken[0].pk)
    assert picture.drawing is not None
    assert {spot.thing.name for spot in picture.drawing.spots} == {"Amira Made", "Arcade"}


def test_a_whole_answer_is_drawn_from_its_page_and_leads_to_each_line_of_it(
    world: World, amira: Person
) -> None:
    arcade, park = place(world, "Arcade"), place(world, "Park")
    episodes = [episode(world.teacher, amira, hours, spoke_of=[arcade, park]) for hours in (300, 200, 100)]
    keys = {"episode_id": episodes[0].pk}
    chosen = f"?chosen={episodes[0].pk}&chosen={episodes[1].pk}"
    there = reverse("draw_episodes", kwargs=keys)
    client = Client()
    client.force_login(world.teacher)

    def links(page: str) -> list[str]:
        return [link.replace("&amp;", "&") for link in re.findall(rf'href="({there}[^"]*)"', page)]

    asked = links(client.get(reverse("ask_episodes", kwargs=keys) + chosen).text)
    assert asked.count(there + chosen) == 1
    assert len(asked) == 3  # and each line alone
    whole = client.get(there + chosen).text
    assert links(whole) == [link for link in asked if "line=" in link]
    assert {client.get(link).status_code for link in links(whole)} == {200}
    short = links(client.get(reverse("ask_rests", kwargs={"node_id": arcade.pk})).text)
    assert short == []


def test_where_nothing_is_drawn_the_page_says_what_it_leaves_out(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tie(world, amira, "goes_to", place(world, "Park"), valid_from=day(800), valid_to=day(500))
    there = reverse("drawing", kwargs={"node_id": amira.pk})
    left_out = "Ties that ended more than 12 months ago"
    client = Client()
    client.force_login(world.teacher)
    page = client.get(there).text
    assert "There is no tie to draw that you may see" in page
    assert left_out in page[page.index("What this does not say") :]
    tie(world, amira, "goes_to", place(world, "Arcade"))
    monkeypatch.setattr(rules, "MOST", 1)
    page = client.get(there).text
    assert "2 people and things are one tie away at most" in page
    assert left_out in page[page.index("What this does not say") :]


def test_what_was_withdrawn_offers_no_drawing(world: World, amira: Person) -> None:
    withdrawn = tie(world, amira, "goes_to", place(world, "Park"))
    panel = make_panel(world)
    actions.involve(by=world.teacher, person=amira, agency=world.care, why="A worry")
    meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=amira.pk)
    ask = partial(QUESTIONS["panel"].ask, world.coordinator, panel_id=panel.pk)
    assert [line.has_ties for line in ask().lines] == [True]
    actions.withdraw_source(by=world.teacher, source_id=withdrawn.sources.get().pk, why="Somebody else")
    [line] = ask().lines
    assert "Somebody else" in line.says
    assert not line.has_ties
    tie(world, amira, "goes_to", place(world, "Arcade"))
    [line] = ask().lines
    assert line.has_ties
    _answer, _line, picture = queries.of_answer(world.coordinator, "panel", line.known, panel_id=panel.pk)
    assert picture.drawing is not None
    assert {spot.thing.name for spot in picture.drawing.spots} == {"Amira Made", "Arcade"}


def test_two_that_many_are_tied_to_are_not_tied_in_a_drawing(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "HUB", 2)
    maya, station, mall = child(world, "Maya"), place(world, "Station"), place(world, "Mall")
    tie(world, amira, "friend_of", maya)
    tie(world, amira, "goes_to", station)
    tie(world, maya, "goes_to", mall)
    tie(world, station, "inside", mall)
    for number in range(2):
        for where in (station, mall):
            tie(world, child(world, f"Other{number}"), "goes_to", where)
    expected = {"Amira Made goes to Station", "Maya Made goes to Mall"}
    assert {
        text for text in drawn(world.teacher, amira)[1] if "goes to" in text or "part of" in text
    } == expected
    bond = Bond(uuid.uuid4(), station.pk, mall.pk, "is part of", 1, False, None, None)
    for many in ([station.pk, mall.pk], [mall.pk, station.pk]):  # in whatever order
        assert not queries._met(bond, many, {station.pk}, amira.pk)
        assert queries._met(bond, many, {station.pk}, mall.pk)


def test_a_line_that_is_drawn_alone_keeps_whom_it_names(world: World, amira: Person) -> None:
    maya, ola = child(world, "Maya"), child(world, "Ola")
    for where, who in ((place(world, "Arcade"), maya), (place(world, "Park"), ola)):
        for person in (amira, who):
            tie(world, person, "goes_to", where)
    lines = QUESTIONS["together"].ask(world.teacher, person_id=amira.pk).lines
    [line] = [line for line in lines if "Arcade" in line.says]
    there = reverse("draw_together", kwargs={"person_id": amira.pk})
    client = Client()
    client.force_login(world.teacher)
    looked = AuditRow.objects.filter(verb="view", subject="drawing").values_list("person_id", flat=True)
    assert "Ola Made" not in client.get(there, {"line": line.known}).text
    assert set(looked.all()) == {amira.pk, maya.pk}
    assert "Ola Made" in client.get(there).text
    assert set(looked.all()) == {amira.pk, maya.pk, ola.pk}


@pytest.mark.once
def test_a_drawing_asks_the_same_number_of_times_whatever_there_is(world: World, amira: Person) -> None:
    arcade = place(world, "Arcade")
    tie(world, amira, "goes_to", arcade)
    tie(world, amira, "uses", phone("07700 900123"))
    friday = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    tie(world, amira, "part_of", friday)
    tie(world, adult(world, "Zoe"), "protects", arcade)

    def counted(more: range) -> int:
        for count in more:
            other = child(world, f"Other{count}")
            tie(world, other, "goes_to", arcade)
            tie(world, other, "friend_of", amira)
        with CaptureQueriesContext(connection) as asked:
            assert queries.around(world.teacher, amira.pk).drawing
        return len(asked)

    assert world.teacher.permissions
    assert counted(range(1)) == counted(range(1, 6))
