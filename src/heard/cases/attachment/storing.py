"""The folder of attached files: a file is there whole or not at all, and is handed out only as it was put there."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from heard.cases.attachment.models import Attachment

_ASIDE: Final = ".part"
_A_DAY: Final = (
    86_400  # seconds: what belongs to no row and is older was left by something that was broken off
)


class Missing(Exception):
    """The bytes are not in the folder."""


class Changed(Exception):
    """The bytes in the folder are not those that were put there."""


@dataclass
class Found:
    """What a check of the folder finds: keys of rows without bytes or with others, and how many leftovers were removed."""

    checked: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: int = 0

    @property
    def is_well(self) -> bool:
        return not self.missing and not self.changed


def fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(path: Path, content: bytes) -> None:
    """Writes the bytes aside, sees that they are on the disk, and gives them their name. `OSError` where the disk is full;
    then nothing of them stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(path.name + _ASIDE)
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        _see_to_disk(path.parent)
    except OSError:
        aside.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise


def _see_to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def take(row: Attachment) -> bytes:
    """The bytes of a file. Raises `Missing` or `Changed`."""
    try:
        content = row.path.read_bytes()
    except FileNotFoundError as error:
        raise Missing from error
    if row.kept_sha256 and fingerprint(content) != row.kept_sha256:
        raise Changed
    return content


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
    found.removed = _remove_leftovers(folder, {row.path.name for row in rows})
    return found


def _remove_leftovers(folder: Path, kept: set[str]) -> int:
    old = time.time() - _A_DAY
    entries = list(folder.iterdir()) if folder.is_dir() else []
    left = [one for one in entries if one.name not in kept and one.is_file() and one.stat().st_mtime < old]
    for one in left:
        one.unlink()
    return len(left)
