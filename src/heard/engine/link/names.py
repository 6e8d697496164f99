"""What people's names can do without becoming another name: short forms, spellings, slips, initials, parts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from enum import Enum
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable


class Alike(Enum):
    """How two names stand to each other."""

    SAME = "same"
    PART = "one of two names"
    FORM = "another form of the name"
    SLIP = "a slip of the pen"
    INITIAL = "an initial"
    UNKNOWN = "not known"
    DIFFERENT = "different"


# Letters whose mark Unicode does not take apart.
_WITHOUT_MARK = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)

# Many brothers have this as the first of two names, so that alone it does not say which of them is meant.
FIRST_OF_MANY = "mohammed"

# Alike enough to be one person's name. An initial is neither for nor against.
AGREES = frozenset({Alike.SAME, Alike.PART, Alike.FORM, Alike.SLIP})


@cache
def plain(name: str | None) -> str | None:
    """Lower case, no accents, words apart by one space; None where no letter is left. "O’Brien-Nuñez" -> "obrien nunez"."""
    decomposed = unicodedata.normalize("NFKD", (name or "").casefold().translate(_WITHOUT_MARK))
    letters = "".join(c if c.isalpha() else " " if c in " -_./," else "" for c in decomposed)
    return " ".join(letters.split()) or None


def plain_address(address: str) -> str | None:
    """Lower case, letters and digits apart by one space; None where none is left. "12, Upper St." -> "12 upper st"."""
    decomposed = unicodedata.normalize("NFKD", address.casefold().translate(_WITHOUT_MARK))
    words = "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in decomposed)
    return " ".join(words.split()) or None


@cache
def forms(given: str) -> tuple[str, ...]:
    """The names that a plain given name may be a form of; of a double name, each part's. Where the list does not know
    a name, the name itself."""
    first, *others = given.split()
    heads = [_heads().get(part, (part,)) for part in (first, *others)]
    telling = heads[1:] if others and FIRST_OF_MANY in heads[0] else heads
    return tuple(dict.fromkeys(form for each in telling for form in each))


def is_known(name: str) -> bool:
    """Whether the list holds the name: then it is a name in its own right, not a slip for another."""
    return name.split()[0] in _heads()


def has_spellings(name: str) -> bool:
    """Whether the list knows other forms or spellings of a plain given name."""
    return bool(set(name.split()) & _of_several())


@cache
def parts(family: str) -> tuple[str, ...]:
    """The parts of a plain family name that can stand for the whole: not Al, El, Mc, O."""
    return tuple(part for part in family.split() if len(part) > 2)


@cache
def given_alike(left: str | None, right: str | None, *, usual: int = 1, readable: int = 1) -> Alike:
    """How two plain given names stand to each other. `usual`: how many of the two are usual names in these records;
    `readable`: how many at least read like one (`Readable`).

    One letter's difference between two usual names is more likely two children (Amina, Amira) than a slip.
    """
    if not left or not right:
        return Alike.UNKNOWN
    if left == right or left.replace(" ", "") == right.replace(" ", ""):
        return Alike.SAME
    if min(len(left), len(right)) == 1:
        return Alike.INITIAL if left[0] == right[0] else Alike.DIFFERENT
    if " " in left or " " in right:
        return _double_alike(left.split(), right.split(), usual, readable)
    if set(forms(left)) & set(forms(right)):
        return Alike.FORM
    if usual == 2:
        known = is_known(left) and is_known(right)
        return Alike.SLIP if not known and _mistyped(left, right) else Alike.DIFFERENT
    return _slip_of_a_form(left, right, usual, readable)


@cache
def family_alike(left: str | None, right: str | None) -> Alike:
    """How two plain family names stand to each other; one part of a double name is a form of it."""
    if not left or not right:
        return Alike.UNKNOWN
    if left.replace(" ", "") == right.replace(" ", ""):
        return Alike.SAME
    words, others = set(left.split()), set(right.split())
    if words <= others or others <= words or set(parts(left)) & set(parts(right)):
        return Alike.FORM
    return _slip(left, right)


def _double_alike(left: list[str], right: list[str], usual: int, readable: int) -> Alike:
    """Brothers may share the first of two names (Mohammed Ali, Mohammed Hassan): then the second decides."""
    shared = set(forms(left[0])) & set(forms(right[0]))
    whole = " ".join(left), " ".join(right)
    if len(left) > 1 and len(right) > 1:
        if not shared:
            return _slip(*whole)
        if given_alike(left[1], right[1]) is not Alike.DIFFERENT:
            return Alike.FORM
        left_out = len(whole[0]) != len(whole[1]) and (usual < 2 or len(left[1]) == 1 or len(right[1]) == 1)
        return _slip(*whole) if left_out else Alike.DIFFERENT  # Xin Yi, Xin i
    if FIRST_OF_MANY in shared:
        return Alike.INITIAL
    if left[0] == right[0]:
        return Alike.PART
    if set(forms(whole[0])) & set(forms(whole[1])):
        return Alike.FORM
    if usual == 2:
        return Alike.DIFFERENT
    first = (
        _slip_of_a_form(left[0], right[0], usual, readable)
        if min(len(left[0]), len(right[0])) > 1
        else Alike.DIFFERENT
    )
    return first if first is Alike.SLIP else _slip(*whole)


def _slip_of_a_form(left: str, right: str, usual: int, readable: int) -> Alike:
    """A slip in any form of the name: Thomsa and Tom. Two slips where neither reads like a name: Maateusz, Maeeusz. What reads
    like another name may be one (Nakalin, Naralin), unless fingers slip so: letters that changed places or stand twice."""
    if _mistyped(left, right):
        return Alike.SLIP
    if (usual == 0 and readable) or (readable == 2 and _another_name(left, right)):
        return Alike.DIFFERENT
    if (
        readable == 0
        and min(len(left), len(right)) > 5
        and left[0] == right[0]
        and OSA.distance(left, right) <= 2
    ):
        return Alike.SLIP
    if left[1:] == right or right[1:] == left:
        shorter = min(left, right, key=len)  # eorge and George, but not Ella and Bella
        two = is_known(shorter) or readable == 2  # Lina, Alina
        return Alike.SLIP if len(shorter) > 2 and not two else Alike.DIFFERENT
    if left[1:] == right[1:] and len(left) > 3 and readable < 2 and right[0] in _BESIDE.get(left[0], ""):
        return Alike.SLIP  # osaac, Isaac
    if usual == 1 and max(len(left), len(right)) == 3 and left[0] == right[0]:
        return Alike.SLIP if OSA.distance(left, right) == 1 else Alike.DIFFERENT  # Leo, Lso, Lo
    pairs = (
        (left, right),
        *((left, form) for form in forms(right)),
        *((form, right) for form in forms(left)),
    )
    return Alike.SLIP if any(_slip(a, b) is Alike.SLIP for a, b in pairs) else Alike.DIFFERENT


def _mistyped(left: str, right: str) -> bool:
    """Two neighbouring letters changed places, or one stands twice. Not the first: Io, Oi."""
    if left[0] != right[0]:
        return False
    if len(left) == len(right):
        return sorted(left) == sorted(right) and OSA.distance(left, right) == 1
    return _single(left) == _single(right)


def _another_name(left: str, right: str) -> bool:
    """Whether two names differ as names do: by a letter that is far away on the keyboard, or by two."""
    if len(left) != len(right):
        return abs(len(left) - len(right)) > 1
    apart = [pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]]
    return len(apart) != 1 or apart[0][1] not in _BESIDE.get(apart[0][0], "")


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    letter: "".join(row[max(at + shift, 0) : at + shift + 2 + (row is keys)] for row, shift in
                    ((keys, -1), *(((_ROWS[y - 1], 0),) if y else ()), *(((_ROWS[y + 1], -1),) if y < 2 else ())))
    for y, keys in enumerate(_ROWS)
    for at, letter in enumerate(keys)
}  # fmt: skip
"""Of each letter those whose keys lie beside its own, where letters are typed."""


class Readable:
    """Whether a spelling reads like one of these names: each three letters of it in a row stand in several of them."""

    def __init__(self, usual: Iterable[str]) -> None:
        known = {*usual, *(name for name in _heads() if " " not in name)}
        self._names = Counter(three for name in known for three in set(_threes(name)))

    def __call__(self, name: str) -> bool:
        return all(self._names[three] >= _SEVERAL for three in _threes(name))


_SEVERAL = 3  # names


def _threes(name: str) -> list[str]:
    edged = f"^{name}$"
    return [edged[at : at + 3] for at in range(len(edged) - 2)]


def _slip(left: str, right: str) -> Alike:
    """One wrong, missing, doubled or swapped letter, in long names two; but not the first letter (Ella, Bella).
    Between names of two or three letters only doubled or swapped ones: Sam and Saam."""
    shortest, longest = sorted((len(left), len(right)))
    if longest < 4:
        mixed = left[0] == right[0] and sorted(left) == sorted(right)
        return Alike.SLIP if mixed or _single(left) == _single(right) else Alike.DIFFERENT
    allowed = 0 if shortest < 3 else 1 if shortest < 8 else 2
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


@cache
def _of_several() -> frozenset[str]:
    """The names of the list that do not stand alone in their line."""
    lines = Counter(head for heads in _heads().values() for head in heads)
    return frozenset(form for form, heads in _heads().items() if any(lines[head] > 1 for head in heads))
