"""Reviews of a plan that have been held. When the next one is due, the plan itself says."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.review import rules
from heard.cases.stage.models import LookedAt

__all__ = ["Review", "ReviewedOutcome"]


class Review(models.Model):
    class Decision(models.TextChoices):
        CONTINUE = rules.Decision.CONTINUE.value, _("The plan goes on as it is")
        CHANGE_PLAN = rules.Decision.CHANGE_PLAN.value, _("The plan has to change")
        STEP_DOWN = rules.Decision.STEP_DOWN.value, _("The plan ends: the child needs less help from us now")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey("cases.Plan", on_delete=models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_on = models.DateField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    took_part = models.TextField(blank=True, default="", help_text=_("Who took part, and who they are."))
    recorded_at = models.DateTimeField(auto_now_add=True)
    what_changed = models.TextField()
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    decision = models.CharField(max_length=12, choices=Decision)
    reason = models.TextField()
    next_review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-held_on", "-recorded_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decision="step_down") | models.Q(next_review_on__isnull=False),
                name="review_has_next_date",
                violation_error_message=_("Give the date of the next review."),
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.held_on:%Y-%m-%d}"


class ReviewedOutcome(LookedAt):
    """What a review says about one outcome of the plan: how it has gone for the child, and how that is known."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="outcomes")
    outcome = models.ForeignKey("cases.Outcome", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["outcome__added_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "outcome"], name="review_looks_at_an_outcome_once"),
            LookedAt.has_evidence("course_of_an_outcome_has_evidence"),
        ]

    def __str__(self) -> str:
        return self.course
