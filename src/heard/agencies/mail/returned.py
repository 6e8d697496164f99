"""Mail that did not arrive: refused by the mail server for good, or come back to the mailbox from which Heard sends.

Each mail to somebody of Heard has a Message-ID that names them by number and that nobody else can make. A report counts only
where it holds one, is about the address that they have now, and says that it has failed (RFC 3464); of a report nothing is kept.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from heard.agencies.models import User

if TYPE_CHECKING:
    from email.message import Message

_SALT: Final = "heard.agencies.mail.returned"
_OURS: Final = re.compile(rb"<heard\.(\d{1,12})\.([0-9A-Za-z]{12})\.([0-9a-f]{64})@")
LARGEST: Final = 1_000_000  # bytes of a report that are read


@dataclass(frozen=True)
class Returned:
    """A report: keys of the people to whom the mails in it went, and the addresses at which it failed, in small letters."""

    people: frozenset[int]
    addresses: frozenset[str]


def message_to(user: User, subject: str, lines: Iterable[str], *, to: str = "") -> EmailMessage:
    """A mail to somebody of Heard, at their address or at this one, of which a report can be told from others."""
    nonce = get_random_string(12)
    host = urlsplit(settings.ADDRESS).hostname or "localhost"
    key = f"<heard.{user.pk}.{nonce}.{_seal(user.pk, nonce, settings.SECRET_KEY)}@{host}>"
    body = "\n".join(lines) + "\n"
    return EmailMessage(subject, body, to=[to or user.email], headers={"Message-ID": key})


def is_refused_for_good(error: Exception) -> bool:
    """Whether the mail server takes no mail for that address, and will not later either (RFC 5321, 4.2.1)."""
    return isinstance(error, SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _said in error.recipients.values()
    )


def read(raw: bytes) -> Returned | None:
    """What a mail says has not arrived; None where it says no such thing, or not of a mail of ours."""
    message = email.message_from_bytes(raw[:LARGEST], policy=policy.compat32)
    if message.get_content_type() != "multipart/report":
        return None
    addresses = frozenset(
        address
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list)
        for block in part.get_payload()
        for address in _failed(block)  # type: ignore[arg-type]
    )
    people = frozenset(
        int(user) for user, nonce, seal in _OURS.findall(raw[:LARGEST]) if _is_ours(int(user), nonce, seal)
    )
    return Returned(people, addresses) if people and addresses else None


def came_back(report: Returned, at: datetime | None = None) -> int:
    """Writes down that mail does not reach them: whose mails these were and whose address it is. How many people."""
    rows = User.objects.filter(pk__in=report.people, mail_back_at=None).exclude(email="")
    found = [user.pk for user in rows if user.email.lower() in report.addresses]
    return User.objects.filter(pk__in=found, mail_back_at=None).update(mail_back_at=at or timezone.now())


def was_refused(user: User) -> None:
    """The mail server takes no mail for their address."""
    came_back(Returned(frozenset({user.pk}), frozenset({user.email.lower()})))


def _failed(block: Message) -> set[str]:
    if str(block.get("Action", "")).strip().lower() != "failed":
        return set()
    named = (str(block.get(name, "")) for name in ("Original-Recipient", "Final-Recipient"))
    return {address for text in named if (address := text.partition(";")[2].strip().strip("<>").lower())}


def _is_ours(user: int, nonce: bytes, seal: bytes) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(_seal(user, nonce.decode(), key), seal.decode()) for key in keys)


def _seal(user: int, nonce: str, key: str) -> str:
    return salted_hmac(_SALT, f"{user}.{nonce}", secret=key, algorithm="sha256").hexdigest()
