"""A step of a case, or about a place or group, is done by one press on My work and put off from there; done by mistake, it is taken back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.context.conftest import arcade, work  # noqa: F401
from tests.cases.context.test_goals import goal, plan, signed  # noqa: F401
from tests.cases.disruption.test_disruption import plan_step

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import allocate_worker
from heard.cases.case.notices.actions import mark_all_seen
from heard.cases.case.notices.queries import unread_of
from heard.cases.disruption import actions, rules
from heard.home.queries import my_work
from heard.network.actions import involve

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=30)
STANDS = {
    "progress": "done", "is_over": False, "is_owner": True, "is_today": True, "has_note": False, "is_read": False
}  # fmt: skip


@pytest.fixture
def step(world, case):
    """The officer's, in the case of the social worker."""
    involve(by=world.social_worker, person=case.person, agency=world.police, why="Step")
    allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return plan_step(world, case, owner=world.officer)


@pytest.fixture
def step_there(world, goal):  # noqa: F811
    return plan(world.social_worker, goal, owner=world.officer, agency_id=world.police.pk)


def lines_of(user, kind):
    return [thing for section in my_work(user) for thing in section.waiting if thing.kind == kind]


def on(day):
    return {"due_on-day": day.day, "due_on-month": day.month, "due_on-year": day.year}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"is_owner": False}, "Whoever does it"),
        ({"progress": "open"}, "not among those"),
        ({"is_over": True}, "not among those"),
        ({"is_today": False}, "on the same day"),
        ({"has_note": True}, "on the same day"),
        ({"is_read": True}, "gone by it"),
    ],
)
def test_what_is_taken_back(given, why):
    said = rules.why_not_take_back_done(**(STANDS | given))
    assert said is None if why is None else why in said


@pytest.mark.parametrize(("fixture", "kind"), [("step", "disruption"), ("step_there", "context-steps")])
def test_one_press_says_that_it_is_done_and_another_takes_it_back(world, client, request, fixture, kind):
    row = request.getfixturevalue(fixture)
    client.force_login(world.officer)
    [line] = lines_of(world.officer, kind)
    assert (line.done, line.later) == (
        reverse("step_done", args=[row.pk]),
        reverse("step_put_off", args=[row.pk]),
    )
    assert not any(line.done for line in lines_of(world.social_worker, kind))
    undo = reverse("step_done_undo", args=[row.pk])
    page = client.post(line.done, follow=True)
    assert f"Done: {row.what}." in page.text
    assert f'action="{undo}"' in page.text
    row.refresh_from_db()
    assert (row.state, row.done_on, row.note) == ("done", TODAY, "")
    assert lines_of(world.officer, kind) == []
    assert "finished already" in client.post(line.done, follow=True).text

    assert f"To do again: {row.what}." in client.post(undo, follow=True).text
    row.refresh_from_db()
    assert (row.state, row.done_on) == ("open", None)
    assert [line.what for line in lines_of(world.officer, kind)] == [row.what]
    assert not unread_of(world.social_worker).filter(notice__kind="action_finished").exists()
    assert {"finish", "take back"} <= set(AuditRow.objects.values_list("verb", flat=True))


def test_what_somebody_has_read_is_not_taken_back(world, client, step):
    actions.finish_today(by=world.officer, step_id=step.pk)
    assert unread_of(world.social_worker).filter(notice__kind="action_finished").exists()
    mark_all_seen(by=world.social_worker, person_id=step.case.person_id)
    client.force_login(world.officer)
    page = client.post(reverse("step_done_undo", args=[step.pk]), follow=True).text
    assert "Somebody has gone by it already." in page
    step.refresh_from_db()
    assert step.state == "done"


@pytest.mark.parametrize(("fixture", "kind"), [("step", "disruption"), ("step_there", "context-steps")])
def test_it_is_put_off_with_a_reason_to_a_day_to_come(world, client, request, fixture, kind):
    row = request.getfixturevalue(fixture)
    client.force_login(world.officer)
    [line] = lines_of(world.officer, kind)
    assert f'href="{line.later}"' in client.get(reverse("home")).text
    assert "Say why it takes longer" in client.post(line.later, on(LATER) | {"reason": " "}).text
    before = client.post(line.later, on(row.due_on) | {"reason": "No van"}).text
    assert "later than the one by which it was due" in before
    page = client.post(line.later, on(LATER) | {"reason": "The van is away"}, follow=True).text
    assert "Saved: the new day" in page
    corrects = {
        "step": "To correct it, change the step.",
        "step_there": "To correct it, ask whoever leads this.",
    }
    assert [name for name, who in corrects.items() if who in page] == [fixture]
    row.refresh_from_db()
    assert row.due_on == LATER
    assert AuditRow.objects.get(verb="put off").reason == "The van is away"
    told = {"disruption": "action_put_off", "context-steps": "context_news"}[kind]
    assert unread_of(world.social_worker).filter(notice__kind=told).exists()

    actions.finish_today(by=world.officer, step_id=row.pk)
    with pytest.raises(Refused, match="finished already"):
        actions.put_off_step(by=world.officer, step_id=row.pk, due_on=LATER + timedelta(days=1), reason="x")


@pytest.mark.parametrize("fixture", ["step", "step_there"])
def test_others_and_those_who_see_nothing_of_it_change_nothing(world, client, request, fixture):
    row = request.getfixturevalue(fixture)
    client.force_login(world.analyst)
    for name in ("step_done", "step_done_undo", "step_put_off"):
        assert client.post(reverse(name, args=[row.pk])).status_code == 404, name
    for act in (actions.finish_today, actions.take_back_done):
        with pytest.raises(Hidden):
            act(by=world.analyst, step_id=row.pk)
    with pytest.raises(Hidden):
        actions.put_off_step(by=world.analyst, step_id=row.pk, due_on=LATER, reason="x")
    actions.finish_today(by=world.officer, step_id=row.pk)
    with pytest.raises(Refused, match="Whoever does it"):
        actions.take_back_done(by=world.social_worker, step_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.due_on != LATER) == ("done", True)
    client.force_login(world.officer)
    assert client.get(reverse("step_done", args=[row.pk])).status_code == 405
