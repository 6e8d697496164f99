"""When two descriptions may be of the same person, said in words. Pure: no Django, no clock, no database.

Names are compared without regard to case, accents, hyphens and order; by sound and by spelling; with known short
forms (`nicknames.txt`). A date of birth may have day and month swapped or one digit wrong. Nothing here is a score:
each thing that agrees is one reason, and a person reads the reasons and decides.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from jellyfish import metaphone, soundex
from rapidfuzz.distance import OSA, JaroWinkler

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)
_JOINED = re.compile(r"[’'ʼ`´.]")  # O’Brien is one name
_APART = re.compile(r"[\W_]+")  # Smith-Jones is two
POSTCODE: Final = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_DAY: Final = re.compile(r"\b(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})\b|\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_ALIKE = 0.92  # Jaro-Winkler: Mohammed and Mohamed are above, Marie and Maria are above, Amir and Amina below


@dataclass(frozen=True)
class Name:
    given: str = ""
    family: str = ""


@dataclass(frozen=True)
class Description:
    """A person as somebody describes them, or as they are recorded: any name they go by, any postcode."""

    names: tuple[Name, ...] = ()
    birth_date: date | None = None
    postcodes: tuple[str, ...] = ()

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


def normal_postcode(text: str) -> str:
    """'le11aa' is 'LE1 1AA'; what cannot be read as a postcode is ''."""
    match = POSTCODE.search(text.strip())
    return f"{match[1]} {match[2]}".upper() if match else ""


def kept_postcode(text: str) -> str:
    """As it should be written; what cannot be read as a postcode is kept as typed, so that nothing is lost."""
    return normal_postcode(text) or text.strip().upper()[:8]


def outward(postcode: str) -> str:
    """The district, 'LE1' of 'LE1 1AA'; '' where it cannot be read."""
    return normal_postcode(postcode).partition(" ")[0]


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


def long_forms(given: str) -> frozenset[str]:
    return _long_forms().get(given, frozenset()) | {given}


def search_keys(described: Description) -> frozenset[str]:
    """Keys, at most 60 letters each, under which this person is found.

    Two descriptions of one person nearly always share one: how a name sounds (with what a short form stands for), its
    first three letters, the date of birth as it is and with day and month swapped, the postcode's district.
    """
    keys: set[str] = set()
    for name in described.names:
        called = [*parts(name.given), *parts(name.family)]  # together: people mix up which is which
        keys.update(f"first {part[:3]}" for part in called)
        sounding = {form for part in called for form in long_forms(part)}
        keys.update(f"sounds {metaphone(part)}" for part in sounding if metaphone(part))
        keys.update(f"like {soundex(part)}" for part in sounding if part.isascii() and part.isalpha())
    if described.birth_date:
        both = {described.birth_date, swapped(described.birth_date)} - {None}
        keys.update(f"born {day}" for day in both)
    keys.update(f"near {outward(postcode)}" for postcode in described.postcodes if outward(postcode))
    return frozenset(key[:60] for key in keys)


def reasons_same_person(asked: Description, candidate: Description) -> tuple[str, ...]:
    """Why the candidate may be the person asked for: at most one reason each for given name, family name, date of
    birth and postcode, so that they can be counted as independent. No reason: ()."""
    found = [
        *_names_agree(asked.names, candidate.names),
        _dates_agree(asked.birth_date, candidate.birth_date),
        _postcodes_agree(asked.postcodes, candidate.postcodes),
    ]
    return tuple(reason for reason in found if reason)


EXACT: Final = frozenset(
    {"same given name", "same family name", "same date of birth", "same postcode"}
)  # listed first among equally many reasons


def is_hit(asked: Description, reasons: tuple[str, ...], *, may_open: bool) -> bool:
    """Whether a candidate is shown. With two facts or more, two must agree. A child whom the user may not open is
    shown only when two agree, so that nobody can leaf through the partnership's children by a common name."""
    needed = 2 if asked.facts >= 2 or not may_open else 1
    return len(reasons) >= needed


def read_box(text: str) -> Description:
    """What somebody typed in one box: 'amira khan 3/4/2010 le1 1aa'. The last word of the name is the family name."""
    postcode = normal_postcode(text)
    rest = POSTCODE.sub(" ", text)
    day = read_day(rest)
    words = _DAY.sub(" ", rest).split()
    given, family = (" ".join(words[:-1]), words[-1]) if words else ("", "")
    names = (Name(given, family),) if words else ()
    return Description(names, day, (postcode,) if postcode else ())


def read_day(text: str) -> date | None:
    """The first date in the text, day before month or year first; None where there is none that exists."""
    match = _DAY.search(text)
    if not match:
        return None
    year, month, day = (match[3], match[2], match[1]) if match[3] else (match[4], match[5], match[6])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def why_not_restrict(*, involved: bool, may_decide: bool, reason: str) -> str | None:
    if not involved:
        return "Only an agency that is involved with this child can restrict the record."
    if not may_decide:
        return "Ask a co-ordinator or supervisor to restrict the record."
    if not reason.strip():
        return "Say why the record is restricted."
    return None


def why_not_add(*, may_tell: bool, has_team: bool, given_name: str, family_name: str) -> str | None:
    if not may_tell:
        return "Your role does not let you add a child."
    if not has_team:
        return "You have no team yet. Ask your administrator to add you to one."
    if not (given_name.strip() or family_name.strip()):
        return "Give a name. One name is enough, or what the child is called."
    return None


def _names_agree(asked: tuple[Name, ...], known: tuple[Name, ...]) -> list[str]:
    """The reasons of the best pair of names: straight, or with given and family name the other way round."""
    best: list[str] = []
    for one in asked:
        for other in known:
            straight = [
                _part_agrees(one.given, other.given, "given name", short_forms=True),
                _part_agrees(one.family, other.family, "family name"),
            ]
            turned = [
                _turned(_part_agrees(one.given, other.family, "given name"), "family name"),
                _turned(_part_agrees(one.family, other.given, "family name", short_forms=True), "given name"),
            ]
            for reasons in (straight, turned):
                best = max(best, [reason for reason in reasons if reason], key=_worth)
    return best


def _worth(reasons: list[str]) -> tuple[int, int]:
    return len(reasons), sum(reason in EXACT for reason in reasons)


def _turned(reason: str, where: str) -> str:
    return f"{reason}, recorded as the {where}" if reason else ""


def _part_agrees(asked: str, known: str, what: str, *, short_forms: bool = False) -> str:
    a, b = normal(asked), normal(known)
    if not a or not b:
        return ""
    if a == b:
        return f"same {what}"
    pairs = [(x, y) for x in a.split() for y in b.split()]
    if any(x == y and len(x) > 1 for x, y in pairs):
        return f"part of the {what} is the same"
    if short_forms and any(long_forms(x) & long_forms(y) for x, y in pairs):
        return f"{what} is a short form or another form"
    if any(_sounds_alike(x, y) for x, y in pairs):
        return f"{what} sounds alike"
    if any(_spelled_alike(x, y) for x, y in [*pairs, (a, b)]):
        return f"{what} is spelled alike"
    return ""


def _sounds_alike(a: str, b: str) -> bool:
    if len(a) < 2 or len(b) < 2 or not (a.isascii() and b.isascii() and a.isalpha() and b.isalpha()):
        return False
    return metaphone(a) == metaphone(b) != "" or (soundex(a) == soundex(b) and OSA.distance(a, b) <= 2)


def _spelled_alike(a: str, b: str) -> bool:
    shorter = min(len(a), len(b))
    if shorter < 4:
        return False
    return OSA.distance(a, b) <= (2 if shorter >= 7 else 1) or JaroWinkler.similarity(a, b) >= _ALIKE


def _dates_agree(asked: date | None, known: date | None) -> str:
    if not asked or not known:
        return ""
    if asked == known:
        return "same date of birth"
    if swapped(asked) == known:
        return "day and month of birth swapped"
    if OSA.distance(asked.isoformat(), known.isoformat()) == 1:
        return "date of birth differs by one digit"
    return ""


def _postcodes_agree(asked: tuple[str, ...], known: tuple[str, ...]) -> str:
    mine = {normal_postcode(one) for one in asked} - {""}
    theirs = {normal_postcode(one) for one in known} - {""}
    if mine & theirs:
        return "same postcode"
    if {outward(one) for one in mine} & {outward(one) for one in theirs}:
        return "same postcode district"
    return ""
