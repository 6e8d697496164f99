"""Keeps the keys under which people are found (`rules/keys.py`) as the records are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from heard.network.models import Group, NodeKey, Person, Place, SearchKey, Spelling
from heard.network.queries import describe
from heard.network.rules import named_by, person_keys, place_keys, spelling_keys

_AT_ONCE = 1000  # people whose keys are made together where everybody's are


def renew_keys(person: Person) -> None:
    """After any change of what a person is called, when they were born, where they live, or a number of theirs."""
    keys = person_keys(describe(person))
    gone = set(SearchKey.objects.filter(person=person).values_list("key", flat=True)) - keys
    SearchKey.objects.filter(person=person, key__in=gone).delete()
    SearchKey.objects.bulk_create(
        [SearchKey(person=person, key=key) for key in sorted(keys)], ignore_conflicts=True
    )
    learn_names(keys)
    forget_names({named_by(key) for key in gone} - {""})


def renew_keys_of(thing: Place | Group) -> None:
    """After any change of what a place or group is called, or where it is."""
    rows = _keys_of(thing)
    NodeKey.objects.filter(node=thing.pk).exclude(key__in=[row.key for row in rows]).delete()
    NodeKey.objects.bulk_create(rows, ignore_conflicts=True)


def _keys_of(thing: Place | Group) -> list[NodeKey]:
    """Also by what is merged into it is it found."""
    called = [thing, *thing.merged_from.all()]
    keys = frozenset().union(*(place_keys(one.name, getattr(one, "postcode", "")) for one in called))
    return [NodeKey(node_id=thing.pk, key=key) for key in sorted(keys)]


@transaction.atomic
def renew_missing_keys(**_from_signal: Any) -> None:
    """Keys for people, places and groups that have none of today's kind: after an update of Heard, and after rows came in
    another way."""
    _renew_missing_of_people()
    keyed = NodeKey.objects.filter(node=OuterRef("pk"))
    models: tuple[Any, ...] = (Place, Group)
    for model in models:
        for thing in list(model._default_manager.exclude(Exists(keyed))):
            NodeKey.objects.bulk_create(_keys_of(thing))


def _renew_missing_of_people() -> None:
    named = SearchKey.objects.filter(person=OuterRef("pk"), key__startswith="name ")
    without = list(Person.objects.exclude(Exists(named)).values_list("pk", flat=True))
    for start in range(0, len(without), _AT_ONCE):
        ids = without[start : start + _AT_ONCE]
        people = list(
            Person.objects.filter(pk__in=ids).prefetch_related("other_names", "addresses", "identifiers")
        )
        rows = [
            SearchKey(person=person, key=key) for person in people for key in person_keys(describe(person))
        ]
        SearchKey.objects.filter(person__in=ids).delete()
        SearchKey.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)
        learn_names({row.key for row in rows})


def learn_names(keys: Collection[str]) -> None:
    """Names in these keys of people that nobody had until now get their spelling keys."""
    names = {named_by(key) for key in keys} - {""}
    wanted = {name: spelling_keys(name, joined=f"name {name}" not in keys) for name in names}
    rarest = {max(one, key=_telling) for one in wanted.values()}
    known = set(Spelling.objects.filter(key__in=rarest, name__in=names).values_list("key", "name"))
    rows = [
        Spelling(key=key, name=name)
        for name, one in sorted(wanted.items())
        if (max(one, key=_telling), name) not in known
        for key in sorted(one)
    ]
    Spelling.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)


def _telling(key: str) -> tuple[bool, str]:
    """Of a name's keys, the one by which it is seen whether all are there: a joined name has none of how it begins."""
    return key.startswith("begins "), key


def forget_names(names: set[str]) -> None:
    """A name that nobody has any more is not kept."""
    if not names:
        return
    held = SearchKey.objects.filter(key__in=[f"{kind} {name}" for kind in ("name", "both") for name in names])
    still = {named_by(key) for key in held.values_list("key", flat=True)}
    Spelling.objects.filter(name__in=names - still).delete()
