"""Worries that wait for somebody."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.concern import queries
from heard.cases.concern.models import Concern, ConcernStep
from heard.govuk.environment import time
from heard.knowledge import load

DECISIONS = WorkList(
    "decisions",
    _("Worries that wait for a decision"),
    May.DECIDE,
    queries.to_decide_first,
    lambda row: due(
        row.due_on,
        row.whom,
        at("concern", concern_id=row.pk),
        row.agency.name,
        load.current().clock("concern_decision"),
        in_danger=row.danger_now == Concern.Danger.YES,
    ),
    due=due_by_field("due_on"),
    shows=("person", "place", "group", "agency"),
    only_if=lambda user: Concern.objects.filter(state=Concern.State.TOLD),
)
TOLD_BACK = WorkList(
    "told",
    _("What became of what you told"),
    May.TELL,
    queries.not_read_yet,
    lambda row: Waiting(
        row.whom,
        at("concern", concern_id=row.pk),
        gettext("decided %(time)s") % {"time": time(row.decided_at)},
    ),
    shows=("person", "place", "group"),
    only_if=lambda user: Concern.objects.filter(
        told_by=user, state=Concern.State.DECIDED, feedback_read_at=None
    ),
)
STEPS = WorkList(
    "steps",
    _("Steps about places and groups that you said you would take"),
    May.TELL,
    queries.steps_due,
    lambda row: due(row.due_on, row.what, at("concern_step", concern_id=row.concern_id), row.concern.whom),
    due=due_by_field("due_on"),
    shows=("concern__person", "concern__place", "concern__group"),
    only_if=lambda user: ConcernStep.objects.filter(owner=user, state=ConcernStep.State.OPEN),
)
