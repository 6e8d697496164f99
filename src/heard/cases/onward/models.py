"""Referrals of a child to another team or agency of the partnership."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.onward import rules
from heard.network.rules import MOVES, Level

__all__ = ["OnwardReferral"]


class OnwardReferral(models.Model):
    """Another team or agency is asked to take something on for a child. It stays with whoever sent it until it is accepted.

    `level`: how far they see the record once they accept; until then they see what stands here.
    """

    class State(models.TextChoices):
        WAITING = rules.OnwardState.WAITING.value, _("Waiting for an answer")
        ACCEPTED = rules.OnwardState.ACCEPTED.value, _("Accepted")
        REFUSED = rules.OnwardState.REFUSED.value, _("Refused")
        WITHDRAWN = rules.OnwardState.WITHDRAWN.value, _("Withdrawn")

    class Opens(models.IntegerChoices):
        SUMMARY = Level.SUMMARY, _("The summary")
        RECORD = Level.RECORD, _("The record")
        EVERYTHING = Level.EVERYTHING, _("Everything, files too")

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    from_team = models.ForeignKey("agencies.Team", on_delete=models.PROTECT, related_name="+")
    to_agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey(
        "agencies.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    what = models.TextField()
    why = models.TextField()
    words = models.ForeignKey(
        "cases.Words",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the child says about it."),
    )
    child_says = models.TextField(
        blank=True,
        help_text=_(
            "Why the child was not heard; of referrals sent before it became words of the record, what they said."
        ),
    )
    level = models.PositiveSmallIntegerField(choices=Opens, default=Opens.RECORD)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    due_on = models.DateField(help_text=_("An answer is due by the end of this day."))
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    answer = models.TextField(blank=True, help_text=_("What happens first, or the reason."))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-sent_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"], condition=models.Q(state="waiting"), name="referrals_not_answered"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", answered_by=None, answered_at=None, answer="")
                | (
                    ~models.Q(state="waiting")
                    & models.Q(answered_by__isnull=False, answered_at__isnull=False)
                    & ~models.Q(answer="")
                ),
                name="onward_answer_has_who_when_why",
                violation_error_message=_("An answer has who gave it, when and why."),
            ),
            models.CheckConstraint(
                condition=models.Q(words__isnull=False) | ~models.Q(child_says=""),
                name="onward_with_the_childs_view",
                violation_error_message=_("Add what the child says about it, or say why it is not there."),
            ),
        ]

    def __str__(self) -> str:
        return f"referral of {self.sent_at:%Y-%m-%d}"

    @property
    def other_side(self) -> str:
        """Fetch `to_agency` and `to_team` with it."""
        return f"{self.to_agency}, {self.to_team}" if self.to_team else str(self.to_agency)
