"""Engine runs that were asked for on the site, and what people did with their lists."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.insight.run.rules import RunState


class EngineRun(models.Model):
    """One run. Its result is a folder that is written once and only read afterwards."""

    class State(models.TextChoices):
        ASKING = RunState.ASKING.value, _("Waits for an answer")
        WAITING = RunState.WAITING.value, _("Waiting to start")
        RUNNING = RunState.RUNNING.value, _("Running")
        DONE = RunState.DONE.value, _("Done")
        FAILED = RunState.FAILED.value, _("Not done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    purpose = models.TextField()
    basis = models.CharField(
        max_length=40, blank=True, help_text=_("The lawful basis, by its name in bases.yaml.")
    )
    basis_words = models.TextField(blank=True, help_text=_("Which law, task or agreement it is."))
    keep_until = models.DateField(null=True, blank=True, help_text=_("The last day of its list."))
    destroyed_at = models.DateTimeField(null=True, blank=True)
    as_of = models.DateField(null=True, blank=True)
    any_window = models.BooleanField(
        default=False, help_text=_("It looks at any so many months up to that day, not at the last alone.")
    )
    weights_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text=_("The run before whose weights it keeps, comparing only records that are new or changed."),
    )  # fmt: skip
    extracts = models.JSONField(default=list, help_text=_("Names of the files and folders that it reads."))
    undescribed = models.JSONField(
        default=list, blank=True, help_text=_("Names of those of its files that no mapping explains yet.")
    )
    not_delivered = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Names of agencies that were expected to send files and had not."),
    )
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=200, blank=True)
    share = models.FloatField(null=True, blank=True, help_text=_("How far the step is, 0 to 1."))
    attempts = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True, help_text=_("When its worker was last heard of."))
    summary = models.JSONField(default=dict, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def folder(self) -> Path:
        return Path(settings.DATA) / "runs" / str(self.pk)

    @property
    def uploads(self) -> Path:
        return self.folder / "uploads"

    @property
    def result(self) -> Path:
        return self.folder / "result"


class Reveal(models.Model):
    """Somebody asked who a child on a list is, and why."""

    run = models.ForeignKey(EngineRun, on_delete=models.CASCADE, related_name="reveals")
    child = models.CharField(max_length=64, help_text=_("The child’s key within the run."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()

    def __str__(self) -> str:
        return f"reveal {self.at}"


class Opening(models.Model):
    """A concern that a person opened from a list."""

    run = models.ForeignKey(EngineRun, on_delete=models.CASCADE, related_name="openings")
    child = models.CharField(max_length=64, help_text=_("The child’s key within the run."))
    concern = models.ForeignKey("cases.Concern", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "child"],
                name="opened_once_from_a_list",
                violation_error_message=_("A worry was opened for this child from this list already."),
            )
        ]

    def __str__(self) -> str:
        return f"opening {self.at}"
