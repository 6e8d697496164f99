"""Every write of a referral. Each takes the row anew, locked and only if `by` may see it, asks the rule, writes, and
leaves its audit row in the same transaction. Nothing here sends anything to anybody."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Refused, refuse
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to, why_not_after_death
from heard.cases.referral import queries, rules
from heard.cases.referral.models import AFTERWARDS, Referral, ReferralDecision
from heard.cases.referral.prefill import Known, known_of
from heard.cases.referral.questions import CURRENT, Question
from heard.cases.referral.rules import Move, ReferralState
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.network.actions import hold_person
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def start_referral(*, by: User, case_id: uuid.UUID, at: datetime | None = None) -> Referral:
    """An empty referral by the current form. What the record says is laid before the writer, and confirmed by them."""
    case = case_visible_to(by, case_id)
    hold_person(by=by, person_id=case.person_id, level=Level.EVERYTHING)
    refuse(why_not_after_death(by, case.person_id))
    refuse(queries.why_not_start(by, case.pk))
    referral = Referral.objects.create(case=case, form=CURRENT, writer=by, started_at=at or timezone.now())
    referral.writers.add(by)
    _audit(by, "start", referral)
    return referral


@transaction.atomic
def copy_referral(*, by: User, referral_id: uuid.UUID) -> Referral:
    """A new version of a reviewed one, with its answers, to be changed and reviewed again."""
    old = _locked(by, referral_id)
    hold_person(by=by, person_id=old.case.person_id)
    refuse(queries.why_not_copy(by, old))
    new = Referral.objects.create(
        case=old.case,
        form=CURRENT,
        number=old.number + 1,
        replaces=old,
        writer=by,
        answers=old.answers,
        started_at=timezone.now(),
    )
    new.writers.add(by, *old.writers.all())
    _audit(by, "start", new, replaces=old.pk)
    return new


@transaction.atomic
def open_referral(*, by: User, referral_id: uuid.UUID) -> Referral:
    """The referral, for showing it, with the 'view' audit row; or `Hidden`."""
    referral = queries.referral_visible_to(by, referral_id)
    _audit(by, "view", referral)
    return referral


@transaction.atomic
def write_section(*, by: User, referral_id: uuid.UUID, section: str, values: Mapping[str, Any]) -> Referral:
    """Keeps the answers of one section, each with what the record said then. The record itself is not changed.

    `values` by field id, as `questions` describes them. Raises `Refused` where one is longer than the form takes.
    """
    referral = _locked(by, referral_id)
    refuse(queries.why_not_change(by, referral))
    form, known = queries.form_of(referral), known_of(by, referral)
    now = timezone.now()
    for name, value in values.items():
        question = form.questions[name]
        _refuse_too_long(question, value)
        _put(referral, question, _tidy(value), known.get(name), by, now)
    referral.save(update_fields=["answers"])
    referral.writers.add(by)
    _audit(by, "write", referral, section=section)
    return referral


@transaction.atomic
def send_to_review(
    *, by: User, referral_id: uuid.UUID, view: ChildsView, at: datetime | None = None
) -> Referral:
    """Everything that the form requires is answered: now somebody who did not write it reads it."""
    referral = _locked(by, referral_id)
    whom = referral.case.person_id
    words, why_no_words = hear(
        by=by, person_id=whom, view=view, on=Words.Occasion.REFERRAL, on_id=referral.pk
    )
    refuse(queries.why_not_send(by, referral, has_words=words is not None, why_no_words=why_no_words))
    now = at or timezone.now()
    return _move(by, referral, Move.SEND, sent_at=now, words=words, why_no_words=why_no_words)


@transaction.atomic
def return_referral(*, by: User, referral_id: uuid.UUID, reason: str) -> Referral:
    referral = _locked(by, referral_id)
    refuse(queries.why_not_return(by, referral, reason=reason))
    back = _move(by, referral, Move.RETURN, returned_at=timezone.now(), returned_reason=reason)
    _announce(by, back, Notified.SENT_BACK)
    return back


@transaction.atomic
def agree_referral(
    *, by: User, referral_id: uuid.UUID, note: str = "", at: datetime | None = None
) -> Referral:
    """From here on it does not change, and can be taken out."""
    referral = _locked(by, referral_id)
    refuse(queries.why_not_review(by, referral))
    now = at or timezone.now()
    agreed = _move(by, referral, Move.AGREE, reviewed_by=by, reviewed_at=now, review_note=note)
    _announce(by, agreed, Notified.REFERRAL)
    return agreed


@transaction.atomic
def note_export(*, by: User, referral_id: uuid.UUID, kind: str, content: bytes) -> Referral:
    """Somebody takes it out as a file (`kind`: pdf or json). The row keeps what exactly: the digest of its bytes."""
    referral = queries.referral_visible_to(by, referral_id)
    refuse(queries.why_not_export(by, referral))
    _audit(by, "export", referral, kind=kind, sha256=hashlib.sha256(content).hexdigest())
    return referral


@transaction.atomic
def note_submitted(*, by: User, referral_id: uuid.UUID, on: date | None, reference: str = "") -> Referral:
    """Somebody submitted it in the Home Office's own form, on that day, and got this reference."""
    referral = _locked(by, referral_id)
    refuse(queries.why_not_submitted(by, referral, on=on, today=timezone.localdate()))
    referral.submitted_on, referral.submitted_by, referral.reference_received = on, by, reference.strip()
    referral.save(update_fields=sorted(AFTERWARDS))
    _audit(by, "note submission", referral, on=on)
    return referral


@transaction.atomic
def note_reference(*, by: User, referral_id: uuid.UUID, reference: str) -> Referral:
    """The reference that came after it was submitted."""
    referral = _locked(by, referral_id)
    refuse(queries.why_not_reference(by, referral))
    referral.reference_received = reference.strip()
    referral.save(update_fields=["reference_received"])
    _audit(by, "note reference", referral)
    return referral


@transaction.atomic
def note_decision(
    *, by: User, referral_id: uuid.UUID, stage: str, result: str, on: date | None, note: str = ""
) -> ReferralDecision:
    """What the Home Office decided. `stage`: reasonable or conclusive; `result`: positive, negative, suspended, withdrawn."""
    referral = _locked(by, referral_id)
    why_not = queries.why_not_decided(by, referral, stage=stage, on=on, today=timezone.localdate())
    if why_not or on is None:
        raise Refused(why_not)
    decision = ReferralDecision.objects.create(
        referral=referral, stage=stage, result=result, decided_on=on, note=note, recorded_by=by
    )
    _audit(by, "note decision", referral, stage=stage, result=result)
    _announce(by, referral, Notified.REFERRAL)
    return decision


def _announce(by: User, referral: Referral, kind: Notified) -> None:
    announce(
        by=by,
        kind=kind,
        subject="referral",
        subject_id=referral.pk,
        person_id=referral.case.person_id,
        named=[referral.writer],
    )


def _put(
    referral: Referral, question: Question, value: Any, known: Known | None, by: User, now: datetime
) -> None:
    """One answer with where it comes from. One that has not changed keeps who wrote it and when."""
    was = referral.answers.get(question.id)
    if not value and not (known and known.fills):
        referral.answers.pop(question.id, None)
        return  # else it is kept as left empty on purpose
    if was and was["value"] == value:
        return
    said = known.value if known else None
    files = question.kind == "files"
    entry = {
        "value": value,
        "record": said,
        "where": known.where if known and (said == value or files) else "",
        "by": by.pk,
        "at": now.isoformat(timespec="seconds"),
    }
    if files:
        entry["names"] = {one: known.choices.get(one, one) for one in value} if known else {}
    referral.answers[question.id] = entry


def _tidy(value: Any) -> Any:
    """Text as it was typed, without the spaces around it and the one character that PostgreSQL cannot hold."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value).replace("\x00", "").replace("\r\n", "\n").strip() if value else ""


def _refuse_too_long(question: Question, value: Any) -> None:
    too_long = rules.why_too_long(value, question.limit) if isinstance(value, str) else None
    if too_long:
        raise Refused(too_long[0] % {"over": too_long[1], "limit": question.limit})


def _locked(by: User, referral_id: uuid.UUID) -> Referral:
    """The row as it stands now, kept from other writers until the transaction ends."""
    Referral.objects.select_for_update().filter(pk=referral_id).first()
    return queries.referral_visible_to(by, referral_id)


def _move(by: User, referral: Referral, move: Move, **values: Any) -> Referral:
    then = rules.after(ReferralState(referral.state), move)
    if then is None:
        raise Refused(rules.REVIEWED_IS_FINAL)
    for name, value in (values | {"state": then}).items():
        setattr(referral, name, value)
    referral.save(update_fields=[*values, "state"])
    _audit(by, move.value, referral)
    return referral


def _audit(by: User, verb: str, referral: Referral, **detail: object) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="referral",
        subject_id=referral.pk,
        person_id=referral.case.person_id,
        detail={name: str(value) for name, value in detail.items()},
    )
