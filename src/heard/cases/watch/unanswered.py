"""Alerts of unusual reading at which nobody who sees the record may look: a co-ordinator does, without learning whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heard.agencies.addressing import left_to_nobody
from heard.agencies.rules import May
from heard.cases.watch import queries
from heard.cases.watch.models import ReadingAlert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heard.agencies.models import User


def give_to_others() -> int:
    """What nobody has said anything of, and nobody who sees the record may look at: co-ordinators of the partnership do, and do not
    learn whose it is. How many. For `settings.NOW_AND_THEN`."""
    rows = ReadingAlert.objects.filter(answered_at=None, without_name=False)
    left = left_to_nobody(set(rows.values_list("pk", flat=True)), May.REVIEW_READING, _to_answer)
    return ReadingAlert.objects.filter(pk__in=left).update(without_name=True) if left else 0


def _to_answer(user: User, keys: set[Any]) -> Iterable[Any]:
    return queries.alerts_waiting(user).filter(pk__in=keys).values_list("pk", flat=True)
