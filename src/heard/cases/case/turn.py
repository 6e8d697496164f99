"""The few services and local procedures that fit a child, beside the work that is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from heard.cases.case.rules import age_on
from heard.network.queries import addresses_of
from heard.services.queries import Beside, Wanted, beside

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person


def where_to_turn(user: User, person: Person | None, kind: str, *, need: str = "") -> Beside:
    """By the age and address of a child whose record the user may open, and by a need. `kind`: of `services.procedures.Beside`.
    `person`: None where nobody knows yet who the child is."""
    if person is None:
        return beside(user, kind, Wanted(need=need))
    lives = next((one for one in addresses_of(user, person.pk) if one.until is None), None)
    where = f"{lives.line} {lives.postcode}" if lives and lives.line else ""
    return beside(
        user, kind, Wanted(age=age_on(person.birth_date, timezone.localdate()), need=need, lives=where)
    )
