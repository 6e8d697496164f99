"""Actions of plans, for those who said they would do them and for their team."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.plan import queries

ACTIONS = WorkList(
    "actions", _("Your actions"), May.PLAN, queries.actions_due, "action", "outcome.plan.case.person",
    "what", whose="owner", own=lambda user: Q(owner=user), due="due_on", shows=("outcome__plan__case__person", "owner"),
    only_if=queries.actions_near,
    child="outcome__plan__case__person", later=queries.where_put_off, done=queries.where_done,
)  # fmt: skip
TEAMS_OVERDUE = WorkList(
    "actions", _("Actions that are overdue"), May.SEE_TEAM, queries.overdue_in_team, "action",
    "outcome.plan.case.person", "what", whose="owner", due="due_on", shows=("outcome__plan__case__person", "owner"),
    child="outcome__plan__case__person",
)  # fmt: skip
