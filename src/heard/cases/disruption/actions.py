"""Every write of disruption steps: rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.models import Case
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import Kind as Notified
from heard.cases.case.queries import case_visible_to, why_not_give
from heard.cases.disruption import queries, rules
from heard.cases.disruption.models import DisruptionStep
from heard.cases.disruption.rules import Progress

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def plan_step(
    *,
    by: User,
    case_id: uuid.UUID,
    kind: str,
    what: str,
    agency_id: uuid.UUID,
    due_on: date | None,
    end: str = "",
    end_id: uuid.UUID | None = None,
    who_or_where: str = "",
    power: str = "",
    owner: User | None = None,
    panel_action_id: uuid.UUID | None = None,
) -> DisruptionStep:
    """A step against a person, place or group of the network (`end`, `end_id`) or one that is described. `Hidden` for
    one that `by` may not see. `panel_action_id`: what a panel decided, where it comes from there."""
    case = case_visible_to(by, case_id)
    against = queries.read_against(by, end, end_id, who_or_where)
    step = DisruptionStep(case=case, added_by=by, panel_action_id=panel_action_id)
    _write(
        by, step, against, kind=kind, what=what, agency_id=agency_id, due_on=due_on, power=power, owner=owner
    )
    _audit(by, "add", case, step)
    _announce(by, step, Notified.ACTION)
    return step


@transaction.atomic
def change_step(
    *,
    by: User,
    disruption_id: uuid.UUID,
    kind: str,
    what: str,
    agency_id: uuid.UUID,
    due_on: date | None,
    end: str = "",
    end_id: uuid.UUID | None = None,
    who_or_where: str = "",
    power: str = "",
    owner: User | None = None,
) -> DisruptionStep:
    """Changes a step that is still to do. Who is given it learns of it."""
    step = _locked(by, disruption_id)
    if step.state != Progress.OPEN:
        raise Refused("This step is finished already.")
    against, before = queries.read_against(by, end, end_id, who_or_where), step.owner_id
    _write(
        by, step, against, kind=kind, what=what, agency_id=agency_id, due_on=due_on, power=power, owner=owner
    )
    _audit(by, "change", step.case, step)
    if step.owner_id != before:
        _announce(by, step, Notified.ACTION)
    return step


@transaction.atomic
def finish_step(
    *, by: User, disruption_id: uuid.UUID, outcome: str, done_on: date | None, note: str = ""
) -> DisruptionStep:
    """Done, or could not be done, with a note that says why."""
    step = _locked(by, disruption_id)
    refuse(
        rules.why_not_finish_step(
            may_plan=by.may(May.PLAN),
            progress=step.state,
            outcome=outcome,
            note=note,
            done_on=done_on,
            today=timezone.localdate(),
        )
    )
    step.state, step.done_on, step.note = Progress(outcome), done_on, note.strip()
    step.save(update_fields=["state", "done_on", "note"])
    _audit(by, "finish", step.case, step)
    _announce(by, step, Notified.ACTION_FINISHED)
    return step


@transaction.atomic
def open_step(*, by: User, disruption_id: uuid.UUID) -> DisruptionStep:
    """The step, for showing it, with the 'view' audit row; or `Hidden`."""
    step = queries.step_visible_to(by, disruption_id)
    _audit(by, "view", step.case, step)
    return step


def _announce(by: User, step: DisruptionStep, kind: Notified) -> None:
    announce(
        by=by,
        kind=kind,
        subject="disruption step",
        subject_id=step.pk,
        person_id=step.case.person_id,
        named=[step.owner],
    )


def _write(by: User, step: DisruptionStep, against: queries.Against, **given: Any) -> None:
    case = step.case
    why_not = queries.why_not_begin(by, case) or rules.why_not_plan_step(
        what=given["what"],
        against=against.said,
        is_a_child=against.is_a_child or against.end_id == case.person_id,
        due_on=given["due_on"],
    )
    refuse(why_not or why_not_give(by, given["owner"], person_id=case.person_id))
    if not agencies_visible_to(by).filter(pk=given["agency_id"]).exists():
        raise Hidden
    ends = {
        f"{end}_id": against.end_id if end == against.end else None for end in ("person", "place", "group")
    }
    for name, value in {**given, **ends, "who_or_where": against.text}.items():
        setattr(step, name, value)
    step.full_clean()
    step.save()


def _locked(by: User, disruption_id: uuid.UUID) -> DisruptionStep:
    DisruptionStep.objects.select_for_update().filter(pk=disruption_id).first()
    return queries.step_visible_to(by, disruption_id)


def _audit(by: User, verb: str, case: Case, step: DisruptionStep) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="disruption step",
        subject_id=step.pk,
        person_id=case.person_id,
        detail={"state": step.state},
    )
