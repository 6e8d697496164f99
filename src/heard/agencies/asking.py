"""Asking the database of many things at once, where most of them hold nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Self

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet

    from heard.agencies.models import User

_KEPT: Final = 200  # questions that this process keeps at a time: some 20 KB each
_NOBODY: Final = (  # what they are put about first
    uuid.UUID("2f6c1a44-5b0e-4d7c-9a83-6b1f0d2e7c95"),
    uuid.UUID("b07d5e19-3c42-4f6a-8e91-0a9d4c7f2b38"),
)


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

    def about_others(self, keys: Mapping[uuid.UUID, uuid.UUID]) -> Self:
        """The same question about something else: of each pair, what it was put about and what it is about now."""
        forms: dict[uuid.UUID | str, uuid.UUID | str] = {}
        for old, new in keys.items():  # as each database, or a column of text, holds a key
            forms |= {old: new, old.hex: new.hex, str(old): str(new)}
        params = (
            forms.get(each, each) if isinstance(each, uuid.UUID | str) else each for each in self.params
        )
        return replace(self, params=tuple(params))

    def answer(self) -> set[str]:
        """The names of those that hold any row now. One query, however many they are: to fetch the rows of each takes
        longer, also where there are none."""
        if not self.sql:
            return set()
        found = _planned_once(connections[DEFAULT_DB_ALIAS], self.sql, self.params)
        return {name for name, holds in zip(self.names, found, strict=True) if holds}


@dataclass(frozen=True)
class Asker:
    """Somebody as whom something is asked, and the day: where both are the same, what was asked once can be asked again."""

    standing: tuple[object, ...]
    today: date
    user: User = field(compare=False)

    @classmethod
    def now(cls, user: User) -> Self:
        return cls(user.standing, timezone.localdate(), user)


# The rows of each name. Each is put when it is wanted.
type Lists = dict[str, Callable[[], QuerySet[Any]]]


def lists_of(put: Callable[..., Lists], user: User, *keys: uuid.UUID) -> dict[str, list[Any]]:
    """The rows of each, by its name. One query, and one for each that holds any.

    `put` depends on nothing but the user's standing, the day and the keys, which it uses as they are.
    """
    holding = asked_about(put, user, *keys).answer()
    return {name: list(rows()) if name in holding else [] for name, rows in put(user, *keys).items()}


def asked_about(put: Callable[..., Lists], user: User, *keys: uuid.UUID) -> Question:
    """Which of these hold any row: the question, as it was put for the same user before, about whatever it was."""
    nobody = _NOBODY[: len(keys)]
    kept = _kept(put, Asker.now(user), nobody)
    return kept.about_others(dict(zip(nobody, keys, strict=True)))


@lru_cache(maxsize=_KEPT)
def _kept(put: Callable[..., Lists], asker: Asker, keys: tuple[uuid.UUID, ...]) -> Question:
    return Question.about({name: rows() for name, rows in put(asker.user, *keys).items()})


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
