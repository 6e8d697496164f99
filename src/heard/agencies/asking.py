"""Asking the database of many things at once, where most of them hold nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet


def which_hold(rows: Mapping[str, QuerySet[Any]]) -> set[str]:
    """The names of those that hold any row. One query, however many they are: to fetch the rows of each takes longer, also
    where there are none."""
    database = connections[
        DEFAULT_DB_ALIAS
    ]  # itself: what stands for it is asked for it again with each name of a column
    asked = [(name, *exists) for name, each in rows.items() if (exists := _exists(each, database))]
    if not asked:
        return set()
    each = ", ".join(f"EXISTS({sql})" for _name, sql, _params in asked)
    found = _planned_once(
        database, f"SELECT {each}", [one for _name, _sql, params in asked for one in params]
    )
    return {name for (name, *_sql), holds in zip(asked, found, strict=True) if holds}


def lists_of(rows: Mapping[str, QuerySet[Any]]) -> dict[str, list[Any]]:
    """The rows of each, by its name. One query, and one for each that holds any."""
    holding = which_hold(rows)
    return {name: list(each) if name in holding else [] for name, each in rows.items()}


def _exists(rows: QuerySet[Any], database: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]] | None:
    """What `rows.exists()` asks, and its parameters; None where nothing has to be asked to know that there are none."""
    try:
        return rows.query.exists().get_compiler(connection=database).as_sql()
    except EmptyResultSet:
        return None


def _planned_once(database: BaseDatabaseWrapper, sql: str, params: list[Any]) -> tuple[Any, ...]:
    """The one row of an answer. For PostgreSQL to plan so long a question takes several times as long as to answer it, so it
    is prepared: planned when a connection first asks it, and again when there are other statistics. What a cursor of Django
    asks is never prepared, because the values stand in its text."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            from psycopg import Cursor

            cursor.cursor = Cursor(database.connection)
        cursor.execute(sql, params)
        return cursor.fetchone() or ()
