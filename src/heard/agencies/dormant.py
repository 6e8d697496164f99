"""Accounts with which nobody has signed in for long: for the list of administrators, and for what switches them off by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, F, OuterRef
from django.db.models.functions import Cast
from django.utils import timezone

from heard.agencies.models import AuditRow, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


def unused_for(days: int) -> QuerySet[User]:
    """Active people who in so many days have neither signed in nor been added, invited or switched on, the longest first."""
    since = timezone.now() - timedelta(days=days)
    key = Cast(OuterRef("pk"), CharField(max_length=40))
    switched_on = AuditRow.objects.filter(subject="user", subject_id=key, verb="switch on", at__gte=since)
    rows = User.objects.filter(is_active=True, date_joined__lt=since).exclude(last_login__gte=since)
    rows = rows.exclude(invited_at__gte=since).exclude(Exists(switched_on))
    return rows.order_by(F("last_login").asc(nulls_first=True), "pk")
