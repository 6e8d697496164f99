"""The seven days of a report that would put the child at risk sooner, as its own row says them, for the clocks of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from heard.cases.clocks.rules import Run
from heard.cases.reporting.queries import STANDS, reports_of
from heard.cases.reporting.rules import CLOCK, Delay

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case


def clocks(user: User, case: Case) -> Iterator[Run]:
    """One query beside who may see the child."""
    for report in reports_of(user, case.person_id).filter(STANDS, delay=Delay.RISK):
        met_on = timezone.localdate(report.reported_at) if report.reported_at else None
        yield Run(CLOCK, report.release, timezone.localdate(report.known_at), report.due_on, met_on=met_on)
