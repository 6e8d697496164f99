"""A note of contact with a child, and the case direction that a supervisor adds to it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.case.models import Observation
from heard.cases.note import rules
from heard.network.rules import MOVES

__all__ = ["CaseDirection", "ContactNote", "NoteObservation"]


class ContactNote(models.Model):
    """One contact with one child, or an attempt. Never edited: a correction is a new version that names the one that it
    `corrects`. Notes of one visit to several children share `event_id`, and each child's record holds its own part."""

    class Kind(models.TextChoices):
        VISIT = rules.ContactKind.VISIT.value, _("Visit")
        CALL = rules.ContactKind.CALL.value, _("Call")
        MESSAGE = rules.ContactKind.MESSAGE.value, _("Message")
        MEETING = rules.ContactKind.MEETING.value, _("Meeting")
        ATTEMPT = rules.ContactKind.ATTEMPT.value, _("Attempt to reach the child")
        EARLIER = rules.ContactKind.EARLIER.value, _("Earlier event, from another record")

    class Seen(models.TextChoices):
        ALONE = rules.Seen.ALONE.value, _("Seen alone")
        WITH_OTHERS = rules.Seen.WITH_OTHERS.value, _("Seen with others there")
        NO = rules.Seen.NO.value, _("Not seen")

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    event_id = models.UUIDField(default=uuid.uuid4, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    where = models.CharField(max_length=200, blank=True)
    who_was_there = models.CharField(max_length=300, blank=True)
    seen = models.CharField(max_length=12, choices=Seen, blank=True)
    text = models.TextField(help_text=_("What happened, and what was noticed."))
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    next = models.TextField(blank=True, help_text=_("What comes next, and who does it."))
    source = models.CharField(
        max_length=300, blank=True, help_text=_("Of an earlier event: which record it is taken from.")
    )
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    why_corrected = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-written_at"]
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="notes_of_child")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(why_corrected=""),
                name="note_corrected_for_a_reason",
                violation_error_message=_("Say why it is corrected."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="earlier") | ~models.Q(source=""),
                name="earlier_event_has_its_source",
                violation_error_message=_("Say from which record this is taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"note of {self.at:%Y-%m-%d}"


class NoteObservation(Observation):
    """A sign or vulnerability that the writer noticed at a contact: always one that was seen.

    Never edited and never deleted: what is marked otherwise, or no longer, is ended, and a version of a note keeps those
    that it had when it was corrected."""

    note = models.ForeignKey(ContactNote, on_delete=models.PROTECT, related_name="observations")
    release = models.CharField(max_length=20)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the writer marked it otherwise, or took it out.")
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(Observation.Meta):
        ordering: ClassVar = ["item"]
        constraints: ClassVar = [
            *Observation.Meta.constraints,
            models.UniqueConstraint(
                fields=["note", "item"],
                condition=models.Q(ended_at__isnull=True),
                name="note_marks_an_item_once",
            ),
        ]


class CaseDirection(models.Model):
    """What a supervisor decides beside a note. Only ever added."""

    note = models.ForeignKey(ContactNote, on_delete=models.PROTECT, related_name="directions")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"direction of {self.written_at:%Y-%m-%d}"

    @property
    def is_of_earlier(self) -> bool:
        """Whether it was written on a version that the note has corrected since: it goes with the note, and is no answer to what
        stands there now."""
        return self.written_at < self.note.written_at
