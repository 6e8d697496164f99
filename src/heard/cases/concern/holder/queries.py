"""What may be read of worries that name what a restricted record holds. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from heard.agencies.addressing import everybody_who
from heard.agencies.rules import Hidden, May
from heard.cases.case.notices.addressees import About, addressees, on_duty
from heard.cases.case.notices.rules import To
from heard.cases.concern.holder.models import HolderDecision
from heard.cases.concern.holder.rules import Outcome
from heard.cases.concern.models import Concern
from heard.cases.concern.queries import concern_is_open_to, decidable_by
from heard.network.queries import (
    agency_that_decides,
    held_and_named,
    holding_what_is_named,
    naming_what_is_held,
    not_denied,
    not_denied_through,
    person_visible_to,
    restricted_decided_by,
)

if TYPE_CHECKING:
    from datetime import datetime

    from heard.agencies.models import Agency, User
    from heard.network.models import Handle, Person


@dataclass(frozen=True)
class Match:
    """As much of a worry as those need to know who decide whether to tell: which agency told it and when, whether somebody was in danger,
    and what it names that their record holds. `ours`: their agency; `may_read`: they may read the worry anyway. `decision`: the one that stands; `earlier`: those
    before it, the latest first."""

    person: Person
    ours: Agency
    concern_id: uuid.UUID
    agency: str
    told_at: datetime
    in_danger: bool
    handles: list[Handle]
    may_read: bool
    decision: HolderDecision | None
    earlier: list[HolderDecision]


@dataclass(frozen=True)
class Knows:
    """Who of which agency knows more of what a worry names: no word of whom or what. `who`: '' where they are not here any longer; `phone`:
    of their team there."""

    agency: str
    who: str
    phone: str


def to_decide(user: User) -> QuerySet[Concern]:
    """Worries that name a phone, car or account which a restricted record holds that this user decides about, and of which nobody has
    decided whether to tell, or which are to be looked at again today; the first told first. Each has `held_by`, the key of that record,
    `held_name`, and `look_again_on`. Not one about that same person, nor about somebody from whose record the user is kept out."""
    stands = HolderDecision.objects.filter(
        Q(look_again_on=None) | Q(look_again_on__gt=timezone.localdate()),
        person=OuterRef("pk"), concern=OuterRef(OuterRef("pk")), ended_at=None,
    )  # fmt: skip
    holding = holding_what_is_named(user, "concern").filter(~Exists(stands)).order_by("pk")
    about_them = Concern.objects.filter(pk=OuterRef(OuterRef("pk")), person=OuterRef("pk"))
    holding = holding.filter(~Exists(about_them.order_by()))  # one about a place is about nobody
    again = HolderDecision.objects.filter(person=OuterRef("held_by"), concern=OuterRef("pk"), ended_at=None)
    name: Any = Concat(F("given_name"), Value(" "), F("family_name"))
    named = naming_what_is_held(user, "concern")
    rows = Concern.objects.filter(not_denied_through(user, "person"), pk__in=named).annotate(
        held_by=Subquery(holding.values("pk")[:1]),
        held_name=Subquery(holding.annotate(whole=name).values("whole")[:1]),
    )
    rows = rows.filter(held_by__isnull=False).annotate(
        look_again_on=Subquery(again.values("look_again_on")[:1])
    )
    return rows.select_related("agency").order_by("told_at", "pk") if user.may(May.DECIDE) else rows.none()


def match_of(user: User, person_id: uuid.UUID, concern_id: uuid.UUID) -> Match:
    """What one worry names and one restricted record holds, or was decided of it; or `Hidden`."""
    person = restricted_decided_by(user).filter(pk=person_id).first()
    rows = Concern.objects.filter(not_denied_through(user, "person"), pk=concern_id)
    concern = rows.exclude(person=person_id).select_related("agency").first()
    if person is None or concern is None:
        raise Hidden
    handles = held_and_named(user, person_id, "concern", concern_id)
    decisions = list(decisions_visible_to(user).filter(person=person, concern=concern))
    if not handles and not decisions:
        raise Hidden
    stands = [decision for decision in decisions if decision.ended_at is None]
    return Match(
        person=person,
        ours=agency_that_decides(user, person_id),
        concern_id=concern.pk,
        agency=concern.agency.name,
        told_at=concern.told_at,
        in_danger=concern.in_danger,
        handles=handles,
        may_read=concern_is_open_to(user, concern.pk),
        decision=stands[0] if stands else None,
        earlier=[decision for decision in decisions if decision.ended_at is not None],
    )


def decisions_visible_to(user: User) -> QuerySet[HolderDecision]:
    """Of restricted records that this user decides about, the latest first; not of worries about somebody from whose record they are kept
    out."""
    people = restricted_decided_by(user).filter(pk=OuterRef("person"))
    rows = HolderDecision.objects.filter(
        Exists(people.order_by()), not_denied_through(user, "concern__person")
    )
    rows = rows.select_related("agency", "decided_by", "told", "concern__agency", "person")
    return rows.order_by("-decided_at", "pk")


def decided_for(user: User, person_id: uuid.UUID) -> QuerySet[HolderDecision]:
    """Those that stand of one record; none of one that the user does not decide about."""
    return decisions_visible_to(user).filter(person=person_id, ended_at=None)


def waiting_for(user: User, person_id: uuid.UUID) -> QuerySet[Concern]:
    """Those of `to_decide` that one record holds. A worry that more than one of a user’s records hold stands with one at a time."""
    rows: Any = to_decide(user)  # each has it by annotation
    return rows.filter(held_by=person_id)


def decides_there(user: User, person_id: uuid.UUID) -> bool:
    """Whether the record is restricted and this user decides about it."""
    return restricted_decided_by(user).filter(pk=person_id).exists()


def whom_to_tell(user: User, person_id: uuid.UUID, concern_id: uuid.UUID) -> list[User]:
    """Who decides on a worry, and is told if the holder says so; for who decides on the restricted record. The co-ordinators; without any
    who may learn of it, whoever else decides on that worry."""
    concern = _held_by_them(user, person_id, concern_id)
    who = addressees(
        (To.CO_ORDINATOR,), About(concern.person_id, timezone.now(), covered=False), urgent=False
    )
    found = _may_learn(concern, person_id, user, (addressee.user for addressee in who))
    if found:
        return found
    others = (user for user in everybody_who(May.DECIDE) if decidable_by(user).filter(pk=concern_id).exists())
    return _may_learn(concern, person_id, user, others)


def on_duty_now(user: User, person_id: uuid.UUID, concern_id: uuid.UUID) -> dict[str, tuple[User, str]]:
    """Who is on duty now and may read the worry, by key, each with their agency; for who decides on the restricted record."""
    concern = _held_by_them(user, person_id, concern_id)
    there = [duty.user for duty in on_duty(timezone.now())]
    open_to = (user for user in there if concern_is_open_to(user, concern_id))
    found = _may_learn(concern, person_id, user, open_to)
    return {str(user.pk): (user, f"{user}, {user.team.agency}" if user.team else str(user)) for user in found}


def known_elsewhere(user: User, concern: Concern) -> list[Knows]:
    """Who of which agency knows more of what this worry names, as far as they let this user learn it: who decides on the worry, or who
    alone was told. Never whoever told the worry, nor who is kept out of the restricted record. Each once, by name. Queries as often
    whether there is any or not."""
    decides = decidable_by(user).filter(pk=concern.pk).exists()
    mine = Q(outcome=Outcome.ONE, told=user) | (Q(outcome=Outcome.TELL) if decides else Q(pk__in=[]))
    rows = HolderDecision.objects.filter(
        mine, not_denied_through(user, "person"), concern=concern, ended_at=None
    )
    there = Q(decided_by__memberships__team__agency=F("agency"))
    phone = Max("decided_by__memberships__team__duty_phone", filter=there, default="")
    rows = rows.exclude(concern__told_by=user).select_related("agency", "decided_by").annotate(phone=phone)
    found = {
        Knows(row.agency.name, *((str(row.decided_by), row.phone) if row.decided_by.is_active else ("", "")))
        for row in rows
    }
    return sorted(found, key=lambda one: (one.agency, one.who))


def _held_by_them(user: User, person_id: uuid.UUID, concern_id: uuid.UUID) -> Concern:
    person_visible_to(user, person_id)
    return Concern.objects.get(pk=match_of(user, person_id, concern_id).concern_id)


def _may_learn(concern: Concern, person_id: uuid.UUID, user: User, people: Iterable[User]) -> list[User]:
    """Of these, who may: not whoever told the worry, who decides now, or is kept out of the restricted record."""
    others = [person for person in people if person.pk not in (concern.told_by_id, user.pk)]
    return list({user.pk: user for user in others if not_denied(user, person_id)}.values())
