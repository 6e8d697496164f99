"""Whose names and which numbers stand in a text, and the text with some of it left out. Pure.

A machine finds; what becomes of what it found, people decide. What is left out is really not there any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from heard.cases.pack.rules import WORTH_A_SECOND_LOOK, Found, Treatment
from heard.network.rules.names import POSTCODE, normal

_WORD: Final = re.compile(r"[^\W_]+(?:[’'ʼ`´][^\W_]+)*")
_BETWEEN: Final = re.compile(r"(?:[’'ʼ`´][sS])?[\s\-–.]{1,3}")  # between two parts of one name
_PHONE: Final = re.compile(  # no day such as 05-03-2026
    r"(?<![\w+])(?!\d{1,2}-\d{1,2}-\d{4})(?:\+\d{1,3}|0)(?:[\s()\-]{0,2}\d){8,11}(?!\w)"
)
_MAIL: Final = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_POSSESSIVE: Final = re.compile(r"[’'ʼ`´][sS]$")


@dataclass(frozen=True)
class Known:
    """Somebody or something that may stand in a text: what it is called as a whole, and by which further names."""

    kind: Found
    about: str
    names: tuple[str, ...] = ()
    by_parts: bool = False  # also by each part of a name alone, as people are


@dataclass(frozen=True)
class Place:
    """Where something was found in a text: characters from `start` up to, and without, `end`."""

    start: int
    end: int
    kind: Found
    about: str


@dataclass(frozen=True)
class Decided:
    """A place with what becomes of it. `treatment` '' is not decided yet."""

    start: int
    end: int
    treatment: str
    reason: str = ""
    instead: str = ""


@dataclass(frozen=True)
class Stretch:
    """A stretch of what is given. `was` is what stood there and is '' in anything that leaves the house."""

    text: str
    treatment: str = Treatment.SHOW
    reason: str = ""
    was: str = ""


class Finder:
    """Finds in texts what is known. Made once for many texts; each costs by its length, not by how much is known."""

    def __init__(self, known: Iterable[Known], own: Iterable[str]) -> None:
        """`own`: the names of the child, no part of which is ever found."""
        mine = {_words_of(name) for name in own}
        mine |= {_words_of(part) for name in own for part in _parts_of(name)}
        self._names: dict[str, list[tuple[tuple[str, ...], Known, bool]]] = {}
        for one in known:
            for name in (one.about, *one.names):
                self._add(_words_of(name), one, False, mine)
                for part in _parts_of(name) if one.by_parts else ():
                    if len(normal(part)) >= WORTH_A_SECOND_LOOK:
                        self._add(_words_of(part), one, True, mine)
        for found in self._names.values():
            found.sort(key=lambda entry: -len(entry[0]))

    def _add(self, words: tuple[str, ...], one: Known, is_part: bool, mine: set[tuple[str, ...]]) -> None:
        if not words or words in mine or (len(words) == 1 and len(words[0]) < 2):
            return
        entries = self._names.setdefault(words[0], [])
        if not any(entry[0] == words and entry[1].about == one.about for entry in entries):
            entries.append((words, one, is_part))

    def find(self, text: str) -> list[Place]:
        """What stands in a text, in its order; no two overlap, and the longest of several is taken."""
        found = [*self._find_names(text), *_find_numbers(text)]
        found.sort(key=lambda place: (place.start, place.start - place.end))
        kept: list[Place] = []
        for place in found:
            if not kept or place.start >= kept[-1].end:
                kept.append(place)
        return kept

    def _find_names(self, text: str) -> Iterator[Place]:
        words = [(match.start(), *_plain(match)) for match in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            place, used = self._name_at(text, words, at)
            if place:
                yield place
            at += used

    def _name_at(self, text: str, words: Sequence[tuple[int, int, str]], at: int) -> tuple[Place | None, int]:
        for name, one, is_part in self._names.get(words[at][2], ()):
            last = self._reaches(text, words, at, name)
            if last is None or (is_part and text[words[at][0]].islower()):
                continue  # “will” is no name, “Will” may be one
            about = self._about(name, one, is_part)
            return Place(words[at][0], words[last][1], one.kind, about), last - at + 1
        return None, 1

    def _reaches(
        self, text: str, words: Sequence[tuple[int, int, str]], at: int, name: tuple[str, ...]
    ) -> int | None:
        """The last word of the name where it begins at this word, or None."""
        for step, part in enumerate(name):
            here = at + step
            if here >= len(words) or words[here][2] != part:
                return None
            if step and not _BETWEEN.fullmatch(text[words[here - 1][1] : words[here][0]]):
                return None
        return at + len(name) - 1

    def _about(self, name: tuple[str, ...], one: Known, is_part: bool) -> str:
        """Whose it is; where several have this part of a name, the part itself."""
        if not is_part:
            return one.about
        owners = {entry[1].about for entry in self._names[name[0]] if entry[0] == name}
        return one.about if len(owners) == 1 else " ".join(part.capitalize() for part in name)


def _words_of(name: str) -> tuple[str, ...]:
    """A name as the words of a text are compared: “Wexmoor Children’s Services” is 'wexmoor', 'children', 'services'."""
    return tuple(_plain(match)[1] for match in _WORD.finditer(name))


def _parts_of(name: str) -> set[str]:
    """“Ada Okonjo-Hartley” has the parts Ada, Okonjo-Hartley, Okonjo and Hartley."""
    return {*name.split(), *_WORD.findall(name)}


def _plain(match: re.Match[str]) -> tuple[int, str]:
    """Where a word ends and how it is compared: without the ’s of “Ola’s”."""
    word = _POSSESSIVE.sub("", match.group())
    return match.start() + len(word), normal(word)


def _find_numbers(text: str) -> Iterator[Place]:
    for pattern, kind in ((_PHONE, Found.NUMBER), (_MAIL, Found.NUMBER), (POSTCODE, Found.ADDRESS)):
        for match in pattern.finditer(text):
            if kind is not Found.ADDRESS or match.group(1)[0].isupper():
                yield Place(match.start(), match.end(), kind, match.group())


def find_words(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where exactly these words stand, in any case and with any space between them."""
    words = wanted.split()
    if not words:
        return []
    pattern = r"\s+".join(re.escape(word) for word in words)
    return [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)]


def redacted(text: str, decided: Iterable[Decided]) -> list[Stretch]:
    """The text as it is given. Withholding goes before other words in its place, and these before showing: where two
    places overlap, no character of the stricter one is shown. A place that nobody has decided on stays as ''."""
    order = (Treatment.WITHHOLD.value, Treatment.PSEUDONYM.value, "")
    taken: list[Decided] = []
    places = [one for one in decided if one.treatment in order and one.start < one.end]
    for place in sorted(places, key=lambda one: (order.index(one.treatment), one.start, -one.end)):
        taken += _what_is_left(place, taken)
    return list(_stretches(text, sorted(taken, key=lambda one: one.start)))


def _what_is_left(one: Decided, taken: list[Decided]) -> list[Decided]:
    """The parts of a place that no stricter one covers. What is left of a name that was cut is withheld, not replaced."""
    free = [(one.start, one.end)]
    for other in taken:
        free = [
            (start, end)
            for begin, stop in free
            for start, end in ((begin, min(stop, other.start)), (max(begin, other.end), stop))
            if start < end
        ]
    if free == [(one.start, one.end)]:
        return [one]
    treatment = Treatment.WITHHOLD if one.treatment == Treatment.PSEUDONYM else one.treatment
    return [Decided(start, end, treatment, one.reason) for start, end in free]


def _stretches(text: str, places: Sequence[Decided]) -> Iterator[Stretch]:
    at = 0
    for place in places:
        if text[at : place.start]:
            yield Stretch(text[at : place.start])
        was = text[place.start : place.end]
        yield Stretch(
            place.instead if place.treatment == Treatment.PSEUDONYM else "",
            place.treatment,
            place.reason,
            was,
        )
        at = max(at, place.end)
    if text[at:]:
        yield Stretch(text[at:])


def to_give(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Without what stood where something is withheld. `ValueError` where something has not been decided: then nothing
    is given at all."""
    given = []
    for stretch in stretches:
        if stretch.treatment == "":
            raise ValueError("Something has not been decided yet.")
        given.append(Stretch(stretch.text, stretch.treatment, stretch.reason))
    return given


def in_lines(stretches: Iterable[Stretch]) -> tuple[list[Stretch], list[Stretch]]:
    """The first line, which is the heading, and the rest."""
    heading: list[Stretch] = []
    rest: list[Stretch] = []
    here = heading
    for stretch in stretches:
        if here is heading and stretch.treatment == Treatment.SHOW and "\n" in stretch.text:
            first, _line, after = stretch.text.partition("\n")
            heading += [Stretch(first)] if first else []
            rest += [Stretch(after)] if after else []
            here = rest
        else:
            here.append(stretch)
    return heading, rest
