"""Every write about referrals to another team or agency. Each asks the rule and leaves its audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import uses_heard
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.models import Words
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.addressees import leads_of_team
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import why_not_after_death
from heard.cases.case.rules import due_on
from heard.cases.onward import queries, rules
from heard.cases.onward.models import OnwardReferral
from heard.cases.words.actions import hear
from heard.network.actions import hold_person, let_in
from heard.network.queries import Whom, people_visible_to, why_not_let_in
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def refer_onward(
    *,
    by: User,
    person_id: uuid.UUID,
    whom: Whom,
    asked: rules.OnwardRequest,
    level: Level = Level.RECORD,
    at: datetime | None = None,
) -> OnwardReferral:
    """Asks a team or agency to take something on. They answer within the partnership's own time; until they accept, it stays
    with `by`."""
    person, now, team = hold_person(by=by, person_id=person_id), at or timezone.now(), by.team
    if team is None or whom.user is not None:
        raise Hidden
    onward_id, occasion = uuid.uuid4(), Words.Occasion.ONWARD
    words, why_not = hear(by=by, person_id=person_id, view=asked.view, on=occasion, on_id=onward_id)
    refuse(why_not_after_death(by, person_id))
    refuse(
        rules.why_not_refer(
            may_share=by.may(May.SHARE),
            why_not_let_in=why_not_let_in(by, person),
            asked=asked,
            is_heard=words is not None or bool(why_not),
            uses_heard=bool(leads_of_team(whom.team.pk)) if whom.team else uses_heard(by, whom.agency.pk),
            own_team=whom.team == team,
            waits=queries.waits_there(by, person_id, whom),
        )
    )
    if not people_visible_to(by, level=level).filter(pk=person_id).exists():
        raise Refused("You cannot let others see more than you see yourself.")
    referral = OnwardReferral.objects.create(
        pk=onward_id,
        person=person,
        from_team=team,
        to_agency=whom.agency,
        to_team=whom.team,
        what=asked.what.strip(),
        why=asked.why.strip(),
        words=words,
        child_says=why_not,
        level=level,
        sent_by=by,
        sent_at=now,
        due_on=due_on(rules.WorkingDays(settings.REFERRAL_DAYS), timezone.localdate(now)),
    )
    _audit(by, "refer", referral)
    to: dict[str, Any] = (
        {"named": leads_of_team(whom.team.pk)} if whom.team else {"agencies": [whom.agency.pk]}
    )
    announce(by=by, kind=Notified.ONWARD, at=now, **_about(referral), **to)
    return referral


@transaction.atomic
def open_onward(*, by: User, onward_id: uuid.UUID) -> OnwardReferral:
    """The referral, for showing it, with the 'view' audit row; or `Hidden`."""
    referral = queries.onward_for(by, onward_id)
    _audit(by, "view", referral)
    return referral


@transaction.atomic
def answer_onward(
    *, by: User, onward_id: uuid.UUID, accepts: bool | None, answer: str, at: datetime | None = None
) -> OnwardReferral:
    """Whoever it was sent to accepts it, and from then on sees the record as far as was offered; or refuses, with the reason."""
    referral, now = _held(by, onward_id), at or timezone.now()
    if not queries.may_answer(by, referral):
        raise Hidden
    refuse(rules.why_not_answer(state=referral.state, accepts=accepts, answer=answer))
    if accepts:
        _let_them_in(by, referral)
    _end(by, referral, rules.OnwardState.ACCEPTED if accepts else rules.OnwardState.REFUSED, answer, now)
    _audit(by, "accept" if accepts else "refuse", referral, reason=answer)
    mark_subject_seen(by=by, subject="onward referral", subject_id=referral.pk, at=now)
    announce(by=by, kind=Notified.ONWARD_ANSWERED, at=now, named=[referral.sent_by], **_about(referral))
    return referral


@transaction.atomic
def withdraw_onward(
    *, by: User, onward_id: uuid.UUID, why: str, at: datetime | None = None
) -> OnwardReferral:
    """Whoever sees the child's record takes it back, as long as it is not answered."""
    referral, now = _held(by, onward_id), at or timezone.now()
    if not queries.onward_visible_to(by).filter(pk=onward_id).exists():
        raise Hidden
    refuse(rules.why_not_withdraw(state=referral.state, may_share=by.may(May.SHARE), why=why))
    _end(by, referral, rules.OnwardState.WITHDRAWN, why, now)
    _audit(by, "withdraw", referral, reason=why)
    return referral


def _let_them_in(by: User, referral: OnwardReferral) -> None:
    """As far as whoever sent it offered, if they could still do so themselves."""
    if not people_visible_to(referral.sent_by).filter(pk=referral.person_id).exists():
        raise Refused(rules.SENDER_LEFT)
    person = hold_person(by=referral.sent_by, person_id=referral.person_id)
    refuse(why_not_let_in(referral.sent_by, person))
    level = Level(referral.level)
    if not people_visible_to(by, level=level).filter(pk=person.pk).exists():
        whom = Whom("", referral.to_agency, team=referral.to_team)
        let_in(
            by=by, person=person, whom=whom, why="Accepted a referral", level=level, given_by=referral.sent_by
        )


def _end(by: User, referral: OnwardReferral, state: rules.OnwardState, answer: str, at: datetime) -> None:
    referral.state, referral.answer, referral.answered_by, referral.answered_at = (
        state.value,
        answer.strip(),
        by,
        at,
    )
    referral.save()
    settle(kind=Notified.ONWARD, subject="onward referral", subject_id=referral.pk, at=at)


def _held(by: User, onward_id: uuid.UUID) -> OnwardReferral:
    OnwardReferral.objects.select_for_update().filter(pk=onward_id).first()
    return queries.onward_for(by, onward_id)


def _about(referral: OnwardReferral) -> dict[str, Any]:
    return {"subject": "onward referral", "subject_id": referral.pk, "person_id": referral.person_id}


def _audit(by: User, verb: str, referral: OnwardReferral, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="onward referral",
        subject_id=referral.pk,
        person_id=referral.person_id,
        reason=reason,
        detail={"state": str(referral.state)},
    )
