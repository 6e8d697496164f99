"""Noting what starts, meets or ends a clock, correcting it, and opening the clocks of a case."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import May, Refused, refuse
from heard.cases.case.models import Case, CasePeriod, Death
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to
from heard.cases.clocks import queries, rules
from heard.cases.clocks.models import ClockRun, Moment
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def note_moment(*, by: User, case_id: uuid.UUID, kind: str, on: date | None, note: str = "") -> Moment:
    """Notes that something happened on a day, and winds the clocks of the case accordingly."""
    case = _held(by, case_id)
    why_not = rules.why_not_note(
        may_note=by.may(May.PLAN),
        case_is_open=case.state == "open",
        kind=kind,
        on=on,
        noted_already=_noted_already(case, kind, on),
        today=timezone.localdate(),
    )
    if why_not or on is None:
        raise Refused(why_not)
    moment = Moment(case=case, kind=kind, on=on, note=note.strip(), release=load.current().id, noted_by=by)
    moment.save(force_insert=True)
    _wind(case)
    _audit(by, "note", moment)
    announce(by=by, kind=Notified.MOMENT, subject="clocks", subject_id=case.pk, person_id=case.person_id)
    return moment


@transaction.atomic
def correct_moment(
    *,
    by: User,
    moment_id: uuid.UUID,
    happened: bool | None,
    why: str,
    kind: str = "",
    on: date | None = None,
    note: str = "",
) -> Moment:
    """What was noted stays; the correction takes its place, or (`happened` False) says that there was no such moment."""
    case = _held(by, queries.moment_visible_to(by, moment_id).case_id)
    old = queries.moment_visible_to(by, moment_id)
    refuse(
        rules.why_not_correct(
            may_note=by.may(May.PLAN),
            is_corrected=queries.is_corrected(old),
            happened=happened,
            kind=kind,
            on=on,
            is_same=(kind, on, note.strip()) == (old.kind, old.on, old.note),
            noted_already=_noted_already(case, kind, on, but=old),
            why=why,
            today=timezone.localdate(),
        )
    )
    moment = Moment(
        case=case,
        kind=kind if happened else old.kind,
        on=on if happened and on else old.on,
        note=note.strip() if happened else old.note,
        happened=bool(happened),
        release=old.release,
        corrects=old,
        why_corrected=why.strip(),
        noted_by=by,
    )
    moment.save(force_insert=True)
    _wind(case)
    _audit(by, "correct", moment, reason=why)
    return moment


@transaction.atomic
def end_clocks(*, by: User, case_id: uuid.UUID) -> None:
    """Winds the clocks of a case anew once it has been closed: those that ran end."""
    case = _held(by, case_id)
    _wind(case)
    record_audit(by=by, verb="end", subject="clocks", subject_id=case.pk, person_id=case.person_id)


@transaction.atomic
def open_clocks(*, by: User, case_id: uuid.UUID) -> Case:
    """The case, for showing its clocks: the look is written down."""
    case = case_visible_to(by, case_id)
    record_audit(by=by, verb="view", subject="clocks", subject_id=case.pk, person_id=case.person_id)
    return case


def _held(by: User, case_id: uuid.UUID) -> Case:
    """The case, for this transaction alone: two who note at once would wind its clocks from half of the moments."""
    Case.objects.select_for_update().filter(pk=case_id).first()
    return case_visible_to(by, case_id)


def _noted_already(case: Case, kind: str, on: date | None, *, but: Moment | None = None) -> bool:
    rows = Moment.objects.filter(queries.STANDING, case=case, kind=kind)
    if on is None:
        return False
    return any(row.pk != (but and but.pk) for row in rows.filter(on=on))


def _wind(case: Case) -> None:
    """The clocks of the standing moments. A clock belongs to the period in which its moment was noted, and ends with it."""
    moments = list(Moment.objects.filter(queries.STANDING, case=case))
    releases = {moment.release: load.release(moment.release) for moment in moments}
    ends = _ends(case)
    ClockRun.objects.filter(case=case).delete()
    ClockRun.objects.bulk_create(
        ClockRun(
            case=case,
            clock=run.clock,
            release=run.release,
            started_on=run.started_on,
            due_on=run.due_on,
            met_on=run.met_on,
            ended_on=run.ended_on,
            started_by_id=run.started_by,
            stopped_by_id=run.stopped_by,
        )
        for run in (
            rules.end_with_case(run, ends[run.started_by]) for run in rules.runs_of(moments, releases)
        )
        if run.started_on
    )


def _ends(case: Case) -> dict[uuid.UUID, date | None]:
    """Of each moment, the day on which the case was first closed after it was noted, or the child’s death recorded; a correction counts as what it
    corrects."""
    closed = sorted(
        [
            *CasePeriod.objects.filter(case=case).values_list("closed_at", flat=True),
            *Death.objects.filter(person_id=case.person_id, stands=True).values_list("written_at", flat=True),
        ]
    )
    ends: dict[uuid.UUID, date | None] = {}
    for moment in Moment.objects.filter(case=case).order_by("noted_at"):
        after = (at for at in closed if at > moment.noted_at)
        end = next((timezone.localdate(at) for at in after), None)
        ends[moment.pk] = ends.get(moment.corrects_id, end) if moment.corrects_id else end
    return ends


def _audit(by: User, verb: str, moment: Moment, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="moment",
        subject_id=moment.pk,
        person_id=moment.case.person_id,
        reason=reason,
        detail={"kind": moment.kind, "happened": moment.happened},
    )
