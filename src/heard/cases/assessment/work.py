"""Assessments that wait for their writer or for a signature, and what somebody said they would find out."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList, at, due, due_by_field
from heard.cases.assessment import queries, rules
from heard.cases.assessment.models import Assessment, OpenQuestion
from heard.knowledge import load

SIGN_OFFS = WorkList(
    "sign-offs",
    _("Assessments that wait for your signature"),
    May.SIGN_OFF,
    queries.waiting_for_sign_off,
    lambda row: due(
        row.due_on,
        str(row.case.person),
        at("assessment", assessment_id=row.pk),
        str(row.author),
        load.current().clock("assessment"),
    ),
    due=due_by_field("due_on"),
    shows=("case__person", "author"),
    only_if=lambda user: Assessment.objects.filter(state=rules.State.SUBMITTED),
)
ASSESSMENTS = WorkList(
    "assessments",
    _("Assessments that you are writing"),
    May.ASSESS,
    queries.being_written_by,
    lambda row: due(
        row.due_on,
        str(row.case.person),
        at("assessment", assessment_id=row.pk),
        gettext("sent back") if row.state == rules.State.RETURNED else "",
        load.current().clock("assessment"),
        came_back=row.state == rules.State.RETURNED,
    ),
    due=due_by_field("due_on"),
    shows=("case__person",),
    only_if=lambda user: Assessment.objects.filter(author=user, state__in=rules.CHANGEABLE),
)
QUESTIONS = WorkList(
    "questions",
    _("What you said you would find out"),
    May.ASSESS,
    queries.questions_to_find_out,
    lambda row: due(row.by_on, row.text, at("question", question_id=row.pk), str(row.assessment.case.person)),
    due=due_by_field("by_on"),
    shows=("assessment__case__person",),
    only_if=lambda user: OpenQuestion.objects.filter(owner=user),
)
