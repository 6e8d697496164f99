"""Opening what a worry names and a restricted record holds, and deciding whether to tell. Rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.concern.holder import queries, rules
from heard.cases.concern.holder.models import HolderDecision
from heard.cases.concern.holder.rules import Outcome
from heard.network.actions import hold_person, open_record

if TYPE_CHECKING:
    from heard.agencies.models import User

_SUBJECT = "named elsewhere"  # not the worry itself: whoever told that reads by whom it was read


@transaction.atomic
def open_match(*, by: User, person_id: uuid.UUID, concern_id: uuid.UUID) -> queries.Match:
    """For showing it, with the 'view' audit row of the restricted record, and one of what is named; or `Hidden`."""
    match = queries.match_of(by, person_id, concern_id)
    open_record(by=by, person_id=person_id)
    _audit(by, "view", concern_id)
    return match


@transaction.atomic
def decide_whether_to_tell(
    *,
    by: User,
    person_id: uuid.UUID,
    concern_id: uuid.UUID,
    outcome: str,
    told: User | None = None,
    reason: str = "",
    look_again_on: date | None = None,
    at: datetime | None = None,
) -> HolderDecision:
    """Whether those who decide on the worry learn that an agency knows more of what it names, `told` alone, or nobody yet. It takes the
    place of what was decided before; what was told by that is told no longer. `Hidden` for whoever does not decide about this restricted
    record, or where it holds nothing that the worry names."""
    hold_person(by=by, person_id=person_id)
    match = queries.match_of(by, person_id, concern_id)
    whom = _whom(by, match, outcome, told)
    refuse(
        rules.why_not_decide(
            outcome=outcome,
            has_whom=outcome == Outcome.ONE and bool(whom),
            reaches=outcome == Outcome.TELL and bool(whom),
            reason=reason,
            look_again_on=look_again_on,
            today=timezone.localdate(),
        )
    )
    now, not_yet = at or timezone.now(), outcome == Outcome.NOT_YET
    standing = HolderDecision.objects.filter(person=person_id, concern=concern_id, ended_at=None)
    standing.update(ended_at=now)
    decision = HolderDecision(
        person_id=person_id,
        concern_id=concern_id,
        outcome=outcome,
        told=told if outcome == Outcome.ONE else None,
        reason=reason.strip() if not_yet else "",
        look_again_on=look_again_on if not_yet else None,
        agency=match.ours,
        decided_by=by,
        decided_at=now,
    )
    decision.full_clean()
    decision.save(force_insert=True)
    _audit(by, "decide", decision.pk, outcome=outcome)
    _tell(by, decision, whom, now)
    return decision


def _whom(by: User, match: queries.Match, outcome: str, told: User | None) -> list[User]:
    if outcome == Outcome.TELL:
        return queries.whom_to_tell(by, match.person.pk, match.concern_id)
    if outcome != Outcome.ONE or told is None:
        return []
    there = queries.on_duty_now(by, match.person.pk, match.concern_id)
    return [told] if str(told.pk) in there else []


def _audit(by: User, verb: str, key: uuid.UUID, **detail: Any) -> None:
    """Under no child: who looked at a record is read by everybody who may see it, and who told or reads the worry among them."""
    record_audit(by=by, verb=verb, subject="held worry", subject_id=key, detail=detail)


def _tell(by: User, decision: HolderDecision, whom: list[User], now: datetime) -> None:
    """The worry’s notices that there is more are those of what stands now, of all who answer for a record that holds what it names."""
    concern, kind = decision.concern, Notified.KNOWN_ELSEWHERE
    others = HolderDecision.objects.filter(concern=concern, ended_at=None, outcome__in=rules.TELLS)
    if not others.exclude(pk=decision.pk).exists():
        settle(kind=kind, subject=_SUBJECT, subject_id=concern.pk, at=now)
    if whom:
        announce(
            by=by,
            kind=kind,
            subject=_SUBJECT,
            subject_id=concern.pk,
            person_id=concern.person_id,
            named=whom,
            not_to=concern.told_by,
            at=now,
        )
