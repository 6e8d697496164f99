"""What a backup takes beside the database: by the rows of the copy, not by what lies in the folders at that moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from heard.cases.attachment.storing import of_row
from heard.cases.pack.queries import about_pack
from heard.config.backup.database import Copy


@dataclass(frozen=True)
class Wanted:
    """One file, its name in the backup, the fingerprint that its row knows ('' where it knows none), and what its envelope says that it
    is ('' for what is in none). It goes into the backup within its envelope."""

    path: Path
    name: str
    sha256: str = ""
    about: str = ""


@dataclass(frozen=True)
class LeftOut:
    name: str
    why: str


def wanted(copy: Copy) -> Iterator[Wanted | LeftOut]:
    """Every file that the copy of the database speaks of, whether or not it is there."""
    data = Path(settings.DATA)
    for key, kept in copy.ask("SELECT id, kept_sha256 FROM cases_attachment WHERE withdrawn_at IS NULL"):
        yield _one(data, "attachments", key, kept, of_row(uuid.UUID(str(key))))
    for key, kept in copy.ask("SELECT id, sha256 FROM cases_pack WHERE state = 'done'"):
        yield _one(data, "packs", key, kept, about_pack(uuid.UUID(str(key)).hex))
    for key, state in copy.ask("SELECT id, state FROM insight_enginerun WHERE destroyed_at IS NULL"):
        name = f"runs/{uuid.UUID(str(key))}"
        if state == "running":
            yield LeftOut(name, "it is being made")
        else:
            yield from _folder(data, name)
    for (key,) in copy.ask("SELECT id FROM insight_profile"):
        yield from _folder(data, f"profiles/{uuid.UUID(str(key))}")
    yield from _folder(data, "policies")
    yield from _questions()
    if settings.LOOKS.is_file():
        yield Wanted(settings.LOOKS, "looks.jsonl")


def _one(data: Path, folder: str, key: object, sha256: str, about: str) -> Wanted:
    name = f"{folder}/{uuid.UUID(str(key)).hex}"
    return Wanted(data / name, name, sha256, about)


def _folder(data: Path, name: str) -> Iterator[Wanted]:
    for path in sorted((data / name).rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield Wanted(path, str(path.relative_to(data)))


def _questions() -> Iterator[Wanted]:
    place = Path(settings.QUESTIONS)
    if place.is_file():
        yield Wanted(place, f"questions/{place.name}")
    for path in sorted(place.rglob("*")) if place.is_dir() else ():
        if path.is_file():
            yield Wanted(path, f"questions/{path.relative_to(place)}")
