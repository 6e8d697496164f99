"""Keeps the registry of nodes as people, places, groups and handles come and go: each has its node, under its own key."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.db.models.signals import post_delete, post_save

from heard.network.models import Group, Handle, Node, Person, Place

KINDS: Final = {
    Person: Node.Kind.PERSON,
    Place: Node.Kind.PLACE,
    Group: Node.Kind.GROUP,
    Handle: Node.Kind.HANDLE,
}
_AT_ONCE: Final = 5000


def connect() -> None:
    for model in KINDS:
        post_save.connect(_enter, sender=model, dispatch_uid=f"node of {model.__name__}")
        post_delete.connect(_leave, sender=model, dispatch_uid=f"no node of {model.__name__}")


def enter_missing(**_from_signal: Any) -> None:
    """Nodes for rows that came in another way, such as many at once."""
    for model, kind in KINDS.items():
        rows: Any = model._default_manager
        without = rows.exclude(Exists(Node.objects.filter(pk=OuterRef("pk")))).values_list("pk", flat=True)
        nodes = [Node(pk=key, kind=kind) for key in without]
        Node.objects.bulk_create(nodes, batch_size=_AT_ONCE, ignore_conflicts=True)


def _enter(sender: Any, instance: Any, created: bool, **_more: Any) -> None:
    if created:
        Node.objects.bulk_create([Node(pk=instance.pk, kind=KINDS[sender])], ignore_conflicts=True)


def _leave(instance: Any, **_more: Any) -> None:
    Node.objects.filter(pk=instance.pk).delete()
