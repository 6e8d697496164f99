"""Handing a child over to another council and following it, and the plan for what comes after 18."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import May, refuse
from heard.cases.case.models import Case, Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to, why_not_after_death
from heard.cases.leaving import queries, rules
from heard.cases.leaving.models import AfterPlan, Handover, HandoverNews
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def hand_over(
    *, by: User, case_id: uuid.UUID, moves_on: date | None = None, at: datetime | None = None, **said: Any
) -> Handover:
    """Writes down that a child is handed over to another council: `said` is what `rules.Handed` holds. It is followed until
    somebody there accepts; until then the child stays with the case."""
    case, now = _held(by, case_id), at or timezone.now()
    handed = rules.Handed(**said)
    refuse(why_not_after_death(by, case.person_id))
    refuse(
        queries.why_not_begin(by, case)
        or rules.why_not_hand_over(
            handed,
            moves_on=moves_on,
            born_on=case.person.birth_date,
            opened_on=timezone.localdate(case.opened_at),
            today=timezone.localdate(now),
        )
    )
    handover = Handover(case=case, moves_on=moves_on, begun_by=by, begun_at=now, **_stripped(said))
    handover.full_clean()
    handover.save(force_insert=True)
    _audit(by, "hand over", handover)
    _announce(by, handover)
    return handover


@transaction.atomic
def note_news(
    *, by: User, handover_id: uuid.UUID, what_they_said: str, ask_again_on: date | None
) -> HandoverNews:
    """Somebody asked whether they accept: what was heard, and when it is asked again."""
    handover = _to_follow(by, handover_id)
    today = timezone.localdate()
    refuse(rules.why_not_ask_again(what_they_said=what_they_said, ask_again_on=ask_again_on, today=today))
    handover.ask_again_on = ask_again_on or today
    handover.save(update_fields=["ask_again_on"])
    news = HandoverNews.objects.create(
        handover=handover, text=what_they_said.strip(), written_by=by, written_at=timezone.now()
    )
    _audit(by, "ask after", handover)
    return news


@transaction.atomic
def note_accepted(
    *, by: User, handover_id: uuid.UUID, accepted_by: str, accepted_on: date | None
) -> Handover:
    """Somebody in the other council has accepted the child. From now on the case can be closed because the child moved."""
    handover = _to_follow(by, handover_id)
    refuse(
        rules.why_not_accept(
            accepted_by=accepted_by,
            accepted_on=accepted_on,
            sent_on=handover.sent_on,
            today=timezone.localdate(),
        )
    )
    handover.accepted_by, handover.accepted_on = accepted_by.strip(), accepted_on
    return _end(by, handover, rules.HandoverState.ACCEPTED, "accept")


@transaction.atomic
def take_back(*, by: User, handover_id: uuid.UUID, why: str) -> Handover:
    """The child is not handed over: they stay, or the other council refused."""
    handover = _to_follow(by, handover_id)
    refuse(rules.why_not_take_back(why=why))
    handover.why_taken_back = why.strip()
    return _end(by, handover, rules.HandoverState.TAKEN_BACK, "take back", reason=why)


@transaction.atomic
def open_handover(*, by: User, handover_id: uuid.UUID) -> Handover:
    """The handover, for showing it, with the 'view' audit row; or `Hidden`."""
    handover = queries.handover_visible_to(by, handover_id)
    _audit(by, "view", handover)
    return handover


@transaction.atomic
def write_after_plan(
    *, by: User, case_id: uuid.UUID, view: ChildsView, at: datetime | None = None, **said: str
) -> AfterPlan:
    """A new version of the plan for what comes after 18: `said` is what `rules.Afterwards` holds, but for `view`: what the
    young person says to it. Those before stay."""
    case = _held(by, case_id)
    plan_id, occasion = uuid.uuid4(), Words.Occasion.AFTERWARDS
    words, why_not = hear(by=by, person_id=case.person_id, view=view, on=occasion, on_id=plan_id)
    written = rules.Afterwards(**said, has_words=words is not None, why_not_with_child=why_not)
    refuse(why_not_after_death(by, case.person_id))
    refuse(queries.why_not_plan_afterwards(by, case, written))
    last = queries.versions_of(by, case_id).first()
    plan = AfterPlan.objects.create(
        pk=plan_id,
        case=case,
        words=words,
        why_not_with_child=why_not,
        version=last.version + 1 if last else 1,
        written_by=by,
        written_at=at or timezone.now(),
        **_stripped(said),
    )
    _audit_plan(by, "write", case)
    announce(
        by=by,
        kind=Notified.AFTERWARDS,
        subject="after plan",
        subject_id=case.pk,
        person_id=case.person_id,
        at=plan.written_at,
    )
    return plan


@transaction.atomic
def open_after_plan(*, by: User, case_id: uuid.UUID) -> tuple[Case, list[AfterPlan]]:
    """The case and every version, the latest first, for showing them."""
    case = case_visible_to(by, case_id)
    _audit_plan(by, "view", case)
    return case, list(queries.versions_of(by, case_id))


def _held(by: User, case_id: uuid.UUID) -> Case:
    Case.objects.select_for_update().filter(pk=case_id).first()
    return case_visible_to(by, case_id)


def _to_follow(by: User, handover_id: uuid.UUID) -> Handover:
    """The row as it stands now, kept from other writers until the transaction ends."""
    Handover.objects.select_for_update().filter(pk=handover_id).first()
    handover = queries.handover_visible_to(by, handover_id)
    refuse(rules.why_not_follow(state=handover.state, may_plan=by.may(May.PLAN)))
    return handover


def _end(
    by: User, handover: Handover, state: rules.HandoverState, verb: str, *, reason: str = ""
) -> Handover:
    handover.state, handover.finished_by, handover.finished_at = state.value, by, timezone.now()
    handover.full_clean()
    handover.save()
    _audit(by, verb, handover, reason=reason)
    _announce(by, handover)
    return handover


def _stripped(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}


def _announce(by: User, handover: Handover) -> None:
    announce(
        by=by,
        kind=Notified.HANDOVER,
        subject="handover",
        subject_id=handover.pk,
        person_id=handover.case.person_id,
        at=handover.finished_at or handover.begun_at,
    )


def _audit(by: User, verb: str, handover: Handover, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="handover",
        subject_id=handover.pk,
        person_id=handover.case.person_id,
        reason=reason,
    )


def _audit_plan(by: User, verb: str, case: Case) -> None:
    record_audit(by=by, verb=verb, subject="plan for after 18", subject_id=case.pk, person_id=case.person_id)
