"""Profiles that were drawn up of runs, annual reports that were put up for release, and what people decided on them. None is ever changed:
another is drawn up."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.insight.release import rules

__all__ = ["Profile", "ReleaseDecision"]


class Profile(models.Model):
    """An area's problem profile: tables whose small counts are hidden, with pictures and words. It names nobody.

    Or an annual report (`kind`), which has no run, and whose figures the board counts. A profile outlives the run, which is destroyed
    after its last day. `files` has the fingerprint of each file as it was drawn
    up, so that what is released is what people read.
    """

    class State(models.TextChoices):
        WAITING = rules.ReleaseState.WAITING.value, _("Waiting to be drawn up")
        DRAWING = rules.ReleaseState.DRAWING.value, _("Being drawn up")
        NOT_DONE = rules.ReleaseState.NOT_DONE.value, _("Not done")
        DRAWN = rules.ReleaseState.DRAWN.value, _("Drawn up")
        SECOND = rules.ReleaseState.SECOND.value, _("Waiting for a second person")
        RELEASED = rules.ReleaseState.RELEASED.value, _("Released")
        SENT_BACK = rules.ReleaseState.SENT_BACK.value, _("Sent back")
        WITHDRAWN = rules.ReleaseState.WITHDRAWN.value, _("Withdrawn")

    class Episodes(models.TextChoices):
        OF_RUN = rules.Episodes.OF_RUN.value, _("In the agencies’ records of this run")
        OF_HEARD = rules.Episodes.OF_HEARD.value, _("Noted in Heard")

    class Kind(models.TextChoices):
        PROFILE = rules.DocumentKind.PROFILE.value, _("Problem profile")
        ANNUAL = rules.DocumentKind.ANNUAL.value, _("Annual report")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PROFILE)
    run = models.ForeignKey(
        "insight.EngineRun", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    episodes = models.CharField(
        max_length=10,
        choices=Episodes,
        default=Episodes.OF_RUN,
        help_text=_("Which episodes of children missing it counts."),
    )
    policy = models.JSONField(
        default=dict, help_text=_("What is hidden and rounded: the engine’s policy in plain values.")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        blank=True,
        help_text=_("Whose text stands in a report: they do not release it."),
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was drawn up, or failed."))
    step = models.CharField(max_length=200, blank=True)
    share = models.FloatField(null=True, blank=True, help_text=_("How far the step is, 0 to 1."))
    attempts = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True, help_text=_("When its worker was last heard of."))
    problem = models.TextField(blank=True)
    as_of = models.DateField(null=True, blank=True, help_text=_("The day up to which it counts."))
    files = models.JSONField(default=dict, help_text=_("The SHA-256 of each file, by its path."))
    released_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="profile", run__isnull=False) | Q(kind="annual", run__isnull=True),
                name="profile_is_of_a_run",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in rules.EVER_RELEASED])
                | Q(released_at__isnull=False),
                name="released_profile_has_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why="")),
                name="withdrawn_profile_has_why",
                violation_error_message=_("Say why it is withdrawn."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> Path:
        return Path(settings.DATA) / "profiles" / str(self.pk)


class ReleaseDecision(models.Model):
    """One person who is not the author read a profile, and released it or sent it back. Only ever added."""

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="decisions")
    agreed = models.BooleanField(help_text=_("Released; else sent back."))
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile", "by"],
                name="one_decision_each_on_a_profile",
                violation_error_message=_("You released this already."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="decision_on_a_profile_has_a_reason",
                violation_error_message=_("Say why."),
            ),
        ]

    def __str__(self) -> str:
        return f"decision of {self.at:%Y-%m-%d}"
