"""What is due and waiting for one user, of every kind that there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from heard.agencies.asking import Asker, Question
from heard.agencies.rules import Hidden
from heard.home.kinds import kinds_of
from heard.home.waiting import Kind, Section, section_of
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User

_ASKERS = 100  # people whose questions this process keeps at a time: some 0.7 MB each


def kind_of(user: User, key: str) -> Kind:
    """The kind of work of this key, or `Hidden`."""
    kind = next((kind for kind in kinds_of(user) if kind.key == key), None)
    if kind is None:
        raise Hidden
    return kind


def my_work(user: User) -> list[Section]:
    """What waits, in the order of the page, overdue first within each; what is empty is left out.

    One query to find out which there are, and one a section, whatever it holds.
    """
    asked = _asked_by(Asker.now(user), get_language(), load.current().id)
    holding = asked.question.answer()
    return [section_of(kind) for kind in asked.kinds if kind.key in holding]


@dataclass(frozen=True)
class _Asked:
    kinds: tuple[Kind, ...]
    question: Question


@lru_cache(maxsize=_ASKERS)
def _asked_by(asker: Asker, _language: str | None, _release: str) -> _Asked:
    """The questions alone, never an answer: to put three dozen of them takes several times as long as to ask the database,
    and somebody who opens My work opens it many times a day. A kind says its name in a language, in the terms of a release."""
    kinds = tuple(kinds_of(asker.user))
    return _Asked(kinds, Question.about({kind.key: kind.rows for kind in kinds}))


def due_by(user: User, day: date) -> list[tuple[str, int]]:
    """How much is overdue or due on a day, by kind: heading and number. One query a kind."""
    kinds = [kind for kind in kinds_of(user) if kind.due]
    counted = [
        (kind.heading, kind.rows.order_by().filter(kind.due(day)).count()) for kind in kinds if kind.due
    ]
    return [(heading, number) for heading, number in counted if number]
