"""Of which open cases each worker sees the child, kept so that lists of children without a worker need not ask it of every case.

It is a hint, and the truth about nothing: a list asks `sees` of each case of which this is not kept, and of each child about
whom anything was written since (`ChronologyChange`). It is found again wherever a chronology is made anew, before the change
is taken to be done with. What has a day on which it ends is never kept.
"""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from heard.agencies.subqueries import Asked, OfRow, compiled_exists
from heard.cases.case.models import Case
from heard.cases.record.models import ChronologyChange
from heard.network.queries import sees

if TYPE_CHECKING:
    from django.db.models import QuerySet


def find_sight(child_id: uuid.UUID) -> None:
    """Keeps of this child's open case what is so now. One query, and one more where it was otherwise."""
    rows = Case.objects.filter(person=child_id, state=Case.State.OPEN).order_by().annotate(now=_all_see())
    for key, before, now in rows.values_list("pk", "seen_by_workers", "now"):
        if before is not now:
            Case.objects.filter(pk=key).update(seen_by_workers=now)


@cache
def _all_see() -> ExpressionWrapper[Any]:
    """Of a case. Compiling it takes longer than asking, so it is compiled once."""
    rows = Case.objects.filter(_named_see("allocated_worker"), _named_see("trusted_worker"), pk=OfRow())
    return ExpressionWrapper(compiled_exists("pk", rows, Asked.ONE), BooleanField())


def _named_see(worker: str) -> Q:
    return Q(**{worker: None}) | sees(None, worker, "person", for_good=True)


def children_of(worker: object) -> QuerySet[Case, uuid.UUID]:
    """Keys of the children in whose open cases somebody works, by their key."""
    named = Q(allocated_worker=worker) | Q(trusted_worker=worker)
    return Case.objects.filter(named, state=Case.State.OPEN).order_by().values_list("person", flat=True)


def in_sight(case: str) -> Q:
    """Of rows that lead to a case, those of which it was found that each of its workers sees the child, and about whose child nothing
    was written since: of these workers it need not be asked."""
    written = ChronologyChange.objects.order_by().values("child_id")
    found = Q(**{f"{case}__seen_by_workers": True, f"{case}__state": Case.State.OPEN})
    return found & ~Q(**{f"{case}__person__in": written})
