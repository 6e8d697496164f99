"""A file that belongs to a record: what it is, whose it is, and the text in it. The bytes lie in a folder of their own."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.attachment import rules
from heard.network.rules import MOVES

__all__ = ["Attachment"]


def _exactly_one(*fields: str) -> models.Q:
    """One of these is set, and the others are not."""
    either = models.Q()
    for field in fields:
        either |= models.Q(**{f"{name}__isnull": name != field for name in fields})
    return either


class Attachment(models.Model):
    """It hangs on one record: a person, a place, a group, a worry or the child’s words; on evidence in an audit; on an edition of a local procedure; on a worry not sent yet; or, where a
    child spoke themselves, on what they sent (`message`), with which alone it is read, hidden and taken back."""

    class Kind(models.TextChoices):
        JPEG = rules.ContentKind.JPEG.value, _("Picture (JPEG)")
        PNG = rules.ContentKind.PNG.value, _("Picture (PNG)")
        WEBP = rules.ContentKind.WEBP.value, _("Picture (WebP)")
        PDF = rules.ContentKind.PDF.value, _("PDF")
        DOCX = rules.ContentKind.DOCX.value, _("Word file")
        TEXT = rules.ContentKind.TEXT.value, _("Text")
        WEBM = rules.ContentKind.WEBM.value, _("Recording (WebM)")
        OGG = rules.ContentKind.OGG.value, _("Recording (Ogg)")
        MP4 = rules.ContentKind.MP4.value, _("Recording (MP4)")
        ASIDE = rules.ContentKind.ASIDE.value, _("Not opened")

    class Aside(models.TextChoices):
        ABUSE = rules.Aside.ABUSE.value, _("It may show a child’s abuse")
        UNSCANNED = rules.Aside.UNSCANNED.value, _("It waits to be checked for harmful software")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.ForeignKey(
        "network.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "network.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    concern = models.ForeignKey(
        "cases.Concern", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence = models.ForeignKey(
        "board.AuditEvidence", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("In an audit of the partnership by itself. It is about no child."),
    )  # fmt: skip
    edition = models.ForeignKey(
        "services.ProcedureEdition", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("Of a local procedure, which is about no child."),
    )  # fmt: skip
    message = models.OneToOneField(
        "cases.ChildMessage", on_delete=models.PROTECT, null=True, blank=True, related_name="sound",
        help_text=_("What a child sent by speaking. It is among no files of the child."),
    )  # fmt: skip
    draft_id = models.UUIDField(
        null=True,
        blank=True,
        db_index=True,
        help_text=_("The worry that is not sent yet. Its writer alone sees the file."),
    )
    name = models.CharField(max_length=rules.NAME_LIMIT, help_text=_("The name that it came with, cleaned."))
    what = models.CharField(
        max_length=200, blank=True, help_text=_("What it shows, in the words of who attached it.")
    )
    kind = models.CharField(max_length=5, choices=Kind)
    aside = models.CharField(
        max_length=9, choices=Aside, blank=True, help_text=_("Why nobody opens it, where nobody does.")
    )
    size = models.PositiveIntegerField(help_text=_("Bytes that are kept."))
    sha256 = models.CharField(max_length=64, db_index=True, help_text=_("Of the file as it came."))
    kept_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("Of the bytes that are kept. None where they were not there.")
    )
    text = models.TextField(blank=True, help_text=_("The text in it, for searching."))
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Nobody where a child spoke themselves."),
    )
    attached_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Nobody where Heard took it out, since it holds harmful software."),
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["attached_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_exactly_one(
                    "person",
                    "place",
                    "group",
                    "concern",
                    "words",
                    "evidence",
                    "edition",
                    "message",
                    "draft_id",
                ),
                name="attachment_hangs_on_one_record",
                violation_error_message=_("A file hangs on one record."),
            ),
            models.CheckConstraint(
                condition=models.Q(message__isnull=True, attached_by__isnull=False)
                & ~models.Q(kind__in=rules.SOUNDS)
                | models.Q(message__isnull=False, attached_by__isnull=True, aside="", withdrawn_at=None)
                & models.Q(kind__in=rules.SOUNDS),
                name="attachment_by_nobody_is_a_child_speaking",
                violation_error_message=_(
                    "A recording hangs on what a child sent, and nobody else attached it."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (models.Q(withdrawn_at__isnull=False, text="") & ~models.Q(withdrawn_reason="")),
                name="attachment_withdrawn_has_when_why",
                violation_error_message=_("A file that is withdrawn has when and why."),
            ),
            models.CheckConstraint(
                condition=(models.Q(aside="") & ~models.Q(kind=rules.ContentKind.ASIDE.value))
                | (~models.Q(aside="") & models.Q(kind=rules.ContentKind.ASIDE.value, text="")),
                name="attachment_aside_is_not_opened",
                violation_error_message=_("A file that is set aside is not opened."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where the bytes lie, under a name that says nothing."""
        return Path(settings.DATA) / "attachments" / self.pk.hex

    @property
    def is_cleaned(self) -> bool:
        """Whether a PDF or Word file is kept without who wrote it, and without what acts by itself in it."""
        documents = (self.Kind.PDF, self.Kind.DOCX)
        return self.kind in documents and bool(self.kept_sha256) and self.kept_sha256 != self.sha256

    @property
    def child_id(self) -> uuid.UUID | None:
        """The child whose record it belongs to, directly or through words or a worry. Fetch those two with it."""
        through = self.words or self.concern
        return self.person_id or (through.person_id if through else None)
