"""The clock of each worry, as its own row says it, for the clocks of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from heard.cases.clocks.rules import Run
from heard.cases.concern.queries import concerns_of

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case


def clocks(user: User, case: Case) -> Iterator[Run]:
    """One query."""
    for worry in concerns_of(user, case.person_id):
        yield Run(
            "concern_decision",
            worry.release,
            timezone.localdate(worry.told_at),
            worry.due_on,
            met_on=timezone.localdate(worry.decided_at) if worry.decided_at else None,
        )
