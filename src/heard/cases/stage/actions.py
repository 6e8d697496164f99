"""Writing on what something rests. The stage has asked who may, and leaves the audit row."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import Hidden
from heard.cases.stage import queries

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def rest_on(*, by: User, row: Any, node_id: uuid.UUID | None, keys: Collection[uuid.UUID]) -> None:
    """From now on a row, about this node, rests on these sources of ties. What `by` may not see of what it rests on stays. `Hidden` for a
    source that they may not choose (`queries.to_rest_on`)."""
    ground, wanted = row.rests_on.model, set(keys)
    has = queries.standing(ground, **{ground.of: row})
    offered = queries.to_rest_on(by, node_id, has)
    if not wanted <= offered.keys():
        raise Hidden
    off = row.rests_on.filter(taken_off_at=None, source__in=(has & offered.keys()) - wanted)
    off.update(taken_off_at=timezone.now())
    ground._default_manager.bulk_create(
        [ground(**{ground.of: row}, source_id=key, chosen_by=by) for key in sorted(wanted - has)]
    )


@transaction.atomic
def look_at_grounds(*, by: User, row: Any, what_now: str, why_now: str) -> None:
    """Somebody looked whether a row still stands of which something it rests on was withdrawn, and says what is done."""
    ground = row.rests_on.model
    waiting = queries.lost(ground).filter(**{ground.of: row})
    waiting.update(what_now=what_now, why_now=why_now.strip(), looked_by=by, looked_at=timezone.now())
