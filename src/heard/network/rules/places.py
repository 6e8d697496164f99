"""Which place or group somebody means. Pure."""

from dataclasses import dataclass
from typing import Any, Final

from heard.network.rules.alike import sounds_alike, spelled_alike
from heard.network.rules.names import normal, normal_postcode, outward


@dataclass(frozen=True)
class Likeness:
    """A place or group that may be the one meant, and why. `rank` puts the likest first; no one sees it."""

    id: Any
    name: str
    facts: str
    why: tuple[str, ...]
    rank: int


_SAME_NAME, _PART, _SPELLED, _SOUNDS = (
    "same name", "part of the name is the same", "name is spelled alike", "name sounds alike",
)  # fmt: skip
_RANKS: Final = {_SAME_NAME: 9, _PART: 5, _SPELLED: 3, _SOUNDS: 2}


def likeness(
    asked: str, id: Any, name: str, kind: str, postcode: str = "", *, asked_postcode: str = ""
) -> Likeness | None:
    """How a place or group is like what was asked for; None where nothing agrees."""
    by_name = _names_alike(asked, name)
    there = normal_postcode(asked_postcode), normal_postcode(postcode)
    by_place = ""
    if all(there):
        same = there[0] == there[1]
        near = outward(there[0]) == outward(there[1])
        by_place = "same postcode" if same else "same postcode district" if near and by_name else ""
    why = tuple(reason for reason in (by_name, by_place) if reason)
    if not why:
        return None
    words = len(set(normal(asked).split()) & set(normal(name).split()))
    rank = _RANKS.get(by_name, 0) + words + (2 if by_place == "same postcode" else 0)
    return Likeness(id, name, ", ".join(part for part in (kind, postcode) if part), why, rank)


def _names_alike(asked: str, known: str) -> str:
    a, b = normal(asked), normal(known)
    if not a or not b:
        return ""
    if a.replace(" ", "") == b.replace(" ", ""):
        return _SAME_NAME
    pairs = [(x, y) for x in a.split() for y in b.split() if min(len(x), len(y)) > 2]
    if any(x == y for x, y in pairs if x not in _SMALL_WORDS):
        return _PART
    if any(spelled_alike(x, y) for x, y in [*pairs, (a, b)]):
        return _SPELLED
    return _SOUNDS if any(sounds_alike(x, y) for x, y in pairs if len(x) > 3) else ""


_SMALL_WORDS: Final = frozenset({"the", "and", "near", "behind", "under", "group", "place"})
