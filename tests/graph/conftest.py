"""What the tests of questions plant: children, ties, episodes with interviews, worries that name something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests.cases.missing.conftest import BACK, gone, interviewed
from tests.conftest import World

from heard.agencies.models import User
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.missing import actions as looking
from heard.cases.missing.models import Episode
from heard.network import actions, rules
from heard.network.actions import Knows
from heard.network.handles import known_handle
from heard.network.models import Handle, Person


def child(world: World, name: str, by: User | None = None, **more: Any) -> Person:
    """Of the teacher's agency, unless somebody else adds them."""
    return actions.add_person(by=by or world.teacher, given_name=name, family_name="Made", **more)


def adult(world: World, name: str, by: User | None = None, **more: Any) -> Person:
    return child(world, name, by, kind="adult", **more)


def place(world: World, name: str) -> Any:
    return actions.add_place(by=world.teacher, name=name, kind="shop")


def phone(number: str) -> Any:
    return known_handle("phone", "", number)


def tie(world: World, one: Any, kind: str, other: Any, by: User | None = None, **knows: Any) -> Any:
    said = {"words": "Seen"} | knows
    if isinstance(other, Handle):
        called = {"end": "handle", "new_name": other.key, "new_kind": other.type}
        return actions.note_tie_to(
            by=by or world.teacher, one_id=one.pk, kind=kind, knows=Knows(**said), **called
        )
    return actions.note_tie(
        by=by or world.teacher, one_id=one.pk, other_id=other.pk, kind=kind, knows=Knows(**said)
    )


def day(days_ago: int) -> Any:
    return timezone.localdate() - timedelta(days=days_ago)


def episode(by: User, who: Person, hours: float, *, spoke_of: Any = ()) -> Episode:
    """Missing so many hours ago and for one; an interview of which each of these came as a tie."""
    one = gone(by, who.pk, hours)
    looking.note_found(by=by, episode_id=one.pk, found_at=timezone.now() - timedelta(hours=hours - 1), **BACK)
    interviewed(by, one, hours - 2)
    for thing in spoke_of:
        knows = Knows("In the interview", how="said_by_child", about="interview", about_id=one.pk)
        actions.note_tie(by=by, one_id=who.pk, other_id=thing.pk, kind="goes_to", knows=knows)
    return one


def worry(by: User, *, names: str = "", **about: Any) -> Concern:
    """Told, and naming the phones and cars of a text."""
    return telling.tell(
        by=by,
        seen_and_heard=names or "Something was seen",
        why_no_words="Nobody has asked yet",
        danger_now="no",
        named=rules.find(names),
        **about,
    )
