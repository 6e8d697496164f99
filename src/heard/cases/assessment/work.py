"""Assessments that wait for their writer or for a signature, and what somebody said they would find out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.assessment import queries, rules
from heard.cases.assessment.models import Assessment
from heard.cases.case.queries import working
from heard.cases.case.rules import latest_start
from heard.cases.case.work import WORKERS, worker_of
from heard.knowledge import load

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User
    from heard.cases.case.models import Case


def _to_sign_by(day: date) -> Q:
    return Q(led_at__date__lte=latest_start(load.current().clock("assessment"), day))


def _overdue_to_begin(user: User) -> QuerySet[Case]:
    return queries.to_begin_in_team(user).filter(_to_sign_by(timezone.localdate() - timedelta(days=1)))


SIGN_OFFS = WorkList(
    "sign-offs", _("Assessments that wait for your signature"), May.SIGN_OFF, queries.waiting_for_sign_off,
    "assessment", "case.person", _("Assessment to sign"), by="author", whose=_("supervisors"), due="due_on", clock="assessment", shows=("case__person", "author"),
    only_if=lambda user: Assessment.objects.filter(state=rules.SigningState.SUBMITTED),
    child="case__person",
)  # fmt: skip
TO_BEGIN = WorkList(
    "assessments-to-begin", _("Assessments to begin"), May.ASSESS, queries.to_begin,
    "assessment_start", "person", _("Begin the assessment"), whose=worker_of, own=working, due=_to_sign_by, on=queries.sign_by,
    clock="assessment", shows=("person", *WORKERS), only_if=queries.to_begin_near,
    child="person",
)  # fmt: skip
TEAMS_TO_BEGIN = WorkList(
    "assessments-to-begin", _("Overdue assessments that nobody has begun"), May.SEE_TEAM, _overdue_to_begin,
    "assessment_start", "person", _("Begin the assessment"), whose=worker_of, due=_to_sign_by, on=queries.sign_by,
    clock="assessment", shows=("person", *WORKERS),
    child="person",
)  # fmt: skip
ASSESSMENTS = WorkList(
    "assessments", _("Assessments that you are writing"), May.ASSESS, queries.being_written_by,
    "assessment", "case.person", _("Finish the assessment"), due="due_on", clock="assessment", shows=("case__person",),
    ahead=lambda row: First.BACK if row.state == rules.SigningState.RETURNED else None,
    only_if=lambda user: Assessment.objects.filter(author=user, state__in=rules.CHANGEABLE),
    child="case__person",
)  # fmt: skip
TEAMS_OVERDUE = WorkList(
    "assessments-overdue", _("Assessments that are overdue"), May.SEE_TEAM, queries.overdue_in_team, "assessment", "case.person",
    lambda row: row.get_state_display(), whose="author", due="due_on", clock="assessment", shows=("case__person", "author"),
    child="case__person",
)  # fmt: skip
QUESTIONS = WorkList(
    "questions", _("What you said you would find out"), May.ASSESS, queries.questions_to_find_out, "question",
    "assessment.case.person", "text", note=_("to find out"), whose="owner", own=lambda user: Q(owner=user), due="by_on",
    shows=("assessment__case__person", "owner"), only_if=queries.questions_near,
    child="assessment__case__person",
)  # fmt: skip
