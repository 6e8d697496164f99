"""A case that was closed and opened again begins anew: its plan, its assessment, its reviews and its clocks."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cases.conftest import fill, note_observation
from tests.cases.later import later
from tests.cases.review.test_closing import close, missing, review

from heard.agencies.rules import Refused
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.queries import seen_before_and_not_marked
from heard.cases.case.models import Case
from heard.cases.clocks import queries as clocks
from heard.cases.clocks.actions import correct_moment, note_moment
from heard.cases.clocks.models import ClockRun
from heard.cases.plan import actions as planning
from heard.cases.plan.queries import draft_plan as draft_of
from heard.cases.review import actions
from heard.cases.review.rules import Missing
from heard.cases.words.rules import ChildsView


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def assess(world, case):
    new = assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    fill(new, world.social_worker)
    for item in seen_before_and_not_marked(world.social_worker, new):
        mark = {"item": item, "state": "not_known", "words": "Nobody has asked her again."}
        note_observation(by=world.social_worker, assessment_id=new.pk, **mark)
    assessing.submit(by=world.social_worker, assessment_id=new.pk)
    return assessing.sign_off(by=world.supervisor, assessment_id=new.pk)


def reopen(world, case):
    actions.reopen_case(by=world.coordinator, case_id=case.pk, reason="She asked us to.")
    case.refresh_from_db()
    return case


@pytest.fixture
def reopened(world, agreed):
    """Closed on a review, and open again: the plan, the review and the assessment are of the work before."""
    review(world, agreed)
    close(world, agreed.case)
    return reopen(world, agreed.case)


def plan_for(world, case):
    plan = planning.start_plan(by=world.social_worker, case_id=case.pk)
    outcome = planning.add_outcome(by=world.social_worker, plan_id=plan.pk, text="Mina sleeps well.")
    planning.add_action(
        by=world.social_worker, outcome_id=outcome.pk, what="Call", owner=world.teacher, due_on=in_days(9)
    )
    return plan


def agree(world, plan):
    view = ChildsView(why_no_words="She is away this week.")
    return planning.agree_plan(by=world.social_worker, plan_id=plan.pk, review_on=in_days(60), view=view)


def test_of_two_closed_cases_of_one_child_the_named_one_opens_again(world, agreed):
    """Two records of one child, each with a case of its own, can be merged."""
    review(world, agreed)
    close(world, agreed.case)
    later_one = Case.objects.create(
        reference="C-BBB-CCC",
        person=agreed.case.person,
        state="closed",
        lead_team=agreed.case.lead_team,
        opened_at=timezone.now(),
        opened_by=world.coordinator,
    )
    assert reopen(world, agreed.case).state == "open"
    later_one.refresh_from_db()
    assert later_one.state == "closed"


def test_a_case_is_not_closed_over_a_draft(world, agreed):
    review(world, agreed, decision="change_plan")
    assert missing(world.coordinator, agreed.case) == [Missing.DRAFT]
    with pytest.raises(Refused, match="discard"):
        close(world, agreed.case)
    planning.discard_plan(
        by=world.social_worker,
        plan_id=draft_of(world.social_worker, agreed.case_id).pk,
        reason="Help ends.",
    )
    close(world, agreed.case)


def test_a_draft_from_before_the_case_was_closed_can_be_agreed_or_discarded(world, agreed):
    """Cases that were closed before closing asked about drafts have them."""
    review(world, agreed, decision="change_plan")
    draft = draft_of(world.social_worker, agreed.case_id)
    planning.end_plan(by=world.social_worker, plan_id=agreed.pk)
    assess(world, agreed.case)
    outcome = draft.outcomes.get()
    planning.add_action(
        by=world.social_worker, outcome_id=outcome.pk, what="Call", owner=world.teacher, due_on=in_days(9)
    )
    agree(world, draft)
    agreed.refresh_from_db()
    assert agreed.state == "ended"


def test_a_plan_rests_on_an_assessment_signed_since_the_case_opened_again(world, reopened):
    plan = plan_for(world, reopened)
    with pytest.raises(Refused, match="since this case was opened"):
        agree(world, plan)
    signed = assess(world, reopened)
    assert agree(world, plan).assessment == signed


def test_a_reopened_case_is_closed_on_a_fresh_assessment(world, reopened):
    assert missing(world.coordinator, reopened) == [Missing.SIGNED]
    assess(world, reopened)
    assert missing(world.coordinator, reopened) == []
    close(world, reopened)


def test_closing_ends_the_clocks(world, agreed):
    note_moment(by=world.social_worker, case_id=agreed.case_id, kind="looked_after", on=in_days(0))
    review(world, agreed)
    close(world, agreed.case)
    run = ClockRun.objects.get()
    assert (run.ended_on, run.met_on, run.stopped_by) == (in_days(0), None, None)
    assert not clocks.running_visible_to(world.social_worker).exists()


def test_a_correction_in_a_closed_case_starts_no_clock(world, agreed):
    moment = note_moment(by=world.social_worker, case_id=agreed.case_id, kind="looked_after", on=in_days(0))
    review(world, agreed)
    close(world, agreed.case)
    correct_moment(
        by=world.social_worker,
        moment_id=moment.pk,
        happened=True,
        kind="looked_after",
        on=in_days(-1),
        why="It was a day before.",
    )
    assert not clocks.running_visible_to(world.social_worker).exists()


def test_a_reopened_case_starts_its_clocks_anew(world, agreed):
    moment = note_moment(by=world.social_worker, case_id=agreed.case_id, kind="looked_after", on=in_days(0))
    review(world, agreed)
    close(world, agreed.case)
    with later(10):
        reopen(world, agreed.case)
        note_moment(by=world.social_worker, case_id=agreed.case_id, kind="school_moved", on=in_days(-20))
        note_moment(by=world.social_worker, case_id=agreed.case_id, kind="looked_after_review", on=in_days(0))
        runs = {run.clock: run for run in ClockRun.objects.all()}
        first = runs["looked_after_review_first"]
        assert (first.met_on, first.ended_on) == (None, moment.on)
        assert runs["school_file"].ended_on is None
        assert runs["looked_after_review_second"].ended_on is None


def test_reviews_of_the_work_before_do_not_count_for_the_next(world, reopened):
    """The first review of a looked-after child since the case opened again is the first."""
    reopened.person.legal_status = "looked_after"
    reopened.person.save()
    assess(world, reopened)
    plan = agree(world, plan_for(world, reopened))
    with pytest.raises(Refused, match="later than its deadline allows"):
        review(world, plan, decision="continue", next_review_on=in_days(150))
