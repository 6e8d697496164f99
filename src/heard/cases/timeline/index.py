"""Keeps the index of chronologies as the records are.

Each action leaves an audit row (ADR 0005), and each audit row that is no mere look leaves changes here for the children whom
it concerns, in the same transaction. The entries of a child with changes are made anew when somebody reads or searches them:
only those that differ are written. `catch_up` does it for children at whom nobody looks.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from heard.agencies.indexing import reader_of_whole_records
from heard.agencies.reading import is_reading_only
from heard.agencies.rules import Hidden
from heard.cases.attachment.queries import texts_of
from heard.cases.timeline.facts import Fact, facts_of
from heard.cases.timeline.matching import as_indexed, words_in
from heard.cases.timeline.models import ChronologyChange, ChronologyEntry, ChronologyOf, ChronologyWord
from heard.cases.timeline.rows import rows_of
from heard.network.queries import people_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow, User

AT_ONCE: Final = 25  # children whose entries one search makes anew: about a second
_BATCH: Final = 500


def note_change(row: AuditRow) -> None:
    """For `agencies.indexing.tell_of_writes`: whose chronology is another one after this."""
    children = {row.person_id} if row.person_id else set()
    entries = ChronologyEntry.objects.order_by()
    if row.subject in ("person", "place", "group"):  # what it is called stands in the ties of others
        other = row.person_id if row.subject == "person" else uuid.UUID(row.subject_id)
        children |= set(entries.filter(other_id=other).values_list("child_id", flat=True).distinct())
    elif row.subject == "user":  # so does the agency for which somebody acted
        children |= set(entries.filter(who_id=row.subject_id).values_list("child_id", flat=True).distinct())
    ChronologyChange.objects.bulk_create(ChronologyChange(child_id=child) for child in children)


def refresh(child_id: uuid.UUID) -> None:
    """Before a chronology is read: made anew where anything about the child was written. One query where nothing was.
    It stays as it is where nothing can be written; the page says so."""
    if is_reading_only():
        return
    changed = ChronologyChange.objects.filter(child_id=OuterRef("child_id"))
    if not ChronologyOf.objects.filter(~Exists(changed), child_id=child_id).exists():
        _make(child_id, reader_of_whole_records())


def catch_up(most: int = AT_ONCE) -> int:
    """Before all chronologies are searched: those with changes are made anew, at most so many. How many are left."""
    waiting = ChronologyChange.objects.order_by().values_list("child_id", flat=True).distinct()
    changed = sorted(waiting[: most + 1])
    if changed:
        reader = reader_of_whole_records()
        for child_id in changed[:most]:
            _make(child_id, reader)
    return waiting.count() if len(changed) > most else 0


def mark_everybody() -> int:
    """Every chronology is made anew when somebody reads it, or by `catch_up`. How many children there are."""
    children = people_visible_to(reader_of_whole_records()).filter(kind="child").values_list("pk", flat=True)
    rows = (ChronologyChange(child_id=child) for child in children.iterator())
    return len(ChronologyChange.objects.bulk_create(rows, batch_size=_BATCH))


def mark_where_nothing_is(**_from_signal: Any) -> None:
    """After an update of Heard from before there was an index."""
    if not ChronologyOf.objects.exists() and not ChronologyChange.objects.exists():
        mark_everybody()


@transaction.atomic(savepoint=False)
def _make(child_id: uuid.UUID, reader: User) -> None:
    """Changes that were there before the rows are read are done with; one that comes meanwhile stays."""
    ChronologyOf.objects.select_for_update().get_or_create(child_id=child_id)
    changes = list(ChronologyChange.objects.filter(child_id=child_id).values_list("pk", flat=True))
    entries = _entries(child_id, reader)
    _keep(child_id, entries)
    words = as_indexed({word for entry in entries for word in entry.words.split()})
    ChronologyOf.objects.filter(child_id=child_id).update(words=words)
    ChronologyChange.objects.filter(pk__in=changes).delete()


def _entries(child_id: uuid.UUID, reader: User) -> list[ChronologyEntry]:
    """What the chronology of this child is now; nothing of somebody whose record was merged into another."""
    try:
        facts = facts_of(reader, rows_of(reader, child_id))
    except Hidden:
        return []
    texts = texts_of(reader, [fact.file_id for fact in facts if fact.file_id])
    return [_entry(child_id, fact, texts) for fact in reversed(facts)]


def _entry(child_id: uuid.UUID, fact: Fact, texts: dict[uuid.UUID, str]) -> ChronologyEntry:
    inside = texts.get(fact.file_id, "") if fact.file_id else ""
    entry = ChronologyEntry(
        child_id=child_id,
        on=fact.on,
        at=fact.at,
        kind=fact.kind,
        what=fact.what,
        text=fact.text,
        who_id=fact.who_id,
        who=fact.who,
        agency=fact.agency,
        href=fact.href,
        other=fact.other,
        other_id=fact.other_id,
        file_id=fact.file_id,
        words=as_indexed(words_in(fact.what, fact.text, fact.who, fact.agency, inside)),
    )
    entry.digest = _digest(entry)
    return entry


def _digest(entry: ChronologyEntry) -> str:
    fields = (field for field in entry._meta.concrete_fields if field.name not in ("id", "digest"))
    said = "\x00".join(str(getattr(entry, field.attname)) for field in fields)
    return sha256(said.encode()).hexdigest()


def _keep(child_id: uuid.UUID, entries: list[ChronologyEntry]) -> None:
    """Writes what is new and takes away what is gone. Of several that are the same, as many stay as there are."""
    there: dict[str, list[int]] = {}
    for key, digest in ChronologyEntry.objects.filter(child_id=child_id).values_list("pk", "digest"):
        there.setdefault(digest, []).append(key)
    new = [entry for entry in entries if not (there.get(entry.digest) and there[entry.digest].pop())]
    gone = [key for keys in there.values() for key in keys]
    ChronologyEntry.objects.filter(pk__in=gone).delete()
    ChronologyEntry.objects.bulk_create(new, batch_size=_BATCH)
    _learn({word for entry in new for word in entry.words.split()})


def _learn(words: Iterable[str]) -> None:
    """In one order, so that two who learn at once do not wait for each other."""
    ordered = sorted(words)
    for start in range(0, len(ordered), _BATCH):
        some = ordered[start : start + _BATCH]
        known = set(ChronologyWord.objects.filter(word__in=some).values_list("word", flat=True))
        new = [ChronologyWord(word=word) for word in some if word not in known]
        ChronologyWord.objects.bulk_create(new, ignore_conflicts=True)
