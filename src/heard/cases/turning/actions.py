"""Every write about referrals to services and needs that nothing met. Each leaves its audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import May, refuse
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import Kind as Notified
from heard.cases.case.queries import why_not_after_death
from heard.cases.turning import queries, rules
from heard.cases.turning.models import ServiceReferral, ServiceReferralStep, UnmetNeed
from heard.cases.turning.rules import State
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.network.actions import hold_person
from heard.network.queries import addresses_of
from heard.services.queries import service_for
from heard.services.rules import Need, is_offered

if TYPE_CHECKING:
    from heard.agencies.models import User

_SUBJECT = "service referral"


@transaction.atomic
def refer_to_service(
    *,
    by: User,
    person_id: uuid.UUID,
    service_id: uuid.UUID,
    need: str,
    why: str,
    view: ChildsView,
    ask_on: date | None,
    at: datetime | None = None,
) -> ServiceReferral:
    """Writes down that a child is referred to a service, which learns of it by its own way. `ask_on`: by which day somebody asks what
    became of it."""
    person, now = hold_person(by=by, person_id=person_id), at or timezone.now()
    service, referral_id = service_for(by, service_id), uuid.uuid4()
    words, why_not = hear(by=by, person_id=person_id, view=view, on=Words.Occasion.SERVICE, on_id=referral_id)
    refuse(why_not_after_death(by, person_id))
    refuse(
        rules.why_not_refer(
            may_plan=by.may(May.PLAN),
            is_offered=is_offered(service.status),
            runs=queries.running(by, person_id).filter(service=service).exists(),
            need=need if need in set(Need) else "",
            why=why,
            is_heard=words is not None or bool(why_not),
        )
    )
    one = ServiceReferral.objects.create(
        pk=referral_id,
        person=person,
        service=service,
        need=need,
        why=why.strip(),
        words=words,
        child_says=why_not,
        sent_by=by,
        sent_at=now,
        since=timezone.localdate(now),
        ask_on=ask_on,
    )
    ServiceReferralStep.objects.create(
        referral=one, state=one.state, on=one.since, written_by=by, written_at=now
    )
    _audit(by, "refer", one)
    _tell(by, one, now)
    return one


@transaction.atomic
def open_service_referral(*, by: User, service_referral_id: uuid.UUID) -> ServiceReferral:
    """The referral, for showing it, with the 'view' audit row; or `Hidden`."""
    one = queries.service_referral_for(by, service_referral_id)
    _audit(by, "view", one)
    return one


@transaction.atomic
def note_step(
    *,
    by: User,
    service_referral_id: uuid.UUID,
    state: str,
    on: date | None,
    why: str = "",
    ask_on: date | None = None,
    at: datetime | None = None,
) -> ServiceReferral:
    """What became of it: accepted and waiting, with them, refused or ended."""
    ServiceReferral.objects.select_for_update().filter(pk=service_referral_id).first()
    one, now = queries.service_referral_for(by, service_referral_id), at or timezone.now()
    hold_person(by=by, person_id=one.person_id)
    to = State(state) if state in set(State) else None
    refuse(
        rules.why_not_step(
            may_plan=by.may(May.PLAN),
            state=State(one.state),
            to=to,
            on=on,
            since=one.since,
            today=timezone.localdate(now),
            why=why,
            ask_on=ask_on,
        )
    )
    assert to is not None
    assert on is not None
    one.state, one.since, one.ask_on = to.value, on, ask_on if rules.NEXT[to] else None
    one.save()
    ServiceReferralStep.objects.create(
        referral=one, state=to.value, on=on, why=why.strip(), written_by=by, written_at=now
    )
    _audit(by, "note", one)
    _tell(by, one, now)
    return one


@transaction.atomic
def record_unmet(
    *,
    by: User,
    person_id: uuid.UUID,
    need: str,
    service_referral_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> UnmetNeed:
    """No service met this need of the child. It is counted in the area where the child lives now."""
    person, now = hold_person(by=by, person_id=person_id), at or timezone.now()
    referral = (
        queries.service_referrals_of(by, person_id).filter(pk=service_referral_id).first()
        if service_referral_id
        else None
    )
    refuse(
        rules.why_not_record_unmet(
            may_plan=by.may(May.PLAN),
            need=need,
            known=need in set(Need),
            recorded_lately=queries.is_recorded_lately(by, person_id, need, now=now),
        )
    )
    assert by.team is not None  # somebody without a team may do nothing
    lives = next((one.postcode for one in addresses_of(by, person_id) if one.until is None), "")
    one = UnmetNeed.objects.create(
        person=person,
        need=need,
        area=rules.area_of(lives),
        referral=referral,
        agency=by.team.agency,
        recorded_by=by,
        recorded_at=now,
    )
    record_audit(by=by, verb="record", subject="unmet need", subject_id=one.pk, person_id=person.pk)
    return one


def _tell(by: User, one: ServiceReferral, at: datetime) -> None:
    announce(
        by=by,
        kind=Notified.TO_SERVICE,
        subject=_SUBJECT,
        subject_id=one.pk,
        person_id=one.person_id,
        named=[one.sent_by],
        at=at,
    )


def _audit(by: User, verb: str, one: ServiceReferral) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject=_SUBJECT,
        subject_id=one.pk,
        person_id=one.person_id,
        detail={"state": str(one.state)},
    )
