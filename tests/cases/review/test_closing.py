"""Closing a case, what stands in the way, and opening it again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment import actions as assessing
from heard.cases.case.models import Case
from heard.cases.case.queries import closed_case_of, open_case_of, periods_of
from heard.cases.case.rules import due_on
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.missing.actions import note_found, note_missing
from heard.cases.plan.actions import agree_plan, finish_action
from heard.cases.plan.models import Plan
from heard.cases.plan.queries import actions_due, actions_of
from heard.cases.review import actions, queries
from heard.cases.review.models import Review
from heard.cases.review.rules import Looked, Missing
from heard.cases.words.rules import ChildsView
from heard.knowledge import load

UNHEARD = ChildsView(why_no_words="She asked us to decide and to tell her.")


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def review(world, plan, **given):
    for action in actions_of(world.teacher, plan.case_id).filter(state="open"):
        finish_action(by=world.teacher, action_id=action.pk)
    looked = Looked("better", "She walks home with friends.", "Tess Archer, teacher", timezone.localdate())
    usual = {
        "by": world.social_worker,
        "plan_id": plan.pk,
        "held_on": timezone.localdate(),
        "what_changed": "She is safe.",
        "took_part": "Sol Wright; Mina",
        "looked": {outcome.pk: looked for outcome in plan.outcomes.all()},
        "view": UNHEARD,
        "decision": "step_down",
        "reason": "She says that she is safe.",
        "next_review_on": in_days(60),
    }
    return actions.hold_review(**(usual | given))


def close(world, case, **given):
    usual = {
        "by": world.coordinator,
        "case_id": case.pk,
        "view": UNHEARD,
        "reason": "She is safe and says so.",
        "contact_afterwards": "Tess Archer at school",
        "told_child": "Sol told her that she can ring us.",
        "open_again_if": "She is away from school again.",
    }
    return actions.close_case(**(usual | given))


def missing(user, case):
    case.refresh_from_db()
    return [what for what, _text in queries.missing_before_closing(user, case, today=timezone.localdate())]


def tell(world, case):
    return telling.tell(
        by=world.teacher,
        person_id=case.person_id,
        seen_and_heard="They wait for her again.",
        why_no_words="She was in class.",
        danger_now="no",
    )


def test_a_case_is_closed_on_a_review_of_now(world, agreed):
    review(world, agreed)
    period = close(world, agreed.case)
    case = closed_case_of(world.coordinator, agreed.case.person_id)
    assert (case, case.state) == (agreed.case, "closed")
    assert (period.closed_by, period.why_closed) == (world.coordinator, "She is safe and says so.")
    assert (period.words, period.why_no_words) == (None, UNHEARD.why_no_words)
    row = AuditRow.objects.get(verb="close", subject="case")
    assert (row.person_id, row.reason) == (case.person_id, "She is safe and says so.")


def test_closing_ends_the_plan_and_its_dates(world, agreed):
    review(world, agreed, decision="continue")
    assert queries.reviews_due(world.social_worker).exists()
    close(world, agreed.case)
    plan = Plan.objects.get()
    assert (plan.state, plan.review_on) == ("ended", None)
    assert not queries.reviews_due(world.social_worker).exists()
    assert not actions_due(world.teacher).exists()


def test_what_is_missing_is_told_all_at_once(world, agreed):
    assert missing(world.coordinator, agreed.case) == [Missing.ACTION, Missing.REVIEW]
    tell(world, agreed.case)
    assert missing(world.coordinator, agreed.case) == [Missing.WORRY, Missing.ACTION, Missing.REVIEW]
    with pytest.raises(Refused, match="A worry about this child waits"):
        close(world, agreed.case)
    assert open_case_of(world.coordinator, agreed.case.person_id) == agreed.case


def test_a_review_of_long_ago_is_not_evidence_of_now(world, agreed):
    review(world, agreed, decision="continue")
    Review.objects.update(held_on=in_days(-29))
    assert missing(world.coordinator, agreed.case) == [Missing.REVIEW]
    Review.objects.update(held_on=in_days(-28))
    assert missing(world.coordinator, agreed.case) == []


def test_a_worry_that_was_told_since_asks_for_another_look(world, agreed):
    review(world, agreed, decision="continue")
    worry = tell(world, agreed.case)
    telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="add_to_case",
        reason="The team looks at it",
        feedback="Thank you",
        why_without_words="Not met yet",
    )
    assert missing(world.coordinator, agreed.case) == [Missing.REVIEW]
    review(world, agreed, decision="continue")
    assert missing(world.coordinator, agreed.case) == []


def go_missing(world, case):
    return note_missing(
        by=world.social_worker,
        person_id=case.person_id,
        missing_from=timezone.now() - timedelta(hours=3),
        last_seen_where="At the bus station",
        last_seen_by="Tess Archer",
        danger="not_known",
        why_not_reported="The police are being rung now",
    )


def test_no_case_is_closed_while_the_child_is_missing(world, agreed):
    review(world, agreed, decision="continue")
    episode = go_missing(world, agreed.case)
    assert missing(world.coordinator, agreed.case) == [Missing.CHILD]
    with pytest.raises(Refused, match="The child is missing now"):
        close(world, agreed.case)
    back = {
        "found_where": "At home",
        "found_by": "Her aunt",
        "condition": "Tired",
        "check_by_police": "not_known",
    }
    note_found(by=world.social_worker, episode_id=episode.pk, found_at=timezone.now(), **back)
    assert missing(world.coordinator, agreed.case) == []


def test_no_plan_ends_while_the_child_is_missing(world, agreed):
    go_missing(world, agreed.case)
    with pytest.raises(Refused, match="The child is missing now"):
        review(world, agreed)
    assert review(world, agreed, decision="continue").plan.state == "agreed"


def test_the_page_of_closing_leads_to_the_episode_of_a_child_who_is_missing(client, world, agreed):
    review(world, agreed, decision="continue")
    episode = go_missing(world, agreed.case)
    client.force_login(world.coordinator)
    page = client.get(reverse("case_close", kwargs={"case_id": agreed.case_id})).text
    assert "The child is missing now." in page
    assert reverse("episode", kwargs={"episode_id": episode.pk}) in page


def test_an_assessment_that_is_not_signed_stands_in_the_way(world, assessment):
    assert missing(world.coordinator, assessment.case) == [Missing.ASSESSMENT, Missing.SIGNED]


def test_without_a_plan_a_signed_assessment_is_the_evidence(world, signed):
    assert missing(world.coordinator, signed.case) == []
    close(world, signed.case)
    with pytest.raises(Refused, match="closed already"):
        close(world, signed.case)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"view": ChildsView()}, "Add what the child says about closing"),
        ({"reason": " "}, "Say why the case can be closed"),
        ({"contact_afterwards": " "}, "Say whom the child can turn to"),
        ({"told_child": ""}, "Say what the child was told"),
        ({"open_again_if": ""}, "Say what would make you open"),
    ],
)
def test_closing_without_the_childs_view_or_a_reason_changes_nothing(world, agreed, given, why):
    review(world, agreed, decision="continue")
    with pytest.raises(Refused, match=why):
        close(world, agreed.case, **given)
    assert open_case_of(world.coordinator, agreed.case.person_id) == agreed.case
    assert Plan.objects.get().state == "agreed"


def test_only_who_leads_the_case_closes_it(world, signed):
    for user in (world.social_worker, world.teacher):
        with pytest.raises(Refused, match="Only a co-ordinator or supervisor"):
            close(world, signed.case, by=user)
    with pytest.raises(Hidden):
        close(world, signed.case, by=world.officer)
    with pytest.raises(Hidden):
        close(world, signed.case, by=world.administrator)


def test_a_case_opens_again_with_a_reason_and_keeps_its_story(world, signed):
    first = signed.case
    close(world, first)
    with pytest.raises(Refused, match="Say why the case opens again"):
        actions.reopen_case(by=world.supervisor, case_id=first.pk, reason=" ")
    with pytest.raises(Refused, match="opens it again"):
        actions.reopen_case(by=world.social_worker, case_id=first.pk, reason="Away again")
    with pytest.raises(Hidden):
        actions.reopen_case(by=world.officer, case_id=first.pk, reason="Away again")
    again = actions.reopen_case(by=world.supervisor, case_id=first.pk, reason="Away from school again")
    assert again.pk == first.pk
    with pytest.raises(Refused, match="open already"):
        actions.reopen_case(by=world.supervisor, case_id=first.pk, reason="Away again")
    assert periods_of(world.supervisor, first.person_id).count() == 1
    new = assessing.start_assessment(by=world.social_worker, case_id=first.pk)
    assert new.case_id == first.pk


def test_a_worry_about_a_child_whose_case_was_closed_opens_the_same_case(world, signed):
    close(world, signed.case)
    worry = tell(world, signed.case)
    decided = telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="open_case",
        reason="They are back",
        feedback="Thank you",
        why_without_words="Not met yet",
    )
    assert decided.case == signed.case
    assert open_case_of(world.coordinator, worry.person_id).why_opened == "They are back"


def test_whoever_decides_on_a_worry_reads_that_the_closed_case_opens_again(client, world, signed):
    close(world, signed.case)
    worry = tell(world, signed.case)
    client.force_login(world.coordinator)
    page = client.get(reverse("concern_decide", kwargs={"concern_id": worry.pk})).text
    assert f"it is the same one again: {signed.case.reference}" in page
    assert reverse("case_story", kwargs={"case_id": signed.case_id}) in page


def test_the_clock_of_a_new_assessment_runs_from_the_worry_that_opened_the_case_again(world, signed):
    Concern.objects.update(told_at=timezone.now() - timedelta(days=100))
    close(world, signed.case)
    worry = tell(world, signed.case)
    telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="open_case",
        reason="They are back",
        feedback="Thank you",
        why_without_words="Not met yet",
    )
    new = assessing.start_assessment(by=world.social_worker, case_id=signed.case_id)
    assert new.due_on == due_on(load.current().clock("assessment"), timezone.localdate())


def test_no_plan_is_agreed_in_a_closed_case(world, draft_plan):
    """Cases that were closed before closing asked about drafts have them."""
    Case.objects.update(state="closed")
    with pytest.raises(Refused, match="This case is closed"):
        agree_plan(by=world.social_worker, plan_id=draft_plan.pk, review_on=in_days(30), view=UNHEARD)
