"""The mail server: how it is reached, as `HEARD_MAIL_URL` says. Settings read it before there is a Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

_SCHEMES: Final[dict[str, dict[str, bool]]] = {
    "smtp": {},
    "smtp+starttls": {"use_tls": True},
    "smtps": {"use_ssl": True},
}
_HERE: Final = ("localhost", "127.0.0.1", "::1")
_WAIT: Final = 20  # seconds for an answer
_SHAPE: Final = (
    "HEARD_MAIL_URL is host:port of a mail server that takes mail from this machine, or smtp+starttls://user@host:587, or "
    "smtps://user@host:465."
)


def options_of(url: str, password: str) -> dict[str, Any]:
    """Options of Django’s SMTP backend; {} where no mail is sent. `url`: `host[:port]`, or one with how it is encrypted and whom to
    sign in as; `password`: what HEARD_MAIL_PASSWORD_FILE holds. `ValueError` with a sentence for anything else.

    Certificates are checked against those that the machine trusts.
    """
    if not url:
        return {}
    parts = urlsplit(url if "://" in url else f"smtp://{url}")
    try:
        port = parts.port
    except ValueError:
        raise ValueError(_SHAPE) from None
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(_SHAPE)
    if parts.password is not None:
        raise ValueError(
            "HEARD_MAIL_URL has a password in it, which others may read. Put it into a file of its own and name that in "
            "HEARD_MAIL_PASSWORD_FILE."
        )
    if bool(parts.username) != bool(password):
        raise ValueError(
            "HEARD_MAIL_URL names a user and HEARD_MAIL_PASSWORD_FILE holds their password: set both, or neither."
        )
    if password and parts.scheme == "smtp":
        raise ValueError(
            "HEARD_MAIL_URL would send a password in clear. Write smtp+starttls:// or smtps:// in front of it."
        )
    found: dict[str, Any] = {"host": parts.hostname, "timeout": _WAIT, **_SCHEMES[parts.scheme]}
    if port:
        found["port"] = port
    if password:
        found |= {"username": unquote(parts.username or ""), "password": password}
    return found


def in_clear(options: Mapping[str, Any]) -> bool:
    """Whether mails, and the links in them, go unencrypted to another machine."""
    encrypted = options.get("use_tls") or options.get("use_ssl")
    return bool(options) and not encrypted and options["host"] not in _HERE
