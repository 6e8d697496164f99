"""The keys with which files and some words of the database are encrypted. They lie in a file of their own, apart from both.

The first one encrypts, each decrypts what was encrypted with it. Each is 32 random bytes, from which one key for each purpose is
derived (HKDF, RFC 5869): the file holds nothing that is used as it is.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from heard.agencies.whole_file import written_whole

ID_BYTES: Final = 8
_KEY_BYTES: Final = 32


class NoKeys(Exception):
    """The file of keys is not there, or is none. Its text says which file, and what to do."""


class KeyMissing(Exception):
    """Something is encrypted with a key that is not in the file."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The key {key_id} is not in the file of keys. Put it back from its escrow or a copy of the file: heard keys add --from FILE"
        )
        self.key_id = key_id


class WhyNot(Exception):
    """What was asked of the file of keys is refused. Its text says why."""


@dataclass(frozen=True)
class Key:
    """`made`: when, as ISO 8601 in UTC. `escrowed`: the public keys of age of those to whom a copy was written."""

    secret: bytes = field(repr=False)
    made: str
    escrowed: tuple[str, ...] = ()

    def of(self, purpose: bytes) -> bytes:
        """32 bytes for one purpose alone."""
        return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"heard " + purpose).derive(
            self.secret
        )

    @cached_property
    def id(self) -> str:
        """What files, rows and people call it. It says nothing of the key."""
        return self.of(b"name of a key")[:ID_BYTES].hex()


@dataclass(frozen=True)
class Ring:
    """The keys of a file, the one that encrypts first. `sealed_since`: the moment, as ISO 8601 in UTC, from which nothing lies in clear any
    more, '' where it never was so. It stands here, where who can write to the files and the database cannot."""

    keys: tuple[Key, ...]
    sealed_since: str = ""

    @property
    def first(self) -> Key:
        return self.keys[0]

    @cached_property
    def by_id(self) -> dict[str, Key]:
        return {key.id: key for key in self.keys}

    def named(self, key_id: str) -> Key:
        """Raises `KeyMissing`."""
        try:
            return self.by_id[key_id]
        except KeyError:
            raise KeyMissing(key_id) from None


def read(path: Path) -> Ring:
    """The keys of a file; of one that has not changed since, those read before. Raises `NoKeys`."""
    try:
        about = path.stat()
        return _read(path, (about.st_ino, about.st_mtime_ns, about.st_size))
    except FileNotFoundError as error:
        raise NoKeys(
            f"HEARD_KEYS says that the keys are in {path}, and no file is there. Put it back from a copy or its escrow. "
            "If there never was one: heard keys make"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoKeys(
            f"The keys cannot be read from {path}. See that it is open to this user, and a file of `heard keys`."
        ) from error


@lru_cache(maxsize=2)
def _read(path: Path, _as_it_is: tuple[int, int, int]) -> Ring:
    return parsed(path.read_bytes())


def parsed(text: bytes) -> Ring:
    """Raises `ValueError`, `KeyError` or `TypeError` for what is no file of keys."""
    said = json.loads(text)
    keys = tuple(
        Key(b64decode(one["key"], validate=True), str(one["made"]), tuple(map(str, one.get("escrowed", ()))))
        for one in said["keys"]
    )
    if not keys or any(len(key.secret) != _KEY_BYTES for key in keys):
        raise ValueError("no keys of 32 bytes")
    return Ring(keys, str(said.get("sealed_since", "")))


def as_text(ring: Ring) -> bytes:
    said: dict[str, Any] = {
        "sealed_since": ring.sealed_since,
        "keys": [
            {
                "id": key.id,
                "made": key.made,
                "key": b64encode(key.secret).decode(),
                "escrowed": list(key.escrowed),
            }
            for key in ring.keys
        ],
    }
    return json.dumps(said, indent=1).encode()


def make(path: Path) -> Ring:
    """A file with a first key. Raises `WhyNot` where there is one."""
    ring = Ring((_new(),))
    if not _put(path, ring, over=False):
        raise WhyNot(f"{path} is there already. Another key before those in it: heard keys add")
    return ring


def add(path: Path) -> Ring:
    """A new key, which encrypts from now on."""
    with _changing(path):
        ring = read(path)
        ring = replace(ring, keys=(_new(), *ring.keys))
        _put(path, ring, over=True)
    return ring


def add_from(path: Path, others: Iterable[Key]) -> Ring:
    """Other keys behind those that are there, such as those of before a restore; where there is no file, they make one."""
    with _changing(path):
        held = read(path) if path.exists() else Ring(())
        new = (key for key in others if key.id not in held.by_id)
        ring = replace(held, keys=(*held.keys, *new))
        _put(path, ring, over=True)
    return ring


def why_not_retire(ring: Ring, key_id: str) -> str | None:
    """Whether this key, which is in the file (else `KeyMissing`), may be taken out of it."""
    if ring.named(key_id) is ring.first:
        return "This key encrypts what comes. Add another before it first: heard keys add"
    return None


def retire(path: Path, key_id: str) -> Ring:
    """Takes a key out of the file. Raises `KeyMissing`, and `WhyNot` for the one that encrypts. Whether something still needs it, the
    caller knows."""
    with _changing(path):
        ring = read(path)
        if why_not := why_not_retire(ring, key_id):
            raise WhyNot(why_not)
        ring = replace(ring, keys=tuple(key for key in ring.keys if key.id != key_id))
        _put(path, ring, over=True)
    return ring


def escrowed(ring: Ring, recipients: Iterable[str]) -> Ring:
    """The same keys, of each of which these have a copy."""
    to_whom = tuple(recipients)
    return replace(ring, keys=tuple(replace(key, escrowed=to_whom) for key in ring.keys))


def note_escrow(path: Path, ring: Ring) -> None:
    """That copies were written of the keys of `ring`, as it says. Keys that came meanwhile have none, and stay."""
    with _changing(path):
        now = read(path)
        _put(path, replace(now, keys=tuple(ring.by_id.get(key.id, key) for key in now.keys)), over=True)


def note_sealed(path: Path) -> None:
    """That everything is in its envelope: from now on what lies in clear is none of the site's."""
    with _changing(path):
        now = read(path)
        if not now.sealed_since:
            _put(path, replace(now, sealed_since=_now()), over=True)


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """The file is read, changed and written by one at a time: else what the other wrote between would be gone, and a key with it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(
        os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600), "w"
    ) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _new() -> Key:
    return Key(secrets.token_bytes(_KEY_BYTES), _now())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _put(path: Path, ring: Ring, *, over: bool) -> bool:
    """Whole or not at all. Whether it did: of two that make the first at once, one does."""
    try:
        with written_whole(path, over=over) as file:
            file.write(as_text(ring))
    except FileExistsError:
        return False
    return True
