"""What a panel decides lands where it is done; who does not agree; minutes."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cases.panel.conftest import NO_WORDS, about, hold, in_days, make_panel, tell
from tests.conftest import another_coordinator

from heard.agencies.actions import switch_off
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.case.notices.models import Notice
from heard.cases.case.queries import words_of
from heard.cases.case.rules import Kept, Try, Unheard, WhyUnheard
from heard.cases.disruption.queries import steps_of
from heard.cases.panel import actions, queries
from heard.cases.panel.models import Panel, PanelAction
from heard.cases.plan import actions as planning
from heard.cases.words.rules import ChildsView
from heard.network import actions as network


def standing(user, action):
    """How far an action is for this user, of one and of all, which say the same; and where it lives."""
    stands = queries.stands(queries.panel_action_visible_to(user, action.pk), timezone.localdate())
    row = queries.how_actions_stand(user).get(pk=action.pk)
    assert (row.now, row.now_done_on) == (stands.state, stands.done_on)
    return stands


# ---- at the meeting


def test_a_decision_stands_beside_the_childs_words_or_why_not(world, item):
    by, said = world.coordinator, {"decision": "A worker meets her weekly", "reason": "She asked for it"}
    with pytest.raises(Refused, match="own words"):
        actions.decide_item(by=by, item_id=item.pk, **said)
    with pytest.raises(Refused, match="holds the panel"):
        actions.decide_item(by=world.teacher, item_id=item.pk, view=NO_WORDS, **said)
    words = words_of(by, item.person_id).first()
    decided = actions.decide_item(by=by, item_id=item.pk, view=ChildsView(words_id=words.pk), **said)
    assert (decided.words, decided.decided_by) == (words, by)


def test_a_panels_decision_counts_with_the_reason_why_the_child_could_not_be_heard(world, item):
    since, today = timezone.localdate() - timedelta(days=2), timezone.localdate()
    said = {
        "by": world.coordinator,
        "item_id": item.pk,
        "decision": "No more visits",
        "reason": "She is safe",
    }
    tried = WhyUnheard(Unheard.NOT_REACHED, tries=(Try(today, "call", "Nobody answered"),))
    actions.decide_item(**said, view=ChildsView(unheard=tried))
    assert queries.decided_beside_words(world.coordinator, since=since).whole() == Kept(1, 1, 1)
    decided = queries.item_visible_to(world.coordinator, item.pk)
    assert decided.why_no_words.endswith("(call): Nobody answered.")
    actions.decide_item(**said, view=NO_WORDS)  # put right before the minutes are agreed
    assert queries.decided_beside_words(world.coordinator, since=since).whole() == Kept(0, 1, 0)


def test_nothing_is_decided_before_the_day(world, case):
    panel = make_panel(world, days=2)
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = about(panel, person=case.person)
    with pytest.raises(Refused, match="has not come"):
        actions.decide_item(by=world.coordinator, item_id=item.pk, decision="x", reason="y", view=NO_WORDS)
    with pytest.raises(Refused, match="has not come"):
        hold(world, panel)


def test_an_action_lands_in_the_plan_that_is_in_force_and_is_followed_from_there(
    world, agreed, prepared, item
):
    outcome = agreed.outcomes.get()
    action = actions.add_panel_action(
        by=world.coordinator,
        item_id=item.pk,
        what="Meet her at the gate",
        owner=world.teacher,
        due_on=in_days(5),
        outcome_id=outcome.pk,
    )
    there = action.in_plans.get()
    assert (there.outcome, there.owner, there.what) == (outcome, world.teacher, "Meet her at the gate")
    assert list(queries.panel_actions_due(world.teacher)) == []
    planning.finish_action(by=world.teacher, action_id=there.pk, note="Every day")
    assert standing(world.coordinator, action).state == "done"


def test_an_action_is_followed_into_the_plan_that_replaces_this_one(world, agreed, prepared, item):
    changed = planning.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    action = actions.add_panel_action(
        by=world.coordinator,
        item_id=item.pk,
        what="Meet her at the gate",
        owner=world.teacher,
        due_on=in_days(5),
        outcome_id=agreed.outcomes.get().pk,
    )
    planning.agree_plan(
        by=world.social_worker,
        plan_id=changed.pk,
        review_on=in_days(60),
        view=ChildsView(why_no_words="Later"),
    )
    there = action.in_plans.get(outcome__plan=changed)
    planning.finish_action(by=world.teacher, action_id=there.pk, note="Done")
    stands = standing(world.coordinator, action)
    assert (stands.state, stands.plan_action_id) == ("done", there.pk)


def test_an_action_of_one_child_does_not_land_with_another(world, agreed, prepared):
    other = tell(world, "Ana")
    item = actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="person", end_id=other.person_id)
    with pytest.raises(Hidden):
        actions.add_panel_action(
            by=world.coordinator,
            item_id=item.pk,
            what="x",
            owner=world.social_worker,
            due_on=in_days(1),
            outcome_id=agreed.outcomes.get().pk,
        )


def test_an_action_about_a_place_becomes_a_step_in_the_case_of_a_child_who_goes_there(world, case, prepared):
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    given = {
        "by": world.coordinator,
        "what": "Licensing visits",
        "owner": world.social_worker,
        "due_on": in_days(3),
    }
    item = actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="place", end_id=arcade.pk)
    with pytest.raises(Hidden):
        actions.add_panel_action(item_id=item.pk, case_id=case.pk, kind="place", **given)
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="goes to",
        other_id=arcade.pk,
        knows=network.Knows("Said"),
    )
    action = actions.add_panel_action(item_id=item.pk, case_id=case.pk, kind="place", **given)
    step = steps_of(world.social_worker, case.pk).get()
    assert (step.place, step.panel_action, step.owner) == (arcade, action, world.social_worker)
    assert standing(world.coordinator, action).case_id == case.pk


def test_what_somebody_was_to_do_who_left_is_with_those_who_hold_panels(world, prepared, item):
    action = actions.add_panel_action(
        by=world.coordinator,
        item_id=item.pk,
        what="Ring her aunt",
        due_on=in_days(2),
        owner=world.officer,
        why_involve="Knows her aunt",
    )
    assert list(queries.panel_actions_due(world.coordinator)) == []
    switch_off(by=world.administrator, user=world.officer, reason="Left")
    assert list(queries.panel_actions_due(world.coordinator)) == [action]
    assert list(queries.panel_actions_due(world.teacher)) == []


def test_what_has_no_plan_to_live_in_stays_in_the_work_of_whoever_does_it(world, prepared, item):
    given = {"by": world.coordinator, "item_id": item.pk, "what": "Ring her aunt", "due_on": in_days(2)}
    with pytest.raises(Refused, match="do not see this child"):
        actions.add_panel_action(owner=world.officer, **given)
    action = actions.add_panel_action(owner=world.officer, why_involve="Knows her aunt", **given)
    assert list(queries.panel_actions_due(world.officer)) == [action]
    with pytest.raises(Refused, match="Whoever said"):
        actions.finish_panel_action(by=world.teacher, panel_action_id=action.pk, outcome="done", note="x")
    actions.finish_panel_action(
        by=world.officer, panel_action_id=action.pk, outcome="done", note="She rang back"
    )
    assert list(queries.panel_actions_due(world.officer)) == []


def test_the_next_panel_sees_what_was_agreed_before_and_how_it_stands(world, prepared, item):
    given = {"by": world.coordinator, "item_id": item.pk, "owner": world.teacher, "due_on": in_days(2)}
    first = actions.add_panel_action(what="Ring her aunt", **given)
    second = actions.add_panel_action(what="Ring the club", **given)
    hold(world, prepared)
    actions.finish_panel_action(
        by=world.teacher, panel_action_id=second.pk, outcome="done", note="They are glad"
    )
    later = make_panel(world, days=7)
    assert set(queries.earlier_actions(world.coordinator, later)) == {first, second}
    assert list(queries.earlier_actions(world.officer, later)) == []  # not involved with her
    PanelAction.objects.filter(pk=second.pk).update(done_on=in_days(-40))
    assert set(queries.earlier_actions(world.coordinator, later)) == {first}


def test_who_is_missing_is_written_down_and_stops_nothing(world, prepared):
    seats = {seat.agency: seat for seat in prepared.seats.all()}
    came = {seats[world.care].pk: ("came", ""), seats[world.school].pk: ("else", "Ms Hill")}
    with pytest.raises(Refused, match="each invitation"):
        actions.hold_panel(by=world.coordinator, panel_id=prepared.pk, came=came)
    came[seats[world.police].pk] = ("absent", "")
    held = actions.hold_panel(by=world.coordinator, panel_id=prepared.pk, came=came)
    assert held.state == "held"
    assert held.seats.get(agency=world.school).instead == "Ms Hill"


# ---- dissent and minutes


def test_anybody_who_takes_part_can_disagree_and_it_stays(world, prepared, decided):
    said = actions.dissent(by=world.teacher, item_id=decided.pk, why="She told me that she is afraid.")
    assert (said.agency, said.by) == (world.school, world.teacher)
    with pytest.raises(Hidden):
        actions.dissent(by=world.officer, item_id=decided.pk, why="x")
    shown = queries.item_visible_to(world.coordinator, decided.pk)
    assert list(shown.dissents.all()) == [said]


def test_an_agency_that_was_invited_and_did_not_come_disagrees_afterwards_and_chair_and_worker_learn_of_it(
    world, prepared, decided, case
):
    assign_trusted_worker(by=world.supervisor, case_id=case.pk, worker=world.social_worker)
    chair = another_coordinator(world)
    Panel.objects.filter(pk=prepared.pk).update(chair=chair)
    came = {
        seat.pk: ("absent" if seat.agency == world.school else "came", "") for seat in prepared.seats.all()
    }
    actions.hold_panel(by=world.coordinator, panel_id=prepared.pk, came=came)
    said = actions.dissent(by=world.teacher, item_id=decided.pk, why="We were not there. She is afraid.")
    assert (said.agency, said.said_by) == (world.school, "")
    [told] = Notice.objects.filter(kind="disagreed", subject_id=str(decided.pk))
    readers = set(told.readers.values_list("user", flat=True))
    assert {chair.pk, world.social_worker.pk} <= readers
    assert world.teacher.pk not in readers


def test_whoever_holds_the_panel_writes_down_what_somebody_without_a_user_does_not_agree_with(
    world, prepared, decided
):
    given = {
        "item_id": decided.pk,
        "why": "Her brother is afraid too.",
        "said_by": "Ivy Lee, housing officer",
    }
    with pytest.raises(Refused, match="Whoever holds the panel"):
        actions.dissent(by=world.teacher, agency_id=world.police.pk, **given)
    for nowhere in (None, uuid.uuid4()):
        with pytest.raises(Hidden):
            actions.dissent(by=world.coordinator, agency_id=nowhere, **given)
    said = actions.dissent(by=world.coordinator, agency_id=world.police.pk, **given)
    assert (said.who, said.agency, said.by) == ("Ivy Lee, housing officer", world.police, world.coordinator)


def test_whoever_is_no_part_of_the_panel_opens_a_disagreement_instead(world, case):
    panel = make_panel(world, agencies=[world.care.pk])
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = about(panel, person=case.person)
    actions.decide_item(by=world.coordinator, item_id=item.pk, decision="x", reason="y", view=NO_WORDS)
    assert queries.item_visible_to(world.teacher, item.pk)  # what is decided about the child is no secret
    with pytest.raises(Hidden):
        actions.dissent(by=world.teacher, item_id=item.pk, why="I see it otherwise")
    assert f"panel:{item.pk}" in queries.decisions_of(world.teacher, case.person_id)


def test_minutes_that_were_agreed_do_not_change(world, prepared, decided):
    hold(world, prepared)
    actions.correct_minutes(
        by=world.coordinator, panel_id=prepared.pk, text="Once a week", item_id=decided.pk
    )
    with pytest.raises(Refused, match="comes after"):
        actions.agree_minutes(by=world.coordinator, panel_id=prepared.pk, in_panel_id=prepared.pk)
    to_come, later = make_panel(world, days=7), make_panel(world, days=0.0005)
    with pytest.raises(Refused, match="has not begun"):
        actions.agree_minutes(by=world.coordinator, panel_id=prepared.pk, in_panel_id=to_come.pk)
    actions.agree_minutes(by=world.coordinator, panel_id=prepared.pk, in_panel_id=later.pk)
    by, on = world.coordinator, {"by": world.coordinator, "item_id": decided.pk}
    for write in (
        lambda: actions.write_notes(notes="x", **on),
        lambda: actions.decide_item(decision="x", reason="y", view=NO_WORDS, **on),
        lambda: actions.dissent(by=world.teacher, item_id=decided.pk, why="x"),
        lambda: actions.add_panel_action(what="x", owner=world.teacher, due_on=in_days(1), **on),
        lambda: actions.correct_minutes(by=by, panel_id=prepared.pk, text="x"),
        lambda: actions.agree_minutes(by=by, panel_id=prepared.pk, in_panel_id=later.pk),
        lambda: actions.prepare_panel(by=by, panel_id=prepared.pk),
        lambda: hold(world, prepared),
    ):
        with pytest.raises(Refused):
            write()
