"""What `heard map add` does: finds out what a file is, and keeps what can be kept of it in an SQLite file of its own, which the site
only reads. Every row is kept or set aside with a reason. The file that is there stays until the new one is whole."""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

_EXAMPLES: Final = 10  # of rows that were set aside, told on the screen
_TABLE: Final = "CREATE TABLE IF NOT EXISTS added (name TEXT PRIMARY KEY, file TEXT, licence TEXT, added_on TEXT, kept INTEGER)"


class CannotAdd(Exception):
    """A file of which nothing can be kept. Its text says why, and what to do."""


@dataclass(frozen=True)
class Why:
    """Why a row was set aside, and what to do about it."""

    what: str
    remedy: str


@dataclass
class Report:
    """Of one file: `read` rows are `kept` or set aside. `issues`: every row that was set aside goes there too, as CSV."""

    kind: str
    read: int = 0
    kept: int = 0
    aside: Counter[Why] = field(default_factory=Counter)
    examples: list[tuple[int, str, Why]] = field(default_factory=list)
    issues: Any = None
    say: Callable[[str], None] = lambda text: None

    def set_aside(self, row: int, value: str, why: Why) -> None:
        """`row`: counted from 1, a heading too; `value`: what stood there."""
        self.aside[why] += 1
        value = value if len(value) <= 40 else value[:39] + "…"
        value = "".join(text if text.isprintable() else "�" for text in value)
        if len(self.examples) < _EXAMPLES:
            self.examples.append((row, value, why))
        if self.issues:
            csv.writer(self.issues).writerow([row, _as_text(value), why.what, why.remedy])

    @property
    def is_whole(self) -> bool:
        return self.read == self.kept + self.aside.total()


def _as_text(value: str) -> str:
    """So that no spreadsheet takes it for a formula."""
    return f"'{value}" if value[:1] in "=+-@\t\r" else value


@dataclass(frozen=True)
class Given:
    """What whoever adds a file says of it."""

    path: Path
    folder: Path
    name: str = ""
    licence: str = ""


def kind_of(path: Path) -> str:
    """postcodes, boundaries or tiles, by how the file begins; raises `CannotAdd`."""
    try:
        with path.open("rb") as file:
            begins = file.read(4096)
    except OSError as error:
        raise CannotAdd(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if not begins.strip():
        raise CannotAdd(f"{path.name} is empty.")
    if begins.startswith(b"SQLite format 3\x00"):
        return "tiles"
    if begins.startswith(b"PK\x03\x04"):
        raise CannotAdd(
            f"{path.name} is a ZIP file. Unpack it, and add the CSV, GeoJSON or MBTiles files that are in it."
        )
    if begins.startswith(b"PMTiles"):
        raise CannotAdd(
            f"{path.name} holds PMTiles, which Heard does not read. Convert it to MBTiles, and add that."
        )
    if begins.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return "boundaries"
    if b"\x00" in begins:
        raise CannotAdd(
            f"{path.name} is neither a CSV file of postcodes, nor GeoJSON, nor MBTiles. docs/guide/map.md says what can be added."
        )
    return "postcodes"


def add(given: Given, report: Report) -> None:
    """Fills the report; raises `CannotAdd`, and then nothing has changed."""
    from heard.graph.map.adding import boundaries, postcodes, tiles

    adds = {"postcodes": postcodes.add, "boundaries": boundaries.add, "tiles": tiles.add}
    try:
        given.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        adds[report.kind](given, report)
    except (sqlite3.Error, OSError, MemoryError, ValueError) as error:
        raise CannotAdd(
            f"{given.path.name} could not be read or kept: {error}. Nothing has changed."
        ) from error


def remove(folder: Path, name: str, kind: str = "") -> str:
    """Takes out the postcodes, the tiles or one layer of boundaries, by its name, and by its `kind` where that is said. Gives what it
    was; raises `CannotAdd`."""
    from heard.graph.map import store

    found = [one.kind for one in store.added() if one.name == name and kind in ("", one.kind)]
    if not found:
        raise CannotAdd(f"Nothing is called {name}. `heard map` lists what is there.")
    if len(found) > 1:
        raise CannotAdd(f"{' and '.join(found)} are called {name}. Say which: --kind {found[0]}.")
    [kind] = found
    if kind == "boundaries":
        with writing(folder / store.BOUNDARIES) as database:
            database.execute("DELETE FROM area WHERE layer = ?", (name,))
            database.execute("DELETE FROM added WHERE name = ?", (name,))
    else:
        with _alone(folder):
            (folder / (store.POSTCODES if kind == "postcodes" else store.TILES)).unlink(missing_ok=True)
    return kind


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Whoever else adds or removes something waits."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


@contextmanager
def writing(path: Path, *, anew: bool = False) -> Iterator[sqlite3.Connection]:
    """A copy of the file (none of it where it is written `anew`), which takes its place once all of it is written."""
    new = path.with_suffix(".new")
    with _alone(path.parent):
        new.unlink(missing_ok=True)
        try:
            if path.exists() and not anew:
                shutil.copyfile(path, new)
            with closing(sqlite3.connect(new, isolation_level=None)) as database:
                database.execute("PRAGMA journal_mode = OFF")  # what breaks off is thrown away whole
                database.execute("PRAGMA synchronous = OFF")
                database.execute("BEGIN")
                database.execute(_TABLE)
                yield database
                database.execute("COMMIT")
            with new.open("rb") as file:
                os.fsync(file.fileno())
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)


def keep_about(database: sqlite3.Connection, name: str, given: Given, licence: str, kept: int) -> None:
    row = (name, given.path.name, licence, date.today().isoformat(), kept)  # noqa: DTZ011 - the day on this machine
    database.execute("INSERT OR REPLACE INTO added VALUES (?, ?, ?, ?, ?)", row)
