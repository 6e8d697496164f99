"""From when to when a source can speak: by its header or its mapping, else by its own dates, single stray ones set apart."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

_ENOUGH = 20  # dates; among fewer a gap says nothing
_APART = 92  # days without any date, beyond which a few dates are stray
_SILENT = 366  # days without any date, beyond which nobody says that somebody looked
_FEW, _ROW = (
    100,
    2,
)  # few are one in a hundred dates; and two at the least, as one row may tell when something began and ended


class Span(NamedTuple):
    """The first and last day that dates speak of, and those that are apart from them."""

    first: date
    last: date
    stray: tuple[date, ...] = ()


def span_of(days: Mapping[date, int]) -> Span | None:
    """Of each day how many dates there are."""
    if not days:
        return None
    left, total = sorted(days), sum(days.values())
    stray: list[date] = []
    while total >= _ENOUGH and (apart := _apart(left, days, max(_ROW, total // _FEW))):
        stray += apart
        left = [day for day in left if day not in apart]
    return Span(left[0], left[-1], tuple(sorted(stray)))


def _apart(days: list[date], count: Mapping[date, int], few: int) -> list[date]:
    """A few dates at one end, with a gap between them and all others."""
    gaps = [place for place in range(1, len(days)) if (days[place] - days[place - 1]).days > _APART]
    for end in ([days[place:] for place in gaps[-1:]], [days[:place] for place in gaps[:1]]):
        for some in end:
            if sum(count[day] for day in some) <= few:
                return some
    return []


def unbroken(days: Iterable[date]) -> list[Span]:
    """Days as the stretches that they make: more than a year without any date belongs to none."""
    return joined(Span(day, day) for day in days)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Stretches, those put together between which there is a year or less."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and (span.first - found[-1].last).days <= _SILENT:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(Span(span.first, span.last))
    return found


def together(spans: Iterable[Span]) -> Span | None:
    found = list(spans)
    return Span(min(s.first for s in found), max(s.last for s in found)) if found else None


def whole_months(span: Span, today: date) -> Span:
    """A file's own dates hardly begin on the first and end on the last day that it speaks for."""
    last = span.last.replace(day=monthrange(span.last.year, span.last.month)[1])
    return Span(span.first.replace(day=1), min(last, max(today, span.last)))


def year_to(last: date) -> Span:
    """The twelve months that end on a day."""
    before = min(last.day, monthrange(last.year - 1, last.month)[1])
    return Span(date(last.year - 1, last.month, before) + timedelta(days=1), last)
