"""What may be read of referrals to services and of unmet needs. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.cases.case.counting import Counting
from heard.cases.case.queries import worked_in
from heard.cases.turning import rules
from heard.cases.turning.models import ServiceReferral, ServiceReferralStep, UnmetNeed
from heard.network.queries import person_visible_to, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


def service_referrals_visible_to(user: User) -> QuerySet[ServiceReferral]:
    """Of children whose record the user may open, the latest first."""
    rows = ServiceReferral.objects.filter(visible_through(user, "person"))
    return rows.select_related("person", "service", "sent_by", "words").order_by("-sent_at", "pk")


def service_referral_for(user: User, service_referral_id: uuid.UUID) -> ServiceReferral:
    """One of them, or `Hidden`."""
    one = service_referrals_visible_to(user).filter(pk=service_referral_id).first()
    if one is None:
        raise Hidden
    return one


def service_referrals_of(user: User, person_id: uuid.UUID) -> QuerySet[ServiceReferral]:
    """Of one child. `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id)
    return service_referrals_visible_to(user).filter(person_id=person_id)


def running(user: User, person_id: uuid.UUID) -> QuerySet[ServiceReferral]:
    """Those of a child that are not over."""
    return service_referrals_of(user, person_id).exclude(state__in=rules.OVER)


def steps_of(user: User, one: ServiceReferral) -> QuerySet[ServiceReferralStep]:
    """The first first."""
    rows = ServiceReferralStep.objects.filter(
        referral__in=service_referrals_visible_to(user).filter(pk=one.pk)
    )
    return rows.select_related("written_by")


def to_ask_after(user: User) -> QuerySet[ServiceReferral]:
    """What this user sent, or was sent for a child with whom they work, and of which somebody asks what became of it."""
    if not user.may(May.PLAN):
        return ServiceReferral.objects.none()
    mine = Q(sent_by=user) | Q(person__in=worked_in(user).filter(state="open").values("person"))
    rows = service_referrals_visible_to(user).filter(mine, ask_on__isnull=False)
    return rows.order_by(F("ask_on").asc(), "pk")


def unmet_visible_to(user: User) -> QuerySet[UnmetNeed]:
    """Of children whose record the user may open."""
    return UnmetNeed.objects.filter(visible_through(user, "person")).select_related("recorded_by")


def unmet_of(user: User, person_id: uuid.UUID) -> QuerySet[UnmetNeed]:
    """Of one child, the latest first. `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id)
    return unmet_visible_to(user).filter(person_id=person_id)


def is_recorded_lately(user: User, person_id: uuid.UUID, need: str, *, now: datetime) -> bool:
    return unmet_of(user, person_id).filter(need=need, recorded_at__gt=now - rules.AGAIN_AFTER).exists()


def unmet_by(user: User, what: str) -> Counting:
    """Over the whole partnership, restricted children among them, by `what`: 'area' or 'need'. For those who see figures, else
    `Hidden`; no page shows of it what is too few."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Counting(UnmetNeed.objects.all(), "recorded_at", None, "person_id", name=F(what), agency="agency")
