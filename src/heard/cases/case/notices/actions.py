"""Saying that one has seen something; what is mailed; who covers; who is on duty."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import May, Refused, refuse
from heard.cases.case.notices import queries, rules
from heard.cases.case.notices.announcing import give_to_cover
from heard.cases.case.notices.models import Cover, Duty, Notice, NoticeMail, Reader
from heard.network.queries import person_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def mark_seen(*, by: User, reader_id: int, at: datetime | None = None) -> Reader:
    """This user has seen it. Saying it again changes nothing; `Hidden` for what is not theirs."""
    reader = queries.notice_of(by, reader_id)
    if reader.notice.subject in rules.BY_OPENING:
        raise Refused("Open it, and say there that you have read it: the child is shown who did.")
    _see(by, [reader], at or timezone.now())
    return reader


@transaction.atomic
def mark_all_seen(*, by: User, person_id: uuid.UUID, at: datetime | None = None) -> int:
    """This user has seen everything that is unread for them about one child, but for what is seen by opening it. Returns how many; `Hidden` unless they may
    see the child."""
    person_visible_to(by, person_id)
    readers = list(queries.unread_of(by, person_id).exclude(notice__subject__in=rules.BY_OPENING))
    _see(by, readers, at or timezone.now())
    return len(readers)


def mark_subject_seen(*, by: User, subject: str, subject_id: object, at: datetime | None = None) -> None:
    """Who acts on something has seen it. Call it inside the transaction of that action."""
    same = {"notice__subject": subject, "notice__subject_id": str(subject_id)}
    _see(by, list(queries.unread_of(by).filter(**same)), at or timezone.now())


def _see(by: User, readers: list[Reader], now: datetime) -> None:
    for reader in readers:
        if Reader.objects.filter(pk=reader.pk, seen_at=None).update(seen_at=now):
            same = Notice.objects.filter(pk=reader.notice_id)
            same.filter(seen_at=None).update(seen_at=now)
            if reader.answers:
                same.filter(taken_at=None).update(taken_at=now)
            record_audit(
                by=by,
                verb="see",
                subject="notice",
                subject_id=reader.notice_id,
                person_id=None if reader.notice.kind in rules.FOR_FEW else reader.notice.person_id,
                detail={"kind": reader.notice.kind},
            )


@transaction.atomic
def choose_mail(*, by: User, at_once: Collection[str]) -> None:
    """Of which kinds this user wants a mail at once. What is urgent is always mailed."""
    NoticeMail.objects.filter(user=by).delete()
    NoticeMail.objects.bulk_create(
        NoticeMail(user=by, kind=value, at_once=value in at_once)
        for kinds in queries.kinds_to_choose(by).values()
        for value, _label in kinds
    )
    record_audit(by=by, verb="choose", subject="notice mail", subject_id=by.pk)


@transaction.atomic
def be_away(*, by: User, covered_by: User, since: date | None, until: date | None) -> Cover:
    """From `since` to `until` a colleague sees what comes for this user, and what they have not seen yet, beside them."""
    why_not = rules.why_not_cover(
        is_self=covered_by.pk == by.pk,
        is_active=covered_by.is_active,
        since=since,
        until=until,
        today=timezone.localdate(),
    )
    if why_not or since is None or until is None:
        raise Refused(why_not)
    cover, _new = Cover.objects.update_or_create(
        user=by, defaults={"covered_by": covered_by, "since": since, "until": until}
    )
    record_audit(by=by, verb="be away", subject="cover", subject_id=cover.pk)
    if since <= timezone.localdate():
        give_to_cover(cover, timezone.now())
    return cover


@transaction.atomic
def be_back(*, by: User) -> None:
    """Nobody covers for this user any longer."""
    Cover.objects.filter(user=by).delete()
    record_audit(by=by, verb="be back", subject="cover", subject_id=by.pk)


@transaction.atomic
def put_on_duty(
    *,
    by: User,
    user: User,
    begins: datetime | None,
    ends: datetime | None,
    phone: str,
    weekly_until: date | None = None,
) -> list[Duty]:
    """From one moment to another, or at the same hours of each week until a day. Who is on it already for just these hours
    is not put on it twice, and is rung at this number."""
    why_not = rules.why_not_put_on_duty(
        may_manage=by.may(May.MANAGE),
        begins=begins,
        ends=ends,
        may_decide=user.is_active and user.may(May.DECIDE),
        phone=phone,
        weekly_until=weekly_until,
    )
    if why_not or begins is None or ends is None:
        raise Refused(why_not)
    begins, ends = timezone.localtime(begins), timezone.localtime(ends)
    made = []
    for week in rules.weeks(begins, weekly_until):
        later = timedelta(weeks=week)  # by the clock on the wall, also where it was put forward or back since
        made.append(_put_on(by, user, begins + later, ends + later, phone.strip()))
    return made


def _put_on(by: User, user: User, begins: datetime, ends: datetime, phone: str) -> Duty:
    same = Duty.objects.filter(user=user, begins=begins, ends=ends).first()
    duty = same or Duty(user=user, begins=begins, ends=ends)
    if same is None or same.phone != phone:
        duty.phone = phone
        duty.save()
        verb = "change" if same else "put on"
        record_audit(by=by, verb=verb, subject="duty", subject_id=duty.pk, detail={"user": user.pk})
    return duty


@transaction.atomic
def take_off_duty(*, by: User, duty_id: int) -> None:
    duty = queries.duty_visible_to(by, duty_id)
    refuse(None if by.may(May.MANAGE) else "Only an administrator keeps the rota.")
    record_audit(by=by, verb="take off", subject="duty", subject_id=duty.pk, detail={"user": duty.user_id})
    duty.delete()
