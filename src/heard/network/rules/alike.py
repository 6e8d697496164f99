"""When two descriptions may be of the same person, said in words. Pure.

Names are compared without regard to case, accents, hyphens and order; by sound and by spelling; with known short
forms (`nicknames.txt`). A date of birth may have day and month swapped or one digit wrong. Nothing here is a score:
each thing that agrees is one reason, and a person reads the reasons and decides.
"""

from datetime import date
from enum import StrEnum
from itertools import permutations
from typing import Final

from jellyfish import metaphone, soundex
from rapidfuzz.distance import OSA, JaroWinkler

from heard.network.rules.names import (
    Description,
    Name,
    long_forms,
    normal,
    normal_postcode,
    outward,
    parts,
    postcode_begins,
    swapped,
)

ALIKE: Final = (
    0.92  # Jaro-Winkler: Mohammed and Mohamed are above, Marie and Maria are above, Amir and Amina below
)

SAME_NUMBER: Final = "same number, such as an NHS number"
EXACT: Final = frozenset(
    {"same given name", "same family name", "same date of birth", "same postcode", SAME_NUMBER}
)  # listed first among equally many reasons


class _Agrees(StrEnum):
    """How two parts of a name agree, the surest first."""

    SAME = "same"
    IN_PART = "in part"
    SHORT_FORM = "short form"
    SOUNDS = "sounds"
    SPELLED = "spelled"
    BEGINS = "begins"


# Whole sentences, since no other language puts them together from these parts in this order.
type _Said = dict[_Agrees | None, str]
_GIVEN: Final[_Said] = {
    _Agrees.SAME: "same given name",
    _Agrees.IN_PART: "part of the given name is the same",
    _Agrees.SHORT_FORM: "given name is a short form or another form",
    _Agrees.SOUNDS: "given name sounds alike",
    _Agrees.SPELLED: "given name is spelled alike",
    _Agrees.BEGINS: "given name begins alike",
}
_FAMILY: Final[_Said] = {
    _Agrees.SAME: "same family name",
    _Agrees.IN_PART: "part of the family name is the same",
    _Agrees.SOUNDS: "family name sounds alike",
    _Agrees.SPELLED: "family name is spelled alike",
    _Agrees.BEGINS: "family name begins alike",
}
_GIVEN_AS_FAMILY: Final[_Said] = {
    _Agrees.SAME: "same given name, recorded as the family name",
    _Agrees.IN_PART: "part of the given name is the same, recorded as the family name",
    _Agrees.SOUNDS: "given name sounds alike, recorded as the family name",
    _Agrees.SPELLED: "given name is spelled alike, recorded as the family name",
    _Agrees.BEGINS: "given name begins alike, recorded as the family name",
}
_FAMILY_AS_GIVEN: Final[_Said] = {
    _Agrees.SAME: "same family name, recorded as the given name",
    _Agrees.IN_PART: "part of the family name is the same, recorded as the given name",
    _Agrees.SHORT_FORM: "family name is a short form or another form, recorded as the given name",
    _Agrees.SOUNDS: "family name sounds alike, recorded as the given name",
    _Agrees.SPELLED: "family name is spelled alike, recorded as the given name",
    _Agrees.BEGINS: "family name begins alike, recorded as the given name",
}
_IN_FAMILY_NAME: Final[tuple[_Said, _Said]] = (
    {
        _Agrees.SAME: "one part of the family name is the same",
        _Agrees.IN_PART: "one part of the family name is the same",
        _Agrees.SOUNDS: "one part of the family name sounds alike",
        _Agrees.SPELLED: "one part of the family name is spelled alike",
        _Agrees.BEGINS: "one part of the family name begins alike",
    },
    {
        _Agrees.SAME: "another part of the family name is the same",
        _Agrees.IN_PART: "another part of the family name is the same",
        _Agrees.SOUNDS: "another part of the family name sounds alike",
        _Agrees.SPELLED: "another part of the family name is spelled alike",
        _Agrees.BEGINS: "another part of the family name begins alike",
    },
)
_IN_GIVEN_NAME: Final[tuple[_Said, _Said]] = (
    {
        _Agrees.SAME: "one part of the given name is the same",
        _Agrees.IN_PART: "one part of the given name is the same",
        _Agrees.SOUNDS: "one part of the given name sounds alike",
        _Agrees.SPELLED: "one part of the given name is spelled alike",
        _Agrees.BEGINS: "one part of the given name begins alike",
    },
    {
        _Agrees.SAME: "another part of the given name is the same",
        _Agrees.IN_PART: "another part of the given name is the same",
        _Agrees.SOUNDS: "another part of the given name sounds alike",
        _Agrees.SPELLED: "another part of the given name is spelled alike",
        _Agrees.BEGINS: "another part of the given name begins alike",
    },
)


def reasons_same_person(asked: Description, candidate: Description) -> tuple[str, ...]:
    """Why the candidate may be the person asked for: at most one reason each for given name, family name, date of
    birth, postcode and number, so that they can be counted as independent. No reason: ()."""
    found = [
        *_names_agree(asked.names, candidate.names),
        _dates_agree(asked.birth_date, candidate.birth_date),
        _postcodes_agree(asked.postcodes, candidate.postcodes),
        SAME_NUMBER if set(asked.numbers) & set(candidate.numbers) else "",
    ]
    return tuple(reason for reason in found if reason)


def is_hit(asked: Description, reasons: tuple[str, ...], *, may_open: bool) -> bool:
    """Whether a candidate is shown. With two facts or more, two must agree. A child whom the user may not open is
    shown only when two agree, so that nobody can leaf through the partnership's children by a common name. Who has
    their number knows already who is meant."""
    needed = 2 if asked.facts >= 2 or not may_open else 1
    return len(reasons) >= needed or SAME_NUMBER in reasons


def sounds_alike(a: str, b: str) -> bool:
    if len(a) < 2 or len(b) < 2 or not (a.isascii() and b.isascii() and a.isalpha() and b.isalpha()):
        return False
    return metaphone(a) == metaphone(b) != "" or (soundex(a) == soundex(b) and OSA.distance(a, b) <= 2)


def spelled_alike(a: str, b: str) -> bool:
    """One slip of the pen in names of four letters, two where both have seven; or the same but for the end."""
    shorter, longer = sorted((len(a), len(b)))
    if longer < 4 or shorter < 3:
        return False
    return OSA.distance(a, b) <= slips(shorter) or (shorter >= 4 and JaroWinkler.similarity(a, b) >= ALIKE)


def slips(shorter: int) -> int:
    """How many slips of the pen a name may differ by; `shorter`: the letters of the shorter of the two."""
    return 2 if shorter >= 7 else 1


def begins_alike(a: str, b: str) -> bool:
    """One is how the other begins, three letters or more: Max and Maxwell."""
    return min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a))


def _names_agree(asked: tuple[Name, ...], known: tuple[Name, ...]) -> list[str]:
    """The reasons of the best pair of names: straight, with given and family name the other way round, or where two words of
    one name were typed as if they were both."""
    best: list[str] = []
    for name in asked:
        for other in known:
            for reasons in (
                _straight(name, other),
                _turned(name, other),
                _both_in(name, other.family, _IN_FAMILY_NAME),
                _both_in(name, other.given, _IN_GIVEN_NAME),
            ):
                best = max(best, reasons, key=_worth)
    return best


def _straight(asked: Name, known: Name) -> list[str]:
    return _said(
        _GIVEN.get(_part_agrees(asked.given, known.given, short_forms=True)),
        _FAMILY.get(_part_agrees(asked.family, known.family)),
    )


def _turned(asked: Name, known: Name) -> list[str]:
    """One name alone says nothing of which it is, so that it is called by what is recorded."""
    if not normal(asked.given) or not normal(asked.family):
        alone = asked.given if normal(asked.given) else asked.family
        given = _GIVEN.get(_part_agrees(alone, known.given, short_forms=True))
        return _said(given or _FAMILY.get(_part_agrees(alone, known.family)))
    return _said(
        _GIVEN_AS_FAMILY.get(_part_agrees(asked.given, known.family)),
        _FAMILY_AS_GIVEN.get(_part_agrees(asked.family, known.given, short_forms=True)),
    )


def _both_in(asked: Name, known: str, said: tuple[_Said, _Said]) -> list[str]:
    """Somebody typed 'Saleem Rahman' of whom the family name is Saleem-Rahman."""
    for first, second in permutations(parts(known), 2):
        one, other = _part_agrees(asked.given, first), _part_agrees(asked.family, second)
        if one and other:
            return _said(said[0].get(one), said[1].get(other))
    return []


def _said(*reasons: str | None) -> list[str]:
    return [reason for reason in reasons if reason]


def _worth(reasons: list[str]) -> tuple[int, int]:
    return len(reasons), sum(reason in EXACT for reason in reasons)


def _part_agrees(asked: str, known: str, *, short_forms: bool = False) -> _Agrees | None:
    a, b = normal(asked), normal(known)
    if not a or not b:
        return None
    if a == b:
        return _Agrees.SAME
    pairs = [(x, y) for x in a.split() for y in b.split()]
    if any(x == y and len(x) > 1 for x, y in pairs):
        return _Agrees.IN_PART
    if short_forms and any(long_forms(x) & long_forms(y) for x, y in pairs):
        return _Agrees.SHORT_FORM
    if any(sounds_alike(x, y) for x, y in pairs):
        return _Agrees.SOUNDS
    if any(spelled_alike(x, y) for x, y in [*pairs, (a, b), (a.replace(" ", ""), b.replace(" ", ""))]):
        return _Agrees.SPELLED
    return _Agrees.BEGINS if any(begins_alike(x, y) for x, y in pairs) else None


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
    """What was asked for may be the beginning of a postcode."""
    mine = {postcode_begins(text) for text in asked} - {""}
    theirs = {normal_postcode(text) for text in known} - {""}
    if mine & theirs:
        return "same postcode"
    if any(" " in begins and whole.startswith(begins) for begins in mine for whole in theirs):
        return "postcode begins the same"
    if {outward(text) for text in mine} & {outward(text) for text in theirs}:
        return "same postcode district"
    return ""
