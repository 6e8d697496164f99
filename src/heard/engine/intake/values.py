"""Turns what is written in one cell into a value, or says why not. Pure: no file, no clock.

Identifiers that fail their check are kept as written: a mistyped number still helps a person, and the flag beside it
tells the linker not to trust it. Check digits: NHS Data Dictionary (NHS number), DfE's UPN guide (UPN).
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.gb import nhs

EARLIEST = date(1900, 1, 1)
"""No child in an extract was born, and nothing was recorded of one, before this day."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z| ?[AaPp][Mm]|[+-]\d{2}:?\d{2})?|Z|[+-]\d{2}:\d{2})?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})" + _TIME)
_NUMBERS = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})" + _TIME)
_NAMED = re.compile(r"([0-9]{1,2})[-/. ]?([A-Za-z]{3,9})[-/., ]*([0-9]{4}|[0-9]{2})" + _TIME)

FORMATS = ("yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy", "dd-mon-yyyy")
"""The names that a mapping may use for the date formats it accepts."""


class Dated(NamedTuple):
    """A date, or the short name of what is wrong with it. Both null where the cell is blank."""

    value: date | None
    fault: str | None = None
    format: str | None = None


BLANK = Dated(None)


@lru_cache(maxsize=65_536)
def read_date(text: str, day_first: bool = True, earliest: date = EARLIEST) -> Dated:
    """Reads one date; `day_first` decides 03/04/2024. A number that can only be the other way is read so, and said."""
    read = _read_date(text.strip(), day_first)
    if read.value and read.value < earliest:
        return Dated(None, "date_too_early", read.format)
    return read


def _read_date(text: str, day_first: bool) -> Dated:
    if not text:
        return BLANK
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
        return _whole(year, int(month), int(day), "yyyy-mm-dd")
    if match := _NUMBERS.fullmatch(text):
        first, _, second, year = match.groups()
        return _numbers(year, int(first), int(second), day_first)
    if match := _NAMED.fullmatch(text):
        day, name, year = match.groups()
        if name[:3].lower() in _MONTHS:
            return _whole(year, _MONTHS.index(name[:3].lower()) + 1, int(day), "dd-mon-yyyy")
    return Dated(None, "date_unreadable")


def _numbers(year: str, first: int, second: int, day_first: bool) -> Dated:
    day, month = (first, second) if day_first else (second, first)
    if month > 12 >= day > 0:
        swapped = _whole(year, day, month, _order(not day_first))
        return Dated(swapped.value, swapped.fault or "date_other_order", swapped.format)
    return _whole(year, month, day, _order(day_first))


def _order(day_first: bool) -> str:
    return "dd/mm/yyyy" if day_first else "mm/dd/yyyy"


def _whole(year: str, month: int, day: int, written_as: str) -> Dated:
    full = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 50 else 1900 + int(year)
    try:
        value = date(full, month, day)
    except ValueError:
        return Dated(None, "date_impossible", written_as)
    return Dated(value, None if len(year) == 4 else "date_short_year", written_as)


_NONE = ("", "0", "00", "?", "??", "-", "--", "x", "xx")
_PART_ORDERS = (
    re.compile(r"(?P<year>[0-9]{4})(?:([-/.])(?P<month>[0-9]{1,2}|[?xX-]{1,2})(?:\2(?P<day>[0-9]{1,2}|[?xX-]{1,2}))?)?" + _TIME),
    re.compile(r"(?:(?P<day>[0-9]{1,2}|[?xX-]{1,2})([-/. ]))?(?P<month>[0-9]{1,2}|[?xX-]{1,2})[-/. ](?P<year>[0-9]{4})" + _TIME),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    re.compile(r"(?P<month>[A-Za-z]{3,9})[-/., ]*(?P<year>[0-9]{4})"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def read_birth_parts(text: str, day_first: bool = True) -> str | None:
    """What a birth date that is not whole, or is no day, tells all the same: YYYYMMDD as written, with ? for what is not known.

    "2011" is 2011????, "03/2011" and "2011-03-00" are 201103??, "2011-02-31" is 20110231. Null where there is no year, and where
    the date is whole.
    """
    text = text.strip()
    match = next((found for order in _PART_ORDERS if (found := order.fullmatch(text))), None)
    if not match or read_date(text, day_first).fault not in ("date_unreadable", "date_impossible"):
        return None
    told = match.groupdict()
    return birth_parts(told["year"], *_in_order(told, match.re is _PART_ORDERS[1] and not day_first))


def _in_order(told: dict[str, str | None], month_first: bool) -> tuple[str, str]:
    month, day = told.get("month") or "", told.get("day") or ""
    if month_first and day:
        month, day = day, month
    name = month[:3].lower()
    return (f"{_MONTHS.index(name) + 1:02}" if name in _MONTHS else month), day


def birth_parts(year: str, month: str, day: str) -> str | None:
    """The same of what stands in three columns. Null where the year is none that somebody was born in."""
    if not re.fullmatch("[0-9]{4}", year) or not 1000 <= int(year) < 2100:
        return None
    month, day = ("??" if part.lower() in _NONE else f"{part:0>2}" for part in (month, day))
    return (
        f"{year}{month}{day}"
        if all(re.fullmatch(r"[0-9]{2}|\?\?", part) for part in (month, day))
        else f"{year}????"
    )


def births(told: Iterable[tuple[str, ...]]) -> dict[str, date]:
    """Numbers of children with their birth dates, of those that have both; the first of each."""
    found: dict[str, date] = {}
    for number, day in told:
        if (child := read_id(number)) and (born := read_date(day).value):
            found.setdefault(child, born)
    return found


def order_seen_in(text: str) -> str | None:
    """What one cell says of its column: 'day', 'month' (comes first, for certain), 'either', or null."""
    match = _NUMBERS.fullmatch(text.strip())
    if not match:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 and second <= 12:
        return "day"
    if second > 12 and first <= 12:
        return "month"
    return "either" if first != second else None


_POSTCODE = re.compile(r"([A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY]))"
                       r"(\d[ABD-HJLNP-UW-Z]{2})")  # fmt: skip


@lru_cache(maxsize=65_536)
def read_postcode(text: str) -> str | None:
    """Upper case with one space, or null where the shape is not that of a UK postcode. Does not say that it exists."""
    squeezed = re.sub(r"[\s.-]", "", text).upper()
    if squeezed == "GIR0AA":
        return "GIR 0AA"
    match = _POSTCODE.fullmatch(squeezed)
    return f"{match[1]} {match[2]}" if match else None


_DIGIT_FOR = str.maketrans("OIL", "011")


@lru_cache(maxsize=65_536)
def mended_postcode(text: str) -> str | None:
    """The postcode that somebody meant who typed the letter O or I for a digit, or a nought for an O: the only one that has the
    shape of a postcode, or null."""
    squeezed = re.sub(r"[\s.-]", "", text).upper()
    if not 5 <= len(squeezed) <= 7:
        return None
    area, rest, inward = squeezed[:2], squeezed[2:-3], squeezed[-3:]
    inwards = (inward, inward[0].translate(_DIGIT_FOR) + inward[1:])
    areas = {area, area[0] + area[1].translate(_DIGIT_FOR), area.replace("0", "O"), area.replace("1", "I")}
    rests = {rest, rest.translate(_DIGIT_FOR), rest[:1].translate(_DIGIT_FOR) + rest[1:]}
    found = {read_postcode(a + r + i) for a in areas for r in rests for i in inwards} - {None}
    return found.pop() if len(found) == 1 else None


_SEXES = {
    "M": ("1", "m", "male", "boy", "man"),
    "F": ("2", "f", "female", "girl", "woman"),
    None: (
        "",
        "0",
        "9",
        "u",
        "x",
        "i",
        "unknown",
        "not known",
        "unborn",
        "indeterminate",
        "not specified",
        "other",
    ),
}
_SEX_BY_WORD = {word: sex for sex, words in _SEXES.items() for word in words}


@lru_cache(maxsize=4_096)
def read_sex(text: str) -> tuple[str | None, str | None]:
    """F, M or null, and 'sex_unreadable' where the word is none that we know. Codes: DfE and NHS 1, 2, 0, 9; M, F, U."""
    word = text.strip().lower().removesuffix(".0")
    return (_SEX_BY_WORD[word], None) if word in _SEX_BY_WORD else (None, "sex_unreadable")


_NO_NAME = frozenset(
    ("unknown", "notknown", "unnamed", "notrecorded", "notstated", "notgiven", "notavailable", "notapplicable", "nameunknown",
     "unknownname", "noname", "na", "nk", "none", "null", "nil", "tbc", "tba", "missing", "anon", "anonymous", "unborn",
     "unbornbaby", "unbornchild")
)  # fmt: skip


@lru_cache(maxsize=65_536)
def no_name(text: str) -> bool:
    """Whether a name that is filled in says that there is none: "Unknown", "n/a", "?", "xxx"."""
    words = ["".join(c for c in word if c.isalpha()) for word in text.casefold().split()]
    whole = "".join(words)
    if whole == "na" and "/" not in text and "." not in text:
        return False  # a family name
    return bool(text.strip()) and (
        not whole
        or whole in _NO_NAME
        or set(words) <= _NO_NAME - {"na"}
        or re.fullmatch("x{2,}", whole) is not None
    )


@lru_cache(maxsize=65_536)
def no_number(text: str) -> bool:
    """Whether an NHS or pupil number that is filled in stands for none: a word, one digit over and over, a row of digits, the
    codes UN1 to UN7 by which a return says why there is no pupil number."""
    told = "".join(c for c in text.casefold() if c.isalnum())
    digits = told[1:] if told[:1].isalpha() else told
    return bool(text.strip()) and (
        not told
        or told in _NO_ID
        or re.fullmatch("un[0-9]", told) is not None
        or (len(digits) > 2 and len(set(digits)) == 1)
        or (len(digits) > 7 and (digits in _UP or digits in _DOWN))
    )


def read_nhs_number(text: str) -> tuple[str | None, bool | None]:
    """The number without spaces, and whether its check digit holds. Null, null where blank.

    Ten times the same digit passes the check, and stands for a number that nobody knows: not valid.
    """
    number = re.sub(r"[\s-]", "", text).removesuffix(".0")
    holds = number.isascii() and len(set(number)) > 1 and bool(nhs.is_valid(number))
    return (number, holds) if number else (None, None)


_NO_ID = frozenset(
    ("na", "none", "null", "nil", "nan", "unknown", "notknown", "notapplicable", "notavailable", "tbc", "tba", "missing")
)  # fmt: skip


@lru_cache(maxsize=65_536)
def read_id(text: str) -> str | None:
    """An agency's own number, as it is compared: without blanks around it, one blank inside, and 1.0 (a spreadsheet's
    doing) is 1. Null where it is blank, a word for no number, or a row of noughts or of nine times one digit."""
    number = " ".join(text.split())
    if re.fullmatch(r"[0-9]+\.0", number):
        number = number[:-2]
    told = "".join(c for c in number.casefold() if c.isalnum())
    return None if not told or told in _NO_ID or re.fullmatch(r"0{4,}|([0-9])\1{8,}", told) else number


_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = re.compile(r"[A-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]")


def read_upn(text: str) -> tuple[str | None, bool | None]:
    """Upper case, and whether its check letter holds. The council's code inside is not checked: lists of them date."""
    upn = re.sub(r"\s", "", text).upper()
    return (upn, _upn_holds(upn)) if upn else (None, None)


def _upn_holds(upn: str) -> bool:
    if not _UPN.fullmatch(upn) or not upn[1:].strip("0"):  # noughts pass the check, and stand for no number
        return False
    digits = (int(c) if c.isdigit() else _UPN_LETTERS.index(c) for c in upn[1:])
    return upn[0] == _UPN_LETTERS[sum(value * place for place, value in enumerate(digits, start=2)) % 23]


def read_number(text: str) -> float | None:
    """A plain number, or null where it is none."""
    return float(text) if re.fullmatch(r"\s*-?[0-9]{1,12}(\.[0-9]{1,6})?\s*", text) else None


def tidy(text: str) -> str | None:
    """As written, without the blanks around it; null where nothing is left."""
    return text.strip() or None


@lru_cache(maxsize=65_536)
def code_of(text: str) -> str:
    """A code as the Department writes it: upper case, and 1.0 (a spreadsheet's doing) is 1."""
    return text.strip().upper().removesuffix(".0")


# ---- of many texts at once: those of which a rule is sure to leave them as they are


def plain_names(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Names that no blank surrounds, and that begin with two letters with which no word for no name begins."""
    begins = pc.ascii_lower(pc.utf8_slice_codeunits(texts, 0, 2))
    return _flags(pc.is_in(begins, value_set=_plain_beginnings())) & plain_ends(texts)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@cache  # not while this is loaded: an array of Python's own makes Arrow load pandas, which no page and few commands need
def _plain_beginnings() -> pa.StringArray:
    two = {one + other for one in _LETTERS for other in _LETTERS}
    return pa.array(sorted(two - {"xx"} - {word[:2] for word in _NO_NAME}))


def plain_ends(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Texts that begin and end with a letter that is printed."""
    ends = (pc.utf8_slice_codeunits(texts, 0, 1), pc.utf8_slice_codeunits(texts, -1))
    return np.logical_and(*(_flags(pc.is_in(end, value_set=_printed())) for end in ends))


@cache
def _printed() -> pa.StringArray:
    return pa.array([chr(code) for code in range(0x21, 0x7F)])


def plain_ids(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Ids of letters and digits, with both; and numbers whose first two digits differ."""
    first, second = (pc.utf8_slice_codeunits(texts, place, place + 1) for place in (0, 1))
    mixed = pc.and_not(pc.invert(pc.ascii_is_alpha(texts)), pc.ascii_is_decimal(texts))
    number = pc.and_(pc.ascii_is_decimal(texts), pc.not_equal(first, second))
    return _flags(pc.and_(pc.ascii_is_alnum(texts), pc.or_(mixed, number)))


def plain_postcodes(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    return _flags(pc.match_substring_regex(texts, _PLAIN_POSTCODE))


_PLAIN_POSTCODE = r"\A" + _POSTCODE.pattern.replace(")(", ") (").replace(r"\d", "[0-9]") + r"\z"


def plain_nhs_numbers(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """NHS numbers of ten digits and no more, whose check digit holds and which do not stand for none."""
    whole = pc.and_(pc.ascii_is_decimal(texts), pc.equal(pc.binary_length(texts), 10))
    found = _flags(pc.and_not(whole, pc.is_in(texts, value_set=_digits_in_a_row())))
    some = texts.filter(pa.array(found))
    if len(some):
        digits = np.frombuffer("".join(some.to_pylist()).encode(), np.uint8).reshape(-1, 10).astype(
            np.int64
        ) - ord("0")
        holds = digits @ np.arange(10, 0, -1) % 11 == 0
        found[found] = holds & (digits != digits[:, :1]).any(axis=1)
    return found


_UP, _DOWN = "01234567890123", "9876543210987"


@cache
def _digits_in_a_row() -> pa.StringArray:
    return pa.array([row[start : start + 10] for row in (_UP, _DOWN) for start in range(len(row) - 9)])


def _flags(flags: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return flags.to_numpy(zero_copy_only=False)
