"""Which figures may stand on the page so that none points at one child, and who may note something beside them. Pure.

Only quarters that ended are counted: a figure that grew by the day would say of the one more that came today whether it was
kept. Quarters in which few are counted, or things of few children, are put together with those after them. What is shown is
only ever such a period, or periods added up. So nothing that is hidden is what remains when one figure is taken from another,
on this page or on one of an earlier quarter: every figure is made of figures that are shown.

What this does not hold: what is written down late changes the quarter in which it belongs, and an agency to which somebody
comes or from which somebody goes may stand alone, or no more. Whoever keeps the page of before sees that.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.case.rules import TOO_FEW, Counted, Kept

NOTE_ASKS: Final = Asks(text="Write what happened, in a sentence.")
CORRECT_NOTE_ASKS: Final = Asks(
    text="Write what happened, in a sentence.", why="Say why the note is corrected."
)
LEAST_STAFF: Final = 3  # people in an agency, so that its figure is not one worker's
YEARS: Final = 3  # that are shown


@dataclass(frozen=True)
class Period:
    """Quarters that are counted together: from `first` to `last`, both days in it. `held_back`: whether it is not shown although much is
    counted in it, as a part of that is few."""

    first: date
    last: date
    counted: Counted
    held_back: bool = False

    @property
    def kept(self) -> Kept:
        return self.counted.kept

    @property
    def is_shown(self) -> bool:
        return not self.counted.too_few and not self.held_back

    @property
    def is_hidden(self) -> bool:
        """Whether something is counted in it, and too little to show. Of the last one it goes on with the next quarter."""
        return not self.is_shown and self.counted.of > 0

    @property
    def share(self) -> int:
        """In a hundred. Of a period that is shown."""
        return round(100 * self.kept.kept / self.kept.of)

    @property
    def months(self) -> int:
        """How many months have at least a day in it."""
        return 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1


def first_of(day: date) -> date:
    """The first day of the quarter of a day."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def next_of(first: date) -> date:
    """The first day of the quarter after the one that begins on `first`."""
    month = first.month + 2
    return date(first.year + month // 12, month % 12 + 1, 1)


def periods(counted: Mapping[date, Counted], *, today: date) -> list[Period]:
    """What was counted, by the first day of each quarter, as periods that can be shown, the earliest first. From the first in
    which anything is counted to the last that ended, each in one period; the last may be too few."""
    found: list[Period] = []
    end = first_of(today)
    first = start = min((day for day, one in counted.items() if one.of and day < end), default=end)
    together = Counted()
    while first < end:
        after = next_of(first)
        together += counted.get(first, Counted())
        if not together.of or not together.too_few or after >= end:
            found.append(Period(start, after - timedelta(days=1), together))
            start, together = after, Counted()
        first = after
    return found


def joined(found: Iterable[Period], has_few: Callable[[Period], bool]) -> list[Period]:
    """Periods of everything that was ever counted, the earliest first, each put together with those after it until it may be shown and has no
    few of a part either; where the last has, it is held back. So neither has what remains when some of these are taken from others."""
    whole: list[Period] = []
    waits: Period | None = None
    for period in found:
        one = replace(period, first=waits.first, counted=waits.counted + period.counted) if waits else period
        waits = one if one.is_hidden or has_few(one) else None
        if waits is None:
            whole.append(one)
    return [*whole, replace(waits, held_back=True)] if waits else whole


def window(found: Sequence[Period], *, today: date) -> list[Period]:
    """Those of the last three years, each whole."""
    begin = first_of(today).replace(year=today.year - YEARS)
    return [period for period in found if period.last >= begin]


def added(found: Iterable[Period]) -> Period | None:
    """What is shown of these, as one; None where nothing is."""
    shown = [period for period in found if period.is_shown]
    if not shown:
        return None
    return Period(shown[0].first, shown[-1].last, sum((period.counted for period in shown), Counted()))


def between(found: Iterable[Period], since: date, until: date) -> Period | None:
    """What is shown of the periods that lie within these days, both of them in it, as one; None where nothing is."""
    return added(period for period in found if since <= period.first and period.last <= until)


def waiting(found: Sequence[Period]) -> Period | None:
    """The last period, where it is too few to show."""
    return found[-1] if found and found[-1].is_hidden else None


def latest_year(found: Sequence[Period]) -> tuple[Period | None, Period | None]:
    """What is shown of the last twelve months or a little more, and of as much before: whole periods, the latest first.
    What waits at the end is left out; where that is a year, there is no latest one."""
    years: list[Period | None] = []
    rest = list(found)
    if last := waiting(rest):
        rest.pop()
        if last.months >= 12:
            rest = []
    for _year in range(2):
        taken: list[Period] = []
        while rest and sum(period.months for period in taken) < 12:
            taken.insert(0, rest.pop())
        years.append(added(taken))
    return years[0], years[1]


def blocks(found: Sequence[Period]) -> list[list[Period]]:
    """The periods of each year that ended, from April to March, or as much longer as its last period takes, the earliest first, where something
    is shown in it: of these, parts may be shown. A period is in one such year and stays there, so that two years have nothing in common."""
    years: list[list[Period]] = []
    ends: date | None = None
    for period in found:
        if period.is_hidden:
            break
        if ends is None:
            years.append([])
            ends = date(period.first.year + (period.first.month > 3), 3, 31)
        years[-1].append(period)
        if period.last >= ends:
            ends = None
    whole = years[:-1] if ends else years
    return [block for block in whole if any(period.is_shown for period in block)]


def latest_block(found: Sequence[Period]) -> list[Period]:
    """The last of `blocks`, or none."""
    whole = blocks(found)
    return whole[-1] if whole else []


def by_month(found: Iterable[Period], counted: Mapping[date, Counted]) -> list[Period]:
    """Each period that is shown, month by month; months of few together with those after them, the last with those before. `counted`: by the
    first day of each month, together what the periods count. Each is many, and together they are the period: nothing remains."""
    return [month for period in found if period.is_shown for month in _months(period, counted)]


def _months(period: Period, counted: Mapping[date, Counted]) -> list[Period]:
    months: list[Period] = []
    first, together = period.first, Counted()
    for day in _firsts(period):
        together += counted.get(day, Counted())
        if not together.too_few:
            last = _next_month(day) - timedelta(days=1)
            months.append(Period(first, last, together))
            first, together = last + timedelta(days=1), Counted()
    if first > period.last or not months:
        return months or [period]
    before = months.pop()
    return [*months, Period(before.first, period.last, before.counted + together)]


def _firsts(period: Period) -> Iterable[date]:
    day = period.first
    while day <= period.last:
        yield day
        day = _next_month(day)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def gathered[K](
    parts: Mapping[K, Counted], may_stand: Collection[K] | None = None
) -> tuple[dict[K, Counted], Counted | None]:
    """Of parts that make up a whole that is shown: those that may be shown alone, and the others together, None where there
    are none. Nothing where only the others would be left. `may_stand`: parts that may be shown alone at all.

    The others are so many that who knows one of them, as an agency knows its own, is left with many, and among them is one of many.
    Those are added for it that stand first in `parts`, not the smallest, which would be known to be smaller than those that are shown.
    """
    counted = {part: one for part, one in parts.items() if one.of}
    alone = [part for part in counted if not counted[part].too_few]
    alone = [part for part in alone if may_stand is None or part in may_stand]
    others = [part for part in counted if part not in alone]
    while others and alone and not covers([counted[part] for part in others]):
        others.append(alone.pop(0))
    if not alone:
        return {}, None
    together = sum((counted[part] for part in others), Counted())
    return {part: counted[part] for part in alone}, together if others else None


def covers(others: Sequence[Counted]) -> bool:
    """Whether many are left of these, and of many children, whichever of them is taken away; and one of them is of many, with room
    for every small number beside it."""
    left = [sum((two for two in others if two is not one), Counted()) for one in others]
    counts = [one.of for one in others]
    return all(not one.too_few for one in left) and sum(counts) > 2 * TOO_FEW and max(counts) > TOO_FEW


def why_not_note(
    *, may_note: bool, promise: str, known: Collection[str], quarter: date | None, today: date, text: str
) -> str | None:
    if not may_note:
        return "Only the board and co-ordinators write notes beside figures."
    if promise not in known:
        return "Choose the promise that the note is about."
    if quarter is None or quarter != first_of(quarter) or quarter > today:
        return "Choose a quarter that has begun."
    return NOTE_ASKS.missing(text=text)


def why_not_correct(*, may_note: bool, is_corrected: bool, text: str, why: str) -> str | None:
    if not may_note:
        return "Only the board and co-ordinators write notes beside figures."
    if is_corrected:
        return "This note was corrected already. Correct the latest one."
    return CORRECT_NOTE_ASKS.missing(text=text, why=why)


def quarters_to_note(*, today: date) -> list[date]:
    """The quarters of the last three years, by their first days, the latest first."""
    last = first_of(today)
    first = last.replace(year=last.year - YEARS)
    found: list[date] = []
    while first <= last:
        found.insert(0, first)
        first = next_of(first)
    return found
