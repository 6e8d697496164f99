"""Statutory deadlines, for those who see to it and for their team."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.clocks import queries
from heard.cases.clocks.models import ClockRun

CLOCKS = WorkList(
    "clocks", _("Statutory deadlines"), May.PLAN, queries.clocks_due, "clocks", "case.person",
    of="case_id", due="due_on", clock=queries.clock_of, shows=("case__person",),
    only_if=lambda user: ClockRun.objects.filter(met_on=None, ended_on=None),
)  # fmt: skip
TEAMS_OVERDUE = WorkList(
    "clocks", _("Statutory deadlines that are overdue"), May.SEE_TEAM, queries.overdue_in_team, "clocks", "case.person",
    of="case_id", due="due_on", clock=queries.clock_of,
)  # fmt: skip
