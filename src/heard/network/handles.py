"""Handles by their normal form. There is no telling from outside whether one was there before."""

from __future__ import annotations

from heard.agencies.rules import refuse
from heard.network.models import Handle
from heard.network.rules import SERVICES, HandleType, normal_handle, why_not_know_handle


def known_handle(type_: str, service: str, text: str) -> Handle:
    """The one that this text means, whether or not somebody named it before."""
    key = normal_handle(type_, text) if type_ in set(HandleType) else None
    refuse(why_not_know_handle(key=key))
    where = service.strip().casefold() if type_ == HandleType.ACCOUNT else ""
    handle, _new = Handle.objects.get_or_create(type=type_, service=SERVICES.get(where, where), key=key)
    return handle
