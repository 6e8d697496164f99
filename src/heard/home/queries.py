"""What is due and waiting for one user, gathered from every part that keeps such a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Waiting:
    """One thing that waits. With a due date it is drawn as a clock, with its rule and the rule's source."""

    text: str
    href: str
    note: str = ""
    due_on: date | None = None
    days_left: int | None = None
    rule: str = ""
    source: str = ""


@dataclass(frozen=True)
class Section:
    heading: str
    empty: str
    waiting: list[Waiting] = field(default_factory=list)


def my_work(user: User) -> list[Section]:
    """Sections in the order of the page; overdue first within each."""
    return []
