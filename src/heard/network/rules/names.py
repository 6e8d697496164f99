"""Names, dates, postcodes and numbers as people type them, made comparable. Pure: no Django, no clock, no database."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)
_JOINED = re.compile(r"[’'ʼ`´.]")  # O’Brien is one name
_APART = re.compile(r"[\W_]+")  # Smith-Jones is two
POSTCODE: Final = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_PART_OF_POSTCODE: Final = re.compile(
    r"\b([A-Z]{1,2}\d[A-Z\d]?)(?:\s+(\d)(?![\w/.\-]))?(?!\w)", re.IGNORECASE
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_REST: Final = ("uary", "uary", "ch", "il", "", "e", "y", "ust", "t(?:ember)?", "ober", "ember", "ember")
_MONTH: Final = "|".join(f"{month}(?:{rest})?" for month, rest in zip(_MONTHS, _REST, strict=True))
_DAYS: Final = tuple(
    re.compile(rf"\b{pattern}\b", re.IGNORECASE)
    for pattern in (
        r"(?P<day>\d{1,2})[/.\- ](?P<month>\d{1,2})[/.\- ](?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ \-.]+(?:of +)?(?P<month>{_MONTH})[ \-.,]+(?P<year>\d{{4}})",
    )
)
_NHS_NUMBER: Final = re.compile(r"\b(\d{3})[ -]?(\d{3})[ -]?(\d{4})\b")
_UPN: Final = re.compile(r"\b[A-Z]\d{11}[A-Z\d]\b", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    given: str = ""
    family: str = ""


@dataclass(frozen=True)
class Description:
    """A person as somebody describes them, or as they are recorded: any name they go by, any postcode or part of one,
    any number that only they have."""

    names: tuple[Name, ...] = ()
    birth_date: date | None = None
    postcodes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def facts(self) -> int:
        """How many of given name, family name, date of birth and postcode are there: 0 to 4."""
        given = any(parts(name.given) for name in self.names)
        family = any(parts(name.family) for name in self.names)
        return given + family + (self.birth_date is not None) + any(self.postcodes)


def normal(name: str) -> str:
    """Lower case, no accents, no apostrophes, words apart by one space. 'Zoë O’Brien-Łuk' is 'zoe obrien luk'."""
    text = _JOINED.sub("", name.casefold().translate(_LETTERS))
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _APART.sub(" ", bare).strip()


def parts(name: str) -> list[str]:
    return normal(name).split()


def is_called(given: str, family: str, names: list[tuple[str, str]]) -> bool:
    """Whether one of these names is this one, in full: capitals, accents and hyphens make no difference, letters do."""
    asked = (normal(given), normal(family))
    return any(asked) and asked in {(normal(one), normal(other)) for one, other in names}


def normal_postcode(text: str) -> str:
    """'le11aa' is 'LE1 1AA'; what cannot be read as a postcode is ''."""
    match = POSTCODE.search(text.strip())
    return f"{match[1]} {match[2]}".upper() if match else ""


def kept_postcode(text: str) -> str:
    """As it should be written; what cannot be read as a postcode is kept as typed, so that nothing is lost."""
    return normal_postcode(text) or text.strip().upper()[:8]


def postcode_begins(text: str) -> str:
    """A postcode or its beginning as it should be written: 'le1 1aa' is 'LE1 1AA', 'le1 1' is 'LE1 1', 'le1' is 'LE1'."""
    whole = normal_postcode(text)
    match = None if whole else _PART_OF_POSTCODE.fullmatch(text.strip())
    return whole or (f"{match[1]} {match[2] or ''}".strip().upper() if match else "")


def outward(postcode: str) -> str:
    """The district, 'LE1' of 'LE1 1AA'; '' where it cannot be read."""
    return postcode_begins(postcode).partition(" ")[0]


def swapped(day: date) -> date | None:
    """Day and month the other way round, where that is another date that exists."""
    return date(day.year, day.day, day.month) if day.day <= 12 and day.day != day.month else None


@cache
def _long_forms() -> dict[str, frozenset[str]]:
    """Short form -> the names that it may stand for. Each is also its own."""
    forms: dict[str, set[str]] = {}
    text = files("heard.network").joinpath("nicknames.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        whole, _, short = line.partition(":")
        if line.startswith("#") or not short:
            continue
        for one in [whole, *short.split()]:
            forms.setdefault(one.strip(), set()).add(whole.strip())
    return {short: frozenset(whole) for short, whole in forms.items()}


@cache
def _forms_of() -> dict[str, frozenset[str]]:
    """Long form -> every form that may stand for it."""
    forms: dict[str, set[str]] = {}
    for short, wholes in _long_forms().items():
        for whole in wholes:
            forms.setdefault(whole, set()).add(short)
    return {whole: frozenset(short) for whole, short in forms.items()}


def long_forms(given: str) -> frozenset[str]:
    return _long_forms().get(given, frozenset()) | {given}


def other_forms(given: str) -> frozenset[str]:
    """Every name that may stand for the same: 'liz' gives elizabeth, beth, eliza and so on, and 'liz' itself."""
    return frozenset({given}.union(*(_forms_of().get(whole, ()) for whole in long_forms(given))))


def read_box(text: str) -> Description:
    """What somebody typed in one box: 'amira khan 3/4/2010 le1 1aa', or an NHS number, a UPN or another number of somebody.

    The last word of the name is the family name; what has no letter, such as a year, is no name. Part of a postcode counts:
    'le1 1', 'le1'.
    """
    numbers, day, postcode, rest = _taken_apart(text)
    others = [word for word in rest.split() if _is_number(word)]
    numbers += tuple("".join(c for c in word.upper() if c.isalnum()) for word in others)
    words = [word for word in rest.split() if not word.isnumeric() and word not in others]
    given, family = (" ".join(words[:-1]), words[-1]) if words else ("", "")
    names = (Name(given, family),) if words else ()
    return Description(names, day, (postcode,) if postcode else (), numbers)


def _is_number(word: str) -> bool:
    """Whether this may be a number that some agency gave: longer than a year or the number of a house."""
    digits = sum(c.isdigit() for c in word)
    return digits >= 5 or (digits >= 4 and any(c.isalpha() for c in word))


def words_of_box(text: str) -> str:
    """What is neither a date nor a postcode nor a number of somebody, comparable: words of a place or of a record."""
    return normal(_taken_apart(text)[-1])


def _day(match: re.Match[str]) -> date | None:
    """None where there is no such day. The day comes before the month, unless the month is in letters or no month at all."""
    day, month = int(match["day"]), match["month"].lower()
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3]) + 1
    day, number = (number, day) if number > 12 else (day, number)
    try:
        return date(int(match["year"]), number, day)
    except ValueError:
        return None


def _day_in(text: str) -> re.Match[str] | None:
    return next(filter(None, (pattern.search(text) for pattern in _DAYS)), None)


def _taken_apart(text: str) -> tuple[tuple[str, ...], date | None, str, str]:
    """Numbers that only one person has, a date, a postcode or part of one, and what is left."""
    numbers, rest = _take_numbers(text)
    match = _day_in(rest)
    without = f"{rest[: match.start()]} {rest[match.end() :]}" if match else rest
    postcode, rest = _take_postcode(without)
    return numbers, _day(match) if match else None, postcode, rest


def _take_numbers(text: str) -> tuple[tuple[str, ...], str]:
    """NHS numbers and UPNs in the text, as they are kept, and the text without them."""
    found = [match[0].upper() for match in _UPN.finditer(text)]
    rest = _UPN.sub(" ", text)
    if not _day_in(rest):  # 10 digits with a date among them are a date and something else
        found += ["".join(match.groups()) for match in _NHS_NUMBER.finditer(rest)]
        rest = _NHS_NUMBER.sub(" ", rest)
    return tuple(found), rest


def _take_postcode(text: str) -> tuple[str, str]:
    """The postcode, or the beginning of one, and the text without it."""
    whole = normal_postcode(text)
    if whole:
        return whole, POSTCODE.sub(" ", text)
    part = _PART_OF_POSTCODE.search(text)
    if part is None:
        return "", text
    return postcode_begins(part[0]), text[: part.start()] + " " + text[part.end() :]
