"""Telling those who have to know: at once, inside the action that something comes from; and later others, as long as nobody
has seen it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from heard.cases.case.notices import rules
from heard.cases.case.notices.addressees import About, Addressee, addressees, may_open
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.case.notices.rules import Kind

if TYPE_CHECKING:
    from heard.agencies.models import User


def announce(
    *,
    by: User,
    kind: Kind,
    subject: str,
    subject_id: object,
    person_id: uuid.UUID | None = None,
    named: Iterable[User | None] = (),
    teller: User | None = None,
    agencies: Iterable[uuid.UUID] = (),
    not_to: User | None = None,
    at: datetime | None = None,
) -> Notice | None:
    """Puts it on the list of everybody who has to see it, except `by`. Call it inside the transaction of the action.

    `named`, `teller` and `agencies`: whom the kind means by "the person concerned", "whoever told it" and "the agency
    concerned". `not_to`: whom it is about, and who never learns of it. Who has not yet seen the same about the same subject
    is not told again, unless it is urgent. None where nobody is left.
    """
    at = at or timezone.now()
    whom = tuple(filter(None, named))
    about = About(person_id, at, rules.level_of(kind), whom, teller, tuple(agencies), not_to)
    urgent = kind in rules.URGENT
    if kind in rules.NEEDS_CASE and about.case is None:
        return None
    found = [one for one in addressees(rules.WHO[kind], about, urgent=urgent) if one.user.pk != by.pk]
    if not urgent:
        told = _still_to_see(kind, subject, subject_id)
        found = [one for one in found if one.user.pk not in told]
        if not found:
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
    )
    _add(notice, found, at)
    return notice


def _still_to_see(kind: Kind, subject: str, subject_id: object) -> set[int]:
    """Who has this on their list already. A concern in danger is a concern that has been told."""
    kinds = {kind, Kind.DANGER} if kind == Kind.WORRY else {kind}
    same = {"notice__subject": subject, "notice__subject_id": str(subject_id), "notice__kind__in": kinds}
    return set(Reader.objects.filter(**same, seen_at=None).values_list("user_id", flat=True))


def settle(*, kind: Kind, subject: str, subject_id: object, at: datetime | None) -> None:
    """It is so no longer: it leaves every list, and is not passed on."""
    rows = Notice.objects.filter(kind=kind.value, subject=subject, subject_id=str(subject_id), ended_at=None)
    rows.update(ended_at=at or timezone.now())


def _add(notice: Notice, found: Iterable[Addressee], at: datetime) -> int:
    there = set(notice.readers.values_list("user_id", flat=True))
    rows = [
        Reader(notice=notice, user=one.user, role=one.role.value, covers=one.covers, added_at=at)
        for one in found
        if one.user.pk not in there
    ]
    Reader.objects.bulk_create(rows)
    return len(rows)


def pass_on(now: datetime) -> int:
    """Notices that nobody has seen go on to whom their next step names. For a timer. Returns how many people were added.

    An urgent one goes on at once where none of its readers may open the record any longer, as when it was restricted since.
    """
    waits = Q(urgent=True) | Q(steps=1, told_at__lte=now - rules.steps(Kind.WORDS, _minutes())[1].after)
    keys = list(
        Notice.objects.filter(waits, seen_at=None, ended_at=None)
        .exclude(urgent=False, kind__in=rules.GIVEN)
        .order_by("told_at")
        .values_list("pk", flat=True)
    )
    return sum(_pass_on(key, now) for key in keys)


@transaction.atomic
def _pass_on(key: uuid.UUID, now: datetime) -> int:
    notice = Notice.objects.select_for_update().filter(pk=key, seen_at=None, ended_at=None).first()
    if notice is None:
        return 0
    kind = Kind(notice.kind)
    steps = rules.steps(kind, _minutes())
    due = rules.steps_due(kind, notice.told_at, now, _minutes())
    if notice.urgent and not _somebody_may_open(notice):
        due = max(due, notice.steps + 1)
    begun = steps[notice.steps : due]
    if not begun and not (notice.urgent and not _somebody_may_open(notice)):
        return 0
    about = About(notice.person_id, now, rules.level_of(kind), not_to=notice.not_to)
    who = [role for step in begun for role in step.who] or list(steps[-1].who)
    added = _add(notice, addressees(who, about, urgent=notice.urgent), now)
    notice.steps = min(due, len(steps))
    notice.save(update_fields=["steps"])
    return added


def _somebody_may_open(notice: Notice) -> bool:
    readers = notice.readers.select_related("user")
    level = rules.level_of(Kind(notice.kind))
    return any(may_open(reader.user, notice.person_id, level) for reader in readers)


def _minutes() -> tuple[int, int]:
    first, second = settings.URGENT_MINUTES
    return first, second
