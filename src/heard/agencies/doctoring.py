"""What `heard doctor` asks about people and about the audit trail: numbers and names of witnesses alone."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from heard.agencies.models import Agency, AuditCheck, AuditRow, AuditSeal, AuditWitness, User
from heard.agencies.rules import Role

LAST_BACKUP: Final = "last-backup.json"  # in the data folder; `heard backup` writes it


def last_backup() -> dict[str, Any] | None:
    """When the last backup was made (`made_at`), what it is called (`name`), and how many files it found missing or changed
    (`wrong`). None where there is none."""
    path = Path(settings.DATA) / LAST_BACKUP
    found: dict[str, Any] | None = json.loads(path.read_text()) if path.is_file() else None
    return found


def administrators() -> int:
    """How many can sign in and add people."""
    return User.objects.filter(is_active=True, memberships__role=Role.ADMINISTRATOR).distinct().count()


def last_check() -> tuple[int, datetime] | None:
    """What came of verifying the audit trail the last time, and when."""
    return AuditCheck.objects.order_by("-at").values_list("outcome", "at").first()


def sealer_is_behind(by: timedelta) -> bool:
    """Whether the latest row that is older than this has no place in the tree yet."""
    row = AuditRow.objects.filter(at__lt=timezone.now() - by).order_by("-pk").first()
    return row is not None and not AuditSeal.objects.filter(row_id=row.pk).exists()


def witnesses_that_fail() -> list[str]:
    return list(AuditWitness.objects.filter(failed_at__isnull=False).values_list("name", flat=True))


def is_an_agency(name: str) -> bool:
    return Agency.objects.filter(name=name).exists()
