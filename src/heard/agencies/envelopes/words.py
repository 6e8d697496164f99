"""Short words of the database, encrypted with a key of the site: `heard1.<id of the key>.<nonce and words, in base 64>`.

Only what nothing searches, sorts or counts by. `about` says of which column they are: in another one they do not open.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from heard.agencies.envelopes.files import Damaged
from heard.agencies.envelopes.ring import Key, Ring

_BEGINS: Final = "heard1."
_NONCE: Final = 12
_PURPOSE: Final = b"words of the database"


def seal(words: str, key: Key, about: str) -> str:
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(key.of(_PURPOSE)).encrypt(nonce, words.encode(), about.encode())
    return f"{_BEGINS}{key.id}.{urlsafe_b64encode(nonce + sealed).decode()}"


def key_id(kept: str) -> str:
    """The key of the site that opens it; '' for what is not encrypted here."""
    return kept.split(".")[1] if kept.startswith(_BEGINS) and kept.count(".") == 2 else ""


def opened(kept: str, ring: Ring, about: str) -> str:
    """Raises `KeyMissing` or `Damaged`."""
    key = ring.named(key_id(kept))
    try:
        sealed = urlsafe_b64decode(kept.rsplit(".", 1)[1])
        return AESGCM(key.of(_PURPOSE)).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()).decode()
    except (ValueError, InvalidTag) as error:
        raise Damaged from error
