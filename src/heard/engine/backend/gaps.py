"""What an engine cannot do, or does in another way than DuckDB, by name: refused with a sentence, or done the other way
that stands here and is told in the run's manifest. Nothing gives another answer in silence.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


class Unavailable(Exception):
    """The engine is not installed, or cannot do what is asked. The text is for the user."""


class EngineStopped(Exception):
    """The engine failed while it worked. The text names the kind of failure, and never a value."""


_met: ContextVar[list[str]] = ContextVar("gaps")


@dataclass(frozen=True)
class Gap:
    """Something that `engine` lacks, why, and how it is done `instead`."""

    engine: str
    lacks: str
    why: str
    instead: str

    def met(self) -> None:
        """Says that the other way was taken."""
        if (sentence := str(self)) not in (told := _met.get([])):
            _met.set([*told, sentence])

    def __str__(self) -> str:
        return f"{self.engine} does not {self.lacks}, since {self.why}: {self.instead}."


def met() -> list[str]:
    """What was done in another way since this was asked last, a sentence each."""
    told = _met.get([])
    _met.set([])
    return told


LEARNS: Final = Gap(
    "Spark",
    "learn how records of one child differ",
    "it does not draw the same sample twice",
    "DuckDB learned it on this machine, from the same records",
)
LAST_DIGIT: Final = Gap(
    "Spark",
    "take logarithms to the same last digit",
    "Java reckons them in its own way",
    "a probability may differ in its sixth place and a weight in its second, which decides only what lies on a threshold",
)

ALL: Final = (LEARNS, LAST_DIGIT)
