"""The one place that says where a window of so many months begins and ends.

A window that ends on a day takes that day in. It begins after the same date the months before: what was seen on that
date is just out. Where that month has no such date (29 February, or the 31st), its last day stands for it.
`window_start` says so of two dates, `ordinal` of a column of them; a test holds them to one another on every day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import ibis

from heard.engine.backend import bits

if TYPE_CHECKING:
    from heard.knowledge.model import CountingRule

_MONTH = 32  # more than the days of any month, so that a month back is 32 less, whichever month it is


def window_start(day: date, months: int) -> date:
    """The date that is just outside of the window that ends on `day`: the last one before its first day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_day(day: date, months: int) -> date:
    """The first day inside the window that ends on `day`."""
    return window_start(day, months) + timedelta(days=1)


def ordinal(day: Any) -> Any:
    """A date, or a column of dates, as a number that a window can be reckoned with: two days are in one window of so
    many months where their numbers differ by `reach(months)` at most. That is as `window_start` has it, since a
    number that stands for no date (31 June) lies between those of the days around it."""
    if isinstance(day, date):
        return (day.year * 12 + day.month) * _MONTH + day.day
    return (day.year() * 12 + day.month()) * _MONTH + day.day()


def ordinal_years(years: int) -> int:
    """So many years, in the numbers of `ordinal`."""
    return 12 * _MONTH * years


def reach(months: int) -> int:
    """How far back a window reaches from its last day, in the numbers of `ordinal`."""
    return _MONTH * months - 1


def months_of(first: date, last: date) -> list[tuple[date, date]]:
    """The parts of calendar months between two days, both in."""
    parts = []
    while first <= last:
        end = first.replace(day=monthrange(first.year, first.month)[1])
        parts.append((first, min(end, last)))
        first = end + timedelta(days=1)
    return parts


def points(rows: Any, steps: Any, months: int) -> Any:
    """Times that lasted as days: one on which each began, one on which it ended, and between them so many that every window
    of so many months that it reaches into holds one. `rows`: `at` and `ends`, as `ordinal`s; `steps`: column `step`, 1 and up.

    No window that holds enough is found earlier for them: such a window was full on a day before, too.
    """
    long = rows.filter(rows.ends > rows["at"])
    between = long.join(steps, long["at"] + steps.step * (_MONTH * months) < long.ends)
    between = between.mutate(at=between["at"] + between.step * (_MONTH * months)).drop("step")
    return rows.union(between.select(rows.columns)).union(long.mutate(at=long.ends).select(rows.columns))


def first_windows(rows: Any, keys: list[str], rule: CountingRule) -> Any:
    """The first window of the rule's months that holds enough distinct items, for each group that has one.

    `rows`: the keys, `mark` (an item as one bit) and `at` (the day's `ordinal`), one row for each time it was seen.
    Returns the keys and `ends`, the number of the window's last day. A window that holds enough for the first time
    ends on a day on which something was seen, so only windows that end on such days are looked at.
    """
    window = ibis.range_window(group_by=keys, order_by="at", preceding=reach(rule.window_months), following=0)
    held = rows.mutate(held=bits.size(bits.union(rows.mark).over(window)))
    full = held.filter(held.held >= rule.at_least)
    return full.group_by(keys).agg(ends=full["at"].min())


def enough_ever(rows: Any, keys: list[str], rule: CountingRule) -> Any:
    """The groups that have enough distinct items at all, in whatever time: only they can have such a window."""
    ever = rows.group_by(keys).agg(marks=bits.union(rows.mark))
    return ever.filter(bits.size(ever.marks) >= rule.at_least).select(keys)
