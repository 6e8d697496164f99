"""What to do if it gets worse. A version is never changed: the latest is in force, and those before stay."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["SafetyPlan"]


class SafetyPlan(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="safety_plans")
    version = models.PositiveIntegerField()
    getting_worse = models.TextField(help_text=_("How anybody can tell that it is getting worse."))
    what_to_do = models.TextField(help_text=_("What we do then."))
    who_to_call = models.TextField()
    safe_places = models.TextField(blank=True)
    child_agreed = models.TextField(blank=True, help_text=_("What the child agreed to."))
    why_not_with_child = models.TextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "version"], name="safety_plan_version_once"),
            models.CheckConstraint(
                condition=~models.Q(child_agreed="") | ~models.Q(why_not_with_child=""),
                name="safety_plan_with_the_child_or_why_not",
                violation_error_message=_(
                    "Say what the child agreed to, or why it was made without the child."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"safety plan, version {self.version}"
