"""How far a whole run is, and how long it takes from here.

A run's share is that of its steps, by the processor time that each took of 0.1 and 1 million records (docs/guide/scale.md). What is
left follows from what the share took until it was told last, and runs down from then.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from heard.engine.tables import Progress

INTAKE: Final = (0.0, 0.2)
LINK: Final = (0.2, 0.92)
SCREEN: Final = (0.92, 1.0)
_ENOUGH, _SOON = 0.05, 5.0  # share and seconds from which on time left is told: before, nobody can say


def part(progress: Progress | None, of_whole: tuple[float, float]) -> Progress | None:
    """Tells a step's share as that of the whole; where it cannot say how far it is, it begins."""
    if progress is None:
        return None
    first, last = of_whole
    reached = first

    def tell(text: str, share: float | None) -> None:
        nonlocal reached
        reached = max(reached, first + (last - first) * (share or 0.0))
        progress(text, reached)

    return tell


@contextmanager
def with_time_left(progress: Progress, every: float = 5.0) -> Iterator[Progress]:
    """Passes on what a run tells, with the time that is left; and again every so many seconds, from a thread of its own, while
    nothing new is told."""
    clock, done = Clock(progress), Event()

    def go_on() -> None:
        while not done.wait(every):
            clock.again()

    thread = Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield clock.tell
    finally:
        done.set()
        thread.join()


class Clock:
    """What is left of a run. `now`: seconds, for a test."""

    def __init__(self, progress: Progress, now: Callable[[], float] = time.monotonic) -> None:
        self._progress, self._now = progress, now
        self._began = now()
        self._share: float | None = None
        self._ends: float | None = None
        self._text = ""
        self._one_at_a_time = RLock()

    def tell(self, text: str, share: float | None) -> None:
        with self._one_at_a_time:
            if share != self._share:
                taken = self._now() - self._began
                known = share is not None and share >= _ENOUGH and taken >= _SOON
                self._ends = self._began + taken / share if known and share else None
            self._text, self._share = text, share
            self.again()

    def again(self) -> None:
        """The same as before, with the time that is left now."""
        with self._one_at_a_time:
            if self._text:
                self._progress(self._text + self._left(), self._share)

    def _left(self) -> str:
        return f", {in_words(self._ends - self._now())} left" if self._ends is not None else ""


def in_words(seconds: float) -> str:
    """A time that is left, rounded up: nobody is told that it is nearer than it is."""
    minutes = math.ceil(seconds / 60)
    if minutes <= 1:
        return "less than a minute"
    return f"about {minutes} minutes" if minutes < 100 else f"about {math.ceil(minutes / 60)} hours"
