"""The clock after each return of a missing child, as its own rows say it, for the clocks of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Subquery
from django.utils import timezone

from heard.cases.clocks.rules import Run
from heard.cases.missing.models import InterviewOffer
from heard.cases.missing.queries import told_of
from heard.cases.missing.rules import Offered
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case


def clocks(user: User, case: Case) -> Iterator[Run]:
    """Where the child said no, nothing is due any more. One query."""
    noted = InterviewOffer.last_asked().values("noted_at")[:1]
    rows: Any = told_of(user, [case.person_id]).annotate(answered_at=Subquery(noted))
    for row in rows:
        if row.found_at is None or row.interview_due_at is None:
            continue
        interview = row.held
        said_no = interview is None and row.answer == Offered.DECLINED
        yield Run(
            "return_interview",
            load.current().id,
            timezone.localdate(row.found_at),
            timezone.localdate(row.interview_due_at),
            met_on=timezone.localdate(interview.held_at) if interview else None,
            ended_on=timezone.localdate(row.answered_at) if said_no else None,
            hours_late=interview is not None and interview.held_at > row.interview_due_at,
        )
