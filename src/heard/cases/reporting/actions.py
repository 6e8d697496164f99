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
    report = OffenceReport.objects.create(
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
    _audit(by, "note", report)
    _tell(by, report, now)
    return report


@transaction.atomic
def open_report(*, by: User, report_id: uuid.UUID) -> OffenceReport:
    """The report, for showing it, with the 'view' audit row; or `Hidden`."""
    report = queries.report_for(by, report_id)
    _audit(by, "view", report)
    return report


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
    report, now = _held(by, report_id), at or timezone.now()
    agency = _agency(by, agency_id)
    known_on = timezone.localdate(report.known_at)
    delay, delay_why = (
        (delay, delay_why.strip()) if delay else (report.delay, delay_why.strip() or report.delay_why)
    )
    is_later_day = reported_at is not None and timezone.localdate(reported_at) > known_on
    refuse(
        rules.why_not_report(
            may_note=by.may(May.PLAN),
            is_reported=report.reported_at is not None,
            is_taken_back=report.taken_back_at is not None,
            to=queries.KINDS[agency.kind] if agency else to,
            is_named=agency is not None or bool(outside.strip()),
            way=way,
            known_at=report.known_at,
            reported_at=reported_at,
            is_later_day=is_later_day,
            delay=delay,
            delay_why=delay_why,
            now=now,
        )
    )
    report.to_kind, report.to_agency = queries.KINDS[agency.kind] if agency else to, agency
    report.to_outside, report.to_person = "" if agency else outside.strip(), to_person.strip()
    report.way, report.reported_at, report.recorded_by, report.recorded_at = way, reported_at, by, now
    if (report.delay, report.delay_why) != (delay, delay_why):
        report.delay, report.delay_why, report.first_why = delay, delay_why, report.delay_why
    report.due_on = rules.last_day(load.release(report.release).clock(rules.CLOCK), known_on, delay)
    report.save()
    _audit(by, "report", report)
    _tell(by, report, now)
    return report


@transaction.atomic
def take_back_report(
    *, by: User, report_id: uuid.UUID, why: str, at: datetime | None = None
) -> OffenceReport:
    """It set no duty off, or is recorded twice: it stays, marked as put right, and waits no longer. What was reported still counts."""
    report, now = _held(by, report_id), at or timezone.now()
    refuse(
        rules.why_not_take_back(
            may_note=by.may(May.PLAN),
            is_theirs=queries.may_put_right(by, report),
            is_taken_back=report.taken_back_at is not None,
            why=why,
        )
    )
    report.taken_back_at, report.taken_back_by, report.why_taken_back = now, by, why.strip()
    report.save(update_fields=["taken_back_at", "taken_back_by", "why_taken_back"])
    _audit(by, "put right", report)
    _tell(by, report, now)
    return report


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


def _tell(by: User, report: OffenceReport, at: datetime) -> None:
    announce(
        by=by,
        kind=Notified.OFFENCE_REPORT,
        subject=_SUBJECT,
        subject_id=report.pk,
        person_id=report.person_id,
        named=[report.noted_by],
        agencies=[report.to_agency_id] if report.to_agency_id else [],
        at=at,
    )


def _audit(by: User, verb: str, report: OffenceReport) -> None:
    record_audit(by=by, verb=verb, subject=_SUBJECT, subject_id=report.pk, person_id=report.person_id)
