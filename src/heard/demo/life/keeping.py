"""A hold on one record, for an inquiry; and a record that somebody asks to have erased, which another has to agree to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heard.cases.keeping.actions import ask_to_destroy, place_hold
from heard.cases.keeping.queries import has_open_case
from heard.network.queries import people_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.demo.life.world import World

_HELD = "Letter of the inquiry, reference 14/B: everything about this record is to be kept"
_ASKED = "The young person asked for it in a letter, and our data protection officer agrees."


def hold_and_ask(world: World) -> None:
    """The two whose names come last among children without an open case."""
    seen = people_visible_to(world.coordinator, level=Level.EVERYTHING).filter(kind="child")
    last = (
        person
        for person in seen.order_by("-family_name", "-pk")
        if not has_open_case(world.coordinator, person.pk)
    )
    held, asked = next(last), next(last)
    with world.on(world.now - timedelta(days=3)):
        place_hold(by=world.coordinator, scope="record", person_id=held.pk, reason=_HELD)
        ask_to_destroy(by=world.coordinator, person_id=asked.pk, why="asked", reason=_ASKED)
