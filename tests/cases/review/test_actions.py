"""What a review records, and what follows from it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment.rules import ChildsView
from heard.cases.plan.models import Plan
from heard.cases.plan.queries import draft_plan as draft_plan_of
from heard.cases.review import actions, queries, rules
from heard.cases.review.models import Review


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def hold(world, plan, **given):
    usual = {
        "by": world.social_worker,
        "plan_id": plan.pk,
        "held_on": timezone.localdate(),
        "what_changed": "She walks home.",
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


def test_stepping_down_ends_the_plan_and_its_dates(world, agreed):
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
    assert {one.value for one in rules.Decision} == set(Review.Decision.values)
