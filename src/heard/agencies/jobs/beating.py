"""Work in the background whose worker may be killed: it is heard of as long as it is alive, so that a page can tell.

A row of such work has `state`, `attempts`, `beat_at`, `step` and `share`. Each attempt has a number, and writes only as long as
it is the latest: a worker that was thought dead puts nothing into what was begun anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.models import QuerySet

_log = logging.getLogger(__name__)
_BETWEEN_REPORTS: Final = 0.5  # seconds; a progress bar needs no more
_BETWEEN_BEATS: Final = 20.0  # seconds; a step of the engine may take minutes and say nothing


class Superseded(Exception):
    """Another attempt has begun."""


def begin(waiting: QuerySet[Any], *, state: str) -> Any | None:
    """The one row of `waiting`, claimed for this worker as work in `state`; None where another worker was quicker."""
    found = waiting.first()
    if found is None:
        return None
    claimed = waiting.filter(pk=found.pk).update(
        state=state, attempts=F("attempts") + 1, beat_at=timezone.now(), step="", share=None, problem=""
    )
    if not claimed:
        return None
    found.refresh_from_db()
    return found


def waiting_or_lost(waiting: str, under_way: str, silent: timedelta) -> Q:
    """Rows for `begin`: those that wait, and those whose worker was killed, when the queue tries its task again."""
    lost = Q(state=under_way) & (Q(beat_at=None) | Q(beat_at__lt=timezone.now() - silent))
    return Q(state=waiting) | lost


def again(row: Any, *, waiting: str) -> None:
    """Back to `waiting`, to be put into the queue anew."""
    row.state, row.step, row.share, row.problem, row.ended_at = waiting, "", None, "", None
    row.save(update_fields=["state", "step", "share", "problem", "ended_at"])


def mine(row: Any) -> QuerySet[Any]:
    """The row, as long as this attempt is the latest."""
    return type(row)._default_manager.filter(pk=row.pk, attempts=row.attempts, state=row.state)


def reporter(row: Any) -> Callable[[str, float | None], None]:
    """Writes progress down, at most twice a second: the page reads it from there. Raises `Superseded`."""
    last = 0.0

    def report(step: str, share: float | None) -> None:
        nonlocal last
        if time.monotonic() - last < _BETWEEN_REPORTS:
            return
        last = time.monotonic()
        if not mine(row).update(step=step[:200], share=share, beat_at=timezone.now()):
            raise Superseded

    return report


@contextmanager
def beating(row: Any) -> Iterator[None]:
    """While this lasts, the row says every few seconds that its worker is alive."""
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(mine(row), over), daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _beat(row: QuerySet[Any], over: threading.Event) -> None:
    while not over.wait(_BETWEEN_BEATS):
        try:
            row.update(beat_at=timezone.now())
        except DatabaseError:
            _log.warning("A sign of life could not be written down.", exc_info=True)
        finally:
            connection.close()
