"""Profiles know nothing of digests, so digests listen for what becomes of profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heard.insight.digest.actions import post_withdrawal

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow


def note_withdrawal(row: AuditRow) -> None:
    """Hears of each write (`settings.AFTER_WRITES`). Whoever has had a digest of a profile that was withdrawn is told so by mail."""
    if (row.verb, row.subject) == ("withdraw", "profile"):
        post_withdrawal.enqueue(row.subject_id)
