"""What assessments say, with the signs that they saw and what was found out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop as _

from heard.cases.assessment.models import Assessment, Finding
from heard.cases.assessment.queries import (
    assessment_visible_to,
    assessments_visible_to,
    picture,
)
from heard.cases.case.record import said_beside
from heard.cases.concern.record import WORRIES, tick
from heard.cases.note.record import NOTES
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Piece, Record, fact
from heard.govuk.said import Text, choice, joined, labelled, lines, plain, say
from heard.knowledge import load

if TYPE_CHECKING:
    from django.db.models import QuerySet

_CHILD = "question__assessment__case__person"


def _chronology(assessment: Assessment) -> Iterator[ChronologyEntry]:
    page = ("assessment", assessment.pk)
    moments: list[tuple[Any, str, str, int | None]] = [
        (assessment.started_at, _("Assessment begun"), "", assessment.author_id),
        (assessment.submitted_at, _("Assessment sent to a supervisor"), "", assessment.author_id),
        *((row.at, _("Assessment sent back"), row.reason, row.by_id) for row in assessment.sent_back.all()),
        (assessment.signed_at, _("Assessment signed off"), assessment.judgement, assessment.signed_by_id),
    ]
    for at, what, text, who in moments:
        if at:
            yield fact(EntryKind.ASSESSMENT, at, say(what), text, who=who, page=page)


def _found(finding: Finding) -> Iterator[ChronologyEntry]:
    what, text = (
        say(_("Found out: %(question)s"), question=finding.question.text),
        _sourced(finding.text, finding),
    )
    more: dict[str, Any] = {"who": finding.found_by_id, "page": ("question", finding.question_id)}
    yield fact(EntryKind.ASSESSMENT, finding.found_on, what, text, noted=finding.noted_at, **more)


def _sourced(words: str, one: Any) -> Text:
    return say(_("%(words)s\nSource: %(source)s"), words=words, source=one.source)


class _Signs:
    """Signs and vulnerabilities, as worries, notes of contact and assessments noted them: what an assessment took over is told
    once, and what it added to the history as its history says it."""

    def facts(self, person_id: uuid.UUID) -> Iterator[ChronologyEntry]:
        assessments = list(_noted(ASSESSMENTS, person_id, "observations", "evidence"))
        added = [(row, assessment.release) for assessment in assessments for row in assessment.evidence.all()]
        told: set[Any] = {(row.item, row.happened_on, row.source) for row, _made_with in added}
        worries = _noted(WORRIES, person_id, "observations").order_by("-told_at")
        contacts = _noted(NOTES, person_id, "observations").order_by("-at")
        for one in (*worries, *contacts, *assessments):
            for note in one.observations.all():
                release = load.release(note.release if hasattr(note, "release") else one.release)
                key: tuple[Any, ...] = (note.item, note.seen_on, note.source)
                if note.state == "seen" and key not in told and (*key, note.words) not in told:
                    told.add((*key, note.words))
                    seen = say(_("Seen: %(label)s"), label=release.item(note.item).label)
                    yield _sign(note, note.seen_on or note.noted_at, seen)
        for row, made_with in added:
            label = load.release(made_with).item(row.item).label
            changed = say(_("%(change)s: %(label)s"), change=choice(row, "change"), label=label)
            yield _sign(row, row.happened_on, changed)


def _noted(record: Record, person_id: uuid.UUID, *what: str) -> QuerySet[Any]:
    """Rows with what was noted in them alone."""
    return record.of(person_id).select_related(None).prefetch_related(None).prefetch_related(*what)


def _sign(row: Any, when: Any, what: Text) -> ChronologyEntry:
    return fact(EntryKind.SIGN, when, what, _sourced(row.words, row), noted=row.noted_at, who=row.noted_by_id)


def drawn_sign(said: Any) -> tuple[str, bool] | None:
    """Of an entry's line about a sign: its label, and whether it was seen or is no longer; None where nobody could say."""
    change = said["with"].get("change", {"say": "Seen"})["say"]
    states = {"Seen": True, "No longer seen": False, "Looked for and not seen": False}
    return (said["with"]["label"], states[change]) if change in states else None


def _on_paper(one: Any) -> Iterator[Passage]:
    about = {"date": one.signed_at or one.started_at, "state": choice(one, "state", small=True)}
    heading = say(_("Assessment of %(date)s by %(who)s, %(state)s"), who=one.author, **about)
    yield Passage(heading, lines(one.judgement, said_beside(one)))
    for title, text in _parts(one):
        if text:
            heading = say(_("Assessment of %(date)s: %(title)s"), date=about["date"], title=say(title))
            yield Passage(heading, text)


def _parts(one: Any) -> Iterator[tuple[str, Text]]:
    drawn, release = picture(one), load.release(one.release)
    yield _("signs"), _ticks(drawn.signs)
    yield _("vulnerabilities"), _ticks(drawn.vulnerabilities)
    history = (tick(release.item(row.item).label, row, "change", "happened_on") for row in one.evidence.all())
    yield _("over time"), lines(*history)
    yield _("patterns of exploitation"), lines(*_patterns(drawn.patterns))
    yield _("what the child needs"), lines(one.needs_harmed, one.needs_made_to_harm)
    yield _("strengths"), lines(*(f"{row.text} ({row.source})" for row in one.strengths.all()))
    yield _("people who protect the child"), lines(*(_protects(row) for row in one.protective_people.all()))
    open_ones = (_question(row) for row in one.questions.all())
    yield _("what is not known"), lines(one.what_is_not_known, *open_ones)
    own = (labelled([asked.question.text], asked.day or asked.answer) for asked in drawn.own)
    yield _("our partnership also asks"), lines(*own)
    yield _("what the supervisor said with the signature"), one.sign_comment
    yield _("sent back"), lines(*(labelled(plain(row.at), row.reason) for row in one.sent_back.all()))


def _ticks(entries: Iterable[Any]) -> Text:
    return lines(*(tick(entry.entry.label, entry.seen) for entry in entries if entry.seen))


def _patterns(recognised: Iterable[Any]) -> Iterator[Text]:
    for one in recognised:
        for row in one.chosen:
            unsaid = say(_("nobody has said yet how the child appears in it"))
            told = {"reason": row.reason, "part": choice(row, "childs_part") or unsaid}
            yield say(_("%(pattern)s: %(reason)s (%(part)s)"), pattern=one.entry.label, **told)


def _protects(row: Any) -> Text:
    """Somebody whose record the user may not see is there by what they do alone."""
    name = row.name or (row.person if row.may_see else say(_("somebody")))
    return say(_("%(name)s, %(who)s: %(does)s"), name=name, who=row.who, does=row.what_they_do)


def _question(row: Any) -> Text:
    found = (
        say(
            _("%(date)s: %(text)s (%(source)s)"),
            date=finding.found_on,
            text=finding.text,
            source=finding.source,
        )
        for finding in row.findings.all()
    )
    return lines(labelled(_("To find out"), row.text), *found)


def _to_share(assessment: Assessment) -> Iterator[Piece]:
    if assessment.state == "signed":
        label = say(_("Assessment signed off on %(date)s"), date=assessment.signed_at)
        unknown = say(_("What is not known: %(text)s"), text=assessment.what_is_not_known)
        text = joined(assessment.judgement, unknown if assessment.what_is_not_known else "", by="\n\n")
        yield Piece(f"assessment-{assessment.pk}", "assessments", label, text)


def pattern_in_referral(label: str, row: Any) -> Text:
    """When it was, as far as anybody said."""
    if not row.from_on:
        return ""
    told = {"pattern": label, "since": row.from_on, "until": row.to_on}
    both, since = _("%(pattern)s: from %(since)s to %(until)s."), _("%(pattern)s: since %(since)s.")
    return say(both if row.to_on else since, **told)


def sign_in_referral(label: str, note: Any) -> Text:
    told = {"words": note.words, "date": note.seen_on, "source": note.source}
    return say(_("%(label)s: %(words)s (%(date)s, %(source)s)"), label=label, **told)


ASSESSMENTS = Record(
    _("Assessments"),
    Assessment.objects.prefetch_related("sent_back").order_by("started_at"),
    "case__person",
    assessments_visible_to,
    chronology=_chronology,
    pack=_on_paper,
    share=_to_share,
    whole=lambda user, row: assessment_visible_to(user, row.pk),
)
FINDINGS = Record(
    _("What was found out"),
    Finding.objects.select_related("question").order_by("found_on", "noted_at"),
    _CHILD,
    chronology=_found,
)
SIGNS = _Signs()
