"""Reading a worry, and deciding on it: once, by a person, with the reason and what the teller reads of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import May, refuse
from heard.cases.case.actions import open_case
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import Kind as Notified
from heard.cases.case.queries import open_case_of, words_of
from heard.cases.concern import rules
from heard.cases.concern.actions._shared import _audit
from heard.cases.concern.models import Concern, ConcernStep
from heard.cases.concern.queries import concern_open_to, concern_visible_to, decides
from heard.network.actions import involve

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.cases.case.models import Case


@dataclass(frozen=True)
class Step:
    """What will be done about a place or a group, by whom and by when."""

    what: str
    owner: User | None
    due_on: date | None

    @property
    def has_owner(self) -> bool:
        """Whether it is given to somebody whose role takes such steps."""
        return self.owner is not None and self.owner.may(May.PLAN)

    def is_in_time(self, today: date) -> bool:
        return self.due_on is not None and self.due_on >= today


@transaction.atomic
def decide(
    *,
    by: User,
    concern: Concern,
    decision: str,
    reason: str,
    feedback: str = "",
    other_agency: Agency | None = None,
    step: Step | None = None,
    why_without_words: str = "",
    why_alone: str = "",
    at: datetime | None = None,
) -> Concern:
    """Decides on a worry, once. Opening a case involves the agency of the team that leads it.

    `feedback` is what the person who told it reads: it is asked for unless they are the one who decides, and then
    `why_alone` says why nobody else could. Raises `Refused` with the sentence to show, or `Hidden`.
    """
    concern_open_to(by, concern.pk)
    concern = Concern.objects.select_for_update(of=("self",)).select_related("person").get(pk=concern.pk)
    child, told_it, today = concern.person_id, concern.told_by_id == by.pk, timezone.localdate(at)
    open_one = open_case_of(by, child) if child else None
    has_words = words_of(by, child).exists() if child else False
    refuse(
        rules.why_not_decide(
            state=concern.state,
            may_decide=decides(by),
            about=concern.about,
            decision=decision,
            reason=reason,
            has_open_case=open_one is not None,
            has_other_agency=other_agency is not None,
            has_words=has_words,
            why_without_words=why_without_words,
            feedback=feedback,
            told_it=told_it,
            why_alone=why_alone,
            step=step.what if step else "",
            has_step_owner=step is not None and step.has_owner,
            step_in_time=step is not None and step.is_in_time(today),
        )
    )
    concern.decision_reason, concern.feedback = reason.strip(), feedback.strip()
    concern.case = _case_for(by, concern, decision, open_one, at)
    concern.other_agency = other_agency if decision == rules.Decision.OTHER_AGENCY else None
    concern.state, concern.decision = Concern.State.DECIDED, decision
    concern.decided_by, concern.decided_at = by, at or timezone.now()
    concern.why_without_words = why_without_words.strip() if child and not has_words else ""
    concern.why_alone = why_alone.strip() if told_it else ""
    concern.full_clean()
    concern.save()
    _follow_up(by, concern, step)
    _audit(by, "decide", concern, reason=concern.decision_reason, decision=decision, told_it_too=told_it)
    _announce(by, concern, step)
    return concern


@transaction.atomic
def open_concern(*, by: User, concern_id: uuid.UUID) -> Concern:
    """The worry, for showing it, with the 'view' audit row; or `Hidden`. What is shown depends on its `whole`."""
    concern = concern_visible_to(by, concern_id)
    _audit(by, "view", concern)
    return concern


def _follow_up(by: User, concern: Concern, step: Step | None) -> None:
    """The agency that takes a worry on sees the child; an agreed step gets its row."""
    if concern.other_agency and concern.person:
        involve(by=by, person=concern.person, agency=concern.other_agency, why="Takes on a worry")
    if concern.decision == rules.Decision.STEP and step and step.owner and step.due_on:
        row = ConcernStep(concern=concern, what=step.what.strip(), owner=step.owner, due_on=step.due_on)
        row.full_clean()
        row.save(force_insert=True)


def _announce(by: User, concern: Concern, step: Step | None) -> None:
    """Whoever decides has seen it; whoever takes it on, or is given something to do, has to see it now. Who told it reads
    the feedback."""
    about: dict[str, Any] = {"by": by, "person_id": concern.person_id, "at": concern.decided_at}
    mark_subject_seen(by=by, subject="concern", subject_id=concern.pk, at=concern.decided_at)
    worry: dict[str, Any] = {"subject": "concern", "subject_id": concern.pk}
    if concern.decision == rules.Decision.ADD_TO_CASE:
        announce(kind=Notified.WORRY, **worry, **about)
    if concern.other_agency_id:
        announce(kind=Notified.WORRY_TAKEN_ON, agencies=[concern.other_agency_id], **worry, **about)
    if concern.decision == rules.Decision.STEP and step:
        worry["subject"] = "concern step"
        announce(kind=Notified.ACTION, named=[step.owner], **worry, **about)


def _case_for(
    by: User, concern: Concern, decision: str, open_one: Case | None, at: datetime | None
) -> Case | None:
    if decision == rules.Decision.OPEN_CASE and concern.person_id:
        return open_case(by=by, person_id=concern.person_id, why=concern.decision_reason, at=at)
    return open_one if decision == rules.Decision.ADD_TO_CASE else None
