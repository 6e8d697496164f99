"""Writing notes of contact. Rule, rows, audit row and those who have to know, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.actions import record_words
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
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


@dataclass(frozen=True)
class NotePart:
    """What a note about several children says of one of them, in that child's record alone."""

    person_id: uuid.UUID
    text: str = ""
    seen: str = ""
    words: str = ""
    next: str = ""


@transaction.atomic
def write_together(
    *,
    by: User,
    parts: Sequence[NotePart],
    kind: str,
    at: datetime | None,
    text: str = "",
    where: str = "",
    who_was_there: str = "",
    source: str = "",
    now: datetime | None = None,
) -> list[ContactNote]:
    """One contact with several children: a note of each, in the order of `parts`, or none. `text`: what is common, which each
    of them says first; nothing of another child's part stands in it. No child is named in what stands in the record of another. `Hidden` for a child whom `by` may not see."""
    people = [person_visible_to(by, part.person_id) for part in parts]
    why_not = rules.why_not_write_together(
        names=[_called(person) for person in people],
        common={"text": text, "where": where, "who_was_there": who_was_there, "source": source},
        parts=[{"text": part.text, "next": part.next} for part in parts],
    )
    refuse(why_not and why_not[1])
    notes: list[ContactNote] = []
    for part in parts:
        said = "\n\n".join(filter(None, (text.strip(), part.text.strip())))
        about: dict[str, Any] = {"kind": kind, "at": at, "where": where, "source": source, "now": now}
        about |= {"text": said, "seen": part.seen, "words": part.words, "person_id": part.person_id}
        about |= {"who_was_there": who_was_there, "next": part.next}
        notes.append(write_note(by=by, event_id=notes[0].event_id if notes else None, **about))
    return notes


@transaction.atomic
def correct_note(
    *,
    by: User,
    note_id: uuid.UUID,
    why_corrected: str,
    words: str | None = None,
    now: datetime | None = None,
    **said: Any,
) -> ContactNote:
    """A new version beside the old, which stays with its signs. `said`: what `write_note` takes. `words`: what the child said,
    as it is to be read now: a new version of the words where they differ, which are never taken out; None leaves them."""
    ContactNote.objects.select_for_update().filter(pk=note_id).first()
    old, now = queries.note_visible_to(by, note_id), now or timezone.now()
    why_not = rules.why_not_correct(
        is_writer=old.written_by_id == by.pk,
        is_latest=not hasattr(old, "corrected_by"),
        reason=why_corrected,
        drops_words=old.words_id is not None and words is not None and not words.strip(),
    )
    refuse(why_not and why_not[1])
    said = {name: said.get(name, getattr(old, name)) for name in _SAID}
    _check(by, said, now)
    why_not = _why_not_name_others(by, old, said)
    refuse(why_not and why_not[1])
    note = ContactNote(
        person_id=old.person_id,
        event_id=old.event_id,
        corrects=old,
        why_corrected=why_corrected.strip(),
        **_shared(by, said, now),
    )
    note.words = _heard_otherwise(by, old, note, words) if old.words else _heard(by, note, words or "")
    note.save(force_insert=True)
    CaseDirection.objects.filter(note=old).update(note=note)
    _take_signs_along(old, note)
    _audit(by, "correct", note)
    _announce(by, note)
    return note


def _why_not_name_others(by: User, note: ContactNote, said: Mapping[str, Any]) -> tuple[str, str] | None:
    """Whether it names another child of the same contact, of whom the same writer wrote."""
    same = ContactNote.objects.filter(event_id=note.event_id, written_by=by).exclude(person=note.person_id)
    others = [_called(note.person) for note in same.select_related("person")]
    told = {field: str(said[field]) for field in ("text", "where", "who_was_there", "source", "next")}
    return rules.why_not_name_others(own=_called(note.person), others=others, said=told)


def _called(person: Any) -> tuple[str, str, str]:
    return person.given_name, person.family_name, person.known_as


@transaction.atomic
def mark_signs(*, by: User, note_id: uuid.UUID, noticed: Mapping[str, str]) -> ContactNote:
    """What the writer noticed at this contact: `noticed` has the words of each sign or vulnerability of the current release,
    by its id. Those that were marked before, and are not named any more or in other words, end: they stay readable."""
    note, release = queries.note_visible_to(by, note_id), load.current()
    why_not = rules.why_not_mark(
        is_writer=note.written_by_id == by.pk,
        is_latest=not hasattr(note, "corrected_by"),
        said=noticed.values(),
    )
    refuse(why_not)
    marked = {release.item(item).id: words.strip() for item, words in noticed.items()}
    standing = {row.item: row for row in note.observations.filter(ended_at=None)}
    same = {item for item, row in standing.items() if marked.get(item) == row.words}
    note.observations.filter(ended_at=None).exclude(item__in=same).update(
        ended_at=timezone.now(), ended_by=by
    )
    seen: dict[str, Any] = {"state": "seen", "seen_on": timezone.localtime(note.at).date()}
    seen |= {"source": str(by)[:200], "release": release.id, "noted_by": by}
    NoteObservation.objects.bulk_create(
        NoteObservation(note=note, item=item, words=words, **seen)
        for item, words in marked.items()
        if item not in same
    )
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
    how = "message" if note.kind == rules.ContactKind.MESSAGE else "said"
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


def _heard_otherwise(by: User, old: ContactNote, note: ContactNote, text: str | None) -> Words | None:
    """The words of the note as they stand: themselves where nothing differs, else a new version that corrects them. The day on
    which the child was heard follows that of the note, where it was the note's."""
    stands = queries.words_now(by, old)
    if stands is None:
        return None
    before, day = timezone.localtime(old.at).date(), timezone.localtime(note.at).date()
    heard_on = day if stands.heard_on == before else stands.heard_on
    said = stands.text if text is None else text.strip()
    if said == stands.text and heard_on == stands.heard_on:
        return stands
    kept = ("how", "heard_by", "wants", "language", "original", "translated_by", "what_changed")
    return record_words(
        by=by,
        person_id=note.person_id,
        text=said,
        heard_on=heard_on,
        said_on=Words.Occasion.NOTE,
        said_on_id=note.pk,
        corrects=stands,
        why_corrected=note.why_corrected,
        **{name: getattr(stands, name) for name in kept},
    )


def _take_signs_along(old: ContactNote, note: ContactNote) -> None:
    """The new version has the signs that stand, noted when they were; the old keeps its own as they stood."""
    rows = list(old.observations.filter(ended_at=None).order_by("pk"))
    noted = {row.item: row.noted_at for row in rows}
    for row in rows:
        row.pk, row.note, row.seen_on = None, note, timezone.localtime(note.at).date()
        row._state.adding = True
    new = NoteObservation.objects.bulk_create(rows)
    for row in new:
        row.noted_at = noted[row.item]
    NoteObservation.objects.bulk_update(new, ["noted_at"])


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
