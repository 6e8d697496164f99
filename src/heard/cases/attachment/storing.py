"""The folder of attached files: a file is there whole or not at all, in an envelope where the site has keys, and is handed out only as
it was put there."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from heard.agencies.envelopes import kept
from heard.agencies.envelopes.kept import Changed, KeyMissing, NoKeys, Whole

if TYPE_CHECKING:
    from heard.cases.attachment.models import Attachment

__all__ = [
    "Away", "Changed", "Found", "Locked", "Missing", "NoKeys", "Whole", "check", "encrypt", "fingerprint", "for_reading", "is_empty", "keep", "of_quarantine", "of_row",
    "put", "take",
]  # fmt: skip
_A_DAY: Final = (
    86_400  # seconds: what belongs to no row and is older was left by something that was broken off
)


class Away(OSError):
    """The folder of files is not what it was: nothing is kept."""


class Missing(Exception):
    """The bytes are not in the folder."""


class Locked(Exception):
    """The key with which the file is encrypted is not there. Its text says which, for the log and for who looks after Heard."""


@dataclass
class Found:
    """What a check of the folder finds: keys of rows without bytes, with others, or whose key of encryption is not there; and how
    many leftovers were removed."""

    checked: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    why_locked: str = ""
    removed: int = 0

    @property
    def is_well(self) -> bool:
        return not self.missing and not self.changed and not self.locked


def fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def of_row(key: uuid.UUID) -> str:
    """What the envelope of an attached file says that it is. The key of its row, and not of the record that it hangs on: a worry that is
    sent and two records that are merged take their files with them."""
    return f"attachment {key.hex}"


def of_quarantine(name: str) -> str:
    return f"quarantine {name}"


def put(path: Path, content: bytes, about: str) -> None:
    """As `kept.put`."""
    kept.put(path, (content,), about)


def keep(row: Attachment, content: bytes) -> None:
    """As `put`, for the bytes of a row. Raises `Away` where the folder of files is empty though it holds others: what is written into the
    place of a disk that is not mounted would be hidden once it is."""
    others = type(row).objects.filter(withdrawn_at=None).exclude(pk=row.pk)
    if is_empty(row.path.parent) and others.exists():
        raise Away(
            f"{row.path.parent} holds none of the files that are kept in it. Mount its disk, or bring them back from a backup."
        )
    put(row.path, content, of_row(row.pk))


def is_empty(folder: Path) -> bool:
    """Whether nothing lies in it, or it is not there."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except FileNotFoundError:
        return True


def take(row: Attachment) -> Whole:
    """The file, each byte of it checked. Raises `Missing`, `Changed` or `Locked`."""
    return _taken(row.path, row.pk, row.kept_sha256)


def for_reading(path: Path, key: uuid.UUID, kept_sha256: str, into: Path) -> Path:
    """Where a programme that knows no envelopes reads it: there as it is where it is in clear, else `into`, which whoever asks removes.
    Raises as `take` does."""
    found = _taken(path, key, kept_sha256)
    if found.is_clear:
        return path
    with into.open("xb") as file:
        file.writelines(found)
    return into


def _taken(path: Path, key: uuid.UUID, kept_sha256: str) -> Whole:
    try:
        return kept.whole(path, of_row(key), kept_sha256)
    except FileNotFoundError as error:
        raise Missing from error
    except (KeyMissing, NoKeys) as error:
        raise Locked(str(error)) from error


def encrypt(row: Attachment, holding: Callable[[], AbstractContextManager[bool]]) -> bool:
    """As `kept.encrypt`. Raises as `take` does."""
    try:
        return kept.encrypt(row.path, of_row(row.pk), row.kept_sha256, holding)
    except FileNotFoundError as error:
        raise Missing from error
    except (KeyMissing, NoKeys) as error:
        raise Locked(str(error)) from error


def check(rows: list[Attachment], folder: Path) -> Found:
    """Reads every file of `rows`, which are all that have bytes, and removes what belongs to none of them."""
    found = Found(checked=len(rows))
    for row in rows:
        try:
            take(row)
        except Missing:
            found.missing.append(str(row.pk))
        except Changed:
            found.changed.append(str(row.pk))
        except Locked as why:
            found.locked.append(str(row.pk))
            found.why_locked = str(why)
    found.removed = _remove_leftovers(folder, {row.path.name for row in rows})
    return found


def _remove_leftovers(folder: Path, kept: set[str]) -> int:
    old = time.time() - _A_DAY
    entries = list(folder.iterdir()) if folder.is_dir() else []
    left = [
        entry
        for entry in entries
        if entry.name not in kept and entry.is_file() and entry.stat().st_mtime < old
    ]
    for path in left:
        path.unlink()
    return len(left)
