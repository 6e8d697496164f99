"""A file in its envelope: encrypted with a key of its own, which lies in front, wrapped with a key of the site.

    magic (8) | slot | slot | part | part | …          slot: id of a key (8) | nonce (12) | the file's key, wrapped (48)
                                                       part: 64 KiB, encrypted (AES-256-GCM), with its tag (16); the last is shorter

The nonce of a part is its number and whether it is the last, so that none is left out, doubled, put elsewhere or cut off (STREAM, of
Hoang and others, 2015). What the file is, and of which row, is bound into each part and into the wrapping: put in the place of another,
it does not open. A new key of the site changes one slot, and then empties the other: whatever breaks off in between, one of the two
opens.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from heard.agencies.envelopes.ring import ID_BYTES, Key, KeyMissing, Ring

MAGIC: Final = b"\x89HEARD\x1a\x01"
PART: Final = 64 * 1024  # bytes of a part before it is encrypted
_NONCE: Final = 12
_TAG: Final = 16
_DATA_KEY: Final = 32
_SLOT: Final = ID_BYTES + _NONCE + _DATA_KEY + _TAG
_EMPTY: Final = b"\0" * _SLOT
HEADER: Final = len(MAGIC) + 2 * _SLOT
_WRAPS: Final = b"wrapping of files"


class Damaged(Exception):
    """It is not as it was encrypted, or is the file of something else."""


def seal(out: IO[bytes], content: Iterable[bytes], key: Key, about: bytes) -> None:
    """Writes the envelope of `content`, which may come in pieces of any size. `about`: what it is and of which row, such as
    b"attachment 0a1b…"."""
    data_key = secrets.token_bytes(_DATA_KEY)
    out.write(MAGIC + _slot(data_key, key, about) + _EMPTY)
    cipher = AESGCM(data_key)
    for number, (part, is_last) in enumerate(_in_parts(content)):
        out.write(cipher.encrypt(_nonce(number, is_last), part, about))


def is_sealed(file: IO[bytes]) -> bool:
    """Whether it begins as an envelope does. It stands at its beginning afterwards."""
    found = file.read(len(MAGIC))
    file.seek(0)
    return found == MAGIC


def key_ids(file: IO[bytes]) -> list[str]:
    """The keys of the site, any of which opens it; [] for a file in clear."""
    file.seek(0)
    head = file.read(HEADER)
    if head[: len(MAGIC)] != MAGIC:
        return []
    return [slot[:ID_BYTES].hex() for slot in _slots(head) if slot != _EMPTY]


def parts(file: IO[bytes], ring: Ring, about: bytes) -> Iterator[bytes]:
    """The content, part by part, each checked before it is given. Raises `KeyMissing` or `Damaged`, the second also after some parts
    were given: whoever must not use half a file goes through it once before."""
    file.seek(0)
    cipher = AESGCM(_opening(file.read(HEADER), ring, about)[1])
    number, held = 0, file.read(PART + _TAG)
    while True:
        following = file.read(PART + _TAG) if len(held) == PART + _TAG else b""
        is_last = not following
        try:
            yield cipher.decrypt(_nonce(number, is_last), held, about)
        except InvalidTag as error:
            raise Damaged from error
        if is_last:
            return
        number, held = number + 1, following


def rewrap(file: IO[bytes], ring: Ring, about: bytes) -> bool:
    """The file's key, wrapped with the first key of the ring and with no other. Whether anything had to be done. `file`: open to be
    read and written; nothing but the front of it is. Raises `KeyMissing` or `Damaged`."""
    file.seek(0)
    head = file.read(HEADER)
    there = [slot[:ID_BYTES].hex() if slot != _EMPTY else "" for slot in _slots(head)]
    opened, data_key = _opening(head, ring, about)
    if sorted(there) == ["", ring.first.id]:
        return False
    if there[opened] != ring.first.id:
        _write_slot(file, 1 - opened, _slot(data_key, ring.first, about))
        opened = 1 - opened
    _write_slot(file, 1 - opened, _EMPTY)
    return True


# ---- inside


def _where(number: int) -> int:
    return len(MAGIC) + number * _SLOT


def _slots(head: bytes) -> list[bytes]:
    return [head[_where(number) : _where(number) + _SLOT] for number in (0, 1)]


def _slot(data_key: bytes, key: Key, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return bytes.fromhex(key.id) + nonce + AESGCM(key.of(_WRAPS)).encrypt(nonce, data_key, MAGIC + about)


def _write_slot(file: IO[bytes], number: int, slot: bytes) -> None:
    file.seek(_where(number))
    file.write(slot)
    file.flush()
    os.fsync(file.fileno())


def _opening(head: bytes, ring: Ring, about: bytes) -> tuple[int, bytes]:
    """Which slot opens, and the file's key. One that was being written when the power failed is passed by."""
    if len(head) < HEADER or head[: len(MAGIC)] != MAGIC:
        raise Damaged
    missing = ""
    for number, slot in enumerate(_slots(head)):
        if slot == _EMPTY:
            continue
        key_id, nonce, wrapped = (
            slot[:ID_BYTES].hex(),
            slot[ID_BYTES : ID_BYTES + _NONCE],
            slot[ID_BYTES + _NONCE :],
        )
        if key_id not in ring.by_id:
            missing = key_id
            continue
        try:
            return number, AESGCM(ring.by_id[key_id].of(_WRAPS)).decrypt(nonce, wrapped, MAGIC + about)
        except InvalidTag:
            continue
    if missing:
        raise KeyMissing(missing)
    raise Damaged


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + (b"\1" if is_last else b"\0")


def _in_parts(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """In parts of one size, each with whether it is the last. Of nothing: one empty part."""
    held = bytearray()
    for piece in content:
        view = memoryview(piece)
        for start in range(0, len(view), PART):  # of a piece that is the whole file, never a second copy
            held += view[start : start + PART]
            while len(held) > PART:
                yield bytes(held[:PART]), False
                del held[:PART]
    yield bytes(held), True
