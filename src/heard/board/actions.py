"""Every write about audits. Each asks the rule and leaves its audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.board import queries, rules
from heard.board.caseaudit.actions import end_readers_access
from heard.board.models import Audit, AuditAction, AuditAnswer, AuditEvidence, SecondReading
from heard.board.own import queries as own
from heard.board.own.rules import PACK as OURS
from heard.cases.attachment.actions import attach, open_attachment, withdraw_attachment
from heard.knowledge import load

if TYPE_CHECKING:
    from decimal import Decimal

    from django.core.files.uploadedfile import UploadedFile

    from heard.agencies.envelopes.kept import Whole
    from heard.agencies.models import Agency, User
    from heard.cases.attachment.models import Attachment


@transaction.atomic
def open_audit(
    *,
    by: User,
    title: str,
    since: date | None,
    until: date | None,
    packs: Collection[str],
    agencies: Collection[Agency],
    lead: Agency,
    at: datetime | None = None,
) -> Audit:
    """Begins an audit against packs of the newest release, and the partnership’s own requirements as they stand now where `ours` is among
    `packs`. `lead` answers for the partnership as one, and takes part."""
    release, known = load.current(), [pack.id for pack in queries.packs_to_ask(by)]
    refuse(
        rules.why_not_open(
            may_hold=by.may(May.HOLD_AUDIT),
            title=title,
            since=since,
            until=until,
            packs=packs,
            agencies=len(agencies),
        )
    )
    assert since is not None
    assert until is not None
    if not set(packs) <= set(known):
        raise Hidden
    ours = own.asked_until(by, until) if OURS in packs else []
    refuse(rules.why_not_ask_ours(asked=OURS in packs, found=len(ours)))
    audit = Audit.objects.create(
        title=title.strip(),
        since=since,
        until=until,
        release=release.id,
        packs=[pack for pack in known if pack in packs],
        lead=lead,
        opened_by=by,
        opened_at=at or timezone.now(),
    )
    audit.agencies.set({*agencies, lead})
    audit.own.set(ours)
    _row(by, "open", audit)
    return audit


@transaction.atomic
def answer(
    *,
    by: User,
    audit_id: uuid.UUID,
    requirement: str,
    agency: Agency,
    answer: str,
    why: str,
    evidence: str = "",
    evidence_on: date | None = None,
    at: datetime | None = None,
) -> AuditAnswer:
    """What an agency says of a requirement. What it said before stays, and is replaced."""
    audit, now = _hold(by, audit_id), at or timezone.now()
    asked = queries.requirement_of(audit, requirement)
    refuse(
        rules.why_not_answer(
            is_open=audit.state == rules.AuditState.OPEN,
            has_to=agency in queries.answers_for(by, audit, asked),
            answer=answer,
            why=why,
            evidence=evidence,
            evidence_on=evidence_on,
            today=timezone.localdate(now),
            attached=queries.is_attached(by, audit, requirement, agency),
        )
    )
    audit.answers.filter(requirement=requirement, agency=agency, replaced_at=None).update(replaced_at=now)
    said = AuditAnswer.objects.create(
        audit=audit,
        requirement=requirement,
        agency=agency,
        answer=answer,
        why=why.strip(),
        evidence=evidence.strip(),
        evidence_on=evidence_on,
        said_by=by,
        said_at=now,
    )
    _row(by, "answer", audit, requirement=requirement, answer=answer)
    return said


def add_evidence(
    *,
    by: User,
    audit_id: uuid.UUID,
    requirement: str,
    agency: Agency,
    kind: str,
    what: str,
    of_day: date | None,
    number: Decimal | None = None,
    upload: UploadedFile | None = None,
    at: datetime | None = None,
) -> AuditEvidence:
    """Attaches to what an agency says of a requirement what shows it. A document comes with its file, which is checked and kept as every
    attached file is: where it is not taken nothing stays but the audit rows. Do not call this inside a transaction."""
    row = _added(by, audit_id, requirement, agency, kind, what, of_day, number, upload is not None, at)
    if upload is None:
        return row
    try:
        attach(by=by, upload=upload, what=row.what[:200], evidence_id=row.pk)
    except Refused:
        with transaction.atomic():
            _row(by, "discard evidence", row.audit, requirement=requirement)
            row.delete()  # nobody has read it yet
        raise
    return row


@transaction.atomic
def _added(
    by: User, audit_id: uuid.UUID, requirement: str, agency: Agency, kind: str, what: str, of_day: date | None,
    number: Decimal | None, has_file: bool, at: datetime | None,
) -> AuditEvidence:  # fmt: skip
    audit, now = _hold(by, audit_id), at or timezone.now()
    asked = queries.requirement_of(audit, requirement)
    refuse(
        rules.why_not_add_evidence(
            is_open=audit.state == rules.AuditState.OPEN,
            has_to=agency in queries.answers_for(by, audit, asked),
            kind=kind,
            what=what,
            number=number,
            of_day=of_day,
            has_file=has_file,
            today=timezone.localdate(now),
        )
    )
    assert of_day is not None
    row = AuditEvidence.objects.create(
        audit=audit, requirement=requirement, agency=agency, kind=kind, what=what.strip(), number=number, of_day=of_day,
        added_by=by, added_at=now,
    )  # fmt: skip
    _row(by, "add evidence", audit, requirement=requirement, kind=kind)
    return row


@transaction.atomic
def withdraw_evidence(
    *, by: User, evidence_id: uuid.UUID, why: str, at: datetime | None = None
) -> AuditEvidence:
    """It stays in the audit with who withdrew it and why. The file of a document goes for good, as every file that is withdrawn."""
    row = queries.evidence_of(by, evidence_id)
    _hold(by, row.audit_id)
    row = queries.evidence_of(by, evidence_id)
    refuse(rules.why_not_withdraw_evidence(**queries.standing_of(by, row), why=why))
    row.withdrawn_by, row.withdrawn_at, row.why_withdrawn = by, at or timezone.now(), why.strip()
    if row.kind == rules.Shows.FINDING:
        row.what = "–"  # it may have named somebody: who said it and why it went stay
    row.save()
    for file in queries.files_of(by, [row]).values():
        if file.withdrawn_at is None:
            withdraw_attachment(by=by, attachment_id=file.pk, reason=why)
    _row(by, "withdraw evidence", row.audit, requirement=row.requirement)
    return row


def open_evidence(*, by: User, evidence_id: uuid.UUID) -> tuple[Attachment, Whole]:
    """The file of a document, with its audit row. Raises as `open_attachment` does."""
    file = queries.files_of(by, [queries.evidence_of(by, evidence_id)]).get(evidence_id)
    if file is None:
        raise Hidden
    return open_attachment(by=by, attachment_id=file.pk)


@transaction.atomic
def read_second(
    *, by: User, answer_id: uuid.UUID, agrees: bool | None, why: str = "", at: datetime | None = None
) -> SecondReading:
    """Somebody of another agency agrees, or disputes with a reason."""
    audit = _hold(by, queries.answer_of(by, answer_id).audit_id)
    said = queries.answer_of(by, answer_id)  # as it stands now that nobody else can answer anew
    agency = queries.reads_for(by, said)
    refuse(
        rules.why_not_second(
            is_open=audit.state == rules.AuditState.OPEN,
            is_own=said.agency_id in queries.own_agencies(by),
            may_read=agency is not None,
            agrees=agrees,
            why=why,
            again=agency is not None and said.readings.filter(agency=agency).exists(),
        )
    )
    assert agency is not None
    reading = SecondReading.objects.create(
        answer=said,
        agency=agency,
        agrees=bool(agrees),
        why=why.strip(),
        read_by=by,
        read_at=at or timezone.now(),
    )
    _row(by, "read", audit, requirement=said.requirement, agrees=reading.agrees)
    return reading


@transaction.atomic
def plan_action(
    *,
    by: User,
    audit_id: uuid.UUID,
    requirement: str,
    what: str,
    shows: str,
    owner: User,
    due_on: date | None,
    at: datetime | None = None,
) -> AuditAction:
    audit, now = _hold(by, audit_id), at or timezone.now()
    queries.requirement_of(audit, requirement)
    refuse(
        rules.why_not_plan(
            takes_part=queries.takes_part(by, audit),
            what=what,
            shows=shows,
            due_on=due_on,
            today=timezone.localdate(now),
        )
    )
    if str(owner.pk) not in queries.who_can_own(by, audit):
        raise Refused("Choose somebody of an agency that takes part.")
    assert due_on is not None
    action = AuditAction.objects.create(
        audit=audit,
        requirement=requirement,
        what=what.strip(),
        shows=shows.strip(),
        owner=owner,
        due_on=due_on,
        planned_by=by,
        planned_at=now,
    )
    _row(by, "plan", audit, requirement=requirement, owner=owner.pk)
    return action


@transaction.atomic
def finish_action(
    *, by: User, audit_action_id: uuid.UUID, state: str, what_came: str, at: datetime | None = None
) -> AuditAction:
    """By its owner, or whoever holds audits."""
    action = AuditAction.objects.select_for_update().get(pk=queries.action_of(by, audit_action_id).pk)
    if action.owner_id != by.pk and not by.may(May.HOLD_AUDIT):
        raise Hidden
    refuse(rules.why_not_finish(is_open=action.state == rules.Done.OPEN, state=state, what_came=what_came))
    action.state, action.what_came = state, what_came.strip()
    action.finished_by, action.finished_at = by, at or timezone.now()
    action.save()
    _row(by, "finish", action.audit, requirement=action.requirement, state=state)
    return action


@transaction.atomic
def close_audit(*, by: User, audit_id: uuid.UUID, found: str, at: datetime | None = None) -> Audit:
    """Answers no longer change, and what Heard counted stays as it is now."""
    audit = _hold(by, audit_id)
    refuse(
        rules.why_not_close(
            may_hold=by.may(May.HOLD_AUDIT), is_open=audit.state == rules.AuditState.OPEN, found=found
        )
    )
    now = at or timezone.now()
    audit.counted = queries.counted_at(by, audit, timezone.localdate(now))
    audit.found, audit.state = found.strip(), rules.AuditState.CLOSED
    audit.closed_by, audit.closed_at = by, now
    audit.save()
    end_readers_access(by=by, audit_id=audit.pk)
    _row(by, "close", audit)
    return audit


def _hold(by: User, audit_id: uuid.UUID) -> Audit:
    """The audit, locked, so that nothing is said in it while it is closed; or `Hidden`."""
    return Audit.objects.select_for_update().get(pk=queries.audit_of(by, audit_id).pk)


def _row(by: User, verb: str, audit: Audit, **detail: object) -> None:
    record_audit(by=by, verb=verb, subject="self-audit", subject_id=audit.pk, detail=detail)
