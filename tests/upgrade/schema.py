"""What a database is made of, in a form in which two that came about differently can be compared: columns, constraints, indexes and
triggers, in any order."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

type Ask = Callable[[str], list[tuple[Any, ...]]]
type Schema = dict[str, Any]


def of_sqlite(database: sqlite3.Connection) -> Schema:
    """By the name of each table, index and trigger. Of a table its columns, foreign keys and the words of its constraints."""
    found: Schema = {}
    for kind, name, sql in database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master"):
        if kind != "table":
            found[name] = " ".join(sql.split())
        elif not name.startswith("sqlite_"):
            columns = [row[1:] for row in database.execute(f'PRAGMA table_info("{name}")')]
            keys = [row[2:] for row in database.execute(f'PRAGMA foreign_key_list("{name}")')]
            words = re.findall(r"""'[^']*'|\w+|[^\w\s]""", sql)
            found[name] = (_in_order(columns), _in_order(keys), Counter(words))
    return found


# Names of constraints and indexes hold a hash of how they came about, so they are compared by what they say.
_POSTGRESQL = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')",
    "indexes": r"SELECT tablename, regexp_replace(indexdef, 'INDEX \S+ ON', 'INDEX ON') FROM pg_indexes"
    " WHERE schemaname = 'public'",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}


_CASTS = re.compile(r"::(?:character varying|\w+)(?:\[\])?|[()]")  # which a dump writes at other places


def of_postgresql(ask: Ask) -> Schema:
    """By what is compared. A condition without its casts and brackets. Which migrations ran is not what a database is made of."""
    return {
        what: _in_order(
            [_CASTS.sub("", str(cell)) for cell in row] for row in ask(sql) if row[0] != "django_migrations"
        )
        for what, sql in _POSTGRESQL.items()
    }


def _in_order(rows: Iterable[Iterable[Any]]) -> list[tuple[Any, ...]]:
    return sorted(map(tuple, rows), key=repr)


def differences(one: Schema, other: Schema) -> dict[str, Any]:
    """What stands in one of them alone, or otherwise, by its name: of lists their rows that the other lacks."""
    found = {}
    for name in sorted({*one, *other}):
        mine, theirs = one.get(name), other.get(name)
        if mine != theirs and isinstance(mine, list) and isinstance(theirs, list):
            mine, theirs = list(Counter(mine) - Counter(theirs)), list(Counter(theirs) - Counter(mine))
        if mine != theirs:
            found[name] = (mine, theirs)
    return found
