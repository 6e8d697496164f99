"""What supervision keeps, who sees it, and what reaches a child's record."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cases.supervision.conftest import in_days

from heard.agencies.actions import switch_off
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import assign_trusted_worker, open_case
from heard.cases.case.models import Case
from heard.cases.plan.models import Action
from heard.cases.supervision import actions, queries
from heard.cases.supervision.models import RecordedDecision, Supervision, SupervisionAction
from heard.cases.supervision.record import DECISIONS
from heard.cases.words.rules import ChildsView
from heard.network.actions import add_person

OTHERS = ["coordinator", "teacher", "officer", "analyst", "board_member", "administrator"]
UNHEARD = ChildsView(why_no_words="She is asked on Friday.")


@pytest.fixture
def decision(world, case, planned):
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return actions.add_decision(
        by=world.supervisor,
        supervision_id=planned.pk,
        case_id=case.pk,
        text="Two of us go to see her.",
        reason="She is more at ease with two.",
    )


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_but_the_two_sees_anything_of_it(world, decision, confirmed, who):
    user = getattr(world, who)
    assert not queries.supervisions_visible_to(user).exists()
    assert not queries.waiting_for(user).exists()
    key = {"by": user, "supervision_id": confirmed.pk}
    for attempt in (
        lambda: actions.open_supervision(**key),
        lambda: actions.prepare(**key, needs="x"),
        lambda: actions.hold_supervision(**key, held_on=in_days(0), talked="x", next_on=in_days(9)),
        lambda: actions.confirm_read(**key),
        lambda: actions.add_correction(**key, text="x"),
        lambda: actions.move_supervision(**key, planned_on=in_days(1)),
        lambda: actions.call_off(**key, why="x"),
        lambda: actions.add_action(**key, what="x", for_worker=True, due_on=in_days(1)),
        lambda: actions.finish_action(**key, action_key=1),
        lambda: actions.record_decision(by=user, decision_id=decision.pk, text="x", reason="x", view=UNHEARD),
    ):
        with pytest.raises(Hidden):
            attempt()


def test_supervision_is_held_within_a_team_by_who_has_the_role(world):
    with pytest.raises(Refused, match="people of their own team"):
        actions.begin_supervision(
            by=world.teacher, worker=world.teacher, supervisor=world.supervisor, planned_on=in_days(1)
        )
    with pytest.raises(Refused, match="people of their own team"):
        actions.begin_supervision(
            by=world.social_worker,
            worker=world.social_worker,
            supervisor=world.coordinator,
            planned_on=in_days(1),
        )
    with pytest.raises(Refused, match="one of the two"):
        actions.begin_supervision(
            by=world.coordinator,
            worker=world.social_worker,
            supervisor=world.supervisor,
            planned_on=in_days(1),
        )
    assert list(queries.supervisors_of(world.social_worker)) == [world.supervisor]
    assert world.coordinator in queries.supervised_by(world.supervisor)
    assert not queries.supervised_by(world.coordinator).exists()


def test_what_the_worker_prepared_stands_when_they_meet(world, planned):
    with pytest.raises(Refused, match="The worker prepares"):
        actions.prepare(by=world.supervisor, supervision_id=planned.pk, needs="x")
    actions.prepare(by=world.social_worker, supervision_id=planned.pk, stays_with="Her silence")
    assert queries.supervision_visible_to(world.supervisor, planned.pk).stays_with == "Her silence"


def test_holding_plans_the_next_and_holding_again_moves_it(world, held):
    (following,) = queries.supervisions_visible_to(world.social_worker).filter(state="planned")
    assert (following.follows, following.planned_on) == (held, in_days(28))
    actions.hold_supervision(
        by=world.supervisor,
        supervision_id=held.pk,
        held_on=timezone.localdate(),
        talked="More of it.",
        next_on=in_days(21),
    )
    following.refresh_from_db()
    assert following.planned_on == in_days(21)
    assert Supervision.objects.count() == 2


def test_a_record_that_both_have_read_never_changes(world, confirmed):
    assert confirmed.state == "confirmed"
    with pytest.raises(Refused, match="never changes"):
        actions.hold_supervision(
            by=world.supervisor,
            supervision_id=confirmed.pk,
            held_on=timezone.localdate(),
            talked="Otherwise.",
            next_on=in_days(28),
        )
    confirmed.talked = "Otherwise."
    with pytest.raises(Refused, match="never changes"):
        confirmed.save()
    with pytest.raises(Refused, match="never changes"):
        confirmed.delete()
    with pytest.raises(Refused, match="never changes"):
        actions.add_action(
            by=world.supervisor, supervision_id=confirmed.pk, what="x", for_worker=True, due_on=in_days(1)
        )
    actions.add_correction(by=world.social_worker, supervision_id=confirmed.pk, text="It was a Tuesday.")
    read = queries.supervision_visible_to(world.supervisor, confirmed.pk)
    assert [correction.text for correction in read.corrections.all()] == ["It was a Tuesday."]
    assert read.talked == "What it is like when she does not come."


def test_what_is_changed_after_somebody_read_it_is_read_again(world, held):
    actions.confirm_read(by=world.social_worker, supervision_id=held.pk)
    actions.add_action(
        by=world.supervisor, supervision_id=held.pk, what="Two days off", for_worker=True, due_on=in_days(9)
    )
    held.refresh_from_db()
    assert (held.state, held.worker_read_at) == ("held", None)
    actions.confirm_read(by=world.social_worker, supervision_id=held.pk)
    with pytest.raises(Refused, match="said already"):
        actions.confirm_read(by=world.social_worker, supervision_id=held.pk)


def test_an_action_is_done_also_after_the_record_is_closed(world, held):
    action = actions.add_action(
        by=world.supervisor, supervision_id=held.pk, what="Two days off", for_worker=False, due_on=in_days(9)
    )
    assert list(queries.actions_to_do(world.supervisor)) == [action]
    for user in (world.social_worker, world.supervisor):
        actions.confirm_read(by=user, supervision_id=held.pk)
    key = {"by": world.supervisor, "supervision_id": held.pk, "action_key": action.pk}
    actions.finish_action(**key)
    with pytest.raises(Refused, match="done already"):
        actions.finish_action(**key)
    with pytest.raises(Hidden):
        actions.finish_action(**key | {"action_key": action.pk + 1})
    assert SupervisionAction.objects.get().done_on == timezone.localdate()


def test_overdue_supervision_waits_for_the_supervisor_and_what_is_unread_for_its_reader(world, planned):
    Supervision.objects.update(planned_on=in_days(-5))
    assert list(queries.waiting_for(world.supervisor)) == [planned]
    actions.hold_supervision(
        by=world.supervisor,
        supervision_id=planned.pk,
        held_on=timezone.localdate(),
        talked="Much.",
        next_on=in_days(28),
    )
    actions.confirm_read(by=world.supervisor, supervision_id=planned.pk)
    assert planned not in queries.waiting_for(world.supervisor)
    assert planned in queries.waiting_for(world.social_worker)


def test_a_supervision_is_moved_or_called_off_and_what_was_prepared_stays(world, planned):
    actions.prepare(by=world.social_worker, supervision_id=planned.pk, needs="Rest")
    moved = actions.move_supervision(by=world.supervisor, supervision_id=planned.pk, planned_on=in_days(8))
    assert moved.planned_on == in_days(8)
    actions.call_off(by=world.social_worker, supervision_id=planned.pk, why="She changes teams.")
    planned.refresh_from_db()
    assert (planned.state, planned.needs, planned.why_called_off) == (
        "called_off",
        "Rest",
        "She changes teams.",
    )
    again = actions.begin_supervision(
        by=world.supervisor,
        worker=world.social_worker,
        supervisor=world.supervisor,
        planned_on=in_days(9),
    )
    assert again != planned


def test_the_supervisor_keeps_seeing_the_record_when_the_worker_has_left(world, confirmed):
    switch_off(by=world.administrator, user=world.social_worker, reason="Has left")
    left = User.objects.get(pk=world.social_worker.pk)
    assert queries.supervision_visible_to(world.supervisor, confirmed.pk) == confirmed
    assert not queries.supervisions_visible_to(left).exists()
    assert not queries.waiting_for(world.supervisor).exists()


def test_a_decision_about_a_child_stays_between_the_two_until_it_is_copied(world, case, decision, held):
    assert not DECISIONS.seen_by(world.coordinator, case.person_id).exists()
    recorded = actions.record_decision(
        by=world.social_worker,
        decision_id=decision.pk,
        text="Two of us go to see her.",
        reason="She asked for it.",
        view=UNHEARD,
    )
    assert list(DECISIONS.seen_by(world.teacher, case.person_id)) == [recorded]
    assert not DECISIONS.seen_by(world.officer, case.person_id).exists()
    assert (recorded.decided_on, recorded.decided_by, recorded.recorded_by) == (
        held.held_on,
        world.supervisor,
        world.social_worker,
    )
    row = AuditRow.objects.get(subject="decision")
    assert (row.verb, row.person_id) == ("record", case.person_id)
    with pytest.raises(Refused, match="already"):
        actions.record_decision(
            by=world.supervisor, decision_id=decision.pk, text="x", reason="x", view=UNHEARD
        )


def test_copying_asks_for_the_childs_view_and_a_record(world, decision):
    key = {"by": world.supervisor, "decision_id": decision.pk, "text": "x", "reason": "x"}
    with pytest.raises(Refused, match="Write the record of this supervision first"):
        actions.record_decision(**key, view=UNHEARD)
    actions.hold_supervision(
        by=world.supervisor,
        supervision_id=decision.supervision_id,
        held_on=timezone.localdate(),
        talked="Much.",
        next_on=in_days(28),
    )
    with pytest.raises(Refused, match="Add what the child says"):
        actions.record_decision(**key, view=ChildsView())
    assert not RecordedDecision.objects.exists()


def test_a_decision_is_about_a_child_in_whose_case_the_worker_works(world, case, planned):
    key = {"by": world.supervisor, "supervision_id": planned.pk, "text": "x", "reason": "x"}
    with pytest.raises(Hidden):
        actions.add_decision(**key, case_id=case.pk)


def test_no_audit_row_of_supervision_names_a_child(world, decision, confirmed):
    rows = AuditRow.objects.filter(subject="supervision")
    assert rows.exists()
    assert not rows.exclude(person_id=None).exists()
    assert not rows.exclude(reason="").exists()


def test_the_cases_in_which_the_child_counts_on_the_worker_come_first(world, agreed, planned):
    Action.objects.update(owner=world.social_worker)
    child = add_person(by=world.social_worker, given_name="Ana", family_name="Lowe")
    counts = open_case(by=world.coordinator, person_id=child.pk, why="A worry")
    Case.objects.filter(pk=counts.pk).update(opened_at=timezone.now() - timedelta(days=90))
    assign_trusted_worker(by=world.coordinator, case_id=counts.pk, worker=world.social_worker)
    assert list(queries.cases_to_decide_on(world.supervisor, planned)) == [counts, agreed.case]
