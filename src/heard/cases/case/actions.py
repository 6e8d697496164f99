"""Every write about cases, the child's words, warnings and drafts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import duty_team
from heard.agencies.rules import May, Refused, refuse
from heard.cases.case import rules
from heard.cases.case.access import actions as access
from heard.cases.case.models import (
    AllocatedWorker,
    Case,
    CasePeriod,
    NotHeard,
    RestrictionNews,
    TrustedWorker,
    TryToReach,
    WarningNote,
    WarningReview,
    Words,
)
from heard.cases.case.notices.announcing import announce, give_to_worker
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import (
    case_visible_to,
    is_statutory,
    somebody_decides_now,
    teams_at_work,
    warning_visible_to,
    who_loses_sight,
    why_not_give,
)
from heard.govuk.said import put
from heard.network import actions as network
from heard.network.actions import hold_person, involve, let_colleague_in
from heard.network.queries import (
    Whom,
    accesses_of,
    agencies_as_a_whole,
    decides_by_a_part,
    involvements_of,
    may_be_named,
    person_findable_by,
    person_visible_to,
)
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import Team, User

# Why a team is let in.
LEADS_THE_CASE: Final = "Leads the case"
HAS_WORK: Final = "Has something to do for the child"
WORKS_WITH: Final = "Somebody of it is the child’s worker"


@transaction.atomic
def open_case(
    *,
    by: User,
    person_id: uuid.UUID,
    why: str = "",
    lead_team: Team | None = None,
    again: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Case:
    """Opens a case and lets in the team that leads it. A child whose case was closed has that one opened again, with
    the reason in `why`: one child, one story. Of several, which two records of one child can have, that is the one `again`
    names, or the latest.

    The duty team leads a first case, and whoever led it before leads one that opens again, unless another is named.
    """
    person = hold_person(by=by, person_id=person_id)
    cases = Case.objects.filter(person=person)
    ended = cases.filter(state=Case.State.CLOSED).order_by("-opened_at")
    closed = (ended.filter(pk=again) if again else ended).first()
    team = lead_team or (closed.lead_team if closed else duty_team(by))
    why_not = rules.why_not_open_case(
        may_decide=by.may(May.DECIDE),
        has_open_case=cases.filter(state=Case.State.OPEN).exists(),
        has_lead_team=team is not None,
        has_closed_case=closed is not None,
        why=why,
    )
    if why_not or team is None:
        raise Refused(why_not)
    case = closed or Case(
        reference=rules.new_reference("C", lambda text: Case.objects.filter(reference=text).exists()),
        person=person,
    )
    case.state, case.lead_team = Case.State.OPEN, team
    case.opened_at, case.opened_by, case.why_opened = at or timezone.now(), by, why.strip()
    case.save()
    part = Whom("", team.agency, team=team)
    involve(by=by, person=person, agency=team.agency, why=LEADS_THE_CASE, leads=True, part=part)
    verb = "open again" if closed else "open"
    record_audit(by=by, verb=verb, subject="case", subject_id=case.pk, person_id=person.pk, reason=why)
    announce(
        by=by,
        kind=Notified.CASE_OPENED,
        subject="trusted worker",
        subject_id=case.pk,
        person_id=person.pk,
        at=case.opened_at,
    )
    return case


@transaction.atomic
def end_case(
    *,
    by: User,
    case_id: uuid.UUID,
    why: str,
    period_id: uuid.UUID,
    words: Words | None,
    why_no_words: str,
    contact_afterwards: str,
    told_child: str,
    open_again_if: str,
    ended_as: str = "",
    at: datetime | None = None,
) -> CasePeriod:
    """Closes a case and keeps the period that ends as `period_id`. Whether it may be closed, `review.actions.close_case` has asked."""
    Case.objects.select_for_update().filter(pk=case_id).first()
    case = case_visible_to(by, case_id)
    if case.state != Case.State.OPEN:
        raise Refused(rules.CLOSED_ALREADY)
    period = CasePeriod.objects.create(
        pk=period_id,
        case=case,
        opened_at=case.opened_at,
        opened_by_id=case.opened_by_id,
        why_opened=case.why_opened,
        closed_at=at or timezone.now(),
        closed_by=by,
        why_closed=why.strip(),
        words=words,
        why_no_words=why_no_words.strip(),
        contact_afterwards=contact_afterwards.strip(),
        told_child=told_child.strip(),
        open_again_if=open_again_if.strip(),
        ended_as=ended_as,
    )
    announce(
        by=by,
        kind=Notified.CASE_CLOSED,
        subject="person",
        subject_id=case.person_id,
        person_id=case.person_id,
        agencies=[row.agency_id for row in involvements_of(by, case.person_id)],
        at=period.closed_at,
    )
    case.state = Case.State.CLOSED
    case.save(update_fields=["state"])
    record_audit(
        by=by, verb="close", subject="case", subject_id=case.pk, person_id=case.person_id, reason=why
    )
    return period


@transaction.atomic
def take_back_case(*, by: User, case_id: uuid.UUID, why: str, at: datetime | None = None) -> CasePeriod:
    """A case that was opened by mistake, and in which nothing was done, is closed again with the reason. Whether nothing was
    done, whoever calls it has asked (`queries.has_work`)."""
    return end_case(
        by=by,
        case_id=case_id,
        why=why,
        period_id=uuid.uuid4(),
        words=None,
        why_no_words=why,
        contact_afterwards="",
        told_child="",
        open_again_if="",
        ended_as=rules.EndedAs.MISTAKE.value,
        at=at,
    )


@transaction.atomic
def allow_to_do(
    *,
    by: User,
    owner: User | None,
    person_id: uuid.UUID,
    why_involve: str = "",
    level: Level = Level.RECORD,
) -> None:
    """Before somebody is given something to do for a child. Of an agency that works with the child already, their team is let in. Who
    could not see the child otherwise is `Refused`, unless `why_involve` gives the reason for letting their team in. Nobody may be named
    yet."""
    if owner is not None:
        let_colleague_in(by=by, person_id=person_id, user=owner, why=HAS_WORK, level=level)
    why_not = why_not_give(by, owner, person_id=person_id)
    if why_not == rules.NOT_INVOLVED and why_involve.strip() and owner and owner.team:
        person = person_visible_to(by, person_id)
        agency, why = owner.team.agency, why_involve.strip()[: rules.MOST_WHY]
        part = Whom("", agency, user=owner)
        involve(by=by, person=person, agency=agency, why=why, part=part, level=level)
        announce(
            by=by,
            kind=Notified.INVOLVED,
            subject="person",
            subject_id=person_id,
            person_id=person_id,
            agencies=[owner.team.agency_id],
        )
        why_not = why_not_give(by, owner, person_id=person_id)
    refuse(why_not)


@transaction.atomic
def allocate_worker(
    *,
    by: User,
    case_id: uuid.UUID,
    worker: User,
    reason: str = "",
    since: date | None = None,
    role: str = rules.Responsible.ALLOCATED,
) -> Case:
    """Allocates the one of children's services who is responsible for the case, since today or `since`: a day of this case. Or, as
    `role`, who leads family help or child protection beside them. Whom the child counts on stays as it is.

    Who is allocated already and does not see the child any longer, or not so far, as after they changed team, is let in again, and nothing
    else changes."""
    Case.objects.select_for_update().filter(pk=case_id).first()
    case = case_visible_to(by, case_id)
    since, last = since or timezone.localdate(), _responsible(case, role)
    is_let_in = _let_worker_in(by, case, worker)
    if last and last.worker_id == worker.pk and is_let_in:
        return _again(by, case, role, worker)
    _check_allocating(by, case, role, worker, last, since, reason)
    rows = AllocatedWorker.objects.filter(case=case, role=role)
    rows.filter(until__isnull=True).update(until=since)
    rows.create(case=case, role=role, worker=worker, since=since, reason=reason.strip(), named_by=by)
    if role == rules.Responsible.ALLOCATED:
        case.allocated_worker = worker
        case.save(update_fields=["allocated_worker"])
    child: dict[str, Any] = {"subject": "person", "subject_id": case.person_id, "person_id": case.person_id}
    is_lead = role in rules.LEADS
    announce(by=by, kind=Notified.LEAD_NAMED if is_lead else Notified.ALLOCATED, named=[worker], **child)
    if not is_lead:
        give_to_worker(person_id=case.person_id, at=timezone.now())
    announce(by=by, kind=Notified.WORKER_CHANGED, named=[last.worker if last else None], **child)
    _audit_responsible(by, "allocate worker", case, role, worker)
    return case


def _again(by: User, case: Case, role: str, worker: User) -> Case:
    refuse(
        rules.why_not_allocate(
            role,
            is_open=case.state == Case.State.OPEN,
            may_assign=by.may(May.DECIDE),
            is_statutory=is_statutory(by, worker),
            worker_sees_child=may_be_named(worker, case.person_id),
        )
    )
    kind = Notified.LEAD_NAMED if role in rules.LEADS else Notified.ALLOCATED
    child: dict[str, Any] = {"subject": "person", "subject_id": case.person_id, "person_id": case.person_id}
    announce(by=by, kind=kind, named=[worker], **child)
    _audit_responsible(by, "allocate worker", case, role, worker)
    return case


@transaction.atomic
def end_lead(
    *, by: User, case_id: uuid.UUID, role: str, reason: str, since: date | None = None
) -> AllocatedWorker:
    """Nobody leads it any longer, since today or `since`: family help ended, or child protection did."""
    Case.objects.select_for_update().filter(pk=case_id).first()
    case = case_visible_to(by, case_id)
    row, since = _responsible(case, role), since or timezone.localdate()
    refuse(
        rules.why_not_end_lead(
            role, may_assign=by.may(May.DECIDE), there_is_one=row is not None, reason=reason
        )
    )
    assert row is not None
    _check_since(case, row, since)
    row.until, row.why_ended = since, reason.strip()
    row.save(update_fields=["until", "why_ended"])
    child: dict[str, Any] = {"subject": "person", "subject_id": case.person_id, "person_id": case.person_id}
    announce(by=by, kind=Notified.WORKER_CHANGED, named=[row.worker], **child)
    _audit_responsible(by, "end lead practitioner", case, role, row.worker)
    return row


@transaction.atomic
def name_worker(*, by: User, case_id: uuid.UUID, worker: User) -> None:
    """Who works with the child from the first day: allocated where they are of children's services, else whom the child can
    count on. Who is it already stays."""
    case = case_visible_to(by, case_id)
    if is_statutory(by, worker):
        if case.allocated_worker_id != worker.pk:
            allocate_worker(by=by, case_id=case_id, worker=worker)
    elif case.trusted_worker_id != worker.pk:
        assign_trusted_worker(by=by, case_id=case_id, worker=worker)


def _let_worker_in(by: User, case: Case, worker: User) -> bool:
    """Whether they did not see the child before, as far as anybody may learn, or not so far."""
    saw_child, lines = may_be_named(worker, case.person_id), accesses_of(by, case.person_id)
    before = lines.count()
    if by.may(May.DECIDE):
        let_colleague_in(by=by, person_id=case.person_id, user=worker, why=WORKS_WITH, level=Level.EVERYTHING)
    return not saw_child or lines.count() > before


def _responsible(case: Case, role: str) -> AllocatedWorker | None:
    rows = AllocatedWorker.objects.filter(case=case, role=role, until__isnull=True)
    return rows.select_related("worker").first()


def _check_allocating(
    by: User, case: Case, role: str, worker: User, last: AllocatedWorker | None, since: date, reason: str
) -> None:
    refuse(
        rules.why_not_allocate(
            role,
            is_open=case.state == Case.State.OPEN,
            may_assign=by.may(May.DECIDE),
            is_statutory=is_statutory(by, worker),
            worker_sees_child=may_be_named(worker, case.person_id),
            is_same=last is not None and last.worker_id == worker.pk,
            had_one=last is not None,
            reason=reason,
        )
    )
    _check_since(case, last, since)


def _check_since(case: Case, last: AllocatedWorker | None, since: date) -> None:
    refuse(
        rules.why_not_since(
            since=since,
            opened_on=timezone.localdate(case.opened_at),
            before=last.since if last else None,
            today=timezone.localdate(),
        )
    )


def _audit_responsible(by: User, verb: str, case: Case, role: str, worker: User) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="case",
        subject_id=case.pk,
        person_id=case.person_id,
        detail={"worker": worker.pk, "role": role},
    )


@transaction.atomic
def assign_trusted_worker(
    *,
    by: User,
    case_id: uuid.UUID,
    worker: User,
    reason: str = "",
    child_asked: str = "",
    about_asking: str = "",
    since: date | None = None,
) -> Case:
    """Names the one worker whom the child can count on, since today or `since`: a day of this case. When it was written
    down stays beside it.

    A change says why, whether the child was asked, and what they said to it or why they were not asked.
    """
    Case.objects.select_for_update().filter(pk=case_id).first()
    case = case_visible_to(by, case_id)
    said = {"reason": reason, "child_asked": child_asked, "about_asking": about_asking}
    since, is_let_in = since or timezone.localdate(), _let_worker_in(by, case, worker)
    if case.trusted_worker_id == worker.pk and is_let_in:
        return _trusted_again(by, case, worker)
    _check_assigning(by, case, worker, since, **said)
    _end_chain(by, case, since)
    TrustedWorker.objects.create(case=case, worker=worker, since=since, named_by=by, **said)
    before, case.trusted_worker = case.trusted_worker, worker
    case.save(update_fields=["trusted_worker"])
    child: dict[str, Any] = {"subject": "person", "subject_id": case.person_id, "person_id": case.person_id}
    announce(by=by, kind=Notified.WORKER_NAMED, named=[worker], **child)
    give_to_worker(person_id=case.person_id, at=timezone.now())
    announce(by=by, kind=Notified.WORKER_CHANGED, named=[before], **child)
    _audit_trusted(by, case, worker)
    return case


def _trusted_again(by: User, case: Case, worker: User) -> Case:
    """They are it already, did not see the child any longer or not so far, as after they changed team, and do now."""
    refuse(
        rules.why_not_assign(
            is_open=case.state == Case.State.OPEN,
            may_assign=by.may(May.DECIDE),
            worker_sees_child=may_be_named(worker, case.person_id),
        )
    )
    child: dict[str, Any] = {"subject": "person", "subject_id": case.person_id, "person_id": case.person_id}
    announce(by=by, kind=Notified.WORKER_NAMED, named=[worker], **child)
    _audit_trusted(by, case, worker)
    return case


def _audit_trusted(by: User, case: Case, worker: User) -> None:
    detail = {"worker": worker.pk}
    key: dict[str, Any] = {"subject_id": case.pk, "person_id": case.person_id}
    record_audit(by=by, verb="assign trusted worker", subject="case", detail=detail, **key)


def _check_assigning(
    by: User, case: Case, worker: User, since: date, *, reason: str, child_asked: str, about_asking: str
) -> None:
    last = TrustedWorker.objects.filter(case=case, until__isnull=True).first()
    refuse(
        rules.why_not_assign(
            is_open=case.state == Case.State.OPEN,
            may_assign=by.may(May.DECIDE),
            worker_sees_child=may_be_named(worker, case.person_id),
        )
        or rules.why_not_change_worker(
            is_same=case.trusted_worker_id == worker.pk,
            had_one=case.trusted_worker_id is not None,
            reason=reason,
            asked=child_asked,
            about=about_asking,
        )
        or rules.why_not_since(
            since=since,
            opened_on=timezone.localdate(case.opened_at),
            before=last.since if last else None,
            today=timezone.localdate(),
        )
    )


def _end_chain(by: User, case: Case, until: date) -> None:
    """The link of now ends. One who was named before there was a chain gets a link, from the opening of the case."""
    ended = TrustedWorker.objects.filter(case=case, until__isnull=True).update(until=until)
    if case.trusted_worker is not None and not ended:
        began = timezone.localdate(case.opened_at)
        TrustedWorker.objects.create(
            case=case, worker=case.trusted_worker, since=began, until=until, named_by=case.opened_by
        )


@transaction.atomic
def record_words(
    *,
    by: User,
    person_id: uuid.UUID,
    text: str,
    heard_by: str,
    heard_on: date | None,
    how: str = "said",
    what_changed: str = "",
    wants: str = "",
    language: str = "",
    original: str = "",
    translated_by: str = "",
    said_on: str = "",
    said_on_id: uuid.UUID | None = None,
    corrects: Words | None = None,
    why_corrected: str = "",
) -> Words:
    """Keeps the child's own words, verbatim. Whoever may tell a worry about a child may pass on what the child said.

    `said_on`: on which occasion, and `said_on_id` the plan, the review and so on.
    `corrects`: words of the same child that were written down wrongly; they stay, with `why_corrected`.
    """
    person = person_findable_by(by, person_id)
    said: dict[str, Any] = {"text": text, "heard_by": heard_by, "heard_on": heard_on, "original": original}
    said |= {"language": language, "translated_by": translated_by}
    refuse(rules.why_not_record_words(**said, today=timezone.localdate()))
    words = Words.objects.create(
        person=person,
        how=how,
        what_changed=what_changed,
        wants=wants,
        said_on=said_on,
        said_on_id=said_on_id,
        corrects=corrects,
        why_corrected=why_corrected,
        written_by=by,
        **said,
    )
    record_audit(by=by, verb="record", subject="words", subject_id=words.pk, person_id=person.pk)
    return words


@dataclass(frozen=True)
class Told:
    """Who is told that a record is restricted: what, and by whom; or, where `whom` is empty, why nobody is."""

    whom: tuple[User, ...]
    what: str
    by: User | None = None


@transaction.atomic
def restrict_record(
    *, by: User, person_id: uuid.UUID, reason: str, told: Told | None = None, only_parts: bool = False
) -> None:
    """Closes the record to everybody but those on its list, and writes down who of the others is told what, by whom. Nobody of
    them gets a notice; who is to tell them does. `only_parts`: no agency as a whole stays on the list, but the teams that lead and of the
    child's workers do."""
    losing = {user.pk: user for user, _called in who_loses_sight(by, person_id).values()}
    network.restrict(by=by, person_id=person_id, reason=reason)
    if only_parts:
        _end_whole_agencies(by, person_id, reason)
    by_name = [told.by] if told and told.whom and told.by else []
    refuse(rules.why_not_told_by(sees_it=all(may_be_named(user, person_id) for user in by_name)))
    refuse(rules.why_not_restrict_now(somebody_is_there=somebody_decides_now(by, person_id)))
    whom = tuple(user for user in told.whom if user.pk in losing) if told else ()
    refuse(
        rules.why_not_say_who_is_told(
            anybody_loses=bool(losing),
            is_told=None if told is None else bool(told.whom),
            names_whom=bool(whom),
            what=told.what if told else "",
            has_teller=told is not None and told.by is not None,
        )
    )
    now, chosen = timezone.now(), {user.pk for user in whom}
    for key, user in losing.items():
        RestrictionNews.objects.create(
            person_id=person_id,
            whom=user,
            is_told=key in chosen,
            what=told.what.strip() if told and (key in chosen or not chosen) else "",
            told_by=told.by if told and key in chosen else None,
            written_by=by,
            written_at=now,
        )
    record_audit(
        by=by,
        verb="say who is told",
        subject="restriction",
        subject_id=person_id,
        person_id=person_id,
        detail={"told": sorted(chosen)},
    )
    announce(
        by=by,
        kind=Notified.RESTRICTED,
        subject="restriction",
        subject_id=person_id,
        person_id=person_id,
        named=[told.by] if told and chosen else [],
        at=now,
    )


def _end_whole_agencies(by: User, person_id: uuid.UUID, reason: str) -> None:
    whole, why = agencies_as_a_whole(by, person_id), reason.strip()[: rules.MOST_WHY]
    ending = {line.agency_id for line in whole}
    at_work = [team for team in teams_at_work(by, person_id) if team.agency_id in ending]
    refuse(rules.why_not_end_whole(stays=decides_by_a_part(by, person_id, at_work)))
    for line in whole:
        teams = [team for team in at_work if team.agency_id == line.agency_id]
        if teams:
            access.narrow_access(by=by, access_id=line.pk, teams=teams, why=why)
        else:
            access.end_access(by=by, access_id=line.pk, why=why)


@transaction.atomic
def leave_unheard(
    *,
    by: User,
    person_id: uuid.UUID,
    beside: Words.Occasion,
    beside_id: uuid.UUID,
    told: rules.WhyUnheard | None,
) -> str:
    """Why the child was not heard beside a decision, in the words in which the decision keeps it. What was said of the same
    decision before is replaced; with None it only goes. Whether `by` may write the decision, whoever calls this asks."""
    NotHeard.objects.filter(beside_id=beside_id).delete()
    if told is None:
        return ""
    person = person_visible_to(by, person_id)
    why_not = rules.why_not_leave_unheard(told, today=timezone.localdate())
    if why_not or told.last_on is None:
        raise Refused(why_not)
    row = NotHeard.objects.create(
        person=person,
        beside=beside,
        beside_id=beside_id,
        why=told.why.value,
        last_on=told.last_on,
        text=told.text.strip(),
        written_by=by,
    )
    TryToReach.objects.bulk_create(
        TryToReach(not_heard=row, tried_on=one.on, how=one.how, came=one.came.strip())
        for one in told.tries
        if one.on
    )
    record_audit(by=by, verb="record", subject="not heard", subject_id=row.pk, person_id=person.pk)
    return put(row.said())


@transaction.atomic
def note_warning(
    *,
    by: User,
    person_id: uuid.UUID,
    text: str,
    why: str,
    review_on: date | None,
    person_told: bool | None = None,
    why_not_told: str = "",
    at: datetime | None = None,
) -> WarningNote:
    """A warning that every reader of the record sees first, until it is looked at again and ends."""
    person = person_visible_to(by, person_id)
    why_not = rules.why_not_warn(
        text=text,
        why=why,
        review_on=review_on,
        person_told=person_told,
        why_not_told=why_not_told,
        today=timezone.localdate(at),
    )
    if why_not or review_on is None:
        raise Refused(why_not)
    note = WarningNote(
        person=person,
        text=text.strip(),
        why=why.strip(),
        person_told=person_told,
        why_not_told="" if person_told else why_not_told.strip(),
        review_on=review_on,
        written_by=by,
    )
    note.full_clean()
    note.save(force_insert=True)
    record_audit(by=by, verb="note", subject="warning", subject_id=note.pk, person_id=person.pk)
    announce(by=by, kind=Notified.WARNING, subject="warning", subject_id=note.pk, person_id=person.pk, at=at)
    return note


@transaction.atomic
def review_warning(
    *, by: User, warning_id: int, goes_on: bool | None, reason: str, review_on: date | None = None
) -> WarningReview:
    """Looks at a warning again: it goes on until `review_on`, or it ends. What was said before stays."""
    warning_visible_to(by, warning_id)
    note = WarningNote.objects.select_for_update().get(pk=warning_id)
    today = timezone.localdate()
    refuse(
        rules.why_not_review_warning(
            is_ended=note.ended_at is not None,
            goes_on=goes_on,
            reason=reason,
            review_on=review_on,
            today=today,
        )
    )
    now = timezone.now()
    review = WarningReview.objects.create(
        warning=note,
        reason=reason.strip(),
        review_on=review_on if goes_on else None,
        reviewed_by=by,
        reviewed_at=now,
    )
    note.review_on = review_on if goes_on and review_on else note.review_on
    note.ended_at = None if goes_on else now
    note.save(update_fields=["review_on", "ended_at"])
    verb = "review" if goes_on else "end"
    record_audit(
        by=by, verb=verb, subject="warning", subject_id=note.pk, person_id=note.person_id, reason=reason
    )
    announce(by=by, kind=Notified.WARNING, subject="warning", subject_id=note.pk, person_id=note.person_id)
    return review
