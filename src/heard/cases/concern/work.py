"""Worries that wait for somebody."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.concern import queries
from heard.cases.concern.models import Concern, ConcernStep, TellerQuestion
from heard.govuk.environment import time
from heard.network.queries import naming_something

DECISIONS = WorkList(
    "decisions", _("Worries that wait for a decision"), May.DECIDE, queries.to_decide_first, "concern", "whom",
    _("Decide on the worry"), whose=_("whoever decides"),
    note=lambda row: _("waiting for an answer from %(who)s") % {"who": row.told_by} if row.waits_for_teller else "", by="agency.name",
    due="due_on", clock="concern_decision", shows=("person", "place", "group", "agency", "told_by"),
    ahead=lambda row: First.DANGER if row.danger_now == Concern.Danger.YES else None,
    only_if=lambda user: Concern.objects.filter(state=Concern.State.TOLD),
)  # fmt: skip
NAMED = WorkList(
    "named", _("Worries that name a phone, car or account known from another record"), May.DECIDE, queries.naming_what_others_name,
    "concern", "whom", _("It names what another record names"), whose=_("whoever decides"),
    by="agency.name", due="due_on", shows=("person", "place", "group", "agency"),
    only_if=lambda user: Concern.objects.filter(pk__in=naming_something(user, "concern"), state=Concern.State.TOLD),
)  # fmt: skip
QUESTIONS = WorkList(
    "teller-questions", _("Questions about concerns that you told"), May.TELL, queries.questions_to_answer,
    "teller_question", "concern.whom", "text", note=_("asked about your concern"), due="due_on",
    shows=("concern__person", "concern__place", "concern__group"),
    only_if=lambda user: TellerQuestion.objects.filter(concern__told_by=user, answered_at=None, ended_at=None),
)  # fmt: skip
TOLD_BACK = WorkList(
    "told", _("Outcome of your concern"), May.TELL, queries.not_read_yet, "concern", "whom",
    _("Outcome of your concern"), note=lambda row: _("decided %(time)s") % {"time": time(row.decided_at)}, shows=("person", "place", "group"),
    only_if=lambda user: Concern.everything.filter(told_by=user, state=Concern.State.DECIDED, feedback_read_at=None).exclude(feedback=""),
)  # fmt: skip
STEPS = WorkList(
    "steps", _("Steps about places and groups that you said you would take"), May.TELL, queries.steps_due,
    "concern_step", "concern.whom", "what", of="concern_id", due="due_on",
    shows=("concern__person", "concern__place", "concern__group"),
    only_if=lambda user: ConcernStep.objects.filter(owner=user, state=ConcernStep.State.OPEN),
)  # fmt: skip
STAFF = WorkList(
    "staff", _("Worries about people who work with children"), May.TELL, queries.staff_worries_to_decide,
    "staff_worry", "whom", _("Worry about somebody who works with children"), by="agency.name", due="due_on", shows=("person", "place", "group", "agency"),
    ahead=lambda row: First.DANGER if row.danger_now == Concern.Danger.YES else None,
    only_if=queries.staff_worries_near,
)  # fmt: skip
