"""What worries say, with the signs and vulnerabilities that were seen."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import said_beside, words_beside
from heard.cases.concern.models import Concern, EarlierDecision
from heard.cases.concern.queries import concerns_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Piece, Record, fact
from heard.govuk.said import Text, choice, joined, labelled, lines, say
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Observation


def tick(label: str, note: Any, state: str = "state", on: str = "seen_on") -> Text:
    """One sign or vulnerability on paper, as it was noted."""
    said = joined(getattr(note, on), note.words, note.source, by=". ")
    return say(_("%(label)s: %(state)s. %(said)s"), label=label, state=choice(note, state), said=said)


def _worry(concern: Concern) -> Iterator[ChronologyEntry]:
    page = ("concern", concern.pk)
    told = say(_("Worry told: %(reference)s"), reference=concern.reference)
    more: dict[str, Any] = {"agency": concern.agency.name, "who": concern.told_by_id}
    yield fact(EntryKind.WORRY, concern.told_at, told, concern.seen_and_heard, page=page, **more)
    for asked in concern.questions.all():
        question = say(_("Whoever told worry %(reference)s was asked"), reference=concern.reference)
        answer = labelled(_("Answer"), asked.answer)
        yield fact(
            EntryKind.WORRY, asked.asked_at, question, asked.text, answer, page=page, who=asked.asked_by_id
        )
    for was in concern.earlier_decisions.all():
        decided = say(_("Decided, and put right since: %(decision)s"), decision=choice(was, "decision"))
        yield fact(EntryKind.DECISION, was.said_at, decided, was.reason, page=page, who=was.said_by_id)
    if concern.decided_at:
        decided = say(_("Decided: %(decision)s"), decision=choice(concern, "decision"))
        text = (
            concern.help_with,
            concern.decision_reason,
            labelled(_("Why it was put right"), concern.why_corrected),
        )
        who, at = concern.corrected_by_id or concern.decided_by_id, concern.corrected_at or concern.decided_at
        yield fact(EntryKind.DECISION, at, decided, *text, page=page, who=who)


def _on_paper(concern: Concern) -> Iterator[Passage]:
    told = {
        "reference": concern.reference,
        "date": concern.told_at,
        "who": concern.told_by,
        "agency": concern.agency,
    }
    text = lines(
        concern.seen_and_heard,
        labelled(_("Danger now"), choice(concern, "danger_now")),
        labelled(_("What was done about the danger"), concern.danger_done),
        said_beside(concern),
    )
    yield Passage(say(_("Worry %(reference)s, told on %(date)s by %(who)s, %(agency)s"), **told), text)
    release = load.release(concern.release)
    seen = lines(*(tick(release.item(note.item).label, note) for note in concern.observations.all()))
    if seen:
        yield Passage(say(_("Worry %(reference)s: signs and vulnerabilities"), **told), seen)
    for asked in concern.questions.all():
        about = {"reference": concern.reference, "date": asked.asked_at, "who": asked.asked_by}
        heading = say(_("Worry %(reference)s: a question of %(date)s by %(who)s to whoever told it"), **about)
        yield Passage(heading, lines(asked.text, labelled(_("Answer"), asked.answer)))
    for was in concern.earlier_decisions.all():
        about = {
            "reference": concern.reference,
            "date": was.said_at,
            "who": was.said_by,
            "decision": choice(was, "decision"),
        }
        heading = say(
            _("Worry %(reference)s: %(decision)s, decided on %(date)s by %(who)s, and put right since"),
            **about,
        )
        yield Passage(heading, _why(was, was.reason))
    if concern.decided_at:
        told |= {
            "decision": choice(concern, "decision"),
            "date": concern.decided_at,
            "who": concern.decided_by,
        }
        heading = say(_("Worry %(reference)s: %(decision)s, decided on %(date)s by %(who)s"), **told)
        corrected = labelled(_("Why it was put right"), concern.why_corrected)
        yield Passage(heading, lines(_why(concern, concern.decision_reason), corrected))


def _why(concern: Concern | EarlierDecision, reason: str) -> Text:
    """Words that were told with the worry stand with it, and not here again."""
    worry = concern if isinstance(concern, Concern) else concern.concern
    words = None if concern.decision_words_id == worry.words_id else concern.decision_words
    return lines(
        labelled(_("Help"), concern.help_with),
        labelled(_("Why"), reason),
        words_beside(worry, words),
        labelled(_("Why without the child’s words"), concern.why_without_words),
        labelled(_("What the person who told it was told"), concern.feedback),
    )


def in_referral(concern: Concern) -> Text:
    told = {"date": concern.told_at, "agency": concern.agency.name, "text": concern.seen_and_heard}
    return say(_("%(date)s, %(agency)s: %(text)s"), **told)


class _Worries(Record):
    def pieces(self, user: User, person_id: uuid.UUID) -> Iterator[Piece]:
        rows = list(self.seen_by(user, person_id).reverse())
        for row in rows:
            label = say(_("Worry told on %(date)s by %(agency)s"), date=row.told_at, agency=row.agency.name)
            yield Piece(f"worry-{row.pk}", "worries", label, row.seen_and_heard)
        yield from _seen((note, row.release) for row in rows for note in row.observations.all())


def _seen(notes: Iterable[tuple[Observation, str]]) -> Iterator[Piece]:
    """One piece for each sign or vulnerability that was seen, with every time that it was told, once each."""
    texts: dict[tuple[str, str], list[Text]] = {}
    labels = {}
    for note, release in notes:
        if note.state != "seen":
            continue
        entry = load.release(release).item(note.item)
        group = "signs" if entry in load.release(release).signs else "vulnerabilities"
        labels[group, note.item] = entry.label
        told = {"date": note.seen_on, "source": note.source, "words": note.words}
        line = say(_("%(date)s, %(source)s: %(words)s"), **told)
        there = texts.setdefault((group, note.item), [])
        if line not in there:
            there.append(line)
    for (group, item), said in texts.items():
        yield Piece(f"seen-{item}", group, labels[group, item], said)


WORRIES = _Worries(
    _("Worries"),
    Concern.objects.select_related("agency", "words", "decision_words", "decided_by", "told_by")
    .prefetch_related("questions", "earlier_decisions")
    .order_by("told_at"),
    "person",
    concerns_visible_to,
    chronology=_worry,
    pack=_on_paper,
    beside=(
        "observations",
        "questions__asked_by",
        "earlier_decisions__said_by",
        "earlier_decisions__decision_words",
    ),
)
