"""Noting what starts and meets a clock, correcting it, and seeing what runs; who may, and who sees nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.rules import Kept
from heard.cases.clocks import actions, queries, rules
from heard.cases.clocks.models import ClockRun, Moment
from heard.cases.timeline.queries import clocks_of

MONDAY = date(2026, 3, 2)


def note(world: World, case: Any, kind: str, on: date, **more: Any) -> Moment:
    return actions.note_moment(by=world.social_worker, case_id=case.pk, kind=kind, on=on, **more)


def running(world: World, case: Any) -> list[tuple[str, date]]:
    rows = queries.running_visible_to(world.social_worker).filter(case=case).order_by("due_on")
    return list(rows.values_list("clock", "due_on"))


# ---- the rules


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_note": False}, "Your role does not note what starts a clock."),
        ({"case_is_open": False}, "This case is closed. Moments are noted for an open case."),
        ({"kind": "party"}, "Choose what happened."),
        ({"on": None}, "Give the day on which it happened."),
        ({"on": date(2026, 3, 4)}, "The day is still to come. Note it when it has happened."),
        ({"noted_already": True}, "This has been noted for that day already."),
    ],
)
def test_what_a_moment_needs(given: dict[str, Any], why: str | None) -> None:
    usual = {
        "may_note": True,
        "case_is_open": True,
        "kind": "core_group",
        "on": MONDAY,
        "noted_already": False,
    }
    assert rules.why_not_note(**(usual | {"today": date(2026, 3, 3)} | given)) == why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"happened": False, "is_same": True}, None),
        ({"may_note": False}, "Your role does not note what starts a clock."),
        ({"is_corrected": True}, "This has been corrected already. Correct the newer one."),
        ({"happened": None}, "Say whether it happened at all."),
        ({"is_same": True}, "Nothing is different from what was noted. Change what is wrong, or go back."),
        ({"on": None}, "Give the day on which it happened."),
        ({"why": " "}, "Say why it is corrected."),
        ({"happened": False, "why": ""}, "Say why it is corrected."),
    ],
)
def test_what_a_correction_needs(given: dict[str, Any], why: str | None) -> None:
    usual = {"may_note": True, "is_corrected": False, "happened": True, "kind": "core_group", "on": MONDAY}
    usual |= {"is_same": False, "noted_already": False, "why": "The day was wrong", "today": date(2026, 3, 3)}
    assert rules.why_not_correct(**(usual | given)) == why


# ---- noting and correcting


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_moment_winds_the_clocks_of_its_case(world: World, case: Any) -> None:
    note(world, case, "strategy_discussion", MONDAY)
    assert running(world, case) == [("conference", date(2026, 3, 23))]
    note(world, case, "conference_first", date(2026, 3, 20))
    assert running(world, case) == [
        ("core_group", date(2026, 4, 7)),
        ("review_conference_first", date(2026, 6, 20)),
    ]
    assert AuditRow.objects.filter(verb="note", subject="moment", person_id=case.person_id).count() == 2


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_correction_stays_beside_what_was_noted_and_the_clocks_follow_it(world: World, case: Any) -> None:
    wrong = note(world, case, "strategy_discussion", MONDAY, note="By phone")
    right = actions.correct_moment(
        by=world.teacher,
        moment_id=wrong.pk,
        happened=True,
        kind="strategy_discussion",
        on=date(2026, 3, 9),
        note="By phone",
        why="It was a week later",
    )
    assert running(world, case) == [("conference", date(2026, 3, 30))]
    wrong.refresh_from_db()
    assert (wrong.on, wrong.note, right.corrects_id) == (MONDAY, "By phone", wrong.pk)
    with pytest.raises(Refused, match="corrected already"):
        actions.correct_moment(by=world.teacher, moment_id=wrong.pk, happened=False, why="Again")
    row = AuditRow.objects.get(verb="correct", subject="moment")
    assert (row.reason, row.detail) == (
        "It was a week later",
        {"kind": "strategy_discussion", "happened": True},
    )


def test_what_did_not_happen_starts_nothing_any_more(world: World, case: Any) -> None:
    moment = note(world, case, "strategy_discussion", MONDAY)
    actions.correct_moment(by=world.social_worker, moment_id=moment.pk, happened=False, why="Another child")
    assert running(world, case) == []
    note(world, case, "strategy_discussion", MONDAY)  # and it can be noted again
    assert len(running(world, case)) == 1


def test_the_same_moment_is_not_noted_twice(world: World, case: Any) -> None:
    note(world, case, "core_group", MONDAY)
    with pytest.raises(Refused, match="noted for that day already"):
        note(world, case, "core_group", MONDAY)


def test_the_database_refuses_a_correction_without_a_reason(world: World, case: Any) -> None:
    moment = note(world, case, "core_group", MONDAY)
    row = {"case": case, "kind": "core_group", "on": MONDAY, "release": "2013.1", "noted_by": world.teacher}
    for wrong in ({"corrects": moment}, {"happened": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Moment.objects.create(**row | wrong)


def test_a_closed_case_takes_no_moment_and_nothing_is_due_in_it(world: World, case: Any) -> None:
    note(world, case, "strategy_discussion", MONDAY)
    assert queries.clocks_due(world.social_worker).count() == 1
    case.state = "closed"
    case.save()
    assert queries.clocks_due(world.social_worker).count() == 0
    with pytest.raises(Refused, match="case is closed"):
        note(world, case, "core_group", MONDAY)


# ---- what is seen


def test_every_clock_of_a_case_is_seen_also_those_that_the_record_draws(
    world: World, assessment: Any
) -> None:
    case = assessment.case
    note(world, case, "strategy_discussion", MONDAY)
    found = clocks_of(world.social_worker, case.pk, today=date(2026, 3, 25))
    assert {one.run.clock for one in found} == {"concern_decision", "assessment", "conference"}
    (conference,) = [one for one in found if one.run.clock == "conference"]
    assert (conference.days_left, conference.late_by) == (-2, 2)
    (decided,) = [one for one in found if one.run.clock == "concern_decision"]
    assert decided.run.met_on == timezone.localdate()
    assert found[-1] is decided  # those that run come first


def test_clocks_wait_for_those_who_have_to_do_with_them(world: World, case: Any) -> None:
    note(world, case, "strategy_discussion", MONDAY)
    assert [row.clock for row in queries.clocks_due(world.coordinator)] == ["conference"]  # leads the case
    assert list(queries.clocks_due(world.teacher)) == []
    actions.note_moment(by=world.teacher, case_id=case.pk, kind="school_moved", on=MONDAY)
    assert [row.clock for row in queries.clocks_due(world.teacher)] == ["school_file"]  # noted it


def test_clocks_met_in_time_are_counted_and_those_that_ended_are_not(world: World, case: Any) -> None:
    note(world, case, "strategy_discussion", MONDAY)
    note(world, case, "conference_first", date(2026, 3, 24))  # a day late
    note(world, case, "core_group", date(2026, 3, 30))
    note(world, case, "protection_plan_ended", date(2026, 4, 1))
    today, since = date(2026, 9, 1), date(2026, 1, 1)
    names = ("conference", "core_group", "review_conference_first")
    assert queries.to_meet(world.board_member, names).between(since, today) == Kept(1, 2)
    with pytest.raises(Hidden):
        queries.to_meet(world.social_worker, names).between(since, today)


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client: Client, world: World, case: Any, who: str) -> None:
    moment = note(world, case, "strategy_discussion", MONDAY)
    user = getattr(world, who)
    client.force_login(user)
    addresses = [
        reverse("clocks", kwargs={"case_id": case.pk}),
        reverse("moment_note", kwargs={"case_id": case.pk}),
        reverse("moment_correct", kwargs={"moment_id": moment.pk}),
    ]
    for address in addresses:
        assert client.get(address).status_code == 404
        assert client.post(address, {"kind": "core_group"}).status_code in (404, 405)
    with pytest.raises(Hidden):
        clocks_of(user, case.pk)
    with pytest.raises(Hidden):
        actions.correct_moment(by=user, moment_id=moment.pk, happened=False, why="Because")
    assert list(queries.clocks_due(user)) == []
    assert list(queries.moments_visible_to(user)) == []
    assert Moment.objects.count() == 1


# ---- the pages


def sent(kind: str, on: date, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "on-day": on.day, "on-month": on.month, "on-year": on.year, "note": "", **more}


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_moment_is_noted_seen_and_corrected_on_the_pages(client: Client, world: World, case: Any) -> None:
    client.force_login(world.social_worker)
    clocks = reverse("clocks", kwargs={"case_id": case.pk})
    assert "Finish the assessment" in client.get(clocks).text
    assert "Hold the first child protection conference" not in client.get(clocks).text
    page = reverse("moment_note", kwargs={"case_id": case.pk})
    answer = client.post(page, sent("strategy_discussion", MONDAY, note="With the police"), follow=True)
    assert "Hold the first child protection conference" in answer.text
    assert "23 March 2026" in answer.text
    assert "DfE CIN census guide" in answer.text
    correct = reverse("moment_correct", kwargs={"moment_id": Moment.objects.get().pk})
    assert "With the police" in client.get(correct).text  # begins from what was noted
    changed = sent("strategy_discussion", date(2026, 3, 9), happened="yes", why="A week later")
    answer = client.post(correct, changed, follow=True)
    assert "30 March 2026" in answer.text
    assert "Corrected by Sol Wright" in answer.text
    assert "<s>Strategy discussion" in answer.text
    assert "corrected already" in client.get(correct, follow=True).text


def test_what_was_typed_stays_where_it_is_wrong(client: Client, world: World, case: Any) -> None:
    client.force_login(world.social_worker)
    page = reverse("moment_note", kwargs={"case_id": case.pk})
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = client.post(page, sent("core_group", tomorrow, note="With her aunt"))
    assert "The day must be today or before" in answer.text
    assert "With her aunt" in client.get(page).text
    assert not Moment.objects.exists()


def test_the_page_asks_as_often_for_twenty_moments_as_for_two(
    client: Client, world: World, case: Any
) -> None:
    client.force_login(world.social_worker)
    clocks = reverse("clocks", kwargs={"case_id": case.pk})
    counts = []
    for _round in range(2):
        for number in range(2 if not counts else 18):
            note(world, case, "review_conference", MONDAY - timedelta(days=200 * (number + 50 * len(counts))))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(clocks).status_code == 200
        counts.append(len(asked))
    assert ClockRun.objects.count() == 20
    assert counts[0] == counts[1]


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_clock_that_began_by_an_older_release_says_what_is_not_known_today(world: World, case: Any) -> None:
    note(world, case, "strategy_discussion", MONDAY)
    note(world, case, "school_moved", MONDAY)
    ClockRun.objects.update(release="2026.5")
    timed = {clock.clock.id: clock for clock in clocks_of(world.social_worker, case.pk)}
    assert timed["conference"].clock.not_known == ""
    assert "Working Together 2026" in timed["conference"].not_known
    assert "edition of 2026" in timed["school_file"].not_known
    page = Client()
    page.force_login(world.social_worker)
    assert page.get(reverse("clocks", args=[case.pk])).text.count("Not known to us:") >= 2
