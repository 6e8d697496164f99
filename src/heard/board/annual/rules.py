"""Of which year a report is drafted, by whom, and until when its text is written. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from heard.agencies.rules import Asks
from heard.board.rules import Part

DRAFT_ASKS: Final = Asks(
    year="Choose the year that the report is about.",
    policy="Say which counts are hidden and rounded: choose one of the policies.",
)
TEXT_ASKS: Final = Asks(text="Write what the partnership says of it.")
YEARS: Final = 3  # that ended last, of which one is chosen
DAYS: Final = 182  # before and after a first plan: half a year


@dataclass(frozen=True)
class Year:
    """Twelve months from April to March, as figures by agency and statutory returns have them."""

    begins: int

    @property
    def first(self) -> date:
        return date(self.begins, 4, 1)

    @property
    def last(self) -> date:
        return date(self.begins + 1, 3, 31)

    @property
    def name(self) -> str:
        """As the cells of its tables are named, in every report: so counts of one year are compared whenever they are released."""
        return name_of(self.first, self.last)

    @property
    def before(self) -> "Year":
        return Year(self.begins - 1)


def name_of(first: date, last: date) -> str:
    return f"{first:%Y-%m} to {last:%Y-%m}"


def years(*, today: date) -> list[Year]:
    """Those that ended last, the latest first."""
    latest = today.year - (2 if today < date(today.year, 4, 1) else 1)
    return [Year(latest - ago) for ago in range(YEARS)]


def why_not_draft(
    *, may_hold: bool, year: int, today: date, is_under_way: bool, policy: str, policies: Collection[str]
) -> str | None:
    """`is_under_way`: a report of this year is written, waits for a decision or is released."""
    if not may_hold:
        return "Only the board and co-ordinators draft an annual report."
    if Year(year) not in years(today=today):
        return "Choose one of the last years that ended: a year that goes on is not counted."
    if is_under_way:
        return "There is a report of this year already. Another is drafted once that one was sent back or withdrawn."
    return None if policy in policies else DRAFT_ASKS["policy"]


def why_not_write(*, may_hold: bool, is_put_up: bool, part: str, text: str) -> str | None:
    if not may_hold:
        return "Only the board and co-ordinators write in an annual report."
    if is_put_up:
        return "This report waits to be released, or was decided on. Its text stays as it is."
    if part not in set(Part):
        return "Choose the part of the report that the text is about."
    return TEXT_ASKS.missing(text=text)


def why_not_put_up(*, is_drafter: bool, is_put_up: bool) -> str | None:
    if not is_drafter:
        return "Whoever drafted this report puts it up for release. Tell them that it is ready."
    return "This report was put up for release already." if is_put_up else None
