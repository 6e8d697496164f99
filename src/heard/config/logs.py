"""What a log may say of a failure: where it happened, and never the values that it happened with."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


class WithoutValues(logging.Formatter):
    """Draws a traceback without the messages of its exceptions.

    A database names the whole row that it refuses, and a parser the text that it stumbled over: a child's name would
    stand in a log that is kept, copied and read by people who may see no record.
    """

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return "\n".join(_drawn(error) for error in _chain(ei[1]))


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and what led to it, the first cause first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _drawn(error: BaseException) -> str:
    frames: Any = traceback.format_tb(error.__traceback__)
    kind = type(error)
    return f"Traceback (most recent call last):\n{''.join(frames)}{kind.__module__}.{kind.__qualname__}"
