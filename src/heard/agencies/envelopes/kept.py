"""Files on the disk of the site: there whole or not at all, in an envelope where HEARD_KEYS says with which keys, and given only once
every byte of them was checked.

A file of before there were keys is read as it is, until `heard keys encrypt` has put all of them into envelopes. From then on one in
clear is none that was kept here.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.conf import settings

from heard.agencies.envelopes import files, words
from heard.agencies.envelopes import ring as rings
from heard.agencies.envelopes.files import Damaged
from heard.agencies.envelopes.ring import KeyMissing, NoKeys, Ring
from heard.agencies.whole_file import see_to_disk

ASIDE: Final = ".part"
PART: Final = files.PART  # bytes
_MARK: Final = "has-keys"  # in HEARD_DATA, once keys were named


class Changed(Exception):
    """The bytes on the disk are not those that were put there."""


def ring() -> Ring | None:
    """The keys of the site; None where it never had any. Raises `NoKeys` where the settings name a file that is not there, and where
    they name none any longer: what comes would lie in clear beside what is encrypted."""
    if settings.KEYS:
        found = rings.read(settings.KEYS)
        note_keys(Path(settings.DATA))
        return found
    mark = Path(settings.DATA) / _MARK
    if mark.exists():
        raise NoKeys(
            "HEARD_KEYS is not set, and this site encrypts what it keeps. Name the file of keys again. If nothing is encrypted, as "
            f"`heard keys list` says: remove {mark}"
        )
    return None


def note_keys(data: Path) -> None:
    """From now on this folder is one of a site with keys."""
    mark = data / _MARK
    if not mark.exists():
        with suppress(OSError):  # a full disk hinders nobody from reading; the next time writes it
            mark.touch(0o600)


def is_sealed(path: Path) -> bool:
    """Whether it begins as an envelope does."""
    with path.open("rb") as file:
        return files.is_sealed(file)


@dataclass(frozen=True)
class KeptFile:
    """A file that should be there. `name`: below the folder of the site. `about`: what its envelope says that it is. `sha256`: of what
    is in it, '' where nobody knows. `row`: of the table that it belongs to, None where there is none."""

    name: str
    path: Path
    about: str
    sha256: str = ""
    row: uuid.UUID | None = None


@dataclass(frozen=True)
class Whole:
    """A file whose every byte was checked, `size` and `sha256` of what is in it. Whoever goes through it gets it in parts, each checked
    again as it is read."""

    path: Path
    about: str
    size: int
    sha256: str
    is_clear: bool

    def __iter__(self) -> Iterator[bytes]:
        """One part stays behind until the next was read, so that of a file which is changed meanwhile the end is not given: then
        `Changed`."""
        digest, held = hashlib.sha256(), b""
        with self.path.open("rb") as file:
            keys = self._keys(file)
            if keys is None and not self.is_clear:
                raise Changed
            for part in _parts(file, keys, self.about):
                digest.update(part)
                if held:
                    yield held
                held = part
        if digest.hexdigest() != self.sha256:
            raise Changed
        yield held

    def _keys(self, file: IO[bytes]) -> Ring | None:
        """It may have been encrypted since, and then is so with what a key of the site opens."""
        keys = _keys_for(file)
        if keys is None or not self.is_clear:
            return keys
        return keys if set(files.key_ids(file)) & set(keys.by_id) else None

    def read(self) -> bytes:
        return b"".join(self)


def put(path: Path, content: Iterable[bytes], about: str) -> None:
    """Writes the content aside, sees that it is on the disk, and gives it its name. `about`: what it is and of which row.
    `OSError` where the disk is full: then nothing of it stays, and what was there before does. Raises `NoKeys`: what is to be
    encrypted is never kept in clear."""
    keys = ring()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside, was_there = path.with_name(path.name + ASIDE), path.exists()
    try:
        _write(aside, content, keys, about)
        aside.replace(path)
        see_to_disk(path.parent)
    except BaseException:
        aside.unlink(missing_ok=True)
        if not was_there:
            path.unlink(missing_ok=True)
        raise


def whole(path: Path, about: str, sha256: str = "", *, of_before: bool = False) -> Whole:
    """A file that is as it was put there. Raises `FileNotFoundError`; `Changed` where it is another one, not `sha256`, or in clear where
    everything is encrypted; `KeyMissing` and `NoKeys` where it is encrypted and cannot be opened. `sha256`: '' where nobody knows it.
    `of_before`: it may be in clear all the same, such as out of an older backup."""
    with path.open("rb") as file:
        keys = _keys_for(file)
        try:
            size, found = _fingerprint(_parts(file, keys, about))
        except (Damaged, KeyMissing) as problem:
            size, found = _fingerprint(_parts(file, None, about))
            if sha256 and found == sha256:
                keys = None  # it is in clear, and begins as an envelope would
            elif isinstance(problem, Damaged):
                raise Changed from problem
            else:
                raise
    if (sha256 and found != sha256) or (keys is None and not of_before and _everything_is_sealed()):
        raise Changed
    return Whole(path, about, size, found, is_clear=keys is None)


def key_ids(path: Path) -> list[str]:
    """The keys any of which opens it; [] for a file in clear. Raises `FileNotFoundError`."""
    with path.open("rb") as file:
        return files.key_ids(file)


def encrypt(path: Path, about: str, sha256: str, holding: Callable[[], AbstractContextManager[bool]]) -> bool:
    """Puts a file of before into its envelope. Whether it did; it does not where it is in one. `holding` says, and sees to it
    for as long as it lasts, that the file still belongs to what it belonged to. Broken off at any moment, the file is there as it
    was or encrypted. Raises as `whole` does."""
    keys = ring()
    found = whole(path, about, sha256, of_before=True)
    if keys is None or not found.is_clear:
        return False
    aside, still = path.with_name(f"{path.name}.sealing"), False
    try:
        _write(aside, found, keys, about)
        whole(aside, about, found.sha256)  # before what it replaces is gone
        with holding() as still:
            if still:
                aside.replace(path)
        see_to_disk(path.parent)
    finally:
        aside.unlink(missing_ok=True)
    return still


def rewrap(path: Path, about: str) -> bool:
    """Lets the first key of the site alone open it. Whether anything had to be done. Writes the front of the file and nothing else.
    Raises `KeyMissing`, `NoKeys`, `FileNotFoundError`, and `Changed`."""
    keys = ring()
    with path.open("r+b") as file:
        if keys is None or not files.is_sealed(file):
            return False
        try:
            return files.rewrap(file, keys, about.encode())
        except Damaged as problem:
            raise Changed from problem


# ---- words of the database


def sealed_words(text: str, about: str) -> str | None:
    """None where the site has no keys. Raises `NoKeys`."""
    keys = ring()
    return words.seal(text, keys.first, about) if keys else None


def opened_words(kept: str, about: str) -> str | None:
    """None for what is not encrypted with a key of this file. Raises `KeyMissing`, `NoKeys` and `Changed`."""
    key_id = words.key_id(kept)
    if not key_id:
        return None
    keys = ring()
    if keys is None:
        raise KeyMissing(key_id)
    try:
        return words.opened(kept, keys, about)
    except Damaged as problem:
        raise Changed from problem


# ---- inside


def _everything_is_sealed() -> bool:
    """As the file of keys says; where that is away, nobody says it."""
    try:
        keys = ring()
    except NoKeys:
        return False
    return bool(keys and keys.sealed_since)


def _keys_for(file: IO[bytes]) -> Ring | None:
    """None where it does not begin as an envelope. A site without keys has an empty ring for one that does."""
    if not files.is_sealed(file):
        return None
    return ring() or Ring(())


def _parts(file: IO[bytes], keys: Ring | None, about: str) -> Iterator[bytes]:
    if keys is not None:
        yield from files.parts(file, keys, about.encode())
        return
    file.seek(0)
    while part := file.read(files.PART):
        yield part


def _fingerprint(content: Iterable[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for part in content:
        digest.update(part)
        size += len(part)
    return size, digest.hexdigest()


def _write(path: Path, content: Iterable[bytes], keys: Ring | None, about: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        if keys is None:
            file.writelines(content)
        else:
            files.seal(file, content, keys.first, about.encode())
        file.flush()
        os.fsync(file.fileno())


__all__ = [
    "ASIDE",
    "PART",
    "Changed",
    "KeptFile",
    "KeyMissing",
    "NoKeys",
    "Whole",
    "encrypt",
    "is_sealed",
    "key_ids",
    "note_keys",
    "opened_words",
    "put",
    "rewrap",
    "ring",
    "sealed_words",
    "whole",
]
