"""Every write of an assessment. Each takes the row anew, locked and only if `by` may see it, asks the rule, writes,
and leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.addressing import holders
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.assessment import queries, rules
from heard.cases.assessment.models import (
    Assessment,
    AssessmentObservation,
    OpenQuestion,
    OwnAnswer,
    QuestionSet,
    SentBack,
)
from heard.cases.assessment.own_questions import OwnQuestions, read_own_questions
from heard.cases.assessment.rules import Move
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to, why_not_after_death
from heard.cases.case.rules import Observed, due_on
from heard.cases.concern.models import ConcernObservation
from heard.cases.note.models import NoteObservation
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.knowledge import load
from heard.network.actions import hold_person, let_in_who_answers
from heard.network.queries import lasts_for

if TYPE_CHECKING:
    from heard.agencies.models import User


_UNTIL_READ: Final = Notified.NOBODY_OPENS  # until somebody signed it or sent it back


@transaction.atomic
def start_assessment(*, by: User, case_id: uuid.UUID, at: datetime | None = None) -> Assessment:
    """A new assessment with the current release of knowledge and the partnership's own questions as they are today.

    It holds what worries that came to the case and notes of contact say since the assessment before, and asks again what that one left open.
    """
    case = case_visible_to(by, case_id)
    hold_person(by=by, person_id=case.person_id)
    refuse(why_not_after_death(by, case.person_id))
    refuse(queries.why_not_start(by, case.pk, case_is_open=case.state == "open"))
    release, now = load.current(), at or timezone.now()
    earlier = queries.latest_signed(by, case.pk)
    since = earlier.started_at if earlier else None
    told = [*queries.told_in_worries(by, case.pk, since=since)]
    noticed = [*queries.noticed_at_contacts(by, case.pk, since=since)]
    assessment = Assessment.objects.create(
        case=case,
        release=release.id,
        own_questions=_kept_set(read_own_questions(settings.QUESTIONS).found),
        author=by,
        started_at=now,
        due_on=due_on(release.clock("assessment"), queries.referred_on(by, case, now)),
    )
    assessment.writers.add(by)
    AssessmentObservation.objects.bulk_create(_taken_over(assessment, told, noticed))
    _ask_again(by, assessment, earlier)
    _audit(by, "start", assessment, detail={"release": release.id})
    return assessment


@transaction.atomic
def open_assessment(*, by: User, assessment_id: uuid.UUID) -> Assessment:
    """The assessment, for showing it, with the 'view' audit row; or `Hidden`."""
    assessment = queries.assessment_visible_to(by, assessment_id)
    _audit(by, "view", assessment)
    return assessment


@transaction.atomic
def print_assessment(*, by: User, assessment_id: uuid.UUID) -> Assessment:
    """The assessment, for putting it on paper, with the 'print' audit row; or `Hidden`."""
    assessment = queries.assessment_visible_to(by, assessment_id)
    _audit(by, "print", assessment)
    return assessment


@transaction.atomic
def save_judgement(*, by: User, assessment_id: uuid.UUID, text: str) -> Assessment:
    return _write(by, _to_change(by, assessment_id), "judgement", judgement=text)


@transaction.atomic
def save_what_is_not_known(*, by: User, assessment_id: uuid.UUID, text: str) -> Assessment:
    return _write(by, _to_change(by, assessment_id), "not known", what_is_not_known=text)


@transaction.atomic
def save_needs(*, by: User, assessment_id: uuid.UUID, harmed: str, made_to_harm: str) -> Assessment:
    """What the child needs on either side. Both are kept and shown together: neither has the first claim."""
    needs = {"needs_harmed": harmed, "needs_made_to_harm": made_to_harm}
    return _write(by, _to_change(by, assessment_id), "needs", **needs)


@transaction.atomic
def save_own_answers(*, by: User, assessment_id: uuid.UUID, answers: Mapping[str, str]) -> Assessment:
    """Answers to the partnership's own questions by their ids; one that is empty is taken out. `Hidden` for an id that
    the assessment's own set does not have. What is not named stays as it is."""
    assessment = _to_change(by, assessment_id)
    asked = {question.id for question in queries.own_questions_of(assessment)}
    if not answers.keys() <= asked:
        raise Hidden
    known = {row.question: row for row in assessment.own_answers.all()}
    for question, answer in answers.items():
        _answer(by, assessment, question, answer.strip(), known.get(question))
    _audit(by, "write", assessment, detail={"part": "own questions"})
    return assessment


@transaction.atomic
def save_childs_view(*, by: User, assessment_id: uuid.UUID, view: ChildsView) -> Assessment:
    """The child's own words beside the judgement, or why there are none. Words of another child are `Hidden`."""
    assessment = _to_change(by, assessment_id)
    whom = assessment.case.person_id
    words, why_no_words = hear(
        by=by, person_id=whom, view=view, on=Words.Occasion.ASSESSMENT, on_id=assessment.pk
    )
    return _write(by, assessment, "child’s view", words=words, why_no_words=why_no_words)


@transaction.atomic
def note_observations(*, by: User, assessment_id: uuid.UUID, marks: Iterable[Observed]) -> Assessment:
    """Marks several at once. What is not named stays as it is."""
    assessment = _to_change(by, assessment_id)
    release = load.release(assessment.release)
    told = {row.item for row in queries.told_in_worries(by, assessment.case_id)}
    told |= {row.item for row in queries.noticed_at_contacts(by, assessment.case_id)}
    known = {row.item: row for row in assessment.observations.all()}
    for mark in marks:
        release.item(mark.item)
        refuse(_why_not_note(mark, told_as_seen=mark.item in told))
        _note(by, assessment, mark, known.get(mark.item))
    _audit(by, "write", assessment, detail={"part": "signs and vulnerabilities"})
    return assessment


@transaction.atomic
def submit(*, by: User, assessment_id: uuid.UUID, at: datetime | None = None) -> Assessment:
    """Sends the assessment to the supervisors. From here on it is not changed unless one of them sends it back."""
    assessment = _to_change(by, assessment_id)
    refuse(queries.why_not_submit(by, assessment))
    case, writers = assessment.case, {writer.pk for writer in assessment.writers.all()}
    let_in_who_answers(by=by, person_id=case.person_id, team=case.lead_team, but=writers)
    submitted = _move(by, assessment, Move.SUBMIT, submitted_at=at or timezone.now())
    signing = [
        holder
        for holder in holders(May.SIGN_OFF, agencies=[case.lead_team.agency_id])
        if holder.pk not in writers
    ]
    if not any(lasts_for(user, case.person) for user in signing):  # as the list has it
        key: dict[str, Any] = {"subject_id": assessment.pk, "person_id": case.person_id}
        announce(by=by, kind=Notified.NOBODY_OPENS, subject="assessment", to_self=True, at=at, **key)
    return submitted


@transaction.atomic
def sign_off(
    *, by: User, assessment_id: uuid.UUID, comment: str = "", at: datetime | None = None
) -> Assessment:
    """Final: nothing of a signed assessment changes any more. `comment`: what the supervisor says with it."""
    assessment = _locked(by, assessment_id)
    refuse(queries.why_not_sign_off(by, assessment))
    signing: dict[str, Any] = {
        "signed_by": by,
        "signed_at": at or timezone.now(),
        "sign_comment": comment.strip(),
    }
    signed = _move(by, assessment, Move.SIGN_OFF, **signing)
    _announce(by, signed, Notified.SIGNED)
    return signed


@transaction.atomic
def send_back(
    *,
    by: User,
    assessment_id: uuid.UUID,
    reason: str,
    parts: Collection[str],
    at: datetime | None = None,
) -> Assessment:
    """Names the parts that have to be looked at again, and why; whoever writes it sees that at these parts."""
    assessment = _locked(by, assessment_id)
    refuse(queries.why_not_return(by, assessment, reason=reason, parts=parts))
    now = at or timezone.now()
    SentBack.objects.create(
        assessment=assessment,
        by=by,
        submitted_at=assessment.submitted_at or now,
        at=now,
        reason=reason,
        parts=[part for part in rules.PARTS if part in parts],
    )
    returned = {"returned_at": now, "returned_reason": reason}
    back = _move(by, assessment, Move.SEND_BACK, reason, **returned)
    _announce(by, back, Notified.SENT_BACK)
    return back


def _announce(by: User, assessment: Assessment, kind: Notified) -> None:
    announce(
        by=by,
        kind=kind,
        subject="assessment",
        subject_id=assessment.pk,
        person_id=assessment.case.person_id,
        named=[assessment.author],
    )
    settle(kind=_UNTIL_READ, subject="assessment", subject_id=assessment.pk, at=None)


def _locked(by: User, assessment_id: uuid.UUID) -> Assessment:
    """The row as it stands now, kept from other writers until the transaction ends."""
    Assessment.objects.select_for_update().filter(pk=assessment_id).first()
    return queries.assessment_visible_to(by, assessment_id)


def _to_change(by: User, assessment_id: uuid.UUID) -> Assessment:
    """Whoever changes it becomes one of its writers, and so cannot sign it off."""
    assessment = _locked(by, assessment_id)
    refuse(queries.why_not_change(by, assessment))
    assessment.writers.add(by)
    return assessment


def _write(by: User, assessment: Assessment, part: str, **values: Any) -> Assessment:
    for name, value in values.items():
        setattr(assessment, name, value)
    assessment.save(update_fields=list(values))
    _audit(by, "write", assessment, detail={"part": part})
    return assessment


def _move(by: User, assessment: Assessment, move: Move, reason: str = "", **values: Any) -> Assessment:
    then = rules.after(assessment.state, move)
    values["state"] = then
    for name, value in values.items():
        setattr(assessment, name, value)
    assessment.save(update_fields=list(values))
    _audit(by, move.value, assessment, reason=reason)
    return assessment


def _why_not_note(mark: Observed, *, told_as_seen: bool) -> str | None:
    return rules.why_not_note(
        state=mark.state,
        seen_on=mark.seen_on,
        source=mark.source,
        words=mark.words,
        told_as_seen=told_as_seen,
        today=timezone.localdate(),
    )


def _note(by: User, assessment: Assessment, mark: Observed, known: AssessmentObservation | None) -> None:
    """Writes one mark unless nothing changed: who noted it, and when, stays with the words."""
    values = {
        "state": mark.state,
        "seen_on": mark.seen_on if mark.state == "seen" else None,
        "source": mark.source if mark.state == "seen" else "",
        "words": mark.words,
    }
    if known and all(getattr(known, name) == value for name, value in values.items()):
        return
    row = known or AssessmentObservation(assessment=assessment, item=mark.item)
    for name, value in values.items():
        setattr(row, name, value)
    row.noted_by, row.noted_at = by, timezone.now()
    row.full_clean()
    row.save()


def _answer(by: User, assessment: Assessment, question: str, answer: str, known: OwnAnswer | None) -> None:
    """Writes one answer unless nothing changed."""
    if known and not answer:
        known.delete()
    elif answer and (known is None or known.answer != answer):
        row = known or OwnAnswer(assessment=assessment, question=question)
        row.answer, row.noted_by = answer, by
        row.save()


def _kept_set(found: OwnQuestions | None) -> QuestionSet | None:
    """The partnership's questions in exactly this wording, kept once."""
    if found is None:
        return None
    begin = {"title": found.title[:200], "content": found.content}
    return QuestionSet.objects.get_or_create(digest=found.digest, defaults=begin)[0]


def _ask_again(by: User, assessment: Assessment, earlier: Assessment | None) -> None:
    """What the assessment before asked, and nobody has found out yet. It keeps whoever had it; the day is asked anew
    where it has passed."""
    today = timezone.localdate()
    for question in queries.open_questions_of(by, earlier) if earlier else ():
        OpenQuestion.objects.create(
            assessment=assessment,
            item=question.item,
            text=question.text,
            owner=question.owner if question.owner and question.owner.is_active else None,
            by_on=question.by_on if question.by_on and question.by_on >= today else None,
            asked_again=question,
            asked_by=by,
        )


def _taken_over(
    assessment: Assessment, told: list[ConcernObservation], noticed: list[NoteObservation]
) -> list[AssessmentObservation]:
    """What a worry or a contact saw stays seen, with its evidence, its author and where it came from: the latest of each."""
    release = load.release(assessment.release)
    latest: dict[str, ConcernObservation | NoteObservation] = {}
    both: list[ConcernObservation | NoteObservation] = [*told, *noticed]
    for row in sorted(both, key=lambda observation: (observation.seen_on or date.min, observation.noted_at)):
        if row.item in release.entries:
            latest[row.item] = row
    return [
        AssessmentObservation(
            assessment=assessment,
            concern_id=getattr(row, "concern_id", None),
            contact_note_id=getattr(row, "note_id", None),
            item=row.item,
            state=row.state,
            seen_on=row.seen_on,
            source=row.source,
            words=row.words,
            noted_by_id=row.noted_by_id,
        )
        for row in latest.values()
    ]


def _audit(
    by: User, verb: str, assessment: Assessment, *, reason: str = "", detail: dict[str, Any] | None = None
) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="assessment",
        subject_id=assessment.pk,
        person_id=assessment.case.person_id,
        reason=reason,
        detail=detail,
    )
