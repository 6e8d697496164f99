"""How far the work with a child is, as a caseload says it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from tests.conftest import World
from tests.home.test_work import ago

from heard.cases.caseload import queries
from heard.cases.caseload.rules import CaseloadFilter, Stage


def test_the_stage_is_how_far_the_plan_is(world: World, agreed: Any) -> None:
    def stage() -> str:
        return queries.team_caseload(world.coordinator, CaseloadFilter()).get().stage

    assert stage() == Stage.PLAN
    type(agreed).objects.update(review_on=ago(1))
    assert stage() == Stage.REVIEW_OVERDUE
    line = next(
        queries.lines(
            world.coordinator,
            queries.team_caseload(world.coordinator, CaseloadFilter()),
            timezone.localdate(),
        )
    )
    assert (str(line.due), line.overdue) == ("review", True)
    type(agreed).objects.update(state="ended", review_on=None)
    assert stage() == Stage.TO_PLAN
