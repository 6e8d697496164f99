"""Where a story begins, made through the actions where the clicks have a story of their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import User
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment
from heard.cases.case import actions as casework
from heard.cases.case.models import Case
from heard.cases.case.queries import words_of
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.plan import actions as planning
from heard.cases.plan.models import Plan
from heard.cases.words.rules import ChildsView

HOME = "I want to walk home without looking behind me."
BETTER = "Amira walks home without being afraid."
WALK = "Walk home with her on Mondays and Fridays"


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def told(world: World, *, by: User | None = None, **whom: Any) -> Concern:
    """A worry about Amira, with a sign, a vulnerability and her own words."""
    new = {"given_name": "Amira", "family_name": "Khan", "birth_date": date(2011, 3, 2)}
    teacher = f"{world.teacher.get_full_name()}, teacher"
    return telling.tell(
        by=by or world.teacher,
        seen_and_heard="She came back after lunch in a car that nobody at school knows, and was upset.",
        observations=[
            Observed("S10", "seen", ago(30), teacher, "A new phone that she hides"),
            Observed("S06", "seen", ago(24), "School register", "Away on four Mondays in a row"),
            Observed("V03", "seen", ago(110), "Aunt", "Her grandmother died in the summer"),
            Observed("S01", "not_seen"),
        ],
        words={"text": HOME, "heard_by": teacher, "heard_on": ago(24)},
        danger_now="no",
        **(whom or {"new_person": new}),
    )


def opened(world: World) -> Case:
    """The worry is decided: a case, led by the exploitation team, with a worker who is allocated and whom she trusts."""
    concern = telling.decide(
        by=world.coordinator,
        concern=told(world),
        decision="open_case",
        reason="Two signs, and she is afraid on her way home.",
        feedback="A social worker meets her this week. You were right to tell.",
    )
    assert concern.case is not None
    this = {"by": world.coordinator, "case_id": concern.case.pk, "worker": world.social_worker}
    casework.allocate_worker(**this)
    casework.assign_trusted_worker(**this)
    return Case.objects.get(pk=concern.case.pk)


def assessed(world: World, case: Case | None = None) -> Assessment:
    """Signed off by the supervisor."""
    case = case or opened(world)
    assessment = assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    this: dict[str, Any] = {"by": world.social_worker, "assessment_id": assessment.pk}
    assessing.save_judgement(
        **this, text="Somebody older waits for her after school, and she is afraid of him."
    )
    assessing.save_childs_view(**this, view=ChildsView(words_id=_words(world, case)))
    assessing.submit(**this)
    return assessing.sign_off(by=world.supervisor, assessment_id=assessment.pk)


def planned(world: World, case: Case | None = None) -> Plan:
    """Agreed, with one outcome and one action of the teacher's."""
    assessment = assessed(world, case)
    worker = world.social_worker
    plan = planning.start_plan(by=worker, case_id=assessment.case_id)
    outcome = planning.add_outcome(by=worker, plan_id=plan.pk, text=BETTER)
    planning.add_action(by=worker, outcome_id=outcome.pk, what=WALK, owner=world.teacher, due_on=ago(-7))
    view = ChildsView(words_id=_words(world, assessment.case))
    return planning.agree_plan(by=worker, plan_id=plan.pk, review_on=ago(-60), view=view)


def _words(world: World, case: Case) -> Any:
    return words_of(world.social_worker, case.person_id).first().pk
