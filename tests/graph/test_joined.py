"""Groups that may be one, children to be looked at together, adults who alone join circles, and whether harm moved."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
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

from heard.agencies.models import User
from heard.agencies.rules import Hidden
from heard.cases.concern import actions as telling
from heard.cases.disruption import actions as disruption
from heard.cases.panel import actions as meeting
from heard.cases.words.rules import ChildsView
from heard.graph import rules as counting
from heard.graph.question import rules
from heard.graph.question.actions import judge
from heard.graph.question.queries import QUESTIONS, Answer
from heard.graph.question.rules import circles, groups, moved
from heard.network import actions
from heard.network.models import Person

A, B, C, D = (uuid.UUID(int=number) for number in range(1, 5))
TODAY = date(2026, 11, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def answer(user: User, question: str, **keys: Any) -> Answer:
    return QUESTIONS[question].ask(user, **keys)


def said(user: User, question: str, **keys: Any) -> list[str]:
    return [line.says for line in answer(user, question, **keys).lines]


@pytest.fixture
def amira(world: World) -> Person:
    return child(world, "Amira")


# ---- 6: groups that may be one


def test_two_people_or_one_thing_are_needed_and_half_of_the_smaller_or_a_name() -> None:
    names = {A: "Friday group", B: "The others"}

    def may(
        mine: set[int], theirs: set[int], both: set[int] = frozenset(), called: str = "The others"
    ) -> bool:  # type: ignore[assignment]
        people = {A: set(map(str, mine)), B: set(map(str, theirs))}
        things = {A: both, B: both}
        return bool(groups.may_be_one(A, people, things, names | {B: called}))  # type: ignore[arg-type]

    assert may({1, 2, 3}, {1, 2, 4, 5})
    assert not may({1, 2}, {1, 3})  # one in common
    assert not may({1, 2, 3, 4, 5}, {1, 2, 6, 7, 8})  # two of five, and another name
    assert may({1, 2, 3, 4, 5}, {1, 2, 6, 7, 8}, called="Fridays group")
    assert may({1, 2}, {1, 3}, {9})
    assert not may({1}, {2}, {9})  # a phone, and nobody in both
    assert may({1}, {2}, {9}, called="Friday Group")
    assert not may({1}, {2}, called="Friday Group")
    assert not groups.called_alike("Friday group", "Monday group")
    assert not groups.called_alike("", "")


def test_groups_with_the_same_people_may_be_one_for_who_sees_both(world: World, amira: Person) -> None:
    friday = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    harbour = actions.add_group(by=world.teacher, name="Harbour boys", kind="friends")
    dean = adult(world, "Dean")
    for group in (friday, harbour):
        tie(world, amira, "part_of", group)
        tie(world, dean, "seen_with", group)
    assert said(world.teacher, "same_group", group_id=friday.pk) == [
        "Friday group and Harbour boys may be one group: in both are children: Amira Made; adults: Dean Made."
    ]
    [line] = answer(world.teacher, "same_group", group_id=harbour.pk).lines
    assert len(line.grounds) == 4
    judged = {
        "line": line.known,
        "verdict": rules.Verdict.NOT_SAME,
        "why": "Two schools",
        "group_id": harbour.pk,
    }
    judge(by=world.teacher, question="same_group", **judged)
    for group in (harbour, friday):  # whichever of the two pages it is said on
        found = answer(world.teacher, "same_group", group_id=group.pk)
        assert (found.lines, len(found.silenced)) == ([], 1)
    with pytest.raises(Hidden):
        answer(world.officer, "same_group", group_id=friday.pk)
    with pytest.raises(Hidden):
        answer(world.teacher, "same_group", group_id=amira.pk)


# ---- 7: children to be looked at together


def test_more_than_twelve_are_cut_at_what_joins_them_longest_ago_and_not_parted_within_a_day() -> None:
    many = [uuid.UUID(int=number) for number in range(1, 15)]
    where = uuid.UUID(int=99)
    chain = circles.joined_through({where: {key: ago(number) for number, key in enumerate(many)}})
    [circle], whole = circles.circles(chain)
    assert (circle.children, circle.since, whole) == (frozenset(many[:12]), ago(11), [])
    assert circles.circles(reversed(chain))[0][0].children == circle.children
    in_a_day = circles.joined_through({where: dict.fromkeys(many, ago(3))})
    small, [tangled] = circles.circles(in_a_day)
    assert (small, tangled.children) == ([], frozenset(many))
    # two circles of which the older join is cut: each stays whole
    left, right = many[:7], many[7:]
    near = [circles.Join(left[0], key, ago(5)) for key in left[1:]]
    near += [circles.Join(right[0], key, ago(9)) for key in right[1:]]
    small, whole = circles.circles([*near, circles.Join(left[1], right[1], ago(50))])
    assert ({circle.children for circle in small}, whole) == ({frozenset(left), frozenset(right)}, [])


def test_children_on_an_agenda_and_whom_this_half_year_joins_with_them(world: World, amira: Person) -> None:
    maya, far, old = child(world, "Maya"), child(world, "Ola"), child(world, "Old")
    arcade, park = place(world, "Arcade"), place(world, "Park")
    tie(world, amira, "goes_to", arcade, valid_from=day(30))
    tie(world, maya, "seen_at", arcade, valid_from=day(20))
    tie(world, maya, "friend_of", far, valid_from=day(10))
    tie(world, amira, "goes_to", park, valid_from=day(300))
    tie(world, old, "seen_at", park, valid_from=day(300))
    for who in (amira, maya, far):
        actions.involve(by=world.teacher, person=who, agency=world.care, why="A worry")
    panel = make_panel(world)
    meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=amira.pk)
    expected = (
        "Amira Made, Maya Made, Ola Made are best discussed together: Amira Made, Maya Made through Arcade; {} is a "
        "friend of {}. Not on this agenda: Maya Made, Ola Made."
    )
    two = ("Maya Made", "Ola Made")
    for user in (world.teacher, world.coordinator):
        [line] = said(user, "circles", panel_id=panel.pk)
        assert line in {expected.format(*two), expected.format(*reversed(two))}
    assert said(world.officer, "circles", panel_id=panel.pk) == []
    with pytest.raises(Hidden):
        answer(world.analyst, "circles", panel_id=panel.pk)
    assert len(answer(world.teacher, "circles", panel_id=panel.pk).lines[0].grounds) == 3
    tie(world, old, "family_of", amira, valid_from=day(2))
    [after] = answer(world.teacher, "circles", panel_id=panel.pk).lines
    assert "Old Made are best discussed together" in after.says
    assert len(after.grounds) == 4


# ---- 9: adults who alone join circles


def test_parts_with_a_child_each_fall_apart_without_the_adult_and_hubs_join_nobody() -> None:
    adult_, hub, left, right = A, B, C, D
    beside = circles.both_ways([(adult_, left), (adult_, right), (left, hub), (right, hub)])
    found = circles.joins_alone(adult_, beside, {left, right}, {hub})
    assert found is not None
    assert (set(found.children), found.ends) == ({frozenset({left}), frozenset({right})}, {left, right})
    assert circles.joins_alone(adult_, beside, {left, right}, ()) is None  # a way round
    assert circles.joins_alone(adult_, beside, {left}, {hub}) is None  # one circle
    with pytest.raises(ValueError, match="read"):
        circles.joins_alone(adult_, beside, {left, right}, {hub}, {left})


def test_an_adult_without_whom_nothing_joins_two_circles_unless_something_is_open(
    world: World, amira: Person
) -> None:
    maya, dean = child(world, "Maya"), adult(world, "Dean")
    tie(world, dean, "said_to_harm", amira, basis="told")
    drives = tie(world, dean, "drives", maya)
    says = (
        "Without Dean Made nothing that is known joins these circles of children: Amira Made; Maya Made. No step is open "
        "about them."
    )
    assert said(world.teacher, "bridges") == said(world.coordinator, "bridges") == [says]
    assert said(world.officer, "bridges") == said(world.analyst, "bridges") == []
    arcade = place(world, "Arcade")
    ways = [tie(world, who, "goes_to", arcade) for who in (amira, maya)]
    assert said(world.teacher, "bridges") == []
    actions.withdraw_source(by=world.teacher, source_id=ways[0].sources.get().pk, why="Somebody else")
    assert said(world.teacher, "bridges") == [says]
    order = tie(world, dean, "not_at", arcade)
    assert said(world.teacher, "bridges") == []
    actions.withdraw_source(by=world.teacher, source_id=order.sources.get().pk, why="It has ended")
    step = _step_about(world, amira, dean)
    assert said(world.teacher, "bridges") == []
    disruption.finish_step(
        by=world.social_worker, disruption_id=step.pk, outcome="done", note="", done_on=timezone.localdate()
    )
    assert said(world.teacher, "bridges") == [says]
    actions.withdraw_source(by=world.teacher, source_id=drives.sources.get().pk, why="Another driver")
    tie(world, amira, "frightens", maya)  # a child is never an adult of concern
    assert said(world.teacher, "bridges") == []


def _step_about(world: World, who: Person, dean: Person) -> Any:
    """An open step about an adult, in a child's case."""
    for person in (who, dean):
        actions.involve(by=world.teacher, person=person, agency=world.care, why="Takes worries")
    told = worry(world.teacher, person_id=who.pk)
    said_of = {"reason": "Signs seen", "feedback": "Thank you. A social worker has begun"}
    view = ChildsView(why_no_words="Wants to wait")
    case = telling.decide(by=world.coordinator, concern=told, decision="open_case", view=view, **said_of).case
    assert case
    return disruption.plan_step(
        by=world.social_worker, case_id=case.pk, kind="contact", what="Keep him away", agency_id=world.police.pk,
        due_on=day(-9), end="person", end_id=dean.pk,
    )  # fmt: skip


# ---- 10: whether harm moved


def test_who_was_there_before_and_elsewhere_for_the_first_time_after() -> None:
    seen = [
        moved.Seen(A, C, ago(200), ago(190)),
        moved.Seen(B, C, ago(130), ago(130)),
        moved.Seen(A, D, ago(60), ago(60)),
        moved.Seen(B, D, ago(100), ago(20)),
    ]
    on = ago(100)
    people = moved.there_before(seen, C, on)
    assert people == {A, B}
    assert moved.there_before(seen, C, ago(0)) == {B}
    assert moved.gone_on_to(seen, people, C, on) == {}  # on the very day is not after
    seen[3] = moved.Seen(B, D, ago(10), ago(10))
    assert moved.gone_on_to(seen, people, C, on) == {D: {A, B}}
    seen[3] = moved.Seen(B, D, ago(9), ago(9))
    assert moved.gone_on_to(seen, people, C, on) == {}  # the 91st day
    assert moved.gone_on_to([*seen, moved.Seen(B, D, ago(50), ago(50))], people, C, on) == {D: {A, B}}
    assert (counting.window(on, TODAY).days, counting.window(ago(5), TODAY).days) == (90, 5)
    days = {uuid.uuid4(): on + timedelta(days=number) for number in (-91, -90, -1, 0)}
    named = counting.named(days, on, timedelta(days=90))
    assert (named.course, len(named.before), len(named.after)) == (counting.Course.LESS, 2, 0)
    assert counting.named({A: ago(99), B: ago(98)}, on, timedelta(days=90)).course == counting.Course.MORE
    assert counting.named({A: ago(99), B: ago(9)}, on, timedelta(days=90)) == counting.Named(
        frozenset(), frozenset({A})
    )
    assert counting.Named(frozenset(), frozenset({A})).course is None


def test_where_people_went_and_what_is_named_more_and_less_after_a_place_was_guarded(
    world: World, amira: Person
) -> None:
    zoe, dean = adult(world, "Zoe"), adult(world, "Dean")
    arcade = actions.add_place(by=world.teacher, name="Arcade", kind="shop", postcode="LE1 3ZZ")
    steps = actions.add_place(by=world.teacher, name="Steps", kind="park", postcode="LE1 4AA")
    away = actions.add_place(by=world.teacher, name="Away", kind="park", postcode="LE12 4AA")
    assert said(world.teacher, "moved", place_id=arcade.pk) == []
    for who in (amira, dean):
        tie(world, who, "goes_to", arcade, valid_from=day(60), valid_to=day(40))
        tie(world, who, "seen_at", steps, valid_from=day(10))
        tie(world, who, "seen_at", away, valid_from=day(35))
    assert said(world.teacher, "moved", place_id=arcade.pk) == []
    tie(world, zoe, "protects", arcade, valid_from=day(30))
    for days in (20, 10):
        episode(world.teacher, amira, 24 * days, spoke_of=[steps, away])
    found = said(world.teacher, "moved", place_id=arcade.pk)
    assert [line.split(",")[0].split(": ")[0] for line in found] == [
        "Of 2 people seen at Arcade in the 180 days before " + found[0].split("before ")[1].split(",")[0],
        "Steps is named in 2 worries and episodes of the 30 days after",
    ]
    assert found[0].endswith(
        "seen at Steps for the first time in the 90 days after: children: Amira Made; adults: Dean Made."
    )
    assert said(world.officer, "moved", place_id=arcade.pk) == []
    with pytest.raises(Hidden):
        answer(world.analyst, "moved", place_id=arcade.pk)


# ---- pages


def test_each_has_a_page_that_leads_back_and_is_refused_to_who_sees_no_child(
    world: World, amira: Person
) -> None:
    friday = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    arcade, panel = place(world, "Arcade"), make_panel(world)
    pages = {
        reverse("ask_same_group", kwargs={"group_id": friday.pk}): reverse(
            "group", kwargs={"group_id": friday.pk}
        ),
        reverse("ask_moved", kwargs={"place_id": arcade.pk}): reverse(
            "place", kwargs={"place_id": arcade.pk}
        ),
        reverse("ask_circles", kwargs={"panel_id": panel.pk}): reverse(
            "panel", kwargs={"panel_id": panel.pk}
        ),
        reverse("ask_bridges"): reverse("groups"),
    }
    client = Client()
    client.force_login(world.coordinator)
    for page, back in pages.items():
        text = client.get(page).text
        assert "What this does not say" in text
        assert f'href="{back}"' in text
        assert page in client.get(back).text
    client.force_login(world.analyst)
    assert {client.get(page).status_code for page in pages} == {404}


@pytest.mark.once
def test_each_asks_the_same_number_of_times_whatever_there_is(world: World, amira: Person) -> None:
    friday = actions.add_group(by=world.teacher, name="Friday group", kind="friends")
    arcade, zoe = place(world, "Arcade"), adult(world, "Zoe")
    tie(world, zoe, "protects", arcade, valid_from=day(30))
    panel = make_panel(world)
    meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=amira.pk)
    keys: dict[str, dict[str, Any]] = {
        "same_group": {"group_id": friday.pk}, "circles": {"panel_id": panel.pk}, "bridges": {}, "moved": {"place_id": arcade.pk},
    }  # fmt: skip

    def counted(more: range) -> dict[str, int]:
        for count in more:
            other, dean = child(world, f"Other{count}"), adult(world, f"Dean{count}")
            also = actions.add_group(by=world.teacher, name=f"Fridays group {count}", kind="friends")
            park = place(world, f"Park{count}")
            tie(world, dean, "said_to_harm", amira, basis="told")
            tie(world, dean, "drives", other)
            tie(world, other, "uses", phone(f"07700 9001{count:02}"))
            for who in (other, amira):
                tie(world, who, "goes_to", arcade, valid_from=day(60))
                tie(world, who, "seen_at", park, valid_from=day(20))
                for group in (friday, also):
                    tie(world, who, "part_of", group)
            worry(world.teacher, place_id=arcade.pk, when_seen="Fridays")
        found = {}
        for question, these in keys.items():
            with CaptureQueriesContext(connection) as asked:
                assert answer(world.teacher, question, **these).limits
            found[question] = len(asked)
        return found

    assert world.teacher.permissions
    assert counted(range(2)) == counted(range(2, 5))
    assert rules.HUB > 5
