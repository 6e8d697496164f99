"""What was done about the child's words, and when the child was told. Rows are only ever added."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Answer"]


class Answer(models.Model):
    """What changed because of what the child said; with a day, the child was told of it then."""

    words = models.ForeignKey("cases.Words", on_delete=models.PROTECT, related_name="answers")
    what_changed = models.TextField(
        help_text=_("What changed because of it; where nothing could, that and why.")
    )
    told_on = models.DateField(null=True, blank=True)
    told_by = models.CharField(max_length=120, blank=True, help_text=_("Who told the child, and their role."))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-written_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(told_on__isnull=True, told_by="")
                | (models.Q(told_on__isnull=False) & ~models.Q(told_by="")),
                name="answer_told_by_somebody_on_a_day",
                violation_error_message=_("Say who told the child, and on which day."),
            )
        ]

    def __str__(self) -> str:
        return f"answer of {self.written_at:%Y-%m-%d}"
