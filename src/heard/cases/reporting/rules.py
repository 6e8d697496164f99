"""What sets the duty to report off, by when a report is made, and what its record says. Pure.

As the Bill had it (Home Office, delegated powers memorandum, 13 February 2026, clause 77; learning.nspcc.org.uk, September 2025;
weightmans.com, 2025): as soon as practicable, and up to seven days where reporting sooner would put the child at risk. That a report on
a later day than that of knowing needs its reason is our own rule.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.case.rules import due_on
from heard.knowledge.model import Clock

CLOCK: Final = "duty_to_report_delay"
MAY_NOT: Final = "Your role does not record reports."
NOTE_ASKS: Final = Asks(
    trigger="Say how it became known. Signs alone are told as a worry.",
    who="Say who was told of it, or saw or heard it.",
    known_at="Give the day and the time when it became known: not one to come.",
    delay_why="Say how an earlier report would put the child at risk.",
)
REPORT_ASKS: Final = Asks(
    to="Say to whom it was reported.",
    outside="Name the police force or the council.",
    way="Say whether it was reported in speech or in writing.",
    reported_at="Give the day and the time of the report: after it became known, and not to come.",
    delay="Choose which kind of reason it was. A report on a later day needs one.",
    delay_why="Say why it was not reported sooner.",
)
BACK_ASKS: Final = Asks(why="Say why it is put right.")


class Trigger(StrEnum):
    """How it became known. Recognised indicators alone are none of these."""

    CHILD_TOLD = "child_told"
    ADULT_TOLD = "adult_told"
    WITNESSED = "witnessed"
    IMAGES = "images"


class To(StrEnum):
    POLICE = "police"
    COUNCIL = "council"


class Way(StrEnum):
    ORAL = "oral"
    WRITTEN = "written"


class Delay(StrEnum):
    """Why it is not reported on the day. Only the first has the seven days."""

    RISK = "risk"
    OTHER = "other"


class Beside(StrEnum):
    """What tells of it in the record."""

    CONCERN = "concern"
    NOTE = "note"
    WORDS = "words"


def last_day(clock: Clock, known_on: date, delay: str) -> date:
    """The day itself, but for seven days where an earlier report would put the child at risk."""
    return due_on(clock, known_on) if delay == Delay.RISK else known_on


def why_not_note(
    *, may_note: bool, is_child: bool, trigger: str, who: str, known_at: datetime | None, is_before_duty: bool, is_noted: bool,
    delay: str, delay_why: str, now: datetime
) -> str | None:  # fmt: skip
    """What became known, before or after it is reported. `is_before_duty`: it was known before the day from which the duty holds here.
    `is_noted`: the same was noted and stands. `delay`: `Delay.RISK`, or ''."""
    if not may_note:
        return MAY_NOT
    if not is_child:
        return "This is recorded of a child."
    if trigger not in set(Trigger):
        return NOTE_ASKS["trigger"]
    if known_at is None or known_at > now:
        return NOTE_ASKS["known_at"]
    if is_before_duty:
        return (
            "It became known before the duty held here. Tell it as a worry, and report it as you did before."
        )
    if is_noted:
        return "This is noted already. Go back to the reports of this child, and record there to whom it was reported."
    if delay not in ("", Delay.RISK):
        return "Before the report, only a risk for the child can be a reason to wait."
    if delay and not delay_why.strip():
        return NOTE_ASKS["delay_why"]
    return NOTE_ASKS.missing(who=who)


def why_not_report(
    *,
    may_note: bool,
    is_reported: bool,
    is_taken_back: bool,
    to: str,
    is_named: bool,
    way: str,
    known_at: datetime,
    reported_at: datetime | None,
    is_later_day: bool,
    delay: str,
    delay_why: str,
    now: datetime,
) -> str | None:
    """`is_named`: an agency or another force or council. `is_later_day`: the report was on a later day than that of knowing."""
    if why_not := _why_not_go_on(may_note=may_note, is_taken_back=is_taken_back):
        return why_not
    if is_reported:
        return "This report is recorded already."
    if to not in set(To):
        return REPORT_ASKS["to"]
    if not is_named:
        return REPORT_ASKS["outside"]
    if way not in set(Way):
        return REPORT_ASKS["way"]
    if reported_at is None or not known_at <= reported_at <= now:
        return REPORT_ASKS["reported_at"]
    if not is_later_day and not delay and not delay_why.strip():
        return None
    if delay not in set(Delay):
        return REPORT_ASKS["delay"]
    return REPORT_ASKS.missing(delay_why=delay_why)


def why_not_take_back(*, may_note: bool, is_theirs: bool, is_taken_back: bool, why: str) -> str | None:
    """It set no duty off, or is recorded twice. It stays, marked as a mistake. `is_theirs`: the user noted or recorded it, or decides for
    the agency that leads."""
    if why_not := _why_not_go_on(may_note=may_note, is_taken_back=is_taken_back):
        return why_not
    if not is_theirs:
        return "Only who noted or recorded this, or a supervisor of the agency that leads, puts it right. Ask them."
    return BACK_ASKS.missing(why=why)


def _why_not_go_on(*, may_note: bool, is_taken_back: bool) -> str | None:
    if not may_note:
        return MAY_NOT
    return "This has been put right already." if is_taken_back else None
