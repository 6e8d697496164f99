"""Who is said to harm, and with what, as figures for a profile. `user` is always the first argument.

Over the whole partnership, for those who see figures. True counts: they are shown to nobody before the small ones are hidden.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.network.models import Handle, Person, Tie, TieSource
from heard.network.rules import SAID_TO_HARM, KnownGrade, under_18_since

if TYPE_CHECKING:
    from heard.agencies.models import User

FRIGHTENS: Final = "frightens"
_USES: Final = ("uses", "keeper_of")


def adults_said_to_harm(user: User, *, since: date, until: date) -> dict[str, int]:
    """Adults of whom somebody noted from one day to another that they harm, by what that rests on (`Basis`), and `FRIGHTENS`: that they
    frighten or control. One adult may be under several. Not what was withdrawn or is thought to be untrue, and no child, nor whoever was under 18 when the
    time began, whatever their record is."""
    said = _said(user, since, until)
    by = said.filter(tie__kind=SAID_TO_HARM).values("basis").annotate(n=Count("tie__first", distinct=True))
    found = {row["basis"]: row["n"] for row in by if row["basis"]}
    frightens = said.filter(tie__kind=FRIGHTENS).aggregate(n=Count("tie__first", distinct=True))["n"]
    return found | ({FRIGHTENS: frightens} if frightens else {})


def handles_of_adults_said_to_harm(user: User, *, since: date, until: date) -> dict[str, int]:
    """Phones, cars and accounts, by kind, that these adults use, as far as it is known; without those of organisations."""
    who = _said(user, since, until).filter(tie__first=OuterRef("first"))
    stands = TieSource.objects.filter(tie=OuterRef("pk"), withdrawn_at=None).exclude(
        known_grade=KnownGrade.THOUGHT_UNTRUE
    )
    ties = Tie.objects.filter(Exists(who), Exists(stands), kind__in=_USES, second=OuterRef("pk")).order_by()
    rows: Any = Handle.objects.filter(Exists(ties), common=False, merged_into=None).order_by()
    return {row["type"]: row["n"] for row in rows.values("type").annotate(n=Count("pk"))}


def _said(user: User, since: date, until: date) -> QuerySet[Any, Any]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    adult = Person.objects.filter(pk=OuterRef("tie__first_id"), kind=Person.Kind.ADULT, merged_into=None)
    adult = adult.exclude(birth_date__gt=under_18_since(since))
    rows = TieSource.objects.filter(
        Q(Exists(adult.order_by())),
        withdrawn_at=None,
        recorded_at__date__range=(since, until),
        tie__kind__in=(SAID_TO_HARM, FRIGHTENS),
    )
    return rows.exclude(known_grade=KnownGrade.THOUGHT_UNTRUE).order_by()
