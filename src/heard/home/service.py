"""How the service runs, in numbers without names: for the administrator's page, and for whoever watches from outside."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import timezone

from heard.agencies import doctoring
from heard.agencies.jobs import working
from heard.cases.attachment.queries import files_waiting
from heard.cases.case.notices.mail import mails_waiting
from heard.cases.case.notices.queries import oldest_urgent
from heard.home import health

if TYPE_CHECKING:
    from heard.agencies.jobs.working import Queue

BACKUP_IS_OLD: Final = timedelta(hours=26)  # of one that is made every night
_SEALED_WITHIN: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class ServiceState:
    """`wrong`: names of the checks of `health` that are not passed. `free`, `disk`: bytes. `backup_at`: None where none was made;
    `backup_wrong`: files that it found missing or changed. `trail`: what the last
    verification of the audit trail said (0: sound), None where there was none, and when. `mails`, `files`: that wait to be sent, and for ClamAV.
    `urgent`: for how many seconds the oldest urgent thing waits that nobody who answers for it has seen, or 0."""

    at: datetime
    wrong: list[str]
    queues: list[Queue]
    free: int
    disk: int
    backup_at: datetime | None
    backup_wrong: int
    trail: int | None
    trail_at: datetime | None
    is_sealed: bool
    mails: int
    files: int
    urgent: float

    @property
    def backup_is_old(self) -> bool:
        return self.backup_at is None or self.at - self.backup_at > BACKUP_IS_OLD


def state() -> ServiceState:
    """A fixed number of queries. `DatabaseError` where the database does not answer."""
    now = timezone.now()
    disk = shutil.disk_usage(settings.DATA)
    backup = doctoring.last_backup()
    trail, trail_at = doctoring.last_check() or (None, None)
    return ServiceState(
        at=now,
        wrong=health.wrong(),
        queues=working.queues(),
        free=disk.free,
        disk=disk.total,
        backup_at=datetime.fromisoformat(backup["made_at"]) if backup else None,
        backup_wrong=backup["wrong"] if backup else 0,
        trail=trail,
        trail_at=trail_at,
        is_sealed=not doctoring.sealer_is_behind(_SEALED_WITHIN),
        mails=mails_waiting(None, now),
        files=files_waiting(None),
        urgent=oldest_urgent(None, now),
    )
