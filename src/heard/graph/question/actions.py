"""Asking a question is looking at those whom the answer names. Judging a line says who did and why."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import Hidden, refuse
from heard.graph.question import queries
from heard.graph.question.models import Finding, FindingGround
from heard.graph.question.rules import why_not_judge
from heard.network.queries import web, who_or_what

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.queries import Answer
    from heard.graph.question.queries.around import Near


@transaction.atomic
def ask_near(*, by: User, person_id: uuid.UUID) -> Near:
    """Who and what is near a person, for showing, with a 'view' row for them and each person named; or `Hidden`."""
    answer = queries.near(by, person_id)
    named = {line.this.pk for lines in answer.parts.values() for line in lines if line.kind == "person"}
    record_looks(by=by, subject="near", subject_id=person_id, person_ids={person_id, *named})
    return answer


@transaction.atomic
def ask(*, by: User, question: str, **keys: Any) -> Answer:
    """The answer, for showing, with a 'view' row for each person whom it is about or names; or `Hidden`. `keys`: as the question
    takes them."""
    answer = queries.QUESTIONS[question].ask(by, **keys)
    subject_id = next((str(key) for key in keys.values() if isinstance(key, uuid.UUID)), question)
    record_looks(by=by, subject="question", subject_id=subject_id, person_ids=answer.people)
    return answer


@transaction.atomic
def look_from(
    *, by: User, node_id: uuid.UUID, end: str = "", text: str = ""
) -> tuple[Any, list[tuple[str, str, str]] | None]:
    """Where a way begins, for showing, and with a `text` who or what may be meant at its other end (`who_or_what`); a 'view' row
    for each person among them. `Hidden` where the user may not see where it begins."""
    kind, this = web(by).end(node_id)
    found = who_or_what(by, end, text, not_this=node_id) if text else None
    people = {node_id} if kind == "person" else set()
    people |= {uuid.UUID(key) for key, _name, _why in found or ()} if end == "person" else set()
    record_looks(by=by, subject="question", subject_id=node_id, person_ids=people)
    return this, found


@transaction.atomic
def judge(*, by: User, question: str, line: str, verdict: str, why: str, **keys: Any) -> Finding:
    """Says of one line of an answer that it is not the same matter, or that it is asked again after all. `Hidden` unless this user
    gets the line; it holds for whoever gets the same, until what it rests on changes."""
    answer = queries.QUESTIONS[question].ask(by, **keys)
    shown = {line.known: line for line in (*answer.lines, *answer.silenced)}
    if line not in shown:
        raise Hidden
    this = shown[line]
    refuse(why_not_judge(why=why, verdict=verdict, silenced=this.judged is not None))
    row = Finding.objects.create(question=question, line=line, verdict=verdict, why=why.strip(), by=by)
    FindingGround.objects.bulk_create(
        [FindingGround(finding=row, key=key) for key in {ground.key for ground in this.grounds}]
    )
    people: list[uuid.UUID | None] = [*sorted(this.people)]
    for person_id in people or [None]:
        record_audit(
            by=by,
            verb="judge",
            subject="question",
            subject_id=row.pk,
            person_id=person_id,
            reason=why.strip(),
        )
    return row
