"""A database of release 0.1, on each of both databases, becomes one of this with every row as it was.

`release_0_1.*.sql.xz` is the fictional partnership as 0.1 wrote it; on SQLite with a run of the engine.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import connection
from tests.upgrade.conftest import BEFORE, OF_NOTHING, RELEASE_0_1, UPGRADED, Upgraded
from tests.upgrade.schema import Ask, differences, of_postgresql
from tests.upgrade.ties import CHANGED, assert_ties_are_kept, ties_before

OURS = ("agencies_", "cases_", "insight_", "network_", "django_tasks", "axes_")
# From the rows of people and of every stage; the last holds the task that makes chronologies.
MADE_ANEW = {
    "network_searchkey", "cases_chronologychange", "cases_chronologyentry", "cases_chronologyof", "cases_chronologyword",
    "django_tasks_database_dbtaskresult",
}  # fmt: skip
pytestmark = [
    pytest.mark.on_both,  # SQLite too: together with those on PostgreSQL
    pytest.mark.xdist_group("upgraded"),
    pytest.mark.timeout(900),  # it migrates with nothing left out
]


def digests(ask: Ask, columns: dict[str, list[str]]) -> dict[str, tuple[int, str]]:
    """Of each table: how many rows, and a hash of all of them."""
    found = {}
    for table, names in columns.items():
        rows = sorted(map(repr, ask(f"SELECT {', '.join(f'"{name}"' for name in names)} FROM {table}")))
        found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def say(found: dict[str, tuple[int, str]]) -> None:
    """With `pytest -s`: what was compared, before and after."""
    for table, (count, digest) in sorted(found.items()):
        print(f"{count:6} {digest[:16]} {table}")
    print(f"{sum(count for count, _digest in found.values()):6} rows in {len(found)} tables, each as before")


def test_on_sqlite_every_row_is_as_it_was(upgraded: Upgraded) -> None:
    folder = upgraded.folders[RELEASE_0_1]
    with closing(sqlite3.connect(folder / "before.sqlite3")) as database:
        ask: Ask = lambda sql: database.execute(sql).fetchall()
        tables = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = [name for name in tables if name.startswith(OURS) and name not in MADE_ANEW | CHANGED]
        columns = {name: [row[1] for row in ask(f"PRAGMA table_info({name})")] for name in ours}
        before, ties = digests(ask, columns), ties_before(ask)
    assert sum(count for count, _digest in before.values()) > 2000
    with closing(sqlite3.connect(folder / "heard.sqlite3")) as database:
        after = digests(lambda sql: database.execute(sql).fetchall(), columns)
        assert after == before
        say(after)
        assert_ties_are_kept(lambda sql: database.execute(sql).fetchall(), ties)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT count(*) FROM agencies_workerbeat").fetchone() == (0,)


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs a PostgreSQL, which make test brings"
)
# Where migrations and models come to something else, and why that is as good: a table of Django's that nobody uses counts
# further; and the second condition adds nothing to the first, since a check that is null holds.
_NOT_ALONE = "CHECK decided_by_id IS NULL OR NOT decided_by_id = asked_by_id AND decided_by_id IS NOT NULL"
AS_IT_LANDED = {
    "columns": (
        [("auth_group_permissions", "id", "bigint", "None", "NO", "None", "YES")],
        [("auth_group_permissions", "id", "integer", "None", "NO", "None", "YES")],
    ),
    "constraints": (
        [("cases_destruction", _NOT_ALONE)],
        [("cases_destruction", f"{_NOT_ALONE} AND asked_by_id IS NOT NULL")],
    ),
}


@contextmanager
def asking(own: str) -> Iterator[Ask]:
    import psycopg

    with psycopg.connect(own, options="-c search_path=public") as database:
        yield lambda sql: database.execute(sql).fetchall()


@on_postgresql
@pytest.mark.django_db
def test_on_postgresql_all_that_0_1_made_of_nothing_is_what_it_had(upgraded: Upgraded) -> None:
    with asking(upgraded.addresses[OF_NOTHING]) as made, asking(upgraded.addresses[BEFORE]) as had:
        assert differences(of_postgresql(made), of_postgresql(had)) == {}


@on_postgresql
@pytest.mark.django_db
def test_on_postgresql_every_row_is_as_it_was(upgraded: Upgraded) -> None:
    """And all is as in the models, of which other tests make their tables."""
    with asking(upgraded.addresses[BEFORE]) as ask:
        named = ask(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " ORDER BY table_name, ordinal_position"
        )
        columns: dict[str, list[str]] = {}
        for table, column in named:
            if table.startswith(OURS) and table not in MADE_ANEW | CHANGED:
                columns.setdefault(table, []).append(column)
        before, ties = digests(ask, columns), ties_before(ask)
    assert sum(count for count, _digest in before.values()) > 2000
    with asking(upgraded.addresses[UPGRADED]) as ask, connection.cursor() as cursor:
        after = digests(ask, columns)
        assert after == before
        say(after)
        assert_ties_are_kept(ask, ties)

        def of_the_models(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql)
            return cursor.fetchall()

        assert differences(of_postgresql(ask), of_postgresql(of_the_models)) == AS_IT_LANDED
