"""What is due and waiting for one user, of every kind that there is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from heard.agencies.rules import Hidden
from heard.home.kinds import kinds_of
from heard.home.waiting import Kind, Section, section_of

if TYPE_CHECKING:
    from heard.agencies.models import User


def kind_of(user: User, key: str) -> Kind:
    """The kind of work of this key, or `Hidden`."""
    kind = next((kind for kind in kinds_of(user) if kind.key == key), None)
    if kind is None:
        raise Hidden
    return kind


def my_work(user: User) -> list[Section]:
    """What waits, in the order of the page, overdue first within each; what is empty is left out. One query a kind."""
    sections = (section_of(kind) for kind in kinds_of(user))
    return [section for section in sections if section.waiting]


def due_by(user: User, day: date) -> list[tuple[str, int]]:
    """How much is overdue or due on a day, by kind: heading and number. One query a kind."""
    kinds = [kind for kind in kinds_of(user) if kind.due]
    counted = [
        (kind.heading, kind.rows.order_by().filter(kind.due(day)).count()) for kind in kinds if kind.due
    ]
    return [(heading, number) for heading, number in counted if number]
