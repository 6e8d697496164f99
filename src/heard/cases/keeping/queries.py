"""Holds, what is past its time, and certificates. `user` comes first."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.case.models import Case, CasePeriod
from heard.cases.keeping import rules
from heard.cases.keeping.models import Destruction, Hold
from heard.cases.keeping.rules import Erasure
from heard.network.leading import agencies_answering, answered_for_by
from heard.network.queries import people_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person

_IN_FORCE = Q(lifted_at=None)


def holds_visible_to(user: User) -> QuerySet[Hold]:
    """Those on one record for whoever may see it; all others for whoever may place one. In force first."""
    seen = Q(person=None) | Q(person__in=people_visible_to(user).values("pk"))
    rows = Hold.objects.filter(seen).select_related(
        "person", "agency", "placed_by", "confirmed_by", "lift_asked_by", "lifted_by"
    )
    rows = rows.order_by(F("lifted_at").desc(nulls_first=True), "-placed_at", "pk")
    return rows if user.may(May.KEEP) else rows.none()


def hold_visible_to(user: User, hold_id: uuid.UUID) -> Hold:
    found = holds_visible_to(user).filter(pk=hold_id).first()
    if found is None:
        raise Hidden
    return found


def holds_waiting(user: User) -> QuerySet[Hold]:
    """Those that this user can confirm, or agree to lift."""
    to_confirm = Q(confirmed_at=None) & ~Q(placed_by=user.pk)
    to_lift = Q(lift_asked_by__isnull=False) & ~Q(lift_asked_by=user.pk)
    return holds_visible_to(user).filter(_IN_FORCE).filter(to_confirm | to_lift)


def is_held(user: User | None, person_id: uuid.UUID | None) -> bool:
    """Whether anything stops that this record, or a file of it, is destroyed; None for what is no child's, which a hold on everything
    keeps. Asked of every hold, whoever asks."""
    if person_id is None:
        return is_everything_held(user)
    agencies = agencies_answering(person_id)
    on_it = Q(scope=rules.Scope.ALL) | Q(person=person_id) | Q(agency__in=agencies)
    return Hold.objects.filter(_IN_FORCE).filter(on_it).exists()


def is_everything_held(user: User | None) -> bool:
    return Hold.objects.filter(_IN_FORCE, scope=rules.Scope.ALL).exists()


def has_open_case(user: User, person_id: uuid.UUID) -> bool:
    return Case.objects.filter(person=person_id, state="open").exists()


def past_their_time(user: User) -> QuerySet[Person]:
    """Children of closed cases whose record is past the time that the partnership set, and that no hold keeps."""
    people = people_visible_to(user, level=Level.EVERYTHING)
    period = settings.RETENTION
    if period is None or not user.may(May.KEEP) or is_everything_held(user):
        return people.none()
    cases = Case.objects.filter(person=OuterRef("pk"))
    people = people.filter(Exists(cases), ~Exists(cases.filter(state="open")))
    held = Hold.objects.filter(_IN_FORCE)
    people = people.filter(~Exists(held.filter(person=OuterRef("pk"))))
    people = people.exclude(answered_for_by(held.filter(agency__isnull=False).values("agency")))
    asked = Destruction.objects.filter(person_id=OuterRef("pk"), decided_at=None)
    people = people.filter(~Exists(asked))
    first = rules.latest_start(period, timezone.localdate())
    if period.start is rules.Start.BIRTH:
        return people.filter(birth_date__lte=first).order_by("birth_date", "pk")
    closed = CasePeriod.objects.filter(case__person=OuterRef("pk"), closed_at__date__gt=first)
    ever = CasePeriod.objects.filter(case__person=OuterRef("pk"))
    return people.filter(Exists(ever), ~Exists(closed)).order_by("family_name", "given_name", "pk")


def is_past(user: User, person: Person) -> bool:
    ended = CasePeriod.objects.filter(case__person=person.pk).aggregate(last=Max("closed_at"))["last"]
    closed = timezone.localdate(ended) if ended else None
    day = rules.past_on(settings.RETENTION, born=person.birth_date, closed=closed)
    return day is not None and day <= timezone.localdate()


def destructions_visible_to(user: User) -> QuerySet[Destruction]:
    """Those of records that the user may see; and certificates, which name nobody. What waits comes first."""
    people = people_visible_to(user, level=Level.EVERYTHING)
    seen = Q(person_id__in=people.values("pk")) | Q(agreed=True)
    rows = Destruction.objects.filter(seen).select_related("asked_by", "decided_by")
    rows = rows.order_by(F("decided_at").desc(nulls_first=True), "-asked_at", "pk")
    return rows if user.may(May.KEEP) else rows.none()


def destruction_visible_to(user: User, destruction_id: uuid.UUID) -> Destruction:
    found = destructions_visible_to(user).filter(pk=destruction_id).first()
    if found is None:
        raise Hidden
    return found


def carried_out(user: User | None) -> list[Erasure]:
    """Every record that was destroyed, by keys alone, the oldest first. `user`: None, for a backup; it makes no difference, since
    it says nothing of anybody."""
    rows = Destruction.objects.filter(agreed=True).order_by("decided_at", "pk")
    return [
        Erasure(
            certificate=str(row.pk),
            people=(str(row.person_id), *(person for person in row.people if person != str(row.person_id))),
            why=row.why,
            asked_by=row.asked_by_id,
            asked_at=row.asked_at,
            decided_by=row.decided_by_id,
            decided_at=row.decided_at or row.asked_at,
        )
        for row in rows
    ]


def destructions_waiting(user: User) -> QuerySet[Destruction]:
    """Those to which this user can agree or not."""
    return destructions_visible_to(user).filter(decided_at=None).exclude(asked_by=user.pk)


def why_not_begin(user: User, person: Person) -> str | None:
    """What stands in the way before anything is typed."""
    return why_not_ask(user, person, why=rules.Why.ORDER, reason="to be typed")


def why_not_ask(user: User, person: Person, *, why: str, reason: str) -> str | None:
    return rules.why_not_ask(
        may_keep=user.may(May.KEEP),
        held=is_held(user, person.pk),
        open_case=has_open_case(user, person.pk),
        asked=Destruction.objects.filter(person_id=person.pk, decided_at=None).exists(),
        past=is_past(user, person),
        why=why,
        reason=reason,
    )


def why_not_decide(user: User, row: Destruction, *, agrees: bool, now: datetime | None = None) -> str | None:
    facts: dict[str, Any] = {"asked_at": row.asked_at, "now": now or timezone.now(), "agrees": agrees}
    return rules.why_not_decide(
        may_keep=user.may(May.KEEP),
        asked_it=row.asked_by_id == user.pk,
        decided=row.decided_at is not None,
        held=is_held(user, row.person_id),
        open_case=has_open_case(user, row.person_id),
        **facts,
    )


def why_not_confirm_hold(user: User, hold: Hold) -> str | None:
    return rules.why_not_confirm_hold(
        may_keep=user.may(May.KEEP),
        placed_it=hold.placed_by_id == user.pk,
        confirmed=hold.confirmed_at is not None,
        lifted=hold.lifted_at is not None,
    )


def why_not_ask_to_lift(user: User, hold: Hold, *, reason: str) -> str | None:
    return rules.why_not_ask_to_lift(
        may_keep=user.may(May.KEEP),
        lifted=hold.lifted_at is not None,
        asked=hold.lift_asked_by_id is not None,
        reason=reason,
    )


def why_not_lift(user: User, hold: Hold) -> str | None:
    return rules.why_not_lift(
        may_keep=user.may(May.KEEP),
        asked=hold.lift_asked_by_id is not None,
        asked_it=hold.lift_asked_by_id == user.pk,
        lifted=hold.lifted_at is not None,
    )
