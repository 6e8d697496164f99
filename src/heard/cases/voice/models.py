"""Links with which a child writes themselves, what they sent, and what was answered."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.voice import rules, sketch
from heard.network.rules import MOVES

__all__ = ["ChildDecision", "ChildLink", "ChildMessage", "ChildReply", "ChildTranscript"]


class ChildLink(models.Model):
    """A way in for one child, who has no account. It only writes: code and word are kept as hashes, and so is the secret with which the
    child reads back, which nobody else knows."""

    class WhoWrites(models.TextChoices):
        CHILD = rules.WhoWrites.CHILD.value, _("The child writes with it")
        OTHER = rules.WhoWrites.OTHER.value, _("Somebody else has it, or wrote in their place")
        UNSURE = rules.WhoWrites.UNSURE.value, _("It is not sure who writes with it")

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    word_hash = models.CharField(max_length=200, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where too many wrong words ended it."),
    )
    wrong_words = models.PositiveSmallIntegerField(default=0)
    secret_hash = models.CharField(max_length=200, blank=True, editable=False)
    secret_at = models.DateTimeField(null=True, blank=True)
    wrong_secrets = models.PositiveSmallIntegerField(default=0)
    left_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the child left last: what was open until then is closed.")
    )
    ask_by = models.DateField(
        null=True,
        blank=True,
        help_text=_("By when somebody else than who made it asks the child face to face."),
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked = models.TextField(
        blank=True, help_text=_("What the child said: whether they write with it, and who has the card.")
    )
    who_writes = models.CharField(
        max_length=6,
        choices=WhoWrites,
        blank=True,
        help_text=_("Who writes with it, as the child said last."),
    )
    asked_before = models.TextField(
        blank=True, help_text=_("What the child said the times before, with who asked them and when.")
    )

    class Meta:
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")),
                name="child_link_ends_after_it_begins",
                violation_error_message=_("A link ends after it was made."),
            )
        ]

    def __str__(self) -> str:
        return f"link until {self.expires_at:%Y-%m-%d}"

    @property
    def state(self) -> rules.LinkState:
        return rules.LinkState(self.expires_at, self.ended_at, self.wrong_words)


class ChildMessage(models.Model):
    """What a child sent. One that is hidden from nobody stands in the record as `words`, one that is hidden stands here alone: what is in
    the record is drawn for everybody who sees the child, in many places (ADR 0019).

    Text, drawing, what they pointed at and what they spoke (`sound`, a `cases.Attachment`) are never edited. Once it is `taken_back` no page shows them.
    """

    BOX: Final = f"0 0 {sketch.WIDE} {sketch.HIGH}"  # in which it is drawn

    class About(models.TextChoices):
        FEEL = rules.About.FEEL.value, _("How I feel")
        MEETING = rules.About.MEETING.value, _("Before or after a meeting")
        CHANGE = rules.About.CHANGE.value, _("What I want changed")
        GOOD = rules.About.GOOD.value, _("Good news")
        UNSAFE = rules.About.UNSAFE.value, _("I do not feel safe")

    class Feeling(models.TextChoices):
        HAPPY = rules.Feeling.HAPPY.value, _("Happy")
        CALM = rules.Feeling.CALM.value, _("Calm")
        SAD = rules.Feeling.SAD.value, _("Sad")
        WORRIED = rules.Feeling.WORRIED.value, _("Worried")
        SCARED = rules.Feeling.SCARED.value, _("Scared")
        ANGRY = rules.Feeling.ANGRY.value, _("Angry")
        TIRED = rules.Feeling.TIRED.value, _("Tired")
        UNSURE = rules.Feeling.UNSURE.value, _("I do not know")

    when_merged: ClassVar = MOVES
    uncounted: ClassVar = True  # where it is said how many rows of each table there are

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(ChildLink, on_delete=models.PROTECT, related_name="messages")
    about = models.CharField(max_length=10, choices=About)
    text = models.TextField(blank=True)
    drawing = models.JSONField(
        default=list, blank=True, help_text=_("Strokes, as `sketch.strokes_of` has them.")
    )
    pointed = models.CharField(
        max_length=80, blank=True, help_text=_("Which pictures the child pointed at, with commas.")
    )
    seconds = models.PositiveSmallIntegerField(
        default=0, help_text=_("How long the child spoke; 0 where they did not.")
    )
    described = models.TextField(
        blank=True, help_text=_("What a reader sees in the drawing, for somebody who does not.")
    )
    described_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.ForeignKey(
        "cases.ChildDecision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the child answers."),
    )
    sent_at = models.DateTimeField()
    device = models.CharField(max_length=60, help_text=_("What kind of device it was."))
    sitting = models.CharField(max_length=32, editable=False, help_text=_("What was sent without leaving."))
    reads_back = models.BooleanField(default=False, help_text=_("Whether the child’s secret opens it."))
    hidden = models.BooleanField(default=False)
    hidden_from = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Who must never learn of it."),
    )
    hidden_other = models.CharField(
        max_length=120, blank=True, help_text=_("Who else the child hides it from, in the child’s words.")
    )
    notice = models.OneToOneField(
        "cases.Notice", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.OneToOneField(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="child_message"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    check_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("By when somebody outside their line looks at what is hidden.")
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    found = models.TextField(blank=True, help_text=_("What whoever checked it did and found."))

    class Meta:
        ordering: ClassVar = ["-sent_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(hidden=False, hidden_from__isnull=True, hidden_other="")
                | models.Q(hidden=True, words__isnull=True),
                name="hidden_message_is_in_no_record",
                violation_error_message=_("What a child hides from somebody stands in no record."),
            )
        ]

    def __str__(self) -> str:
        return f"message of {self.sent_at:%Y-%m-%d}"

    @property
    def paths(self) -> list[sketch.Path]:
        return sketch.paths(self.drawing)

    @property
    def long(self) -> str:
        """How long the child spoke, in minutes and seconds."""
        return f"{self.seconds // 60}:{self.seconds % 60:02}"

    @property
    def written_down(self) -> ChildTranscript | None:
        """What was written down last of what the child spoke. Fetch `transcripts` with it."""
        found = list(self.transcripts.all())
        return found[-1] if found else None

    @property
    def heard_otherwise(self) -> list[ChildTranscript]:
        """What others had written down before, where it says something else than what was written down last. Fetch `transcripts` with it."""
        last, found = self.written_down, self.transcripts.all()
        others = [
            transcript for transcript in found if last and transcript.written_by_id != last.written_by_id
        ]
        return [transcript for transcript in others if last and transcript.text != last.text]

    @property
    def pointed_at(self) -> str:
        """What the child pointed at, in words."""
        return ", ".join(str(self.Feeling(text).label) for text in self.pointed.split(",") if text)


class ChildTranscript(models.Model):
    """What somebody who listened wrote down of what a child spoke: the child’s words, as heard. Never edited: what is written down anew stands beside what
    was written before, with `why` that was wrong. No machine writes one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(ChildMessage, on_delete=models.PROTECT, related_name="transcripts")
    text = models.TextField(help_text=_("What the child says in the recording, word for word."))
    why = models.TextField(blank=True, help_text=_("What was wrong in what was written down before."))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"written down on {self.written_at:%Y-%m-%d}"


class ChildReply(models.Model):
    """What was answered to a child. They read it at their link only where somebody said that this is safe."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(ChildMessage, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField(help_text=_("What changed because of it, as it is said to the child."))
    is_safe = models.BooleanField(help_text=_("Whether the child may read it on their device."))
    how_safe = models.TextField(help_text=_("How that is known."))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True, help_text=_("When the child first read it there."))

    class Meta:
        verbose_name_plural = "child replies"
        ordering: ClassVar = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"reply of {self.written_at:%Y-%m-%d}"


class ChildDecision(models.Model):
    """What a meeting decided, written for the child in plain words. They read it at their link only where somebody said that this is safe.

    Never edited: what was written of a meeting last takes the place of what was written of it before. Whose it is, its meeting says."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    panel_item = models.ForeignKey(
        "cases.PanelItem", on_delete=models.PROTECT, null=True, blank=True, related_name="told_child"
    )
    review = models.ForeignKey(
        "cases.Review", on_delete=models.PROTECT, null=True, blank=True, related_name="told_child"
    )
    met_on = models.DateField(help_text=_("The day of the meeting."))
    text = models.TextField(help_text=_("What was decided, as it is said to the child."))
    is_safe = models.BooleanField(help_text=_("Whether the child may read it on their device."))
    how = models.TextField(
        help_text=_("How that is known; where it is not safe, how the child learns of it otherwise.")
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(panel_item__isnull=False, review__isnull=True)
                | models.Q(panel_item__isnull=True, review__isnull=False),
                name="told_decision_is_of_one_meeting",
                violation_error_message=_("It is of one panel or one review."),
            )
        ]

    def __str__(self) -> str:
        return f"decision of {self.met_on:%Y-%m-%d}, for the child"
