"""A new assessment in a case that has one already: by when it is due, and what it holds from worries."""

from datetime import date

from django.utils import timezone
from tests.cases.conftest import fill
from tests.cases.later import later

from heard.cases.assessment import actions
from heard.cases.case.rules import Observed, due_on
from heard.cases.concern import actions as telling
from heard.knowledge import load


def tell(world, case):
    return telling.tell(
        by=world.teacher,
        person_id=case.person_id,
        seen_and_heard="She was given a phone.",
        observations=[Observed("S07", "seen", date(2026, 3, 3), "Class teacher", "A new phone")],
        why_no_words="She was in class.",
        danger_now="no",
    )


def join(world, worry):
    return telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="add_to_case",
        reason="The team looks at it",
        feedback="Thank you",
        why_without_words="Not met yet",
    )


def start(world, case):
    return actions.start_assessment(by=world.social_worker, case_id=case.pk)


def in_time(start_on):
    return due_on(load.current().clock("assessment"), start_on)


def test_a_reassessment_is_due_counted_from_its_start(world, signed):
    with later(90):
        assert start(world, signed.case).due_on == in_time(timezone.localdate())


def test_a_reassessment_after_a_worry_is_due_counted_from_that_worry(world, signed):
    with later(80):
        join(world, tell(world, signed.case))
        told_on = timezone.localdate()
    with later(90):
        assert start(world, signed.case).due_on == in_time(told_on)


def test_a_worry_told_before_an_assessment_and_decided_after_it_is_in_the_next(world, case):
    worry = tell(world, case)
    first = start(world, case)
    fill(first, world.social_worker)
    assert not first.observations.filter(item="S07").exists()
    join(world, worry)
    actions.submit(by=world.social_worker, assessment_id=first.pk)
    actions.sign_off(by=world.supervisor, assessment_id=first.pk)
    assert start(world, case).observations.get(item="S07").state == "seen"
