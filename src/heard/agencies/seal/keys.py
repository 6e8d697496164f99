"""The keys of the audit trail. They lie in a file outside the database: with the database alone nobody makes a row or a head.

Each key is 32 random bytes, from which the key of the leaves and the one that signs heads are derived.
"""

from __future__ import annotations

import json
import secrets
import uuid
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from heard.agencies.whole_file import written_whole


class KeyMissing(Exception):
    """There is no file with keys, or it is none."""


@dataclass(frozen=True)
class Key:
    secret: bytes

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(self.secret)

    @cached_property
    def of_leaves(self) -> bytes:
        return self._derived(b"heard audit leaf")

    @cached_property
    def _signs(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._derived(b"heard audit head"))

    @cached_property
    def public(self) -> bytes:
        return self._signs.public_key().public_bytes_raw()

    @cached_property
    def id(self) -> str:
        return id_of(self.public)

    def sign(self, text: bytes) -> bytes:
        return self._signs.sign(text)


@dataclass(frozen=True)
class Ring:
    """The keys of one installation, the one that is used first; those after it made what is older."""

    site: str
    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        return self.keys[0]

    @cached_property
    def by_id(self) -> dict[str, Key]:
        return {key.id: key for key in self.keys}


def id_of(public: bytes) -> str:
    """What a row or head calls the key that made it."""
    return sha256(public).hexdigest()[:16]


def is_signed(public: bytes, signature: str, text: bytes) -> bool:
    """`signature`: in hexadecimal; what is none signs nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def read(path: Path) -> Ring:
    """Raises `KeyMissing`."""
    try:
        said = json.loads(path.read_text())
        keys = tuple(Key(b64decode(one, validate=True)) for one in said["keys"])
        ring = Ring(str(said["site"]), keys)
    except FileNotFoundError as error:
        raise KeyMissing(
            f"The key of the audit trail, {path}, is not there. Put it back, or make one: heard migrate"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyMissing(f"The key of the audit trail cannot be read from {path}.") from error
    if not keys or any(len(key.secret) != 32 for key in keys):
        raise KeyMissing(f"{path} holds no key of an audit trail.")
    return ring


def make(path: Path, site: str = "") -> bool:
    """Makes a file with a first key where there is none, for this installation or a new one. Whether it did; of two at once
    one does."""
    if path.exists():
        return False
    return _put(path, Ring(site or str(uuid.uuid4()), (Key(secrets.token_bytes(32)),)), over=False)


def renew(path: Path) -> Ring:
    """A new key for what comes from now on, before those that made what is there."""
    held = read(path)
    ring = Ring(held.site, (Key(secrets.token_bytes(32)), *held.keys))
    _put(path, ring, over=True)
    return ring


def add(path: Path, other: Path) -> Ring:
    """The keys of another file of this installation beside those that are there, such as those of before a restore."""
    held, found = read(path), read(other)
    known = {key.id for key in held.keys}
    ring = Ring(found.site, (*held.keys, *(key for key in found.keys if key.id not in known)))
    _put(path, ring, over=True)
    return ring


def _put(path: Path, ring: Ring, *, over: bool) -> bool:
    said = {"site": ring.site, "keys": [b64encode(key.secret).decode() for key in ring.keys]}
    try:
        with written_whole(path, over=over) as file:
            file.write(json.dumps(said).encode())
    except FileExistsError:
        return False
    return True
