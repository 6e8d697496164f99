"""Twelve months of a child, drawn from the chronology as this reader sees it, and from nothing else."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from heard.cases.missing.queries import episodes_visible_to
from heard.cases.note.queries import notes_of
from heard.cases.record.queries import entries_of
from heard.cases.record.rules import EntryKind
from heard.cases.timeline.picture import Details, Year, draw, first_day

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.record.models import ChronologyEntry

DRAWN: Final = (
    EntryKind.SIGN, EntryKind.MISSING, EntryKind.CONTACT, EntryKind.WORDS, EntryKind.WORRY, EntryKind.DECISION, EntryKind.CASE, EntryKind.ASSESSMENT, EntryKind.PLAN,
    EntryKind.REVIEW, EntryKind.MOMENT, EntryKind.PANEL, EntryKind.REFERRAL,
)  # fmt: skip
_MOST: Final = 400  # entries, the latest: a picture of more shows nothing
_FIELDS: Final = ("on", "at", "kind", "said", "agency", "page", "key")


def year_of(user: User, child_id: uuid.UUID, *, today: date) -> Year:
    """Three queries at most. What is hidden from this reader leaves no trace in it."""
    rows = entries_of(user, child_id, kinds=DRAWN).filter(on__gte=first_day(today), on__lte=today)
    entries = list(rows.only(*_FIELDS)[: _MOST + 1])
    begins = entries[_MOST - 1].on if len(entries) > _MOST else None
    entries = entries[:_MOST][::-1]
    return replace(draw(entries, _details(user, child_id, entries), today=today), begins=begins)


def _details(user: User, child_id: uuid.UUID, entries: list[ChronologyEntry]) -> Details:
    """How long a child was missing, and whether a contact was with the child: the keys are those of the entries."""
    away = {entry.key for entry in entries if entry.kind == EntryKind.MISSING}
    met = {entry.key for entry in entries if entry.kind == EntryKind.CONTACT}
    episodes = episodes_visible_to(user).filter(person_id=child_id, taken_back_at=None, pk__in=away)
    times = episodes.order_by().values_list("pk", "missing_from", "found_at")
    notes = notes_of(user, child_id).order_by().filter(pk__in=met)
    return Details(
        away={str(key): (since, back) for key, since, back in times} if away else {},
        seen={str(key): seen for key, seen in notes.values_list("pk", "seen")} if met else {},
    )
