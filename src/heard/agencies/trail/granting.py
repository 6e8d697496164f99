"""Two roles of PostgreSQL: one owns the tables and migrates, the other is the site's and cannot alter the audit trail.

Triggers (`guarding`) refuse whoever asks, but whoever owns a table can switch them off. The site's role owns nothing: it reads and
writes rows, adds to the audit trail, and takes the personal part of a row away as the triggers let it.
"""

from __future__ import annotations

from typing import Final

from django.db import connections, transaction

from heard.agencies.trail.guarding import TABLES

_ROWS: Final = TABLES[0]
# What sealing a row of before and erasing write: the triggers let nothing else of them pass.
_MAY_CHANGE: Final = ("person_id", "actor", "reason", "detail", "salt", "leaf", "key_id", "commitment")
_NEVER: Final = ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@transaction.atomic
def grant(role: str, using: str = "default") -> None:
    """Gives the site's role what it needs of all tables that there are and that later upgrades make, and takes the rest from
    it. Run as the owner. Raises `ValueError` with a sentence where that cannot be, and Django's `DatabaseError` where whoever runs
    it does not own the tables."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        raise ValueError(
            "Only PostgreSQL has roles. With SQLite whoever can write the file can write all of it."
        )
    name = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_schema(), (SELECT count(*) FROM pg_roles WHERE rolname = %s)",
            [role],
        )
        owner, schema, there = cursor.fetchone()
        if not there:
            raise ValueError(f"There is no role {role} in PostgreSQL. Make it first: createuser {role}")
        if owner == role:
            raise ValueError(
                "HEARD_DATABASE_OWNER and DATABASE_URL name the same role. The site's is another one."
            )
        web, where = name(role), name(schema)
        for sql in (
            f"GRANT USAGE ON SCHEMA {where} TO {web}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {where} TO {web}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {where} TO {web}",  # SELECT is for pg_dump
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {where} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {web}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {where} GRANT USAGE, SELECT ON SEQUENCES TO {web}",
            f"REVOKE {', '.join(_NEVER)} ON {', '.join(TABLES)} FROM {web}",
            f"GRANT UPDATE ({', '.join(_MAY_CHANGE)}) ON {_ROWS} TO {web}",
        ):
            cursor.execute(sql)


def could_alter(using: str = "default") -> bool:
    """Whether the role with which this runs could change or take away rows of the audit trail, or what guards them. Never on
    SQLite, which has no roles."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    rights = " OR ".join(
        f"has_table_privilege(c.oid, '{right}')" for right in _NEVER if right != "REFERENCES"
    )
    column = f"""EXISTS (
        SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND NOT (c.relname = '{_ROWS}' AND a.attname = ANY(%s)) AND has_column_privilege(c.oid, a.attnum, 'UPDATE'))"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT bool_or(pg_has_role(c.relowner, 'MEMBER') OR {rights} OR {column}) "  # noqa: S608
            "OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
            "FROM pg_class c WHERE c.relkind = 'r' AND c.relname = ANY(%s) AND pg_table_is_visible(c.oid)",
            [list(_MAY_CHANGE), list(TABLES)],
        )
        found: bool | None = cursor.fetchone()[0]
    return bool(found)
