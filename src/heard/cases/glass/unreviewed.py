"""Openings in an emergency that nobody who sees the record may review: a co-ordinator does, without learning whose it is."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from heard.agencies.addressing import left_to_nobody
from heard.agencies.rules import May
from heard.cases.glass import queries
from heard.cases.glass.models import Opening

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heard.agencies.models import User


def give_to_others(*only: uuid.UUID) -> int:
    """Openings that wait for a review, or those of these keys, and that nobody who sees the record may review, as when who could
    has left or is kept out since: co-ordinators of the partnership do, and do not learn whose it is. How many. For
    `settings.NOW_AND_THEN` too."""
    rows = Opening.objects.filter(reviewed_at=None, without_name=False)
    waiting = set((rows.filter(pk__in=only) if only else rows).values_list("pk", flat=True))
    left = left_to_nobody(waiting, May.REVIEW_READING, _to_review)
    return Opening.objects.filter(pk__in=left).update(without_name=True) if left else 0


def _to_review(user: User, keys: set[Any]) -> Iterable[Any]:
    return queries.openings_to_review(user).filter(pk__in=keys).values_list("pk", flat=True)
