"""What `heard doctor` asks about people and about the audit trail: numbers and names of witnesses alone."""

from datetime import datetime, timedelta

from django.utils import timezone

from heard.agencies.models import Agency, AuditCheck, AuditRow, AuditSeal, AuditWitness, User
from heard.agencies.rules import Role


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
