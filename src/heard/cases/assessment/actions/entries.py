"""Every write of what an assessment holds several of: the history of a sign, patterns, strengths, protective people,
questions, and what is found out about them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import colleagues_visible_to
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.assessment import queries, rules
from heard.cases.assessment.actions.writing import _note, _to_change
from heard.cases.assessment.models import (
    Assessment,
    AssessmentEvidence,
    AssessmentObservation,
    AssessmentPattern,
    Finding,
    OpenQuestion,
    PartOfAssessment,
    ProtectivePerson,
    Strength,
)
from heard.cases.assessment.rules import STATE_AFTER, Change
from heard.cases.case.actions import HAS_WORK
from heard.cases.case.rules import Observed
from heard.knowledge import load
from heard.network.actions import let_colleague_in
from heard.network.queries import may_be_named, person_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import Person


@dataclass(frozen=True)
class Choice:
    """A pattern that the authors recognise, why, and in which way the child appears in it."""

    pattern: str
    reason: str
    setting: str = ""
    from_on: date | None = None
    to_on: date | None = None
    childs_part: str = rules.AssessmentPart.NOT_KNOWN.value


@transaction.atomic
def add_evidence(
    *,
    by: User,
    assessment_id: uuid.UUID,
    item: str,
    change: str,
    happened_on: date | None,
    source: str,
    words: str,
) -> AssessmentEvidence:
    """Adds to the history of one sign or vulnerability, which then stands as its latest entry says."""
    assessment = _to_change(by, assessment_id)
    load.release(assessment.release).item(item)
    history = queries.histories(by, assessment).get(item, [])
    refuse(
        rules.why_not_add_evidence(
            change=change,
            happened_on=happened_on,
            source=source,
            words=words,
            last_seen_on=rules.last_seen_on(history),
            today=timezone.localdate(),
        )
    )
    tick = next((row for row in assessment.observations.all() if row.item == item), None)
    _keep_what_the_tick_said(assessment, tick)
    row = _keep(
        AssessmentEvidence(assessment=assessment, item=item, noted_by=by),
        change=change,
        happened_on=happened_on,
        source=source,
        words=words,
    )
    latest = all(entry.on is None or happened_on is None or entry.on <= happened_on for entry in history)
    if tick is None or latest:
        state = STATE_AFTER[Change(change)]
        _note(by, assessment, Observed(item, state, happened_on, source, words), tick)
    _noted(by, assessment, "history of a sign or vulnerability")
    return row


@transaction.atomic
def keep_pattern(
    *, by: User, assessment_id: uuid.UUID, choice: Choice, pattern_id: int | None = None
) -> AssessmentPattern:
    """Adds a pattern, or changes the entry `pattern_id`. One pattern may be there several times, with other dates or
    in another setting. `NotInRelease` for one that the release has not."""
    assessment = _to_change(by, assessment_id)
    settings_of_it = load.release(assessment.release).pattern(choice.pattern).settings
    setting = choice.setting if settings_of_it else ""
    others = [row for row in assessment.patterns.all() if row.pk != pattern_id]
    same = (choice.pattern, setting, choice.from_on)
    refuse(
        rules.why_not_choose_pattern(
            reason=choice.reason,
            setting=setting,
            settings=settings_of_it,
            childs_part=choice.childs_part,
            from_on=choice.from_on,
            to_on=choice.to_on,
            is_there_already=any(
                (pattern.pattern, pattern.setting, pattern.from_on) == same for pattern in others
            ),
        )
    )
    row = _row(assessment, AssessmentPattern, pattern_id)
    values = {"pattern": choice.pattern, "reason": choice.reason, "setting": setting}
    _keep(row, **values, childs_part=choice.childs_part, from_on=choice.from_on, to_on=choice.to_on)
    _noted(by, assessment, "patterns")
    return row


@transaction.atomic
def keep_strength(
    *, by: User, assessment_id: uuid.UUID, text: str, source: str, strength_id: uuid.UUID | None = None
) -> Strength:
    """Adds a strength, or changes the entry `strength_id`."""
    assessment = _to_change(by, assessment_id)
    refuse(rules.why_not_keep_strength(text=text, source=source))
    row = _keep(_row(assessment, Strength, strength_id, noted_by=by), text=text, source=source)
    _noted(by, assessment, "strengths")
    return row


@transaction.atomic
def keep_protective_person(
    *,
    by: User,
    assessment_id: uuid.UUID,
    who: str,
    what_they_do: str,
    knows: str,
    person: Person | None = None,
    name: str = "",
    protective_id: uuid.UUID | None = None,
) -> ProtectivePerson:
    """Adds somebody who protects the child, or changes the entry `protective_id`. Either a `person` of the network
    whom `by` may see, or a `name`."""
    assessment = _to_change(by, assessment_id)
    values = {"name": name, "who": who, "what_they_do": what_they_do, "knows": knows}
    refuse(rules.why_not_keep_protective_person(has_person=person is not None, **values))
    if person is not None:
        person_visible_to(by, person.pk)
    row = _row(assessment, ProtectivePerson, protective_id, noted_by=by)
    _keep(row, person=person, **values)
    _noted(by, assessment, "protective people")
    return row


@transaction.atomic
def keep_question(
    *,
    by: User,
    assessment_id: uuid.UUID,
    text: str,
    owner: User | None = None,
    by_on: date | None = None,
    item: str = "",
    question_id: uuid.UUID | None = None,
) -> OpenQuestion:
    """Asks what is not known, or changes the question `question_id`. It has to have somebody and a day before the
    assessment is sent. `item`: the sign or vulnerability that it asks about."""
    assessment = _to_change(by, assessment_id)
    if item:
        load.release(assessment.release).item(item)
    refuse(rules.why_not_ask(text=text))
    if owner is not None:
        let_colleague_in(by=by, person_id=assessment.case.person_id, user=owner, why=HAS_WORK)
        refuse(_why_not_owner(by, assessment, owner))
    row = _row(assessment, OpenQuestion, question_id, asked_by=by)
    _keep(row, text=text, owner=owner, by_on=by_on, item=item or row.item)
    _noted(by, assessment, "questions")
    return row


@transaction.atomic
def take_out(
    *, by: User, assessment_id: uuid.UUID, kind: type[PartOfAssessment], row_id: uuid.UUID | int
) -> Assessment:
    """Takes one entry out of an assessment that is being written. A question that has an answer stays."""
    assessment = _to_change(by, assessment_id)
    row = _row(assessment, kind, row_id)
    if isinstance(row, OpenQuestion):
        refuse(rules.why_not_take_out_question(has_findings=row.findings.exists()))
    row.delete()
    _noted(by, assessment, str(kind._meta.verbose_name_plural), taken_out=str(row_id))
    return assessment


@transaction.atomic
def find_out(*, by: User, question_id: uuid.UUID, text: str, source: str, found_on: date | None) -> Finding:
    """Keeps what was found out about a question, also one of a signed assessment, which itself stays as it is."""
    question = queries.question_visible_to(by, question_id)
    refuse(
        rules.why_not_find_out(
            may_assess=by.may(May.ASSESS),
            text=text,
            source=source,
            found_on=found_on,
            today=timezone.localdate(),
        )
    )
    assert found_on is not None  # the rule asks for it
    finding = Finding(question=question, text=text, source=source, found_on=found_on, found_by=by)
    finding.save()
    _noted(by, question.assessment, "questions", verb="find out", question=str(question.pk))
    return finding


def _row[Row: PartOfAssessment](
    assessment: Assessment, kind: type[Row], row_id: uuid.UUID | int | None, **new: Any
) -> Row:
    """A new row, or the one that the assessment has; `Hidden` where it has none of that key."""
    if row_id is None:
        return kind(assessment=assessment, **new)
    row = kind._default_manager.filter(assessment=assessment, pk=row_id).first()
    if row is None:
        raise Hidden
    return row


def _keep[Row: PartOfAssessment](row: Row, **values: Any) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean(exclude=["assessment"])
    row.save()
    return row


def _keep_what_the_tick_said(assessment: Assessment, tick: AssessmentObservation | None) -> None:
    """Before a tick follows a later entry, what it said becomes an entry of its own. What came from a worry is there."""
    if tick is None or tick.state != "seen" or tick.concern_id or tick.contact_note_id:
        return
    values = {"happened_on": tick.seen_on, "source": tick.source, "words": tick.words}
    if not AssessmentEvidence.objects.filter(assessment=assessment, item=tick.item, **values).exists():
        row = AssessmentEvidence(assessment=assessment, item=tick.item, noted_by=tick.noted_by)
        _keep(row, change=Change.SEEN.value, **values)


def _why_not_owner(by: User, assessment: Assessment, owner: User) -> str | None:
    return rules.why_not_give_question(
        can_sign_in=colleagues_visible_to(by).filter(pk=owner.pk).exists(),
        may_assess=owner.may(May.ASSESS),
        sees_child=may_be_named(owner, assessment.case.person_id),
    )


def _noted(by: User, assessment: Assessment, part: str, *, verb: str = "write", **detail: str) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="assessment",
        subject_id=assessment.pk,
        person_id=assessment.case.person_id,
        detail={"part": part} | detail,
    )
