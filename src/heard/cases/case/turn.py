"""The few services and local procedures that fit a child, beside the work that is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone

from heard.cases.case.rules import age_on
from heard.network.queries import languages_of, lives_at
from heard.services import procedures
from heard.services.queries import Beside, Local, Wanted, beside, procedures_beside
from heard.services.rules import Need, languages_to_find, lives_words

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person

# Needs whose services come first beside work of a kind; beside any other work, those of exploitation.
_FIRST: Final = {procedures.Beside.INTERVIEW: (Need.MISSING, Need.EXPLOITATION)}
_WITHOUT: Final = ("", procedures.Beside.REFERRAL)  # where the reader looks for all that fits


def where_to_turn(user: User, person: Person | None, kind: str, *, need: str = "") -> Beside:
    """By the age, address and languages of a child whose record the user may open, and by a need. `kind`: of `services.procedures.Beside`.
    `person`: None where nobody knows yet who the child is."""
    first = () if kind in _WITHOUT else _FIRST.get(procedures.Beside(kind), (Need.EXPLOITATION,))
    if person is None:
        return beside(user, kind, Wanted(need=need), first)
    lives = lives_at(user, person)
    where = lives_words(lives.line, lives.postcode) if lives else ""
    age = age_on(person.birth_date, timezone.localdate())
    speaks = languages_to_find(languages_of(user, person))
    return beside(user, kind, Wanted(age=age, need=need, lives=where, speaks=speaks), first)


def local_procedures(user: User, kind: str) -> Local:
    """Of work beside which no service stands. `kind`: as above."""
    return procedures_beside(user, kind)
