"""Databases of both earlier releases and such as these began with, upgraded once: on PostgreSQL, where it is there, together with those on
SQLite."""

from __future__ import annotations

import lzma
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from tests.upgrade.migrating import migrate_together

HERE = Path(__file__).parent
FIRST, RELEASE_0_1 = "first_release.sql.xz", "release_0_1.sqlite.sql.xz"
OWNER = "release_owner"  # may do no more than the owner of a database
OF_NOTHING, UPGRADED, BEFORE = "release_of_nothing", "release_0_1", "release_0_1_before"


@dataclass(frozen=True)
class Upgraded:
    """`folders`: by the name of its dump one of each: `before.sqlite3` as that release wrote it, `heard.sqlite3` as it has become.

    `of_nothing`: what the migrations up to the first release make of nothing. `addresses`: on PostgreSQL, by name, what those of 0.1 make
    of nothing, and 0.1 as it was and as it has become.
    """

    folders: dict[str, Path]
    of_nothing: Path
    addresses: dict[str, str]


def dump(name: str) -> str:
    return lzma.decompress((HERE / name).read_bytes()).decode()


def last_of(name: str) -> dict[str, str]:
    """The last migration of each app that is recorded in a dump of PostgreSQL."""
    recorded = re.search(r"INSERT INTO public.django_migrations VALUES\n(.*?);\n", dump(name), re.DOTALL)
    assert recorded
    return dict(sorted(re.findall(r"'(\w+)', '(\d\w+)'", recorded[1])))


def recorded(folder: Path) -> dict[str, str]:
    """The last migration of each app, in a database of SQLite."""
    with closing(sqlite3.connect(folder)) as database:
        return dict(database.execute("SELECT app, max(name) FROM django_migrations GROUP BY app"))


@contextmanager
def own_databases() -> Iterator[dict[str, str]]:
    """By name the addresses of new ones, whose owner migrates."""
    import psycopg

    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as asking:
        for name in (OF_NOTHING, UPGRADED, BEFORE):
            asking.execute(f"DROP DATABASE IF EXISTS {name}")
        asking.execute(f"DROP ROLE IF EXISTS {OWNER}")
        asking.execute(f"CREATE ROLE {OWNER} LOGIN")
        for name in (OF_NOTHING, UPGRADED):
            asking.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
    parts = urlsplit(server)
    netloc = f"{OWNER}@{parts.netloc.rpartition('@')[2]}"
    addresses = {
        name: urlunsplit(parts._replace(netloc=netloc, path=f"/{name}"))
        for name in (OF_NOTHING, UPGRADED, BEFORE)
    }
    with psycopg.connect(addresses[UPGRADED]) as database:
        database.execute(dump("release_0_1.postgresql.sql.xz"))
    try:
        with psycopg.connect(server, autocommit=True) as asking:
            asking.execute(f"CREATE DATABASE {BEFORE} TEMPLATE {UPGRADED} OWNER {OWNER}")
        yield addresses
    finally:
        with psycopg.connect(server, autocommit=True) as asking:
            for name in addresses:
                asking.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            asking.execute(f"DROP ROLE {OWNER}")


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folders = {}
    for name in (FIRST, RELEASE_0_1):
        folder = folders[name] = tmp_path_factory.mktemp("upgraded")
        for file in ("before.sqlite3", "heard.sqlite3"):
            with closing(sqlite3.connect(folder / file)) as database:
                database.executescript(dump(name))
    of_nothing = tmp_path_factory.mktemp("of-nothing") / "heard.sqlite3"
    asked: dict[str, dict[str, str] | None] = {
        f"sqlite:///{of_nothing}": recorded(folders[FIRST] / "before.sqlite3")
    }
    asked |= {f"sqlite:///{folder / 'heard.sqlite3'}": None for folder in folders.values()}
    with ExitStack() as stack:
        addresses = {}
        if connection.vendor == "postgresql":
            addresses = stack.enter_context(own_databases())
            asked[addresses[OF_NOTHING]] = last_of("release_0_1.postgresql.sql.xz")
            asked[addresses[UPGRADED]] = None
        migrate_together(folders[FIRST], asked)
        yield Upgraded(folders, of_nothing, addresses)
