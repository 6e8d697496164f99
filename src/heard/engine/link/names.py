"""What people's names can do without becoming another name: short forms, spellings, slips, initials, parts."""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import cache
from importlib.resources import files
from itertools import groupby

from rapidfuzz.distance import OSA


class Alike(Enum):
    """How two names stand to each other."""

    SAME = "same"
    FORM = "another form of the name"
    SLIP = "a slip of the pen"
    INITIAL = "an initial"
    UNKNOWN = "not known"
    DIFFERENT = "different"


# Letters whose mark Unicode does not take apart.
_WITHOUT_MARK = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)

# Alike enough to be one person's name. An initial is neither for nor against.
AGREES = frozenset({Alike.SAME, Alike.FORM, Alike.SLIP})


@cache
def plain(name: str | None) -> str | None:
    """Lower case, no accents, words apart by one space; None where no letter is left. "O’Brien-Nuñez" -> "obrien nunez"."""
    decomposed = unicodedata.normalize("NFKD", (name or "").casefold().translate(_WITHOUT_MARK))
    letters = "".join(c if c.isalpha() else " " if c in " -_./," else "" for c in decomposed)
    return " ".join(letters.split()) or None


@cache
def forms(given: str) -> tuple[str, ...]:
    """The names that a plain given name may be a form of, itself first where the list does not know it."""
    first = given.split()[0]
    return _heads().get(first, (first,))


def is_known(name: str) -> bool:
    """Whether the list holds the name: then it is a name in its own right, not a slip for another."""
    return name.split()[0] in _heads()


@cache
def parts(family: str) -> tuple[str, ...]:
    """The parts of a plain family name that can stand for the whole: not Al, El, Mc, O."""
    return tuple(part for part in family.split() if len(part) > 2)


@cache
def given_alike(left: str | None, right: str | None, *, both_usual: bool = False) -> Alike:
    """How two plain given names stand to each other. `both_usual`: each is a usual name in these records,
    so that one letter's difference is more likely two children (Amina, Amira) than a slip."""
    if not left or not right:
        return Alike.UNKNOWN
    if left == right or left.replace(" ", "") == right.replace(" ", ""):
        return Alike.SAME
    if min(len(left), len(right)) == 1:
        return Alike.INITIAL if left[0] == right[0] else Alike.DIFFERENT
    ours, theirs = left.split(), right.split()
    if len(ours) > 1 and len(theirs) > 1 and ours[0] == theirs[0]:
        return _second_alike(ours[1], theirs[1])
    if set(ours) <= set(theirs) or set(theirs) <= set(ours) or set(forms(left)) & set(forms(right)):
        return Alike.FORM
    return Alike.DIFFERENT if both_usual else _slip(left, right)


@cache
def family_alike(left: str | None, right: str | None) -> Alike:
    """How two plain family names stand to each other; one part of a double name is a form of it."""
    if not left or not right:
        return Alike.UNKNOWN
    if left.replace(" ", "") == right.replace(" ", ""):
        return Alike.SAME
    if set(parts(left)) & set(parts(right)):
        return Alike.FORM
    return _slip(left, right)


def _second_alike(left: str, right: str) -> Alike:
    """Brothers may share the first of two names (Mohammed Ali, Mohammed Hassan): then the second decides."""
    if left[0] == right[0] and 1 in (len(left), len(right)):
        return Alike.FORM
    return Alike.FORM if left == right or _slip(left, right) is Alike.SLIP else Alike.DIFFERENT


def _slip(left: str, right: str) -> Alike:
    """One wrong, missing, doubled or swapped letter, in long names two; but not the first letter (Ella, Bella).
    In names of two or three letters only a doubled one: Sam and Saam, not Mia and Mina."""
    shortest = min(len(left), len(right))
    if shortest < 4:
        return Alike.SLIP if _single(left) == _single(right) else Alike.DIFFERENT
    allowed = 1 if shortest < 8 else 2
    swapped_start = sorted(left[:2]) == sorted(right[:2])
    if (left[0] == right[0] or swapped_start) and OSA.distance(left, right, score_cutoff=allowed) <= allowed:
        return Alike.SLIP
    return Alike.DIFFERENT


def _single(name: str) -> str:
    return "".join(letter for letter, _ in groupby(name))


@cache
def _heads() -> dict[str, tuple[str, ...]]:
    """Each form in the list, and the first names of the lines that it stands in."""
    heads: dict[str, tuple[str, ...]] = {}
    text = files(__package__).joinpath("names.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            head, *others = (plain(word) or "" for word in line.split())
            for form in (head, *others):
                heads[form] = (*heads.get(form, ()), head)
    return heads
