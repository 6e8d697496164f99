"""Supervision to hold, prepare and read, for the two whom it is for; and what they said in it that they would do."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.supervision import queries, rules
from heard.cases.supervision.models import Supervision, SupervisionAction

SUPERVISION = WorkList(
    "supervision", _("Supervision"), May.SIGNED_IN,
    lambda user: queries.waiting_for(user).annotate(leads=Q(supervisor=user)),
    "supervision", lambda row: row.worker if row.leads else row.supervisor, lambda row: _("Supervision") if row.state == rules.SupervisionState.PLANNED else _("Read the record, and say that you have"),
    shows=("worker", "supervisor"),
    due=lambda day: Q(state=rules.SupervisionState.PLANNED, planned_on__lte=day),
    on=lambda row: row.planned_on if row.state == rules.SupervisionState.PLANNED else None,
    only_if=lambda user: Supervision.objects.filter(Q(worker=user) | Q(supervisor=user)),
)  # fmt: skip
ACTIONS = WorkList(
    "supervision-actions", _("What you said in supervision that you would do"), May.SIGNED_IN, queries.actions_to_do,
    "supervision", "supervision.supervisor", "what", of="supervision_id", due="due_on",
    note=_("said in supervision"), shows=("supervision__supervisor",),
    only_if=lambda user: SupervisionAction.objects.filter(owner=user, done_on=None),
    done=lambda row: reverse("supervision_action_done", args=[row.supervision_id, row.pk]),
)  # fmt: skip
