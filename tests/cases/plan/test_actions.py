"""What can be done with a plan, by whom, and what it leaves behind."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment.queries import signed_beside_words
from heard.cases.case.actions import allocate_worker
from heard.cases.case.models import Words
from heard.cases.case.notices.models import Reader
from heard.cases.case.rules import Kept
from heard.cases.concern.queries import decided_beside_words
from heard.cases.death.actions import record_death
from heard.cases.plan import actions, queries, record, rules
from heard.cases.plan.models import Action, ActionDelay, Plan
from heard.cases.review.queries import held_beside_words
from heard.cases.words.rules import ChildsView
from heard.network.actions import restrict
from heard.network.queries import involvements_of, people_visible_to

NOT_ASKED = ChildsView(why_no_words="She is away this week.")


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def agree(world, plan, **given):
    usual = {"by": world.social_worker, "plan_id": plan.pk, "review_on": in_days(60), "view": NOT_ASKED}
    return actions.agree_plan(**(usual | given))


def test_a_plan_is_agreed_on_the_latest_signed_assessment(world, draft_plan, signed):
    agreed = agree(world, draft_plan)
    assert (agreed.state, agreed.assessment, agreed.agreed_by) == ("agreed", signed, world.social_worker)
    assert agreed.review_on == in_days(60)


def test_a_plan_can_be_written_but_not_agreed_before_the_signature(world, submitted):
    plan = actions.start_plan(by=world.social_worker, case_id=submitted.case_id)
    outcome = actions.add_outcome(by=world.social_worker, plan_id=plan.pk, text="Safe")
    actions.add_action(
        by=world.social_worker, outcome_id=outcome.pk, what="Call", owner=world.teacher, due_on=in_days(1)
    )
    with pytest.raises(Refused, match="has not signed off"):
        agree(world, plan)


def test_an_outcome_without_action_is_refused(world, draft_plan):
    actions.add_outcome(by=world.social_worker, plan_id=draft_plan.pk, text="Sleeps well")
    with pytest.raises(Refused, match="Each outcome needs at least one action"):
        agree(world, draft_plan)


def test_a_refused_agreement_keeps_no_words_of_its_own(world, draft_plan):
    said = {"text": "No", "heard_by": "Sol", "heard_on": timezone.localdate()}
    with pytest.raises(Refused, match="after today"):
        agree(world, draft_plan, review_on=in_days(0), view=ChildsView(new=said))
    assert not Words.objects.filter(text="No").exists()


def test_an_agreed_plan_is_not_changed_but_its_actions_are_finished(world, agreed):
    outcome = agreed.outcomes.get()
    action = outcome.actions.get()
    by = {"by": world.social_worker}
    for change in (
        lambda: actions.add_outcome(**by, plan_id=agreed.pk, text="x"),
        lambda: actions.change_outcome(**by, outcome_id=outcome.pk, text="x", where_we_are=""),
        lambda: actions.take_out_outcome(**by, outcome_id=outcome.pk),
        lambda: actions.add_action(**by, outcome_id=outcome.pk, what="x"),
        lambda: actions.change_action(**by, action_id=action.pk, what="x", owner=None, due_on=None),
        lambda: actions.take_out_action(**by, action_id=action.pk),
    ):
        with pytest.raises(Refused, match="changed at a review"):
            change()
    done = actions.finish_action(by=world.teacher, action_id=action.pk, note="Each day")
    assert (done.state, done.done_on, done.note) == ("done", timezone.localdate(), "Each day")


def test_what_could_not_be_done_says_why(world, agreed):
    action = Action.objects.get()
    with pytest.raises(Refused, match="Say why it could not be done"):
        actions.finish_action(by=world.teacher, action_id=action.pk, outcome="not_done")
    actions.finish_action(by=world.teacher, action_id=action.pk, outcome="not_done", note="She moved")
    with pytest.raises(Refused, match="finished already"):
        actions.finish_action(by=world.teacher, action_id=action.pk)


def put_off(by, action, days, reason="The school is shut until then."):
    return actions.put_off_action(by=by, action_id=action.pk, due_on=in_days(days), reason=reason)


def test_an_action_is_put_off_with_a_reason_and_both_days_stay(world, agreed):
    allocate_worker(by=world.coordinator, case_id=agreed.case_id, worker=world.social_worker)
    action = Action.objects.get()
    was = action.due_on
    later = put_off(world.teacher, action, 30)
    assert (later.due_on, later.state) == (in_days(30), "open")
    assert [(one.was_due_on, one.due_on, one.put_off_by) for one in later.put_off] == [
        (was, in_days(30), world.teacher)
    ]
    [entry] = record._put_off(ActionDelay.objects.get())
    assert "Put off from" in str(entry.said)
    told = Reader.objects.filter(notice__kind="action_put_off").values_list("user", flat=True)
    assert set(told) == {world.social_worker.pk, world.supervisor.pk}, "and not who did it"
    put_off(world.social_worker, action, 40)
    told = Reader.objects.filter(notice__kind="action_put_off").values_list("user", flat=True)
    assert world.teacher.pk in set(told), "whoever does it learns that it was put off"


@pytest.mark.parametrize(
    ("days", "reason", "why"),
    [
        (-1, "Ill", "Choose a day to come"),
        (0, "Ill", "Choose a day to come"),
        (1, "Ill", "later than the one by which it was due"),
        (61, "Ill", "The plan is reviewed before that day"),
        (30, " ", "Say why it takes longer"),
    ],
)
def test_what_is_not_put_off(world, agreed, days, reason, why):
    Action.objects.update(due_on=in_days(1))
    with pytest.raises(Refused, match=why):
        put_off(world.teacher, Action.objects.get(), days, reason)
    assert not ActionDelay.objects.exists()
    assert Action.objects.get().due_on == in_days(1)


def test_what_is_done_or_hidden_is_not_put_off(world, agreed):
    action = Action.objects.get()
    with pytest.raises(Hidden):
        put_off(world.officer, action, 30)
    actions.finish_action(by=world.teacher, action_id=action.pk, note="Each day")
    with pytest.raises(Refused, match="finished already"):
        put_off(world.teacher, action, 30)


def test_a_changed_plan_that_is_being_written_has_the_new_day_too(world, agreed):
    old = Action.objects.get()
    new = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    put_off(world.teacher, old, 30)
    assert Action.objects.get(outcome__plan=new).due_on == in_days(30)


def test_what_was_put_off_stays_so_in_a_new_plan_and_figures_count_the_day_that_was_agreed(world, agreed):
    Action.objects.update(due_on=in_days(1))
    put_off(world.teacher, Action.objects.get(), 30)
    new = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    agree(world, new)
    action = Action.objects.get(outcome__plan=new)
    assert [delay.was_due_on for delay in action.put_off] == [in_days(1)]
    action.state, action.done_on = "done", in_days(30)
    action.save()
    counted = queries.to_do(world.board_member)
    assert (counted.whole(), counted.between(in_days(1), in_days(2))) == (Kept(0, 1), Kept(0, 1))


def test_an_action_that_was_late_when_the_plan_changed_stays_late_where_it_is_put_off_afterwards(
    world, agreed
):
    """Whatever is agreed later, it counts once, on the day that had passed."""
    Action.objects.update(due_on=in_days(-3))
    new = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    Action.objects.filter(outcome__plan=new).update(due_on=in_days(5))
    agree(world, new)
    action = Action.objects.get(outcome__plan=new)
    put_off(world.teacher, action, 30)
    Action.objects.filter(pk=action.pk).update(state="done", done_on=in_days(4))
    counted = queries.to_do(world.board_member)
    assert (counted.whole(), counted.between(in_days(-3), in_days(-2))) == (Kept(0, 1), Kept(0, 1))


def test_nothing_is_put_off_after_the_childs_death(world, agreed):
    action = Action.objects.get()
    record_death(
        by=world.coordinator, person_id=agreed.case.person_id, died_on=in_days(-1), who_said="The police"
    )
    with pytest.raises(Refused):
        put_off(world.teacher, action, 30)


def test_once_its_review_is_due_it_is_for_the_review(world, agreed):
    Plan.objects.update(review_on=in_days(-2))
    action = Action.objects.get()
    with pytest.raises(Refused, match="The review of this plan is due by then"):
        put_off(world.teacher, action, 3)
    assert queries.where_put_off(queries.action_visible_to(world.teacher, action.pk)) == ""


def test_the_same_form_twice_puts_off_once(world, agreed):
    action = Action.objects.get()
    put_off(world.teacher, action, 30)
    put_off(world.teacher, action, 30)
    assert ActionDelay.objects.count() == 1


def test_figures_count_what_was_put_off_by_the_day_that_was_agreed(world, agreed):
    Action.objects.update(due_on=in_days(1))
    action = Action.objects.get()
    put_off(world.teacher, action, 30)
    put_off(world.teacher, action, 40)
    action.refresh_from_db()
    action.state, action.done_on = "done", in_days(35)
    action.save()
    counted = queries.to_do(world.board_member)
    assert counted.whole() == Kept(0, 1), "done before the later day, and not by the one that was promised"
    assert counted.between(in_days(1), in_days(2)) == Kept(0, 1)
    assert counted.between(in_days(40), in_days(41)) == Kept(0, 0)


def test_a_child_has_one_plan_at_a_time(world, draft_plan):
    with pytest.raises(Refused, match="Go on with that one"):
        actions.start_plan(by=world.social_worker, case_id=draft_plan.case_id)
    agree(world, draft_plan)
    with pytest.raises(Refused, match="Hold a review"):
        actions.start_plan(by=world.social_worker, case_id=draft_plan.case_id)


def test_a_changed_plan_replaces_the_old_one_only_when_it_is_agreed(world, agreed):
    new = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    assert [action.what for action in Action.objects.filter(outcome__plan=new)] == ["Walk home with her"]
    agreed.refresh_from_db()
    assert agreed.state == "agreed"
    agree(world, new)
    agreed.refresh_from_db()
    assert (agreed.state, agreed.review_on) == ("replaced", None)
    assert queries.agreed_plan(world.social_worker, agreed.case_id) == new


def test_a_person_who_cannot_sign_in_owns_no_action(world, draft_plan):
    world.officer.is_active = False
    world.officer.save()
    outcome = draft_plan.outcomes.get()
    with pytest.raises(Refused, match="cannot sign in"):
        actions.add_action(by=world.social_worker, outcome_id=outcome.pk, what="Call", owner=world.officer)


def test_a_colleague_who_cannot_see_the_child_owns_no_action_until_their_agency_is_involved(
    world, draft_plan
):
    give = {
        "by": world.social_worker,
        "outcome_id": draft_plan.outcomes.get().pk,
        "what": "Call",
        "owner": world.officer,
    }
    with pytest.raises(Refused, match="Let their team in, with the reason"):
        actions.add_action(**give)
    action = actions.add_action(**give, why_involve="Officers know the park")
    assert action.agency == world.police
    involved = involvements_of(world.officer, draft_plan.case.person_id)
    assert [row.why for row in involved if row.agency == world.police] == ["Officers know the park"]


def test_an_action_of_a_restricted_child_lets_nobody_else_in(world, draft_plan):
    """Neither a new action nor another owner opens the record: that takes the right that restricting takes."""
    person_id = draft_plan.case.person_id
    restrict(by=world.coordinator, person_id=person_id, reason="A parent works there")
    given = {"what": "Call", "owner": world.officer, "why_involve": "Officers know the park"}
    outcome = draft_plan.outcomes.get()
    action = outcome.actions.get()
    change = {"action_id": action.pk, "due_on": action.due_on, **given}
    with pytest.raises(Refused, match="This record is restricted"):
        actions.add_action(by=world.social_worker, outcome_id=outcome.pk, **given)
    with pytest.raises(Refused, match="This record is restricted"):
        actions.change_action(by=world.social_worker, **change)
    assert not people_visible_to(world.officer).filter(pk=person_id).exists()
    actions.add_action(by=world.coordinator, outcome_id=outcome.pk, **given)
    assert people_visible_to(world.officer).filter(pk=person_id).exists()


def test_somebody_whose_role_sees_no_child_owns_no_action(world, draft_plan):
    with pytest.raises(Refused, match="does not work with children"):
        actions.add_action(
            by=world.social_worker,
            outcome_id=draft_plan.outcomes.get().pk,
            what="Call",
            owner=world.analyst,
            why_involve="x",
        )


def test_where_we_are_is_added_and_never_written_over(world, draft_plan):
    by = {"by": world.social_worker}
    outcome = draft_plan.outcomes.get()
    actions.change_outcome(**by, outcome_id=outcome.pk, text=outcome.text, where_we_are="She is afraid")
    actions.change_outcome(**by, outcome_id=outcome.pk, text="Mina is safe", where_we_are="She is afraid")
    agree(world, draft_plan)
    actions.say_where_we_are(**by, outcome_id=outcome.pk, text="She walks with Tess")
    actions.say_where_we_are(**by, outcome_id=outcome.pk, text="As it began", on=in_days(-20))
    outcome.refresh_from_db()
    assert outcome.where_we_are == "She walks with Tess"
    notes = queries.notes_of(world.teacher, queries.plan_visible_to(world.teacher, draft_plan.pk))
    assert [note.text for note in notes[outcome.line_id]] == [
        "She walks with Tess",
        "She is afraid",
        "As it began",
    ]
    for wrong in ({"text": " "}, {"text": "x", "on": in_days(1)}):
        with pytest.raises(Refused):
            actions.say_where_we_are(**by, outcome_id=outcome.pk, **wrong)


def test_where_we_were_goes_on_in_a_changed_plan(world, agreed):
    by = {"by": world.social_worker}
    actions.say_where_we_are(**by, outcome_id=agreed.outcomes.get().pk, text="She takes the bus")
    new = actions.copy_to_change(**by, plan_id=agreed.pk)
    copy = new.outcomes.get()
    actions.say_where_we_are(**by, outcome_id=copy.pk, text="She walks")
    again = queries.plan_visible_to(world.social_worker, new.pk)
    notes = queries.notes_of(world.social_worker, again)
    assert [note.text for note in notes[copy.line_id]] == ["She walks", "She takes the bus"]


def test_each_stage_counts_the_decisions_made_beside_the_childs_words(world, agreed):
    """The share over all of them is that of the sums."""
    day = timezone.localdate() - timedelta(days=1)
    by_stage = [
        decided_beside_words(world.coordinator, since=day).whole(),
        signed_beside_words(world.coordinator, since=day).whole(),
        queries.agreed_beside_words(world.coordinator, since=day).whole(),
        held_beside_words(world.coordinator, since=day).whole(),
    ]
    assert by_stage == [Kept(1, 1), Kept(1, 1), Kept(0, 1), Kept(0, 0)]
    assert sum(by_stage, Kept(0, 0)) == Kept(2, 3)
    for count in (decided_beside_words, signed_beside_words, queries.agreed_beside_words, held_beside_words):
        with pytest.raises(Hidden):
            count(world.teacher, since=day)


def test_plans_with_the_childs_words_are_counted(world, agreed):
    day = timezone.localdate() - timedelta(days=1)
    assert queries.agreed_beside_words(world.coordinator, since=day).whole() == Kept(0, 1)
    new = actions.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    said = {"text": "Good", "heard_by": "Sol", "heard_on": timezone.localdate()}
    agree(world, new, view=ChildsView(new=said))
    assert queries.agreed_beside_words(world.coordinator, since=day).whole() + Kept(1, 1) == Kept(2, 3)
    with pytest.raises(Hidden):
        queries.agreed_beside_words(world.teacher, since=day).whole()


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_those_who_may_not_see_the_child_see_and_change_nothing(world, agreed, who):
    user = getattr(world, who)
    action = Action.objects.get()
    for attempt in (
        lambda: actions.open_plan(by=user, plan_id=agreed.pk),
        lambda: actions.start_plan(by=user, case_id=agreed.case_id),
        lambda: actions.finish_action(by=user, action_id=action.pk),
        lambda: queries.outcome_visible_to(user, action.outcome_id),
        lambda: agree(world, agreed, by=user),
    ):
        with pytest.raises(Hidden):
            attempt()
    assert not queries.plans_visible_to(user).exists()
    assert not queries.actions_due(user).exists()


def test_my_actions_are_mine_open_and_longest_overdue_first(world, draft_plan):
    outcome = draft_plan.outcomes.get()
    for days, what in ((4, "late"), (1, "very late")):
        actions.add_action(
            by=world.social_worker,
            outcome_id=outcome.pk,
            what=what,
            owner=world.teacher,
            due_on=in_days(days),
        )
    actions.add_action(
        by=world.social_worker,
        outcome_id=outcome.pk,
        what="not hers",
        owner=world.supervisor,
        due_on=in_days(1),
    )
    assert not queries.actions_due(world.teacher).exists()
    agree(world, draft_plan)
    assert [action.what for action in queries.actions_due(world.teacher)] == [
        "very late",
        "late",
        "Walk home with her",
    ]


def test_every_step_leaves_an_audit_row_about_the_child(agreed):
    rows = AuditRow.objects.filter(subject="plan").order_by("pk")
    assert [row.verb for row in rows] == ["start", "add outcome", "add action", "agree"]
    assert {row.person_id for row in rows} == {agreed.case.person_id}
    assert not any("Walk" in str(row.detail) + row.reason for row in rows)


def test_the_database_refuses_an_agreed_plan_without_a_review_date(agreed):
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=agreed.pk).update(review_on=None)


def test_rules_and_tables_speak_of_the_same_states():
    assert {state.value for state in rules.PlanState} == set(Plan.State.values)
    assert {state.value for state in rules.Progress} == set(Action.State.values)
