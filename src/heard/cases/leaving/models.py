"""A child leaves: to another council, until somebody there accepts; or grows up, with a plan for what comes after."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.leaving import rules

__all__ = ["AfterPlan", "Handover", "HandoverNews"]


class Handover(models.Model):
    class State(models.TextChoices):
        SENT = rules.HandoverState.SENT.value, _("Sent, not accepted yet")
        ACCEPTED = rules.HandoverState.ACCEPTED.value, _("Accepted")
        TAKEN_BACK = rules.HandoverState.TAKEN_BACK.value, _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="handovers")
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    to_council = models.CharField(max_length=200)
    to_whom = models.CharField(max_length=300, help_text=_("Who takes over there, and how to reach them."))
    moves_on = models.DateField(null=True, blank=True, help_text=_("When the child moves, or moved."))
    what_sent = models.TextField()
    sent_on = models.DateField()
    ask_again_on = models.DateField(help_text=_("When somebody asks whether they accept."))
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    accepted_by = models.CharField(max_length=300, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    why_taken_back = models.TextField(blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-begun_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["ask_again_on"], condition=models.Q(state="sent"), name="handovers_to_follow"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="accepted")
                | (models.Q(accepted_on__isnull=False) & ~models.Q(accepted_by="")),
                name="handover_accepted_by_somebody",
                violation_error_message=_("Say who accepted: name and role"),
            )
        ]

    def __str__(self) -> str:
        return f"handover to {self.to_council}"


class HandoverNews(models.Model):
    """Somebody asked whether the handover is accepted, and what they heard. Only ever added."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="news")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "handover news"
        ordering: ClassVar = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"news of {self.written_at:%Y-%m-%d}"


class AfterPlan(models.Model):
    """What comes after 18. A version is never changed: the latest counts, and those before stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="after_plans")
    version = models.PositiveIntegerField()
    who_is_there = models.TextField()
    services = models.TextField()
    where_to_live = models.TextField(blank=True)
    who_to_call = models.TextField()
    words = models.ForeignKey(
        "cases.Words",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the young person says to it."),
    )
    child_agreed = models.TextField(
        blank=True,
        help_text=_("What they say to it, of versions written before it became words of the record."),
    )
    why_not_with_child = models.TextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "version"], name="after_plan_version_once"),
            models.CheckConstraint(
                condition=models.Q(words__isnull=False)
                | ~models.Q(child_agreed="")
                | ~models.Q(why_not_with_child=""),
                name="after_plan_with_the_child_or_why_not",
                violation_error_message=_(
                    "Say what the young person says to it, or why it was made without them"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"plan for after 18, version {self.version}"
