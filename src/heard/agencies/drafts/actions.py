"""Keeping what is typed, and ending it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.drafts import queries, rules
from heard.agencies.drafts.rules import BeingSent, Sheet
from heard.agencies.models import Draft, User
from heard.agencies.rules import Hidden, refuse


@transaction.atomic
def begin_draft(
    *, by: User, kind: str, subject_id: uuid.UUID | None = None, draft_id: uuid.UUID | None = None
) -> Draft:
    """`draft_id`: begun once, however often it is asked for; `Hidden` where it is another's."""
    about = {"user": by, "kind": kind, "subject_id": subject_id}
    draft, new = Draft.objects.get_or_create(pk=draft_id or uuid.uuid4(), defaults=about)
    if draft.user_id != by.pk or draft.kind != kind:
        raise Hidden
    if new:
        record_audit(by=by, verb="begin", subject="draft", subject_id=draft.pk)
    return draft


@transaction.atomic
def save_draft(*, by: User, draft_id: uuid.UUID, kind: str, answers: dict[str, dict[str, Any]]) -> Draft:
    """Keeps the answers of some steps, beside those of the others; `Hidden` for another's draft.

    It leaves no audit row: beginning, discarding and sending a draft do. Nobody but its writer ever sees a draft.
    """
    queries.draft_of(by, draft_id, kind=kind)
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    draft.answers = draft.answers | _storable(answers)
    draft.save(update_fields=["answers", "updated_at"])
    return draft


@transaction.atomic
def discard_draft(*, by: User, draft_id: uuid.UUID, kind: str, verb: str = "discard") -> None:
    """Ends a draft, and what was typed in its steps: thrown away, or (`verb="send"`) because it has become what it was for.
    `Hidden` where it has ended already, so that of two that send it at once only one does."""
    queries.draft_of(by, draft_id, kind=kind)
    gone, _rows = queries.drafts_of(by).filter(pk=draft_id).delete()
    if not gone:
        raise Hidden
    queries.typed_in_steps(by, draft_id).delete()
    record_audit(by=by, verb=verb, subject="draft", subject_id=draft_id)


@transaction.atomic
def keep_typed(*, by: User, sheet: Sheet, typed: dict[str, list[str]], turn: int) -> Draft:
    """Keeps what is typed in one page, whatever it is like, for its writer alone, until it is sent or thrown away.

    `turn` counts the savings of the page: one that was overtaken on its way changes nothing. Raises `Refused` where it
    is too much, `BeingSent` where the same page is being sent at this moment. What the page went on from ends, unless it was typed on elsewhere meanwhile.
    """
    answers = {"typed": _storable(typed), "seen": sheet.seen, "turn": turn}
    there = Draft.objects.select_for_update().filter(pk=sheet.id)
    others = 0 if there.exists() else queries.drafts_of(by).count()
    refuse(rules.why_not_keep(characters=len(json.dumps(answers)), others=others))
    kept = {"page": sheet.page, "title": sheet.title, "answers": answers}
    about = {"user": by, "kind": sheet.kind, "subject_id": sheet.subject_id}
    draft, new = there.get_or_create(pk=sheet.id, defaults=about | kept)
    if new:
        _end_followed(by, sheet)
        return draft
    if draft.user_id != by.pk:
        raise Hidden
    if draft.answers.get("turn", 0) > turn:
        return draft
    same = turn == rules.SENT and draft.answers == answers
    if same and timezone.now() - draft.updated_at < rules.STILL_SENDING:
        raise BeingSent(draft)
    draft.page, draft.title, draft.answers = sheet.page, sheet.title, answers
    draft.save()
    return draft


def _end_followed(by: User, sheet: Sheet) -> None:
    if sheet.follows and sheet.follows_as_of:
        followed = queries.drafts_of(by).filter(pk=sheet.follows)
        followed.filter(updated_at=sheet.follows_as_of).delete()


@transaction.atomic
def forget_typed(*, by: User, sheet_id: uuid.UUID) -> None:
    """What was typed in this page has become what it was for. That action leaves the audit row."""
    queries.drafts_of(by).filter(pk=sheet_id).delete()


def _storable(typed: Any) -> Any:
    """What was typed, without the one character that PostgreSQL cannot hold."""
    if isinstance(typed, str):
        return typed.replace("\x00", "")
    if isinstance(typed, dict):
        return {_storable(key): _storable(value) for key, value in typed.items()}
    return [_storable(value) for value in typed] if isinstance(typed, list) else typed
