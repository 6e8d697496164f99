"""What Heard counts for a requirement, in the shape in which a page shows it and an audit keeps it: the figure, what is in it, of which days
it is and how much of the whole it covers. Here small numbers are hidden, so that none is left either where the figure of one audit is taken
from that of another, or of one day from that of the next: exact numbers are of whole quarters that have ended, put together until none has few;
of what changes by the day the percentage alone is said, and how many it is of to the nearest ten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from heard.board.figures import words
from heard.board.figures.rules import Period, between, first_of, next_of
from heard.board.outcomes.rules import rounded
from heard.cases.case.rules import TOO_FEW, Kept
from heard.cases.case.rules import Counted as Tally
from heard.govuk.environment import day


@dataclass(frozen=True)
class Days:
    """`since` to `until`, both in it: those of an audit that have come. `today`: on which it is counted; `closes`: whether the audit is closed
    with it, so that it is counted this once."""

    since: date
    until: date
    today: date
    closes: bool = False

    @property
    def quarters(self) -> tuple[date, date] | None:
        """The first and the last day of the whole quarters in these days that have ended; None where there is none."""
        if self.until < self.since:
            return None
        first = first_of(self.since)
        first = first if first == self.since else next_of(first)
        last = first_of(min(self.until + timedelta(days=1), self.today)) - timedelta(days=1)
        return (first, last) if first < last else None

    @property
    def over(self) -> str:
        """Of a figure over whole quarters."""
        if self.quarters is None:
            return _("No whole quarter of these days has ended.")
        since, until = self.quarters
        return _("%(since)s to %(until)s.") % {"since": day(since), "until": day(until)}

    @property
    def now(self) -> str:
        """Of a figure that is known only of the day on which it is counted."""
        return _("As it was on %(day)s, and not over the days of the audit.") % {"day": day(self.today)}

    @property
    def at_the_end(self) -> str:
        return _("As it was on %(day)s.") % {"day": day(self.until)}


@dataclass(frozen=True)
class Counted:
    """`label`: what it is; `says`: the figure in words; `counts`: what is in it, and what is not; `when`: of which days; `coverage`: how much
    of all that it should be about it is about; `by_agency`: the same of each agency that may be shown, for those who see that."""

    label: str
    says: str
    counts: str
    when: str
    coverage: str
    by_agency: list[list[str]] = field(default_factory=list)


def percentage(kept: Kept) -> str:
    """Of what changes by the day: how many in a hundred, and not of how many. None of them and few of them are said alike, and all of them
    and all but few, so that a day on which one more comes tells nothing of that one."""
    if not kept.of:
        return _("nothing to count yet")
    if kept.of <= 2 * TOO_FEW:
        return _("too few to show")
    if kept.kept <= TOO_FEW:
        return _("none, or five or fewer")
    if kept.of - kept.kept <= TOO_FEW:
        return _("all, or all but five or fewer")
    return f"{round(100 * kept.kept / kept.of)}%"


def about(part: int, whole: int) -> str:
    """How many of all of them, to the nearest ten; few as in `percentage`."""
    if not whole:
        return _("none")
    if whole <= TOO_FEW:
        return _("too few to show")
    told = {"part": rounded(part), "whole": rounded(whole)}
    if whole - part <= TOO_FEW:
        return _("all, or all but five or fewer, of about %(whole)s") % told
    if part <= TOO_FEW:
        return _("none, or five or fewer, of about %(whole)s") % told
    return _("about %(part)s of about %(whole)s") % told


def number(of: int) -> str:
    """How many of what is about nobody, to the nearest ten."""
    if not of:
        return _("none")
    return _("five or fewer") if of <= TOO_FEW else _("about %(number)s") % {"number": rounded(of)}


def in_periods(
    label: str, found: list[Period], days: Days, counts: str, *, goes_on: bool = False, besides: str = ""
) -> Counted:
    """In whole quarters of these days, so that no other days of an audit tell what is hidden. `goes_on`: what is counted of a quarter changes
    after it too, so that its percentage alone is said; `besides`: what else is said of what is shown."""
    shown = between(found, days.since, days.until)
    if shown is None:
        return _nothing(label, found, days, counts)
    told = percentage(shown.kept) if goes_on else words.share(shown.kept)
    says = _("%(share)s, %(when)s") % {"share": told, "when": words.called(shown)}
    says = f"{says}; {besides}" if besides else says
    return Counted(label, says, _in_quarters(counts), days.over, _months(shown, days))


def median(
    label: str, found: list[Period], days: Days, counts: str, covers: str,
    took: Callable[[date, date], tuple[int, int, float | None]],
) -> Counted:  # fmt: skip
    """The median of a number of days. `found`: the periods of all of whom it could be known; `took`: from the first to the last day of what is
    shown of these, of how many it could be known, of how many it is, and the median; `covers`: says of how many it is."""
    shown = between(found, days.since, days.until)
    if shown is None:
        return _nothing(label, found, days, counts)
    of, known, middle = took(shown.first, shown.last)
    says = _("too few to show")
    if middle is not None and known > TOO_FEW:
        told = {"days": f"{middle:.1f}".removesuffix(".0"), "when": words.called(shown)}
        says = _("median, in days: %(days)s, %(when)s") % told
    coverage = f"{covers % {'part': about(known, of)}} {_months(shown, days)}"
    return Counted(label, says, _in_quarters(counts), days.over, coverage)


def _nothing(label: str, found: list[Period], days: Days, counts: str) -> Counted:
    first, last = days.quarters or (date.max, date.min)
    some = any(period.counted.of for period in found if period.first <= last and first <= period.last)
    says = _("too few to show") if some else _("nothing to count yet")
    return Counted(label, says, _in_quarters(counts), days.over, _months(None, days))


def _in_quarters(counts: str) -> str:
    quarters = _(
        "In whole quarters: one that has not ended, is not whole within these days, or in which nothing or too little was counted is not in it."
    )
    return f"{counts} {quarters}"


def _months(shown: Period | None, days: Days) -> str:
    whole = max(Period(days.since, days.until, Tally()).months, 0)
    return _("Months in it: %(months)s of %(whole)s.") % {
        "months": shown.months if shown else 0,
        "whole": whole,
    }
