"""What a rule asks for by a day, for those who see to it and for their team."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.clocks import queries
from heard.cases.clocks.models import ClockRun


def _line(row: Any) -> Waiting:
    href = at("clocks", case_id=row.case_id)
    return due(row.due_on, str(row.case.person), href, clock=queries.clock_of(row))


CLOCKS = WorkList(
    "clocks",
    _("What a rule asks for by a day"),
    May.PLAN,
    queries.clocks_due,
    _line,
    due=due_by_field("due_on"),
    shows=("case__person",),
    only_if=lambda user: ClockRun.objects.filter(met_on=None, ended_on=None),
)
TEAMS_OVERDUE = WorkList(
    "clocks",
    _("What a rule asked for, and is overdue"),
    May.SEE_TEAM,
    queries.overdue_in_team,
    _line,
)
