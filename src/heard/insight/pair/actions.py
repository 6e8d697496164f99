"""Looking at two records side by side, which leaves a row each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from heard.agencies.actions import record_audit
from heard.insight.pair import queries
from heard.insight.run.actions import telling_of_a_try

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.insight.run.models import EngineRun


def open_pair(*, by: User, run: EngineRun, key: str, blind: bool = False) -> queries.Shown:
    """Shows who the two records are of; or `Hidden`. A try of somebody who is kept out is told to those who may see. `blind`: nothing of
    what the engine made of them."""
    with telling_of_a_try(by=by, run=run, subject="pair", key=key), transaction.atomic():
        shown = (queries.shown_blind if blind else queries.shown)(by, run, key)
        record_audit(by=by, verb="view", subject="pair", subject_id=key, detail={"run": str(run.pk)})
    return shown
