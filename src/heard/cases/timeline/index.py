"""The chronology that builds itself: everything dated that the stages hold about a child, kept in an index.

Each stage's own rows are the only truth; its `record.py` says what they tell. Each action leaves an audit row (ADR 0005),
and each audit row that is no mere look leaves changes here for the children whom it concerns, in the same transaction. Once
that is done, their entries are made anew: only those that differ are written. Nobody writes by looking.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper
from django.tasks import task
from django.utils.translation import override

from heard.agencies.indexing import names_of
from heard.agencies.subqueries import Asked, OfRow, compiled_exists
from heard.cases.assessment.record import ASSESSMENTS, FINDINGS, SIGNS
from heard.cases.attachment.record import FILES
from heard.cases.case.record import (
    ALLOCATED_WORKERS,
    CASES,
    INVOLVED,
    PERIODS,
    TIES,
    TRUSTED_WORKERS,
    WARNINGS,
    WORDS,
)
from heard.cases.case.sight import children_of, find_sight
from heard.cases.clocks.record import MOMENTS
from heard.cases.concern.record import WORRIES
from heard.cases.concern.strategy.record import STRATEGY_DISCUSSIONS
from heard.cases.death.record import DEATHS
from heard.cases.disruption.record import STEPS
from heard.cases.glass.record import OPENINGS
from heard.cases.keeping.record import HOLDS
from heard.cases.leaving.record import AFTER_PLANS, HANDOVERS
from heard.cases.missing.record import EPISODES
from heard.cases.note.record import NOTES
from heard.cases.onward.record import ONWARD
from heard.cases.own.record import GIVEN
from heard.cases.panel.record import DISAGREEMENTS, ITEMS
from heard.cases.plan.record import ACTIONS, PLANS, PUT_OFF, WHERE_WE_ARE
from heard.cases.record.models import ChronologyChange, ChronologyEntry, ChronologyOf, ChronologyWord
from heard.cases.record.shape import Record
from heard.cases.referral.record import REFERRALS
from heard.cases.reporting.record import OFFENCE_REPORTS
from heard.cases.review.record import REVIEWS
from heard.cases.safety.record import SAFETY_PLANS
from heard.cases.sharing.record import REQUESTS, SHARES
from heard.cases.supervision.record import DECISIONS
from heard.cases.timeline.matching import as_indexed, words_in
from heard.cases.turning.record import SERVICE_REFERRALS, UNMET_NEEDS
from heard.cases.voice.record import PANELS_FOR_CHILDREN, REVIEWS_FOR_CHILDREN
from heard.cases.words.record import ANSWERS
from heard.network.record import children

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow

# Entries of one moment stand in this order, the last first.
RECORDS: Final[tuple[Any, ...]] = (
    NOTES, ANSWERS, PANELS_FOR_CHILDREN, REVIEWS_FOR_CHILDREN, ALLOCATED_WORKERS, TRUSTED_WORKERS, SAFETY_PLANS, STEPS, GIVEN, PUT_OFF, WHERE_WE_ARE, STRATEGY_DISCUSSIONS, WORRIES, CASES, PERIODS, DEATHS, WORDS, SIGNS, FINDINGS,
    ASSESSMENTS, PLANS, ACTIONS, REVIEWS, DECISIONS, REFERRALS, EPISODES, SHARES, ONWARD, SERVICE_REFERRALS, UNMET_NEEDS, OFFENCE_REPORTS, REQUESTS, WARNINGS, FILES, TIES, INVOLVED,
    MOMENTS, ITEMS, DISAGREEMENTS, HANDOVERS, AFTER_PLANS, OPENINGS, HOLDS,
)  # fmt: skip
_BATCH: Final = 500


def note_change(row: AuditRow) -> None:
    """Hears of each write (`settings.AFTER_WRITES`): whose chronology is another one after this."""
    changed = {row.person_id} if row.person_id else set()
    entries = ChronologyEntry.objects.order_by()
    if row.subject in ("person", "place", "group"):  # what it is called stands in the ties of others
        other = row.person_id if row.subject == "person" else uuid.UUID(row.subject_id)
        changed |= set(entries.filter(other_id=other).values_list("child_id", flat=True).distinct())
    elif row.subject == "user":  # so does the agency for which somebody acted
        changed |= set(entries.filter(who_id=row.subject_id).values_list("child_id", flat=True).distinct())
        changed |= set(children_of(row.subject_id))  # whom they see, or see no longer
    ChronologyChange.objects.bulk_create(ChronologyChange(child_id=child) for child in changed)
    for child in changed:
        transaction.on_commit(partial(refresh, child), robust=True)


def refresh(child_id: uuid.UUID) -> None:
    """Made anew where anything about the child was written. One query where nothing was."""
    if ChronologyChange.objects.filter(child_id=child_id).exists():
        _make(child_id)


def catch_up(of: Container[uuid.UUID] | None = None) -> None:
    """Makes anew what is waiting, child by child; `of`: of these children alone. One query where nothing is."""
    for child_id in _waiting():
        if of is None or child_id in of:
            _make(child_id)


@task()
def make_chronologies() -> None:
    catch_up()


def mark_where_nothing_is(**_from_signal: Any) -> None:
    """After an update of Heard, with which entries may be of another shape: all are made anew by a task."""
    if not ChronologyOf.objects.exists():
        rows = (ChronologyChange(child_id=child) for child in children().values_list("pk", flat=True))
        ChronologyChange.objects.bulk_create(rows, batch_size=_BATCH)
    if ChronologyChange.objects.exists():
        make_chronologies.enqueue()


def _waiting() -> Iterator[uuid.UUID]:
    keys = ChronologyChange.objects.order_by().values_list("child_id", flat=True).distinct()
    return iter(sorted(keys))


@transaction.atomic(savepoint=False)
def _make(child_id: uuid.UUID) -> None:
    """Changes that were there before the rows are read are done with; one that comes meanwhile stays."""
    ChronologyOf.objects.select_for_update().get_or_create(child_id=child_id)
    changes = list(ChronologyChange.objects.filter(child_id=child_id).values_list("pk", flat=True))
    entries = _entries(child_id)
    _keep(child_id, entries)
    find_sight(child_id)
    words = as_indexed({word for entry in entries for word in entry.words.split()})
    ChronologyOf.objects.filter(child_id=child_id).update(words=words)
    ChronologyChange.objects.filter(pk__in=changes).delete()


def _entries(child_id: uuid.UUID) -> list[ChronologyEntry]:
    """What the chronology of this child is now; nothing of somebody whose record was merged into another."""
    found = [entry for record in _held(child_id) for entry in record.facts(child_id)]
    known = names_of(entry.who_id for entry in found if entry.who_id)
    with override(settings.LANGUAGE_CODE):  # in which words are looked for
        for entry in found:
            _finish(entry, child_id, *known.get(entry.who_id or 0, ("", "")))
    found.reverse()
    return sorted(found, key=lambda entry: (entry.on, entry.at))


def _held(child_id: uuid.UUID) -> list[Any]:
    """Those of `RECORDS` that may hold anything of this child: most children have nothing of most kinds. One query."""
    holds = _whether_held()
    found = children().filter(pk=child_id).values_list(*holds.values()).first()
    if found is None:
        return []
    none = {key for key, holds_any in zip(holds, found, strict=True) if not holds_any}
    return [record for number, record in enumerate(RECORDS) if number not in none]


@cache
def _whether_held() -> dict[int, ExpressionWrapper[Any]]:
    """Of a row of a child: whether there is any of each kind, by its number. Compiling it takes longer than asking, so it is compiled once."""
    return {
        number: ExpressionWrapper(compiled_exists("pk", record.of(OfRow()), Asked.ONE), BooleanField())
        for number, record in enumerate(RECORDS)
        if isinstance(record, Record)
    }


def _finish(entry: ChronologyEntry, child_id: uuid.UUID, who: str, agency: str) -> None:
    entry.child_id, entry.who, entry.agency = child_id, who, entry.agency or agency
    said = (entry.what, entry.text, entry.who, entry.agency, entry.inside)
    entry.words = as_indexed(words_in(*said))
    entry.seal()


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
