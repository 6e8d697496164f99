"""The plan as the child keeps it: in plain words, on one page. What each outcome and action is called there stands with
these (`Outcome.plain`, `Action.plain`)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["ChildsPlan", "GivenPlan"]


class ChildsPlan(models.Model):
    plan = models.OneToOneField("cases.Plan", on_delete=models.CASCADE, related_name="childs")
    reach = models.TextField(blank=True, help_text=_("How the child reaches the trusted worker."))
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    what_changed = models.TextField(blank=True, help_text=_("What changed because of the words."))
    if_unsafe = models.TextField(blank=True, help_text=_("Whom the child can call and where they can go."))
    who_knows = models.TextField(blank=True, help_text=_("Who knows what about the child."))
    next_steps = models.TextField(blank=True, help_text=_("What happens next, and when."))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return "the child’s own plan"


class GivenPlan(models.Model):
    """The child was given the plan on a day by somebody; or was not, and why. Rows are only ever added."""

    plan = models.ForeignKey("cases.Plan", on_delete=models.PROTECT, related_name="given")
    given_on = models.DateField(null=True, blank=True)
    given_by = models.CharField(max_length=120, blank=True, help_text=_("Name and role"))
    why_not = models.TextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-written_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(models.Q(given_on__isnull=False) & ~models.Q(given_by=""))
                | (models.Q(given_on__isnull=True) & ~models.Q(why_not="")),
                name="plan_given_or_why_not",
                violation_error_message=_(
                    "Say on which day the child was given the plan and by whom, or why not."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"given {self.given_on or 'not'}"
