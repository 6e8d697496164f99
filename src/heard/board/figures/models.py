"""Notes that people write beside a figure: what happened in a quarter that explains it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["FigureNote"]


class FigureNote(models.Model):
    """What somebody wrote beside a promise and a quarter. Never changed: a correction is a new row that names the one that it
    `corrects`, with the reason. Nothing in it is about a child."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promise = models.CharField(max_length=40, help_text=_("The name of the promise."))
    quarter = models.DateField(help_text=_("The first day of the quarter."))
    text = models.CharField(max_length=300)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    why_corrected = models.CharField(max_length=300, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["quarter", "written_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(why_corrected=""),
                name="figure_note_corrected_for_a_reason",
                violation_error_message=_("Say why it is corrected."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
