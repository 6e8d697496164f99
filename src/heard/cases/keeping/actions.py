"""Asking for a record to be destroyed, agreeing to it, and holds. Each takes two people."""

from __future__ import annotations

import logging
import uuid
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from heard.agencies.actions import erase_from_trail, record_audit
from heard.agencies.addressing import colleagues_there
from heard.agencies.rules import May, refuse
from heard.cases.keeping import queries, rules
from heard.cases.keeping.models import Destruction, Hold
from heard.cases.record.models import ChronologyChange, ChronologyEntry
from heard.network import erasing
from heard.network.actions import hold_person
from heard.network.queries import person_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User

_AGAIN: str = "Carried out again after an older backup was brought back."
_log = logging.getLogger(__name__)
_MORE_THAN_AGREED: str = (
    "In this backup the record is joined with one that nobody agreed to destroy, so nothing was destroyed. Take the two apart, then "
    "ask to destroy it again."
)
_LEANS: str = (
    "Something of another record leans on this one, so nothing was destroyed. Tell whoever looks after Heard."
)


@transaction.atomic
def ask_to_destroy(*, by: User, person_id: uuid.UUID, why: str, reason: str) -> Destruction:
    """Nothing goes yet: another person agrees within a week. `Hidden` unless the user may see the record."""
    person = hold_person(by=by, person_id=person_id, level=Level.EVERYTHING)
    refuse(queries.why_not_ask(by, person, why=why, reason=reason))
    row = Destruction.objects.create(
        person_id=person_id, why=why, reason=reason.strip(), asked_by=by, asked_at=timezone.now()
    )
    record_audit(
        by=by,
        verb="ask",
        subject="destruction",
        subject_id=row.pk,
        person_id=person_id,
        reason=row.reason,
        detail={"why": why},
    )
    return row


@transaction.atomic
def turn_down(*, by: User, destruction_id: uuid.UUID) -> Destruction:
    """The record stays."""
    row = _locked(by, destruction_id)
    refuse(queries.why_not_decide(by, row, agrees=False))
    _decide(by, row, agreed=False)
    record_audit(by=by, verb="turn down", subject="destruction", subject_id=row.pk, person_id=row.person_id)
    return row


@transaction.atomic
def destroy(*, by: User, destruction_id: uuid.UUID) -> Destruction:
    """The second person agrees, and the record goes: every row that hangs on the person, files, chronology, and the personal
    part of the audit rows about them. What stays is the certificate, and that the rows were there."""
    row = _locked(by, destruction_id)
    hold_person(by=by, person_id=row.person_id, level=Level.EVERYTHING)
    refuse(queries.why_not_decide(by, row, agrees=True))
    found = erasing.gather(row.person_id)
    row.people = sorted(map(str, found.people))
    _take_out(by, row, found)
    _decide(by, row, agreed=True)
    record_audit(by=by, verb="destroy", subject="destruction", subject_id=row.pk, detail={"why": row.why})
    return row


def _take_out(by: User | None, row: Destruction, found: erasing.Gathered) -> None:
    paths = list(erasing.paths_of(found))
    erased = erase_from_trail(by=by, person_ids=found.people, keys=found.keys, certificate=row.pk)
    _make_others_anew(found.people)
    try:
        erasing.take_out(found)
    except IntegrityError:
        _log.exception("A record could not be taken out.")
        refuse(_LEANS)
    row.counted, row.files = found.counted, len(paths)
    row.audit_rows, row.audit_row = erased.rows, erased.said_in
    transaction.on_commit(partial(_remove, paths), robust=True)


@transaction.atomic
def destroy_again(*, by: User | None, erasure: rules.Erasure) -> bool:
    """After an older backup was brought back: a record that was destroyed since goes again, as two people agreed then, whatever
    holds and cases that backup knows. Whether any of it was there. The certificate stands again either way.

    `by`: None, since whoever restores is on the server. `Refused` where something of another record leans on it.
    """
    row = Destruction.objects.filter(pk=erasure.certificate).first()
    there = erasing.records_there([uuid.UUID(key) for key in erasure.people])
    if not there and row is not None and row.agreed:
        return False
    if row is None:
        row = Destruction(pk=erasure.certificate, reason=_AGAIN)
        Destruction.objects.filter(person_id=erasure.people[0], decided_at=None).delete()
    known = colleagues_there({key for key in (erasure.asked_by, erasure.decided_by) if key})
    row.person_id, row.people, row.why = uuid.UUID(erasure.people[0]), list(erasure.people), erasure.why
    row.asked_by_id, row.asked_at = _if_there(erasure.asked_by, known), erasure.asked_at
    row.decided_by_id, row.decided_at = _if_there(erasure.decided_by, known), erasure.decided_at
    row.agreed = True
    if there:
        found = _gathered(there)
        if not set(map(str, found.people)) <= set(erasure.people):
            refuse(_MORE_THAN_AGREED)
        _take_out(by, row, found)
    row.save()
    detail = {"why": row.why, "again": True}
    record_audit(by=by, verb="destroy", subject="destruction", subject_id=row.pk, detail=detail)
    return bool(there)


def _gathered(person_ids: list[uuid.UUID]) -> erasing.Gathered:
    """Of several records: when the backup was made they may not have been merged yet."""
    found = erasing.Gathered()
    for one in map(erasing.gather, person_ids):
        for model, keys in one.rows.items():
            found.rows[model] |= keys
        for link, keys in one.lets_go.items():
            found.lets_go[link] |= keys
    for (model, _name), rows in found.lets_go.items():
        rows -= found.rows[model]
    return found


def _if_there(key: int | None, known: set[int]) -> int | None:
    return key if key in known else None


def _locked(by: User, destruction_id: uuid.UUID) -> Destruction:
    queries.destruction_visible_to(by, destruction_id)
    return Destruction.objects.select_for_update().get(pk=destruction_id)


def _decide(by: User, row: Destruction, *, agreed: bool) -> None:
    row.agreed, row.decided_by, row.decided_at = agreed, by, timezone.now()
    row.save()


def _make_others_anew(people: set[uuid.UUID]) -> None:
    """The chronologies of others with whom they had a tie."""
    others = (
        set(ChronologyEntry.objects.filter(other_id__in=people).values_list("child_id", flat=True)) - people
    )
    ChronologyChange.objects.bulk_create(ChronologyChange(child_id=child) for child in others)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            _log.exception("A file of a destroyed record could not be removed: %s", path.name)


# ---- holds


@transaction.atomic
def place_hold(
    *,
    by: User,
    scope: str,
    reason: str,
    person_id: uuid.UUID | None = None,
    agency_id: uuid.UUID | None = None,
) -> Hold:
    """In force at once, so that nothing goes meanwhile; a second person confirms it."""
    if person_id is not None:
        person_visible_to(by, person_id)
    named = {"record": person_id is not None, "agency": agency_id is not None}.get(scope, True)
    refuse(
        rules.why_not_hold(
            may_keep=by.may(May.KEEP),
            scope=scope,
            named=named,
            reason=reason,
        )
    )
    hold = Hold.objects.create(
        scope=scope,
        person_id=person_id,
        agency_id=agency_id,
        reason=reason.strip(),
        placed_by=by,
        placed_at=timezone.now(),
    )
    record_audit(
        by=by,
        verb="place hold",
        subject="hold",
        subject_id=hold.pk,
        person_id=person_id,
        reason=hold.reason,
        detail={"scope": scope},
    )
    return hold


@transaction.atomic
def confirm_hold(*, by: User, hold_id: uuid.UUID) -> Hold:
    hold = _locked_hold(by, hold_id)
    refuse(queries.why_not_confirm_hold(by, hold))
    hold.confirmed_by, hold.confirmed_at = by, timezone.now()
    hold.save(update_fields=["confirmed_by", "confirmed_at"])
    record_audit(by=by, verb="confirm hold", subject="hold", subject_id=hold.pk, person_id=hold.person_id)
    return hold


@transaction.atomic
def ask_to_lift_hold(*, by: User, hold_id: uuid.UUID, reason: str) -> Hold:
    """It stays in force until another person agrees."""
    hold = _locked_hold(by, hold_id)
    refuse(queries.why_not_ask_to_lift(by, hold, reason=reason))
    hold.why_lift, hold.lift_asked_by = reason.strip(), by
    hold.save(update_fields=["why_lift", "lift_asked_by"])
    record_audit(
        by=by,
        verb="ask to lift hold",
        subject="hold",
        subject_id=hold.pk,
        person_id=hold.person_id,
        reason=hold.why_lift,
    )
    return hold


@transaction.atomic
def lift_hold(*, by: User, hold_id: uuid.UUID) -> Hold:
    hold = _locked_hold(by, hold_id)
    refuse(queries.why_not_lift(by, hold))
    hold.lifted_by, hold.lifted_at = by, timezone.now()
    hold.save(update_fields=["lifted_by", "lifted_at"])
    record_audit(by=by, verb="lift hold", subject="hold", subject_id=hold.pk, person_id=hold.person_id)
    return hold


def _locked_hold(by: User, hold_id: uuid.UUID) -> Hold:
    queries.hold_visible_to(by, hold_id)
    return Hold.objects.select_for_update().get(pk=hold_id)


@transaction.atomic
def open_destruction(*, by: User, destruction_id: uuid.UUID) -> Destruction:
    """For showing it: with a 'view' row while there is a record of which it speaks."""
    row = queries.destruction_visible_to(by, destruction_id)
    person_id = None if row.agreed else row.person_id
    record_audit(by=by, verb="view", subject="destruction", subject_id=row.pk, person_id=person_id)
    return row


@transaction.atomic
def open_hold(*, by: User, hold_id: uuid.UUID) -> Hold:
    """For showing it, with a 'view' row; or `Hidden`."""
    hold = queries.hold_visible_to(by, hold_id)
    record_audit(by=by, verb="view", subject="hold", subject_id=hold.pk, person_id=hold.person_id)
    return hold
