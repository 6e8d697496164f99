"""Referrals of a child to a service outside Heard, each step of them, and needs that nothing met."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.turning import rules
from heard.network.rules import MOVES
from heard.services.needs import Need

__all__ = ["ServiceReferral", "ServiceReferralStep", "UnmetNeed"]


class ServiceReferral(models.Model):
    """A child is referred to a service of the directory. `state` is that of the last step, `since` its day."""

    class State(models.TextChoices):
        SENT = rules.ServiceReferralState.SENT.value, _("Sent, no answer yet")
        ACCEPTED = rules.ServiceReferralState.ACCEPTED.value, _("Accepted, not with them yet")
        WAITING = rules.ServiceReferralState.WAITING.value, _("On the waiting list")
        ATTENDED = rules.ServiceReferralState.ATTENDED.value, _("The child is with them")
        REFUSED = rules.ServiceReferralState.REFUSED.value, _("Refused")
        ENDED = rules.ServiceReferralState.ENDED.value, _("Ended")

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("services.Service", on_delete=models.PROTECT, related_name="+")
    called = models.CharField(max_length=300, help_text=_("What the service was called then."))
    organisation = models.CharField(max_length=300, blank=True)
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+", help_text=_("Whose people sent it.")
    )
    need = models.CharField(max_length=20, choices=Need, help_text=_("With which need it is to help."))
    why = models.TextField()
    words = models.ForeignKey(
        "cases.Words",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the child says about it."),
    )
    child_says = models.TextField(blank=True, help_text=_("Why the child was not heard."))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.SENT)
    since = models.DateField(help_text=_("From which day it is so."))
    ask_on = models.DateField(
        null=True, blank=True, help_text=_("By which day somebody asks the service what became of it.")
    )

    class Meta:
        ordering: ClassVar = ["-sent_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["ask_on"], condition=models.Q(ask_on__isnull=False), name="service_referrals_to_ask"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(words__isnull=False) | ~models.Q(child_says=""),
                name="service_referral_with_the_view",
                violation_error_message=_("Add what the child says about it, or say why it is not there."),
            ),
        ]

    def __str__(self) -> str:
        return f"service referral of {self.sent_at:%Y-%m-%d}"


class ServiceReferralStep(models.Model):
    """What became of a referral, on a day."""

    referral = models.ForeignKey(ServiceReferral, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=8, choices=ServiceReferral.State)
    on = models.DateField()
    why = models.TextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_taken_back = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"{self.state} on {self.on:%Y-%m-%d}"


class UnmetNeed(models.Model):
    """No service met a need of a child. Counted by area, for those who commission."""

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    need = models.CharField(max_length=20, choices=Need)
    area = models.CharField(
        max_length=8, blank=True, help_text=_("The first half of the postcode where the child lived then.")
    )
    referral = models.ForeignKey(
        ServiceReferral, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("The referral that did not meet it."),
    )  # fmt: skip
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+",
        help_text=_("Whose people recorded it: who knows their own can take them from a figure."),
    )  # fmt: skip
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_taken_back = models.TextField(blank=True, help_text=_("Why it was no need that nothing met."))

    class Meta:
        ordering: ClassVar = ["-recorded_at", "pk"]

    def __str__(self) -> str:
        return f"unmet need of {self.recorded_at:%Y-%m-%d}"
