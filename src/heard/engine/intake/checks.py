"""Checks that every format shares: is it a day, is it in the future or before the child was born; do identifiers hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from heard.engine.intake.ledger import Place
from heard.engine.intake.values import (
    EARLIEST,
    Dated,
    mended_postcode,
    no_name,
    no_number,
    read_birth_parts,
    read_date,
    read_nhs_number,
    read_postcode,
    read_sex,
    read_upn,
    tidy,
)


class Listener(Protocol):
    """Who is told what a check finds: a source, or who collects it for many rows at once."""

    def flag(self, at: Place, code: str, column: str = "", /, **filling: object) -> None: ...

    def speaks_of(self, day: date, at: Place) -> None: ...


@dataclass
class Checks:
    """What is said of a source's dates and identifiers. `latest` is the fault's code and the last day that is not too late,
    `earliest` the first that is not too far back; `born`: the first and last year in which somebody can have been born."""

    source: Listener
    today: date
    latest: tuple[str, date] | None = None
    earliest: date | None = None
    born: tuple[int, int] | None = None

    def birth(
        self, at: Place, column: str, text: str, *, day_first: bool = True, formats: tuple[str, ...] = ()
    ) -> date | None:
        """The day of birth, flagged where it cannot be read, is none in which these people were born, or is still to come."""
        if (
            self.birth_parts(text, day_first=day_first)
            and read_date(text, day_first).fault == "date_unreadable"
        ):
            self.source.flag(at, "date_in_part", column)
            return None
        earliest = date(self.born[0], 1, 1) if self.born else EARLIEST
        value = self._read(at, column, text, day_first, formats, earliest)
        if value and self.born and value.year > self.born[1]:
            self.source.flag(at, "born_too_late", column)
            return None
        if value and value > self.today:
            self.source.flag(at, "date_in_future", column)
        return value

    def birth_parts(self, text: str, *, day_first: bool = True) -> str | None:
        """What a birth date tells that is not whole; null where it is, and where the year cannot be."""
        parts = read_birth_parts(text, day_first)
        first, last = self.born or (EARLIEST.year, self.today.year)
        return parts if parts and first <= int(parts[:4]) <= last else None

    def death(
        self, at: Place, column: str, text: str, *, day_first: bool = True, formats: tuple[str, ...] = ()
    ) -> date | None:
        """The day of death, flagged where it cannot be read or is still to come."""
        value = self._read(at, column, text, day_first, formats)
        if value and value > self.today:
            self.source.flag(at, "date_in_future", column)
        return value

    def event(
        self, at: Place, column: str, text: str, *,
        born: date | None = None, died: date | None = None, day_first: bool = True, may_be_later: bool = False, formats: tuple[str, ...] = (),
    ) -> date | None:  # fmt: skip
        """The day of something that happened; null where it cannot be used. Flags what is odd about it."""
        value = self._read(at, column, text, day_first, formats)
        if value is None:
            return None
        code, limit = self.latest or ("date_in_future", self.today)
        if value <= self.today and (value <= limit or not may_be_later):
            self.source.speaks_of(value, at)
        if value > limit and not may_be_later:
            self.source.flag(at, code, column)
        if self.earliest and value < self.earliest:
            self.source.flag(at, "date_far", column)
        if born and value < born:
            self.source.flag(at, "born_after", column)
        if died and value > died:
            self.source.flag(at, "after_death", column)
        return value

    def name(self, at: Place, column: str, text: str) -> str | None:
        """A name as written; null where it says that there is none."""
        if no_name(text):
            self.source.flag(at, "name_stands_for_none", column)
            return None
        return tidy(text)

    def upn(self, at: Place, column: str, text: str) -> tuple[str | None, bool | None]:
        """The pupil number, and whether its check letter holds; used as written also where not."""
        if no_number(text):
            self.source.flag(at, "number_stands_for_none", column)
            return None, None
        number, holds = read_upn(text)
        if holds is False:
            self.source.flag(at, "upn_invalid", column)
        return number, holds

    def nhs_number(self, at: Place, column: str, text: str) -> tuple[str | None, bool | None]:
        """The NHS number, and whether its check digit holds; used as written also where not."""
        if no_number(text):
            self.source.flag(at, "number_stands_for_none", column)
            return None, None
        number, holds = read_nhs_number(text)
        if holds is False:
            self.source.flag(at, "nhs_number_invalid", column)
        return number, holds

    def sex(self, at: Place, column: str, text: str) -> str | None:
        sex, fault = read_sex(text)
        if fault:
            self.source.flag(at, fault, column)
        return sex

    def postcode(self, at: Place, column: str, text: str) -> str | None:
        """The postcode, mended where only one can be meant; flagged where it was, or cannot be read."""
        if value := read_postcode(text):
            return value
        value = mended_postcode(text)
        if text.strip():
            self.source.flag(at, "postcode_mended" if value else "postcode_unreadable", column)
        return value

    def _read(
        self, at: Place, column: str, text: str, day_first: bool, formats: tuple[str, ...], earliest: date = EARLIEST,
    ) -> date | None:  # fmt: skip
        read = read_date(text, day_first, earliest)
        if read.value and formats and read.format not in formats:
            read = Dated(None, "date_other_format")
        if read.fault:
            self.source.flag(at, read.fault, column, year=read.value.year if read.value else "")
        return read.value
