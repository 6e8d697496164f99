"""Assessments that wait for their writer or for a signature, and what somebody said they would find out."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.assessment import queries, rules
from heard.cases.assessment.models import Assessment

SIGN_OFFS = WorkList(
    "sign-offs", _("Assessments that wait for your signature"), May.SIGN_OFF, queries.waiting_for_sign_off,
    "assessment", "case.person", _("Assessment to sign"), by="author", whose=_("supervisors"), due="due_on", clock="assessment", shows=("case__person", "author"),
    only_if=lambda user: Assessment.objects.filter(state=rules.SigningState.SUBMITTED),
    child="case__person",
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
