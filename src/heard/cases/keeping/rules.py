"""When a record is past its time, what stops that it goes, and who does what. Pure: no Django, no clock, no database.

No period is ours: the partnership sets one, or records are kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

HOLD_ASKS: Final = Asks(scope="Say what is to be kept.")
LIFT_ASKS: Final = Asks(reason="Say why it is no longer needed, and who said so.")

AGREED_WITHIN: Final = timedelta(days=7)


class Start(StrEnum):
    """From when the years of a period count."""

    BIRTH = "birth"
    CLOSED = "closed"


@dataclass(frozen=True)
class Erasure:
    """That a record was destroyed, by keys alone: of the certificate, of the records that went (the one that was asked for first),
    and of the colleagues who asked and agreed. It outlives the database in which that was done."""

    certificate: str
    people: tuple[str, ...]
    why: str
    asked_by: int | None
    asked_at: datetime
    decided_by: int | None
    decided_at: datetime


class Why(StrEnum):
    PAST = "past"
    ASKED = "asked"
    ORDER = "order"
    MISTAKE = "mistake"


class Scope(StrEnum):
    RECORD = "record"
    AGENCY = "agency"
    ALL = "all"


@dataclass(frozen=True)
class Period:
    start: Start
    years: int


def period_of(text: str) -> Period | None:
    """As HEARD_RETENTION says it, such as `closed,25`; nothing where it says nothing. Raises `ValueError`."""
    if not text.strip():
        return None
    start, _comma, years = (part.strip() for part in text.partition(","))
    if start not in set(Start) or not years.isdigit() or not int(years):
        raise ValueError("HEARD_RETENTION is birth or closed and a number of years, such as closed,25.")
    return Period(Start(start), int(years))


def past_on(period: Period | None, *, born: date | None, closed: date | None) -> date | None:
    """The first day on which the record is past its time; none where none is known."""
    begins = born if period and period.start is Start.BIRTH else closed
    return _later(begins, period.years) if period and begins else None


def latest_start(period: Period, today: date) -> date:
    """Records whose years count from this day or before are past their time today."""
    return _later(today, -period.years)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)


_NOT_YOURS: Final = "A co-ordinator or supervisor does this."
_HELD: Final = (
    "This record is on hold: nothing of it may be destroyed. The hold has to be lifted first, by two people."
)
_OPEN: Final = "There is an open case. Close it first."


def why_not_ask(
    *, may_keep: bool, held: bool, open_case: bool, asked: bool, past: bool, why: str, reason: str
) -> str | None:
    if not may_keep:
        return _NOT_YOURS
    if held:
        return _HELD
    if open_case:
        return _OPEN
    if asked:
        return "Somebody has asked for this already. Another person agrees or not."
    if why not in set(Why):
        return "Say on what basis the record is destroyed."
    if why == Why.PAST and not past:
        return "The record is not past its time, or no period is set. Choose another basis, or leave it."
    return None if reason.strip() else "Say why, without names: it stays in the certificate."


def why_not_decide(
    *,
    may_keep: bool,
    asked_it: bool,
    decided: bool,
    asked_at: datetime,
    now: datetime,
    held: bool,
    open_case: bool,
    agrees: bool,
) -> str | None:
    if not may_keep:
        return _NOT_YOURS
    if asked_it:
        return "You asked for this yourself. Another person agrees or not."
    if decided:
        return "This was decided already. Look at the page again."
    if not agrees:
        return None
    if held:
        return _HELD
    if open_case:
        return _OPEN
    if now - asked_at > AGREED_WITHIN:
        return "This was asked for more than a week ago. Turn it down, and let it be asked for again."
    return None


def why_not_hold(*, may_keep: bool, scope: str, named: bool, reason: str) -> str | None:
    if not may_keep:
        return _NOT_YOURS
    if scope not in set(Scope):
        return HOLD_ASKS["scope"]
    if not named:
        return "Say which agency’s records are to be kept."
    return (
        None
        if reason.strip()
        else "Say on what basis, such as the letter of an inquiry, without names of children."
    )


def why_not_confirm_hold(*, may_keep: bool, placed_it: bool, confirmed: bool, lifted: bool) -> str | None:
    if not may_keep:
        return _NOT_YOURS
    if placed_it:
        return "You placed this hold yourself. It is in force; another person confirms it."
    return "This was confirmed already. Look at the page again." if confirmed or lifted else None


def why_not_ask_to_lift(*, may_keep: bool, lifted: bool, asked: bool, reason: str) -> str | None:
    if not may_keep:
        return _NOT_YOURS
    if lifted:
        return "This hold was lifted already."
    if asked:
        return "Somebody has asked to lift it already. Another person agrees."
    return LIFT_ASKS.missing(reason=reason)


def why_not_lift(*, may_keep: bool, asked: bool, asked_it: bool, lifted: bool) -> str | None:
    if not may_keep:
        return _NOT_YOURS
    if lifted:
        return "This hold was lifted already."
    if not asked:
        return "Nobody has asked to lift it."
    return "You asked to lift it yourself. Another person agrees." if asked_it else None
