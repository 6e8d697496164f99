"""What is, or should be, encrypted with a key of HEARD_KEYS: attached files, packs, quarantine, and what apps and codes derive from.

Everything here can be broken off at any moment and begun again: each file, and each row, says itself what is done with it.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from heard.agencies.actions import record_audit
from heard.agencies.envelopes import kept
from heard.agencies.envelopes.kept import Changed, KeptFile, KeyMissing, NoKeys
from heard.cases.attachment import actions as attaching
from heard.cases.attachment import queries as attached
from heard.cases.attachment import storing
from heard.cases.pack import actions as packing
from heard.cases.pack import queries as packed
from heard.home import factors

CLEAR: Final = ""  # in place of the id of a key
MISSING: Final = "missing"


@dataclass(frozen=True)
class Store:
    """Files of one kind."""

    name: str
    files: Callable[[], Iterator[KeptFile]]
    encrypt: Callable[[KeptFile], bool]


@dataclass
class Done:
    """`done`: how many were changed. `left`: by name, what could not be, and why."""

    done: int = 0
    left: dict[str, str] = field(default_factory=dict)


STORES: Final = (
    Store(
        "attached files",
        lambda: attached.kept_files(None),
        lambda kept_file: attaching.encrypt_file(by=None, attachment_id=kept_file.row),  # type: ignore[arg-type]
    ),
    Store(
        "packs",
        lambda: packed.kept_packs(None),
        lambda kept_file: packing.encrypt_pack(by=None, pack_id=kept_file.row),  # type: ignore[arg-type]
    ),
    Store(
        "quarantine",
        lambda: attached.kept_in_quarantine(None),
        lambda kept_file: kept.encrypt(
            kept_file.path, kept_file.about, kept_file.sha256, lambda: nullcontext(kept_file.path.exists())
        ),
    ),
)
_FOLDERS: Final = ("attachments", "packs", "quarantine")  # in HEARD_DATA
SEEDS: Final = "authenticator apps and recovery codes"


def counted() -> dict[str, Counter[str]]:
    """How many of each store are encrypted with which key: by its id, `CLEAR` or `MISSING`. Reads the front of each file."""
    found = {store.name: Counter(_state(kept_file.path) for kept_file in store.files()) for store in STORES}
    return found | {SEEDS: factors.seeds_by_key()}


def _state(path: Path) -> str:
    try:
        return next(iter(kept.key_ids(path)), CLEAR)
    except FileNotFoundError:
        return MISSING


def needed() -> set[str]:
    """The ids of all keys without any of which something could not be opened."""
    paths = (kept_file.path for store in STORES for kept_file in store.files())
    return _ids_of(paths) | {key for key in factors.seeds_by_key() if key}


def why_not_retire(key_id: str) -> str | None:
    """What is encrypted with a key is looked for in the rows and in the folders: something may be kept whose row is not written yet.
    Where a file is missing, such as of a folder that is not mounted, nobody knows."""
    if any(counts[MISSING] for counts in counted().values()):
        return "Files are missing, so that nobody can say with which key they are encrypted. Run first: heard check-files"
    in_folders = (
        path for name in _FOLDERS for path in (Path(settings.DATA) / name).rglob("*") if path.is_file()
    )
    if key_id in needed() | _ids_of(in_folders):
        return "Something is still encrypted with this key. Run first: heard keys rotate"
    return None


def _ids_of(paths: Iterable[Path]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        try:
            found |= set(kept.key_ids(path))
        except FileNotFoundError:
            continue
    return found


def not_there() -> list[str]:
    """The ids of keys that are needed and not in the file of keys. Raises `NoKeys` where the settings name a file that is not there
    and something is encrypted."""
    ids = needed()
    ring = kept.ring() if ids else None
    return sorted(ids - set(ring.by_id if ring else ()))


def encrypt(say: Callable[[str], None]) -> Done:
    """Puts everything of before into its envelope."""
    done = Done()
    with alone():
        for store in STORES:
            before = done.done
            for kept_file in store.files():
                _try(done, kept_file.name, lambda store=store, one=kept_file: store.encrypt(one))  # type: ignore[misc]
            say(f"{store.name}: {done.done - before} encrypted")
        _seeds(done, say)
    return done


def rotate(say: Callable[[str], None]) -> Done:
    """Lets the first key alone open everything that is encrypted. Of a file, its front is written and nothing else."""
    done = Done()
    with alone():
        for store in STORES:
            before = done.done
            for kept_file in store.files():
                _try(done, kept_file.name, lambda one=kept_file: kept.rewrap(one.path, one.about))  # type: ignore[misc]
            say(f"{store.name}: {done.done - before} under the first key now")
        _seeds(done, say)
    return done


def _seeds(done: Done, say: Callable[[str], None]) -> None:
    changed, left = factors.encrypt_seeds()
    done.done += changed
    done.left |= left
    say(f"{SEEDS}: {changed} under the first key now")


def _try(done: Done, name: str, work: Callable[[], bool]) -> None:
    try:
        done.done += work()
    except (FileNotFoundError, storing.Missing):
        done.left[name] = "it is missing"
    except ObjectDoesNotExist:
        return  # it was taken out meanwhile
    except OSError as error:
        done.left[name] = f"it could not be written: {error.strerror}"
    except Changed:
        done.left[name] = "it is not as it was kept"
    except (KeyMissing, NoKeys, storing.Locked) as error:
        done.left[name] = str(error)


@contextmanager
def alone() -> Iterator[None]:
    """Two at once would write the front of one file at the same time."""
    with (Path(settings.DATA) / "keys.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise click.ClickException("Another heard keys is at work. Wait until it has ended.") from error
        yield


def copy_out(name: str, to: Path, reason: str) -> None:
    """One attached file, or one of quarantine, as it is within its envelope, into a new file for this user alone, with an audit row.
    Raises `LookupError` for what is none, and as `kept.whole` or `storing.take` does."""
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        try:
            out.writelines(_opened(name, reason))
        except BaseException:
            to.unlink()
            raise


def _opened(name: str, reason: str) -> kept.Whole:
    folder, _slash, key = name.partition("/")
    if folder == "attachments":
        try:
            return attaching.take_out(by=None, attachment_id=uuid.UUID(key), reason=reason)
        except ValueError as error:
            raise LookupError from error
    found = next(
        (kept_file for kept_file in attached.kept_in_quarantine(None) if kept_file.name == name), None
    )
    if found is None:
        raise LookupError
    content = kept.whole(found.path, found.about)
    with transaction.atomic():
        record_audit(by=None, verb="take out", subject="quarantine", subject_id=key[:40], reason=reason)
    return content
