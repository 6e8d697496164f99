"""A chart as every format writes it: who and what, ties, and how each is known. Pure: neither clock nor database, and the same chart
gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

PARTS: Final = ("child", "adult", "group", "handle", "place")  # in which nodes stand


@dataclass(frozen=True)
class Dot:
    """`key`: new for each file. `kind`: of `NodeKind`, of a person child or adult; `type`, `service`: of a handle; `what`: what kind of place or group."""

    key: str
    kind: str
    name: str
    type: str = ""
    service: str = ""
    what: str = ""
    more: tuple[tuple[str, str | float | bool], ...] = ()


@dataclass(frozen=True)
class Source:
    """How a tie is known, without who says so."""

    words: str
    source_grade: str = ""
    known_grade: str = ""
    handling: str = ""
    conditions: str = ""
    holder: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Link:
    """`kind`: the id in the vocabulary or other; `said`: what it says, from the first to the second."""

    key: str
    first: str
    second: str
    kind: str
    said: str
    since: date | None = None
    until: date | None = None
    sources: tuple[Source, ...] = ()
    more: tuple[tuple[str, str | float | bool], ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """On which alone what some of its sources say may go on."""
        return tuple(dict.fromkeys(source.conditions for source in self.sources if source.conditions))


@dataclass(frozen=True)
class Chart:
    """`head`: what stands in the file about the file itself: for whom, why, until when it holds."""

    dots: tuple[Dot, ...]
    links: tuple[Link, ...]
    head: tuple[tuple[str, str], ...] = ()

    @property
    def parts(self) -> list[tuple[str, list[str], list[tuple[str, str, str]]]]:
        """By what somebody or something is (`PARTS`), so that children and adults stand apart: the names, and their ties in words as who or
        what, what is said, with whom or what. Each A to Z."""
        called = {dot.key: dot for dot in self.dots}
        said = [(called[link.first], link.said, called[link.second]) for link in self.links]
        return [
            (part, names, sorted((dot.name, how, other.name) for dot, how, other in said if dot.kind == part))
            for part in PARTS
            if (names := sorted(dot.name for dot in self.dots if dot.kind == part))
        ]
