"""What an assessment says, in the wording of its own release, and what was written before about each sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from heard.cases.assessment import rules
from heard.cases.assessment.models import (
    Assessment,
    AssessmentEvidence,
    AssessmentObservation,
    AssessmentPattern,
    OpenQuestion,
)
from heard.cases.assessment.own_questions import OwnQuestion, kept_questions
from heard.cases.assessment.queries.reading import assessments_of, noticed_at_contacts
from heard.cases.assessment.rules import STATE_AFTER, Change, Entry
from heard.cases.case.queries import case_visible_to
from heard.cases.concern.models import ConcernObservation
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.knowledge.model import Item, Pattern, Sign, Vulnerability


@dataclass(frozen=True)
class Marked:
    """One entry of the assessment's own release, and what the assessment says about it: None where nothing yet."""

    entry: Sign | Vulnerability
    seen: AssessmentObservation | None


@dataclass(frozen=True)
class Recognised:
    """One pattern of the assessment's own release, and each time and setting in which the authors recognise it."""

    entry: Pattern
    chosen: list[AssessmentPattern]


@dataclass(frozen=True)
class OwnQuestionAsked:
    """One of the partnership's own questions in the wording it was asked in, and its answer, '' where there is none."""

    question: OwnQuestion
    answer: str

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.answer) if self.question.kind == "date" and self.answer else None


@dataclass(frozen=True)
class Picture:
    """Everything that an assessment says. Signs and vulnerabilities are two lists and are never added together."""

    signs: list[Marked]
    vulnerabilities: list[Marked]
    patterns: list[Recognised]
    own: list[OwnQuestionAsked]


def picture(assessment: Assessment) -> Picture:
    """The assessment in the wording of the release that it was made with, whatever release is current now.

    For an assessment that came from `assessment_visible_to`; asks the database nothing further.
    """
    release = load.release(assessment.release)
    seen = {row.item: row for row in assessment.observations.all()}
    chosen = defaultdict(list)
    for row in assessment.patterns.all():
        chosen[row.pattern].append(row)
    answers = {row.question: row.answer for row in assessment.own_answers.all()}
    return Picture(
        signs=[Marked(entry, seen.get(entry.id)) for entry in release.signs],
        vulnerabilities=[Marked(entry, seen.get(entry.id)) for entry in release.vulnerabilities],
        patterns=[Recognised(entry, chosen[entry.id]) for entry in release.patterns],
        own=[
            OwnQuestionAsked(question, answers.get(question.id, ""))
            for question in own_questions_of(assessment)
        ],
    )


def own_questions_of(assessment: Assessment) -> tuple[OwnQuestion, ...]:
    """The partnership's own questions as they were when this assessment was begun."""
    kept = assessment.own_questions
    return kept_questions(kept.content) if kept else ()


def not_known_without_question(assessment: Assessment) -> list[Item]:
    """What is marked as not known, and nobody has been asked to find out yet."""
    release = load.release(assessment.release)
    asked = {row.item for row in assessment.questions.all() if row.item}
    return [
        release.item(row.item)
        for row in assessment.observations.all()
        if row.state == AssessmentObservation.State.NOT_KNOWN and row.item not in asked
    ]


def prose_of(assessment: Assessment) -> str:
    """All that workers wrote in it, for hints on words. Never what the child said."""
    return "\n".join(
        [
            assessment.judgement,
            assessment.needs_harmed,
            assessment.needs_made_to_harm,
            assessment.what_is_not_known,
            assessment.why_no_words,
            *(row.reason for row in assessment.patterns.all()),
            *(row.text for row in assessment.strengths.all()),
            *(row.what_they_do for row in assessment.protective_people.all()),
            *(row.text for row in assessment.questions.all()),
        ]
    )


def questions_of(assessment: Assessment) -> list[OpenQuestion]:
    """What it asks, those with a day first, and among them the first due."""
    return sorted(assessment.questions.all(), key=lambda row: (row.by_on is None, row.by_on or date.min))


def histories(user: User, assessment: Assessment) -> dict[str, list[Entry]]:
    """Of each item, by its id: what worries, notes of contact, earlier assessments and this one say about it, by day.

    For an assessment that came from `assessment_visible_to`; four queries more, however much there is. For a signed
    one only what had been written down by then: its page stays as it was.
    """
    entries = defaultdict(list)
    for entry in (
        *_in_worries(user, assessment),
        *_in_notes(user, assessment),
        *_in_earlier(user, assessment),
        *_in_this(assessment),
    ):
        if assessment.signed_at is None or entry.noted_at <= assessment.signed_at:
            entries[entry.item].append(entry)
    return {item: rules.as_history(said) for item, said in entries.items()}


def _in_worries(user: User, assessment: Assessment) -> Iterator[Entry]:
    case = case_visible_to(user, assessment.case_id)
    rows = ConcernObservation.objects.filter(concern__case=case).select_related("concern", "noted_by")
    for row in rows:
        if _means_the_same(row.item, row.concern.release, assessment.release):
            yield _noted(row, reference=row.concern.reference, concern_id=row.concern_id)


def _in_notes(user: User, assessment: Assessment) -> Iterator[Entry]:
    for row in noticed_at_contacts(user, assessment.case_id):
        if _means_the_same(row.item, row.release, assessment.release):
            yield _noted(row, contact_note_id=row.note_id)


def _in_earlier(user: User, assessment: Assessment) -> Iterator[Entry]:
    earlier = assessments_of(user, assessment.case_id).filter(
        state=rules.SigningState.SIGNED, started_at__lt=assessment.started_at
    )
    keys = list(earlier.values_list("pk", flat=True))
    ticks = AssessmentObservation.objects.filter(assessment__in=keys).select_related("assessment", "noted_by")
    added = AssessmentEvidence.objects.filter(assessment__in=keys).select_related("assessment", "noted_by")
    for row in _each_once(ticks, added):
        if _means_the_same(row.item, row.assessment.release, assessment.release):
            yield _noted(row, assessment_id=row.assessment_id)


def _in_this(assessment: Assessment) -> Iterator[Entry]:
    for row in _each_once(assessment.observations.all(), assessment.evidence.all()):
        evidence = row.pk if isinstance(row, AssessmentEvidence) else None
        yield _noted(row, assessment_id=assessment.pk, evidence_id=evidence)


def _each_once(ticks: Iterable[AssessmentObservation], added: Iterable[AssessmentEvidence]) -> list[Any]:
    """The entries, and those ticks that do more than follow one of them."""
    entries = list(added)
    followed = {(row.assessment_id, row.item, STATE_AFTER[Change(row.change)], row.words) for row in entries}
    own = [row for row in ticks if (row.assessment_id, row.item, row.state, row.words) not in followed]
    return [*own, *entries]


def _noted(row: Any, **where: Any) -> Entry:
    change = getattr(row, "change", None) or row.state
    on = row.happened_on if hasattr(row, "happened_on") else row.seen_on
    return Entry(row.item, Change(change), on, row.source, row.words, row.noted_by, row.noted_at, **where)


def _means_the_same(item: str, release_id: str, here_id: str) -> bool:
    """The same id may stand for something else in another release."""
    here = load.release(here_id).entries.get(item)
    there = load.release(release_id).entries.get(item)
    return here is not None and there is not None and here.official == there.official
