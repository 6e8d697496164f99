"""What a review records, and what follows from it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import another_coordinator

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.case.models import Case
from heard.cases.case.queries import case_visible_to, with_a_trusted_worker, without_a_worker
from heard.cases.case.rules import Kept, Observed, due_on
from heard.cases.caseload.queries import team_caseload
from heard.cases.caseload.rules import CaseloadFilter
from heard.cases.concern import actions as telling
from heard.cases.plan.actions import finish_action
from heard.cases.plan.models import Action, Plan
from heard.cases.plan.queries import actions_due, actions_of, next_after
from heard.cases.plan.queries import draft_plan as draft_plan_of
from heard.cases.review import actions, queries, rules
from heard.cases.review.models import Review, ReviewedOutcome
from heard.cases.review.rules import Looked
from heard.cases.words.rules import ChildsView
from heard.home.queries import my_work
from heard.knowledge import load
from heard.network.actions import involve, restrict
from heard.network.models import Person


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def better(on=None):
    return Looked("better", "She walks home and laughs.", "Tess Archer, teacher", on or timezone.localdate())


def finish_actions(world, plan):
    for action in actions_of(world.teacher, plan.case_id):
        finish_action(by=world.teacher, action_id=action.pk)


def hold(world, plan, **given):
    usual = {
        "by": world.social_worker,
        "plan_id": plan.pk,
        "held_on": timezone.localdate(),
        "what_changed": "She walks home.",
        "took_part": "Sol Wright, social worker; Mina; her mother",
        "looked": {outcome.pk: better() for outcome in plan.outcomes.all()},
        "view": ChildsView(why_no_words="Asked for another day."),
        "decision": "continue",
        "reason": "It helps.",
        "next_review_on": in_days(90),
    }
    return actions.hold_review(**(usual | given))


def test_a_plan_that_goes_on_has_its_next_date(world, agreed):
    due_on = agreed.review_on
    held = hold(world, agreed)
    agreed.refresh_from_db()
    assert (held.due_on, held.next_review_on) == (due_on, in_days(90))
    assert (agreed.state, agreed.review_on) == ("agreed", in_days(90))


def test_a_plan_that_has_to_change_begins_anew_from_what_is_open(world, agreed):
    hold(world, agreed, decision="change_plan")
    new = draft_plan_of(world.social_worker, agreed.case_id)
    assert new.replaces == agreed
    with pytest.raises(Refused, match="A changed plan is being written"):
        hold(world, agreed)


def test_a_changed_plan_begins_where_the_review_found_the_child(world, agreed):
    hold(world, agreed, decision="change_plan")
    new = draft_plan_of(world.social_worker, agreed.case_id)
    assert [outcome.where_we_are for outcome in new.outcomes.all()] == ["She walks home and laughs."]


def test_a_review_says_of_each_outcome_how_it_is_and_how_that_is_known(world, agreed):
    held = hold(world, agreed)
    row = held.outcomes.get()
    assert (row.course, row.what) == ("better", "She walks home and laughs.")
    assert (row.seen_by, row.seen_on) == ("Tess Archer, teacher", timezone.localdate())


def test_an_outcome_of_which_nothing_is_said_refuses_the_review(world, agreed):
    with pytest.raises(Refused, match="Say of each outcome"):
        hold(world, agreed, looked={})
    with pytest.raises(Refused, match="what was seen, by whom and when"):
        hold(world, agreed, looked={outcome.pk: Looked("same") for outcome in agreed.outcomes.all()})
    assert not Review.objects.exists()


def test_a_child_protection_plan_is_reviewed_within_its_clock(world, agreed):
    Person.objects.update(legal_status="protection_plan")
    last = due_on(load.current().clock("review_conference_next"), timezone.localdate())
    with pytest.raises(Refused, match="later than its deadline allows"):
        hold(world, agreed, next_review_on=last + timedelta(days=1))
    assert hold(world, agreed, next_review_on=last).next_review_on == last


def test_the_second_review_of_a_looked_after_child_is_sooner_than_the_third(world, agreed):
    Person.objects.update(legal_status="looked_after")
    agreed.agreed_at = agreed.case.opened_at = timezone.now() - timedelta(days=30)
    agreed.case.save()
    agreed.save()
    today, user = timezone.localdate(), world.social_worker
    case = case_visible_to(user, agreed.case_id)
    first = next_after(user, case, today)
    assert first.clock.id == "looked_after_review_second"
    hold(world, agreed, held_on=in_days(-1), next_review_on=in_days(20))
    assert next_after(user, case, today).clock.id == "looked_after_review_next"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"looked": Looked("not_known")}, "help does not end on what is not known"),
        ({"looked": better(in_days(-29))}, "What was seen is too old"),
        ({"reason": ""}, "Give the reason"),
        ({"view": ChildsView()}, "Add what the child says now"),
    ],
)
def test_help_does_not_end_without_current_evidence_the_childs_view_and_a_reason(world, agreed, given, why):
    finish_actions(world, agreed)
    if "looked" in given:
        given = {"looked": {outcome.pk: given["looked"] for outcome in agreed.outcomes.all()}}
    with pytest.raises(Refused, match=why):
        hold(world, agreed, decision="step_down", **given)
    agreed.refresh_from_db()
    assert agreed.state == "agreed"


def test_help_does_not_end_with_something_still_to_do(world, agreed):
    with pytest.raises(Refused, match="still to do"):
        hold(world, agreed, decision="step_down")


def test_how_long_evidence_is_current_is_for_the_partnership_to_say(world, agreed, settings):
    finish_actions(world, agreed)
    old = {outcome.pk: better(in_days(-40)) for outcome in agreed.outcomes.all()}
    settings.EVIDENCE_DAYS = 40
    assert hold(world, agreed, decision="step_down", looked=old)


def test_beside_a_review_stands_what_came_in_since_the_one_before(world, agreed, worry):
    user = world.social_worker
    agreed.agreed_at = timezone.now() - timedelta(days=10)
    agreed.save()
    telling.tell(
        by=world.teacher,
        person_id=worry.person_id,
        seen_and_heard="A new phone.",
        observations=[Observed("S10", "seen", in_days(-3), "Form tutor", "A phone that she hides")],
        words={"text": "It is not mine.", "heard_by": "Tess Archer", "heard_on": in_days(-3)},
        danger_now="no",
    )
    found = queries.beside(user, agreed)
    assert [sign.note.words for sign in found.signs][:1] == ["A phone that she hides"]
    assert "It is not mine." in [word.text for word in found.words]
    held = hold(world, agreed)
    assert queries.beside(user, agreed).reviews == [held]


def test_stepping_down_ends_the_plan_and_its_dates(world, agreed):
    finish_actions(world, agreed)
    held = hold(world, agreed, decision="step_down")
    agreed.refresh_from_db()
    assert (held.next_review_on, agreed.state, agreed.review_on) == (None, "ended", None)
    assert not queries.reviews_due(world.social_worker).exists()


def test_a_review_that_says_too_little_changes_nothing(world, agreed):
    with pytest.raises(Refused, match="Give the reason"):
        hold(world, agreed, reason=" ")
    assert not Review.objects.exists()
    assert Plan.objects.get().review_on == agreed.review_on


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_those_who_may_not_see_the_child_hold_and_read_none(world, agreed, who):
    user = getattr(world, who)
    held = hold(world, agreed)
    with pytest.raises(Hidden):
        hold(world, agreed, by=user)
    with pytest.raises(Hidden):
        actions.open_review(by=user, review_id=held.pk)
    assert not queries.reviews_visible_to(user).exists()
    assert not queries.reviews_due(user).exists()


def test_reviews_are_due_for_the_team_that_leads_and_for_who_has_to_act(world, agreed):
    assert list(queries.reviews_due(world.social_worker)) == [agreed]
    assert list(queries.reviews_due(world.teacher)) == [agreed]
    agreed.outcomes.get().actions.update(state="done", done_on=timezone.localdate())
    assert not queries.reviews_due(world.teacher).exists()


def test_a_review_waits_for_whom_the_child_counts_on_and_not_for_each_colleague(world, agreed):
    def wait_for(user):
        return list(queries.reviews_to_hold(User.objects.get(pk=user.pk)))

    case = agreed.case
    case.trusted_worker = None
    case.save()
    assert wait_for(world.social_worker) == wait_for(world.coordinator) == [agreed]  # or nobody would hold it
    assign_trusted_worker(
        by=world.coordinator, case_id=case.pk, worker=world.social_worker, since=timezone.localdate()
    )
    assert wait_for(world.social_worker) == wait_for(world.teacher) == [agreed]  # she owns an action
    assert wait_for(world.coordinator) == []
    assert list(queries.reviews_due(world.coordinator)) == [agreed]
    agencies.switch_off(by=world.administrator, user=world.social_worker, reason="Left")
    assert wait_for(world.coordinator) == [agreed]


def test_holding_and_reading_leave_audit_rows_about_the_child(world, agreed):
    held = hold(world, agreed)
    actions.open_review(by=world.teacher, review_id=held.pk)
    rows = AuditRow.objects.filter(subject="review").order_by("pk")
    assert [(row.verb, row.person_id) for row in rows] == [
        ("hold", agreed.case.person_id),
        ("view", agreed.case.person_id),
    ]
    assert list(queries.reviews_of(world.teacher, agreed.case_id)) == [held]


def test_rules_and_table_speak_of_the_same_decisions():
    assert {decision.value for decision in rules.Decision} == set(Review.Decision.values)
    assert {course.value for course in rules.Course} == set(ReviewedOutcome.Course.values)


def move(world, user, team):
    """To another agency: a new role there, and none where they were."""
    held = user.memberships.get()
    agencies.give_role(by=world.administrator, user=user, team=team, role=Role.PRACTITIONER)
    agencies.take_role(by=world.administrator, user=user, membership_id=held.pk)
    return User.objects.get(pk=user.pk)


def test_what_waits_for_somebody_who_moved_to_another_agency_waits_for_the_team(world, agreed):
    """They cannot see the child any more: the child counts on nobody, and their review and actions reach others."""
    case = agreed.case
    Case.objects.filter(pk=case.pk).update(trusted_worker=world.social_worker)
    Plan.objects.filter(pk=agreed.pk).update(review_on=timezone.localdate() - timedelta(days=1))
    Action.objects.filter(outcome__plan=agreed).update(owner=world.social_worker)
    owned = list(Action.objects.filter(outcome__plan=agreed))
    assert owned
    assert with_a_trusted_worker(world.board_member) == Kept(1, 1)
    assert not without_a_worker(world.coordinator).exists()
    assert not set(actions_due(world.supervisor)) & set(owned)
    gone = move(world, world.social_worker, world.officer.team)
    assert list(queries.reviews_to_hold(gone)) == []
    assert list(queries.reviews_to_hold(world.supervisor)) == [agreed]
    assert with_a_trusted_worker(world.board_member) == Kept(0, 1)
    assert list(without_a_worker(world.coordinator)) == [case]
    assert not actions_due(gone).exists()
    assert set(owned) <= set(actions_due(world.supervisor))
    assert "actions" in {section.key for section in my_work(world.supervisor)}
    assert not set(actions_due(world.teacher)) & set(owned)  # another agency's
    assert [row.nobody for row in team_caseload(world.coordinator, CaseloadFilter())] == [0]
    involve(by=world.coordinator, person=case.person, agency=world.police, why="Works with her")
    assert not without_a_worker(world.coordinator).exists()
    assert with_a_trusted_worker(world.board_member) == Kept(1, 1)
    assert set(owned) <= set(actions_due(gone))
    assert not set(actions_due(world.supervisor)) & set(owned)


def test_a_restricted_child_can_count_only_on_somebody_of_an_agency_that_is_involved(world, agreed):
    """A co-ordinator elsewhere sees every child who is not restricted."""
    case = agreed.case
    Case.objects.filter(pk=case.pk).update(trusted_worker=world.supervisor)
    held = world.supervisor.memberships.get()
    agencies.give_role(
        by=world.administrator,
        user=world.supervisor,
        team=world.officer.team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )
    agencies.take_role(by=world.administrator, user=world.supervisor, membership_id=held.pk)
    assert not without_a_worker(world.coordinator).exists()
    another_coordinator(world)
    restrict(by=world.coordinator, person_id=case.person_id, reason="Threats")
    assert list(without_a_worker(world.coordinator)) == [case]
