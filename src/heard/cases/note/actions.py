"""Writing notes of contact. Rule, rows, audit row and those who have to know, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.actions import record_words
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import Kind as Notified
from heard.cases.note import queries, rules
from heard.cases.note.models import CaseDirection, ContactNote, NoteObservation
from heard.knowledge import load
from heard.network.queries import person_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User

_SAID = ("kind", "at", "where", "who_was_there", "seen", "text", "next", "source")


@transaction.atomic
def write_note(
    *,
    by: User,
    person_id: uuid.UUID,
    kind: str,
    at: datetime | None,
    text: str,
    seen: str = "",
    where: str = "",
    who_was_there: str = "",
    next: str = "",
    source: str = "",
    words: str = "",
    event_id: uuid.UUID | None = None,
    now: datetime | None = None,
) -> ContactNote:
    """A note about one child, signed by its writer. `words`: what the child said in it, verbatim. `event_id`: the same
    visit or meeting as in the note of another child, which `by` wrote; `Hidden` where it is not."""
    person, now = person_visible_to(by, person_id), now or timezone.now()
    said: dict[str, Any] = {"kind": kind, "at": at, "where": where, "who_was_there": who_was_there}
    said |= {"seen": seen, "text": text, "next": next, "source": source}
    _check(by, said, now)
    if event_id and not ContactNote.objects.filter(event_id=event_id, written_by=by).exists():
        raise Hidden
    note = ContactNote(person=person, event_id=event_id or uuid.uuid4(), **_shared(by, said, now))
    note.words = _heard(by, note, words)
    note.save(force_insert=True)
    _audit(by, "write", note)
    _announce(by, note)
    return note


@transaction.atomic
def correct_note(
    *,
    by: User,
    note_id: uuid.UUID,
    why_corrected: str,
    words: str = "",
    now: datetime | None = None,
    **said: Any,
) -> ContactNote:
    """A new version beside the old, which stays. `said`: what `write_note` takes. Words that the old version holds stay with
    the new one; `words` adds some where there were none."""
    ContactNote.objects.select_for_update().filter(pk=note_id).first()
    old, now = queries.note_visible_to(by, note_id), now or timezone.now()
    why_not = rules.why_not_correct(
        is_writer=old.written_by_id == by.pk,
        is_latest=not hasattr(old, "corrected_by"),
        reason=why_corrected,
    )
    refuse(why_not and why_not[1])
    said = {name: said.get(name, getattr(old, name)) for name in _SAID}
    _check(by, said, now)
    note = ContactNote(
        person_id=old.person_id,
        event_id=old.event_id,
        corrects=old,
        why_corrected=why_corrected.strip(),
        **_shared(by, said, now),
    )
    note.words = old.words or _heard(by, note, words)
    note.save(force_insert=True)
    CaseDirection.objects.filter(note=old).update(note=note)
    NoteObservation.objects.filter(note=old).update(note=note, seen_on=timezone.localtime(note.at).date())
    _audit(by, "correct", note)
    _announce(by, note)
    return note


@transaction.atomic
def mark_signs(*, by: User, note_id: uuid.UUID, noticed: Mapping[str, str]) -> ContactNote:
    """What the writer noticed at this contact: `noticed` has the words of each sign or vulnerability of the current release,
    by its id. Those that were marked before and are not named any more are taken out."""
    note, release = queries.note_visible_to(by, note_id), load.current()
    why_not = rules.why_not_mark(
        is_writer=note.written_by_id == by.pk,
        is_latest=not hasattr(note, "corrected_by"),
        said=noticed.values(),
    )
    refuse(why_not)
    note.observations.exclude(item__in=noticed).delete()
    day = timezone.localtime(note.at).date()
    for item, words in noticed.items():
        seen = {"state": "seen", "seen_on": day, "source": str(by)[:200], "words": words.strip()}
        seen |= {"release": release.id, "noted_by": by}
        NoteObservation.objects.update_or_create(note=note, item=release.item(item).id, defaults=seen)
    _audit(by, "mark", note)
    _announce(by, note)
    return note


@transaction.atomic
def direct(*, by: User, note_id: uuid.UUID, text: str) -> CaseDirection:
    """A supervisor's decision, beside a note."""
    note = queries.note_visible_to(by, note_id)
    why_not = rules.why_not_direct(may_direct=by.may(May.SIGN_OFF) or by.may(May.DECIDE), text=text)
    refuse(why_not and why_not[1])
    direction = CaseDirection.objects.create(
        note=note, text=text.strip(), written_by=by, written_at=timezone.now()
    )
    _audit(by, "direct", note)
    announce(
        by=by,
        kind=Notified.DIRECTION,
        subject="note",
        subject_id=note.pk,
        person_id=note.person_id,
        named=[note.written_by],
    )
    return direction


@transaction.atomic
def open_note(*, by: User, note_id: uuid.UUID) -> ContactNote:
    """The note, for showing it, with the 'view' audit row; or `Hidden`."""
    note = queries.note_visible_to(by, note_id)
    _audit(by, "view", note)
    return note


def _check(by: User, said: dict[str, Any], now: datetime) -> None:
    asked = {name: said[name] for name in ("kind", "at", "text", "seen", "source")}
    why_not = rules.why_not_write(may_write=by.may(May.PLAN) and by.team is not None, now=now, **asked)
    refuse(why_not and why_not[1])


def _shared(by: User, said: dict[str, Any], now: datetime) -> dict[str, Any]:
    if by.team is None:
        raise Refused("Your role does not write notes in a child’s record.")
    texts = {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}
    if said["kind"] not in rules.FACE_TO_FACE:
        texts["seen"] = ""
    return texts | {"agency": by.team.agency, "written_by": by, "written_at": now}


def _heard(by: User, note: ContactNote, text: str) -> Any:
    """What the child said becomes words of the record, heard by the writer on that day."""
    if not text.strip():
        return None
    how = "message" if note.kind == rules.Kind.MESSAGE else "said"
    day = timezone.localtime(note.at).date()
    return record_words(
        by=by,
        person_id=note.person_id,
        text=text.strip(),
        heard_by=str(by)[:120],
        heard_on=day,
        how=how,
        said_on=Words.Occasion.NOTE,
        said_on_id=note.pk,
    )


def _announce(by: User, note: ContactNote) -> None:
    announce(
        by=by,
        kind=Notified.NOTE,
        subject="note",
        subject_id=note.pk,
        person_id=note.person_id,
        at=note.written_at,
    )


def _audit(by: User, verb: str, note: ContactNote) -> None:
    record_audit(by=by, verb=verb, subject="note", subject_id=note.pk, person_id=note.person_id)
