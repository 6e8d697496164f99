"""Looking at two records side by side, which leaves a row each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from heard.agencies.actions import record_audit
from heard.insight.pair import queries

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.insight.run.models import EngineRun


@transaction.atomic
def open_pair(*, by: User, run: EngineRun, key: str) -> queries.Shown:
    """Shows who the two records are of; or `Hidden`."""
    shown = queries.shown(by, run, key)
    record_audit(by=by, verb="view", subject="pair", subject_id=key, detail={"run": str(run.pk)})
    return shown
