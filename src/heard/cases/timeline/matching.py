"""Which words a text holds, which of them somebody may mean, and where they stand in it. Pure.

Words are compared as names are (`network.rules`): without case and accents. A word is found by how it begins, and with one
slip of the pen where it has four letters or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from heard.network.rules import normal

LONGEST: Final = 40  # letters of a word that count
MOST_ASKED: Final = 8  # words of a search: who types more is not searching any more
_AROUND: Final = 90  # letters before and after a hit
_RUN: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class Stretch:
    """A part of a text; `hit`: somebody asked for it."""

    text: str
    hit: bool = False


@dataclass(frozen=True)
class Meant:
    """One word that was asked for, and the known words that are one slip of the pen away."""

    word: str
    slips: tuple[str, ...] = ()

    def fits(self, word: str) -> bool:
        return word.startswith(self.word) or word in self.slips


def words_in(*texts: str) -> set[str]:
    """Each different word, made comparable."""
    return {word[:LONGEST] for text in texts for word in normal(text).split()}


def as_indexed(words: Iterable[str]) -> str:
    """All words in one text, each with a space on both sides; '' where there are none."""
    joined = " ".join(sorted(words))
    return f" {joined} " if joined else ""


def asked_words(text: str) -> list[str]:
    """The words of a search in their order, each once, at most `MOST_ASKED`."""
    words = (word[:LONGEST] for word in normal(text).split())
    return list(dict.fromkeys(words))[:MOST_ASKED]


def forgives(word: str) -> bool:
    """Whether one slip of the pen is forgiven: not in short words, where it makes another word, nor in numbers."""
    return len(word) >= 4 and word.isalpha()


def halves(word: str) -> tuple[str, str]:
    """A beginning and an end of which one is left whole by any single slip, also by two letters that changed places."""
    middle = len(word) // 2
    return word[:middle], word[middle + 1 :]


def with_one_slip(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Of the known words, those that differ by one letter, or by two that changed places; not those found anyhow."""
    return tuple(
        sorted(
            text
            for text in known
            if not text.startswith(word) and OSA.distance(word, text, score_cutoff=1) == 1
        )
    )


def snippet(text: str, meant: Sequence[Meant]) -> list[Stretch]:
    """The text around the first word that fits, with every fitting word marked; [] where none does.

    Words are those between spaces, as they were written: a mark covers the whole of what was written.
    """
    first = next((run.start() for run in _RUN.finditer(text) if _fits(run[0], meant)), None)
    if first is None:
        return []
    start, end = _edge_before(text, first - _AROUND), _edge_after(text, first + _AROUND)
    cut = [Stretch("…")] if start else []
    shown = _marked(text[start:end], meant)
    return [*cut, *shown, *([Stretch("…")] if end < len(text) else [])]


def _fits(run: str, meant: Sequence[Meant]) -> bool:
    return any(one.fits(word[:LONGEST]) for word in normal(run).split() for one in meant)


def _marked(text: str, meant: Sequence[Meant]) -> list[Stretch]:
    found: list[Stretch] = []
    past = 0
    for run in _RUN.finditer(text):
        if _fits(run[0], meant):
            found += [Stretch(text[past : run.start()]), Stretch(run[0], hit=True)]
            past = run.end()
    return [stretch for stretch in [*found, Stretch(text[past:])] if stretch.text]


def _edge_before(text: str, at: int) -> int:
    """The beginning of the word in which a place lies; a very long one is cut."""
    if at <= 0:
        return 0
    space = max(text.rfind(" ", max(at - _AROUND, 0), at), text.rfind("\n", max(at - _AROUND, 0), at))
    return space + 1 if space >= 0 else at


def _edge_after(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    ends = [
        place for place in (text.find(" ", at, at + _AROUND), text.find("\n", at, at + _AROUND)) if place >= 0
    ]
    return min(ends, default=at)
