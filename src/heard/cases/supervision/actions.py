"""Every write of supervision. Each takes the row anew and only if it is one of `by`'s own, asks the rule, writes, and
leaves its audit row in the same transaction. No row names a child, but for a decision that is copied into a record."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to
from heard.cases.supervision import queries, rules
from heard.cases.supervision.models import (
    RecordedDecision,
    Supervision,
    SupervisionAction,
    SupervisionCorrection,
    SupervisionDecision,
)
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def begin_supervision(
    *, by: User, worker: User, supervisor: User, planned_on: date | None, at: datetime | None = None
) -> Supervision:
    """The first supervision of two people of a team. Those after it follow from one another."""
    together = (
        queries.supervisors_of(by).filter(pk=supervisor.pk)
        if by == worker
        else queries.supervised_by(by).filter(pk=worker.pk)
    )
    why_not = rules.why_not_begin(
        is_one_of_them=by in (worker, supervisor),
        is_same=worker == supervisor,
        supervises=together.exists(),
        under_way=queries.under_way(by, worker=worker, supervisor=supervisor),
        planned_on=planned_on,
        today=timezone.localdate(at),
    )
    if why_not or planned_on is None:
        raise Refused(why_not)
    row = Supervision.objects.create(worker=worker, supervisor=supervisor, planned_on=planned_on)
    _audit(by, "plan", row)
    return row


@transaction.atomic
def open_supervision(*, by: User, supervision_id: uuid.UUID) -> Supervision:
    """The record, for showing it, with the 'view' audit row; or `Hidden`."""
    row = queries.supervision_visible_to(by, supervision_id)
    _audit(by, "view", row)
    return row


@transaction.atomic
def move_supervision(*, by: User, supervision_id: uuid.UUID, planned_on: date | None) -> Supervision:
    row = _locked(by, supervision_id)
    why_not = rules.why_not_move(state=row.state, planned_on=planned_on, today=timezone.localdate())
    if why_not or planned_on is None:
        raise Refused(why_not)
    row.planned_on = planned_on
    row.save(update_fields=["planned_on"])
    _audit(by, "move", row)
    return row


@transaction.atomic
def call_off(*, by: User, supervision_id: uuid.UUID, why: str) -> Supervision:
    """Supervision that will not be held. What the worker prepared stays."""
    row = _locked(by, supervision_id)
    refuse(rules.why_not_call_off(state=row.state, why=why))
    row.state, row.why_called_off = Supervision.State.CALLED_OFF, why.strip()
    row.save(update_fields=["state", "why_called_off"])
    _audit(by, "call off", row)
    return row


@transaction.atomic
def prepare(
    *, by: User, supervision_id: uuid.UUID, stays_with: str = "", otherwise: str = "", needs: str = ""
) -> Supervision:
    """What the worker thinks beforehand. Each is optional."""
    row = _locked(by, supervision_id)
    refuse(rules.why_not_prepare(state=row.state, is_worker=row.worker_id == by.pk))
    row.stays_with, row.otherwise, row.needs = stays_with.strip(), otherwise.strip(), needs.strip()
    row.save(update_fields=["stays_with", "otherwise", "needs"])
    _audit(by, "prepare", row)
    return row


@transaction.atomic
def hold_supervision(
    *,
    by: User,
    supervision_id: uuid.UUID,
    held_on: date | None,
    talked: str,
    wellbeing: str = "",
    next_on: date | None,
) -> Supervision:
    """Writes the record and plans the next one. What is changed after somebody has read it has to be read again."""
    row = _locked(by, supervision_id)
    refuse(
        rules.why_not_hold(
            state=row.state,
            is_supervisor=row.supervisor_id == by.pk,
            held_on=held_on,
            talked=talked,
            next_on=next_on,
            today=timezone.localdate(),
        )
    )
    row.state, row.held_on = Supervision.State.HELD, held_on
    row.talked, row.wellbeing = talked.strip(), wellbeing.strip()
    row.worker_read_at = row.supervisor_read_at = None
    row.save()
    assert next_on is not None  # the rule has asked
    _plan_next(by, row, next_on)
    _audit(by, "hold", row)
    return row


@transaction.atomic
def add_decision(
    *, by: User, supervision_id: uuid.UUID, case_id: uuid.UUID, text: str, reason: str
) -> SupervisionDecision:
    """A decision about one child, which stays in this record. `Hidden` for a case that `by` does not see."""
    row = _to_write(by, supervision_id)
    if not queries.cases_to_decide_on(by, row).filter(pk=case_id).exists():
        raise Hidden
    if not (text.strip() and reason.strip()):
        raise Refused("Write the decision, and the reason for it.")
    decision = SupervisionDecision.objects.create(
        supervision=row, case_id=case_id, text=text.strip(), reason=reason.strip()
    )
    _audit(by, "decide", row)
    return decision


@transaction.atomic
def add_action(
    *, by: User, supervision_id: uuid.UUID, what: str, for_worker: bool, due_on: date | None
) -> SupervisionAction:
    """What one of the two will do: the worker, or else the supervisor."""
    row = _to_write(by, supervision_id)
    if not what.strip() or due_on is None:
        raise Refused("Say what will be done, and by when.")
    owner = row.worker if for_worker else row.supervisor
    action = SupervisionAction.objects.create(supervision=row, what=what.strip(), owner=owner, due_on=due_on)
    _audit(by, "add action", row)
    return action


@transaction.atomic
def finish_action(*, by: User, supervision_id: uuid.UUID, action_key: int) -> SupervisionAction:
    """Also after the record was read by both: what was agreed does not change by being done."""
    row = _locked(by, supervision_id)
    action = _action_of(row, action_key)
    if action.done_on is not None:
        raise Refused("This is done already.")
    action.done_on = timezone.localdate()
    action.save(update_fields=["done_on"])
    _audit(by, "finish action", row)
    return action


@transaction.atomic
def take_back_done(*, by: User, supervision_id: uuid.UUID, action_key: int) -> SupervisionAction:
    """What was marked as done by mistake is to do again, on the same day."""
    row = _locked(by, supervision_id)
    action = _action_of(row, action_key)
    if action.done_on != timezone.localdate():
        raise Refused("This can be taken back on the day on which it was marked as done.")
    action.done_on = None
    action.save(update_fields=["done_on"])
    _audit(by, "take back action", row)
    return action


def _action_of(row: Supervision, action_key: int) -> SupervisionAction:
    action = SupervisionAction.objects.filter(supervision=row, pk=action_key).first()
    if action is None:
        raise Hidden
    return action


@transaction.atomic
def confirm_read(*, by: User, supervision_id: uuid.UUID) -> Supervision:
    """One of the two has read the record. Once both have, it never changes."""
    row = _locked(by, supervision_id)
    mine = "worker_read_at" if row.worker_id == by.pk else "supervisor_read_at"
    refuse(
        rules.why_not_confirm(
            state=row.state,
            is_one_of_them=by.pk in (row.worker_id, row.supervisor_id),
            has_confirmed=getattr(row, mine) is not None,
        )
    )
    setattr(row, mine, timezone.now())
    if row.worker_read_at and row.supervisor_read_at:
        row.state = Supervision.State.CONFIRMED
    row.save(update_fields=[mine, "state"])
    _audit(by, "confirm", row)
    return row


@transaction.atomic
def add_correction(*, by: User, supervision_id: uuid.UUID, text: str) -> SupervisionCorrection:
    row = _locked(by, supervision_id)
    refuse(rules.why_not_correct(state=row.state, text=text))
    correction = SupervisionCorrection.objects.create(supervision=row, text=text.strip(), written_by=by)
    _audit(by, "correct", row)
    return correction


@transaction.atomic
def record_decision(
    *, by: User, decision_id: uuid.UUID, text: str, reason: str, view: ChildsView
) -> RecordedDecision:
    """Copies a decision into the child's record, in the words that are shown there, beside the child's view."""
    decision = queries.decision_visible_to(by, decision_id)
    row = _locked(by, decision.supervision_id)
    whom, recorded_id = decision.case.person_id, uuid.uuid4()
    words, why_no_words = hear(
        by=by, person_id=whom, view=view, on=Words.Occasion.SUPERVISION, on_id=recorded_id
    )
    refuse(
        rules.why_not_record(
            is_written=row.held_on is not None,
            on_record=RecordedDecision.objects.filter(copied_from=decision).exists(),
            text=text,
            reason=reason,
            has_words=words is not None,
            why_no_words=why_no_words,
        )
    )
    assert row.held_on is not None  # the rule has asked
    recorded = RecordedDecision.objects.create(
        pk=recorded_id,
        case=decision.case,
        copied_from=decision,
        text=text.strip(),
        reason=reason.strip(),
        words=words,
        why_no_words=why_no_words,
        decided_on=row.held_on,
        decided_by=row.supervisor,
        recorded_by=by,
    )
    record_audit(
        by=by,
        verb="record",
        subject="decision",
        subject_id=recorded.pk,
        person_id=decision.case.person_id,
        reason=reason,
    )
    child = decision.case.person_id
    announce(by=by, kind=Notified.DECIDED, subject="person", subject_id=child, person_id=child)
    return recorded


@transaction.atomic
def write_decision(
    *, by: User, case_id: uuid.UUID, text: str, reason: str, view: ChildsView
) -> RecordedDecision:
    """A supervisor's decision, written into the child's record at once, beside the child's view."""
    case, recorded_id, today = case_visible_to(by, case_id), uuid.uuid4(), timezone.localdate()
    child = case.person_id
    words, why_no_words = hear(
        by=by, person_id=child, view=view, on=Words.Occasion.SUPERVISION, on_id=recorded_id
    )
    refuse(
        rules.why_not_write_decision(
            may_sign_off=by.may(May.SIGN_OFF),
            case_is_open=case.state == "open",
            text=text,
            reason=reason,
            has_words=words is not None,
            why_no_words=why_no_words,
        )
    )
    recorded = RecordedDecision.objects.create(
        pk=recorded_id,
        case=case,
        text=text.strip(),
        reason=reason.strip(),
        words=words,
        why_no_words=why_no_words,
        decided_on=today,
        decided_by=by,
        recorded_by=by,
    )
    record_audit(
        by=by, verb="record", subject="decision", subject_id=recorded.pk, person_id=child, reason=reason
    )
    announce(by=by, kind=Notified.DECIDED, subject="person", subject_id=child, person_id=child)
    return recorded


def _locked(by: User, supervision_id: uuid.UUID) -> Supervision:
    """The row as it stands now, kept from other writers until the transaction ends."""
    Supervision.objects.select_for_update().filter(pk=supervision_id).first()
    return queries.supervision_visible_to(by, supervision_id)


def _to_write(by: User, supervision_id: uuid.UUID) -> Supervision:
    """What is added after somebody has read the record has to be read again."""
    row = _locked(by, supervision_id)
    refuse(rules.why_not_write(state=row.state, is_supervisor=row.supervisor_id == by.pk))
    if row.worker_read_at or row.supervisor_read_at:
        row.worker_read_at = row.supervisor_read_at = None
        row.save(update_fields=["worker_read_at", "supervisor_read_at"])
    return row


def _plan_next(by: User, row: Supervision, on: date) -> None:
    """The next meeting of the two; one that is planned already is moved."""
    two = {"worker": row.worker, "supervisor": row.supervisor}
    following = Supervision.objects.filter(**two, state=Supervision.State.PLANNED).first()
    if following is None:
        after = None if Supervision.objects.filter(follows=row).exists() else row
        _audit(by, "plan", Supervision.objects.create(**two, follows=after, planned_on=on))
    elif following.planned_on != on:
        following.planned_on = on
        following.save(update_fields=["planned_on"])
        _audit(by, "move", following)


def _audit(by: User, verb: str, row: Supervision) -> None:
    record_audit(by=by, verb=verb, subject="supervision", subject_id=row.pk)
