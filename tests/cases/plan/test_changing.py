"""What goes on when a plan changes: an action and an outcome stay the same thing in each version."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.later import later

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.models import Case
from heard.cases.case.rules import Kept, due_on
from heard.cases.clocks.actions import note_moment
from heard.cases.own.actions import write_own_plan
from heard.cases.pack.passages import passages_of
from heard.cases.pack.rules import PackPart
from heard.cases.plan import actions, queries
from heard.cases.plan.models import Action, Outcome, Plan, WhereWeAre
from heard.cases.review import actions as reviewing
from heard.cases.review.queries import to_hold
from heard.cases.review.rules import Looked
from heard.cases.words.rules import ChildsView
from heard.knowledge import load
from heard.network.models import Person

NOT_ASKED = ChildsView(why_no_words="She is away this week.")


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def agree(world, plan, **given):
    usual = {"by": world.social_worker, "plan_id": plan.pk, "review_on": in_days(60), "view": NOT_ASKED}
    return actions.agree_plan(**(usual | given))


def hold(world, plan, **given):
    looked = Looked("same", "She walks with Tess.", "Tess Archer, teacher", timezone.localdate())
    usual = {
        "by": world.social_worker,
        "plan_id": plan.pk,
        "held_on": timezone.localdate(),
        "what_changed": "Less than hoped.",
        "took_part": "Sol Wright; Mina",
        "looked": {outcome.pk: looked for outcome in plan.outcomes.all()},
        "view": NOT_ASKED,
        "decision": "change_plan",
        "reason": "Another way home.",
        "next_review_on": in_days(60),
    }
    return reviewing.hold_review(**(usual | given))


@pytest.fixture
def changed(world, agreed) -> Plan:
    """A changed plan that is being written, from the one in force."""
    return actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)


def discard(world, plan, **given):
    usual = {"by": world.social_worker, "plan_id": plan.pk, "reason": "The plan in force is right."}
    return actions.discard_plan(**(usual | given))


def to_do(world, case_id) -> list[str]:
    return [action.what for action in queries.actions_of(world.social_worker, case_id).filter(state="open")]


# ---- actions


def test_work_finished_while_a_changed_plan_is_written_stays_finished(world, agreed, changed):
    actions.finish_action(by=world.teacher, action_id=agreed.outcomes.get().actions.get().pk)
    actions.add_action(
        by=world.social_worker,
        outcome_id=changed.outcomes.get().pk,
        what="Ask who waits",
        owner=world.teacher,
        due_on=in_days(9),
    )
    agree(world, changed)
    assert to_do(world, agreed.case_id) == ["Ask who waits"]
    assert [action.what for action in queries.actions_due(world.teacher)] == ["Ask who waits"]


def test_an_action_of_a_changed_plan_is_the_one_of_the_plan_before(world, agreed, changed):
    first = agreed.outcomes.get().actions.get()
    [copy] = Action.objects.filter(outcome__plan=changed)
    assert copy.line_id == first.pk
    agree(world, changed)
    first.refresh_from_db()
    assert (first.state, first.done_on) == ("replaced", None)
    assert to_do(world, agreed.case_id) == ["Walk home with her"]
    said = passages_of(world.social_worker, agreed.case.person_id, parts=[PackPart.PLANS])
    [before, after] = [str(passage.text) for passage in said if "Walk home with her" in str(passage.text)]
    assert ("Replaced" in before, "Replaced" in after) == (True, False), "a pack prints one of them as to do"
    assert after.count("To do") == 1
    assert "To do" not in before


def test_what_a_changed_plan_leaves_out_is_not_left_to_do(world, agreed, changed):
    [copy] = Action.objects.filter(outcome__plan=changed)
    actions.add_action(
        by=world.social_worker,
        outcome_id=copy.outcome_id,
        what="Take the bus with her",
        owner=world.teacher,
        due_on=in_days(9),
    )
    actions.take_out_action(by=world.social_worker, action_id=copy.pk)
    agree(world, changed)
    assert agreed.outcomes.get().actions.get().state == "replaced"
    assert to_do(world, agreed.case_id) == ["Take the bus with her"]


def test_an_action_counts_once_however_often_the_plan_changes(world, agreed, changed):
    agree(world, changed)
    [now] = queries.actions_of(world.teacher, agreed.case_id)
    actions.finish_action(by=world.teacher, action_id=now.pk)
    with later(10):
        since, today = in_days(-30), in_days(0)
        assert queries.to_do(world.coordinator).between(since, today) == Kept(1, 1)


def test_an_action_that_was_late_when_the_plan_changed_is_not_kept_by_a_later_day(world, agreed):
    with later(10):
        changed = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
        [copy] = Action.objects.filter(outcome__plan=changed)
        actions.change_action(
            by=world.social_worker, action_id=copy.pk, what=copy.what, owner=copy.owner, due_on=in_days(5)
        )
        agree(world, changed)
        actions.finish_action(by=world.teacher, action_id=copy.pk)
    with later(20):
        since, today = in_days(-30), in_days(0)
        assert queries.to_do(world.coordinator).between(since, today) == Kept(0, 1)


def test_what_was_left_out_before_its_day_breaks_no_promise(world, agreed, changed):
    [copy] = Action.objects.filter(outcome__plan=changed)
    actions.add_action(
        by=world.social_worker,
        outcome_id=copy.outcome_id,
        what="Later",
        owner=world.teacher,
        due_on=in_days(90),
    )
    actions.take_out_action(by=world.social_worker, action_id=copy.pk)
    agree(world, changed)
    with later(20):
        since, today = in_days(-30), in_days(0)
        assert queries.to_do(world.coordinator).between(since, today) == Kept(0, 0)


# ---- outcomes


def test_where_we_are_is_the_same_in_the_plan_in_force_and_in_the_changed_one(world, agreed):
    by, outcome = {"by": world.social_worker}, agreed.outcomes.get()
    actions.say_where_we_are(**by, outcome_id=outcome.pk, text="She is afraid")
    changed = actions.copy_to_change(**by, plan_id=agreed.pk)
    actions.say_where_we_are(**by, outcome_id=outcome.pk, text="She is safe now")
    copy = changed.outcomes.get()
    assert copy.where_we_are == "She is safe now"
    actions.change_outcome(**by, outcome_id=copy.pk, text=copy.text, where_we_are=copy.where_we_are)
    assert [note.text for note in WhereWeAre.objects.all()] == ["She is safe now", "She is afraid"]


def test_what_was_said_of_an_outcome_outlives_the_changed_plan(world, agreed, changed):
    copy = changed.outcomes.get()
    actions.say_where_we_are(by=world.social_worker, outcome_id=copy.pk, text="She walks")
    discard(world, changed)
    again = queries.plan_visible_to(world.social_worker, agreed.pk)
    [outcome] = again.outcomes.all()
    assert outcome.where_we_are == "She walks"
    assert [note.text for note in queries.notes_of(world.social_worker, again)[outcome.pk]] == ["She walks"]


def test_two_outcomes_of_one_wording_each_begin_where_the_review_found_them(world, draft_plan):
    first = draft_plan.outcomes.get()
    second = actions.add_outcome(by=world.social_worker, plan_id=draft_plan.pk, text=first.text)
    actions.add_action(
        by=world.social_worker,
        outcome_id=second.pk,
        what="Call",
        owner=world.teacher,
        due_on=in_days(9),
    )
    agree(world, draft_plan)
    said = {first.pk: "She walks.", second.pk: "She takes the bus."}
    looked = {pk: Looked("same", what, "Tess", timezone.localdate()) for pk, what in said.items()}
    hold(world, draft_plan, looked=looked)
    new = queries.draft_plan(world.social_worker, draft_plan.case_id)
    found = [outcome.where_we_are for outcome in Outcome.objects.filter(plan=new).order_by("added_at")]
    assert found == ["She walks.", "She takes the bus."]


# ---- discarding


def test_a_draft_is_discarded_with_a_reason_and_the_plan_in_force_goes_on(world, agreed, changed):
    with pytest.raises(Refused, match="Say why"):
        discard(world, changed, reason=" ")
    discard(world, changed)
    assert list(Plan.objects.all()) == [agreed]
    assert to_do(world, agreed.case_id) == ["Walk home with her"]
    row = AuditRow.objects.get(verb="discard", subject="plan")
    assert (row.subject_id, row.reason) == (str(changed.pk), "The plan in force is right.")
    hold(world, agreed)
    assert queries.draft_plan(world.social_worker, agreed.case_id) is not None


def test_an_agreed_plan_is_not_discarded(world, agreed):
    with pytest.raises(Refused, match="changed at a review"):
        discard(world, agreed)
    assert Plan.objects.get() == agreed


def test_who_may_not_see_the_child_or_write_plans_discards_nothing(world, agreed, changed):
    for user in (world.officer, world.board_member):
        with pytest.raises(Hidden):
            discard(world, changed, by=user)
    assert Plan.objects.count() == 2


def test_a_draft_is_discarded_on_its_page(world, client, agreed, changed):
    client.force_login(world.social_worker)
    address = reverse("plan_discard", kwargs={"plan_id": changed.pk})
    assert address in client.get(reverse("plan", kwargs={"plan_id": changed.pk})).text
    assert "Say why" in client.post(address, {"reason": ""}).text
    answer = client.post(address, {"reason": "The plan in force is right."})
    assert answer.url == reverse("child", kwargs={"person_id": changed.case.person_id})
    assert list(Plan.objects.all()) == [agreed]
    assert client.get(reverse("plan_discard", kwargs={"plan_id": agreed.pk})).status_code == 302


# ---- a closed case


def test_a_draft_of_a_closed_case_is_not_written(world, draft_plan):
    outcome = draft_plan.outcomes.get()
    Case.objects.update(state="closed")
    by = {"by": world.social_worker}
    for change in (
        lambda: actions.add_outcome(**by, plan_id=draft_plan.pk, text="x"),
        lambda: actions.change_outcome(**by, outcome_id=outcome.pk, text="x", where_we_are=""),
        lambda: actions.say_where_we_are(**by, outcome_id=outcome.pk, text="x"),
        lambda: actions.take_out_action(**by, action_id=outcome.actions.get().pk),
        lambda: actions.add_decided_action(
            **by,
            outcome_id=outcome.pk,
            what="x",
            owner=world.teacher,
            due_on=in_days(1),
            panel_action_id=draft_plan.pk,
        ),
        lambda: write_own_plan(**by, plan_id=draft_plan.pk, outcomes={}, actions={}, words_id=None),
    ):
        with pytest.raises(Refused, match="case is closed"):
            change()
    discard(world, draft_plan)
    assert not Plan.objects.exists()


# ---- days


def test_an_action_is_not_agreed_for_a_day_that_is_over(world, draft_plan):
    outcome = draft_plan.outcomes.get()
    late = actions.add_action(
        by=world.social_worker,
        outcome_id=outcome.pk,
        what="Call",
        owner=world.teacher,
        due_on=in_days(-1),
    )
    with pytest.raises(Refused, match="before today"):
        agree(world, draft_plan)
    actions.change_action(
        by=world.social_worker, action_id=late.pk, what="Call", owner=world.teacher, due_on=in_days(0)
    )
    agree(world, draft_plan)


def test_what_is_late_already_stays_late_in_a_changed_plan(world, agreed):
    with later(10):
        changed = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
        agree(world, changed)
        [now] = queries.actions_of(world.teacher, agreed.case_id)
        assert now.due_on == in_days(-3)


def test_an_action_is_not_done_before_it_was_written_down_or_on_a_day_to_come(world, agreed):
    action = Action.objects.get()
    with later(3):
        for day in (-4, 1):
            with pytest.raises(Refused, match="The day"):
                actions.finish_action(by=world.teacher, action_id=action.pk, done_on=in_days(day))
        done = actions.finish_action(by=world.teacher, action_id=action.pk, done_on=in_days(-2))
        assert (done.done_on, timezone.localdate(done.finished_at)) == (in_days(-2), in_days(0))


def test_a_day_given_afterwards_stands_beside_the_day_on_which_it_was_written(world, client, agreed):
    action = Action.objects.get()
    with later(3):
        actions.finish_action(by=world.teacher, action_id=action.pk, done_on=in_days(-2))
    client.force_login(world.social_worker)
    page = client.get(reverse("plan", kwargs={"plan_id": agreed.pk})).text
    assert "written down on" in page


def test_an_agreed_plan_is_reviewed_within_the_clock_of_a_protection_plan(world, draft_plan):
    Person.objects.update(legal_status="protection_plan")
    last = due_on(load.current().clock("review_conference_first"), timezone.localdate())
    with pytest.raises(Refused, match="later than its deadline allows"):
        agree(world, draft_plan, review_on=last + timedelta(days=1))
    assert agree(world, draft_plan, review_on=last).review_on == last


def test_a_changed_plan_does_not_put_off_the_review_that_is_due(world, agreed):
    Person.objects.update(legal_status="protection_plan")
    held = hold(world, agreed)
    changed = queries.draft_plan(world.social_worker, agreed.case_id)
    last = due_on(load.current().clock("review_conference_next"), held.held_on)
    with later(20):
        with pytest.raises(Refused, match="later than its deadline allows"):
            agree(world, changed, review_on=last + timedelta(days=1))
        assert agree(world, changed, review_on=last).review_on == last


def test_a_review_that_was_missed_still_counts_once_the_plan_has_changed(world, agreed):
    held = hold(world, agreed, next_review_on=in_days(10))
    changed = queries.draft_plan(world.social_worker, agreed.case_id)
    with later(20):
        agree(world, changed, review_on=in_days(60))
        agreed.refresh_from_db()
        assert (agreed.state, agreed.review_on) == ("replaced", held.next_review_on)
        since, before = in_days(-60), in_days(59)  # not the day of the review that is still to come
        counted = [one.between(since, before) for one in to_hold(world.coordinator)]
        assert counted == [Kept(1, 1), Kept(0, 1)], "one of the two was held"


def test_a_second_looked_after_review_is_counted_from_the_day_the_child_was_looked_after(world, agreed):
    hold(world, agreed, decision="continue")
    with later(30):
        Person.objects.update(legal_status="looked_after")
        note_moment(by=world.social_worker, case_id=agreed.case_id, kind="looked_after", on=in_days(-10))
        last = due_on(load.current().clock("looked_after_review_second"), timezone.localdate())
        with pytest.raises(Refused, match="later than its deadline allows"):
            hold(world, agreed, decision="continue", next_review_on=last + timedelta(days=1))
        hold(world, agreed, decision="continue", next_review_on=last)
