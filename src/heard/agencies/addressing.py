"""Who holds a permission where, for whoever has to tell somebody: an action, or a timer as which nobody asks. It reads no
record; whether somebody may see a child is asked of `network.queries` as that person.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from typing import Any

from heard.agencies.models import Team, User
from heard.agencies.rules import MAY, May


def holders(
    permission: May, *, teams: Collection[uuid.UUID] = (), agencies: Collection[uuid.UUID] = ()
) -> list[User]:
    """Active people whose role in one of these teams, or in a team of these agencies, gives the permission; by name."""
    where = {"memberships__team__in": teams} if teams else {"memberships__team__agency__in": agencies}
    return _active(permission, **where)


def user_with_key(user_id: int) -> User:
    return User.objects.get(pk=user_id)


def colleagues_there(keys: Collection[int]) -> set[int]:
    """Which of these are people in this Heard."""
    return set(User.objects.filter(pk__in=keys).values_list("pk", flat=True))


def worries_team() -> Team | None:
    """The team that new worries come to."""
    return Team.objects.filter(takes_worries=True).select_related("agency").first()


def everybody_who(permission: May) -> list[User]:
    """Active people of the whole partnership whose role gives the permission, by name."""
    return _active(permission)


def left_to_nobody(
    keys: set[Any], permission: May, theirs: Callable[[User, set[Any]], Iterable[Any]]
) -> set[Any]:
    """Of what waits, that which nobody with the permission may take up; `theirs` gives what one of them may."""
    left = set(keys)
    for user in everybody_who(permission) if left else ():
        left -= set(theirs(user, left))
    return left


def _active(permission: May, **where: Collection[uuid.UUID]) -> list[User]:
    roles = [role.value for role, allowed in MAY.items() if permission in allowed]
    rows = User.objects.filter(is_active=True, memberships__role__in=roles, **where).distinct()
    return list(rows.order_by("last_name", "first_name", "pk"))
