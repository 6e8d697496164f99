"""Moments that start, meet or end a clock, and the clocks that run because of them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.clocks import rules

__all__ = ["ClockRun", "Moment"]


class Moment(models.Model):
    """Something that happened on a day, such as a conference. Never changed: a correction is a new row that names the one
    that it `corrects`, with the reason; one that did not happen is corrected by a row that says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="moments")
    kind = models.CharField(max_length=40, help_text=_("One of those in moments.yaml."))
    on = models.DateField()
    note = models.TextField(blank=True)
    happened = models.BooleanField(default=True)
    release = models.CharField(
        max_length=20, editable=False, help_text=_("The knowledge release whose clocks it starts.")
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    why_corrected = models.TextField(blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-on", "-noted_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(why_corrected=""),
                name="moment_corrected_for_a_reason",
                violation_error_message=_("Say why it is corrected."),
            ),
            models.CheckConstraint(
                condition=models.Q(happened=True) | models.Q(corrects__isnull=False),
                name="moment_taken_back_is_a_correction",
                violation_error_message=_("Only a moment that was noted before can be taken back."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        kind = rules.kinds().get(self.kind)
        return kind.label if kind else self.kind


class ClockRun(models.Model):
    """One clock that began. Made anew from the moments of its case at each change of them, so that what is due can be
    asked for in the database; nothing is known here that the moments do not say."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="clocks")
    clock = models.CharField(max_length=40)
    release = models.CharField(max_length=20)
    started_on = models.DateField()
    due_on = models.DateField()
    met_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    started_by = models.ForeignKey(Moment, on_delete=models.CASCADE, related_name="+")
    stopped_by = models.ForeignKey(Moment, on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"],
                condition=models.Q(met_on=None, ended_on=None),
                name="clock_runs_that_go_on",
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock} due {self.due_on}"
