"""The drop folder on the disk. Senders may write into it, so nothing in it is believed: no link is followed, files are opened and moved
by the folder that is open, and what is read is hashed as it is read."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from django.utils.text import slugify

if TYPE_CHECKING:
    from heard.agencies.models import Agency

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_CHECKSUM: Final = 4_096  # bytes


@dataclass(frozen=True)
class Entry:
    """What lies in a sender's folder. `quiet`: seconds since it was last changed or renamed."""

    name: str
    is_link: bool
    is_file: bool
    size: int
    quiet: float


@contextmanager
def held(root: Path) -> Iterator[bool]:
    """Whether nobody else looks into the folder at the same time."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def senders(root: Path) -> list[str]:
    """Names of the folders in the drop folder; links too, of which nothing is read."""
    with os.scandir(root) as entries:
        return sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and (entry.is_dir(follow_symlinks=False) or entry.is_symlink())
        )


class NoFile(OSError):
    """It is a link, a pipe or a folder by now."""


class Sender:
    """One sender's folder, held open; a context manager. Raises OSError where it is a link or no folder."""

    def __init__(self, root: Path, name: str) -> None:
        self._handle = os.open(root / name, _FOLDER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def entries(self) -> list[Entry]:
        """What its sender put there."""
        return [entry for entry in self._listed(self._handle) if entry.name not in ("taken", "refused")]

    def lying(self, place: str) -> list[Entry]:
        """What lies in `taken` or `refused`, with the sentences."""
        if place not in os.listdir(self._handle):
            return []
        handle = self._place(place)
        try:
            return self._listed(handle)
        finally:
            os.close(handle)

    def _listed(self, handle: int) -> list[Entry]:
        found = []
        for name in sorted(os.listdir(handle)):
            try:
                found.append(_entry(name, handle))
            except FileNotFoundError:
                continue  # its sender took it back
        return found

    def hash_of(self, name: str, place: str = "") -> str:
        handle = self._place(place) if place else os.dup(self._handle)
        try:
            with self._opened(name, handle) as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        finally:
            os.close(handle)

    def text_of(self, name: str) -> str:
        """The beginning of a small file; nothing where it is no file that can be read."""
        try:
            with self._opened(name, self._handle) as stream:
                return stream.read(_MOST_CHECKSUM).decode("ascii", "replace")
        except OSError:
            return ""

    def move(self, name: str, to: str, new: str, *, out_of: str = "") -> None:
        """Into the folder `to`, under a name that is free there. `out_of`: from `taken`, instead of where its sender put it."""
        source = self._place(out_of) if out_of else os.dup(self._handle)
        try:
            place = self._place(to)
            try:
                os.rename(name, new, src_dir_fd=source, dst_dir_fd=place)
            finally:
                os.close(place)
        finally:
            os.close(source)

    def say(self, place: str, name: str, sentence: str) -> None:
        """A sentence beside a file in `taken` or `refused`, in place of an earlier one."""
        handle = self._place(place)
        try:
            _unlink(handle, f"{name}.txt")
            _write(handle, f"{name}.txt", sentence)
        finally:
            os.close(handle)

    def unsay(self, place: str, name: str) -> None:
        handle = self._place(place)
        try:
            _unlink(handle, f"{name}.txt")
        finally:
            os.close(handle)

    @contextmanager
    def taken(self, name: str) -> Iterator[BufferedReader]:
        """A file that was taken, to be read. Raises FileNotFoundError where it is gone, `NoFile` where it is none any more."""
        place = self._place("taken")
        try:
            with self._opened(name, place) as stream:
                yield stream
        finally:
            os.close(place)

    def forget(self, name: str) -> None:
        """A file that was taken is in a run now: it is removed."""
        place = self._place("taken")
        try:
            _unlink(place, name)
        finally:
            os.close(place)

    def _place(self, name: str) -> int:
        new = name not in os.listdir(self._handle)
        if new:
            os.mkdir(name, dir_fd=self._handle)
        place = os.open(name, _FOLDER, dir_fd=self._handle)
        if new:
            os.fchmod(place, 0o750)  # who sends reads there what became of it
        return place

    @contextmanager
    def _opened(self, name: str, folder: int) -> Iterator[BufferedReader]:
        try:
            handle = os.open(name, _FILE, dir_fd=folder)
        except OSError as problem:
            raise NoFile if problem.errno in (errno.ELOOP, errno.ENXIO) else problem from None
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise NoFile
            yield stream


def _write(folder: int, name: str, sentence: str) -> None:
    with os.fdopen(os.open(name, _NEW, 0o640, dir_fd=folder), "w", encoding="utf-8") as note:
        os.fchmod(note.fileno(), 0o640)
        note.write(sentence + "\n")


def _unlink(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def _entry(name: str, folder: int) -> Entry:
    told = os.stat(name, dir_fd=folder, follow_symlinks=False)
    quiet = time.time() - told.st_ctime  # what its sender's clock says is in st_mtime
    return Entry(name, stat.S_ISLNK(told.st_mode), stat.S_ISREG(told.st_mode), told.st_size, quiet)


def names_for(agencies: Iterable[Agency]) -> dict[str, Agency]:
    """How each agency's folder is called: `Northshire Police` is `northshire-police`. Where several would have one name, or a name has no
    letter of the Latin alphabet, the beginning of the agency's key stands behind it."""
    named = [(slugify(agency.name), agency) for agency in agencies]
    often = Counter(name for name, _ in named)
    return {
        name if name and often[name] == 1 else f"{name or 'agency'}-{str(agency.pk)[:8]}": agency
        for name, agency in named
    }


def shown(name: str) -> str:
    """A name as text that can be stored and shown, whatever bytes it is made of."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)[:255]
