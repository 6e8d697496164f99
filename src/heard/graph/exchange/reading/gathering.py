"""What every format does with a tie that it has read: takes it once, or sets it aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from heard.engine.intake.values import read_date
from heard.engine.tables import NotDone
from heard.graph.exchange.rules import (
    MOST_LINES,
    Aside,
    Format,
    Named,
    Read,
    Told,
    tie_kind,
    why_not_read,
    why_too_long,
)
from heard.network.rules import is_directed

_LONGEST_SAID: Final = 300


@dataclass
class Gathering:
    """A file while it is read: at most so many rows (`most`)."""

    format: Format
    most: int
    read: Read = field(init=False)

    def __post_init__(self) -> None:
        self.read = Read(self.format)
        self._seen: set[tuple[Any, ...]] = set()
        self._lines = 0

    def set_aside(self, number: int, code: str, about: str = "") -> None:
        self.read.aside.append(Aside(number, code, about))
        self._not_too_many()

    def count(self) -> None:
        """One more row of any of its tables, whatever it says."""
        self._lines += 1
        if self._lines > MOST_LINES:
            raise NotDone(
                f"The file has more than {MOST_LINES:,} rows in all its tables. Bring in a part of it."
            )

    def take(self, told: Told, ends: list[Named | None], about: str = "") -> None:
        """`ends`: what the file says of both, None for one that it does not have. `about`: in which of its tables it stands."""
        code = _why_aside(told, ends) or self._again(told, ends)
        if code:
            self.set_aside(told.number, code, about)
            return
        for end in filter(None, ends):
            self._name(end)
        self.read.told.append(
            replace(
                told,
                words=plain(told.words),
                tie=plain(told.tie),
                key=plain(told.key),
                conditions=plain(told.conditions),
            )
        )
        self._not_too_many()

    def say(self, *texts: str) -> None:
        """Of the whole file."""
        self.read.said += [plain(text)[:_LONGEST_SAID] for text in texts]

    def _name(self, one: Named) -> None:
        """Where one row calls somebody a child and another does not, they are one."""
        before = self.read.named.get(one.key)
        if before is None or (one.is_child and not before.is_child):
            self.read.named[one.key] = replace(
                one, text=plain(one.text), service=plain(one.service), word=plain(one.word)
            )

    def _again(self, told: Told, ends: list[Named | None]) -> str:
        one, other = (end.kind if end else "" for end in ends)
        kind, back, words = tie_kind(told.tie, one, other)
        first, second = (told.second, told.first) if back else (told.first, told.second)
        if not is_directed(kind):
            first, second = min(first, second), max(first, second)
        says = (plain(told.words).casefold(), told.valid_from, told.valid_to, told.conditions)
        known = (first, second, kind, words.casefold(), *says)
        if known in self._seen:
            return "again"
        self._seen.add(known)
        return ""

    def _not_too_many(self) -> None:
        if self.read.rows > self.most:
            raise NotDone(str(why_not_read(rows=self.read.rows, told=0)))


def _why_aside(told: Told, ends: list[Named | None]) -> str:
    if not told.first or not told.second:
        return "no_end"
    if told.first == told.second:
        return "to_itself"
    there = [end for end in ends if end is not None]
    if len(there) < 2:
        return "unknown_end"
    if not all(one.text for one in there):
        return "no_end"
    said = (plain(text) for text in (told.words, told.tie, told.conditions))
    return "too_long" if why_too_long(there, *said) else ""


def plain(text: str) -> str:
    """Without what cannot be printed, of which no database keeps all."""
    return " ".join("".join(one if one.isprintable() or one.isspace() else " " for one in text).split())


def day(text: str) -> date | None:
    """A day as it is written, the day before the month; None where it cannot be read: what was written then stays in the words."""
    return read_date(text.strip()).value if text.strip() else None


def with_days(words: str, since: str, until: str) -> tuple[str, date | None, date | None]:
    """Words, and both days. A day that cannot be read, or lies after its end, is kept in the words as it was written."""
    begin, end = day(since), day(until)
    if begin and end and end < begin:
        begin = end = None
    for text, found, name in ((since, begin, "since"), (until, end, "until")):
        if text.strip() and found is None:
            words = f"{words} ({name} {text.strip()})".strip()
    return words, begin, end
