"""The time that a clock allows, in words: no page says its number a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import ngettext

if TYPE_CHECKING:
    from heard.cases.case.rules import Clock


def allowed(clock: Clock) -> str:
    """Such as “45 working days”."""
    said = {
        "working_days": ngettext("%(num)d working day", "%(num)d working days", clock.amount),
        "days": ngettext("%(num)d day", "%(num)d days", clock.amount),
        "months": ngettext("%(num)d month", "%(num)d months", clock.amount),
        "hours": ngettext("%(num)d hour", "%(num)d hours", clock.amount),
    }
    return said[clock.unit] % {"num": clock.amount}
