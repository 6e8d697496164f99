"""What questions on circles, bridges and moved harm count as done, as lasting and as named; and whom their limits name."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import hold, make_panel
from tests.conftest import World
from tests.graph.conftest import adult, child, day, episode, place, tie, worry
from tests.graph.test_joined import answer, said

from heard.agencies.models import AuditRow, User
from heard.cases.case.models import Case
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.disruption import actions as disruption
from heard.cases.disruption.models import DisruptionStep
from heard.cases.panel import actions as meeting
from heard.cases.panel.models import PanelAction
from heard.cases.words.rules import ChildsView
from heard.graph import queries as counting
from heard.graph.question import rules as asking
from heard.graph.question.queries import circles
from heard.graph.question.rules import circles as circle_rules
from heard.graph.question.rules import moved
from heard.network import actions
from heard.network.models import Person
from heard.network.rules import Piece


@pytest.fixture
def amira(world: World) -> Person:
    return child(world, "Amira")


def case_of(world: World, who: Person, by: User) -> Case:
    if by.team and by.team.agency != world.care:
        actions.involve(by=by, person=who, agency=world.care, why="Takes worries")
    told = worry(by, person_id=who.pk)
    said_of = {"reason": "Signs seen", "feedback": "Thank you. A social worker has begun"}
    view = ChildsView(why_no_words="Wants to wait")
    case = telling.decide(by=world.coordinator, concern=told, decision="open_case", view=view, **said_of).case
    assert case
    return case


def decided(world: World, end: str, this: Any, **where: Any) -> PanelAction:
    """What a panel decided is done about somebody or something."""
    panel = make_panel(world)
    item = meeting.add_item(by=world.coordinator, panel_id=panel.pk, end=end, end_id=this.pk)
    hold(world, panel)
    return meeting.add_panel_action(
        by=world.coordinator, item_id=item.pk, what="Talk to the owner", owner=world.social_worker, due_on=day(-9), **where
    )  # fmt: skip


def piece(kind: str, since: date | None, until: date | None, noted: date) -> Piece:
    return Piece(
        uuid.uuid4(),
        uuid.UUID(int=1),
        "person",
        since or noted,
        kind_id=kind,
        since=since,
        until=until,
        noted=noted,
    )


def finished(world: World, outcome: str = "done") -> None:
    """The one step in a case."""
    disruption.finish_step(
        by=world.social_worker, disruption_id=DisruptionStep.objects.get().pk, outcome=outcome, note="", done_on=timezone.localdate(),
    )  # fmt: skip


def looked_at() -> set[Any]:
    """Whom answers named, as the record of who looked has it."""
    rows = AuditRow.objects.filter(verb="view", subject="question")
    return set(rows.values_list("person_id", flat=True))


# ---- what a panel decided is as far as the step that came of it


def test_an_adult_is_named_as_a_bridge_again_once_what_a_panel_decided_is_done(
    world: World, amira: Person
) -> None:
    maya, dean = child(world, "Maya"), adult(world, "Dean")
    tie(world, dean, "said_to_harm", amira, basis="told")
    tie(world, dean, "drives", maya)
    actions.involve(by=world.teacher, person=dean, agency=world.care, why="Takes worries")
    assert len(said(world.coordinator, "bridges")) == 1
    action = decided(world, "person", dean, case_id=case_of(world, amira, world.teacher).pk, kind="contact")
    assert action.lives_elsewhere
    for user in (world.coordinator, world.teacher):
        assert said(user, "bridges") == []
    finished(world)
    for user in (world.coordinator, world.teacher):
        assert len(said(user, "bridges")) == 1
    again = decided(world, "person", dean)  # lives with the panel alone
    assert said(world.teacher, "bridges") == []
    done = {"outcome": "done", "note": "He moved away", "done_on": timezone.localdate()}
    meeting.finish_panel_action(by=world.social_worker, panel_action_id=again.pk, **done)
    assert len(said(world.teacher, "bridges")) == 1


def test_a_place_is_not_unwatched_while_an_action_of_a_panel_about_it_is_open(world: World) -> None:
    one, other = (
        actions.add_place(by=world.teacher, name="Arcade", kind="shop", postcode=code)
        for code in ("LE1 3ZZ", "LE4 9ZZ")
    )
    for where in (one, other):
        for _nth in range(2):
            worry(world.teacher, place_id=where.pk, when_seen="Fridays")
    found = sorted(line.split(":")[0] for line in said(world.coordinator, "unwatched"))
    assert found == ["Arcade (LE1 3ZZ)", "Arcade (LE4 9ZZ)"]
    action = decided(world, "place", one)
    assert [line.split(":")[0] for line in said(world.coordinator, "unwatched")] == ["Arcade (LE4 9ZZ)"]
    done = {"outcome": "done", "note": "Talked", "done_on": timezone.localdate()}
    meeting.finish_panel_action(by=world.social_worker, panel_action_id=action.pk, **done)
    assert len(said(world.coordinator, "unwatched")) == 2


def test_a_place_counts_as_made_safe_by_a_step_of_a_panel_wherever_it_lives(world: World) -> None:
    mina = child(world, "Mina", world.social_worker)
    arcade, steps = place(world, "Arcade"), place(world, "Steps")
    for name in ("Dean", "Kim"):
        who = adult(world, name, world.officer)
        actions.involve(by=world.officer, person=who, agency=world.care, why="Takes worries")
        tie(world, who, "goes_to", arcade, world.officer, valid_from=day(40), valid_to=day(20))
        tie(world, who, "seen_at", steps, world.officer, valid_from=day(2))
    tie(world, mina, "goes_to", arcade, world.social_worker)
    action = decided(
        world, "place", arcade, case_id=case_of(world, mina, world.social_worker).pk, kind="other"
    )
    for user in (world.officer, world.coordinator):
        assert "No step about this place" in answer(user, "moved", place_id=arcade.pk).limits[0]
    finished(world)
    DisruptionStep.objects.update(done_on=day(9))
    step = DisruptionStep.objects.get()
    grounds = {}
    for user in (world.officer, world.coordinator):  # of whom the first may not open the case
        [line] = answer(user, "moved", place_id=arcade.pk).lines
        grounds[user] = [ground.key for ground in line.grounds if ground.page[0] != "tie"]
    assert grounds == {world.officer: [action.pk], world.coordinator: [step.pk]}
    DisruptionStep.objects.update(state="not_done")
    assert "No step about this place" in answer(world.officer, "moved", place_id=arcade.pk).limits[0]
    assert said(world.teacher, "moved", place_id=arcade.pk) == []
    own = disruption.plan_step(  # of the case alone: for who may open it
        by=world.social_worker, case_id=step.case_id, kind="other", what="Ask for light", agency_id=world.care.pk, due_on=day(-9),
        end="place", end_id=arcade.pk,
    )  # fmt: skip
    DisruptionStep.objects.filter(pk=own.pk).update(state="done", done_on=day(9))
    [line] = answer(world.coordinator, "moved", place_id=arcade.pk).lines
    assert own.pk in {ground.key for ground in line.grounds}
    assert "No step about this place" in answer(world.officer, "moved", place_id=arcade.pk).limits[0]


# ---- whom limits name


def pages_name(world: World, page: str, *people: Person) -> tuple[list[bool], list[bool]]:
    """Whether a page names each of these, and whether the record of who looked does."""
    client = Client()
    client.force_login(world.teacher)
    text = client.get(page).text
    looked = looked_at()
    return [str(person) in text for person in people], [person.pk in looked for person in people]


def test_whom_a_limit_names_has_a_row_and_who_is_only_on_the_agenda_has_none(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    dean, zoe, alone = adult(world, "Dean"), adult(world, "Zoe"), child(world, "Alone")
    panel = make_panel(world)
    for who in (amira, alone):
        actions.involve(by=world.teacher, person=who, agency=world.care, why="A worry")
        meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=who.pk)
    page = reverse("ask_circles", kwargs={"panel_id": panel.pk})
    for name in ("Bo", "Cy", "Di"):
        tie(world, dean, "drives", child(world, name), valid_from=day(5))
    tie(world, dean, "drives", amira, valid_from=day(5))
    monkeypatch.setattr(asking, "HUB", 3)
    assert pages_name(world, page, dean, alone) == ([True, False], [True, False])
    # so many in one day that nothing parts them: named is through whom
    monkeypatch.setattr(asking, "HUB", 30)
    monkeypatch.setattr(circle_rules, "TOGETHER", 2)
    for who in (amira, *Person.objects.filter(given_name__in=("Bo", "Cy"))):
        tie(world, zoe, "drives", who, valid_from=day(5))
    limits = answer(world.teacher, "circles", panel_id=panel.pk).limits
    assert any("Dean Made, Zoe Made" in limit for limit in limits)
    assert pages_name(world, page, zoe, alone) == ([True, False], [True, False])
    monkeypatch.setattr(circle_rules, "MET", 2)
    assert any(
        "More than 2 children were met" in limit
        for limit in answer(world.teacher, "circles", panel_id=panel.pk).limits
    )


def test_adults_of_whom_a_limit_says_that_nothing_is_said_have_a_row(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya, dean, kim = child(world, "Maya"), adult(world, "Dean"), adult(world, "Kim")
    for who in (dean, kim):
        tie(world, who, "said_to_harm", amira, basis="told")
        tie(world, who, "drives", maya)
    monkeypatch.setattr(circles, "SEARCHED", 1)
    assert pages_name(world, reverse("ask_bridges"), dean) == ([True], [True])
    monkeypatch.setattr(circles, "MOST", 1)
    assert "Only 1 adults were asked about." in answer(world.teacher, "bridges").limits


# ---- a tie that lasts, and one without a day


def test_what_lasts_and_has_no_end_counts_until_the_day_on_which_it_was_noted() -> None:
    def last(kind: str, since: date | None, until: date | None, noted: date) -> date:
        return asking.last_said(piece(kind, since, until, noted))

    assert last("friend_of", day(300), None, day(2)) == day(2)
    assert last("friend_of", day(300), day(200), day(2)) == day(200)
    assert last("friend_of", None, day(200), day(2)) == day(200)
    assert last("seen_at", day(300), None, day(2)) == day(300)
    assert last("seen_at", None, None, day(2)) == day(2)


def test_children_are_joined_by_a_tie_that_began_long_ago_and_still_lasts(
    world: World, amira: Person
) -> None:
    maya, ola = child(world, "Maya"), child(world, "Ola")
    tie(world, amira, "friend_of", maya, valid_from=day(300))
    tie(world, amira, "friend_of", ola, valid_from=day(300), valid_to=day(190))
    panel = make_panel(world)
    actions.involve(by=world.teacher, person=amira, agency=world.care, why="A worry")
    meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=amira.pk)
    [line] = answer(world.teacher, "circles", panel_id=panel.pk).lines
    assert "Maya" in line.says
    assert "Ola" not in line.says


def test_who_still_goes_there_was_there_and_nobody_is_new_by_a_tie_without_a_day(
    world: World, amira: Person
) -> None:
    zoe, dean = adult(world, "Zoe"), adult(world, "Dean")
    arcade, steps, park = (place(world, name) for name in ("Arcade", "Steps", "Park"))
    for who in (dean, amira):
        tie(world, who, "goes_to", arcade, valid_from=day(400))
        tie(world, who, "seen_at", steps, valid_from=day(10))
        tie(world, who, "goes_to", park, words="Has gone there since she was small")
    tie(world, zoe, "protects", arcade, valid_from=day(30))
    found = answer(world.teacher, "moved", place_id=arcade.pk)
    [line] = found.lines
    assert "some were seen at Steps for the first time" in line.says
    assert "People seen there in the 180 days before: 2." in found.summary


def test_a_tie_without_a_day_shows_that_somebody_was_there_earlier() -> None:
    one, where, other = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
    two, on = uuid.UUID(int=4), day(100)
    seen = [moved.Seen(who, other, day(50), day(50)) for who in (one, two)]
    assert moved.gone_on_to(seen, {one, two}, where, on) == {other: {one, two}}
    late = [moved.Seen(who, other, None, day(20)) for who in (one, two)]
    assert moved.gone_on_to(late, {one, two}, where, on) == {}
    assert moved.gone_on_to([*seen, *late], {one, two}, where, on) == {other: {one, two}}
    earlier = moved.Seen(one, other, None, day(120))
    assert moved.gone_on_to([*seen, earlier], {one, two}, where, on) == {}
    assert moved.there_before([moved.Seen(one, where, None, day(120))], where, on) == {one}
    assert moved.there_before([moved.Seen(one, where, None, day(20))], where, on) == set()


# ---- named more or less


def test_windows_are_read_whole_and_a_line_rests_on_what_it_counts(
    world: World, amira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoe, maya = adult(world, "Zoe"), child(world, "Maya")
    arcade = actions.add_place(by=world.teacher, name="Arcade", kind="shop", postcode="LE1 3ZZ")
    steps = actions.add_place(by=world.teacher, name="Steps", kind="shop", postcode="LE1 4AA")
    away = actions.add_place(by=world.teacher, name="Away", kind="shop", postcode="LE12 4AA")
    tie(world, zoe, "protects", arcade, valid_from=day(150))
    ask = partial(answer, world.teacher, "moved", place_id=arcade.pk)
    counted = {episode(world.teacher, amira, 24 * days, spoke_of=[arcade]).pk for days in (100, 90)}
    [line] = ask().lines
    episode(world.teacher, amira, 24 * 3, spoke_of=[arcade])  # past the window
    on_the_day = worry(world.teacher, place_id=arcade.pk)
    noon = timezone.make_aware(datetime.combine(day(150), time(12)))
    Concern.everything.filter(pk=on_the_day.pk).update(told_at=noon)
    [again] = ask().lines
    assert {ground.key for ground in again.grounds} == counted
    assert again.known == line.known  # so that what somebody judged stays judged
    # what is named elsewhere, before or later takes no room
    monkeypatch.setattr(counting, "_LOOKED", 3)
    for days in (400, 120, 70, 2):
        episode(world.teacher, maya, 24 * days, spoke_of=[away])
    assert [line.says for line in ask().lines] == [line.says]
    monkeypatch.setattr(counting, "_LOOKED", 2)
    episode(world.teacher, child(world, "Ola"), 24 * 110, spoke_of=[steps])
    cut = ask()
    assert cut.lines == []
    assert any("More than 2 worries or episodes" in limit for limit in cut.limits)
    assert any(
        "More than 2 worries or episodes" in limit for limit in answer(world.teacher, "unwatched").limits
    )
