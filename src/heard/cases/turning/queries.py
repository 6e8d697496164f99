"""What may be read of referrals to services and of unmet needs. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.case.counting import Counting, days_between
from heard.cases.case.queries import worked_in
from heard.cases.turning import rules
from heard.cases.turning.models import ServiceReferral, ServiceReferralStep, UnmetNeed
from heard.network.queries import person_visible_to, visible_through
from heard.services.rules import Status

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


def steps_of(user: User, referral: ServiceReferral) -> QuerySet[ServiceReferralStep]:
    """The first first."""
    rows = ServiceReferralStep.objects.filter(
        referral__in=service_referrals_visible_to(user).filter(pk=referral.pk)
    )
    return rows.select_related("written_by")


def to_ask_after(user: User) -> QuerySet[ServiceReferral]:
    """What this user sent, or was sent for a child with whom they work, and of which somebody asks what became of it; at once where
    the service takes nobody any longer."""
    if not user.may(May.PLAN):
        return ServiceReferral.objects.none()
    return _to_ask(service_referrals_visible_to(user).filter(_to_do_with(user)))


def to_ask_near(user: User) -> QuerySet[ServiceReferral]:
    """Referrals without which there is none of them. Whether the user may see the child is asked beside."""
    return _to_ask(ServiceReferral.objects.filter(_to_do_with(user)))


def _to_do_with(user: User) -> Q:
    return Q(sent_by=user) | Q(person__in=worked_in(user).filter(state="open").values("person"))


def to_ask_in_team(user: User) -> QuerySet[ServiceReferral]:
    """What people of the agencies that this user supervises sent, and of which nobody asked by its day; at once where whoever sent it
    can no longer sign in."""
    late = Q(ask_on__lt=timezone.localdate()) | Q(sent_by__is_active=False)
    rows = service_referrals_visible_to(user).filter(late, agency__in=user.agencies_where(May.SIGN_OFF))
    return _to_ask(rows).exclude(sent_by=user)


def _to_ask(rows: QuerySet[ServiceReferral]) -> QuerySet[ServiceReferral]:
    asked = Q(ask_on__isnull=False) | ~Q(service__status=Status.ACTIVE)
    return rows.filter(asked).exclude(state__in=rules.OVER).order_by(F("ask_on").asc(nulls_first=True), "pk")


def unmet_visible_to(user: User) -> QuerySet[UnmetNeed]:
    """Of children whose record the user may open."""
    return UnmetNeed.objects.filter(visible_through(user, "person")).select_related("recorded_by")


def unmet_of(user: User, person_id: uuid.UUID) -> QuerySet[UnmetNeed]:
    """Of one child, the latest first. `Hidden` unless the user may see the child."""
    person_visible_to(user, person_id)
    return unmet_visible_to(user).filter(person_id=person_id)


def unmet_for(user: User, unmet_need_id: uuid.UUID) -> UnmetNeed:
    """One of them, or `Hidden`."""
    one = unmet_visible_to(user).filter(pk=unmet_need_id).first()
    if one is None:
        raise Hidden
    return one


def is_recorded_lately(user: User, person_id: uuid.UUID, need: str, *, now: datetime) -> bool:
    lately = unmet_of(user, person_id).filter(need=need, recorded_at__gt=now - rules.AGAIN_AFTER)
    return lately.filter(taken_back_at=None).exists()


def unmet_by(user: User, what: str) -> Counting:
    """Over the whole partnership, restricted children among them, by `what`: 'area' or 'need'. For those who see figures, else
    `Hidden`; no page shows of it what is too few."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    standing = UnmetNeed.objects.filter(taken_back_at=None)
    return Counting(standing, "recorded_at", None, "person_id", name=F(what), agency="agency")


def to_reach(user: User) -> Counting:
    """Every referral to a service, kept where the child came to be with them. Over the whole partnership, for those who see figures."""
    return Counting(_sent(user), "sent_at", Q(Exists(_began())), "person")


def days_to_reach(user: User, *, since: date, until: date) -> tuple[int, int, float | None]:
    """How many referrals were sent on these days, with how many of them the child was with the service by the last of them, and the median of the days that
    this took. Over the whole partnership, for those who see figures; true counts, shown to nobody where they are few."""
    first = Subquery(_began().filter(on__lte=until).order_by("on").values("on")[:1])
    sent = _sent(user).filter(sent_at__date__range=(since, until))
    came = sent.annotate(came_on=first).filter(came_on__isnull=False)
    return sent.count(), *days_between(came, TruncDate("sent_at"), F("came_on"))


def _sent(user: User) -> QuerySet[ServiceReferral]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return ServiceReferral.objects.order_by()


def _began() -> QuerySet[ServiceReferralStep]:
    steps = ServiceReferralStep.objects.order_by().filter(referral=OuterRef("pk"), taken_back_at=None)
    return steps.filter(state=rules.ServiceReferralState.ATTENDED)
