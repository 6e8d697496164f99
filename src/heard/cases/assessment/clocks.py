"""The clock of each assessment, as its own row says it, for the clocks of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from heard.cases.assessment.queries import assessments_of
from heard.cases.clocks.rules import Run

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case


def clocks(user: User, case: Case) -> Iterator[Run]:
    """The row keeps until when it runs, and not from when: that was the day of the worry. One query."""
    for one in assessments_of(user, case.pk):
        if one.due_on:
            met_on = timezone.localdate(one.signed_at) if one.signed_at else None
            yield Run("assessment", one.release, None, one.due_on, met_on=met_on)
