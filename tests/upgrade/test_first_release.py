"""A database of the first release becomes one of this, with every row that was in it.

`first_release.sql.xz` is the fictional partnership as the first release wrote it, with drafts of forms that are gone.
"""

from __future__ import annotations

import lzma
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.conftest import SECRET_KEY
from tests.upgrade.ties import CHANGED, assert_ties_are_kept, ties_before

FIRST = Path(__file__).with_name("first_release.sql.xz")
OURS = ("agencies_", "cases_", "insight_", "network_")
MADE_ANEW = {"network_searchkey"}  # from the rows of people
ROOT = Path(__file__).parents[2]


def tables(database: sqlite3.Connection) -> dict[str, list[str]]:
    """Our tables, each with its columns."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = [name for name in names if name.startswith(OURS) and name not in MADE_ANEW | CHANGED]
    return {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in ours}


def rows(database: sqlite3.Connection, table: str, columns: list[str]) -> Counter[tuple[object, ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    return Counter(database.execute(f"SELECT {names} FROM {table}"))


def migrate(folder: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HEARD_DEMO")}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT, env=kept | {"HEARD_DATA": str(folder), "HEARD_SECRET_KEY": SECRET_KEY}, check=True, timeout=240,
    )  # fmt: skip


def test_every_row_of_the_first_release_is_still_there(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "heard.sqlite3")) as database:
        database.executescript(lzma.decompress(FIRST.read_bytes()).decode())
        columns = tables(database)
        before = {table: rows(database, table, names) for table, names in columns.items()}
        ties = ties_before(lambda sql: database.execute(sql).fetchall())
    assert sum(found.total() for found in before.values()) > 1000
    migrate(tmp_path)
    with closing(sqlite3.connect(tmp_path / "heard.sqlite3")) as database:
        for table, names in columns.items():
            assert rows(database, table, names) == before[table], f"{table} is not what it was"
        assert database.execute("SELECT count(*) FROM network_searchkey").fetchone()[0] > 100
        assert_ties_are_kept(lambda sql: database.execute(sql).fetchall(), ties)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
