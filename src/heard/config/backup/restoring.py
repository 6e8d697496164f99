"""Looking through a backup, and bringing one back into an empty place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from functools import reduce
from operator import or_
from pathlib import Path
from typing import IO, Any, Final

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q

from heard.agencies.envelopes import kept
from heard.config.backup import archive, database
from heard.config.backup.archive import Broken, Manifest

_ENCRYPTED: Final = ("attachments", "packs")  # where there were keys
_MAILS: Final = ("heard.insight.digest.", "heard.agencies.mail.")  # tasks that send one
_MAY_BE_THERE: Final = {
    "extracts",
    "questions",
    "policies",
    "audit.key",
}  # what an administrator puts there before


def verify(path: Path, identity: Path | None) -> Manifest:
    """Reads all of it. Raises `Broken` with what is wrong."""
    with tempfile.TemporaryDirectory(prefix="verify-", dir=settings.DATA) as aside:
        manifest = archive.read(path, identity, lambda name, file: _keep_database(Path(aside), name, file))
        packed = Path(aside) / database.NAMES[manifest.engine]
        if not packed.is_file():
            raise Broken("The database is not in it.")
        if faults := database.faults_of(packed, manifest.rows, Path(aside)):
            raise Broken("; ".join(faults[:5]))
    return manifest


def restore(
    path: Path, identity: Path | None, *, agrees: Callable[[Manifest], None], note: Callable[[], None]
) -> Manifest:
    """Everything into the data folder and the database of the settings, which are both empty. Sessions end, and mails that
    waited do not go, since they may have gone already. `agrees` raises where this is not the backup to which two people agreed, before
    anything is put back; `note` writes down who did, in the transaction that settles it."""
    _refuse_what_is_not_empty()
    data = Path(settings.DATA)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=data) as made:
        aside = Path(made)
        manifest = archive.read(path, identity, lambda name, file: _put(aside / name, file))
        agrees(manifest)
        if manifest.engine != connection.vendor:
            raise Broken(f"It is of {manifest.engine}, and DATABASE_URL names {connection.vendor}.")
        packed = aside / database.NAMES[manifest.engine]
        database.put_back(packed)
        packed.unlink()
        if database.rows_now() != manifest.rows:
            raise Broken("The database that came back does not have the rows that the manifest says.")
        _move(aside, data)
    call_command("migrate", interactive=False, verbosity=0)
    settle(path.name, {"made at": manifest.made_at, "version": manifest.version}, note=note)
    return manifest


def _refuse_what_is_not_empty() -> None:
    there = [path.name for path in Path(settings.DATA).iterdir() if not _counts_as_empty(path)]
    if there:
        raise click.ClickException(
            f"{settings.DATA} is not empty: it has {', '.join(sorted(there)[:3])}. "
            "A backup is restored into an empty folder only: set HEARD_DATA to one."
        )
    if not database.is_empty():
        raise click.ClickException(
            "The database of DATABASE_URL is not empty. Make a new one, and name that."
        )


def _counts_as_empty(path: Path) -> bool:
    if path.name in _MAY_BE_THERE or path.suffix == ".lock" or path == settings.KEYS:
        return True
    # Whether tables are in the database is asked by itself: a restore that was refused has made its file.
    if connection.vendor == database.SQLITE and path.name.startswith(_database().name):
        return True
    return path.is_file() and path.stat().st_size == 0


def _database() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def _keep_database(aside: Path, name: str, file: IO[bytes]) -> None:
    if name in database.NAMES.values():
        _put(aside / name, file)


def _put(path: Path, file: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        shutil.copyfileobj(file, out)


def _has_keys(aside: Path) -> bool:
    """Whether what came back is of a site with keys: then nothing is kept in clear before HEARD_KEYS names them again."""
    files = (path for name in _ENCRYPTED for path in (aside / name).rglob("*") if path.is_file())
    return any(map(kept.is_sealed, files))


def _move(aside: Path, data: Path) -> None:
    if _has_keys(aside):
        kept.note_keys(data)
    places = {"questions": Path(settings.QUESTIONS), "looks.jsonl": settings.LOOKS}
    for path in aside.iterdir():
        target = places.get(path.name, data / path.name)
        if target.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.move(path, target)


@transaction.atomic
def settle(name: str, detail: dict[str, Any], *, note: Callable[[], None]) -> None:
    """After an older database was brought back, in whatever way: sessions end, mails that waited do not go, and the audit trail says so,
    and who agreed (`note`): all of it or nothing. `name`: what it was brought back from, at most 40 characters."""
    from django.contrib.sessions.models import Session
    from django_tasks_db.models import DBTaskResult, TaskResultStatus

    from heard.agencies.actions import record_audit
    from heard.agencies.on_server import storable
    from heard.cases.case.notices.mail import let_no_mail_go

    Session.objects.all().delete()
    mails = DBTaskResult.objects.filter(
        reduce(or_, (Q(task_path__startswith=of_mails) for of_mails in _MAILS))
    )
    (mails.ready() | mails.running()).update(
        status=TaskResultStatus.FAILED, exception_class_path="restored", finished_at=_now()
    )
    let_no_mail_go(_now())
    record_audit(by=None, verb="restore", subject="backup", subject_id=storable(name)[:40], detail=detail)
    note()


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()
