"""A name at which many guess from many addresses: a password alone opens it only from where its owner signed in before."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from heard.agencies.rules import MOST_WRONG_FOR_A_NAME

if TYPE_CHECKING:
    from axes.models import AccessAttempt
    from django.db.models import QuerySet


def names_locked_widely(attempts: QuerySet[AccessAttempt]) -> set[str]:
    """Of these tries, names for which so many were wrong in the last hour that a password opens them only from where they were signed in
    before. Of one address no more count than it may have: alone it locks a name for nobody else."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    counted = attempts.filter(attempt_time__gt=since).values("username", "ip_address").order_by()
    wrong: Counter[str] = Counter()
    for name, _address, number in counted.annotate(wrong=Sum("failures_since_start")).values_list(
        "username", "ip_address", "wrong"
    ):
        wrong[name] += min(number, settings.AXES_FAILURE_LIMIT)
    return {name for name, number in wrong.items() if number >= MOST_WRONG_FOR_A_NAME}
