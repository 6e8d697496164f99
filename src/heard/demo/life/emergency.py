"""A record that somebody on duty opened in an emergency: it waits for a review."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from heard.agencies.rules import Role
from heard.cases.glass.actions import break_glass
from heard.network.queries import people_visible_to

if TYPE_CHECKING:
    from heard.demo.life.world import World

_WHY = "Found alone at the bus station after midnight, and frightened. I have to know whom to ring and where it is safe to go."


def open_a_record(world: World) -> None:
    """Of a child with whom the police do not work, the night before."""
    on_duty = next(user for user in world.users.values() if Role.DUTY in user.roles)
    unknown = people_visible_to(world.coordinator).filter(kind="child", birth_date__isnull=False)
    child = unknown.exclude(pk__in=people_visible_to(on_duty).values("pk")).order_by("added_at", "pk").first()
    assert child is not None, "The police work with every child"
    assert child.birth_date is not None
    night = timezone.localtime(world.now - timedelta(days=1)).replace(hour=1, minute=40)
    with world.on(night):
        break_glass(
            by=on_duty,
            given_name=child.given_name,
            family_name=child.family_name,
            birth_date=child.birth_date,
            reason=_WHY,
        )
