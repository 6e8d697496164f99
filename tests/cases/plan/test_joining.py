"""What an update does with plans that were changed before actions went on: their copies are joined where that is sure."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone
from tests.cases.later import later

from heard.cases.case.models import CasePeriod
from heard.cases.case.rules import Kept
from heard.cases.clocks.actions import note_moment
from heard.cases.clocks.models import ClockRun
from heard.cases.plan import actions, queries
from heard.cases.plan.models import Action, Outcome, Plan
from heard.cases.words.rules import ChildsView

copies = import_module("heard.cases.migrations.0011_copies_of_actions")
clocks = import_module("heard.cases.migrations.0012_clocks_of_closed_cases")


@pytest.fixture
def changed(world, agreed) -> Plan:
    """As it was written before: nothing ties the copy of the action to the action."""
    plan = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    Action.objects.update(first=None)
    return plan


def agree(plan, old):
    """As before: what was to do in the old plan stays to do there."""
    old.state, old.review_on = "replaced", None
    old.save()
    plan.state, plan.assessment, plan.review_on = "agreed", old.assessment, timezone.localdate()
    plan.agreed_at, plan.agreed_by = timezone.now(), old.agreed_by
    plan.save()


def done(action, days=0, note=""):
    on = timezone.localdate() + timedelta(days=days)
    Action.objects.filter(pk=action.pk).update(state="done", done_on=on, note=note)


def both(agreed, changed):
    return agreed.outcomes.get().actions.get(), changed.outcomes.get().actions.get()


def test_an_action_that_goes_on_is_one(agreed, changed):
    agree(changed, agreed)
    copies.join_copies(apps, None)
    old, new = both(agreed, changed)
    assert (old.state, new.state, new.first) == ("replaced", "open", old)


def test_what_was_done_while_the_changed_plan_was_written_is_not_to_do_in_it(world, agreed, changed):
    old, _new = both(agreed, changed)
    done(old, note="Each day")
    agree(changed, agreed)
    copies.join_copies(apps, None)
    old, new = both(agreed, changed)
    assert (old.state, old.done_on) == ("replaced", None)
    assert (new.state, new.done_on, new.note) == ("done", timezone.localdate(), "Each day")
    with later(30):
        since, today = timezone.localdate() - timedelta(days=60), timezone.localdate()
        assert queries.to_do(world.coordinator).between(since, today) == Kept(1, 1)


def test_what_was_done_twice_was_done_on_the_first_day_and_keeps_both_notes(agreed, changed):
    old, new = both(agreed, changed)
    done(old, -3, "Each day")
    done(new, -1, "Again")
    agree(changed, agreed)
    copies.join_copies(apps, None)
    old, new = both(agreed, changed)
    assert (new.done_on, new.note) == (timezone.localdate() - timedelta(days=3), "Each day\nAgain")


def test_what_is_done_already_leaves_the_draft(agreed, changed):
    old, _new = both(agreed, changed)
    done(old)
    copies.join_copies(apps, None)
    assert not changed.outcomes.get().actions.exists()
    assert agreed.outcomes.get().actions.get().state == "done"


def test_where_two_say_the_same_nobody_guesses_which_is_which(world, agreed, changed):
    old, new = both(agreed, changed)
    Action.objects.create(outcome=old.outcome, what=old.what, owner=old.owner, due_on=old.due_on)
    agree(changed, agreed)
    copies.join_copies(apps, None)
    new.refresh_from_db()
    assert (new.first, new.state) == (None, "open")
    assert {action.state for action in agreed.outcomes.get().actions.all()} == {"replaced"}


def test_what_was_written_into_the_draft_later_is_no_copy(agreed, changed):
    _old, new = both(agreed, changed)
    Action.objects.filter(pk=new.pk).update(added_at=changed.started_at + timedelta(hours=1))
    copies.join_copies(apps, None)
    assert both(agreed, changed)[1].first is None


def test_a_stale_status_of_an_outcome_is_refreshed_and_a_cleared_one_is_left(world, agreed):
    by, outcome = {"by": world.social_worker}, agreed.outcomes.get()
    for text in ("She is afraid", "She is safe now"):
        actions.say_where_we_are(**by, outcome_id=outcome.pk, text=text)
    for stale, fresh in (("She is afraid", "She is safe now"), ("", "")):
        Outcome.objects.update(where_we_are=stale)
        copies.refresh_where_we_are(apps, None)
        assert Outcome.objects.get().where_we_are == fresh


def test_when_it_was_written_down_comes_from_the_audit_row(world, agreed):
    action = actions.finish_action(by=world.teacher, action_id=agreed.outcomes.get().actions.get().pk)
    written = action.finished_at
    Action.objects.update(finished_at=None)
    copies.date_finished(apps, None)
    action.refresh_from_db()
    assert abs(action.finished_at - written) < timedelta(seconds=5)


def test_clocks_of_cases_that_were_closed_end_and_those_of_now_run(world, case):
    note_moment(by=world.social_worker, case_id=case.pk, kind="looked_after", on=timezone.localdate())
    ended = ClockRun.objects.get()
    CasePeriod.objects.create(
        case=case,
        opened_at=case.opened_at,
        opened_by=case.opened_by,
        closed_at=timezone.now(),
        closed_by=world.coordinator,
        why_closed="Safe",
        why_no_words="Away",
        contact_afterwards="x",
        told_child="x",
        open_again_if="x",
    )
    with later(1):
        ClockRun.objects.all().delete()
        note_moment(by=world.social_worker, case_id=case.pk, kind="school_moved", on=timezone.localdate())
    ClockRun.objects.update(ended_on=None)
    clocks.end_with_case(apps, None)
    runs = {run.clock: run.ended_on for run in ClockRun.objects.all()}
    assert runs == {ended.clock: timezone.localdate(), "school_file": None}


def test_an_update_may_be_made_twice(agreed, changed):
    agree(changed, agreed)
    copies.join_copies(apps, None)
    before = list(Action.objects.values())
    copies.join_copies(apps, None)
    assert list(Action.objects.values()) == before


def test_a_new_plan_is_joined_by_the_same_rule(world, agreed):
    """What the actions write now, the update leaves as it is."""
    changed = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    actions.agree_plan(
        by=world.social_worker,
        plan_id=changed.pk,
        review_on=timezone.localdate() + timedelta(days=9),
        view=ChildsView(why_no_words="Away"),
    )
    before = list(Action.objects.values())
    copies.join_copies(apps, None)
    assert list(Action.objects.values()) == before
