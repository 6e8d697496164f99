"""Every clock of a case: those that moments started, and those that the rows of other stages say. `user` comes first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from heard.cases.assessment.clocks import clocks as assessments
from heard.cases.case.queries import case_visible_to
from heard.cases.clocks.models import ClockRun
from heard.cases.clocks.rules import GIVEN, Run
from heard.cases.concern.clocks import clocks as worries
from heard.cases.missing.clocks import clocks as interviews
from heard.cases.referral.clocks import clocks as referrals
from heard.cases.reporting.clocks import clocks as reports
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.knowledge.model import Clock

_DRAWN: Final = (worries, assessments, interviews, referrals, reports)


@dataclass(frozen=True)
class Timed:
    """One clock of a case as a page shows it. `days_left` of one that runs, below nought when overdue; `late_by` in
    calendar days, 0 where it was or is in time. `not_known`: what we do not know of the rule today, whatever release it goes by."""

    clock: Clock
    not_known: str
    run: Run
    days_left: int
    late_by: int


def clocks_of(user: User, case_id: uuid.UUID, *, today: date | None = None) -> list[Timed]:
    """Those that run, first due first; then the others, the latest first. `Hidden` unless the user may see the case. A
    fixed number of queries."""
    case = case_visible_to(user, case_id)
    now = today or timezone.localdate()
    runs = [_run(row) for row in ClockRun.objects.filter(case=case)]
    runs += [run for clocks in _DRAWN for run in clocks(user, case)]
    running = sorted((run for run in runs if run.is_running), key=lambda run: (run.due_on, run.clock))
    over = sorted((run for run in runs if not run.is_running), key=lambda run: run.due_on, reverse=True)
    return [_timed(run, now) for run in (*running, *over)]


def _timed(run: Run, today: date) -> Timed:
    clock = load.release(run.release).clock(run.clock)
    not_known = load.current().clock(run.clock).not_known
    return Timed(clock, not_known, run, (run.due_on - today).days, run.late_by(today))


def _run(row: ClockRun) -> Run:
    return Run(
        clock=row.clock,
        release=row.release,
        started_on=row.started_on,
        due_on=row.due_on,
        met_on=row.met_on,
        ended_on=row.ended_on,
        given=row.clock in GIVEN,
        started_by=row.started_by_id,
        stopped_by=row.stopped_by_id,
    )
