"""What notes of contact say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.note.models import CaseDirection, ContactNote, NoteObservation
from heard.cases.note.queries import notes_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import Text, choice, joined, labelled, lines, moment, say
from heard.knowledge import load


def _what(one: ContactNote) -> Text:
    return joined(choice(one, "kind"), choice(one, "seen", small=True) if one.seen else "")


def _chronology(one: ContactNote) -> Iterator[ChronologyEntry]:
    page = ("note", one.pk)
    source = labelled(_("Taken from"), one.source)
    yield fact(EntryKind.CONTACT, one.at, _what(one), one.text, source, who=one.written_by_id, page=page)


def _on_paper(one: ContactNote) -> Iterator[Passage]:
    about = {"what": _what(one), "when": moment(one.at), "who": one.written_by}
    text = lines(
        one.text,
        labelled(_("What the child said"), one.words.said()) if one.words else "",
        labelled(_("Where"), one.where),
        labelled(_("Who was there"), one.who_was_there),
        labelled(_("What comes next"), one.next),
        labelled(_("Taken from"), one.source),
        labelled(_("Why this was corrected"), one.why_corrected),
        *(_noticed(row) for row in one.observations.all() if row.ended_at is None),
        *(_direction(row) for row in one.directions.all()),
    )
    yield Passage(say(_("%(what)s, %(when)s, written by %(who)s"), **about), text)


def _noticed(row: NoteObservation) -> Text:
    return labelled(load.release(row.release).item(row.item).label, row.words)


def _direction(row: CaseDirection) -> Text:
    called = (
        _("Case direction on the version before, %(who)s")
        if row.is_of_earlier
        else _("Case direction, %(who)s")
    )
    return labelled(say(called, who=row.written_by), row.text)


NOTES = Record(
    _("Notes of contact"),
    ContactNote.objects.filter(corrected_by=None)
    .select_related("written_by", "words")
    .order_by("at", "written_at"),
    "person",
    notes_visible_to,
    chronology=_chronology,
    pack=_on_paper,
    beside=("directions__written_by", "observations"),
)
