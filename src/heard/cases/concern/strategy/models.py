"""A strategy discussion about a child, and each agency that was asked."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.concern.strategy import rules
from heard.network.rules import MOVES

__all__ = ["AskedAgency", "StrategyDiscussion"]


class StrategyDiscussion(models.Model):
    """Written in until it is finished. After that a correction is a new version that names the one that it `corrects`."""

    class State(models.TextChoices):
        PLANNED = rules.DiscussionState.PLANNED.value, _("Planned")
        HELD = rules.DiscussionState.HELD.value, _("Held")
        CALLED_OFF = rules.DiscussionState.CALLED_OFF.value, _("Called off")

    class YesNo(models.TextChoices):
        YES = rules.YesNo.YES.value, _("Yes")
        NO = rules.YesNo.NO.value, _("No")

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    concern = models.ForeignKey("cases.Concern", on_delete=models.PROTECT, related_name="discussions")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    planned_on = models.DateField()
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    held_on = models.DateField(null=True, blank=True)
    decision = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    enquiries = models.CharField(
        max_length=3,
        choices=YesNo,
        blank=True,
        help_text=_("Whether section 47 enquiries follow (Children Act 1989)."),
    )
    enquiries_by = models.CharField(max_length=300, blank=True)
    words = models.ForeignKey(
        "cases.Words",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the child said, beside which it was decided."),
    )
    why_without_words = models.TextField(blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    why_called_off = models.TextField(blank=True)
    moment = models.ForeignKey(
        "cases.Moment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The moment that started the statutory clock."),
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    why_corrected = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-begun_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["planned_on"], condition=models.Q(state="planned"), name="strategy_planned")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="held")
                | (
                    models.Q(held_on__isnull=False, finished_at__isnull=False, finished_by__isnull=False)
                    & ~models.Q(decision="")
                    & ~models.Q(reason="")
                    & ~models.Q(enquiries="")
                ),
                name="strategy_held_has_its_decision",
                violation_error_message=_("A strategy discussion that was held has its decision and reason"),
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(why_corrected=""),
                name="strategy_corrected_for_a_reason",
                violation_error_message=_("Say why it is corrected"),
            ),
        ]

    def __str__(self) -> str:
        return f"strategy discussion of {self.held_on or self.planned_on}"


class AskedAgency(models.Model):
    """An agency that was asked for a strategy discussion: who and when, what it knows, and who came."""

    class Attended(models.TextChoices):
        YES = rules.YesNo.YES.value, _("Yes")
        NO = rules.YesNo.NO.value, _("No")

    discussion = models.ForeignKey(StrategyDiscussion, on_delete=models.PROTECT, related_name="asked")
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outside = models.CharField(
        max_length=200, blank=True, help_text=_("An agency that is not in the partnership.")
    )
    who = models.CharField(max_length=200, help_text=_("Who was asked: name and role."))
    asked_on = models.DateField()
    information = models.TextField(blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    told_at = models.DateTimeField(null=True, blank=True)
    attended = models.CharField(max_length=3, choices=Attended, blank=True)
    who_attended = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "asked agencies"
        ordering: ClassVar = ["asked_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(agency__isnull=False) | ~models.Q(outside=""),
                name="asked_agency_is_named",
                violation_error_message=_("Choose the agency, or write which one it is"),
            )
        ]

    def __str__(self) -> str:
        return str(self.agency or self.outside)
