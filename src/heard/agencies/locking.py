"""Names that are locked after wrong passwords. Axes counts them, for a name together with the address that they came from.

No user asks for a lock: whoever guesses causes it, and the owner of the name is told. Who guesses from many addresses meets a
second limit, for the name alone. It never shuts the owner out for long: it ends by itself, since tries that it refuses are not
counted, and it does not hold where they have signed in before, nor for a passkey or an organisation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from axes.signals import user_locked_out
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.mail import account
from heard.agencies.models import User
from heard.agencies.wide_lock import names_locked_widely

if TYPE_CHECKING:
    from django.http import HttpRequest

KNOWN_FOR: Final = timedelta(days=90)  # how long an address counts as one of theirs


def connect() -> None:
    user_locked_out.connect(tell_of_lock, dispatch_uid="name is locked")


class ByName(AxesDatabaseHandler):
    """What axes counts for a name and an address, and how many were wrong for the name from wherever."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return bool(super().is_locked(request, credentials)) or _is_full(request, credentials)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **signal: Any
    ) -> None:
        if request is not None and _is_full(request, credentials):
            request.axes_locked_out, request.axes_credentials = True, credentials
            tell_of_lock(get_client_username(request, credentials), what="locked widely")
            return
        super().user_login_failed(sender, credentials, request, **signal)


def _is_full(request: Any, credentials: dict[str, Any] | None) -> bool:
    """Whether too many were wrong for this name in the last hour, and this is no address from which it has been signed in lately."""
    name = get_client_username(request, credentials)
    if name not in names_locked_widely(AccessAttempt.objects.filter(username=name)):
        return False
    since = timezone.now() - KNOWN_FOR
    known = AccessLog.objects.filter(username=name, attempt_time__gt=since)
    request.locked_widely = not known.filter(ip_address=request.axes_ip_address).exists()
    return bool(request.locked_widely)


def tell_of_lock(username: str, *, what: str = "locked", **_signal: Any) -> None:
    """Writes a row and a mail, once for as long as the lock lasts, however often somebody tries meanwhile. A name that
    nobody has gets neither."""
    user = User.objects.filter(username__iexact=username).first()
    period = timedelta(hours=settings.AXES_COOLOFF_TIME).total_seconds()
    if user is None or not cache.add(f"{what.replace(' ', '-')}-told:{user.pk}", True, timeout=period):
        return
    with transaction.atomic():
        record_audit(by=None, verb="lock", subject="user", subject_id=user.pk, detail={"what": what})
        account.tell(user, what)
