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
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import why_not_after_death
from heard.cases.turning import queries, rules
from heard.cases.turning.models import ServiceReferral, ServiceReferralStep, UnmetNeed
from heard.cases.turning.rules import ServiceReferralState
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
            is_child=person.kind == "child",
            is_offered=is_offered(service.status),
            runs=queries.running(by, person_id).filter(service=service).exists(),
            need=need if need in set(Need) else "",
            why=why,
            is_heard=words is not None or bool(why_not),
            ask_on=ask_on,
            today=timezone.localdate(now),
        )
    )
    assert by.team is not None  # somebody without a team may do nothing
    referral = ServiceReferral.objects.create(
        pk=referral_id,
        person=person,
        service=service,
        called=service.name[:300],
        organisation=service.organisation[:300],
        agency=by.team.agency,
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
        referral=referral, state=referral.state, on=referral.since, written_by=by, written_at=now
    )
    _audit(by, "refer", referral)
    _tell(by, referral, now)
    return referral


@transaction.atomic
def open_service_referral(*, by: User, service_referral_id: uuid.UUID) -> ServiceReferral:
    """The referral, for showing it, with the 'view' audit row; or `Hidden`."""
    referral = queries.service_referral_for(by, service_referral_id)
    _audit(by, "view", referral)
    return referral


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
    """What became of it: accepted, on the waiting list, with them, refused or ended; or that it is as it was when somebody asked."""
    referral, now = _held(by, service_referral_id), at or timezone.now()
    to = ServiceReferralState(state) if state in set(ServiceReferralState) else None
    refuse(
        rules.why_not_step(
            may_plan=by.may(May.PLAN),
            state=ServiceReferralState(referral.state),
            to=to,
            on=on,
            since=referral.since,
            today=timezone.localdate(now),
            why=why,
            ask_on=ask_on,
        )
    )
    assert to is not None
    assert on is not None
    if to != referral.state:
        referral.state, referral.since = to.value, on
    referral.ask_on = ask_on if rules.NEXT[to] else None
    referral.save()
    ServiceReferralStep.objects.create(
        referral=referral, state=to.value, on=on, why=why.strip(), written_by=by, written_at=now
    )
    _audit(by, "note", referral)
    _tell(by, referral, now)
    return referral


@transaction.atomic
def take_back_step(
    *, by: User, service_referral_id: uuid.UUID, why: str, at: datetime | None = None
) -> ServiceReferral:
    """The last thing that was written of it was a mistake: it stays, marked as one, and the referral is where it was before."""
    referral, now = _held(by, service_referral_id), at or timezone.now()
    standing = list(queries.steps_of(by, referral).filter(taken_back_at=None).order_by("-written_at", "-pk"))
    refuse(rules.why_not_take_back_step(may_plan=by.may(May.PLAN), steps=len(standing), why=why))
    wrong, before = standing[0], standing[1]
    wrong.taken_back_at, wrong.taken_back_by, wrong.why_taken_back = now, by, why.strip()
    wrong.save(update_fields=["taken_back_at", "taken_back_by", "why_taken_back"])
    earlier = [step for step in standing[1:] if step.state == before.state]
    referral.state, referral.since = before.state, earlier[-1].on
    referral.ask_on = timezone.localdate(now)  # somebody asks anew
    referral.save()
    _audit(by, "put right", referral)
    _tell(by, referral, now)
    return referral


@transaction.atomic
def take_back_unmet(*, by: User, unmet_need_id: uuid.UUID, why: str, at: datetime | None = None) -> UnmetNeed:
    """It was no need that nothing met: it is counted no longer."""
    person_id = queries.unmet_for(by, unmet_need_id).person_id
    person, now = hold_person(by=by, person_id=person_id), at or timezone.now()
    unmet_need = queries.unmet_for(by, unmet_need_id)
    refuse(
        rules.why_not_take_back_unmet(
            may_plan=by.may(May.PLAN), stands=unmet_need.taken_back_at is None, why=why
        )
    )
    unmet_need.taken_back_at, unmet_need.taken_back_by, unmet_need.why_taken_back = now, by, why.strip()
    unmet_need.save(update_fields=["taken_back_at", "taken_back_by", "why_taken_back"])
    record_audit(by=by, verb="put right", subject="unmet need", subject_id=unmet_need.pk, person_id=person.pk)
    return unmet_need


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
        why_not_after_death(by, person_id)
        or rules.why_not_record_unmet(
            may_plan=by.may(May.PLAN),
            is_child=person.kind == "child",
            need=need,
            known=need in set(Need),
            recorded_lately=queries.is_recorded_lately(by, person_id, need, now=now),
        )
    )
    assert by.team is not None  # somebody without a team may do nothing
    lives = next((address.postcode for address in addresses_of(by, person_id) if address.until is None), "")
    unmet_need = UnmetNeed.objects.create(
        person=person,
        need=need,
        area=rules.area_of(lives),
        referral=referral,
        agency=by.team.agency,
        recorded_by=by,
        recorded_at=now,
    )
    record_audit(by=by, verb="record", subject="unmet need", subject_id=unmet_need.pk, person_id=person.pk)
    return unmet_need


def _held(by: User, service_referral_id: uuid.UUID) -> ServiceReferral:
    """The referral as it stands now, kept from other writers: the child first, as everywhere."""
    hold_person(by=by, person_id=queries.service_referral_for(by, service_referral_id).person_id)
    ServiceReferral.objects.select_for_update().filter(pk=service_referral_id).first()
    return queries.service_referral_for(by, service_referral_id)


def _tell(by: User, referral: ServiceReferral, at: datetime) -> None:
    announce(
        by=by,
        kind=Notified.TO_SERVICE,
        subject=_SUBJECT,
        subject_id=referral.pk,
        person_id=referral.person_id,
        named=[referral.sent_by],
        at=at,
    )


def _audit(by: User, verb: str, referral: ServiceReferral) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject=_SUBJECT,
        subject_id=referral.pk,
        person_id=referral.person_id,
        detail={"state": str(referral.state)},
    )
