"""What says who somebody is, written in one place: names, date of birth and numbers.

Whoever calls this has asked whether they may, and leaves the audit row.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from heard.network.models import OtherName, Person
from heard.network.rules import kept_number
from heard.network.search_index import renew_keys

if TYPE_CHECKING:
    from collections.abc import Mapping


def set_core(person: Person, values: Mapping[str, Any]) -> None:
    """`values`: those of `rules.CORE` that change. The name before is kept, so that they are still found under it."""
    before = (person.given_name, person.family_name)
    for name, value in values.items():
        setattr(person, name, _typed(name, value))
    after = (person.given_name, person.family_name)
    old = {"given_name": before[0], "family_name": before[1]}
    if before != after and not OtherName.objects.filter(person=person, **old).exists():
        OtherName.objects.create(person=person, **old)
    person.full_clean()
    person.save()
    renew_keys(person)


def _typed(name: str, value: Any) -> Any:
    if name == "birth_date":
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None
    return kept_number(value) if name in ("nhs_number", "upn") else value.strip()
