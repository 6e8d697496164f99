"""Opening a record in an emergency, and saying afterwards whether that was right."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.addressing import user_with_key
from heard.agencies.rules import May, refuse
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.addressees import officers_outside
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.queries import worries_about
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.rules import after_working_days
from heard.cases.glass import queries, rules
from heard.cases.glass.models import Opening
from heard.cases.glass.unreviewed import give_to_others
from heard.network.actions import open_by_glass
from heard.network.leading import agencies_answering
from heard.network.queries import meant_in_full, not_kept_out

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Opened:
    """What came of it: records that are open now, and those that the user sees anyway. Neither: there is none, or none for
    them, and nothing tells the two apart."""

    openings: list[Opening] = field(default_factory=list)
    seen_anyway: list[uuid.UUID] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.openings or self.seen_anyway)


@transaction.atomic
def break_glass(
    *,
    by: User,
    given_name: str,
    family_name: str,
    birth_date: date,
    reason: str,
    now: datetime | None = None,
) -> Opened:
    """Opens the record of the child of this name and date of birth to `by`, for some hours, and tells those who answer for it.

    Where there is none, and where `by` is kept out, the same is done and written: one row, and one task, which tells those who
    have to know that somebody who is kept out tried. Restricted records are opened like others.
    """
    refuse(
        rules.why_not_break(may_break=by.may(May.BREAK_GLASS), has_team=by.team is not None, reason=reason)
    )
    found = meant_in_full(by, given_name=given_name, family_name=family_name, birth_date=birth_date)
    kept_out = [str(one.person_id) for one in found if one.denied]
    if kept_out or not found:
        record_audit(by=by, verb="try to open", subject="glass", subject_id=by.pk, reason=reason.strip())
        tell_of_try(by=by, kept_out=kept_out)
        return Opened()
    now = now or timezone.now()
    return Opened(
        [_open(by, one.person_id, reason.strip(), now) for one in found if not one.visible],
        [one.person_id for one in found if one.visible],
    )


def _open(by: User, person_id: uuid.UUID, reason: str, now: datetime) -> Opening:
    until = now + timedelta(hours=settings.GLASS_HOURS)
    line = open_by_glass(by=by, person_id=person_id, why=reason, until=until)
    opening = Opening.objects.create(
        person_id=line.person_id,
        opened_by=by,
        agency_id=line.agency_id,
        reason=reason,
        opened_at=now,
        until=until,
        due_on=after_working_days(timezone.localdate(now), rules.WORKING_DAYS),
    )
    give_to_others(opening.pk)
    opening.refresh_from_db(fields=["without_name"])
    announce(
        by=by,
        kind=Notified.GLASS,
        subject="glass",
        subject_id=opening.pk,
        person_id=person_id,
        agencies=agencies_answering(person_id),
    )
    return opening


def tell_of_try(*, by: User, kept_out: Iterable[object]) -> None:
    """Once the transaction is done, those who have to know learn that `by`, who is kept out of these records, tried. The same task
    is put into the queue where there are none, so that the time it takes says nothing."""
    keys = [str(key) for key in kept_out]
    tell_who_may_see.enqueue(by.pk, keys)


@task()
def tell_who_may_see(user_id: int, person_ids: list[str]) -> None:
    """After a try that opened nothing, of records that this user is kept out of. Where a list says so, those who may see it learn of
    it, and it stands among who looked. Where they are kept out because of a worry about them, those alone who heard that worry do."""
    by = user_with_key(user_id)
    keys = set(map(uuid.UUID, person_ids))
    listed = keys - not_kept_out(by, keys)
    for key in keys:
        with transaction.atomic():
            if key in listed:
                _tell_who_may_see(by, key)
            _tell_who_heard(by, key)


def _tell_who_may_see(by: User, person_id: uuid.UUID) -> None:
    record_audit(by=by, verb="try to open", subject="person", subject_id=person_id, person_id=person_id)
    announce(
        by=by,
        kind=Notified.KEPT_OUT,
        subject="try",
        subject_id=f"{person_id.hex}:{by.pk}",  # each who tries: one is no reason to be silent of the next
        person_id=person_id,
        agencies=agencies_answering(person_id),
    )


def _tell_who_heard(by: User, person_id: uuid.UUID) -> None:
    """No row names the child: who looked at a record is read by those who work with this user."""
    for worry, heard_by in worries_about(by, person_id).items():
        record_audit(by=by, verb="try to open", subject="concern", subject_id=worry)
        announce(
            by=by,
            kind=Notified.STAFF_TRIED,
            subject="staff worry",
            subject_id=worry,
            person_id=person_id,
            named=officers_outside(by) or heard_by,
            not_to=by,
        )


@transaction.atomic
def review_opening(*, by: User, opening_id: uuid.UUID, right: bool | None, reason: str) -> Opening:
    """Whether it was right to open the record, by somebody else."""
    queries.opening_visible_to(by, opening_id)
    Opening.objects.select_for_update().get(pk=opening_id)
    opening = queries.opening_visible_to(by, opening_id)
    refuse(queries.why_not_review(by, opening, right=right, reason=reason))
    opening.right, opening.review = right, reason.strip()
    opening.reviewed_by, opening.reviewed_at = by, timezone.now()
    opening.save(update_fields=["right", "review", "reviewed_by", "reviewed_at"])
    _audit(by, "review", opening, reason)
    mark_subject_seen(by=by, subject="glass", subject_id=opening.pk)
    return opening


@transaction.atomic
def open_opening(*, by: User, opening_id: uuid.UUID) -> Opening:
    """For showing it, with the 'view' audit row; or `Hidden`."""
    opening = queries.opening_visible_to(by, opening_id)
    _audit(by, "view", opening)
    return opening


def _audit(by: User, verb: str, opening: Opening, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="glass",
        subject_id=opening.pk,
        person_id=opening.person_id,
        reason=reason,
    )
