"""Asking a question is looking at those whom the answer names."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from heard.agencies.actions import record_looks
from heard.graph.question import queries

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.queries import Answer


@transaction.atomic
def ask_near(*, by: User, person_id: uuid.UUID) -> Answer:
    """Who and what is near a person, for showing, with a 'view' row for them and each person named; or `Hidden`."""
    answer = queries.near(by, person_id)
    named = {line.this.pk for lines in answer.parts.values() for line in lines if line.kind == "person"}
    record_looks(by=by, subject="near", subject_id=person_id, person_ids={person_id, *named})
    return answer
