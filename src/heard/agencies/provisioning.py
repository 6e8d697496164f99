"""What the directory of an organisation may know of people in Heard: those whom it looks after, and nobody else.

Nobody is signed in when a directory asks; what it shows is its secret.
"""

from __future__ import annotations

import hmac
import re
import uuid
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from django.conf import settings

from heard.agencies.models import Provisioned, ProvisioningSecret

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.providers import Provider

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # secrets.token_urlsafe(32): nothing that a dictionary has


def digest(secret: str) -> str:
    """What is kept of a secret. It is random and long, so that a quick digest is enough."""
    return sha256(secret.encode()).hexdigest()


def whose(secret: str) -> Provider | None:
    """The organisation whose directory has this secret, while it is in the settings."""
    if not _SECRET.fullmatch(secret):
        return None
    shown = digest(secret)
    for row in ProvisioningSecret.objects.all():
        if hmac.compare_digest(row.digest, shown):
            return settings.SIGN_ON.get(row.provider)
    return None


def looked_after_by(provider: Provider) -> QuerySet[Provisioned]:
    """Those whom this directory looks after, in the order in which it said so."""
    return Provisioned.objects.filter(provider=provider.id).select_related("user").order_by("made_at", "pk")


def one_of(provider: Provider, key: str) -> Provisioned | None:
    """One of them by their key, or None: also for what is no key, and for somebody of another directory."""
    try:
        return looked_after_by(provider).filter(pk=uuid.UUID(key)).first()
    except ValueError:
        return None
