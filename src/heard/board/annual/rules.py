"""Of which year a report is drafted, by whom, and until when its text is written. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from heard.agencies.rules import Asks
from heard.board.figures.rules import first_of
from heard.board.rules import AuditPart

DRAFT_ASKS: Final = Asks(
    first="Choose the year that the report is about.",
    policy="Say which counts are hidden and rounded: choose one of the policies.",
)
TEXT_ASKS: Final = Asks(text="Write what the partnership says of it.")
DISCARD_ASKS: Final = Asks(reason="Say why it is discarded.")
YEARS: Final = 3  # in which the year began that is chosen
DAYS: Final = 182  # before and after a first plan: half a year


@dataclass(frozen=True)
class Year:
    """Twelve months from the first day of a quarter. All reports of a partnership begin in one month, so that two years are the same or have no
    day in common: by taking one from another nobody is left with a quarter."""

    first: date

    @property
    def last(self) -> date:
        return self.first.replace(year=self.first.year + 1) - timedelta(days=1)

    @property
    def name(self) -> str:
        """As the cells of its tables are named, in every report: so counts of one year are compared whenever they are released."""
        return name_of(self.first, self.last)

    @property
    def before(self) -> "Year":
        return Year(self.first.replace(year=self.first.year - 1))


def name_of(first: date, last: date) -> str:
    return f"{first:%Y-%m} to {last:%Y-%m}"


def years(*, today: date, month: int | None = None) -> list[Year]:
    """Those that ended in the last three years, the latest first. `month`: in which reports of the partnership begin, where there is one."""
    found, first = [], first_of(today).replace(year=today.year - 1)
    while first >= first_of(today).replace(year=today.year - YEARS):
        found.append(Year(first))
        first = first_of(first - timedelta(days=1))
    return [year for year in found if month in (None, year.first.month)]


def why_not_draft(
    *,
    may_hold: bool,
    first: date,
    today: date,
    month: int | None,
    is_under_way: bool,
    policy: str,
    policies: Collection[str],
    is_other_policy: bool = False,
) -> str | None:
    """`first`: the first day of the year. `month`: as in `years`. `is_under_way`: a report of this year is written, waits for a decision or
    is released. `is_other_policy`: figures of this year were released by another than `policy`."""
    if not may_hold:
        return "Only the board and co-ordinators draft an annual report."
    if Year(first) not in years(today=today):
        return (
            "Choose twelve months that have ended, from the first day of a quarter, in the last three years."
        )
    if Year(first) not in years(today=today, month=month):
        return "Choose a year that begins in the same month as the reports before: years that overlap would give small counts away."
    if is_under_way:
        return "There is a report of this year already. Another is drafted once that one was discarded, sent back or withdrawn."
    if policy not in policies:
        return DRAFT_ASKS["policy"]
    if is_other_policy:
        return (
            "Figures of this year were released once, hidden and rounded in another way. They stay as they were: choose which counts are hidden "
            "as it was chosen then."
        )
    return None


def why_not_write(*, may_hold: bool, is_put_up: bool, part: str, text: str) -> str | None:
    if not may_hold:
        return "Only the board and co-ordinators write in an annual report."
    if is_put_up:
        return "This report waits to be released, or was decided on. Its text stays as it is."
    if part not in set(AuditPart):
        return "Choose the part of the report that the text is about."
    return TEXT_ASKS.missing(text=text)


def why_not_put_up(*, is_put_up: bool, is_in_the_way: bool = False) -> str | None:
    """`is_in_the_way`: another report of this year, or one of which the year begins in another month, was put up meanwhile."""
    if is_put_up:
        return "This report was put up for release already."
    if is_in_the_way:
        return (
            "Another report was put up meanwhile, of this year or of years that begin in another month: together they would give small counts "
            "away. Discard this one."
        )
    return None


def why_not_discard(*, is_put_up: bool, reason: str) -> str | None:
    if is_put_up:
        return "This report was put up for release. Whoever reads it can send it back."
    return DISCARD_ASKS.missing(reason=reason)
