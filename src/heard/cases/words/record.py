"""What the child's words say with what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.case.models import Words
from heard.cases.case.record import described
from heard.cases.case.rules import BY_CHILD
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.words.models import Answer
from heard.cases.words.queries import words_visible_to
from heard.govuk.said import Text, choice, labelled, lines, say


def _answer(answer: Answer) -> Iterator[ChronologyEntry]:
    """When the child was told what came of their words."""
    if answer.told_on:
        what = say(_("The child was told what came of their words, by %(who)s"), who=answer.told_by)
        more: dict[str, Any] = {"noted": answer.written_at, "who": answer.written_by_id}
        yield fact(EntryKind.WORDS, answer.told_on, what, answer.what_changed, **more)


def _on_paper(words: Words) -> Iterator[Passage]:
    said = {"how": choice(words, "how"), "date": words.heard_on, "who": words.heard_by}
    text = lines(
        words.said(),
        described(words),
        labelled(_("In their language"), words.original),
        labelled(_("Translated by"), words.translated_by),
        labelled(_("What the child wants to happen"), words.wants),
        labelled(_("Why this was corrected"), words.why_corrected),
        *(_what_became(answer) for answer in words.answers.all()),
    )
    heading = (
        _("%(how)s on %(date)s") if words.how in BY_CHILD else _("%(how)s on %(date)s, heard by %(who)s")
    )
    yield Passage(say(heading, **said), text)


def _what_became(answer: Answer) -> Text:
    told = {"date": answer.told_on, "who": answer.told_by}
    back = say(_("The child was told of it on %(date)s, by %(who)s."), **told) if answer.told_on else ""
    return lines(labelled(_("What changed because of it"), answer.what_changed), back)


ANSWERS = Record(
    _("What became of the child’s words"),
    Answer.objects.filter(words__corrected_by__isnull=True),
    "words__person",
    chronology=_answer,
)
ALL_WORDS = Record(
    _("The child’s own words, and those that were corrected"),
    Words.objects.prefetch_related("answers")
    .select_related("child_message__described_by")
    .order_by("heard_on", "written_at"),
    "person",
    words_visible_to,
    pack=_on_paper,
)
