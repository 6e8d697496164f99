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


def _what(note: ContactNote) -> Text:
    return joined(choice(note, "kind"), choice(note, "seen", small=True) if note.seen else "")


def _chronology(note: ContactNote) -> Iterator[ChronologyEntry]:
    page = ("note", note.pk)
    source = labelled(_("Taken from"), note.source)
    yield fact(EntryKind.CONTACT, note.at, _what(note), note.text, source, who=note.written_by_id, page=page)


def _on_paper(note: ContactNote) -> Iterator[Passage]:
    about = {"what": _what(note), "when": moment(note.at), "who": note.written_by}
    text = lines(
        note.text,
        labelled(_("What the child said"), note.words.said()) if note.words else "",
        labelled(_("Where"), note.where),
        labelled(_("Who was there"), note.who_was_there),
        labelled(_("What comes next"), note.next),
        labelled(_("Taken from"), note.source),
        labelled(_("Why this was corrected"), note.why_corrected),
        *(_noticed(row) for row in note.observations.all() if row.ended_at is None),
        *(_direction(row) for row in note.directions.all()),
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
