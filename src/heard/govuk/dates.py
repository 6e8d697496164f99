"""Reads a date typed in three boxes, and a time of day, forgiving in spelling and exact about what is wrong."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

PARTS = ("day", "month", "year")
_TIME = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))? ?([ap])?\.?(?:m\.?)?")


@dataclass(frozen=True)
class Problem:
    """What is wrong, as the user reads it, and the boxes to mark."""

    text: str
    parts: tuple[str, ...]


def read_date(day: str, month: str, year: str, *, called: str) -> date | Problem | None:
    """None where all three are empty. `called` begins the sentence of an error: "The date", "Date of birth".

    Months are read as numbers, names or the first letters of a name ("sept"); years need all four digits, since
    a guessed century makes a child of a grandmother.
    """
    typed = {"day": day.strip(), "month": month.strip(), "year": year.strip()}
    missing = tuple(part for part in PARTS if not typed[part])
    if len(missing) == 3:
        return None
    if missing:
        return Problem(_must_include(called, missing), missing)
    wrong = _wrong_part(typed, called)
    if wrong:
        return wrong
    return _real_date(_number(typed["day"]), _month(typed["month"]), _number(typed["year"]))


def _must_include(called: str, missing: tuple[str, ...]) -> str:
    names = {"day": _("a day"), "month": _("a month"), "year": _("a year")}
    if len(missing) == 1:
        return _("%(date)s must include %(part)s") % {"date": called, "part": names[missing[0]]}
    first, second = (names[part] for part in missing)
    return _("%(date)s must include %(part)s and %(other)s") % {
        "date": called,
        "part": first,
        "other": second,
    }


def _wrong_part(typed: dict[str, str], called: str) -> Problem | None:
    if not 1 <= _number(typed["day"]) <= 31:
        return Problem(_("%(date)s must have a day from 1 to 31") % {"date": called}, ("day",))
    if not 1 <= _month(typed["month"]) <= 12:
        sentence = _("%(date)s must have a month from 1 to 12, or its name")
        return Problem(sentence % {"date": called}, ("month",))
    if not 1900 <= _number(typed["year"]) <= 2100:
        four = _("%(date)s must have a year of four digits, such as 2012")
        sentence = _("%(date)s must have a year from 1900 to 2100") if _number(typed["year"]) > 999 else four
        return Problem(sentence % {"date": called}, ("year",))
    return None


def _real_date(day: int, month: int, year: int) -> date | Problem:
    if day <= monthrange(year, month)[1]:
        return date(year, month, day)
    name = str(MONTHS[month])
    if month == 2 and day == 29:
        return Problem(_("29 February %(year)s is not a date") % {"year": year}, ("day", "year"))
    return Problem(_("%(day)s %(month)s is not a date") % {"day": day, "month": name}, ("day", "month"))


def _number(text: str) -> int:
    """-1 where the text is no plain number. Only ASCII digits, and few of them: int() takes more than a date has."""
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else -1


def _month(text: str) -> int:
    if text[0].isdigit():
        return _number(text)
    wanted = text.casefold().rstrip(".")
    found = [number for number, name in MONTHS.items() if str(name).casefold().startswith(wanted)]
    return found[0] if len(found) == 1 and len(wanted) >= 3 else -1


def read_time(text: str) -> time | None:
    """A time of day as people write it: 14:30, 2.30pm, 1430, 9 pm, noon, midnight. None where it cannot be read."""
    wanted = " ".join(text.casefold().split())
    if wanted in {"noon", "midday"}:
        return time(12)
    if wanted == "midnight":
        return time(0)
    match = _TIME.fullmatch(wanted)
    if not match or not wanted.isascii():
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif match[2] is None:
        return None  # "9" alone may be morning or evening
    return time(hour, minute) if hour < 24 and minute < 60 else None


def moment_of(day: date, at: time, zone: tzinfo) -> datetime | None:
    """That time of that day where the clocks show it, or None in the hour that a spring night skips.

    An hour that an autumn night has twice is its first: so no clock that starts from it ends too late.
    """
    local = datetime.combine(day, at, zone)
    back = local.astimezone(UTC).astimezone(zone)
    return local.astimezone(UTC) if back.replace(tzinfo=None) == local.replace(tzinfo=None) else None
