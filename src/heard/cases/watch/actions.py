"""Saying of unusual reading whether it is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.cases.watch import queries
from heard.cases.watch.models import ReadingAlert

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def answer_alert(*, by: User, alert_id: int, outcome: str, reason: str) -> ReadingAlert:
    """Explained, or to be looked into, with why. Nothing of it stands in the child's record or among who looked at it."""
    queries.alert_visible_to(by, alert_id)
    ReadingAlert.objects.select_for_update().get(pk=alert_id)
    alert = queries.alert_visible_to(by, alert_id)
    refuse(queries.why_not_answer(by, alert, outcome=outcome, reason=reason))
    alert.outcome, alert.answer = outcome, reason.strip()
    alert.answered_by, alert.answered_at = by, timezone.now()
    alert.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])
    record_audit(by=by, verb="answer", subject="alert", subject_id=alert.pk, detail={"outcome": outcome})
    return alert


@transaction.atomic
def open_alert(*, by: User, alert_id: int) -> ReadingAlert:
    """For showing it, with a 'view' row: where it names a child, one like any other, which says nothing of the alert to those
    who read who looked. `Hidden` for who may not see it."""
    alert: Any = queries.alert_visible_to(by, alert_id)  # with `named`
    shown = alert.person_id if alert.named else None
    subject, key = ("person", shown) if shown else ("alert", alert.pk)
    record_audit(by=by, verb="view", subject=subject, subject_id=key, person_id=shown)
    found: ReadingAlert = alert
    return found
