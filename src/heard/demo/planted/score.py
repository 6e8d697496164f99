"""Asks each question as each role, and compares what is told with what is planted. Numbers only."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heard.agencies.rules import Hidden
from heard.demo.planted.truth import READERS, Planted
from heard.graph.question.queries import QUESTIONS, near
from heard.graph.question.rules import line_of

if TYPE_CHECKING:
    from heard.agencies.models import User

NEAR = "near"  # it has a page and lines of its own


@dataclass
class ScoreRow:
    """Of one question and role: lines planted for them, of these found, and lines that they were told and that are not planted."""

    question: str
    role: str
    planted: int = 0
    found: int = 0
    told: int = 0
    wrong: int = 0
    near_misses: int = 0
    missed: list[str] = field(default_factory=list)
    wrongly: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Of the lines planted for them, the share that they were told; None where none was."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Of the lines that they were told, the share that was planted; None where they were told none."""
        return (self.told - self.wrong) / self.told if self.told else None


def score(users: dict[str, User], planted: Iterable[Planted]) -> list[ScoreRow]:
    """`users`: by username. Every place that a question is asked at is asked by every reader."""
    by_question: dict[str, list[Planted]] = defaultdict(list)
    for one in planted:
        by_question[one.question].append(one)
    rows = []
    for question, some in by_question.items():
        asked = {_known(one.keys): one.keys for one in some}
        for username, role in READERS.items():
            row = ScoreRow(question, role, near_misses=sum(bool(one.near_miss) for one in some))
            for known, keys in asked.items():
                right = {one.line for one in some if _known(one.keys) == known and username in one.told}
                told = _told(users[username], question, keys)
                row.planted += len(right)
                row.found += len(right & told.keys())
                row.told += len(told)
                row.wrong += len(told.keys() - right)
                row.missed += [str(keys) for _line in right - told.keys()]
                row.wrongly += [told[line] for line in told.keys() - right]
            rows.append(row)
    return rows


def _known(keys: dict[str, Any]) -> str:
    return repr(sorted(keys.items()))


def _told(user: User, question: str, keys: dict[str, Any]) -> dict[str, str]:
    typed = {
        name: frozenset(map(uuid.UUID, value)) if isinstance(value, list) else uuid.UUID(value)
        for name, value in keys.items()
    }
    try:
        if question == NEAR:
            return _near(user, **typed)
        answer = QUESTIONS[question].ask(user, **typed)
    except Hidden:
        return {}
    return {line.known: line.says for line in answer.lines}


def _near(user: User, person_id: Any) -> dict[str, str]:
    """Its lines are known by who or what is near and the ties of the way."""
    lines = [line for part in near(user, person_id).parts.values() for line in part]
    return {
        line_of(NEAR, line.this.pk, [key for key, _said in line.ties]): f"{line.this} is near"
        for line in lines
    }
