"""Writing the child's own plan, opening it, and giving it; and printing who looked. Each leaves its audit row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import why_not_after_death, words_of
from heard.cases.own import queries, rules
from heard.cases.own.models import ChildsPlan, GivenPlan
from heard.cases.own.rules import Lookers
from heard.cases.plan.models import Action, Outcome, Plan
from heard.cases.plan.queries import plan_visible_to
from heard.network.actions import open_record

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person


@transaction.atomic
def open_own_plan(*, by: User, plan_id: uuid.UUID, verb: str = "view") -> queries.OwnPlan:
    """The plan as the child reads it, for showing or (`verb="print"`) printing; or `Hidden`."""
    plan = plan_visible_to(by, plan_id)
    _audit(by, verb, plan)
    return queries.own_plan(by, plan)


@transaction.atomic
def write_own_plan(
    *,
    by: User,
    plan_id: uuid.UUID,
    outcomes: Mapping[uuid.UUID, str],
    actions: Mapping[uuid.UUID, str],
    words_id: uuid.UUID | None,
    reach: str = "",
    what_changed: str = "",
    if_unsafe: str = "",
    who_knows: str = "",
    next_steps: str = "",
) -> ChildsPlan:
    """`outcomes` and `actions`: the plain words for each, by key; those that are not of this plan are `Hidden`."""
    Plan.objects.select_for_update().filter(pk=plan_id).first()
    plan = plan_visible_to(by, plan_id)
    refuse(queries.why_not_write(by, plan))
    if words_id and not words_of(by, plan.case.person_id).filter(pk=words_id).exists():
        raise Hidden
    rows = list(plan.outcomes.all())
    _write(outcomes, rows)
    _write(actions, [action for outcome in rows for action in outcome.actions.all()])
    said = {"reach": reach, "what_changed": what_changed, "if_unsafe": if_unsafe}
    said |= {"who_knows": who_knows, "next_steps": next_steps}
    childs, _new = ChildsPlan.objects.update_or_create(
        plan=plan, defaults={"words_id": words_id, "written_by": by, **said}
    )
    _audit(by, "write", plan)
    return childs


@transaction.atomic
def give_own_plan(
    *,
    by: User,
    plan_id: uuid.UUID,
    given_on: date | None = None,
    given_by: str = "",
    why_not: str = "",
) -> GivenPlan:
    """Writes down that the child was given the plan, or why not."""
    Plan.objects.select_for_update().filter(pk=plan_id).first()
    plan = plan_visible_to(by, plan_id)
    refuse(why_not_after_death(by, plan.case.person_id))
    refuse(
        rules.why_not_give(
            plan_state=plan.state,
            may_plan=by.may(May.PLAN),
            is_written=queries.own_plan(by, plan).is_written,
            given_on=given_on,
            given_by=given_by,
            why_not=why_not,
            today=timezone.localdate(),
        )
    )
    was_given = not why_not.strip()
    given = GivenPlan.objects.create(
        plan=plan,
        given_on=given_on if was_given else None,
        given_by=given_by.strip() if was_given else "",
        why_not=why_not.strip(),
        written_by=by,
    )
    _audit(by, "give" if was_given else "not give", plan)
    announce(
        by=by,
        kind=Notified.PLAN_GIVEN,
        subject="own plan",
        subject_id=plan.pk,
        person_id=plan.case.person_id,
    )
    return given


@transaction.atomic
def open_looks_for_child(
    *, by: User, person_id: uuid.UUID, printed: bool = False
) -> tuple[Person, list[Lookers]]:
    """The child and who looked, this look included, in words for the child; or `Hidden`."""
    person = open_record(by=by, person_id=person_id)
    if printed:
        record_audit(by=by, verb="print", subject="looks", subject_id=person.pk, person_id=person.pk)
    return person, queries.looks_for_child(by, person_id)


def _write(texts: Mapping[uuid.UUID, str], rows: Sequence[Outcome | Action]) -> None:
    known = {row.pk: row for row in rows}
    if not texts.keys() <= known.keys():
        raise Hidden
    for key, text in texts.items():
        row = known[key]
        row.plain = text.strip()
        row.save(update_fields=["plain"])


def _audit(by: User, verb: str, plan: Plan) -> None:
    record_audit(by=by, verb=verb, subject="own plan", subject_id=plan.pk, person_id=plan.case.person_id)
