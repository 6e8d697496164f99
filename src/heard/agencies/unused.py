"""Accounts that nobody uses are switched off by themselves, after the days that the settings say. A worker does it, once a day."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.cache import cache

from heard.agencies import actions
from heard.agencies.dormant import unused_for

_A_DAY: Final = 24 * 60 * 60  # seconds
_LOOKED: Final = "unused-accounts-looked-for"


def now_and_then() -> int:
    """For a worker, every few seconds: does nothing until a day is over. How many were switched off."""
    if settings.UNUSED_DAYS is None or not cache.add(_LOOKED, True, _A_DAY):
        return 0
    return switch_off()


def switch_off() -> int:
    """Whoever has not signed in for so long, but for the last two administrators."""
    if settings.UNUSED_DAYS is None:
        return 0
    days = settings.UNUSED_DAYS[1]
    people = list(unused_for(days))
    return sum(actions.switch_off_unused(by=None, user=person, days=days) for person in people)
