"""That somebody opened a record in an emergency, why, and what the review of it says."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.network.rules import MOVES

__all__ = ["Opening"]


class Opening(models.Model):
    """One record that somebody on duty opened, for some hours. The line of who may see the record ends by itself."""

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    due_on = models.DateField(help_text=_("The last day on which the review is in time."))
    without_name = models.BooleanField(
        default=False,
        help_text=_(
            "Nobody who sees the record may review it: a co-ordinator does, and does not learn whose it is."
        ),
    )
    right = models.BooleanField(null=True, blank=True, help_text=_("What the review says."))
    review = models.TextField(blank=True, default="")
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], condition=models.Q(reviewed_at=None), name="opening_to_review")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True) | ~models.Q(reviewed_by=models.F("opened_by")),
                name="opening_reviewed_by_somebody_else",
                violation_error_message=_("Somebody else reviews it."),
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_at=None, right=None)
                | models.Q(reviewed_at__isnull=False, right__isnull=False),
                name="opening_reviewed_with_a_word",
            ),
        ]

    def __str__(self) -> str:
        return f"opened on {self.opened_at:%Y-%m-%d}"
