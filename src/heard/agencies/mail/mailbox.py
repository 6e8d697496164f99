"""The mailbox to which mail from Heard comes back, read over IMAP (RFC 9051). Settings read its address before there is a Django.

Only reports are looked at, and marked as read; whatever else lies there stays as it is.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

_PORT: Final = 993
_WAIT: Final = 20  # seconds for an answer
_MOST: Final = 200  # reports in one round
_SHAPE: Final = "HEARD_BOUNCES_URL is imaps://user@host or imaps://user@host:993."


@dataclass(frozen=True)
class Mailbox:
    host: str
    port: int
    user: str
    password: str


def mailbox_of(url: str, password: str) -> Mailbox | None:
    """Where reports are read; None where nowhere. `password`: what HEARD_BOUNCES_PASSWORD_FILE holds. `ValueError` with a sentence for
    anything else."""
    if not url:
        return None
    parts = urlsplit(url)
    try:
        port = parts.port or _PORT
    except ValueError:
        raise ValueError(_SHAPE) from None
    if parts.scheme != "imaps" or not parts.hostname or not parts.username or parts.path.strip("/"):
        raise ValueError(_SHAPE)
    if parts.password is not None:
        raise ValueError(
            "HEARD_BOUNCES_URL has a password in it, which others may read. Put it into a file of its own and name that in "
            "HEARD_BOUNCES_PASSWORD_FILE."
        )
    if not password:
        raise ValueError(
            "HEARD_BOUNCES_URL names a user: set HEARD_BOUNCES_PASSWORD_FILE to a file with their password."
        )
    return Mailbox(parts.hostname, port, unquote(parts.username), password)


def reports(box: Mailbox, largest: int, context: ssl.SSLContext | None = None) -> Iterator[bytes]:
    """Each report that nobody has read, as far as `largest` bytes. It counts as read once the next one is asked for. `OSError` or
    `imaplib.IMAP4.error` where the server does not do as asked."""
    trusted = context or ssl.create_default_context()
    with imaplib.IMAP4_SSL(box.host, box.port, ssl_context=trusted, timeout=_WAIT) as server:
        server.login(box.user, box.password)
        server.select("INBOX")
        _said, found = server.uid("SEARCH", "UNSEEN", "HEADER", "Content-Type", "multipart/report")
        for key in (found[0] or b"").split()[:_MOST]:
            _said, parts = server.uid("FETCH", key.decode(), f"(BODY.PEEK[]<0.{largest}>)")
            yield next((part[1] for part in parts if isinstance(part, tuple)), b"")
            server.uid("STORE", key.decode(), "+FLAGS", r"(\Seen)")
