"""Asking the database of many things at once, where most of them hold nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet


@dataclass(frozen=True)
class Question:
    """Which of several hold any row, in the words of the database: to put it takes longer than to ask it, so it may be kept."""

    names: tuple[str, ...]
    sql: str
    params: tuple[Any, ...]

    @classmethod
    def about(cls, rows: Mapping[str, QuerySet[Any]]) -> Self:
        # The connection itself: what stands for it is asked for it again with each name of a column.
        database = connections[DEFAULT_DB_ALIAS]
        asked = [(name, *exists) for name, each in rows.items() if (exists := _exists(each, database))]
        sql = ", ".join(f"EXISTS({sql})" for _name, sql, _params in asked)
        return cls(
            tuple(name for name, _sql, _params in asked),
            sql and f"SELECT {sql}",
            tuple(one for _name, _sql, params in asked for one in params),
        )

    def answer(self) -> set[str]:
        """The names of those that hold any row now. One query, however many they are: to fetch the rows of each takes
        longer, also where there are none."""
        if not self.sql:
            return set()
        found = _planned_once(connections[DEFAULT_DB_ALIAS], self.sql, self.params)
        return {name for name, holds in zip(self.names, found, strict=True) if holds}


def lists_of(rows: Mapping[str, QuerySet[Any]]) -> dict[str, list[Any]]:
    """The rows of each, by its name. One query, and one for each that holds any."""
    holding = Question.about(rows).answer()
    return {name: list(each) if name in holding else [] for name, each in rows.items()}


def _exists(rows: QuerySet[Any], database: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]] | None:
    """What `rows.exists()` asks, and its parameters; None where nothing has to be asked to know that there are none."""
    try:
        return rows.query.exists().get_compiler(connection=database).as_sql()
    except EmptyResultSet:
        return None


def _planned_once(database: BaseDatabaseWrapper, sql: str, params: tuple[Any, ...]) -> tuple[Any, ...]:
    """The one row of an answer. For PostgreSQL to plan so long a question takes several times as long as to answer it, so it
    is prepared: planned when a connection first asks it, and again when there are other statistics. What a cursor of Django
    asks is never prepared, because the values stand in its text."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            from psycopg import Cursor

            cursor.cursor = Cursor(database.connection)
        cursor.execute(sql, params)
        return cursor.fetchone() or ()
