"""Days that are named in prose, as people write them. Pure."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final = {
    name.casefold(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name
}
_NAME: Final = "|".join([*sorted(_MONTHS, key=len, reverse=True), "sept"])
_NAMED: Final = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?\s+)?(?P<month>{_NAME})\.?,?\s+(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_FIGURES: Final = re.compile(
    r"\b(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d)\b"
)
_ISO: Final = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d{2})-(?P<day>\d{2})\b")
_LOOSE: Final = re.compile(
    rf"\b(?:(?:19|20)\d\d|{_NAME}|spring|summer|autumn|winter|easter|christmas|aged? \d+|\d+ years?|"
    r"(?:days?|weeks?|months?|years?) ago|(?:last|this) (?:week|month|year)|recent(?:ly)?|since|year (?:\d+|group))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """A day or a month that stands in a text: from `first` to `last`, as it is written, and where it begins."""

    first: date
    last: date
    text: str
    at: int


def days_in(text: str) -> list[Named]:
    """Every day or month with its year, in the order of the text. Day before month, as in Britain. Never raises."""
    found = [named for pattern in (_NAMED, _FIGURES, _ISO) for named in _read(pattern, text)]
    return sorted(found, key=lambda named: named.at)


def says_when(text: str) -> bool:
    """Whether the text holds any day, or a looser time such as a season, an age or “two months ago”."""
    return bool(days_in(text) or _LOOSE.search(text))


def _read(pattern: re.Pattern[str], text: str) -> Iterator[Named]:
    for match in pattern.finditer(text):
        month = _month(match["month"])
        year = int(match["year"])
        if not 1 <= month <= 12:
            continue
        length = monthrange(year, month)[1]
        first, last = (int(match["day"]),) * 2 if match["day"] else (1, length)
        if 1 <= first <= length:
            yield Named(date(year, month, first), date(year, month, last), match[0], match.start())


def _month(text: str) -> int:
    return (
        int(text) if text.isdecimal() else _MONTHS.get(text.casefold(), 9)
    )  # "sept" is the one that is not a month of the calendar
