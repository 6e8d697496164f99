"""The audit row of a worry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heard.agencies.actions import record_audit

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.concern.models import Concern


def _audit(by: User, verb: str, concern: Concern, *, reason: str = "", **detail: Any) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="concern",
        subject_id=concern.pk,
        # Nobody who reads who looked at the child learns of a worry about somebody who works with children.
        person_id=None if concern.about_staff else concern.person_id,
        reason=reason,
        detail=detail,
    )
