"""What may be read about safety plans. `user` is always the first argument."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from heard.agencies.rules import May
from heard.cases.case.queries import case_visible_to
from heard.cases.safety import rules
from heard.cases.safety.models import SafetyPlan
from heard.network.queries import visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case


def safety_plans_visible_to(user: User) -> QuerySet[SafetyPlan]:
    rows = SafetyPlan.objects.filter(visible_through(user, "case__person"))
    return rows.select_related("case__person", "written_by")


def versions_of(user: User, case_id: uuid.UUID) -> QuerySet[SafetyPlan]:
    """Every version of a case, the one in force first. `Hidden` unless the user may see the case."""
    return safety_plans_visible_to(user).filter(case=case_visible_to(user, case_id))


def in_force(user: User, case_id: uuid.UUID) -> SafetyPlan | None:
    return versions_of(user, case_id).first()


def why_not_begin(user: User, case: Case) -> str | None:
    """What stands in the way, apart from what the form itself asks for."""
    said = dict.fromkeys(("getting_worse", "what_to_do", "who_to_call", "child_agreed"), "said")
    return why_not_write(user, case, **said, why_not_with_child="")


def why_not_write(user: User, case: Case, **said: str) -> str | None:
    """`said`: what the rule asks for, by its names."""
    return rules.why_not_write(may_plan=user.may(May.PLAN), case_is_open=case.state == "open", **said)
