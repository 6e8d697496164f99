"""Keeping that a record names a phone, car or account, where whoever wrote it says so."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.network.handles import known_handle
from heard.network.models import Mention
from heard.network.rules import Found

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def keep_mentions(
    *, by: User, about: str, about_id: uuid.UUID, found: Iterable[Found], on: date | None = None
) -> None:
    """Notes that this record, which `by` writes, names these. Whether anybody named one before takes the same queries and answers
    nothing: who may read both records finds it there."""
    named = {known_handle(one.type, one.service, one.key).pk: one for one in found}
    rows = [
        Mention(
            node_id=key,
            about=about,
            about_id=about_id,
            start=one.start,
            length=one.length,
            occurred_on=on,
            confirmed_by=by,
            confirmed_at=timezone.now(),
        )
        for key, one in named.items()
    ]
    Mention.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        record_audit(by=by, verb="name", subject=about, subject_id=about_id)
