"""Under what a person can be found. Pure.

Two tables are kept. `SearchKey` says which people have a name, a date of birth, a postcode or a number, as it is.
`Spelling` says of each different name in use under which keys somebody may look for it who does not spell it so: there are
far fewer names than people, so that a slip of the pen is looked up among names, and people only by names that exist.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import IntEnum
from typing import Any, Final

from jellyfish import metaphone, soundex
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from heard.network.rules.alike import ALIKE, slips
from heard.network.rules.names import (
    Description,
    normal_postcode,
    other_forms,
    outward,
    parts,
    postcode_begins,
    swapped,
)

LONGEST: Final = 50  # letters of a name that count; a key is at most 60 letters long


class Near(IntEnum):
    """How a name that is known compares with one that was asked for, the nearest first."""

    SAME = 0
    FORM = 1
    SLIP = 2
    SOUND = 3
    BEGINS = 4
    ALIKE = 5


_AS_A_WHOLE: Final = (Near.SAME, Near.SLIP, Near.SOUND)


def person_keys(described: Description) -> frozenset[str]:
    """Keys, at most 60 letters each, of what is recorded about a person."""
    keys = {f"name {word}" for word in words_in(described)} | {
        f"both {word}" for word in joined_in(described)
    }
    if described.birth_date:
        keys.add(f"born {described.birth_date}")
    for postcode in filter(None, map(normal_postcode, described.postcodes)):
        keys |= {f"post {postcode}", f"post {postcode[:-2]}", f"post {outward(postcode)}"}
    keys.update(f"number {number}" for number in described.numbers if number)
    return frozenset(keys)


def words_in(described: Description) -> frozenset[str]:
    """Every word of every name, without saying which it is, since people mix that up."""
    return frozenset(word[:LONGEST] for called in _called(described) for word in called)


def joined_in(described: Description) -> frozenset[str]:
    """Each name of several words as one word: Smith-Jones, Al Rahman."""
    return frozenset("".join(called)[:LONGEST] for called in _called(described) if len(called) > 1)


def _called(described: Description) -> Iterator[list[str]]:
    for name in described.names:
        yield from (parts(name.given), parts(name.family))


def spelling_keys(word: str, *, joined: bool = False) -> frozenset[str]:
    """Keys, at most 60 letters each, that this name shares with whatever is spelled or sounds like it.

    Two words that differ by one letter, or by two that changed places, share a word from which one letter was left out.
    A joined name is not looked for by how it begins: that is its first word.
    """
    word = word[:LONGEST]
    keys = {f"~{word[:i]}{word[i + 1 :]}" for i in range(len(word))} | {f"~{word}"}
    if not joined:
        keys.add(f"begins {word[:3]}")
    if metaphone(word):
        keys.add(f"sounds {metaphone(word)}"[:60])
    if word.isascii() and word.isalpha():
        keys.add(f"like {soundex(word)}")
    return frozenset(keys)


def name_keys(near: Mapping[str, Near]) -> dict[str, Near]:
    """Keys of people who have one of these names, as a word or as the words of a name together."""
    words = {f"name {name}": how for name, how in near.items()}
    return words | {f"both {name}": how for name, how in near.items() if how in _AS_A_WHOLE}


def named_by(key: str) -> str:
    """The name in the key of a person; '' in a key that is of something else."""
    kind, _space, name = key.partition(" ")
    return name if kind in ("name", "both") else ""


def nearness(asked: str, known: Mapping[str, Iterable[str]]) -> dict[str, Near]:
    """Which of the known names may be the one asked for, and how near each is.

    `known`: each name, with those of the asked name's spelling keys under which it was found.
    """
    asked = asked[:LONGEST]
    found: dict[str, Near] = {}
    one_slip = dict(_within(asked, known, OSA.distance, 2))
    alike = {name for name, _ in _within(asked, known, JaroWinkler.similarity, ALIKE)}
    for name, keys in known.items():
        near = _near(asked, name, keys, one_slip.get(name, 9), name in alike)
        if near is not None:
            found[name] = near
    return found | {form: Near.FORM for form in other_forms(asked)} | {asked: Near.SAME}


def days_near(asked: date) -> dict[date, Near]:
    """The day itself, with day and month swapped, and each day that differs by one digit."""
    found = {day: Near.SLIP for day in _one_digit_off(asked)}
    turned = swapped(asked)
    return found | ({turned: Near.FORM} if turned else {}) | {asked: Near.SAME}


def postcodes_near(asked: str) -> dict[str, Near]:
    """Postcode keys that fit: as it was typed, and its district."""
    begins = postcode_begins(asked)
    if not begins:
        return {}
    return {outward(begins): Near.ALIKE} | {begins: Near.SAME}


def _within(asked: str, known: Iterable[str], scorer: Any, cutoff: float) -> list[tuple[str, float]]:
    hits = process.extract(asked, list(known), scorer=scorer, score_cutoff=cutoff, limit=None, processor=None)
    return [(name, score) for name, score, _ in hits]


def _near(asked: str, name: str, keys: Iterable[str], distance: float, alike: bool) -> Near | None:
    shorter, longer = sorted((len(asked), len(name)))
    if distance == 1 and longer >= 4:
        return Near.SLIP
    if any(key.startswith("sounds") or (key.startswith("like") and distance <= 2) for key in keys):
        return Near.SOUND if shorter >= 2 else None
    if shorter >= 3 and (name.startswith(asked) or asked.startswith(name)):
        return Near.BEGINS
    if shorter >= 4 and (alike or distance <= slips(shorter)):
        return Near.ALIKE
    return None


def _one_digit_off(day: date) -> set[date]:
    """Days whose digits, written as year, month and day, differ in one place."""
    text, found = day.isoformat(), set()
    for place in (i for i, digit in enumerate(text) if digit.isdigit()):
        for digit in "0123456789":
            try:
                found.add(date.fromisoformat(text[:place] + digit + text[place + 1 :]))
            except ValueError:
                continue
    return found - {day}
