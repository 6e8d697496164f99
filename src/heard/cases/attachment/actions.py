"""Every write about attached files: rule, row, bytes and audit row."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.actions import record_audit
from heard.agencies.drafts.queries import drafts_of
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.attachment import rules, scanning, storing
from heard.cases.attachment.contents import Contents, Unreadable, read_apart
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.queries import (
    attachment_visible_to,
    attachments_visible_to,
    may_hang_on,
    may_withdraw,
)
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.keeping.queries import is_held
from heard.govuk.environment import in_words

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from heard.agencies.models import User

_SET_ASIDE: Final = "File that may show abuse"
_NO_ROOM: Final = "The file is not attached: Heard’s disk takes nothing more. Keep the file, and tell the person who looks after Heard."
_AWAY: Final = "The file is not attached: the place in which Heard keeps files is not there. Keep the file, and tell the person who looks after Heard."
_NOT_SCANNED: Final = (
    "Files cannot be checked for harmful software at this moment. Keep the file, and try again later."
)
_HARMFUL: Final = (
    "This file seems to hold harmful software, so it is not attached. Tell the person who looks after Heard. "
    "If what it shows matters, take a picture of the screen and attach that."
)
_FOUND_LATER: Final = "ClamAV found harmful software in it. It was never opened in Heard."
_MISSING: Final = "This file cannot be opened: its bytes are not where they were put. This is written down."
_CHANGED: Final = (
    "This file cannot be opened: it is not any more what was attached. This is written down. "
    "Tell the person who looks after Heard."
)
_LOCKED: Final = (
    "This file cannot be opened: it is encrypted, and its key is not where Heard looks for it. Nothing is lost by that alone. "
    "Tell the person who looks after Heard."
)
_NO_KEYS: Final = (
    "The file is not attached: Heard encrypts files, and its keys are not where they should be. Keep the file, and tell the person who "
    "looks after Heard."
)
_SOUND_NOT_KEPT: Final = (
    "What you said out loud could not be kept. Write it instead, or ring. Nothing was sent."
)
_HARMFUL_SOUND: Final = "This recording is not taken. Say it again here, or write it."
_log = logging.getLogger(__name__)
AGAIN: Final = timedelta(seconds=30)  # between two tries to reach ClamAV


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
    evidence_id: uuid.UUID | None = None,
    edition_id: int | None = None,
    draft_id: uuid.UUID | None = None,
    may_show_abuse: bool = False,
) -> Attachment:
    """Keeps a file with one record that `by` may see, or with a worry of theirs that is not sent yet.

    `Refused` with the sentence for a file that is not taken, `Hidden` for a record that is not theirs to see. The file is
    opened before anything is locked, since that may take seconds: do not call this inside a transaction.

    `may_show_abuse`: as whoever attaches it says. Then nothing opens it, here or later, and those who answer for the record are
    told. What waits for ClamAV is kept unopened too, where the settings say so.
    """
    hung = {
        "person_id": person_id, "place_id": place_id, "group_id": group_id, "concern_id": concern_id, "words_id": words_id,
        "evidence_id": evidence_id, "edition_id": edition_id, "draft_id": draft_id,
    }  # fmt: skip
    about: dict[str, Any] = {name: key for name, key in hung.items() if key is not None}
    _check(by, about, upload.size or 0)
    content, name = upload.read(), upload.name or ""
    aside: str = rules.Aside.ABUSE if may_show_abuse else _scan(by, about, content)
    if aside:
        found = Contents(rules.ContentKind.ASIDE, content, "")
        name = _(_SET_ASIDE) if may_show_abuse else name  # its name may say what is in it
    else:
        found = _read(content)
    try:
        return _keep(by, about, name, what, content, found, aside)
    except storing.NoKeys as error:
        _log.error("An attached file could not be encrypted: %s", error)
        raise Refused(_(_NO_KEYS)) from error
    except storing.Away as error:
        _log.error("An attached file could not be kept: %s", error)
        raise Refused(_(_AWAY)) from error
    except OSError as error:
        _log.error("An attached file could not be written.", exc_info=True)
        raise Refused(_(_NO_ROOM)) from error


def open_attachment(*, by: User, attachment_id: uuid.UUID) -> tuple[Attachment, storing.Whole]:
    """The row and the file, checked, for a download in parts, with its audit row. `Hidden` where it is not theirs to see or was
    withdrawn; `Refused` where it is set aside, which leaves an audit row; and where its bytes are missing, are not those that were
    kept, or are encrypted with a key that is not there, which leaves an error in the log too."""
    attachment = attachment_visible_to(by, attachment_id)
    if attachment.withdrawn_at is not None:
        raise Hidden
    if why_not := rules.why_not_open(attachment.aside):
        with transaction.atomic():
            _audit(by, "find set aside", attachment)
        raise Refused(in_words(why_not))
    content = _whole(by, attachment)
    with transaction.atomic():
        _audit(by, "download", attachment)
    return attachment, content


def open_sound(*, by: User | None, sound: Attachment) -> storing.Whole:
    """The recording of a child who spoke, checked. Whoever calls this has asked whether `by` may hear it, and leaves the audit row of that; `Refused` as
    `open_attachment` does. `by`: None for the child."""
    return _whole(by, sound)


def refuse_harmful_sound(*, by: None, link_id: uuid.UUID, content: bytes) -> None:
    """`Refused` for a recording in which ClamAV finds harmful software, where the settings name one. Where it does not answer a child is not kept from
    saying that they are in danger: nothing of a recording is kept but what `sounds` knows, and nothing opens it but a player of the browser."""
    if not settings.CLAMD:
        return
    try:
        harmful = scanning.finds(content, settings.CLAMD)
    except scanning.NoAnswer:
        _log.error("ClamAV does not answer. What a child spoke is kept without it.", exc_info=True)
        return
    if harmful:
        with transaction.atomic():
            record_audit(by=by, verb="refuse harmful file", subject="child link", subject_id=link_id)
        raise rules.SoundRefused(_(_HARMFUL_SOUND))


@transaction.atomic
def keep_sound(*, by: None, message_id: uuid.UUID, content: bytes, found: Contents) -> Attachment:
    """The recording of a child who spoke, as part of what they sent. `content`: as it came; `found`: what `read_apart` made of it. Last in the transaction
    of whoever calls it: after it only that transaction’s end can fail, and leaves a leftover. `Refused` where it cannot be written."""
    row = Attachment(
        message_id=message_id,
        name=f"{message_id.hex[:8]}.{rules.EXTENSIONS[found.kind]}",
        kind=found.kind,
        size=len(found.kept),
        sha256=storing.fingerprint(content),
        kept_sha256=storing.fingerprint(found.kept),
        attached_by=None,
    )
    row.save(force_insert=True)
    _audit(by, "attach", row)
    try:
        storing.keep(row, found.kept)
    except (storing.NoKeys, OSError) as error:
        _log.error("What a child spoke could not be written.", exc_info=True)
        raise rules.SoundRefused(_(_SOUND_NOT_KEPT)) from error
    return row


def check_all_files(*, by: User | None) -> storing.Found:
    """Reads every file that should be there, and removes what belongs to no row. What is missing, changed or without its key leaves an audit
    row each time, and an error in the log. `by`: None for the timer."""
    rows = Attachment.objects.filter(withdrawn_at=None).select_related("words", "concern").defer("text")
    found = storing.check(list(rows), Path(settings.DATA) / "attachments")
    for verb, keys in (
        ("find missing", found.missing),
        ("find changed", found.changed),
        ("find without key", found.locked),
    ):
        for row in rows.filter(pk__in=keys):
            _alarm(by, verb, row)
    return found


def encrypt_file(*, by: User | None, attachment_id: uuid.UUID) -> bool:
    """Puts a file of before there were keys into its envelope. Whether it did; it does not where that is done or the file is withdrawn.
    Raises as `storing.take` does. `by`: None for who looks after the server."""
    row = Attachment.objects.filter(withdrawn_at=None).defer("text").get(pk=attachment_id)
    return storing.encrypt(row, lambda: _held(by, row))


def take_out(*, by: User | None, attachment_id: uuid.UUID, reason: str) -> storing.Whole:
    """The file, whatever it shows, for who looks after the server and hands it to the police, with the audit row. `LookupError` where it
    is not there or withdrawn; raises as `storing.take` does."""
    rows = Attachment.objects.filter(withdrawn_at=None).select_related("words", "concern").defer("text")
    row = rows.filter(pk=attachment_id).first()
    if row is None:
        raise LookupError
    if not reason.strip():
        raise Refused(_("Say why the file is taken out."))
    content = storing.take(row)
    with transaction.atomic():
        _audit(by, "take out", row, reason=reason.strip())
    return content


@contextmanager
def _held(by: User | None, row: Attachment) -> Iterator[bool]:
    """Whether it is still what it was; and then it stays so until this ends."""
    with transaction.atomic():
        rows = Attachment.objects.select_for_update().filter(withdrawn_at=None, kept_sha256=row.kept_sha256)
        held = rows.filter(pk=row.pk).first()
        if held is not None:
            _audit(by, "encrypt", held)
        yield held is not None


@transaction.atomic
def withdraw_attachment(*, by: User, attachment_id: uuid.UUID, reason: str) -> Attachment:
    """Takes the bytes and the text away, for good. That there was a file, whose, and why it went, stays."""
    attachment_visible_to(by, attachment_id)
    row = Attachment.objects.select_for_update().get(pk=attachment_id)
    refuse(
        rules.why_not_withdraw(
            is_withdrawn=row.withdrawn_at is not None,
            may_withdraw=may_withdraw(by, row),
            held=is_held(by, row.child_id),
            reason=reason,
            aside=row.aside,
            may_decide=by.may(May.DECIDE),
        )
    )
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, timezone.now(), reason.strip()
    row.text = ""
    row.save()
    _audit(by, "withdraw", row, reason=row.withdrawn_reason)
    transaction.on_commit(lambda: row.path.unlink(missing_ok=True), robust=True)
    return row


@transaction.atomic
def take_over_files(*, by: User, draft_id: uuid.UUID, concern_id: uuid.UUID) -> None:
    """The files of a worry that was not sent become those of the worry that it is now."""
    rows = list(attachments_visible_to(by).filter(draft_id=draft_id))
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).update(draft_id=None, concern_id=concern_id)
    for row in Attachment.objects.select_related("concern", "words").filter(pk__in=[row.pk for row in rows]):
        _audit(by, "attach", row)
        _tell_of_abuse(by, row)


def scan_waiting_files(*, by: User | None) -> int:
    """Asks ClamAV about the files that waited for it, the oldest first, until it does not answer. What it finds nothing in is
    opened and kept as any other; the rest goes, with the reason. How many do not wait any more. `by`: None for the worker."""
    done = 0
    waiting = Attachment.objects.filter(aside=rules.Aside.UNSCANNED, withdrawn_at=None)
    for row in waiting.select_related("words", "concern").order_by("attached_at", "pk"):
        try:
            content = storing.take(row).read()
            harmful = bool(settings.CLAMD) and scanning.finds(content, settings.CLAMD)
        except (storing.Missing, storing.Changed, storing.Locked):
            continue  # the check of all files says so each night
        except scanning.NoAnswer:
            break
        try:
            _settle(by, row, content, harmful=harmful)
        except (storing.NoKeys, OSError):
            _log.error("What waited for ClamAV cannot be written, and waits on.", exc_info=True)
            break
        done += 1
    return done


@task()
def scan_later() -> None:
    """What waits for ClamAV."""
    scan_waiting_files(by=None)


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


def _scan(by: User, about: dict[str, Any], content: bytes) -> str:
    """Where ClamAV is there: what it finds harmful is refused before it is opened. What it does not answer for is refused too, or
    set aside until it does, as the settings say: then why."""
    if not settings.CLAMD:
        return ""
    try:
        harmful = scanning.finds(content, settings.CLAMD)
    except scanning.NoAnswer as problem:
        _log.error("ClamAV does not answer.", exc_info=True)
        if settings.CLAMD_AWAY == "keep":
            return rules.Aside.UNSCANNED
        raise Refused(_(_NOT_SCANNED)) from problem
    if not harmful:
        return ""
    try:
        key = _set_apart(content)
    except (storing.NoKeys, OSError):
        _log.error("What ClamAV found could not be put into quarantine.", exc_info=True)
        key = ""  # it is refused all the same
    [(field, record_id)] = about.items()
    with transaction.atomic():
        record_audit(
            by=by, verb="refuse harmful file", subject=field.removesuffix("_id"), subject_id=record_id,
            person_id=about.get("person_id"), detail={"quarantine": key},
        )  # fmt: skip
    raise Refused(_(_HARMFUL))


def _whole(by: User | None, row: Attachment) -> storing.Whole:
    """Each byte of it checked. `Refused` where it is not what was kept, with a row in the audit trail and an error in the log."""
    try:
        return storing.take(row)
    except storing.Missing as problem:
        _alarm(by, "find missing", row)
        raise Refused(_(_MISSING)) from problem
    except storing.Changed as problem:
        _alarm(by, "find changed", row)
        raise Refused(_(_CHANGED)) from problem
    except storing.Locked as problem:
        _log.error("%s", problem)
        _alarm(by, "find without key", row)
        raise Refused(_(_LOCKED)) from problem


def _set_apart(content: bytes) -> str:
    """Into the folder for the administrator, where the settings say so: its key there, or ''."""
    key = uuid.uuid4().hex if settings.QUARANTINE else ""
    if key:
        storing.put(Path(settings.DATA) / "quarantine" / key, content, storing.of_quarantine(key))
    _log.error("ClamAV finds a file harmful that somebody wanted to attach. In quarantine: %s", key or "no")
    return key


def _read(content: bytes) -> Contents:
    try:
        return read_apart(content)
    except Unreadable as problem:
        raise Refused(_(str(problem))) from problem


def _settle(by: User | None, row: Attachment, content: bytes, *, harmful: bool) -> None:
    if harmful:
        _set_apart(content)
        _take_out(by, row, "refuse harmful file", _FOUND_LATER)
    else:
        _release(by, row, content)


def _release(by: User | None, row: Attachment, content: bytes) -> None:
    """ClamAV found nothing: it is opened now, and kept or taken out as it would have been at once."""
    try:
        found = _read(content)
    except Refused as problem:
        _take_out(by, row, "refuse file", str(problem))
        return
    with transaction.atomic():
        row = (
            Attachment.objects.select_for_update(of=("self",))
            .select_related("words", "concern")
            .get(pk=row.pk)
        )
        if row.aside != rules.Aside.UNSCANNED or row.withdrawn_at:
            return
        row.kind, row.aside, row.text, row.size = found.kind, "", found.text, len(found.kept)
        row.name = rules.safe_name(row.name, found.kind)
        row.kept_sha256 = storing.fingerprint(found.kept)
        row.save()
        _audit(by, "release file", row)
        storing.keep(row, found.kept)


@transaction.atomic
def _take_out(by: User | None, row: Attachment, verb: str, why: str) -> None:
    row = Attachment.objects.select_for_update(of=("self",)).select_related("words", "concern").get(pk=row.pk)
    if row.aside != rules.Aside.UNSCANNED or row.withdrawn_at or is_held(by, row.child_id):
        return  # under a hold it stays set aside, where nobody opens it
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, timezone.now(), why
    row.save()
    _audit(by, verb, row, reason=why)
    _tell_whoever_attached(row)
    transaction.on_commit(lambda: row.path.unlink(missing_ok=True), robust=True)


def _tell_whoever_attached(row: Attachment) -> None:
    """They think that it is there. Of a worry it is told beside the worry, which whoever told it may always see."""
    assert row.attached_by is not None  # only what a child spoke is by nobody, and it never waits
    hangs_on = {
        "worry draft": row.draft_id,
        "concern": row.concern_id,
        "attachments": row.child_id,
        "place": row.place_id,
        "group": row.group_id,
        "audit evidence": row.evidence_id,
        "procedure": row.edition.procedure_id if row.edition else None,
    }
    subject, subject_id = next((name, key) for name, key in hangs_on.items() if key)
    announce(
        by=row.attached_by,
        kind=Notified.FILE_LOST,
        subject=subject,
        subject_id=subject_id,
        person_id=row.child_id,
        named=[row.attached_by],
        to_self=True,
    )


def _tell_of_abuse(by: User, row: Attachment) -> None:
    """Those who answer for the record learn of it at once: somebody has to call the police."""
    if row.aside != rules.Aside.ABUSE or row.draft_id or (row.concern and row.concern.about_staff):
        return  # of a worry about staff its officer is told, and of a draft nobody
    child, place = row.child_id, row.place_id
    subject = "attachments" if child else "place" if place else "group"
    announce(
        by=by,
        kind=Notified.SET_ASIDE,
        subject=subject,
        subject_id=child or place or row.group_id,
        person_id=child,
    )


def _check(by: User, about: dict[str, Any], size: int) -> None:
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
            may_attach=by.may(May.TELL)
            or field in ("evidence_id", "edition_id"),  # whoever answers in an audit or keeps procedures may
            size=size,
            most_bytes=settings.ATTACHMENT_MEGABYTES * 1_000_000,
            there_already=Attachment.objects.filter(**about, withdrawn_at=None).count(),
            most_files=settings.ATTACHMENTS_PER_RECORD,
        )
    )


@transaction.atomic
def _keep(
    by: User,
    about: dict[str, Any],
    name: str,
    what: str,
    content: bytes,
    found: Contents,
    aside: str,
) -> Attachment:
    _check(by, about, len(content))  # again, now that nobody else can write
    row = Attachment(
        **about,
        name=rules.safe_name(name, found.kind),
        what=what.strip()[:200],
        kind=found.kind,
        aside=aside,
        size=len(found.kept),
        sha256=storing.fingerprint(content),
        kept_sha256=storing.fingerprint(found.kept),
        text=found.text,
        attached_by=by,
    )
    row.full_clean()
    row.save(force_insert=True)
    _audit(by, "attach", row)
    _tell_of_abuse(by, row)
    if row.child_id and row.draft_id is None and aside != rules.Aside.ABUSE:
        announce(
            by=by,
            kind=Notified.FILE,
            subject="attachments",
            subject_id=row.child_id,
            person_id=row.child_id,
        )
    if aside == rules.Aside.UNSCANNED:
        scan_later.using(run_after=timezone.now() + AGAIN).enqueue()
    # Last: after it only the transaction's end can fail, and leaves a leftover.
    storing.keep(row, found.kept)
    return row


def _forget(by: User, row: Attachment) -> None:
    path = row.path
    _audit(by, "discard", row)
    row.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


@transaction.atomic
def _alarm(by: User | None, verb: str, row: Attachment) -> None:
    _log.error("The bytes of an attached file are not as they were kept: %s, %s", verb, row.pk)
    _audit(by, verb, row)


def _audit(by: User | None, verb: str, row: Attachment, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="attachment",
        subject_id=row.pk,
        person_id=row.child_id,
        reason=reason,
        detail={"kind": row.kind},
    )
