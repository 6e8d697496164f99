"""What follows a decision: the teller has read it, an agreed step is finished, a child is tied to a place or group."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.concern import rules
from heard.cases.concern.models import Concern, ConcernStep
from heard.cases.concern.queries import concern_open_to, decides, steps_visible_to, told_by
from heard.network.actions import Knows, note_tie
from heard.network.queries import people_visible_to
from heard.network.rules import How

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def mark_read(*, by: User, concern_id: uuid.UUID) -> Concern:
    """The person who told a worry has read what became of it. Reading it again changes nothing; `Hidden` for anyone else."""
    if not told_by(by).filter(pk=concern_id, state=Concern.State.DECIDED).exists():
        raise Hidden
    concern = Concern.everything.select_for_update().get(pk=concern_id)
    if concern.feedback_read_at is None:
        concern.feedback_read_at = timezone.now()
        concern.save(update_fields=["feedback_read_at"])
        person_id = None if concern.about_staff else concern.person_id
        record_audit(by=by, verb="read", subject="feedback", subject_id=concern.pk, person_id=person_id)
    return concern


@transaction.atomic
def finish_step(*, by: User, concern_id: uuid.UUID, outcome: str, note: str) -> ConcernStep:
    """Says that the step which was agreed on a worry was done, and what changed; or that it could not be, and why."""
    if not steps_visible_to(by).filter(concern_id=concern_id).exists():
        raise Hidden
    step = ConcernStep.objects.select_for_update().get(concern_id=concern_id)
    refuse(
        rules.why_not_finish_step(
            state=step.state,
            is_owner=step.owner_id == by.pk,
            may_decide=decides(by),
            outcome=outcome,
            note=note,
        )
    )
    step.state, step.note = outcome, note.strip()
    step.finished_by, step.finished_at = by, timezone.now()
    step.full_clean()
    step.save()
    record_audit(
        by=by, verb="finish step", subject="concern", subject_id=concern_id, detail={"outcome": outcome}
    )
    announce(
        by=by,
        kind=Notified.ACTION_FINISHED,
        subject="concern step",
        subject_id=concern_id,
        person_id=step.concern.person_id,
    )
    return step


@transaction.atomic
def add_child(
    *,
    by: User,
    concern_id: uuid.UUID,
    person_id: uuid.UUID,
    how_known: str,
    kind: str,
    in_words: str = "",
    back: bool = False,
) -> None:
    """Ties a child whom this user may see to the place or group that the worry is about. `kind`, `in_words`, `back`: what ties them, as
    `note_tie` takes it."""
    concern = concern_open_to(by, concern_id)
    refuse(
        rules.why_not_add_child(
            about=concern.about,
            may_see_child=people_visible_to(by).filter(pk=person_id).exists(),
            kind=kind,
            how_known=how_known,
        )
    )
    about = concern.place_id or concern.group_id
    assert about is not None  # as the rule says
    note_tie(
        by=by,
        one_id=person_id,
        other_id=about,
        kind=kind,
        in_words=in_words,
        back=back,
        knows=Knows(words=how_known.strip()[:300], how=How.RECORD, about="concern", about_id=concern.pk),
    )
    announce(by=by, kind=Notified.TIED, subject="person", subject_id=person_id, person_id=person_id)
