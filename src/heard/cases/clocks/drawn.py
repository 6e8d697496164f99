"""Clocks that no moment starts: stages above this one draw them from rows of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case
    from heard.cases.clocks.rules import Run

type Source = Callable[[User, Case], Iterable[Run]]

_SOURCES: Final[list[Source]] = []


def draw_from(*sources: Source) -> None:
    """Said when the site starts. Each source is asked for one case that the user may see, and asks the database a fixed
    number of times."""
    _SOURCES.extend(source for source in sources if source not in _SOURCES)


def sources() -> Sequence[Source]:
    return _SOURCES
