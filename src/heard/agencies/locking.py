"""Names that are locked after wrong passwords. Axes counts them, for a name together with the address that they came from.

No user asks for a lock: whoever guesses causes it, and the owner of the name is told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.signals import user_locked_out
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from heard.agencies.actions import record_audit
from heard.agencies.mail import account
from heard.agencies.models import User


def connect() -> None:
    user_locked_out.connect(tell_of_lock, dispatch_uid="name is locked")


def tell_of_lock(username: str, **_signal: Any) -> None:
    """Writes a row and a mail, once for as long as the lock lasts, however often somebody tries meanwhile. A name that
    nobody has gets neither."""
    user = User.objects.filter(username__iexact=username).first()
    period = timedelta(hours=settings.AXES_COOLOFF_TIME).total_seconds()
    if user is None or not cache.add(f"lock-told:{user.pk}", True, timeout=period):
        return
    with transaction.atomic():
        record_audit(by=None, verb="lock", subject="user", subject_id=user.pk)
        account.tell(user, "locked")
