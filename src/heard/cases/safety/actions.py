"""Writing a safety plan, and opening it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.cases.case.models import Case
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to, why_not_after_death
from heard.cases.safety import queries
from heard.cases.safety.models import SafetyPlan

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def write_safety_plan(
    *,
    by: User,
    case_id: uuid.UUID,
    getting_worse: str,
    what_to_do: str,
    who_to_call: str,
    safe_places: str = "",
    child_agreed: str = "",
    why_not_with_child: str = "",
    at: datetime | None = None,
) -> SafetyPlan:
    """A new version, in force from now on. Those before stay as they are."""
    Case.objects.select_for_update().filter(pk=case_id).first()
    case = case_visible_to(by, case_id)
    said = {"getting_worse": getting_worse, "what_to_do": what_to_do, "who_to_call": who_to_call}
    said |= {"child_agreed": child_agreed, "why_not_with_child": why_not_with_child}
    refuse(why_not_after_death(by, case.person_id))
    refuse(queries.why_not_write(by, case, **said))
    last = queries.in_force(by, case_id)
    plan = SafetyPlan.objects.create(
        case=case,
        version=last.version + 1 if last else 1,
        safe_places=safe_places,
        written_by=by,
        written_at=at or timezone.now(),
        **said,
    )
    _audit(by, "write", case, version=plan.version)
    announce(by=by, kind=Notified.SAFETY_PLAN, subject="safety", subject_id=case.pk, person_id=case.person_id)
    return plan


@transaction.atomic
def open_safety_plan(*, by: User, case_id: uuid.UUID, verb: str = "view") -> tuple[Case, list[SafetyPlan]]:
    """The case and every version, the one in force first, for showing or (`verb="print"`) printing them."""
    case = case_visible_to(by, case_id)
    _audit(by, verb, case)
    return case, list(queries.versions_of(by, case_id))


def _audit(by: User, verb: str, case: Case, **detail: int) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="safety plan",
        subject_id=case.pk,
        person_id=case.person_id,
        detail=detail,
    )
