"""What people said of a line that a question answers. Only ever added; the latest word stands."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.graph.question.rules import Verdict

__all__ = ["Finding", "FindingGround"]


class Finding(models.Model):
    """One person's word on one line, with why. It holds for whoever gets the same line, resting on the same evidence: `line` is
    worked out from the keys of that, and is another one as soon as there is more or less of it."""

    class Says(models.TextChoices):
        NOT_SAME = Verdict.NOT_SAME.value, _("Not the same matter")
        AGAIN = Verdict.AGAIN.value, _("Ask it again: it may be one matter")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.CharField(max_length=20)
    line = models.CharField(max_length=64, db_index=True)
    verdict = models.CharField(max_length=10, choices=Says)
    why = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(why=""), name="finding_says_why"),
        ]

    def __str__(self) -> str:
        return self.verdict

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Refused("What somebody judged is not changed. Judge it again, and say why.")
        super().save(*args, **kwargs)


class FindingGround(models.Model):
    """A source or record on which the line rested. Where that is destroyed, what was judged on it goes along."""

    goes_by_key: ClassVar = ("key",)
    takes_along: ClassVar = "finding"
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="grounds")
    key = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return str(self.key)
