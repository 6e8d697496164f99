"""Whether the site can do its work: what a machine that watches asks, and what every page says where work stands still."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest
from django.utils.translation import gettext as _

from heard.agencies.envelopes import kept
from heard.agencies.jobs import working
from heard.cases.attachment.queries import files_are_away
from heard.cases.case.notices.queries import urgent_waits, whom_to_ring

_LEAST_FREE: Final = 0.05  # of the disk, or
_LEAST_BYTES: Final = 2_000_000_000  # whichever is less
_BETWEEN_WRITES: Final = timedelta(seconds=5)  # so that asking often does not make the site write often

_log = logging.getLogger(__name__)


def _database() -> bool:
    return working.is_writable(_BETWEEN_WRITES)


def _disk() -> bool:
    disk = shutil.disk_usage(settings.DATA)
    return disk.free > min(_LEAST_FREE * disk.total, _LEAST_BYTES)


def _worker() -> bool:
    return all(working.is_beating(queue) for queue in working.QUEUES)


def _notifier() -> bool:
    """Not where `heard notify` was there and is silent, nor where something urgent waits for it that never was there."""
    return working.NOTIFIER not in working.standing_still(lambda: urgent_waits(None))


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _keys() -> bool:
    """Those that encrypt files, packs and second factors, where the site has any."""
    kept.ring()
    return True


def _files() -> bool:
    """What is attached to records is where it was put, as far as a look at the folder says."""
    return not files_are_away(None)


CHECKS: Final[dict[str, Callable[[], bool]]] = {
    "database": _database,
    "disk": _disk,
    "worker": _worker,
    "notifier": _notifier,
    "migrations": _migrations,
    "keys": _keys,
    "files": _files,
}


def wrong() -> list[str]:
    """Names of the checks that are not passed."""
    return [name for name, check in CHECKS.items() if not _passed(check)]


def _passed(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, OSError, kept.NoKeys):
        _log.warning("A check of the site's health failed.", exc_info=True)
        return False


def background_work(request: HttpRequest) -> dict[str, Any]:
    """A context processor. The page asks only where somebody is signed in."""
    return {
        "stands_still": lambda: working.standing_still(lambda: _notice_waits(request)),
        "whom_to_ring": lambda: _ring(request),
    }


def _notice_waits(request: HttpRequest) -> bool:
    return request.user.is_authenticated and urgent_waits(request.user)


def _ring(request: HttpRequest) -> str:
    """Whom to ring, in one line."""
    called = _("%(who)s, %(phone)s."), _("Duty team: %(phone)s.")
    rung = whom_to_ring(request.user) if request.user.is_authenticated else []
    return " ".join(
        (called[0] if one.who else called[1]) % {"who": one.who, "phone": one.phone} for one in rung
    )
