"""What may be read about attached files. `user` is always the first argument."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.rules import ABOUT, SEEN_THROUGH
from heard.cases.case.models import Words
from heard.network.queries import groups_visible_to, people_visible_to, places_visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heard.agencies.models import User


def attachments_visible_to(user: User) -> QuerySet[Attachment]:
    """Files of every record that this user may see, those withdrawn too, the oldest first. Files of a worry that is not
    sent yet are its writer's alone."""
    seen = Q(draft_id__isnull=False, attached_by=user)
    for about in ABOUT:
        seen |= Q(**{f"{about}__in": _records(user, about)})
    rows = Attachment.objects.filter(seen) if user.may(May.TELL) else Attachment.objects.none()
    return rows.select_related("attached_by", "withdrawn_by", "words", "concern").defer("text")


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
    """Every file of one child: those that hang on the child, on their words, and on worries about them."""
    child = Q(person_id=person_id) | Q(words__person_id=person_id) | Q(concern__person_id=person_id)
    return attachments_visible_to(user).filter(child)


def texts_of(user: User, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The text in these files, by key, for searching. '' where there is none, or the file was withdrawn."""
    rows = attachments_visible_to(user).filter(pk__in=set(ids)).defer(None)
    return dict(rows.values_list("pk", "text"))


def same_file(user: User, attachment: Attachment) -> Attachment | None:
    """Another file with the same content on the same record, not withdrawn; or None."""
    about = {f"{name}_id": getattr(attachment, f"{name}_id") for name in (*ABOUT, "draft")}
    rows = attachments_visible_to(user).filter(**about, sha256=attachment.sha256, withdrawn_at=None)
    return rows.exclude(pk=attachment.pk).first()


def may_hang_on(user: User, about: str, record_id: uuid.UUID) -> bool:
    """Whether this user may see the record, and so may add a file to it. `about` is one of `rules.ABOUT`."""
    return bool(_records(user, about).filter(pk=record_id).exists())


def may_withdraw(user: User, attachment: Attachment) -> bool:
    """Whoever attached it, and whoever decides."""
    return attachment.attached_by_id == user.pk or user.may(May.DECIDE)


def _records(user: User, about: str) -> QuerySet[Any]:
    """Keys of the records of one kind that this user may see."""
    if about == "words":
        return Words.objects.filter(person__in=people_visible_to(user)).values("pk").order_by()
    own = {"person": people_visible_to, "place": places_visible_to, "group": groups_visible_to}
    rows = (own | SEEN_THROUGH).get(about)
    found: QuerySet[Any] = rows(user) if rows else Words.objects.none()  # nobody has said who may see these
    return found.values("pk").order_by()
