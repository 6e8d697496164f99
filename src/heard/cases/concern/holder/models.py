"""What those who answer for a restricted record decide of a worry that names what it holds."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.concern.holder import rules
from heard.network.rules import MOVES

__all__ = ["HolderDecision"]


class HolderDecision(models.Model):
    """One decision; the next one ends it, and it stays. Only those who decide on the restricted record read it. It holds no word of the
    worry and no identifier: these stand in the two records."""

    class Outcome(models.TextChoices):
        TELL = rules.Outcome.TELL.value, _("Tell those who decide on the worry")
        ONE = rules.Outcome.ONE.value, _("Tell one person who is on duty")
        NOT_YET = rules.Outcome.NOT_YET.value, _("Not yet")

    when_merged: ClassVar = MOVES
    uncounted: ClassVar = True  # who may not decide on the record does not learn that there are any

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, related_name="+", help_text=_("Of the restricted record.")
    )
    concern = models.ForeignKey("cases.Concern", on_delete=models.PROTECT, related_name="holder_decisions")
    outcome = models.CharField(max_length=7, choices=Outcome)
    told = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who alone is told."),
    )
    reason = models.TextField(blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+", help_text=_("Of whoever decided.")
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was decided otherwise."))

    class Meta:
        ordering: ClassVar = ["-decided_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome="tell", told=None)
                | models.Q(outcome="one", told__isnull=False)
                | models.Q(outcome="not_yet", told=None, look_again_on__isnull=False) & ~models.Q(reason=""),
                name="holder_decision_has_whom_or_why",
                violation_error_message=_("Say whom you tell, or why not yet and when you look at it again"),
            )
        ]

    def __str__(self) -> str:
        return f"holder’s decision of {self.decided_at:%Y-%m-%d}"
