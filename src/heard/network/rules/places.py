"""Which place or group somebody means. Pure."""

from dataclasses import dataclass
from typing import Any, Final

from heard.network.rules.alike import sounds_alike, spelled_alike
from heard.network.rules.keys import spelling_keys
from heard.network.rules.names import normal, normal_postcode, outward, postcode_begins


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
_SAME_POSTCODE, _BEGINS, _SAME_DISTRICT = (
    "same postcode",
    "postcode begins the same",
    "same postcode district",
)
_RANKS: Final = {_SAME_NAME: 9, _PART: 5, _SPELLED: 3, _SOUNDS: 2, _SAME_POSTCODE: 2, _BEGINS: 1}


def place_keys(name: str, postcode: str = "") -> frozenset[str]:
    """Keys, at most 60 letters each, that a place or group shares with whatever may be meant by it. `postcode`: also the
    beginning of one."""
    words = [word for word in normal(name).split() if len(word) > 2 and word not in _SMALL_WORDS]
    keys = {key for word in words for key in spelling_keys(word)}
    whole = normal(name).replace(" ", "")
    keys |= spelling_keys(whole, joined=True) if whole else set()
    begins = postcode_begins(postcode)
    posts = {begins, begins[:-2] if normal_postcode(begins) else "", outward(begins)} - {""}
    return frozenset(keys | {f"post {one}" for one in posts})


def likeness(
    asked: str, id: Any, name: str, kind: str, postcode: str = "", *, asked_postcode: str = ""
) -> Likeness | None:
    """How a place or group is like what was asked for; None where nothing agrees."""
    by_name = _names_alike(asked, name)
    by_place = _postcodes_alike(asked_postcode, postcode)
    if by_place == _SAME_DISTRICT and normal(asked) and not by_name:
        by_place = ""
    why = tuple(reason for reason in (by_name, by_place) if reason)
    if not why:
        return None
    words = len(set(normal(asked).split()) & set(normal(name).split()))
    rank = _RANKS.get(by_name, 0) + words + _RANKS.get(by_place, 0)
    return Likeness(id, name, ", ".join(part for part in (kind, postcode) if part), why, rank)


def _postcodes_alike(asked: str, known: str) -> str:
    """What was asked for may be the beginning of a postcode."""
    begins, whole = postcode_begins(asked), normal_postcode(known)
    if not begins or not whole:
        return ""
    if begins == whole:
        return _SAME_POSTCODE
    if " " in begins and whole.startswith(begins):
        return _BEGINS
    return _SAME_DISTRICT if outward(begins) == outward(whole) else ""


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
