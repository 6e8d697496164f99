"""A migration that landed is never written anew: a database that ran it before would differ from one that runs it now.

migrations.sha256 holds those that landed, as sha256sum writes them. Add the new ones when they have:
sha256sum src/heard/*/migrations/0*.py > tests/walls/migrations.sha256
"""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def landed(text: str) -> dict[str, str]:
    return {path: said for said, path in (line.split() for line in text.splitlines() if line.strip())}


LANDED = landed((Path(__file__).parent / "migrations.sha256").read_text(encoding="utf-8"))


def written_anew(landed_ones: dict[str, str]) -> list[str]:
    """Those that are gone, or say something else by now."""
    found = {path: ROOT / path for path in landed_ones}
    now = {
        path: hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
        for path, file in found.items()
    }
    return [path for path, said in landed_ones.items() if now[path] != said]


def squeezed_in(landed_ones: dict[str, str], paths: list[str]) -> list[str]:
    """New ones with a number that is not above all that landed in their app."""
    last: dict[str, str] = {}
    for path in landed_ones:
        app, name = path.rsplit("/", 1)
        last[app] = max(last.get(app, ""), name[:4])
    new = [path for path in paths if path not in landed_ones]
    return [path for path in new if path.rsplit("/", 1)[1][:4] <= last.get(path.rsplit("/", 1)[0], "")]


def test_what_landed_is_as_it_was() -> None:
    assert len(LANDED) > 40
    assert written_anew(LANDED) == [], "Leave it as it landed, and add a migration"


def test_new_ones_come_after_them() -> None:
    there = [path.relative_to(ROOT).as_posix() for path in (ROOT / "src/heard").glob("*/migrations/0*.py")]
    assert len(there) >= len(LANDED)
    assert squeezed_in(LANDED, there) == [], "Give it a number after the last of its app"


def test_a_changed_and_a_squeezed_one_are_seen() -> None:
    path = next(iter(LANDED))
    assert written_anew(LANDED | {path: "0" * 64}) == [path]
    assert written_anew(LANDED | {"src/heard/cases/migrations/0001_gone.py": "0" * 64}) != []
    other = "src/heard/agencies/migrations/0002_other.py"
    assert squeezed_in(LANDED, [*LANDED, other]) == [other]
