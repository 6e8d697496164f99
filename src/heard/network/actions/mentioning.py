"""Keeping that a record names a phone, car or account, where whoever writes it says so, and withdrawing that it does."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.network import merging
from heard.network.handles import known_handle
from heard.network.models import Handle, Mention
from heard.network.queries import is_theirs, mention_visible_to
from heard.network.rules import Found, why_not_withdraw_mention

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def keep_mentions(
    *,
    by: User,
    about: str,
    about_id: uuid.UUID,
    found: Iterable[Found],
    on: date | None = None,
    person_id: uuid.UUID | None = None,
) -> None:
    """Notes that this record, which `by` writes, names these, but for what is an organisation’s. Whether anybody named one before takes the
    same queries and answers nothing: who may read both records finds it there. `person_id`: the child in whose record it stands."""
    known = {known_handle(one.type, one.service, one.key).pk: one for one in found}
    named = {handle.pk: known[key] for key, handle in _held(known).items() if not handle.common}
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
            holder=by.team.agency if by.team else None,
        )
        for key, one in named.items()
    ]
    Mention.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        record_audit(by=by, verb="name", subject=about, subject_id=about_id, person_id=person_id)


def _held(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, Handle]:
    """Each as it stands, or the one that goes on in its place: until the transaction ends whoever merges them waits."""
    merging.hold(*keys)
    rows = Handle.objects.select_related("merged_into").in_bulk(keys)
    return {key: row.merged_into or row for key, row in rows.items()}


@transaction.atomic
def withdraw_mention(*, by: User, mention_id: int, why: str) -> Mention:
    """The record does not name it after all, or not this one. It stays with who withdrew it and why, and counts for nothing. `Hidden`
    unless the user may read the record."""
    mention = mention_visible_to(by, mention_id)
    refuse(why_not_withdraw_mention(is_theirs=is_theirs(by, mention), why=why))
    mention.withdrawn_at, mention.withdrawn_by, mention.why_withdrawn = timezone.now(), by, why.strip()
    mention.save(update_fields=["withdrawn_at", "withdrawn_by", "why_withdrawn"])
    record = import_string(settings.RECORDS_THAT_NAME[mention.about])(by).get(pk=mention.about_id)
    record_audit(
        by=by,
        verb="unname",
        subject=mention.about,
        subject_id=mention.about_id,
        person_id=record.person_id,
        reason=why.strip(),
    )
    return mention
