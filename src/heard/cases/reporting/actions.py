"""Noting what set the duty to report off, and to whom it was reported. Each leaves its audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.reporting import queries, rules
from heard.cases.reporting.models import OffenceReport
from heard.knowledge import load
from heard.network.actions import hold_person
from heard.services.law.queries import held_since
from heard.services.law.rules import Duty

if TYPE_CHECKING:
    from heard.agencies.models import User

_SUBJECT = "offence report"


@transaction.atomic
def note_trigger(
    *,
    by: User,
    person_id: uuid.UUID,
    trigger: str,
    who: str,
    known_at: datetime | None,
    beside: str = "",
    beside_id: uuid.UUID | None = None,
    delay: str = "",
    delay_why: str = "",
    at: datetime | None = None,
) -> OffenceReport:
    """Somebody knows of a suspected offence: from now on it waits to be reported. `beside`, `beside_id`: the worry, note or words that
    tell of it. `delay`: 'risk' where a report now would put the child at risk. `Hidden` where the duty does not hold here."""
    person, now = hold_person(by=by, person_id=person_id), at or timezone.now()
    since = held_since(by, Duty.REPORT)
    if since is None or (beside_id and not queries.is_told_there(by, person_id, beside, beside_id)):
        raise Hidden
    refuse(
        rules.why_not_note(
            may_note=by.may(May.PLAN) and by.team is not None,
            is_child=person.kind == "child",
            trigger=trigger,
            who=who,
            known_at=known_at,
            is_before_duty=known_at is not None and timezone.localdate(known_at) < since,
            is_noted=queries.is_noted(by, person_id, trigger=trigger, who=who.strip(), known_at=known_at),
            delay=delay,
            delay_why=delay_why,
            now=now,
        )
    )
    assert by.team is not None
    assert known_at is not None
    release = load.current()
    one = OffenceReport.objects.create(
        person=person,
        trigger=trigger,
        who=who.strip(),
        known_at=known_at,
        beside=beside if beside_id else "",
        beside_id=beside_id,
        release=release.id,
        due_on=rules.last_day(release.clock(rules.CLOCK), timezone.localdate(known_at), delay),
        agency=by.team.agency,
        noted_by=by,
        noted_at=now,
        delay=delay,
        delay_why=delay_why.strip() if delay else "",
    )
    _audit(by, "note", one)
    _tell(by, one, now)
    return one


@transaction.atomic
def open_report(*, by: User, report_id: uuid.UUID) -> OffenceReport:
    """The report, for showing it, with the 'view' audit row; or `Hidden`."""
    one = queries.report_for(by, report_id)
    _audit(by, "view", one)
    return one


@transaction.atomic
def record_report(
    *,
    by: User,
    report_id: uuid.UUID,
    to: str,
    way: str,
    reported_at: datetime | None,
    agency_id: uuid.UUID | None = None,
    outside: str = "",
    to_person: str = "",
    delay: str = "",
    delay_why: str = "",
    at: datetime | None = None,
) -> OffenceReport:
    """To whom it was reported, when and in which way. `to`: of another force or council; that of an agency is its own. A reason for the
    delay that was given before stands where none is given now, and beside another that is given now."""
    one, now = _held(by, report_id), at or timezone.now()
    agency = _agency(by, agency_id)
    known_on = timezone.localdate(one.known_at)
    delay, delay_why = (
        (delay, delay_why.strip()) if delay else (one.delay, delay_why.strip() or one.delay_why)
    )
    is_later_day = reported_at is not None and timezone.localdate(reported_at) > known_on
    refuse(
        rules.why_not_report(
            may_note=by.may(May.PLAN),
            is_reported=one.reported_at is not None,
            is_taken_back=one.taken_back_at is not None,
            to=queries.KINDS[agency.kind] if agency else to,
            is_named=agency is not None or bool(outside.strip()),
            way=way,
            known_at=one.known_at,
            reported_at=reported_at,
            is_later_day=is_later_day,
            delay=delay,
            delay_why=delay_why,
            now=now,
        )
    )
    one.to_kind, one.to_agency = queries.KINDS[agency.kind] if agency else to, agency
    one.to_outside, one.to_person = "" if agency else outside.strip(), to_person.strip()
    one.way, one.reported_at, one.recorded_by, one.recorded_at = way, reported_at, by, now
    if (one.delay, one.delay_why) != (delay, delay_why):
        one.delay, one.delay_why, one.first_why = delay, delay_why, one.delay_why
    one.due_on = rules.last_day(load.release(one.release).clock(rules.CLOCK), known_on, delay)
    one.save()
    _audit(by, "report", one)
    _tell(by, one, now)
    return one


@transaction.atomic
def take_back_report(
    *, by: User, report_id: uuid.UUID, why: str, at: datetime | None = None
) -> OffenceReport:
    """It set no duty off, or is recorded twice: it stays, marked as put right, and waits no longer. What was reported still counts."""
    one, now = _held(by, report_id), at or timezone.now()
    refuse(
        rules.why_not_take_back(
            may_note=by.may(May.PLAN),
            is_theirs=queries.may_put_right(by, one),
            is_taken_back=one.taken_back_at is not None,
            why=why,
        )
    )
    one.taken_back_at, one.taken_back_by, one.why_taken_back = now, by, why.strip()
    one.save(update_fields=["taken_back_at", "taken_back_by", "why_taken_back"])
    _audit(by, "put right", one)
    _tell(by, one, now)
    return one


def _held(by: User, report_id: uuid.UUID) -> OffenceReport:
    """The report as it stands now, kept from other writers: the child first, as everywhere."""
    hold_person(by=by, person_id=queries.report_for(by, report_id).person_id)
    OffenceReport.objects.select_for_update().filter(pk=report_id).first()
    return queries.report_for(by, report_id)


def _agency(by: User, agency_id: uuid.UUID | None) -> Any:
    if agency_id is None:
        return None
    agency = queries.agencies_to_report_to(by).filter(pk=agency_id).first()
    if agency is None:
        raise Hidden
    return agency


def _tell(by: User, one: OffenceReport, at: datetime) -> None:
    announce(
        by=by,
        kind=Notified.OFFENCE_REPORT,
        subject=_SUBJECT,
        subject_id=one.pk,
        person_id=one.person_id,
        named=[one.noted_by],
        agencies=[one.to_agency_id] if one.to_agency_id else [],
        at=at,
    )


def _audit(by: User, verb: str, one: OffenceReport) -> None:
    record_audit(by=by, verb=verb, subject=_SUBJECT, subject_id=one.pk, person_id=one.person_id)
