"""A child's case, the child's words, warnings, and unfinished forms: what every later stage builds on."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Case(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    lead_team = models.ForeignKey("agencies.Team", on_delete=models.PROTECT, related_name="+")
    trusted_worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state="open"),
                name="one_open_case_per_child",
                violation_error_message=_("This child has an open case already. Add to that one."),
            )
        ]

    def __str__(self) -> str:
        return self.reference


class Words(models.Model):
    """The child's own words, verbatim, with who heard them and what changed because of them."""

    class How(models.TextChoices):
        SAID = "said", _("Said")
        WROTE = "wrote", _("Wrote")
        DREW = "drew", _("Drew")
        MESSAGE = "message", _("Sent in a message")
        SIGNED = "signed", _("Signed or showed")
        INTERPRETER = "interpreter", _("Said through an interpreter")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    how = models.CharField(max_length=12, choices=How, default=How.SAID)
    heard_on = models.DateField()
    heard_by = models.CharField(max_length=120, help_text=_("Who heard the child, and their role."))
    what_changed = models.TextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "words"
        ordering: ClassVar = ["-heard_on", "-written_at"]

    def __str__(self) -> str:
        return f"words of {self.heard_on}"


class Observation(models.Model):
    """One sign or vulnerability, as one stage of the work saw it: seen, not seen or not known.

    The three are different things. A sign seen carries when, from whom and in which words. Items are those of the
    knowledge release stored beside them; signs and vulnerabilities are two lists that are never added together.
    """

    class State(models.TextChoices):
        SEEN = "seen", _("Seen")
        NOT_SEEN = "not_seen", _("Not seen")
        NOT_KNOWN = "not_known", _("Not known")

    item = models.CharField(max_length=4, help_text=_("Such as S01 or V03, of the release beside it."))
    state = models.CharField(max_length=10, choices=State)
    seen_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="seen")
                | (models.Q(seen_on__isnull=False) & ~models.Q(source="") & ~models.Q(words="")),
                name="%(class)s_seen_has_evidence",
                violation_error_message=_("Say when it was seen, who says so and in which words."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.state}"


class WarningNote(models.Model):
    """A warning that ends: why it is there and when it must be looked at again."""

    person = models.ForeignKey("network.Person", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)
    why = models.TextField()
    review_on = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text


class Draft(models.Model):
    """An unfinished form, kept on the server so that nothing typed is lost and it can be gone on with elsewhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40, help_text=_("Which form, such as 'worry' or 'assessment'."))
    subject_id = models.UUIDField(
        null=True, blank=True, help_text=_("What it is about, where that exists already.")
    )
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-updated_at"]

    def __str__(self) -> str:
        return f"draft {self.kind}"
