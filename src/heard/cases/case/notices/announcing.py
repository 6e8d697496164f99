"""Telling those who have to know: at once, inside the action that something comes from; and later others, as long as nobody
who answers for it has seen it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from heard.agencies.rules import May
from heard.cases.case.notices import rules
from heard.cases.case.notices.addressees import (
    About,
    Addressee,
    addressees,
    away_on,
    covers_on,
    may_cover,
    may_open_as,
    nobody_there,
    on_duty,
    who_answers,
    whoever_decides,
)
from heard.cases.case.notices.models import Cover, Notice, Reader
from heard.cases.case.notices.rules import NoticeKind, To
from heard.network.actions import open_to_whoever_is_on_duty

if TYPE_CHECKING:
    from heard.agencies.models import User


_gathered: ContextVar[dict[int, User] | None] = ContextVar("gathered", default=None)


@contextmanager
def gathering() -> Iterator[dict[int, User]]:
    """Inside, what is announced goes on nobody's list: it gathers who would have been told, by key, and whoever opens it tells each
    of them once of all of it. For what begins very many records at once. What is urgent is announced all the same."""
    whom: dict[int, User] = {}
    token = _gathered.set(whom)
    try:
        yield whom
    finally:
        _gathered.reset(token)


def announce(
    *,
    by: User | None,
    kind: NoticeKind,
    subject: str,
    subject_id: object,
    person_id: uuid.UUID | None = None,
    named: Iterable[User | None] = (),
    teller: User | None = None,
    agencies: Iterable[uuid.UUID] = (),
    teams: Iterable[uuid.UUID] = (),
    not_to: User | None = None,
    beside: uuid.UUID | None = None,
    at: datetime | None = None,
    to_self: bool = False,
) -> Notice | None:
    """Puts it on the list of everybody who has to see it, except `by`; None is the child themselves. Call it inside the transaction of the action.

    `named`, `teller`, `agencies` and `teams`: whom the kind means by "the person concerned", "whoever told it" and "the agency
    concerned", of which a team alone may be. `not_to`: whom it is about, and who never learns of it. `beside`: an adult whom it names too: who may not see them is not told. `to_self`: `by` learns of it too, since somebody else did it
    in their name; nobody has to answer for that. Who has not yet seen the same about the same subject
    is not told again. None where nobody is left.
    """
    at = at or timezone.now()
    whom = tuple(filter(None, named))
    about = About(
        person_id,
        at,
        rules.level_of(kind),
        whom,
        teller,
        tuple(agencies),
        tuple(teams),
        not_to,
        outside=rules.goes_outside(kind, is_last=False),
        beyond_case=kind in rules.BEYOND_CASE,
        beside=beside,
        of_staff=kind in rules.OF_STAFF,
        covered=kind not in rules.NOT_COVERED,
    )
    urgent = kind in rules.URGENT
    _open_to_whoever_is_on_duty(kind, rules.WHO[kind], about)
    asked = addressees(rules.WHO[kind], about, urgent=urgent)
    last = rules.steps(kind, _minutes())[-1]
    if not asked and about.outside and not last.outside:  # in danger, and nobody is outside
        about = replace(about, outside=False)
        asked = addressees(last.who, about, urgent=urgent)
    if kind == NoticeKind.NOBODY_OPENS:
        asked = asked or whoever_decides(about)
    others = [addressee for addressee in asked if to_self or by is None or addressee.user.pk != by.pk]
    whom_at_once = _gathered.get()
    if whom_at_once is not None and not urgent:
        whom_at_once |= {addressee.user.pk: addressee.user for addressee in others}
        return None
    if kind in rules.EACH_AGENCY and nobody_there(about):
        what: dict[str, Any] = {"subject": subject, "subject_id": subject_id, "person_id": person_id}
        announce(by=by, kind=NoticeKind.NOBODY_OPENS, not_to=not_to, at=at, to_self=True, **what)
    told = _still_to_see(kind, subject, subject_id)
    found = [addressee for addressee in others if addressee.user.pk not in told]
    if not found and (told or not urgent):
        return None
    notice = Notice.objects.create(
        kind=kind.value,
        urgent=urgent,
        person_id=person_id,
        subject=subject,
        subject_id=str(subject_id),
        told_by=by,
        told_at=at,
        not_to=not_to,
        steps=1,
        taken_at=at if to_self else None,
    )
    _add(notice, found, about)
    return notice


def _open_to_whoever_is_on_duty(kind: NoticeKind, who: Iterable[To], about: About) -> None:
    if kind not in rules.OPENS_ON_DUTY or To.ON_DUTY not in who or about.person_id is None:
        return
    for duty in on_duty(about.at):
        if duty.user != about.not_to:
            until = max(duty.ends, about.at + rules.ON_DUTY_SEES)
            # Half of it is enough: else each round of the timer would write a line.
            at_least = max(duty.ends, about.at + rules.ON_DUTY_SEES / 2)
            open_to_whoever_is_on_duty(
                by=None, person_id=about.person_id, user=duty.user, until=until, at_least=at_least
            )


def _still_to_see(kind: NoticeKind, subject: str, subject_id: object) -> set[int]:
    """Who has this on their list already: of what is urgent, only where it still goes on to others. A concern in danger is a
    concern that has been told."""
    rows = Reader.objects.filter(
        notice__subject=subject,
        notice__subject_id=str(subject_id),
        notice__kind__in=rules.SAME.get(kind, frozenset({kind})),
        notice__ended_at=None,
        seen_at=None,
    )
    if kind in rules.URGENT:
        rows = rows.filter(notice__taken_at=None)
    return set(rows.values_list("user_id", flat=True))


def settle(*, kind: NoticeKind, subject: str, subject_id: object, at: datetime | None) -> None:
    """It is so no longer: it leaves every list, and is not passed on."""
    rows = Notice.objects.filter(kind=kind.value, subject=subject, subject_id=str(subject_id), ended_at=None)
    rows.update(ended_at=at or timezone.now())


def settle_decided(*, subject: str, subject_id: object, at: datetime) -> None:
    """What lay only with those who decide is decided on: it leaves the lists of the others who could have."""
    rows = Notice.objects.filter(
        kind=NoticeKind.WORRY.value, subject=subject, subject_id=str(subject_id), ended_at=None
    )
    rows.exclude(readers__role__in=(To.WORKER.value, To.LEAD_SUPERVISOR.value)).update(ended_at=at)


def _add(notice: Notice, found: Sequence[Addressee], about: About, *, answers: bool = True) -> int:
    """Puts it on their lists, and returns how many had it not. Who has it already and answers for it only now may have seen it.
    Whoever told it is asked to see it only where there is nobody else, and never answers for it. `answers`: whether any of them does."""
    found = [addressee for addressee in found if addressee.user.pk != notice.told_by_id] or found
    there = {row.user_id: row for row in notice.readers.all()}
    answer = who_answers(found, about) - {notice.told_by_id} if answers else set()
    rows = [
        Reader(
            notice=notice,
            user=addressee.user,
            role=addressee.role.value,
            covers=addressee.covers,
            answers=addressee.user.pk in answer,
            added_at=about.at,
        )
        for addressee in found
        if addressee.user.pk not in there
    ]
    Reader.objects.bulk_create(rows, ignore_conflicts=True)  # where two do it at once
    now_answer = [there[key] for key in answer if key in there]
    if any(row.seen_at for row in now_answer):
        notice.taken_at = about.at
        notice.save(update_fields=["taken_at"])
    notice.readers.filter(pk__in=[row.pk for row in now_answer]).update(answers=True)
    return len(rows)


def pass_on(now: datetime) -> int:
    """Notices that nobody who answers for them has seen go on to whom their next step names, and what somebody who is away has not
    seen to whoever covers for them. For a timer. Returns how many people were added.

    It goes to the child's worker too, where that is somebody else since, as after two records were joined. An urgent one goes on at once where none of its readers may open the record any longer, as when it was restricted since, or where
    mail comes back from all who may; after
    its last step, to whoever has come on duty or into a role since.
    """
    waits = Q(urgent=True) | Q(steps=1, told_at__lte=now - rules.FIRST_LIMIT)
    rows = Notice.objects.filter(waits, taken_at=None, ended_at=None).order_by("told_at")
    covered = sum(give_to_cover(cover, now) for cover in covers_on(now))
    added = sum(_pass_on(key, now) for key in list(rows.values_list("pk", flat=True)))
    unchecked = Notice.objects.filter(
        kind__in=rules.OUTSIDE_FIRST, told_at__lte=now - rules.FIRST_LIMIT, ended_at=None
    ).exclude(taken_at=None)
    unchecked = unchecked.filter(steps__lt=rules.NO_MORE_STEPS)
    checked = sum(_to_check(key, now) for key in list(unchecked.values_list("pk", flat=True)))
    _tell_administrators(now)
    return covered + added + checked


@transaction.atomic
def _tell_administrators(now: datetime) -> None:
    """Of each urgent notice that reaches nobody who may open it an administrator learns that there is one, without what it is or about whom;
    until it reaches somebody, was seen or is over."""
    rows = Notice.objects.filter(urgent=True, taken_at=None, ended_at=None).exclude(kind=NoticeKind.UNREACHED)
    lost = {str(row.pk): row for row in rows if not _somebody_is_reached(row, now)}
    told = Notice.objects.filter(kind=NoticeKind.UNREACHED, ended_at=None)
    told.exclude(subject_id__in=lost).update(ended_at=now)
    for key in lost.keys() - set(told.values_list("subject_id", flat=True)):
        announce(
            by=None,
            kind=NoticeKind.UNREACHED,
            subject="unreached",
            subject_id=key,
            not_to=lost[key].not_to,
            at=now,
        )


@transaction.atomic
def _to_check(key: uuid.UUID, now: datetime) -> int:
    """What was read and not checked in its time is given to officers of now, and to who decides outside."""
    notice = Notice.objects.select_for_update().get(pk=key)
    about = replace(_about(notice, now), outside=True)
    found = addressees((To.OFFICER, To.OUTSIDE), about, urgent=False)
    Notice.objects.filter(pk=key).update(steps=rules.NO_MORE_STEPS)
    return _add(notice, found, about, answers=False)


def settle_check(*, subject: str, subject_id: object, at: datetime) -> None:
    """Somebody outside has checked it: it is passed on no more. Call it inside the transaction of the action."""
    rows = Notice.objects.filter(subject=subject, subject_id=str(subject_id), kind__in=rules.OUTSIDE_FIRST)
    rows.filter(taken_at=None).update(taken_at=at)
    rows.update(steps=rules.NO_MORE_STEPS)


@transaction.atomic
def _pass_on(key: uuid.UUID, now: datetime) -> int:
    notice = Notice.objects.select_for_update().filter(pk=key, taken_at=None, ended_at=None).first()
    if notice is None:
        return 0
    kind = NoticeKind(notice.kind)
    steps = rules.steps(kind, _minutes())
    due = rules.steps_due(kind, notice.told_at, now, _minutes())
    nobody = notice.urgent and not _somebody_is_reached(notice, now)
    if nobody:
        due = max(due, notice.steps + 1)
    begun = steps[notice.steps : due]
    all_begun = notice.urgent and due >= len(steps)
    about = _about(notice, now)
    added = _give_to_worker(notice, about)
    if notice.taken_at or not (begun or nobody or all_begun):
        return added
    asked = steps[:0:-1] if all_begun else begun or steps[-1:]
    for step in asked:
        about = replace(about, outside=step.outside)
        _open_to_whoever_is_on_duty(kind, step.who, about)
        added += _add(notice, addressees(step.who, about, urgent=notice.urgent), about)
    about = replace(about, outside=all(step.outside for step in asked))
    is_stuck = (begun or nobody) and not added and notice.taken_at is None
    if is_stuck and rules.goes_to_all(kind, is_last=all_begun):
        added = _add(notice, whoever_decides(about), about)
    notice.steps = min(due, len(steps))
    notice.save(update_fields=["steps"])
    return added


def _about(notice: Notice, now: datetime) -> About:
    """As it is now. What was given to an agency was given to the one in which all of its readers work; where that is not sure, to none."""
    kind = NoticeKind(notice.kind)
    agencies: set[uuid.UUID] = set()
    if kind in rules.GIVEN:
        theirs = [row.user.agencies_where(May.SIGNED_IN) for row in notice.readers.select_related("user")]
        common = set.intersection(*theirs) if theirs else set()
        agencies = common if len(common) == 1 else set()
    level = rules.level_of(kind)
    is_last = kind in rules.URGENT and notice.steps >= len(rules.steps(kind, _minutes()))
    return About(
        notice.person_id,
        now,
        level,
        agencies=tuple(agencies),
        not_to=notice.not_to,
        outside=rules.goes_outside(kind, is_last=is_last),
        beyond_case=kind in rules.BEYOND_CASE,
        of_staff=kind in rules.OF_STAFF,
    )


def give_to_worker(*, person_id: uuid.UUID, at: datetime) -> None:
    """What a worker of a child answers for and has not seen is on the list of whoever is their worker now. Call it inside the transaction of the action
    that names one."""
    for notice in Notice.objects.filter(person_id=person_id, taken_at=None, ended_at=None):
        _give_to_worker(notice, _about(notice, at))


def _give_to_worker(notice: Notice, about: About) -> int:
    """Whoever is the child's worker now: named since, or of the record with which it was joined."""
    kind = NoticeKind(notice.kind)
    if not _is_given_on(kind):
        return 0
    found = [
        addressee
        for addressee in addressees((To.WORKER,), about, urgent=False)
        if addressee.role == To.WORKER
    ]
    return _add(notice, found, about, answers=rules.WHO[kind][0] == To.WORKER)


def _is_given_on(kind: NoticeKind) -> bool:
    """Of what others answer for, a new worker is given what children wrote."""
    who = rules.WHO[kind]
    return who[0] == To.WORKER or (
        To.WORKER in who and (kind == NoticeKind.CHILD_UNSAFE or kind in rules.OUTSIDE_FIRST)
    )


def give_to_cover(cover: Cover, now: datetime) -> int:
    """What somebody who is away has not seen is on the list of whoever covers for them, as far as they may open it. Returns how much."""
    rows = Reader.objects.filter(user_id=cover.user_id, seen_at=None, notice__ended_at=None)
    has_it = Reader.objects.filter(notice=OuterRef("notice"), user=cover.covered_by_id)
    rows = rows.exclude(notice__kind__in=rules.NOT_COVERED)
    rows = rows.exclude(role=To.TELLER.value).exclude(
        Exists(has_it.filter(Q(answers=True) | Q(answers=OuterRef("answers"))))
    )
    return sum(_cover(row, cover, now) for row in rows.select_related("notice"))


def _cover(row: Reader, cover: Cover, now: datetime) -> int:
    about = _about(row.notice, now)
    role = To(row.role)
    if not may_cover(role, cover.covered_by, about, covers=cover.user):
        return 0
    found = [Addressee(cover.covered_by, role, role, covers=cover.user)]
    return _add(row.notice, found, about, answers=row.answers)


def _somebody_is_reached(notice: Notice, now: datetime) -> bool:
    """Whether one of its readers may open the record, and no mail to them comes back. Nobody but another officer covers for an officer
    who is away."""
    readers = notice.readers.filter(user__mail_back_at=None).select_related("user")
    level, away = rules.level_of(NoticeKind(notice.kind)), away_on(now)
    return any(
        may_open_as(reader.role, reader.user, notice.person_id, level)
        and (reader.role != To.OFFICER or reader.user_id not in away)
        for reader in readers
        if reader.role != To.TELLER
    )


def _minutes() -> tuple[int, int]:
    first, second = settings.URGENT_MINUTES
    return first, second
