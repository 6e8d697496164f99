"""Handles by their normal form. There is no telling from outside whether one was there before."""

from __future__ import annotations

from django.db.models import Q

from heard.agencies.rules import refuse
from heard.network.models import Handle, Node
from heard.network.rules import SERVICES, HandleType, normal_handle, plate_pattern, why_not_know_handle


def known_handle(type_: str, service: str, text: str) -> Handle:
    """The one that this text means, whether or not somebody named it before: it takes the same three queries. Of one that was merged it is
    the one that goes on."""
    key = normal_handle(type_, text) if type_ in set(HandleType) else None
    refuse(why_not_know_handle(key=key))
    where = service.strip().casefold() if type_ == HandleType.ACCOUNT else ""
    named = {"type": type_, "service": SERVICES.get(where, where), "key": key}
    Handle.objects.bulk_create([Handle(**named)], ignore_conflicts=True)
    handle = Handle.objects.select_related("merged_into").get(**named)
    Node.objects.bulk_create([Node(pk=handle.pk, kind=Node.Kind.HANDLE)], ignore_conflicts=True)
    return handle.merged_into or handle


def may_be(type_: str, key: str) -> Q:
    """Handles that are this one or, of a plate, may be: what one of them lacks was not seen, or is easily mistaken."""
    exact = Q(type=type_, key=key)
    return exact | Q(type=type_, key__regex=plate_pattern(key)) if type_ == HandleType.VEHICLE else exact
