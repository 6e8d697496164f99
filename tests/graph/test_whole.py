"""The whole network: laid out of what all see who see the partnership, filtered again for whoever looks, and called by nobody's name."""

from __future__ import annotations

import random
import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from struct import unpack_from
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.conftest import World, another_coordinator
from tests.graph.conftest import child, day, phone, place, tie

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden
from heard.graph.drawing.rules import MOST
from heard.graph.whole import actions, nightly, queries, rules
from heard.graph.whole.models import Placed, Whole
from heard.network import erasing
from heard.network.models import Denial, Person, TieSource

PAGES = ("whole", "whole_all", "whole_positions")


def group_around(world: World, name: str, *children: str) -> tuple[Any, list[Person]]:
    """So many children of the school who go to one place."""
    there = place(world, name)
    people = [child(world, text) for text in children]
    for person in people:
        tie(world, person, "goes_to", there)
    return there, people


def get(user: User, name: str, *keys: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=keys))


def group_of(user: User, name: str) -> Any:
    return next(cluster for cluster in queries.overview(user).clusters if cluster.name == name)


def read(content: bytes) -> tuple[dict[uuid.UUID, tuple[int, int]], list[tuple[uuid.UUID, uuid.UUID]]]:
    """As the canvas does: where each stands, and the ends of each tie."""
    number, ties = unpack_from("<II", content)
    at = unpack_from(f"<{2 * number}i", content, 8)
    ends = unpack_from(f"<{2 * ties}I", content, 8 + 8 * number)
    start = 8 + 9 * number + 8 * ties
    keys = [uuid.UUID(bytes=content[start + 16 * nth : start + 16 * nth + 16]) for nth in range(number)]
    assert len(content) == start + 16 * number
    places = {key: (at[2 * nth], at[2 * nth + 1]) for nth, key in enumerate(keys)}
    return places, [(keys[ends[2 * nth]], keys[ends[2 * nth + 1]]) for nth in range(ties)]


# ---- what is together, and where it stands


def made(
    number: int, each: int, seed: int = 1, *, apart: bool = False
) -> tuple[dict[uuid.UUID, str], set[rules.Pair]]:
    """So many groups of so many, each with a place to which all go, and a tie here and there to another group."""
    rng, previous = random.Random(seed), uuid.UUID(int=0)
    parts: dict[uuid.UUID, str] = {}
    ties: set[rules.Pair] = set()
    for group in range(number):
        keys = [uuid.UUID(int=rng.getrandbits(128)) for _ in range(each)]
        parts |= dict.fromkeys(keys, "child") | {keys[0]: "place"}
        ties |= {(min(keys[0], key), max(keys[0], key)) for key in keys[1:]}
        ties |= {
            (min(one, other), max(one, other)) for one, other in (rng.sample(keys, 2) for _ in range(each))
        }
        if group % 3 and not apart:
            ties.add((min(keys[1], previous), max(keys[1], previous)))
        previous = keys[2]
    return parts, ties


def public(parts: dict[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    return {key: "Park" for key, part in parts.items() if part == "place"}


def test_planted_groups_are_found() -> None:
    parts, ties = made(40, 8)
    laid = rules.lay_out(parts, ties, (), public(parts))
    cluster = {seat.key: seat.cluster for seat in laid.seats}
    keys = list(parts)
    planted = [keys[nth : nth + 8] for nth in range(0, len(keys), 8)]
    whole = [len({cluster[key] for key in some}) == 1 for some in planted]
    assert sum(whole) >= 0.9 * len(planted)
    assert len(set(cluster.values())) > 20
    assert laid.least == rules.LEAST
    alone, apart = made(40, 8, apart=True)
    laid = rules.lay_out(alone, apart, (), public(alone))
    assert len({seat.cluster for seat in laid.seats}) == 40
    assert laid.kinds == {"park": 40}


def test_the_same_ties_are_laid_out_the_same_in_whatever_order_they_come() -> None:
    parts, ties = made(12, 7)
    shuffled = dict(random.Random(5).sample(list(parts.items()), len(parts)))
    assert rules.lay_out(parts, sorted(ties), (), {}) == rules.lay_out(
        shuffled, sorted(ties, reverse=True), (), {}
    )


def test_there_are_never_more_groups_than_can_be_drawn_and_it_is_said_from_how_many_on() -> None:
    parts, ties = made(260, 4, apart=True)
    parts_of_more, more = made(150, 6, seed=2, apart=True)
    laid = rules.lay_out(parts | parts_of_more, ties | more, (), {})
    assert 0 < len({seat.cluster for seat in laid.seats if seat.cluster}) <= rules.CLUSTERS
    assert laid.least > rules.LEAST
    assert all(seat.at for seat in laid.seats), "who is in no group stands in all of the network"


def test_nobody_stands_in_the_place_of_another() -> None:
    parts, ties = made(30, 10)
    at = [seat.at for seat in rules.lay_out(parts, ties, (), {}).seats]
    assert len(set(at)) == len(at)


def test_a_large_group_stands_in_a_spiral_within_its_cluster() -> None:
    parts, ties = made(1, 600)
    hubs_out = {pair for pair in ties if "place" not in {parts[pair[0]], parts[pair[1]]}}
    at = [seat.at for seat in rules.lay_out(parts, hubs_out, (), {}).seats if seat.at]
    assert len(set(at)) == len(at)


def test_what_more_than_thirty_people_are_tied_to_joins_nobody() -> None:
    station = uuid.UUID(int=1)
    people = [uuid.UUID(int=10 + nth) for nth in range(31)]
    parts = dict.fromkeys(people, "child") | {station: "place"}
    ties = {(station, person) for person in people}
    seats = {seat.key: seat for seat in rules.lay_out(parts, ties, (), {station: "station"}).seats}
    assert seats[station].at is None
    assert {seats[person].cluster for person in people} == {None}
    few = {pair for pair in ties if pair[1] != people[0]}
    assert rules.lay_out(dict.fromkeys(people[1:], "child") | {station: "place"}, few, (), {}).seats[0].at
    marked = rules.lay_out(dict.fromkeys(people[1:], "child") | {station: "place"}, few, {station}, {})
    assert marked.seats[0].at is None


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "none"), (1, "few"), (5, "few"), (6, "some"), (20, "some"), (21, "many"), (51, "most")],
)
def test_how_many_is_said_in_bands(number: int, said: str) -> None:
    assert rules.band(number) == said


def test_nothing_is_laid_out_of_nothing() -> None:
    assert rules.lay_out({}, (), (), {}) == rules.Laid((), rules.LEAST, {})


# ---- who sees it


@pytest.mark.parametrize(
    "who", ["teacher", "supervisor", "officer", "social_worker", "analyst", "board_member", "administrator"]
)
def test_nobody_sees_it_who_does_not_see_the_partnership(world: World, who: str) -> None:
    group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    key = queries.overview(world.coordinator).clusters[0].key
    user = getattr(world, who)
    answers = [get(user, name) for name in PAGES]
    answers += [get(user, name, key) for name in ("whole_group", "whole_group_positions", "whole_one")]
    assert {answer.status_code for answer in answers} <= {403, 404}
    for ask in (queries.overview, queries.labels, queries.positions):
        with pytest.raises(Hidden):
            ask(user)
    with pytest.raises(Hidden):
        queries.one(user, Placed.objects.filter(part="child")[0].pk)
    with pytest.raises(Hidden):
        queries.opened(user, key)


def test_groups_are_called_by_their_places_and_by_nobodys_name(world: World) -> None:
    there, people = group_around(world, "Elm Park arcade", "Amira", "Maya", "Noor")
    station = place(world, "Bus station")
    for person in people:
        tie(world, person, "goes_to", station)
    actions.lay_out(by=None)
    answer = get(world.coordinator, "whole")
    assert "Around Bus station and Elm Park arcade" in answer.text
    assert not any(name in answer.text for name in ("Amira", "Maya", "Noor"))
    assert str(there.pk) not in answer.text
    row = AuditRow.objects.filter(subject="whole", verb="view").get()
    assert (row.actor, row.person_id) == (world.coordinator.username, None)


def test_every_group_is_a_circle_of_one_size_whatever_is_in_it(world: World) -> None:
    group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    group_around(world, "Quay", "Ada", "Bea", "Cleo", "Dina", "Esme", "Fay", "Gia")
    actions.lay_out(by=None)
    svg = get(world.coordinator, "whole").text.partition('<svg class="heard-web')[2].partition("</svg>")[0]
    circles = re.findall(r"<circle [^>]*>", svg)
    assert len(circles) == 2
    assert len({re.sub(r' c[xy]="[^"]*"', "", circle) for circle in circles}) == 1


def test_no_group_is_called_by_a_home(world: World) -> None:
    home, people = group_around(world, "12 High Street", "Amira", "Maya", "Noor")
    tie(world, people[0], "lived_at", home)
    actions.lay_out(by=None)
    assert [cluster.name for cluster in queries.overview(world.coordinator).clusters] == [
        "Around no place that is known (1)"
    ]
    assert "High Street" not in get(world.coordinator, "whole").text


def test_it_says_what_to_do_where_it_was_never_laid_out(world: World) -> None:
    for name in ("whole", "whole_all"):
        assert "has not been laid out yet" in get(world.coordinator, name).text
    assert "has not been laid out yet" in get(world.analyst, "whole_counted").text
    assert get(world.coordinator, "whole_positions").status_code == 404


def test_a_group_opens_as_a_drawing_with_a_row_for_each_person(world: World) -> None:
    _there, people = group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    group = group_of(world.coordinator, "Around Elm Park")
    answer = get(world.coordinator, "whole_group", group.key)
    assert "The same as a table" in answer.text
    assert "is as it was laid out on" in answer.text
    rows = AuditRow.objects.filter(subject="whole", subject_id=str(group.key), person_id__isnull=False)
    assert set(rows.values_list("person_id", flat=True)) == {person.pk for person in people}
    assert get(world.coordinator, "whole_group", uuid.uuid4()).status_code == 404


def test_a_large_group_opens_on_the_canvas_without_a_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    monkeypatch.setattr("heard.graph.drawing.rules.MOST", 3)
    group = group_of(world.coordinator, "Around Elm Park")
    answer = get(world.coordinator, "whole_group", group.key)
    assert "data-heard-whole" in answer.text
    assert "Amira" not in answer.text
    places, ties = read(get(world.coordinator, "whole_group_positions", group.key).content)
    assert (len(places), len(ties)) == (4, 3)


def test_the_canvas_gets_positions_and_asks_for_one_name_at_a_time(world: World) -> None:
    there, people = group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    content = get(world.coordinator, "whole_positions").content
    places, ties = read(content)
    assert set(places) == {there.pk, *(person.pk for person in people)}
    assert {frozenset(pair) for pair in ties} == {frozenset({there.pk, person.pk}) for person in people}
    assert b"Amira" not in content
    assert "Amira" not in get(world.coordinator, "whole_all").text
    looked = AuditRow.objects.filter(person_id=people[0].pk, subject="whole", verb="view")
    assert not looked.exists()
    said = get(world.coordinator, "whole_one", people[0].pk).json()
    assert said == {"name": "Amira Made", "what": "child", "href": f"/children/{people[0].pk}/"}
    assert looked.count() == 1
    assert get(world.coordinator, "whole_one", there.pk).json()["href"] == f"/places/{there.pk}/"
    elsewhere = child(world, "Zoe")
    assert get(world.coordinator, "whole_one", elsewhere.pk).status_code == 404


# ---- filter, then compute


def laid() -> list[Any]:
    return list(Placed.objects.order_by("pk").values())


def test_who_is_restricted_is_left_out_before_anything_is_laid_out(world: World) -> None:
    there, _people = group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    other, _others = group_around(world, "Harbour", "Bo", "Cem", "Dee")
    actions.lay_out(by=None)
    before = laid()
    hidden = child(world, "Hidden")
    for one in (there, other):
        tie(world, hidden, "goes_to", one)
        tie(world, hidden, "lived_at", one)
    tie(world, hidden, "uses", phone("07700 900123"))
    Person.objects.filter(pk=hidden.pk).update(restricted=True)
    actions.lay_out(by=None)
    assert laid() == before


def test_what_one_agency_keeps_to_itself_and_who_is_kept_out_change_nothing(world: World) -> None:
    there, people = group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    other, _others = group_around(world, "Harbour", "Bo", "Cem", "Dee")
    actions.lay_out(by=None)
    before = laid()
    for person in people:
        tie(world, person, "goes_to", other, reach="holder")
    tie(world, people[0], "uses", phone("07700 900123"), reach="holder")
    tie(world, people[0], "seen_at", other, known_grade="E")
    kept_from = child(world, "Kept")
    tie(world, kept_from, "goes_to", there)
    tie(world, kept_from, "goes_to", other)
    team = world.teacher.team
    Denial.objects.create(person=kept_from, team=team, why="A reason", denied_by=world.coordinator)
    actions.lay_out(by=None)
    assert laid() == before


def test_what_ended_long_ago_is_left_out(world: World) -> None:
    _there, people = group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    before = laid()
    tie(world, people[0], "goes_to", place(world, "Old pier"), valid_from=day(900), valid_to=day(800))
    actions.lay_out(by=None)
    assert laid() == before


@pytest.mark.parametrize("how", ["restricted", "kept out", "merged"])
def test_who_is_hidden_since_that_night_is_not_sent_nor_counted(world: World, how: str) -> None:
    group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    gone = Person.objects.get(given_name="Maya")
    actions.lay_out(by=None)
    key = group_of(world.coordinator, "Around Elm Park").key
    if how == "restricted":
        Person.objects.filter(pk=gone.pk).update(restricted=True)
    elif how == "merged":
        Person.objects.filter(pk=gone.pk).update(merged_into=Person.objects.get(given_name="Noor"))
    else:
        Denial.objects.create(
            person=gone,
            user=world.coordinator,
            why="They are family",
            denied_by=another_coordinator(world),
            unseen=True,
        )
    places, ties = read(get(world.coordinator, "whole_positions").content)
    assert gone.pk not in places
    assert (len(places), len(ties)) == (3, 2)
    assert gone.pk.bytes not in get(world.coordinator, "whole_positions").content
    assert get(world.coordinator, "whole_one", gone.pk).status_code == 404
    opened = queries.opened(world.coordinator, key)
    assert opened.picture
    assert gone.pk not in opened.picture.people


def test_pages_are_the_same_whether_somebody_was_hidden_since_or_is_not_there(world: World) -> None:
    """But for where the others stand, which was worked out when all saw them."""
    group_around(world, "Elm Park", "Amira", "Maya", "Noor", "Bo", "Cem", "Dee")
    actions.lay_out(by=None)
    Person.objects.filter(given_name="Maya").update(restricted=True)
    page = get(world.coordinator, "whole").text
    assert "1 to 5" in page
    assert "6 to 20" not in page


def test_a_tie_that_was_withdrawn_or_noted_since_is_not_drawn(world: World) -> None:
    _there, people = group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    before = read(get(world.coordinator, "whole_positions").content)
    tie(world, people[0], "friend_of", people[1])
    assert read(get(world.coordinator, "whole_positions").content) == before
    TieSource.objects.filter(tie__first=people[2].pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=world.teacher, why_withdrawn="Not so"
    )
    assert len(read(get(world.coordinator, "whole_positions").content)[1]) == 2


def test_it_goes_with_a_record_that_is_destroyed_at_once(world: World) -> None:
    group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    gone = Person.objects.get(given_name="Maya")
    actions.lay_out(by=None)
    assert Placed.objects.filter(pk=gone.pk).exists()
    erasing.take_out(erasing.gather(gone.pk))
    assert not Placed.objects.filter(pk=gone.pk).exists()
    assert Placed.objects.count() == 3


def test_how_often_the_database_is_asked_does_not_grow(world: World) -> None:
    def asked() -> int:
        user = User.objects.get(pk=world.coordinator.pk)  # what they see is written once for a user
        with CaptureQueriesContext(connection) as found:
            queries.overview(user)
            queries.positions(user)
        return len(found)

    group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    before = asked()
    group_around(world, "Harbour", "Bo", "Cem", "Dee", "Eli")
    actions.lay_out(by=None)
    assert asked() <= before


# ---- for who sees figures alone


def test_an_analyst_reads_counts_by_kind_of_place_and_nothing_below_six(world: World) -> None:
    for nth in range(6):
        group_around(world, f"Shop {nth}", *(f"Child{nth}{which}" for which in range(3)))
    actions.lay_out(by=None)
    answer = get(world.analyst, "whole_counted")
    assert queries.counts(world.analyst).kinds == {"shop": 6}
    assert "Child0" not in answer.text
    assert "Shop 1" not in answer.text
    assert get(world.teacher, "whole_counted").status_code in (403, 404)
    with pytest.raises(Hidden):
        queries.counts(world.teacher)


def test_five_groups_are_not_counted_nor_kept(world: World) -> None:
    for nth in range(5):
        group_around(world, f"Shop {nth}", *(f"Child{nth}{which}" for which in range(3)))
    actions.lay_out(by=None)
    assert Whole.objects.get().kinds == {}
    assert "No kind of place is part of six groups" in get(world.analyst, "whole_counted").text


# ---- each night

LONDON = ZoneInfo("Europe/London")


def test_it_is_due_once_a_night_at_three() -> None:
    night = datetime(2026, 11, 30, 3, tzinfo=LONDON)
    assert rules.due(night + timedelta(minutes=1)) == night
    assert rules.due(night - timedelta(minutes=1)) == night - timedelta(days=1)


def test_a_worker_makes_one_task_a_night(world: World) -> None:
    assert "heard.graph.whole.nightly.make_when_due" in settings.NOW_AND_THEN
    for _ in range(3):
        nightly.make_when_due()
    assert DBTaskResult.objects.filter(task_path=actions.make_whole.module_path).count() == 1
    actions.make_whole.call()
    DBTaskResult.objects.all().delete()
    nightly.make_when_due()
    assert not DBTaskResult.objects.exists()
    Whole.objects.update(made_at=timezone.now() - timedelta(days=2))
    nightly.make_when_due()
    assert DBTaskResult.objects.count() == 1


def test_what_was_there_is_gone_once_it_is_laid_out_anew(world: World) -> None:
    Placed.objects.create(key=uuid.uuid4(), part="place", x=1, y=1)
    group_around(world, "Elm Park", "Amira", "Maya", "Noor")
    actions.lay_out(by=None)
    first = Whole.objects.get().made_at
    assert Placed.objects.count() == 4
    assert actions.lay_out(by=None).made_at > first
    assert Whole.objects.count() == 1


# ---- the script


def test_the_canvas_is_ours_and_short() -> None:
    script = Path(__file__).parents[2] / "src/heard/govuk/assets/whole.mjs"
    text = script.read_text()
    assert text.count("\n") <= 250
    assert "import" not in text
    assert "http" not in text
    assert ".style" not in text


def test_what_is_drawn_at_once_is_what_a_drawing_may_hold() -> None:
    assert rules.CLUSTERS == MOST
