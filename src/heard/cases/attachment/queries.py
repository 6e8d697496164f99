"""What may be read about attached files. `user` is always the first argument."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from heard.agencies.envelopes.kept import KeptFile
from heard.agencies.rules import Hidden, May
from heard.cases.attachment import storing
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.rules import ABOUT, Aside
from heard.cases.case.models import Words
from heard.network.queries import groups_visible_to, people_visible_to, places_visible_to, visible_through
from heard.network.rules import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from heard.agencies.models import User


def attachments_visible_to(user: User) -> QuerySet[Attachment]:
    """Files of every record that this user may see, those withdrawn too, the oldest first. Files of a worry that is not
    sent yet are its writer's alone; and of a worry that they told and may not see as a whole, they see their own."""
    own = Q(attached_by=user)
    seen = own & Q(draft_id__isnull=False)
    seen |= visible_through(user, "person") | visible_through(user, "words__person")
    if user.may(May.SEE_CHILD):  # who sees children sees every place and group
        seen |= Q(place__isnull=False) | Q(group__isnull=False)
    given = Q(pk__in=[])
    for about, (whole, own_part, apart) in _above().items():
        seen |= _among(whole(user), about) | (own & _among(own_part(user), about))
        given |= _among(apart(user), about)
    theirs = (seen & (own | _as_far_as_files(user))) | given if user.may(May.TELL) else given
    rows = Attachment.objects.filter(theirs)
    return rows.select_related("attached_by", "withdrawn_by", "words", "concern").defer("text")


def _as_far_as_files(user: User) -> Q:
    """What hangs on no record of a child, or on one of whom the user sees everything."""
    ways = ("person", "words__person", "concern__person")
    nobody = Q(**{f"{way}__isnull": True for way in ways})
    return reduce(or_, (visible_through(user, way, level=Level.EVERYTHING) for way in ways), nobody)


def attachment_visible_to(user: User, attachment_id: uuid.UUID) -> Attachment:
    """The row, or `Hidden`. For its bytes use `actions.open_attachment`, which leaves the audit row."""
    found = attachments_visible_to(user).filter(pk=attachment_id).first()
    if found is None:
        raise Hidden
    return found


def attachments_of(user: User, **about: uuid.UUID) -> QuerySet[Attachment]:
    """Files that hang on one record, those withdrawn too: `attachments_of(user, concern_id=…)`. One query."""
    return attachments_visible_to(user).filter(**about)


def attachments_around(user: User, person_id: uuid.UUID) -> QuerySet[Attachment]:
    """Every file of one child: those that hang on the child, on their words, and on worries about them, but for worries
    about somebody who works with children."""
    child = Q(person_id=person_id) | Q(words__person_id=person_id) | Q(concern__person_id=person_id)
    return attachments_visible_to(user).filter(child).exclude(concern__about_staff=True)


def texts_of(user: User, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The text in these files, by key, for searching. '' where there is none, or the file was withdrawn."""
    asked = set(ids)
    rows = (
        attachments_visible_to(user).filter(pk__in=asked).defer(None) if asked else Attachment.objects.none()
    )
    return dict(rows.values_list("pk", "text"))


def same_file(user: User, attachment: Attachment) -> Attachment | None:
    """Another file with the same content on the same record, not withdrawn; or None."""
    about = {
        f"{name}_id": getattr(attachment, f"{name}_id") for name in (*ABOUT, "evidence", "edition", "draft")
    }
    rows = attachments_visible_to(user).filter(**about, sha256=attachment.sha256, withdrawn_at=None)
    return rows.exclude(pk=attachment.pk).first()


def files_waiting(user: User | None) -> int:
    """How many wait for ClamAV, of all records. `user`: None for who looks after the server."""
    rows = attachments_visible_to(user) if user else Attachment.objects.all()
    return rows.filter(aside=Aside.UNSCANNED, withdrawn_at=None).count()


def files_are_away(user: None) -> bool:
    """Whether the folder holds none of the files that should be in it, as where its disk is not mounted. `user`: None, for who looks after
    the server."""
    rows = Attachment.objects.filter(withdrawn_at=None)
    return user is None and storing.is_empty(Path(settings.DATA) / "attachments") and rows.exists()


def kept_files(user: None) -> Iterator[KeptFile]:
    """Every file that should be in the folder: names that say nothing, and no record. `user`: None, for who looks after the server; it is
    for nobody else."""
    rows = Attachment.objects.filter(withdrawn_at=None).only("pk", "kept_sha256").order_by("pk")
    for row in rows.iterator() if user is None else ():
        yield KeptFile(f"attachments/{row.pk.hex}", row.path, storing.of_row(row.pk), row.kept_sha256, row.pk)


def kept_in_quarantine(user: None) -> Iterator[KeptFile]:
    """What ClamAV found, where the settings say that it is kept."""
    folder = Path(settings.DATA) / "quarantine"
    for path in sorted(folder.iterdir()) if folder.is_dir() and user is None else ():
        if "." not in path.name:
            yield KeptFile(f"quarantine/{path.name}", path, storing.of_quarantine(path.name))


def may_hang_on(user: User, about: str, record_id: uuid.UUID | int) -> bool:
    """Whether this user may see the record, and so may add a file to it. `about` is one of `rules.ABOUT`."""
    return bool(_records(user, about).filter(pk=record_id).exists())


def may_withdraw(user: User, attachment: Attachment) -> bool:
    """Whoever attached it, and whoever decides; of what shows something in an audit, whoever holds audits."""
    decides = user.may(May.HOLD_AUDIT if attachment.evidence_id else May.DECIDE)
    return attachment.attached_by_id == user.pk or decides


def _among(records: QuerySet[Any], field: str) -> Q:
    """Whether it hangs on one of these. Asked row by row, so that it costs the same however many there are."""
    return Q(Exists(records.order_by().filter(pk=OuterRef(field))))


def _records(user: User, about: str) -> QuerySet[Any]:
    """The records of one kind to which this user may add a file."""
    if about == "words":
        return Words.objects.filter(visible_through(user, "person"))
    own: dict[str, Any] = {
        "person": people_visible_to,
        "place": places_visible_to,
        "group": groups_visible_to,
    }
    above = {name: own_part for name, (_whole, own_part, _apart) in _above().items()}
    rows = (own | above).get(about)
    return rows(user) if rows else Words.objects.none()  # the settings do not say who may see these


def _above() -> dict[str, list[Any]]:
    """Of each stage above this one, the queries that the settings name: who sees the whole, their own part, and what is kept
    apart from the record."""
    return {about: list(map(import_string, named)) for about, named in settings.FILES_SEEN_THROUGH.items()}
