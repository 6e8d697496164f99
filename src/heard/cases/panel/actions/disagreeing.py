"""A professional disagreement, step by step until it is settled."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.case.actions import allow_to_do
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.rules import due_on
from heard.cases.panel import queries, rules
from heard.cases.panel.escalation import Step
from heard.cases.panel.models import Disagreement, DisagreementStep
from heard.cases.panel.rules import About, Outcome
from heard.network.actions import hold_person

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def begin_disagreement(
    *,
    by: User,
    person_id: uuid.UUID,
    what: str,
    interest: str,
    with_agency_id: uuid.UUID | None,
    owner: User | None = None,
    about: str = About.OTHER.value,
    about_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Disagreement:
    """Opens a disagreement about a decision on a child, and its first step. `about` and `about_id`: one of `decisions_of`.
    `owner`: who takes the first step; else whoever opens it."""
    person, now = hold_person(by=by, person_id=person_id), at or timezone.now()
    if about != About.OTHER and f"{about}:{about_id}" not in queries.decisions_of(by, person_id):
        raise Hidden
    agency = agencies_visible_to(by).filter(pk=with_agency_id).first() if with_agency_id else None
    refuse(
        rules.why_not_open_disagreement(
            may_disagree=by.may(May.SEE_PANEL),
            what=what,
            interest=interest,
            has_agency=agency is not None,
            has_owner=True,
        )
    )
    if agency is None or by.team is None:
        raise Hidden
    policy = queries.policy_of(by)
    row = Disagreement.objects.create(
        person=person,
        about=about,
        about_id=about_id if about != About.OTHER else None,
        what=what.strip(),
        interest=interest.strip(),
        with_agency=agency,
        agency=by.team.agency,
        policy=policy.source[:200],
        opened_by=by,
        opened_at=now,
    )
    _begin_step(by, row, policy.steps[0], owner or by, now)
    _audit(by, "open", row)
    _announce(by, row, now)
    return queries.disagreement_visible_to(by, row.pk)


@transaction.atomic
def take_step(
    *,
    by: User,
    disagreement_id: uuid.UUID,
    outcome: str,
    who: str,
    reason: str,
    next_owner: User | None = None,
    at: datetime | None = None,
) -> Disagreement:
    """What came of the step that was due. Settled: `reason` is the resolution. Not settled: the next step begins, with its
    clock and `next_owner`. The last step settles it either way."""
    Disagreement.objects.select_for_update().filter(pk=disagreement_id).first()
    row, now = queries.disagreement_visible_to(by, disagreement_id), at or timezone.now()
    current = next((step for step in row.steps.all() if not step.outcome), None)
    following = queries.policy_of(by).after(current.step) if current else None
    refuse(
        rules.why_not_take_step(
            may_disagree=by.may(May.SEE_PANEL),
            is_open=current is not None and row.settled_at is None,
            is_last=following is None,
            outcome=outcome,
            who=who,
            reason=reason,
            has_next_owner=next_owner is not None,
        )
    )
    if current is None:
        raise Hidden
    current.outcome, current.who, current.reason = Outcome(outcome), who.strip(), reason.strip()
    current.done_at, current.done_by = now, by
    current.save(update_fields=["outcome", "who", "reason", "done_at", "done_by"])
    if outcome == Outcome.AGREED:
        row.settled_at, row.resolution = now, reason.strip()
        row.save(update_fields=["settled_at", "resolution"])
    elif following and next_owner:
        _begin_step(by, row, following, next_owner, now)
    _audit(by, "settle" if outcome == Outcome.AGREED else "escalate", row)
    _announce(by, row, now)
    return queries.disagreement_visible_to(by, row.pk)


def _announce(by: User, row: Disagreement, at: datetime) -> None:
    announce(
        by=by,
        kind=Notified.DISAGREED,
        subject="disagreement",
        subject_id=row.pk,
        person_id=row.person_id,
        at=at,
    )


@transaction.atomic
def open_disagreement(*, by: User, disagreement_id: uuid.UUID) -> Disagreement:
    """The disagreement, for showing it, with the 'view' audit row; or `Hidden`."""
    row = queries.disagreement_visible_to(by, disagreement_id)
    _audit(by, "view", row)
    return row


def _begin_step(by: User, row: Disagreement, step: Step, owner: User, at: datetime) -> None:
    allow_to_do(by=by, owner=owner, person_id=row.person_id)
    on = timezone.localdate(at)
    DisagreementStep.objects.create(
        disagreement=row,
        step=step.id,
        label=step.label,
        who_talks=step.who,
        owner=owner,
        began_on=on,
        due_on=due_on(step, on),
    )


def _audit(by: User, verb: str, row: Disagreement) -> None:
    record_audit(by=by, verb=verb, subject="disagreement", subject_id=row.pk, person_id=row.person_id)
