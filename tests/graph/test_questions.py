"""Each question on a small planted world: what it finds, the near misses, and what others are not told."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.graph.conftest import adult, child, day, episode, phone, place, tie, worry

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.panel import actions as meeting
from heard.graph.question import rules
from heard.graph.question.actions import ask, judge
from heard.graph.question.models import Finding
from heard.graph.question.queries import QUESTIONS, Answer
from heard.network import actions, erasing
from heard.network.models import Person, TieSource


def answer(user: User, question: str, **keys: Any) -> Answer:
    return QUESTIONS[question].ask(user, **keys)


def said(user: User, question: str, **keys: Any) -> list[str]:
    return [line.says for line in answer(user, question, **keys).lines]


@pytest.fixture
def amira(world: World) -> Person:
    return child(world, "Amira")


# ---- 1: missing episodes


def test_what_interviews_of_two_episodes_speak_of_is_found_once_each_and_not_what_one_says(
    world: World, amira: Person
) -> None:
    arcade, park = place(world, "Arcade"), place(world, "Park")
    first = episode(world.teacher, amira, 300, spoke_of=[arcade])
    second = episode(world.teacher, amira, 200, spoke_of=[arcade, park])
    other = episode(world.teacher, child(world, "Maya"), 100, spoke_of=[place(world, "Station")])
    [line] = answer(world.teacher, "episodes", episode_id=first.pk).lines
    assert line.says.startswith("Arcade is named in 2 of these 3 episodes: ")
    assert len(line.grounds) == 2
    assert said(world.teacher, "episodes", episode_id=other.pk) == []
    both = answer(world.teacher, "episodes", episode_id=first.pk, chosen={second.pk})
    assert both.lines[0].says.startswith("Arcade is named in 2 of these 2 episodes")


def test_an_episode_of_a_child_who_is_hidden_is_not_compared_nor_counted(world: World, amira: Person) -> None:
    arcade = place(world, "Arcade")
    mine = episode(world.teacher, amira, 300, spoke_of=[arcade])
    hidden = child(world, "Hidden", by=world.officer, restricted=True)
    episode(world.officer, hidden, 200, spoke_of=[arcade])
    assert said(world.teacher, "episodes", episode_id=mine.pk) == []
    assert said(world.coordinator, "episodes", episode_id=mine.pk) == []
    actions.involve(by=world.teacher, person=amira, agency=world.police, why="Missing")
    [line] = said(world.officer, "episodes", episode_id=mine.pk)
    assert "Hidden Made" in line


def test_hours_are_said_of_more_than_half_and_at_least_three() -> None:
    night = timezone.now().replace(hour=22, minute=30)
    began = {
        uuid.uuid4(): night + timedelta(days=days, minutes=late) for days, late in ((1, 0), (2, 60), (3, 100))
    }
    assert rules.hours_shared(began) == tuple(began)
    more = {uuid.uuid4(): night.replace(hour=hour) for hour in (3, 8, 13)}
    assert rules.hours_shared(began | more) == ()
    assert rules.hours_shared(dict(list(began.items())[:2])) == ()


# ---- 2: several children


def test_what_two_children_have_in_common_is_said_where_nobody_works_with_both(
    world: World, amira: Person
) -> None:
    maya, arcade, dean = child(world, "Maya"), place(world, "Arcade"), adult(world, "Dean")
    for who in (amira, maya):
        tie(world, who, "goes_to", arcade)
    tie(world, dean, "drives", amira)
    tie(world, dean, "gives_things_to", maya)
    assert said(world.teacher, "together", person_id=amira.pk) == [
        "Amira Made and Maya Made have Dean Made in common. Nobody works with them together.",
        "Amira Made and Maya Made have Arcade in common. Nobody works with them together.",
    ]


@pytest.mark.parametrize("linked", ["family", "home", "untrue", "ended"])
def test_who_is_looked_at_together_and_what_counts_for_nothing_is_passed_over(
    world: World, amira: Person, linked: str
) -> None:
    home = {"postcode": "LE1 3ZZ", "address": "Kiln House"} if linked == "home" else {}
    maya, arcade = child(world, "Maya"), place(world, "Arcade")
    if home:
        for who in (amira, maya):
            who.addresses.create(line="Kiln House", postcode="LE1 3ZZ")
    if linked == "family":
        tie(world, amira, "family_of", maya)
    known = {
        "untrue": {"known_grade": "E"},
        "ended": {"valid_from": day(900), "valid_to": day(500)},
    }.get(linked, {})
    tie(world, amira, "goes_to", arcade)
    tie(world, maya, "goes_to", arcade, **known)
    assert said(world.teacher, "together", person_id=amira.pk) == []


def test_a_phone_that_worries_name_and_a_hub(world: World, amira: Person, monkeypatch: Any) -> None:
    maya, station = child(world, "Maya"), place(world, "Station")
    for who in (amira, maya):
        worry(world.teacher, names="He rang from 07700 900123", person_id=who.pk)
        tie(world, who, "goes_to", station)
    monkeypatch.setattr(rules, "HUB", 1)
    found = answer(world.teacher, "together", person_id=amira.pk)
    assert [line.says for line in found.lines] == [
        "Amira Made and Maya Made have 07700 900123 in common. Nobody works with them together."
    ]
    assert any("Station" in limit for limit in found.limits)


def test_it_is_asked_of_children_alone(world: World) -> None:
    with pytest.raises(Hidden):
        answer(world.teacher, "together", person_id=adult(world, "Dean").pk)


# ---- 4: how two connect


def test_the_ways_between_two_and_which_step_has_to_be_right(world: World, amira: Person) -> None:
    dean, arcade, maya = adult(world, "Dean"), place(world, "Arcade"), child(world, "Maya")
    tie(world, amira, "goes_to", arcade)
    tie(world, dean, "runs", arcade)
    tie(world, dean, "drives", maya)
    [way] = said(world.teacher, "ways", node_id=amira.pk, other_id=maya.pk)
    assert way == (
        "(1) Amira Made goes to Arcade; (2) Arcade is run by Dean Made; (3) Dean Made drives Maya Made. "
        "Where one of these steps is wrong, no way is left: 1, 2, 3."
    )
    tie(world, amira, "friend_of", dean)
    ways = said(world.teacher, "ways", node_id=amira.pk, other_id=maya.pk)
    assert len(ways) == 2
    assert any(way.endswith("no way is left: 2.") for way in ways)


def test_no_way_leads_through_a_hub_a_tie_that_does_not_pass_or_somebody_hidden(
    world: World, amira: Person, monkeypatch: Any
) -> None:
    maya, station, park = child(world, "Maya"), place(world, "Station"), place(world, "Park")
    actions.involve(by=world.teacher, person=amira, agency=world.police, why="Missing")
    actions.involve(by=world.teacher, person=maya, agency=world.police, why="Missing")
    hidden = child(world, "Hidden", by=world.officer, restricted=True)
    for who in (amira, maya):
        tie(world, who, "goes_to", station)
        tie(world, hidden, "friend_of", who, by=world.officer)
    tie(world, amira, "saw_it", park)
    tie(world, maya, "goes_to", park)
    monkeypatch.setattr(rules, "HUB", 1)
    found = answer(world.teacher, "ways", node_id=amira.pk, other_id=maya.pk)
    assert found.lines == []
    assert "Hidden" not in " ".join(found.limits)
    assert [
        line.says.count("Hidden Made")
        for line in answer(world.officer, "ways", node_id=amira.pk, other_id=maya.pk).lines
    ] == [2]
    with pytest.raises(Hidden):
        answer(world.teacher, "ways", node_id=amira.pk, other_id=hidden.pk)


# ---- 5: since the last panel


def test_what_is_new_ended_and_withdrawn_of_who_is_on_the_agenda(world: World, amira: Person) -> None:
    arcade, park, dean = place(world, "Arcade"), place(world, "Park"), adult(world, "Dean")
    wrong = tie(world, dean, "drives", amira)
    TieSource.objects.update(recorded_at=timezone.now() - timedelta(days=60))
    actions.involve(by=world.teacher, person=amira, agency=world.care, why="A worry")
    panel = make_panel(world)
    meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=amira.pk)
    tie(world, amira, "goes_to", arcade)
    tie(world, amira, "goes_to", arcade)  # a second source of the same tie
    tie(world, amira, "goes_to", park, valid_from=day(90), valid_to=day(2))
    [source] = wrong.sources.all()
    actions.withdraw_source(by=world.teacher, source_id=source.pk, why="Mixed up with another car")
    [line] = answer(world.teacher, "panel", panel_id=panel.pk).lines
    assert "1 tie noted; 1 tie ended; one withdrawn because: Mixed up with another car" in line.says
    assert (len(line.grounds), len(line.told)) == (4, 3)
    marked = [ground.text.split(": ")[0] for ground in line.told if ": " in ground.text]
    assert marked == ["Ended", "Withdrawn"]
    assert said(world.officer, "panel", panel_id=panel.pk) == []
    with pytest.raises(Hidden):
        answer(world.analyst, "panel", panel_id=panel.pk)


# ---- 8: a new worry


def test_a_worry_touches_a_group_by_what_it_names_and_by_whom_it_is_about(
    world: World, amira: Person
) -> None:
    dean = adult(world, "Dean")
    friday = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    quiet = actions.add_group(by=world.teacher, name="Quiet group", kind="friends")
    tie(world, dean, "part_of", friday)
    tie(world, dean, "uses", phone("07700 900123"))
    tie(world, child(world, "Maya"), "part_of", quiet)
    about = worry(world.teacher, names="Calls came from 07700 900123", person_id=amira.pk)
    [line] = said(world.teacher, "worry", concern_id=about.pk)
    assert line == (
        "The worry touches Friday group: 07700 900123 is used by Dean Made, who is part of Friday group."
    )
    with pytest.raises(Hidden):
        answer(world.officer, "worry", concern_id=about.pk)


# ---- 11: places nobody watches


@pytest.mark.parametrize("watched", [False, True])
def test_a_place_named_twice_is_said_unless_somebody_protects_there(
    world: World, amira: Person, watched: bool
) -> None:
    arcade, once = place(world, "Arcade"), place(world, "Once")
    worry(world.teacher, place_id=arcade.pk, when_seen="Fridays")
    worry(world.teacher, place_id=once.pk, when_seen="Fridays")
    episode(world.teacher, amira, 200, spoke_of=[arcade])
    if watched:
        tie(world, adult(world, "Zoe"), "protects", arcade)
    for user in (world.teacher, world.coordinator):
        assert [line.split(":")[0] for line in said(user, "unwatched")] == ([] if watched else ["Arcade"])
    assert said(world.officer, "unwatched") == []  # who sees neither the child nor the worry


# ---- 12: one number


def test_how_several_people_held_one_number(world: World, amira: Person) -> None:
    number, dean, zoe = phone("07700 900123"), adult(world, "Dean"), adult(world, "Zoe")
    tie(world, dean, "uses", number, valid_from=day(300), valid_to=day(100))
    tie(world, amira, "uses", number, valid_from=day(90))
    tie(world, zoe, "uses", number)
    found = answer(world.teacher, "users", handle_id=number.pk)
    assert [str(heading) for heading, _lines in found.parts] == ["One after the other", "When is not known"]
    [passed] = found.parts[0][1]
    assert passed.says.startswith("07700 900123: used by Dean Made until")
    assert len(found.parts[1][1]) == 2
    with pytest.raises(Hidden):
        answer(world.officer, "users", handle_id=number.pk)
    with pytest.raises(Hidden):
        answer(world.teacher, "users", handle_id=amira.pk)


def test_two_keepers_at_one_time_contradict() -> None:
    one, other = (rules.Use(uuid.uuid4(), day(since), None, True) for since in (100, 50))
    assert rules.how_held(other, one) == (rules.Held.CONTRADICTING, one, other)


# ---- 13: on one day


def test_two_at_a_place_on_one_day_are_said_children_first(world: World, amira: Person) -> None:
    arcade, dean = place(world, "Arcade"), adult(world, "Bob")
    tie(world, dean, "seen_at", arcade, valid_from=day(20))
    tie(world, amira, "seen_at", arcade, valid_from=day(20))
    tie(world, child(world, "Maya"), "seen_at", arcade, valid_from=day(21))
    [line] = said(world.teacher, "there", place_id=arcade.pk)
    assert line.endswith("Amira Made; Bob Made.")
    assert said(world.teacher, "there", place_id=arcade.pk, on=day(21)) == []
    assert said(world.officer, "there", place_id=arcade.pk) == []


# ---- 14: what it rests on


def test_what_one_untested_source_carries_is_said_and_a_childs_own_words_are_not(
    world: World, amira: Person
) -> None:
    tie(world, amira, "goes_to", place(world, "Arcade"), how="said", who="A neighbour")
    tie(world, amira, "goes_to", place(world, "Park"), how="said_by_child")
    tie(world, amira, "goes_to", place(world, "Shop"), how="seen")
    found = answer(world.teacher, "rests", node_id=amira.pk)
    assert found.summary.startswith("Ties: 3. Of these somebody saw: 1; one person alone told: 2;")
    assert [line.this.name for line in found.lines] == ["Arcade"]


# ---- 15: pieces


def test_a_piece_each_of_two_agencies_is_said_and_two_of_one_are_not(world: World, amira: Person) -> None:
    car = phone("07700 900123")
    other = child(world, "Ola", by=world.officer)
    tie(world, amira, "contacted_from", car)
    tie(world, other, "contacted_from", car, by=world.officer)
    [line] = said(world.coordinator, "pieces", thing_id=car.pk)
    assert line.startswith("Northgate Academy, Wexmoor Police hold one piece each")
    assert said(world.teacher, "pieces", thing_id=car.pk) == []  # who sees one of them
    tie(world, amira, "uses", car)
    assert said(world.coordinator, "pieces", thing_id=car.pk) == []


# ---- judged


def test_what_is_judged_is_silent_for_whoever_gets_the_same_until_there_is_more(
    world: World, amira: Person
) -> None:
    maya, arcade = child(world, "Maya"), place(world, "Arcade")
    for who in (amira, maya):
        tie(world, who, "goes_to", arcade)
    keys = {"question": "together", "person_id": amira.pk}
    [line] = answer(world.teacher, **keys).lines
    with pytest.raises(Refused, match="Say why"):
        judge(by=world.teacher, line=line.known, verdict="not_same", why=" ", **keys)
    with pytest.raises(Hidden):
        judge(by=world.officer, line=line.known, verdict="not_same", why="No", **keys)
    with pytest.raises(Hidden):
        judge(by=world.teacher, line="0" * 64, verdict="not_same", why="No", **keys)
    judge(by=world.teacher, line=line.known, verdict="not_same", why="Half the town goes there", **keys)
    after = answer(world.teacher, **keys)
    assert (after.lines, [line.judged.why for line in after.silenced if line.judged]) == (
        [],
        ["Half the town goes there"],
    )
    [other_way] = answer(world.teacher, question="together", person_id=maya.pk).silenced
    assert other_way.known == line.known
    with pytest.raises(Refused, match="already"):
        judge(by=world.teacher, line=line.known, verdict="not_same", why="Again", **keys)
    with pytest.raises(Refused, match="not changed"):
        Finding.objects.get().save()
    tie(world, maya, "seen_at", arcade)
    assert len(answer(world.teacher, **keys).lines) == 1
    assert AuditRow.objects.filter(verb="judge", person_id=amira.pk).count() == 1


def test_it_can_be_asked_again(world: World, amira: Person) -> None:
    for who in (amira, child(world, "Maya")):
        tie(world, who, "goes_to", place(world, "Arcade") if who is amira else arcade_of(world))
    keys = {"question": "together", "person_id": amira.pk}
    [line] = answer(world.teacher, **keys).lines
    with pytest.raises(Refused, match="shown already"):
        judge(by=world.teacher, line=line.known, verdict="again", why="It is", **keys)
    judge(by=world.teacher, line=line.known, verdict="not_same", why="No", **keys)
    judge(by=world.teacher, line=line.known, verdict="again", why="The same car after all", **keys)
    assert [line.known for line in answer(world.teacher, **keys).lines] == [line.known]


def arcade_of(world: World) -> Any:
    from heard.network.models import Place

    return Place.objects.get(name="Arcade")


def test_what_was_judged_goes_with_the_record_on_which_it_rests(world: World, amira: Person) -> None:
    arcade = place(world, "Arcade")
    for who in (amira, child(world, "Maya")):
        tie(world, who, "goes_to", arcade)
    keys = {"question": "together", "person_id": amira.pk}
    [line] = answer(world.teacher, **keys).lines
    judge(by=world.teacher, line=line.known, verdict="not_same", why="Amira has left", **keys)
    assert Finding in erasing.reached()
    erasing.take_out(erasing.gather(amira.pk))
    assert not Finding.objects.exists()


# ---- pages


def test_a_page_says_each_line_leaves_a_row_for_each_child_and_takes_a_judgement(
    world: World, amira: Person
) -> None:
    maya, arcade = child(world, "Maya"), place(world, "Arcade")
    for who in (amira, maya):
        tie(world, who, "goes_to", arcade)
    client = Client()
    client.force_login(world.teacher)
    there = reverse("ask_together", kwargs={"person_id": amira.pk})
    page = client.get(there).text
    assert "have Arcade in common" in page
    seen = AuditRow.objects.filter(verb="view", subject="question").values_list("person_id", flat=True)
    assert set(seen) == {amira.pk, maya.pk}
    [line] = ask(by=world.teacher, question="together", person_id=amira.pk).lines
    judging = reverse("judge_together", kwargs={"person_id": amira.pk})
    assert reverse("child_people", kwargs={"person_id": amira.pk}) in page  # from where it was asked
    from_line = f"{judging}?line={line.known}"
    assert from_line in page
    chosen = re.findall(r'value="([^"]*)"[^>]*checked', client.get(from_line).text)
    assert chosen == [line.known, "not_same"]
    assert "Choose what you judge" in client.post(judging, {"why": "No"}).text
    sent = {"line": line.known, "verdict": "not_same", "why": "Everybody goes there"}
    after = client.post(from_line, sent, follow=True).text
    assert "Saved: what you said of it, and why." in after
    assert "One matter after all?" in after
    assert "Nothing comes up" not in after
    assert re.findall(r'value="([^"]*)"[^>]*checked', client.get(from_line).text) == [line.known, "again"]
    assert "Tess Archer" in after
    assert "Everybody goes there" in after
    for user in (world.social_worker, world.analyst):
        client.force_login(user)
        assert {client.get(text).status_code for text in (there, judging)} == {404}


def test_the_other_end_of_a_way_is_looked_for_and_nothing_is_kept(world: World, amira: Person) -> None:
    child(world, "Maya")
    client = Client()
    client.force_login(world.teacher)
    there = reverse("ways_from", kwargs={"node_id": amira.pk})
    page = client.post(there, {"end": "person", "text": "Maya Made"}).text
    assert "/questions/ways/" in page
    assert client.get(there, {"text": "Maya"}).status_code == 200


@pytest.mark.once
def test_each_question_asks_the_same_number_of_times_whatever_there_is(world: World, amira: Person) -> None:
    arcade, handle = place(world, "Arcade"), phone("07700 900123")
    friday = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    tie(world, amira, "goes_to", arcade, valid_from=day(20))
    first = episode(world.teacher, amira, 500, spoke_of=[arcade])
    about = worry(world.teacher, names="Calls from 07700 900123", person_id=amira.pk)
    asked: dict[str, dict[str, Any]] = {
        "episodes": {"episode_id": first.pk},
        "together": {"person_id": amira.pk},
        "ways": {"node_id": amira.pk, "other_id": friday.pk},
        "worry": {"concern_id": about.pk},
        "unwatched": {},
        "users": {"handle_id": handle.pk},
        "there": {"place_id": arcade.pk},
        "rests": {"node_id": amira.pk},
        "pieces": {"thing_id": handle.pk},
    }
    assert world.teacher.permissions

    def counted(more: range) -> dict[str, int]:
        for count in more:
            other, dean = child(world, f"Other{count}"), adult(world, f"Dean{count}")
            tie(world, other, "goes_to", arcade, valid_from=day(20))
            tie(world, dean, "uses", handle, valid_from=day(100 - count))
            tie(world, dean, "part_of", friday)
            tie(world, dean, "drives", other)
            episode(world.teacher, other, 300, spoke_of=[arcade])
            worry(world.teacher, names="Calls from 07700 900123", person_id=other.pk)
        found = {}
        for question, keys in asked.items():
            with CaptureQueriesContext(connection) as queries:
                assert answer(world.teacher, question, **keys)
            found[question] = len(queries)
        return found

    assert counted(range(2)) == counted(range(2, 7))
