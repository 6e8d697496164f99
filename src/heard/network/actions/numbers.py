"""Marking a number, plate or account as an organisation’s, so that it joins nobody, and taking that back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import May, refuse
from heard.network.handles import known_handle
from heard.network.models import Handle
from heard.network.queries import common_handle, web
from heard.network.rules import (
    HandleType,
    NodeKind,
    normal_handle,
    why_not_mark_common,
    why_not_take_back_common,
)

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def mark_common(*, by: User, type: str, text: str, why: str, service: str = "") -> Handle:
    """As somebody writes it. Whether anybody named it before changes neither what is done nor what is answered."""
    key = normal_handle(type, text) if type in set(HandleType) else None
    refuse(why_not_mark_common(may_mark=by.may(May.MARK_COMMON), key=key, is_common=False, why=why))
    return _mark(by, known_handle(type, service, text).pk, why)


@transaction.atomic
def mark_seen_as_common(*, by: User, handle_id: uuid.UUID, why: str) -> Handle:
    """One that the user sees; else `Hidden`."""
    web(by).node(NodeKind.HANDLE, handle_id)
    return _mark(by, handle_id, why)


@transaction.atomic
def take_back_common(*, by: User, handle_id: uuid.UUID, why: str) -> Handle:
    """It joins people again by every tie that was noted; worries that were told meanwhile have it in their words alone. `Hidden` for what is
    not on the list."""
    common_handle(by, handle_id)
    handle = Handle.objects.select_for_update().get(pk=handle_id)
    refuse(why_not_take_back_common(may_mark=by.may(May.MARK_COMMON), is_common=handle.common, why=why))
    handle.common, handle.why_common, handle.common_by, handle.common_at = False, "", None, None
    _save(by, "take back", handle, why)
    return handle


def _mark(by: User, handle_id: uuid.UUID, why: str) -> Handle:
    handle = Handle.objects.select_for_update().get(pk=handle_id)
    may_mark = by.may(May.MARK_COMMON)
    refuse(why_not_mark_common(may_mark=may_mark, key=handle.key, is_common=handle.common, why=why))
    handle.common, handle.why_common, handle.common_by = True, why.strip(), by
    handle.common_at = timezone.now()
    _save(by, "mark", handle, why)
    return handle


def _save(by: User, verb: str, handle: Handle, why: str) -> None:
    handle.full_clean()
    handle.save(update_fields=["common", "why_common", "common_by", "common_at"])
    record_audit(by=by, verb=verb, subject="handle", subject_id=handle.pk, reason=why.strip())
