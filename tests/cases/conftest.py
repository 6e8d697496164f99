"""A child whose worry has become a case, and what the later stages made of it. Everything through the actions."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from tests.again import written_once

from heard.agencies.models import User
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment, AssessmentObservation
from heard.cases.case.models import Case
from heard.cases.case.queries import words_of
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.plan import actions as planning
from heard.cases.plan.models import Plan
from heard.cases.words.rules import ChildsView
from heard.network.actions import involve

SAID = {
    "text": "They wait for me after school.",
    "heard_by": "Tess Archer, teacher",
    "heard_on": date(2026, 3, 2),
}


@pytest.fixture
@written_once
def worry(world) -> Concern:
    """Told by the teacher: one sign seen, one vulnerability seen, and the child's words."""
    return telling.tell(
        by=world.teacher,
        new_person={"given_name": "Mina", "family_name": "Okoro", "birth_date": date(2011, 5, 4)},
        seen_and_heard="She left school with people whom we do not know.",
        observations=[
            Observed("S06", "seen", date(2026, 3, 2), "School register", "Away on three Mondays"),
            Observed("V03", "seen", date(2026, 2, 1), "Class teacher", "Her grandmother died"),
            Observed("S02", "not_known"),
        ],
        words=SAID,
        danger_now="no",
    )


@pytest.fixture
@written_once
def case(world, worry) -> Case:
    """The school and the children's services are involved; the police are not."""
    involve(by=world.teacher, person=worry.person, agency=world.care, why="Takes worries")
    decided = telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="open_case",
        reason="Signs seen",
        feedback="Thank you. A social worker has begun to work with her",
    )
    assert decided.case is not None
    return decided.case


@pytest.fixture
@written_once
def assessment(world, case) -> Assessment:
    return assessing.start_assessment(by=world.social_worker, case_id=case.pk)


def note_observation(
    *, by: User, assessment_id: UUID, item: str, state: str, words: str = "", **when: Any
) -> AssessmentObservation:
    """Marks one sign or vulnerability; `when`: seen_on and source."""
    mark = Observed(item, state, words=words, **when)
    assessment = assessing.note_observations(by=by, assessment_id=assessment_id, marks=[mark])
    return assessment.observations.get(item=item)


def fill(assessment: Assessment, by: User) -> Assessment:
    """Every part that has to be there before it can be submitted."""
    this = {"by": by, "assessment_id": assessment.pk}
    assessing.save_judgement(**this, text="People older than her are grooming her, and she is afraid.")
    heard = words_of(by, assessment.case.person_id).first()
    assessing.save_childs_view(**this, view=ChildsView(words_id=heard.pk))
    note_observation(**this, item="S10", state="not_known")
    return assessing.save_what_is_not_known(**this, text="Who gives her things: her school nurse will ask.")


@pytest.fixture
@written_once
def submitted(world, assessment) -> Assessment:
    fill(assessment, world.social_worker)
    return assessing.submit(by=world.social_worker, assessment_id=assessment.pk)


@pytest.fixture
@written_once
def signed(world, submitted) -> Assessment:
    return assessing.sign_off(by=world.supervisor, assessment_id=submitted.pk)


@pytest.fixture
@written_once
def draft_plan(world, signed) -> Plan:
    """One outcome with one action, ready to be agreed."""
    plan = planning.start_plan(by=world.social_worker, case_id=signed.case_id)
    outcome = planning.add_outcome(by=world.social_worker, plan_id=plan.pk, text="Mina gets home safely.")
    planning.add_action(
        by=world.social_worker,
        outcome_id=outcome.pk,
        what="Walk home with her",
        owner=world.teacher,
        due_on=timezone.localdate() + timedelta(days=7),
    )
    return plan


@pytest.fixture
@written_once
def agreed(world, draft_plan) -> Plan:
    return planning.agree_plan(
        by=world.social_worker,
        plan_id=draft_plan.pk,
        review_on=timezone.localdate() + timedelta(days=60),
        view=ChildsView(why_no_words="She wants to read it first."),
    )
