"""What the page “What we look for and why” needs, out of the newest release of knowledge."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.knowledge import load
from heard.knowledge.model import Clock, Release


def page() -> dict[str, Any]:
    release = load.current()
    return {
        "release": release,
        "sections": _sections(),
        "headings": [(h, [p for p in release.patterns if p.heading == h.id]) for h in release.headings],
        "uncarried": _uncarried(release),
        "clocks": [(clock, allowed(clock)) for clock in release.clocks],
    }


def allowed(clock: Clock) -> str:
    """Such as “45 working days”."""
    said = {
        "working_days": ngettext("%(num)d working day", "%(num)d working days", clock.amount),
        "days": ngettext("%(num)d day", "%(num)d days", clock.amount),
        "months": ngettext("%(num)d month", "%(num)d months", clock.amount),
        "hours": ngettext("%(num)d hour", "%(num)d hours", clock.amount),
    }
    return said[clock.unit] % {"num": clock.amount}


def _uncarried(release: Release) -> frozenset[str]:
    """Items that only people can tell: neither statutory return has a field for them."""
    return frozenset(entry.item for entry in release.no_carrier)


def _sections() -> list[tuple[str, str, bool]]:
    """Text, address and whether it is the current one, as the side navigation asks."""
    return [
        (_("Start here"), "#start", False),
        (_("What the words mean"), "#words", False),
        (_("Signs and vulnerabilities"), "#lists", False),
        (_("Patterns"), "#patterns", False),
        (_("The counting rule"), "#rule", False),
        (_("Figures"), "#figures", False),
        (_("How we work"), "#principles", False),
        (_("Clocks"), "#clocks", False),
        (_("What our sources do not say"), "#gaps", False),
        (_("About this release"), "#release", False),
    ]
