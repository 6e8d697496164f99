"""A copy of the database as it is at one moment, while people work; and the way back from it."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db import connection

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NAMES = {SQLITE: "database.sqlite3.gz", POSTGRESQL: "database.dump"}


@dataclass(frozen=True)
class Copy:
    """`path`: the file that goes into the backup. `ask` runs SQL on the same moment."""

    path: Path
    ask: Any

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {table: self.ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in _tables()}  # noqa: S608 - our tables


@contextmanager
def copied(into: Path) -> Iterator[Copy]:
    """While this lasts, `ask` answers from the moment of the copy."""
    copy = _of_sqlite if connection.vendor == SQLITE else _of_postgresql
    with copy(into) as made:
        yield made


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


@contextmanager
def _of_sqlite(into: Path) -> Iterator[Copy]:
    """`VACUUM INTO` reads in one transaction, so writers beside it change nothing."""
    plain = into / "database.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(plain)])
    packed = into / NAMES[SQLITE]
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=3) as target:
        shutil.copyfileobj(source, target)
    with closing(sqlite3.connect(plain)) as database:
        yield Copy(packed, lambda sql: database.execute(sql).fetchall())


@contextmanager
def _of_postgresql(into: Path) -> Iterator[Copy]:
    """A transaction keeps its moment; `pg_dump` is told to read the same one."""
    import psycopg

    path = into / NAMES[POSTGRESQL]
    with psycopg.connect(**_server()) as asking:
        asking.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        moment: Any = asking.execute("SELECT pg_export_snapshot()").fetchone()
        _run("pg_dump", "--format=custom", f"--snapshot={moment[0]}", f"--file={path}")
        yield Copy(path, lambda sql: asking.execute(sql).fetchall())


def _server() -> dict[str, Any]:
    """Where the database is, in libpq's words."""
    said: dict[str, Any] = dict(settings.DATABASES["default"])
    words = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {word: said[name] for word, name in words.items() if said.get(name)}


def _run(program: str, *words: str) -> str:
    """Runs a programme of PostgreSQL. What it prints of a failure may hold rows, so none of it is passed on."""
    server = _server()
    place = {f"PG{word.upper().replace('DBNAME', 'DATABASE')}": str(value) for word, value in server.items()}
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [program, *words], env=os.environ | place, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise click.ClickException(f"{program} is not there. Install Debian's postgresql-client.") from error
    if done.returncode:
        raise click.ClickException(
            f"{program} failed (exit {done.returncode}). Its version must not be older than the server's: "
            f"compare `{program} --version` with `heard doctor`."
        )
    return done.stdout


def is_empty() -> bool:
    return not _tables()


def put_back(packed: Path) -> None:
    """Into a database without tables."""
    if connection.vendor == SQLITE:
        connection.close()
        target = Path(settings.DATABASES["default"]["NAME"])
        for beside in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
            beside.unlink(missing_ok=True)  # empty: asking for its tables has made it
        unpack(packed, target)
    else:
        _run(
            "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
            f"--dbname={_server()['dbname']}", str(packed),
        )  # fmt: skip


def unpack(packed: Path, target: Path) -> None:
    with gzip.open(packed, "rb") as source, target.open("wb") as out:
        shutil.copyfileobj(source, out)


def rows_now() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in _tables():
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - our tables
            found[table] = cursor.fetchone()[0]
    return found


def faults_of(packed: Path, rows: dict[str, int], aside: Path) -> list[str]:
    """What is wrong with the copy of a database in a backup."""
    if packed.name == NAMES[POSTGRESQL]:
        listed = _run("pg_restore", "--list", str(packed))
        return [f"table {name} is not in it" for name in rows if f" {name} " not in listed]
    plain = aside / "database.sqlite3"
    unpack(packed, plain)
    with closing(sqlite3.connect(plain)) as database:
        [said, *_more] = database.execute("PRAGMA integrity_check").fetchone()
        faults = [] if said == "ok" else ["SQLite finds it damaged"]
        for table, count in rows.items():
            if database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] != count:  # noqa: S608 - our tables
                faults.append(f"table {table} has another number of rows than the manifest says")
    return faults
