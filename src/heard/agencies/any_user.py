"""Whoever looks at a page, as a parameter of a question: what is compiled with it is compiled once for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression

from heard.agencies.models import Membership, User
from heard.agencies.queries import memberships_with
from heard.agencies.rules import May, permissions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet


class _Key:
    """Stands among the values of a question where the key of its reader goes."""


_KEY: Final = _Key()


class AnyUser(Expression):
    """In place of a user in conditions: their key, and what conditions ask of a user, as subqueries. `roles`: what functions branch by; teams and
    agencies are found in the database whenever it is asked."""

    output_field = User._meta.pk

    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__()
        self.roles = roles

    @property
    def pk(self) -> AnyUser:
        return self

    @property
    def team_ids(self) -> QuerySet[Membership, Any]:
        return self.teams_where(May.SIGNED_IN)

    def may(self, permission: May) -> bool:
        return permission in permissions_of(self.roles)

    def teams_where(self, permission: May) -> QuerySet[Membership, Any]:
        return self._held(permission).values("team")

    def agencies_where(self, permission: May) -> QuerySet[Membership, Any]:
        return self._held(permission).values("team__agency")

    def _held(self, permission: May) -> QuerySet[Membership]:
        return memberships_with(None, permission).filter(user=self)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (_KEY,)


def any_user(roles: frozenset[str]) -> User:
    """Whoever has these roles: for conditions alone."""
    return cast("User", AnyUser(roles))


class Question(NamedTuple):
    """Whether there is any such row, as SQL, and its values, `_KEY` where the reader's key goes."""

    sql: str
    values: tuple[Any, ...]

    def values_of(self, user: User) -> list[Any]:
        """Its values where this user is the reader."""
        return [user.pk if value is _KEY else value for value in self.values]


def whether_any(rows: QuerySet[Any]) -> Question:
    """Whether there is any of these rows, which a `AnyUser` was given to."""
    try:
        sql, values = rows.query.exists().get_compiler(DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return Question("FALSE", ())
    return Question(f"EXISTS ({sql})", tuple(values))


def which_hold_any(user: User, asked: Mapping[str, Question]) -> set[str]:
    """The names of those of which there is any row for this user. One query, however many they are."""
    if not asked:
        return set()
    values = [value for question in asked.values() for value in question.values_of(user)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(question.sql for question in asked.values())}", values)
        return {name for name, holds in zip(asked, cursor.fetchone(), strict=True) if holds}
