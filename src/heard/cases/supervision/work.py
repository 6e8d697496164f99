"""Supervision to hold, prepare and read, for the two whom it is for; and what they said in it that they would do."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.supervision import queries, rules
from heard.cases.supervision.models import Supervision, SupervisionAction


def _line(row: Any) -> Waiting:
    is_planned = row.state == rules.State.PLANNED
    return due(
        row.planned_on if is_planned else None,
        str(row.worker if row.is_supervisor else row.supervisor),
        at("supervision", supervision_id=row.pk),
        "" if is_planned else gettext("read the record, and say that you have"),
    )


SUPERVISION = WorkList(
    "supervision",
    _("Supervision"),
    May.SIGNED_IN,
    lambda user: queries.waiting_for(user).annotate(is_supervisor=Q(supervisor=user)),
    _line,
    due=lambda day: Q(state=rules.State.PLANNED, planned_on__lte=day),
    shows=("worker", "supervisor"),
    only_if=lambda user: Supervision.objects.filter(Q(worker=user) | Q(supervisor=user)),
)
ACTIONS = WorkList(
    "supervision-actions",
    _("What you said in supervision that you would do"),
    May.SIGNED_IN,
    queries.actions_to_do,
    lambda row: due(row.due_on, row.what, at("supervision", supervision_id=row.supervision_id)),
    due=due_by_field("due_on"),
    only_if=lambda user: SupervisionAction.objects.filter(owner=user, done_on=None),
)
