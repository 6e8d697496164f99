"""How the rows of a table that points at a person go together when two records of one person are merged. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Joined:
    """Every table with a foreign key to a person declares one as `when_merged`. By itself it says that the rows move as
    they are.

    `numbered`, `by`: the column that counts the rows of one person, and the moment by which they are ordered. The rows of
    both are then numbered anew.
    `stays`: a row that the kept person has already stays with the merged one.
    `clash`, `columns`, `among`: a rule that is given the rows of each (the values of `columns`, of those rows that match
    `among`) and says why the two cannot be merged, or None.
    """

    numbered: str = ""
    by: str = ""
    stays: bool = False
    clash: Callable[[Sequence[Any], Sequence[Any]], str | None] | None = None
    columns: tuple[str, ...] = ()
    among: Mapping[str, Any] = field(default_factory=dict)


MOVES = Joined()
