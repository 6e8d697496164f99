"""What was destroyed, by keys alone, kept beside the backups: whoever restores an older one destroys it again.

A list is a file of its own, encrypted as the backups are, and named by what it says: a new one is made only once something more
was destroyed, and no older one is removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from heard.agencies.rules import Refused
from heard.agencies.whole_file import written_whole
from heard.config.backup import archive
from heard.config.backup.archive import Broken

_NAME: Final = "heard-erasures-"


def write(to: Path, recipients: list[str]) -> Path | None:
    """The list of today, in `to`; None where nothing was ever destroyed."""
    from heard.cases.keeping.queries import carried_out

    said = [asdict(erasure) for erasure in carried_out(None)]
    if not said:
        return None
    text = json.dumps(said, indent=1, sort_keys=True, default=_day).encode()
    end = ".json.age" if recipients else ".json"
    path = to / f"{_NAME}{hashlib.sha256(text).hexdigest()[:16]}{end}"
    if not path.is_file():
        with written_whole(path) as file:
            file.write(archive.encrypted(text, recipients))
    return path


def beside(backup: Path) -> list[Path]:
    """The lists in the folder of a backup."""
    return sorted(backup.parent.glob(f"{_NAME}*.json*"))


def read(paths: Iterable[Path], identity: Path | None) -> list[Any]:
    """What these lists say, each once. Raises `Broken` with the name of one that cannot be read."""
    from heard.cases.keeping.rules import Erasure

    found: dict[str, Any] = {}
    for path in paths:
        try:
            for load in json.loads(archive.decrypted(path, identity)):
                load["people"] = tuple(load["people"])
                for name in ("asked_at", "decided_at"):
                    load[name] = datetime.fromisoformat(load[name])
                found[load["certificate"]] = Erasure(**load)
        except (ValueError, TypeError, KeyError) as error:
            raise Broken(f"The list of what was destroyed, {path.name}, cannot be read.") from error
    return list(found.values())


def carry_out(erasures: Iterable[Any]) -> tuple[int, list[str]]:
    """Destroys again what is there. How many records it were, and the certificates of those that could not be destroyed."""
    from heard.cases.keeping.actions import destroy_again

    done, left = 0, []
    for erasure in erasures:
        try:
            done += destroy_again(by=None, erasure=erasure)
        except Refused:
            left.append(erasure.certificate)
    return done, left


def _day(value: datetime) -> str:
    return value.isoformat()
