"""The clock of each assessment, as its own row says it, and of one that nobody has begun, for the clocks of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from heard.cases.assessment.queries import assessments_of, to_begin_by
from heard.cases.clocks.rules import Run
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case


def clocks(user: User, case: Case) -> Iterator[Run]:
    """The row keeps until when it runs, and not from when: that was the day of the worry. Two queries."""
    begun = list(assessments_of(user, case.pk))
    for assessment in begun:
        if assessment.due_on:
            met_on = timezone.localdate(assessment.signed_at) if assessment.signed_at else None
            yield Run("assessment", assessment.release, None, assessment.due_on, met_on=met_on)
    waiting = [] if any(assessment.started_at >= case.opened_at for assessment in begun) else [case.pk]
    for by in to_begin_by(user, waiting).values():
        yield Run("assessment", load.current().id, None, by)
