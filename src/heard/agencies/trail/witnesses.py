"""Whoever keeps signed heads where the database cannot be reached: a file elsewhere, syslog, and people by mail.

The trail is worth what its furthest witness is worth. A head holds numbers alone: how many rows, one hash, a time.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.mail.sending import why_no_mail
from heard.agencies.models import AuditHead, AuditWitness
from heard.agencies.seal.heads import Head
from heard.agencies.seal.keys import Key
from heard.agencies.seal.writing import said

_SOON: Final = timedelta(minutes=1)
_DAILY: Final = timedelta(days=1)
_AGAIN: Final = timedelta(minutes=5)  # after a witness that took nothing
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Witness:
    name: str
    place: Callable[[], object]  # what the settings say of it; nothing where there is none
    give: Callable[[Head], None]
    every: timedelta


def of(row: AuditHead) -> Head:
    return Head(row.site, row.size, row.root, said(row.at), row.key_id, row.signature)


def has_signed(key: Key, before: datetime) -> bool:
    """Whether the latest head of this key from before that moment is there, and signed with it."""
    row = AuditHead.objects.filter(key_id=key.id, at__lt=before).order_by("-size").first()
    return row is not None and of(row).is_signed_by(key.public)


def tell(now: datetime) -> None:
    """Gives the latest head to each witness that has not had it and whose time it is."""
    there = [one for one in _ALL if one.place()]
    row = AuditHead.objects.order_by("-size").first() if there else None
    if row is None:
        return
    for witness in there:
        held, _new = AuditWitness.objects.get_or_create(pk=witness.name)
        if held.size >= row.size or not _is_time(witness, held, now):
            continue
        try:
            witness.give(of(row))
        except (OSError, ValueError):
            _log.exception("The witness %s takes no head of the audit trail.", witness.name)
            AuditWitness.objects.filter(pk=witness.name).update(failed_at=now)
        else:
            AuditWitness.objects.filter(pk=witness.name).update(size=row.size, given_at=now, failed_at=None)


def _is_time(witness: _Witness, held: AuditWitness, now: datetime) -> bool:
    if held.failed_at and now - held.failed_at < _AGAIN:
        return False
    if witness.every == _DAILY and held.given_at:  # the first after midnight
        return timezone.localdate(held.given_at) < timezone.localdate(now)
    return held.given_at is None or now - held.given_at >= witness.every


def _to_file(head: Head) -> None:
    path = Path(settings.WITNESS_FILE)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a") as file:
        file.write(head.line() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _to_syslog(head: Head) -> None:
    place = settings.WITNESS_SYSLOG
    host, _colon, port = place.partition(":")
    address = place if place.startswith("/") else (host, int(port or 514))
    kind = None if place.startswith("/") else socket.SOCK_DGRAM
    handler = _Syslog(address, facility=logging.handlers.SysLogHandler.LOG_AUTHPRIV, socktype=kind)
    try:
        handler.ident = "heard-audit: "
        handler.emit(logging.LogRecord("heard", logging.INFO, "", 0, head.line(), None, None))
    finally:
        handler.close()


class _Syslog(logging.handlers.SysLogHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        raise  # noqa: PLE0704 - what went wrong is said to the sealer, and not printed


def _by_mail(head: Head) -> None:
    if refusal := why_no_mail():
        raise ValueError(refusal)
    says = _(
        "This is how the audit trail of Heard stands. Keep this mail: with it, it can be shown later that nothing was changed, "
        "taken out or put in before this moment."
    )
    subject = _("Heard: the audit trail at %(size)s rows") % {"size": head.size}
    for address in settings.WITNESS_MAIL:
        EmailMessage(subject, f"{says}\n\n{head.line()}\n", to=[address]).send()


_ALL: Final = (
    _Witness("file", lambda: settings.WITNESS_FILE, _to_file, _SOON),
    _Witness("syslog", lambda: settings.WITNESS_SYSLOG, _to_syslog, _SOON),
    _Witness("mail", lambda: settings.WITNESS_MAIL, _by_mail, _DAILY),
)
