"""An action is done by one press on My work, and taken back as long as nobody has gone by it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import allocate_worker
from heard.cases.case.notices.actions import mark_seen
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import unread_of
from heard.cases.plan import actions, rules
from heard.cases.plan.models import Action, ActionDelay, Plan
from heard.home.queries import my_work

STANDS = {
    "plan_state": "agreed", "progress": "done", "is_owner": True, "is_today": True, "has_note": False,
    "has_draft": False, "is_read": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _somebody_learns_of_it(world, agreed):
    allocate_worker(by=world.coordinator, case_id=agreed.case_id, worker=world.social_worker)


def line_of(world, user):
    return [thing for section in my_work(user) for thing in section.waiting if thing.kind == "actions"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"is_owner": False}, "Whoever does it"),
        ({"progress": "open"}, "not among those that are done"),
        ({"progress": "not_done"}, "not among those that are done"),
        ({"plan_state": "replaced"}, "not among those that are done"),
        ({"is_today": False}, "on the same day"),
        ({"has_note": True}, "on the same day"),
        ({"has_draft": True}, "gone by it"),
        ({"is_read": True}, "gone by it"),
    ],
)
def test_what_is_taken_back(given, why):
    said = rules.why_not_take_back_done(**(STANDS | given))
    assert said is None if why is None else why in said


def test_one_press_is_offered_to_whoever_does_it_alone(world, agreed):
    [mine] = line_of(world, world.teacher)
    assert mine.done == reverse("action_done", args=[Action.objects.get().pk])
    assert not any(thing.done for thing in line_of(world, world.social_worker))


def test_one_press_says_that_it_is_done_and_another_takes_it_back(world, client, agreed):
    action = Action.objects.get()
    client.force_login(world.teacher)
    assert ">Done<" in client.get(reverse("home")).text
    page = client.post(reverse("action_done", args=[action.pk]), follow=True).text
    action.refresh_from_db()
    assert (action.state, action.done_on, action.note) == ("done", timezone.localdate(), "")
    undo = reverse("action_done_undo", args=[action.pk])
    assert f'action="{undo}"' in page
    assert unread_of(world.social_worker).filter(notice__kind="action_finished").exists()
    assert line_of(world, world.teacher) == []

    page = client.post(undo, follow=True).text
    assert f"To do again: {action.what}." in page
    action.refresh_from_db()
    assert (action.state, action.done_on, action.finished_at) == ("open", None, None)
    assert not unread_of(world.social_worker).filter(notice__kind="action_finished").exists()
    assert [thing.what for thing in line_of(world, world.teacher)] == [action.what]
    verbs = AuditRow.objects.filter(subject="plan").values_list("verb", flat=True)
    assert {"finish action", "take back action"} <= set(verbs)

    client.post(reverse("action_done", args=[action.pk]))
    told = unread_of(world.social_worker).filter(notice__kind="action_finished")
    assert told.count() == 1, "it is told anew"


def test_what_somebody_has_read_is_not_taken_back_and_no_button_offers_it(world, client, agreed):
    action = Action.objects.get()
    actions.finish_action(by=world.teacher, action_id=action.pk)
    reader = Reader.objects.get(notice__kind="action_finished", user=world.social_worker)
    mark_seen(by=world.social_worker, reader_id=reader.pk)
    with pytest.raises(Refused, match="gone by it"):
        actions.take_back_done(by=world.teacher, action_id=action.pk)
    client.force_login(world.teacher)
    page = client.post(reverse("action_done_undo", args=[action.pk]), follow=True).text
    assert "Somebody has gone by it already." in page
    action.refresh_from_db()
    assert action.state == "done"


def test_a_changed_plan_without_it_keeps_it_done(world, client, agreed):
    actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    client.force_login(world.teacher)
    page = client.post(reverse("action_done", args=[Action.objects.first().pk]), follow=True).text
    assert "Done:" in page
    assert "undo/" not in page


def test_others_and_those_who_see_nothing_of_it_take_nothing_back(world, client, agreed):
    action = Action.objects.get()
    with pytest.raises(Hidden):
        actions.take_back_done(by=world.officer, action_id=action.pk)
    actions.finish_action(by=world.teacher, action_id=action.pk)
    with pytest.raises(Refused, match="Whoever does it"):
        actions.take_back_done(by=world.social_worker, action_id=action.pk)
    Action.objects.update(finished_at=timezone.now() - timedelta(days=1))
    with pytest.raises(Refused, match="on the same day"):
        actions.take_back_done(by=world.teacher, action_id=action.pk)
    client.force_login(world.officer)
    for name in ("action_done", "action_done_undo"):
        assert client.post(reverse(name, args=[action.pk])).status_code == 404
    client.force_login(world.teacher)
    assert client.get(reverse("action_done", args=[action.pk])).status_code == 405
    assert Plan.objects.get().state == "agreed"


def put_off(client, action, day):
    sent = {"due_on-day": day.day, "due_on-month": day.month, "due_on-year": day.year, "reason": "Shut"}
    return client.post(reverse("action_put_off", args=[action.pk]), sent, follow=True)


def test_what_was_put_off_by_mistake_is_due_as_before(world, client, agreed):
    action, later = Action.objects.get(), timezone.localdate() + timedelta(days=20)
    was, undo = action.due_on, reverse("action_put_off_undo", args=[action.pk])
    client.force_login(world.teacher)
    assert f'action="{undo}"' in put_off(client, action, later).text
    action.refresh_from_db()
    assert action.due_on == later
    assert unread_of(world.social_worker).filter(notice__kind="action_put_off").exists()
    chronology = reverse("child_chronology", args=[agreed.case.person_id])
    assert "Put off from" in client.get(chronology, {"page": 2}).text

    page = client.post(undo, follow=True)
    assert page.redirect_chain[-1][0] == reverse("plan", args=[agreed.pk])
    assert f"again: {action.what}." in page.text
    action.refresh_from_db()
    assert (action.due_on, ActionDelay.objects.count()) == (was, 0)
    assert not unread_of(world.social_worker).filter(notice__kind="action_put_off").exists()
    assert "Put off from" not in client.get(chronology, {"page": 2}).text
    assert "not put off by you" in client.post(undo, follow=True).text

    put_off(client, action, later)
    put_off(client, action, later + timedelta(days=1))
    client.post(undo)
    action.refresh_from_db()
    assert (action.due_on, ActionDelay.objects.count()) == (later, 1), "the last time alone"
    assert unread_of(world.social_worker).filter(notice__kind="action_put_off").exists()


def test_a_delay_is_taken_back_by_whoever_put_it_off_on_the_same_day_and_before_it_is_read(
    world, client, agreed
):
    action, later = Action.objects.get(), timezone.localdate() + timedelta(days=20)
    undo = reverse("action_put_off_undo", args=[action.pk])
    client.force_login(world.teacher)
    put_off(client, action, later)
    client.force_login(world.officer)
    assert client.post(undo).status_code == 404
    client.force_login(world.social_worker)
    assert "not put off by you" in client.post(undo, follow=True).text
    with pytest.raises(Hidden):
        actions.take_back_delay(by=world.officer, action_id=action.pk)
    reader = Reader.objects.get(notice__kind="action_put_off", user=world.social_worker)
    mark_seen(by=world.social_worker, reader_id=reader.pk)
    with pytest.raises(Refused, match="gone by it"):
        actions.take_back_delay(by=world.teacher, action_id=action.pk)
    ActionDelay.objects.update(put_off_at=timezone.now() - timedelta(days=1))
    with pytest.raises(Refused, match="on the same day"):
        actions.take_back_delay(by=world.teacher, action_id=action.pk)
    action.refresh_from_db()
    assert action.due_on == later


def test_a_delay_is_taken_back_in_a_changed_plan_too(world, agreed):
    action, later = Action.objects.get(), timezone.localdate() + timedelta(days=20)
    was = action.due_on
    actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    actions.put_off_action(by=world.teacher, action_id=action.pk, due_on=later, reason="Shut")
    assert set(Action.objects.values_list("due_on", flat=True)) == {later}
    actions.take_back_delay(by=world.teacher, action_id=action.pk)
    assert set(Action.objects.values_list("due_on", flat=True)) == {was}
