"""Numbers, plates and accounts that are an organisation’s and join nobody. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from heard.agencies.rules import Hidden, May
from heard.network.models import Handle
from heard.network.rules import Found, find_in

if TYPE_CHECKING:
    from heard.agencies.models import User


def common_handles(user: User) -> QuerySet[Handle]:
    """What is marked so, for those who may mark; by kind and then as it is shown."""
    rows = (
        Handle.objects.filter(common=True, merged_into=None)
        .select_related("common_by")
        .order_by("type", "service", "key")
    )
    return rows if user.may(May.MARK_COMMON) else rows.none()


def common_handle(user: User, handle_id: uuid.UUID) -> Handle:
    """One of them, or `Hidden`."""
    found = common_handles(user).filter(pk=handle_id).first()
    if found is None:
        raise Hidden
    return found


def found_in(user: User, texts: Iterable[str]) -> tuple[Found, ...]:
    """Phones, cars and accounts in the texts that this user wrote or reads, in their order, without an organisation’s. One query, which asks nothing of any
    record: whether anybody named one before changes nothing here."""
    found = find_in(texts) if user.may(May.TELL) else ()
    written = Handle.objects.filter(key__in=[one.key for one in found]).order_by()
    rows = (
        written.filter(common=True, merged_into=None),
        written.filter(merged_into__isnull=False, merged_into__common=True),
    )
    marked, behind = (some.values_list("type", "service", "key") for some in rows)
    common = set(marked.union(behind))
    return tuple(one for one in found if (one.type.value, one.service, one.key) not in common)
