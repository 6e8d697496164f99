"""A database of the first release becomes one of this, with every row that was in it.

`first_release.sql.xz` is the fictional partnership as the first release wrote it, with drafts of forms that are gone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from tests.upgrade.conftest import FIRST, Upgraded, recorded
from tests.upgrade.schema import differences, of_sqlite
from tests.upgrade.ties import CHANGED, assert_ties_are_kept, ties_before

OURS = ("agencies_", "cases_", "insight_", "network_")
MADE_ANEW = {"network_searchkey"}  # from the rows of people
pytestmark = [
    pytest.mark.on_both,  # together with those on PostgreSQL
    pytest.mark.xdist_group("upgraded"),
    pytest.mark.timeout(900),  # it migrates with nothing left out
]


def tables(database: sqlite3.Connection) -> dict[str, list[str]]:
    """Our tables, each with its columns."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = [name for name in names if name.startswith(OURS) and name not in MADE_ANEW | CHANGED]
    return {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in ours}


def rows(database: sqlite3.Connection, table: str, columns: list[str]) -> Counter[tuple[object, ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    return Counter(database.execute(f"SELECT {names} FROM {table}"))


def test_every_row_of_the_first_release_is_still_there(upgraded: Upgraded, migrated: Path) -> None:
    """And its tables are those that the models say, which other tests begin with."""
    folder = upgraded.folders[FIRST]
    with closing(sqlite3.connect(folder / "before.sqlite3")) as database:
        columns = tables(database)
        before = {table: rows(database, table, names) for table, names in columns.items()}
        ties = ties_before(lambda sql: database.execute(sql).fetchall())
    assert sum(found.total() for found in before.values()) > 1000
    with closing(sqlite3.connect(folder / "heard.sqlite3")) as database:
        for table, names in columns.items():
            assert rows(database, table, names) == before[table], f"{table} is not what it was"
        assert database.execute("SELECT count(*) FROM network_searchkey").fetchone()[0] > 100
        assert_ties_are_kept(lambda sql: database.execute(sql).fetchall(), ties)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        with closing(sqlite3.connect(migrated / "heard.sqlite3")) as of_the_models:
            assert differences(of_sqlite(database), of_sqlite(of_the_models)) == {}


def test_from_nothing_the_migrations_come_to_the_first_release(upgraded: Upgraded) -> None:
    """From where the test above goes on: of both together, a new site has the tables that the models say."""
    first = upgraded.folders[FIRST] / "before.sqlite3"
    assert recorded(upgraded.of_nothing) == recorded(first)
    with closing(sqlite3.connect(upgraded.of_nothing)) as made, closing(sqlite3.connect(first)) as there:
        assert differences(of_sqlite(made), of_sqlite(there)) == {}
