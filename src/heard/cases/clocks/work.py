"""Statutory deadlines, for those who see to it and for their team."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case.queries import working
from heard.cases.case.work import worker_of, workers_at
from heard.cases.clocks import queries
from heard.cases.clocks.models import ClockRun


def _rule(row: ClockRun) -> str:
    return queries.clock_of(row).label


CLOCKS = WorkList(
    "clocks", _("Statutory deadlines"), May.PLAN, queries.clocks_due, "clocks", "case.person",
    _rule, of="case_id", whose=lambda row: worker_of(row.case), own=lambda user: working(user, "case__"), due="due_on", clock=queries.clock_of,
    shows=("case__person", *workers_at("case")),
    only_if=queries.clocks_near,
    child="case__person",
)  # fmt: skip
TEAMS_OVERDUE = WorkList(
    "clocks", _("Statutory deadlines that are overdue"), May.SEE_TEAM, queries.overdue_in_team, "clocks", "case.person",
    _rule, of="case_id", whose=lambda row: worker_of(row.case), due="due_on", clock=queries.clock_of,
    shows=("case__person", *workers_at("case")),
    child="case__person",
)  # fmt: skip
