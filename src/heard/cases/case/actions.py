"""Every write about cases, the child's words, warnings and drafts."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import duty_team
from heard.agencies.rules import Hidden, May, Refused
from heard.cases.case import rules
from heard.cases.case.models import Case, Draft, WarningNote, Words
from heard.cases.case.queries import case_visible_to, draft_of, drafts_of
from heard.network.actions import hold_person, involve
from heard.network.queries import people_visible_to, person_findable_by, person_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import Team, User


@transaction.atomic
def open_case(
    *, by: User, person_id: uuid.UUID, lead_team: Team | None = None, at: datetime | None = None
) -> Case:
    """Opens a case, led by the duty team unless another is named, and involves the lead team's agency."""
    person = hold_person(by=by, person_id=person_id)
    team = lead_team or duty_team(by)
    why_not = rules.why_not_open_case(
        may_decide=by.may(May.DECIDE),
        has_open_case=Case.objects.filter(person=person, state=Case.State.OPEN).exists(),
        has_lead_team=team is not None,
    )
    if why_not or team is None:
        raise Refused(why_not)
    case = Case.objects.create(
        reference=rules.new_reference("C", lambda text: Case.objects.filter(reference=text).exists()),
        person=person,
        lead_team=team,
        opened_at=at or timezone.now(),
        opened_by=by,
    )
    involve(by=by, person=person, agency=team.agency, why="Leads the case")
    record_audit(by=by, verb="open", subject="case", subject_id=case.pk, person_id=person.pk)
    return case


@transaction.atomic
def assign_trusted_worker(*, by: User, case_id: uuid.UUID, worker: User) -> Case:
    """Names the one worker whom the child can count on."""
    case = case_visible_to(by, case_id)
    why_not = rules.why_not_assign(
        is_open=case.state == Case.State.OPEN,
        may_assign=by.may(May.DECIDE),
        worker_sees_child=people_visible_to(worker).filter(pk=case.person_id).exists(),
    )
    if why_not:
        raise Refused(why_not)
    case.trusted_worker = worker
    case.save(update_fields=["trusted_worker"])
    record_audit(
        by=by,
        verb="assign trusted worker",
        subject="case",
        subject_id=case.pk,
        person_id=case.person_id,
        detail={"worker": worker.pk},
    )
    return case


@transaction.atomic
def record_words(
    *,
    by: User,
    person_id: uuid.UUID,
    text: str,
    heard_by: str,
    heard_on: date | None,
    how: str = "said",
    what_changed: str = "",
) -> Words:
    """Keeps the child's own words, verbatim. Whoever may tell a worry about a child may pass on what the child said."""
    person = person_findable_by(by, person_id)
    why_not = rules.why_not_record_words(
        text=text, heard_by=heard_by, heard_on=heard_on, today=timezone.localdate()
    )
    if why_not or heard_on is None:
        raise Refused(why_not)
    words = Words.objects.create(
        person=person,
        text=text,
        how=how,
        heard_on=heard_on,
        heard_by=heard_by,
        what_changed=what_changed,
        written_by=by,
    )
    record_audit(by=by, verb="record", subject="words", subject_id=words.pk, person_id=person.pk)
    return words


@transaction.atomic
def note_warning(*, by: User, person_id: uuid.UUID, text: str, why: str, review_on: date) -> WarningNote:
    """A warning that every reader of the record sees first, until it is looked at again."""
    person = person_visible_to(by, person_id)
    why_not = rules.why_not_warn(text=text, why=why, review_on=review_on, today=timezone.localdate())
    if why_not:
        raise Refused(why_not)
    note = WarningNote.objects.create(person=person, text=text, why=why, review_on=review_on, written_by=by)
    record_audit(by=by, verb="note", subject="warning", subject_id=note.pk, person_id=person.pk)
    return note


@transaction.atomic
def begin_draft(*, by: User, kind: str, subject_id: uuid.UUID | None = None) -> Draft:
    draft = Draft.objects.create(user=by, kind=kind, subject_id=subject_id)
    record_audit(by=by, verb="begin", subject="draft", subject_id=draft.pk)
    return draft


@transaction.atomic
def save_draft(*, by: User, draft_id: uuid.UUID, kind: str, step: str, answers: dict[str, Any]) -> Draft:
    """Keeps what was typed in one step, beside the answers of the other steps; `Hidden` for another's draft.

    It runs every few seconds and leaves no audit row: beginning, discarding and sending a draft do. Nobody but its
    writer ever sees a draft.
    """
    draft_of(by, draft_id, kind=kind)
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    draft.answers = {**draft.answers, step: _storable(answers)}
    draft.save(update_fields=["answers", "updated_at"])
    return draft


@transaction.atomic
def discard_draft(*, by: User, draft_id: uuid.UUID, kind: str, verb: str = "discard") -> None:
    """Ends a draft: thrown away, or (`verb="send"`) because it has become what it was for. `Hidden` where it has ended
    already, so that of two that send it at once only one does."""
    draft_of(by, draft_id, kind=kind)
    gone, _rows = drafts_of(by).filter(pk=draft_id).delete()
    if not gone:
        raise Hidden
    record_audit(by=by, verb=verb, subject="draft", subject_id=draft_id)


def _storable(typed: Any) -> Any:
    """What was typed, without the one character that PostgreSQL cannot hold."""
    if isinstance(typed, str):
        return typed.replace("\x00", "")
    if isinstance(typed, dict):
        return {key: _storable(value) for key, value in typed.items()}
    return [_storable(value) for value in typed] if isinstance(typed, list) else typed
