"""What says who somebody is, written in one place: names, date of birth and numbers.

Whoever calls this has asked whether they may, and leaves the audit row.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.network.models import Identifier, OtherName, Person
from heard.network.rules import NUMBERS, Scheme, kept_number
from heard.network.search_index import renew_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heard.agencies.models import User


def set_core(person: Person, values: Mapping[str, Any], *, by: User) -> None:
    """`values`: those of `rules.CORE` that change. The name and the numbers before are kept, so that they are still found
    under them."""
    before = (person.given_name, person.family_name)
    numbers = {scheme: getattr(person, name) for scheme, name in NUMBERS.items()}
    for name, value in values.items():
        setattr(person, name, _typed(name, value))
    after = (person.given_name, person.family_name)
    old = {"given_name": before[0], "family_name": before[1]}
    if before != after and not OtherName.objects.filter(person=person, **old).exists():
        OtherName.objects.create(person=person, **old)
    person.full_clean()
    person.save()
    for scheme, number in numbers.items():
        if number and number != getattr(person, NUMBERS[scheme]):
            _keep_number(person, scheme, number, by)
    renew_keys(person)


def _keep_number(person: Person, scheme: Scheme, number: str, by: User) -> None:
    """As one that the person had until today. Who said so is not known, unless it was written down with the number."""
    today = timezone.localdate()
    rows = Identifier.objects.filter(person=person, scheme=scheme, value=number)
    if not rows.filter(until=None).update(until=today, ended_by=by) and not rows.exists():
        Identifier.objects.create(person=person, scheme=scheme, value=number, until=today, written_by=by)


def _typed(name: str, value: Any) -> Any:
    if name == "birth_date":
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None
    return kept_number(value) if name in NUMBERS.values() else value.strip()
