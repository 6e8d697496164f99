"""Noting a pattern of exploitation of a place, group or context, and withdrawing it: rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.context import queries, rules
from heard.cases.context.actions._shared import _at_work
from heard.cases.context.models import Context, ContextPattern
from heard.cases.stage.rules import why_not_recognise
from heard.knowledge import load
from heard.network.actions import hold_node

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def note_pattern(
    *,
    by: User,
    end: str,
    about_id: uuid.UUID,
    pattern: str,
    reason: str,
    setting: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
) -> ContextPattern:
    """Of a place, group or context (`end`), which `by` may see; whoever works on it learns of that. `NotInRelease` for a pattern that the
    release has not."""
    about_id, node_id = _held(by, end, about_id)
    settings = load.current().pattern(pattern).settings
    setting = setting if settings else ""
    refuse(
        queries.why_not_begin_noting(by, end, about_id)
        or why_not_recognise(reason=reason, setting=setting, settings=settings, from_on=from_on, to_on=to_on)
        or rules.why_not_note_pattern(
            is_there_already=queries.is_noted(
                by, end, about_id, pattern=pattern, setting=setting, from_on=from_on
            ),
            reason=reason,
            names=queries.names_there(by, node_id),
        )
    )
    row = ContextPattern.objects.create(
        pattern=pattern,
        setting=setting,
        reason=reason.strip(),
        from_on=from_on,
        to_on=to_on,
        noted_by=by,
        noted_at=timezone.now(),
        **{f"{end}_id": about_id},
    )
    _tell(by, "note pattern", row)
    return row


@transaction.atomic
def withdraw_pattern(*, by: User, pattern_id: uuid.UUID, why: str) -> ContextPattern:
    """It does not fit after all. It stays to be read, with who withdrew it, when and why, and counts for nothing."""
    ContextPattern.objects.select_for_update().filter(pk=pattern_id).first()
    row = queries.pattern_visible_to(by, pattern_id)
    refuse(
        queries.why_not_withdraw_pattern(by, row)
        or rules.WITHDRAW_PATTERN_ASKS.missing(why=why)
        or rules.why_not_note_pattern(
            is_there_already=False, reason=why, names=queries.names_there(by, row.node_id)
        )
    )
    row.withdrawn_at, row.withdrawn_by, row.why_withdrawn = timezone.now(), by, why.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "why_withdrawn"])
    _tell(by, "withdraw pattern", row, reason=why.strip())
    return row


def _held(by: User, end: str, about_id: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    """What it is noted of, with its place or group: until the transaction ends others who write in it, or merge it, wait."""
    if end == "context":
        context = queries.locked_context(by, about_id)
        return context.pk, context.node_id
    queries.node(by, end, about_id)
    key = hold_node(by=by, node_id=about_id)
    return key, key


def _tell(by: User, verb: str, row: ContextPattern, reason: str = "") -> None:
    """Also of a place or group: whoever works on it reads the pattern there, whether `by` knows of that work or not."""
    record_audit(by=by, verb=verb, subject=row.end, subject_id=row.about_id, reason=reason)
    about = (
        {"pk": row.context_id}
        if row.context_id
        else {row.end: row.about_id, "state": rules.ContextState.OPEN}
    )
    for context in Context.objects.filter(**about).select_related("held_by"):
        announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
