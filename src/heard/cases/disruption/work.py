"""Steps against people and places that harm, for those who take them."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.disruption import queries
from heard.cases.disruption.models import DisruptionStep


def whose_is(row: DisruptionStep) -> Any:
    return row.owner or _("nobody yet")


def _next(row: Any) -> Any:
    if row.is_against_a_child:
        return _("Used against a child: end it. %(power)s")
    return _("It ends: %(power)s") if row.next_on == row.ends_on else _("Look at it again: %(power)s")


DISRUPTION = WorkList(
    "disruption", _("Disruption steps that are yours"), May.PLAN, queries.steps_due,
    "disruption", "case.person", "what", of="case_id", due="due_on", shows=("case__person", "owner"),
    whose=whose_is, own=lambda user: Q(owner=user),
    only_if=queries.steps_near, later=queries.where_put_off, done=queries.where_done,
)  # fmt: skip
OF_CONTEXTS = WorkList(
    "context-steps", _("Steps about places and groups that are yours"), May.PLAN, queries.context_steps_due,
    "context_step_finish", "context.whom", "what", note=lambda row: row.context.reference, due="due_on", shows=("context__place", "context__group", "owner"),
    whose=whose_is, own=lambda user: Q(owner=user),
    only_if=queries.context_steps_near, later=queries.where_put_off, done=queries.where_done,
)  # fmt: skip
GROUNDS = WorkList(
    "grounds", _("Steps that lost one of their grounds"), May.PLAN, queries.grounds_gone, "step_grounds",
    lambda row: row.case.person if row.case else row.context.whom,
    _("One of its grounds was withdrawn: does it still stand?"),
    note="what", shows=("case__person", "context__place", "context__group", "owner"),
    whose=whose_is,
    only_if=queries.grounds_near,
)  # fmt: skip
POWERS = WorkList(
    "powers", _("Powers that end, or are looked at again"), May.PLAN, queries.powers_due, "step_power",
    lambda row: row.case.person if row.case else row.context.whom,
    lambda row: _next(row) % {"power": row.power_label},
    note="what", due="next_on", shows=("case__person", "context__place", "context__group", "owner"),
    whose=whose_is,
    only_if=queries.powers_near,
)  # fmt: skip
