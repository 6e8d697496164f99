"""Making a backup, and removing old ones."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from django.conf import settings
from django.db import connection
from django.utils import timezone

from heard.agencies.doctoring import LAST_BACKUP
from heard.agencies.envelopes import kept
from heard.config.backup import archive, contents, database
from heard.config.backup.archive import Manifest
from heard.config.version import version

_STAMP: Final = "heard-%Y-%m-%dT%H%M%SZ.tar"
_PERIODS: Final[dict[str, Callable[[datetime], str]]] = {
    "d": lambda at: at.strftime("%Y-%m-%d"),
    "w": lambda at: at.strftime("%G-%V"),
    "m": lambda at: at.strftime("%Y-%m"),
}


def make(to: Path, recipients: list[str]) -> tuple[Path, Manifest]:
    """One file in `to` with everything but settings and keys. Files of mode 0600, there whole or not at all."""
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    _refuse_without_room()
    now = timezone.now().astimezone(UTC)
    out = to / (now.strftime(_STAMP) + (".age" if recipients else ""))
    made: list[Manifest] = []
    aside = Path(tempfile.mkdtemp(prefix="backup-", dir=settings.DATA))  # as well kept as the database itself
    try:
        with database.copied(aside) as copy:
            archive.write(out, recipients, lambda tar: _fill(tar, copy, now, made))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _note(out, made[0])
    return out, made[0]


def _refuse_without_room() -> None:
    if connection.vendor != database.SQLITE:
        return
    needed = 2 * Path(settings.DATABASES["default"]["NAME"]).stat().st_size
    if shutil.disk_usage(settings.DATA).free < needed:
        raise click.ClickException(
            f"There is no room for a copy of the database: {needed // 1_000_000} MB must be free in {settings.DATA}."
        )


def _fill(tar: tarfile.TarFile, copy: database.Copy, now: datetime, made: list[Manifest]) -> Manifest:
    manifest = Manifest(
        version=version(),
        made_at=now.isoformat(timespec="seconds"),
        engine=connection.vendor,
        migrations=[f"{app}.{name}" for app, name in copy.ask("SELECT app, name FROM django_migrations ORDER BY id")],
        rows=copy.rows(),
    )  # fmt: skip
    archive.add(tar, manifest, copy.path, copy.path.name)
    for one in contents.wanted(copy):
        if isinstance(one, contents.LeftOut):
            manifest.left_out[one.name] = one.why
        else:
            _add(tar, manifest, one)
    made.append(manifest)
    return manifest


def _add(tar: tarfile.TarFile, manifest: Manifest, one: contents.Wanted) -> None:
    try:
        sha256 = archive.add(tar, manifest, one.path, one.name)
        is_sealed = bool(one.about) and bool(kept.key_ids(one.path))
    except FileNotFoundError:  # withdrawn, removed or destroyed since the copy, or lost
        manifest.wrong[one.name] = "missing"
        return
    if is_sealed and sha256 != one.sha256:
        wrong = _wrong_inside(one)
    else:
        wrong = "not as it was kept" if one.sha256 and sha256 != one.sha256 else None
    if wrong:
        manifest.wrong[one.name] = wrong


def _wrong_inside(one: contents.Wanted) -> str | None:
    """What is wrong with a file in its envelope."""
    try:
        kept.whole(one.path, one.about, one.sha256)
    except FileNotFoundError:
        return "missing"
    except kept.Changed:
        return "not as it was kept"
    except (kept.KeyMissing, kept.NoKeys) as error:
        return str(error)
    return None


def _note(out: Path, manifest: Manifest) -> None:
    path = Path(settings.DATA) / LAST_BACKUP
    aside = path.with_name(path.name + ".part")
    aside.write_text(
        json.dumps({"made_at": manifest.made_at, "name": out.name, "wrong": len(manifest.wrong)})
    )
    os.chmod(aside, 0o600)
    aside.replace(path)


def remove_old(to: Path, keep: str) -> list[Path]:
    """`keep`: such as 7d,5w,12m: the latest backup of each of so many days, weeks and months stays. What was removed."""
    dated = sorted(
        ((_made_at(path), path) for path in to.glob("heard-*.tar*") if _made_at(path)), reverse=True
    )
    stay: set[Path] = set()
    for word in keep.split(","):
        count, period = _parsed(word)
        latest: dict[str, Path] = {}
        for at, path in dated:
            if at is not None:
                latest.setdefault(period(at), path)
        stay |= set(list(latest.values())[:count])
    gone = [path for _at, path in dated if path not in stay]
    for path in gone:
        path.unlink()
    return gone


def _made_at(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.name.removesuffix(".age"), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _parsed(word: str) -> tuple[int, Callable[[datetime], str]]:
    count, unit = word.strip()[:-1], word.strip()[-1:]
    if not count.isdigit() or not int(count) or unit not in _PERIODS:
        raise click.ClickException("--keep takes numbers of days, weeks and months, such as 7d,5w,12m.")
    return int(count), _PERIODS[unit]
