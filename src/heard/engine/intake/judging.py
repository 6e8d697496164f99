"""A check of one cell, asked of a whole column: once for each distinct text, and every row that has it is flagged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from heard.engine.intake.checks import Checks
from heard.engine.intake.distinct import Distinct, Flags
from heard.engine.intake.ledger import Place, Source
from heard.engine.intake.sheets import Whole

NOWHERE = Place("", 0)
"""Where a check is told that a distinct text stands: it stands in many rows."""

type Check = Callable[[Checks, str], Any]


@dataclass
class _Heard:
    """What a check says of distinct texts, one after another: of each flag, by its turn, the texts that have it."""

    flags: dict[tuple[int, str, tuple[tuple[str, Any], ...]], list[int]] = field(default_factory=dict)
    speaking: list[int] = field(default_factory=list)
    text: int = 0
    turn: int = 0

    def hear(self, text: int) -> None:
        """From now on it is about another text."""
        self.text, self.turn = text, 0

    def flag(self, at: Place, code: str, column: str = "", /, **filling: object) -> None:
        self.flags.setdefault((self.turn, code, tuple(filling.items())), []).append(self.text)
        self.turn += 1

    def speaks_of(self, day: date, at: Place) -> None:
        self.speaking.append(self.text)


@dataclass(frozen=True)
class Judge:
    """Asks checks of one file's columns, and flags its rows."""

    source: Source
    checks: Checks
    file: str

    def judged(
        self,
        column: str,
        rows: Whole,
        distinct: Distinct,
        check: Check,
        plain: Callable[[pa.StringArray], Flags] | None = None,
    ) -> tuple[list[Any], list[int]]:
        """What a check makes of each distinct text, and by which texts the file speaks of a day. `rows`: the number of each row.
        `plain`: of which texts it is sure that the check leaves them as they are."""
        heard = _Heard()
        checks = replace(self.checks, source=heard)
        told: list[Any] = distinct.texts.to_pylist()
        for place in np.flatnonzero(~plain(distinct.texts)).tolist() if plain else range(len(told)):
            heard.hear(place)
            told[place] = check(checks, told[place])
        for (_, code, filling), some in sorted(heard.flags.items(), key=lambda flag: flag[0][0]):
            self.source.flag_rows(self.file, rows[distinct.rows_of(some)], code, column, **dict(filling))
        return told, heard.speaking
