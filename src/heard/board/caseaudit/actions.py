"""Every write about draws of cases and what their readers say. Each asks the rule and leaves its audit row in one transaction."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.board import queries as board
from heard.board import rules as auditing
from heard.board.caseaudit import queries, rules
from heard.board.models import Audit, AuditEvidence, CaseDraw, CaseReader, CaseReading, CaseSample
from heard.cases.case.access.actions import give_access
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import open_between
from heard.network.actions import end_audit_access
from heard.network.queries import Whom
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User

type Said = Mapping[str, tuple[str, str]]


@transaction.atomic
def draw_cases(
    *,
    by: User,
    audit_id: uuid.UUID,
    title: str,
    why: str,
    since: date | None,
    until: date | None,
    strata: Collection[str],
    size: int | None,
    questions: Sequence[str],
    readers: Sequence[User],
    due_on: date | None,
    at: datetime | None = None,
) -> CaseDraw:
    """Draws a sample from all cases that were open on those days. Nobody gives the seed; it stands in the audit trail with the
    fingerprint of what was drawn from, in the transaction that keeps the sample, so that no draw is thrown away unseen."""
    audit = Audit.objects.select_for_update().get(pk=board.audit_of(by, audit_id).pk)
    now = at or timezone.now()
    known = queries.who_can_read(by, audit)
    chosen = [known[str(user.pk)] for user in dict.fromkeys(readers) if str(user.pk) in known]
    asked = [question.strip() for question in questions if question.strip()]
    refuse(
        rules.why_not_draw(
            may_hold=by.may(May.HOLD_AUDIT),
            is_open=audit.state == auditing.AuditState.OPEN,
            title=title,
            why=why,
            since=since,
            until=until,
            size=size,
            questions=asked,
            reader_agencies=[agency.pk for _user, agency in chosen],
            due_on=due_on,
            today=timezone.localdate(now),
        )
    )
    assert since is not None
    assert until is not None
    assert size is not None
    assert due_on is not None
    draw = CaseDraw(
        audit=audit,
        title=title.strip(),
        why=why.strip(),
        since=since,
        until=until,
        strata=[by_what.value for by_what in rules.By if by_what in strata],
        size=size,
        questions=asked,
        seed=secrets.token_hex(32),
        due_on=due_on,
        drawn_by=by,
        drawn_at=now,
    )
    found = queries.strata_of(by, open_between(by, since, until), draw)
    refuse(rules.why_not_draw_from(len(found)))
    draw.drawn_from = {name: sorted(tags) for name, tags in sorted(found.items())}
    draw.fingerprint = rules.fingerprint(draw.drawn_from)
    draw.save(force_insert=True)
    keys = {tag: key for tags in found.values() for tag, key in tags.items()}
    for number, tag in enumerate(rules.drawn(draw.drawn_from, draw.seed, size), start=1):
        CaseSample.objects.create(draw=draw, number=number, tag=tag, case_id=keys[tag])
    for user, agency in chosen:
        CaseReader.objects.create(draw=draw, user=user, agency=agency)
    _row(by, "draw", draw, seed=draw.seed, fingerprint=draw.fingerprint)
    return draw


@transaction.atomic
def let_readers_in(*, by: User, draw_id: uuid.UUID, at: datetime | None = None) -> int:
    """Lets each reader see the records of the sample until the end of the day by which they have read, as far as `by` may: where the
    record is restricted, or a reader is kept out or works with the child, nobody is let in. How many lines were written."""
    draw, now = _hold(by, draw_id), at or timezone.now()
    refuse(
        rules.why_not_let_readers_in(
            may_hold=by.may(May.HOLD_AUDIT),
            works_with_children=by.may(May.SEE_CHILD),
            is_over=draw.is_over or draw.audit.state != auditing.AuditState.OPEN,
        )
    )
    end = timezone.make_aware(datetime.combine(draw.due_on + timedelta(days=1), time.min))
    sample = list(draw.sample.select_related("case"))
    why, readers = f"Case audit: {draw.title}", list(draw.readers.select_related("user", "agency"))
    may = queries.may_be_let_in(by, readers, sample)
    given = sum(_let_both_in(by, readers, one.case.person_id, why, end) for one in sample if one.pk in may)
    shut = queries.progress(by, draw).cannot
    for one in sample:
        one.is_shut = one.pk in shut
        one.save(update_fields=["is_shut"])
    draw.opened_at = now
    draw.save(update_fields=["opened_at"])
    _row(by, "let readers in", draw, given=given)
    if given:
        named = [reader.user for reader in readers]
        announce(by=by, kind=Notified.CASES_TO_READ, subject="case draw", subject_id=draw.pk, named=named)
    return given


@transaction.atomic
def set_draw_aside(*, by: User, draw_id: uuid.UUID, why: str, at: datetime | None = None) -> CaseDraw:
    """Nobody reads it any more. It stays listed with who and why."""
    draw = _hold(by, draw_id)
    refuse(
        rules.why_not_set_aside(
            may_hold=by.may(May.HOLD_AUDIT), is_set_aside=draw.set_aside_at is not None, why=why
        )
    )
    draw.set_aside_by, draw.set_aside_at, draw.why_set_aside = by, at or timezone.now(), why.strip()
    draw.save(update_fields=["set_aside_by", "set_aside_at", "why_set_aside"])
    _end_access(by, draw, "The draw was set aside")
    _row(by, "set aside", draw)
    return draw


def end_readers_access(*, by: User, audit_id: uuid.UUID) -> None:
    """The audit is closed: nobody reads for it any more. Call it inside the transaction that closes it."""
    for draw in CaseDraw.objects.filter(audit=board.audit_of(by, audit_id), set_aside_at=None):
        _end_access(by, draw, "The audit is closed")


@transaction.atomic
def read_case(*, by: User, sample_id: uuid.UUID, said: Said, at: datetime | None = None) -> CaseReading:
    """What a reader says of a case, all questions at once, and for good."""
    sample = _hold_sample(by, sample_id)
    asked = len(sample.draw.questions)
    refuse(
        rules.why_not_read(
            is_over=sample.draw.is_over,
            again=sample.readings.filter(reader=by).exists(),
            said=said,
            asked=asked,
        )
    )
    kept = {str(number): [said[str(number)][0], said[str(number)][1].strip()] for number in range(asked)}
    reading = CaseReading.objects.create(sample=sample, reader=by, said=kept, read_at=at or timezone.now())
    own, other = queries.readings_for(by, sample)
    if own and other:
        sample.differs = bool(rules.differing(own.said, other.said))
        sample.save(update_fields=["differs"])
    _row(by, "read case", sample.draw, number=sample.number)
    return reading


@transaction.atomic
def propose_answers(*, by: User, sample_id: uuid.UUID, said: Said, at: datetime | None = None) -> CaseSample:
    """What the two agree on where they differed, or that they differ still, as one of them puts it. The other confirms it, or proposes
    something else."""
    sample = _hold_sample(by, sample_id)
    own, other = queries.readings_for(by, sample)
    differ = rules.differing(own.said, other.said) if own and other else []
    refuse(
        rules.why_not_propose(
            both_read=bool(own and other),
            is_settled=sample.confirmed_at is not None,
            said=said,
            differ=differ,
        )
    )
    sample.agreed = {number: [said[number][0], said[number][1].strip()] for number in differ}
    sample.proposed_by, sample.proposed_at = by, at or timezone.now()
    sample.save()
    _row(by, "propose", sample.draw, number=sample.number)
    return sample


@transaction.atomic
def confirm_answers(
    *, by: User, sample_id: uuid.UUID, proposed_at: str, at: datetime | None = None
) -> CaseSample:
    """The other reader agrees with what was proposed. From then on it stands. `proposed_at`: of the proposal that they saw, as ISO 8601:
    another one is not confirmed by it."""
    sample = _hold_sample(by, sample_id)
    refuse(
        rules.why_not_confirm(
            is_proposed=sample.proposed_at is not None,
            is_own=sample.proposed_by_id == by.pk,
            is_settled=sample.confirmed_at is not None,
            is_another=sample.proposed_at is not None and sample.proposed_at.isoformat() != proposed_at,
        )
    )
    sample.confirmed_at = at or timezone.now()
    sample.save(update_fields=["confirmed_at"])
    _row(by, "confirm", sample.draw, number=sample.number)
    return sample


@transaction.atomic
def write_finding(
    *,
    by: User,
    draw_id: uuid.UUID,
    requirement: str,
    text: str,
    another: bool = False,
    at: datetime | None = None,
) -> AuditEvidence:
    """What the readers found, without names, beside a requirement of the audit. `another`: a word of the text is a name in the sample, and
    means somebody or something else here."""
    draw, now = queries.draw_read_by(by, draw_id), at or timezone.now()
    audit = Audit.objects.select_for_update().get(pk=draw.audit_id)
    refuse(
        rules.why_not_find(
            is_open=audit.state == auditing.AuditState.OPEN,
            is_asked=requirement in {key for key, _label in queries.requirements_for(by, draw)},
            requirement=requirement,
            text=text,
            any_settled=bool(queries.progress(by, draw).settled),
            names=rules.named_in(text, queries.names_in(by, draw)),
            another=another,
        )
    )
    found = AuditEvidence.objects.create(
        audit=audit,
        requirement=requirement,
        kind=auditing.Shows.FINDING,
        draw=draw,
        what=text.strip(),
        of_day=timezone.localdate(now),
        added_by=by,
        added_at=now,
    )
    _row(by, "find", draw, requirement=requirement, another=another)
    return found


def _let_both_in(by: User, readers: list[CaseReader], person_id: uuid.UUID, why: str, end: datetime) -> int:
    """Both or neither: a record that one of them cannot read is read by nobody, and so is opened to nobody. Who sees it anyway gets a
    line all the same, so that whoever works with the child learns that it is read. How many lines."""
    given = 0
    try:
        with transaction.atomic():
            for reader in readers:
                whom = Whom(str(reader.user), reader.agency, user=reader.user)
                give_access(
                    by=by,
                    person_id=person_id,
                    whom=whom,
                    level=Level.RECORD,
                    why=why,
                    until=end,
                    for_audit=True,
                )
                given += 1
    except (Refused, Hidden):
        return 0  # counted on the page: not every case of the sample can be read
    return given


def _end_access(by: User, draw: CaseDraw, why: str) -> None:
    people = [sample.case.person_id for sample in draw.sample.select_related("case")]
    readers = list(draw.readers.values_list("user", flat=True))
    end_audit_access(by=by, people=people, readers=readers, why=f"{why}: {draw.title}"[:200])


def _hold(by: User, draw_id: uuid.UUID) -> CaseDraw:
    """The draw, locked; or `Hidden`."""
    return CaseDraw.objects.select_for_update().get(pk=queries.draw_of(by, draw_id).pk)


def _hold_sample(by: User, sample_id: uuid.UUID) -> CaseSample:
    """A case that this user reads, locked, so that nothing is agreed on while it changes; or `Hidden`."""
    CaseSample.objects.select_for_update().filter(pk=queries.sample_read_by(by, sample_id).pk).first()
    return queries.sample_read_by(by, sample_id)


def _row(by: User, verb: str, draw: CaseDraw, **detail: object) -> None:
    record_audit(by=by, verb=verb, subject="case draw", subject_id=draw.pk, detail=detail)
