"""Links with which a child writes themselves, what they sent, and what was answered."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.voice import rules
from heard.network.rules import MOVES

__all__ = ["ChildLink", "ChildMessage", "ChildReply"]


class ChildLink(models.Model):
    """A way in for one child, who has no account. It only writes: code and word are kept as hashes, and so is the secret with which the
    child reads back, which nobody else knows."""

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
    def state(self) -> rules.State:
        return rules.State(self.expires_at, self.ended_at, self.wrong_words)


class ChildMessage(models.Model):
    """What a child sent. One that is hidden from nobody stands in the record as `words`, one that is hidden stands here alone: what is in
    the record is drawn for everybody who sees the child, in many places (ADR 0019).

    The text is never edited. Once it is `taken_back` no page shows it.
    """

    class About(models.TextChoices):
        FEEL = rules.About.FEEL.value, _("How I feel")
        MEETING = rules.About.MEETING.value, _("Before or after a meeting")
        CHANGE = rules.About.CHANGE.value, _("What I want changed")
        GOOD = rules.About.GOOD.value, _("Good news")
        UNSAFE = rules.About.UNSAFE.value, _("I do not feel safe")

    when_merged: ClassVar = MOVES
    uncounted: ClassVar = True  # where it is said how many rows of each table there are

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(ChildLink, on_delete=models.PROTECT, related_name="messages")
    about = models.CharField(max_length=10, choices=About)
    text = models.TextField()
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
