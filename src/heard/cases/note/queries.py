"""What may be read of notes of contact. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.case.models import Case, Words
from heard.cases.case.queries import cases_visible_to, my_cases, worked_in, working
from heard.cases.note.models import CaseDirection, ContactNote, NoteObservation
from heard.cases.note.rules import CONTACT, Contact, Seen, seen_before
from heard.network.queries import people_visible_to, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User

_SOON: Final = timedelta(days=3)  # a child to be seen is shown this long before the day
_SEEN = (Seen.ALONE.value, Seen.WITH_OTHERS.value)


def notes_visible_to(user: User) -> QuerySet[ContactNote]:
    """Notes about children whom this user may see, the latest contact first: of each its latest version."""
    rows = ContactNote.objects.filter(visible_through(user, "person"), corrected_by=None)
    return rows.select_related("person", "words", "agency", "written_by").prefetch_related(
        "directions__written_by"
    )


def notes_of(user: User, person_id: uuid.UUID) -> QuerySet[ContactNote]:
    """Those about one child. None of a child whom the user may not see."""
    return notes_visible_to(user).filter(person_id=person_id)


def note_visible_to(user: User, note_id: uuid.UUID) -> ContactNote:
    """One note, also an earlier version; or `Hidden`."""
    rows = ContactNote.objects.filter(visible_through(user, "person"), pk=note_id)
    rows = rows.select_related("person", "words", "agency", "written_by", "corrected_by")
    note = rows.prefetch_related("observations__ended_by").first()
    if note is None:
        raise Hidden
    return note


def versions_before(user: User, note: ContactNote) -> list[ContactNote]:
    """What a note said before it was corrected, the latest first."""
    rows = ContactNote.objects.filter(visible_through(user, "person"), event_id=note.event_id)
    rows = rows.select_related("written_by", "words", "agency").prefetch_related("observations__ended_by")
    earlier = {row.pk: row for row in rows.filter(person_id=note.person_id)}
    found: list[ContactNote] = []
    key = note.corrects_id
    while key in earlier:
        found.append(earlier[key])
        key = earlier[key].corrects_id
    return found


def may_go_into_plan(user: User, note: ContactNote) -> bool:
    """Whether what comes next can be added to a plan: it says so, and one is agreed in the child’s open case."""
    cases = cases_visible_to(user).filter(person=note.person_id, state=Case.State.OPEN, plans__state="agreed")
    return bool(note.next) and cases.exists()


def directed(user: User, note: ContactNote) -> dict[uuid.UUID, list[CaseDirection]]:
    """What supervisors decided beside each version of a note, by its key, the first first: it answers what stood there when it was
    written, and nothing that was written since. Two queries."""
    rows = ContactNote.objects.filter(
        visible_through(user, "person"), event_id=note.event_id, person_id=note.person_id
    )
    versions = _versions(rows.order_by("written_at"), note.pk)
    found: dict[uuid.UUID, list[CaseDirection]] = {version.pk: [] for version in versions}
    for direction in CaseDirection.objects.filter(note__in=found).select_related("written_by"):
        stood = [version for version in versions if version.written_at <= direction.written_at] or versions[
            :1
        ]
        found[stood[-1].pk].append(direction)
    return found


def _versions(rows: Iterable[ContactNote], key: uuid.UUID) -> list[ContactNote]:
    """Of notes in the order in which they were written, those that are versions of this one, itself too."""
    threads: dict[uuid.UUID, list[ContactNote]] = {}
    for note in rows:
        before = threads.get(note.corrects_id, []) if note.corrects_id else []
        before.append(note)
        threads[note.pk] = before
    return threads[key]


def words_now(user: User, note: ContactNote) -> Words | None:
    """What the child said at this contact as it stands: the words of the note, or what corrects them since. One query."""
    rows = Words.objects.filter(
        visible_through(user, "person"), person_id=note.person_id, corrects__isnull=False
    )
    newer = {row.corrects_id: row for row in rows} if note.words_id else {}
    words = note.words
    while words is not None and words.pk in newer:
        words = newer[words.pk]
    return words


def noticed_in_notes(
    user: User, person_id: uuid.UUID, *, since: datetime | None = None
) -> QuerySet[NoteObservation]:
    """Signs and vulnerabilities that notes about this child mark, the latest first; with `since`, those marked from then on."""
    notes = notes_of(user, person_id).order_by().values("pk")
    rows = NoteObservation.objects.filter(note__in=notes, ended_at=None)
    if since is not None:
        rows = rows.filter(noted_at__gte=since)
    return rows.select_related("note", "noted_by").order_by("-seen_on", "-noted_at")


def children_to_write_about(user: User, *, also: Iterable[uuid.UUID] = (), at_most: int) -> dict[str, str]:
    """Children whom one note may be about, by key, as they are called: those who count on this user, then those of cases that
    their teams lead, `at_most` in all; and of `also` those whom the user may see."""
    found = {str(case.person_id): str(case.person) for case in my_cases(user)[:at_most]}
    rows = cases_visible_to(user).filter(pk__in=worked_in(user), state=Case.State.OPEN)
    for case in rows.select_related("person").order_by("person__family_name", "pk")[:at_most]:
        if len(found) < at_most:
            found.setdefault(str(case.person_id), str(case.person))
    for person in people_visible_to(user).filter(pk__in=set(also)):
        found.setdefault(str(person.pk), str(person))
    return found


def last_contact(user: User, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Contact]:
    """When each of these children was last seen, and last seen alone, as notes say. One query, however many they are."""
    rows = (
        ContactNote.objects.filter(
            visible_through(user, "person"), corrected_by=None, person__in=set(person_ids), seen__in=_SEEN
        )
        .order_by()
        .values("person_id")
        .annotate(seen_at=Max("at"), alone_at=Max("at", filter=Q(seen=Seen.ALONE.value)))
    )
    return {row["person_id"]: Contact(_day(row["seen_at"]), _day(row["alone_at"])) for row in rows}


def to_see_soon(user: User) -> QuerySet[Case]:
    """Open cases in which the child is to be seen within days, or should have been (HEARD_SEEN_EVERY_DAYS): `_last_before`."""
    return near_to_see(user).filter(visible_through(user, "person"))


def to_see_alone_soon(user: User) -> QuerySet[Case]:
    """The same for seeing the child alone (HEARD_SEEN_ALONE_EVERY_DAYS)."""
    return near_to_see_alone(user).filter(visible_through(user, "person"))


def to_contact_soon(user: User) -> QuerySet[Case]:
    """The same for any contact that was more than an attempt (HEARD_CONTACT_EVERY_DAYS)."""
    return near_to_contact(user).filter(visible_through(user, "person"))


def near_to_see(user: User) -> QuerySet[Case]:
    """The same, and the next two, of all children: whether the user may see the child is asked beside."""
    return _last_before(user, settings.SEEN_EVERY_DAYS, Q(seen__in=_SEEN))


def near_to_see_alone(user: User) -> QuerySet[Case]:
    return _last_before(user, settings.SEEN_ALONE_EVERY_DAYS, Q(seen=Seen.ALONE.value))


def near_to_contact(user: User) -> QuerySet[Case]:
    return _last_before(user, settings.CONTACT_EVERY_DAYS, Q(kind__in=sorted(CONTACT)))


def _last_before(user: User, days: int | None, notes: Q) -> QuerySet[Case]:
    """Open cases in which the last of these notes is so long ago that another is due within days, or overdue; none where the
    partnership has set nothing. Those of which this user is a worker, and where they decide those that their teams lead, whoever
    works on them or nobody.

    `last_at`: when the last of them was; `since`: that, or when the case was opened, from which the days count.
    """
    leads = Q(lead_team__in=user.teams_where(May.DECIDE))
    rows = Case.objects.filter(working(user) | leads, state=Case.State.OPEN)
    last_ones = ContactNote.objects.filter(notes, person=OuterRef("person"), corrected_by=None)
    rows = rows.annotate(last_at=Subquery(last_ones.order_by("-at").values("at")[:1]))
    rows = rows.annotate(since=Coalesce("last_at", "opened_at"))
    if days is None:
        return rows.none()
    last = timezone.make_aware(datetime.combine(seen_before(timezone.localdate() + _SOON, days), time.min))
    return rows.filter(since__lt=last).order_by("since", "pk")


def _day(at: object) -> date | None:
    return timezone.localtime(at).date() if at else None  # type: ignore[arg-type]
