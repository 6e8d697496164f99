"""Family names of children whose records were read, for a timer that looks for what is unusual. It shows nothing to anybody."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from heard.network.models import Person
from heard.network.rules import normal


def family_names(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Of those who are children, by key, made comparable."""
    rows = Person.objects.filter(pk__in=set(person_ids), kind=Person.Kind.CHILD)
    return {key: normal(name) for key, name in rows.values_list("pk", "family_name")}


def bearers(family_name: str) -> int:
    """How many children have a family name that is written so, but for capitals."""
    rows = Person.objects.filter(kind=Person.Kind.CHILD, merged_into=None)
    return rows.filter(family_name__iexact=family_name).count()
