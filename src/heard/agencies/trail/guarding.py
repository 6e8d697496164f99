"""Triggers in the database that refuse to change or delete what is in the audit trail, whoever asks.

Two changes pass: the sealer gives a row of before its leaf, once; and erasing takes what is about people away and leaves the
rest as it is. They are made after each `heard migrate`, since SQLite loses those of a table that a migration makes anew.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connections

_OPEN: Final = ("id", "at", "actor_id", "agency", "verb", "subject", "subject_id", "version")
_PRIVATE: Final = ("person_id", "actor", "reason", "detail", "commitment")
_NAME: Final = "heard_audit"
_NEVER: Final = "Nothing in the audit trail is changed or deleted."
_ROWS: Final = "agencies_auditrow"
TABLES: Final = (_ROWS, "agencies_auditseal", "agencies_audithead")


def _same(columns: tuple[str, ...], same: str) -> str:
    return " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in columns)


def _may_change(same: str, nothing: str) -> str:
    erased = "NEW.person_id IS NULL AND NEW.actor = '' AND NEW.reason = '' AND NEW.salt = ''"
    return f"""{_same(_OPEN, same)} AND (
        (OLD.leaf = '' AND OLD.version = 0 AND length(NEW.leaf) = 64 AND {_same(_PRIVATE, same)})
        OR (OLD.leaf <> '' AND {_same(("leaf", "key_id"), same)} AND OLD.commitment = ''
            AND length(NEW.commitment) = 64 AND {erased} AND NEW.detail = {nothing}))"""


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
    said = []
    for table in TABLES:
        when = f"WHEN NOT ({_may_change('IS', chr(39) + '{}' + chr(39))})" if table == _ROWS else ""
        said.append(
            f"CREATE TRIGGER IF NOT EXISTS {_NAME}_{table}_update BEFORE UPDATE ON {table} {when} {refuse}"
        )
        said.append(f"CREATE TRIGGER IF NOT EXISTS {_NAME}_{table}_delete BEFORE DELETE ON {table} {refuse}")
    return said


def _postgresql() -> list[str]:
    raise_ = f"RAISE EXCEPTION '{_NEVER}' USING ERRCODE = 'restrict_violation';"
    nothing = "'{}'::jsonb"
    same = "IS NOT DISTINCT FROM"
    function = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} END $$"
    may = f"IF {_may_change(same, nothing)} THEN RETURN NEW; END IF; {raise_}"
    said = [function.format(f"{_NAME}_never", raise_), function.format(f"{_NAME}_row", may)]
    for table in TABLES:
        change = f"{_NAME}_row" if table == _ROWS else f"{_NAME}_never"
        for event, each, does in (
            ("update", "ROW", change),
            ("delete", "ROW", f"{_NAME}_never"),
            ("truncate", "STATEMENT", f"{_NAME}_never"),
        ):
            said.append(
                f"CREATE OR REPLACE TRIGGER {_NAME}_{event} BEFORE {event.upper()} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION {does}()"
            )
    return said


def installation(using: str = "default") -> str:
    """What the heads that are there call this installation; "" where there are none."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLES[-1] not in connection.introspection.table_names(cursor):
            return ""
        cursor.execute("SELECT site FROM agencies_audithead ORDER BY size DESC LIMIT 1")
        found = cursor.fetchone()
    return found[0] if found else ""


def guard(using: str = "default", **_signal: Any) -> None:
    """After migrating; where the tables are not there yet, nothing."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if not set(TABLES) <= set(connection.introspection.table_names(cursor)):
            return
        for sql in _sqlite() if connection.vendor == "sqlite" else _postgresql():
            cursor.execute(sql)


def let_go(using: str = "default") -> None:
    """For tests, which empty tables; and for nothing else."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in there.intersection(TABLES):
            for event in ("update", "delete", "truncate"):
                if connection.vendor == "postgresql":
                    cursor.execute(f"DROP TRIGGER IF EXISTS {_NAME}_{event} ON {table}")
                else:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {_NAME}_{table}_{event}")


def missing(using: str = "default") -> int:
    """How many of the triggers are not there, or are switched off."""
    connection = connections[using]
    wanted, counts = 6, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    if connection.vendor == "postgresql":
        wanted = 9
        counts = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(counts, [f"{_NAME}%"])
        there: int = cursor.fetchone()[0]
    return max(wanted - there, 0)
