"""Whether there is any row for a user: asked of so many lists, and so often, that it is compiled once for all users of the same roles."""

from __future__ import annotations

import uuid
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import UUIDField

from heard.agencies.models import Agency, Membership, Team, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

_KEY: Final = -(2**31) + 1  # a key that no user has
_TEAMS, _AGENCIES = (
    uuid.UUID(int=1 << 64),
    uuid.UUID(int=2 << 64),
)  # nor any team or agency: the first of them


class Question(NamedTuple):
    """Whether there is any such row, as SQL, and its values; keys of the stand-in among them."""

    sql: str
    values: tuple[Any, ...]


class Post(NamedTuple):
    """One role of somebody, with the numbers of its team and agency among theirs."""

    role: str
    team: int
    agency: int
    takes_worries: bool


def posts_of(user: User) -> tuple[Post, ...]:
    """All that their rows depend on but for who they are."""
    teams, agencies = _own(user)
    held = (
        Post(one.role, teams.index(one.team_id), agencies.index(one.team.agency_id), one.team.takes_worries)
        for one in user.held
    )
    return tuple(sorted(held))


def stand_in(posts: tuple[Post, ...]) -> User:
    """A user whom nobody is, with these roles. Their rows are only for `whether_any`, which puts the keys of somebody else in place of theirs."""
    user = User(pk=_KEY)
    user.held = [
        Membership(
            user=user,
            role=post.role,
            team=Team(
                pk=_key(_TEAMS, post.team),
                agency=Agency(pk=_key(_AGENCIES, post.agency)),
                takes_worries=post.takes_worries,
            ),
        )
        for post in posts
    ]
    return user


def whether_any(rows: QuerySet[Any]) -> Question:
    """Whether there is any of these rows of a stand-in."""
    try:
        sql, values = rows.query.exists().get_compiler(DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return Question("FALSE", ())
    return Question(f"EXISTS ({sql})", tuple(values))


def in_place_of(user: User) -> dict[Hashable, Any]:
    """The keys of a user by those of their stand-in, as the database takes them."""
    found: dict[Hashable, Any] = {_KEY: user.pk}
    for first, own in zip((_TEAMS, _AGENCIES), _own(user), strict=True):
        found |= {_prepared(_key(first, number)): _prepared(key) for number, key in enumerate(own)}
    return found


def _own(user: User) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Keys of their teams and agencies, in an order."""
    return sorted(user.team_ids), sorted({one.team.agency_id for one in user.held})


def _key(first: uuid.UUID, number: int) -> uuid.UUID:
    return uuid.UUID(int=first.int + number)


def _prepared(key: uuid.UUID) -> Any:
    return UUIDField().get_db_prep_value(key, connection)
