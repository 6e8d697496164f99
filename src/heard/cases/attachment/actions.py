"""Every write about attached files: rule, row, bytes and audit row."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.actions import record_audit
from heard.agencies.queries import drafts_of
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.attachment import rules
from heard.cases.attachment.contents import Contents, Unreadable, read_apart
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.queries import (
    attachment_visible_to,
    attachments_visible_to,
    may_hang_on,
    may_withdraw,
)
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import Kind as Notified

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from heard.agencies.models import User


def attach(
    *,
    by: User,
    upload: UploadedFile,
    what: str = "",
    person_id: uuid.UUID | None = None,
    place_id: uuid.UUID | None = None,
    group_id: uuid.UUID | None = None,
    concern_id: uuid.UUID | None = None,
    words_id: uuid.UUID | None = None,
    draft_id: uuid.UUID | None = None,
) -> Attachment:
    """Keeps a file with one record that `by` may see, or with a worry of theirs that is not sent yet.

    `Refused` with the sentence for a file that is not taken, `Hidden` for a record that is not theirs to see. The file is
    opened before anything is locked, since that may take seconds: do not call this inside a transaction.
    """
    hung = {
        "person_id": person_id, "place_id": place_id, "group_id": group_id, "concern_id": concern_id, "words_id": words_id,
        "draft_id": draft_id,
    }  # fmt: skip
    about = {name: key for name, key in hung.items() if key is not None}
    _check(by, about, upload.size or 0)
    content = upload.read()
    try:
        found = read_apart(content)
    except Unreadable as problem:
        raise Refused(_(str(problem))) from problem
    return _keep(by, about, upload.name or "", what, content, found)


@transaction.atomic
def open_attachment(*, by: User, attachment_id: uuid.UUID) -> tuple[Attachment, bytes]:
    """The row and the bytes, for a download, with its audit row. `Hidden` where it is not theirs to see, was withdrawn, or
    its bytes are not in the folder."""
    attachment = attachment_visible_to(by, attachment_id)
    if attachment.withdrawn_at is not None or not attachment.path.is_file():
        raise Hidden
    record_audit(
        by=by, verb="download", subject="attachment", subject_id=attachment.pk, person_id=attachment.child_id
    )
    return attachment, attachment.path.read_bytes()


@transaction.atomic
def withdraw_attachment(*, by: User, attachment_id: uuid.UUID, reason: str) -> Attachment:
    """Takes the bytes and the text away, for good. That there was a file, whose, and why it went, stays."""
    attachment_visible_to(by, attachment_id)
    row = Attachment.objects.select_for_update().get(pk=attachment_id)
    refuse(
        rules.why_not_withdraw(
            is_withdrawn=row.withdrawn_at is not None, may_withdraw=may_withdraw(by, row), reason=reason
        )
    )
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, timezone.now(), reason.strip()
    row.text = ""
    row.save()
    _audit(by, "withdraw", row, reason=row.withdrawn_reason)
    transaction.on_commit(lambda: row.path.unlink(missing_ok=True))
    return row


@transaction.atomic
def take_over_files(*, by: User, draft_id: uuid.UUID, concern_id: uuid.UUID) -> None:
    """The files of a worry that was not sent become those of the worry that it is now."""
    rows = list(attachments_visible_to(by).filter(draft_id=draft_id))
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).update(draft_id=None, concern_id=concern_id)
    for row in Attachment.objects.select_related("concern", "words").filter(pk__in=[row.pk for row in rows]):
        _audit(by, "attach", row)


@transaction.atomic
def discard_files(*, by: User, draft_id: uuid.UUID) -> None:
    """The files of a worry that was thrown away before anybody else had seen it."""
    for row in attachments_visible_to(by).filter(draft_id=draft_id):
        _forget(by, row)


@transaction.atomic
def discard_file(*, by: User, attachment_id: uuid.UUID) -> None:
    """One file of a worry that is not sent yet: nobody else has seen it, so nothing stays."""
    row = attachment_visible_to(by, attachment_id)
    if row.draft_id is None:
        raise Refused(_("This file belongs to a record. Withdraw it, with the reason."))
    _forget(by, row)


def _check(by: User, about: dict[str, uuid.UUID], size: int) -> None:
    """`about` has one entry: the record that the file is to hang on."""
    [(field, record_id)] = about.items()
    if field == "draft_id":
        seen = drafts_of(by).filter(pk=record_id).exists()
    else:
        seen = may_hang_on(by, field.removesuffix("_id"), record_id)
    if not seen:
        raise Hidden
    refuse(
        rules.why_not_attach(
            may_attach=by.may(May.TELL),
            size=size,
            most_bytes=settings.ATTACHMENT_MEGABYTES * 1_000_000,
            there_already=Attachment.objects.filter(**about, withdrawn_at=None).count(),
            most_files=settings.ATTACHMENTS_PER_RECORD,
        )
    )


@transaction.atomic
def _keep(
    by: User, about: dict[str, uuid.UUID], name: str, what: str, content: bytes, found: Contents
) -> Attachment:
    _check(by, about, len(content))  # again, now that nobody else can write
    row = Attachment(
        **about,
        name=rules.safe_name(name, found.kind),
        what=what.strip()[:200],
        kind=found.kind,
        size=len(found.kept),
        sha256=hashlib.sha256(content).hexdigest(),
        text=found.text,
        attached_by=by,
    )
    row.full_clean()
    row.save(force_insert=True)
    row.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    row.path.write_bytes(found.kept)
    _audit(by, "attach", row)
    if row.child_id and row.draft_id is None:
        announce(
            by=by,
            kind=Notified.FILE,
            subject="attachments",
            subject_id=row.child_id,
            person_id=row.child_id,
        )
    return row


def _forget(by: User, row: Attachment) -> None:
    path = row.path
    _audit(by, "discard", row)
    row.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _audit(by: User, verb: str, row: Attachment, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="attachment",
        subject_id=row.pk,
        person_id=row.child_id,
        reason=reason,
        detail={"kind": row.kind},
    )
