"""Drawing is looking at those whom the drawing names."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction

from heard.agencies.actions import record_looks
from heard.graph.drawing import queries
from heard.graph.question.rules import people_among

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.drawing.queries import Picture
    from heard.graph.question.queries import Answer, AnswerLine


@transaction.atomic
def draw_around(*, by: User, node_id: uuid.UUID, **how: Any) -> Picture:
    """For showing, with a 'view' row for each person whom it names; or `Hidden`. `how`: as `queries.around` takes it."""
    picture = queries.around(by, node_id, **how)
    record_looks(
        by=by, subject="drawing", subject_id=node_id, person_ids=picture.people | people_among([picture.this])
    )
    return picture


@transaction.atomic
def draw_answer(
    *, by: User, question: str, line: str = "", **keys: Any
) -> tuple[Answer, AnswerLine | None, Picture]:
    """The ties behind an answer or one of its lines, for showing, with a 'view' row for each person whom either names; or `Hidden`."""
    answer, chosen, picture = queries.of_answer(by, question, line, **keys)
    subject_id = next((str(key) for key in keys.values() if isinstance(key, uuid.UUID)), question)
    lines = [chosen] if chosen else answer.lines
    named = picture.people.union(*(line.people for line in lines), people_among([answer.subject]))
    record_looks(by=by, subject="drawing", subject_id=subject_id, person_ids=named)
    return answer, chosen, picture
