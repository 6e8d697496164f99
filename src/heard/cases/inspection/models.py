"""Lists of children and files that those who inspect asked for, and who let them out."""

import uuid
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.cases.inspection import rules

__all__ = ["InspectionList"]


class InspectionList(models.Model):
    """What an inspection asked for: children whose case was open on some days, and an index of some of their files. Nothing of a child
    is kept here: it is made anew each time that somebody takes it out, of what that person, whoever asked and whoever agreed may all see."""

    class State(models.TextChoices):
        WAITING = rules.InspectionState.WAITING.value, _("Waits for a second person")
        AGREED = rules.InspectionState.AGREED.value, _("Agreed")
        REFUSED = rules.InspectionState.REFUSED.value, _("Not agreed")
        WITHDRAWN = rules.InspectionState.WITHDRAWN.value, _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    for_whom = models.CharField(max_length=200, help_text=_("Who inspects."))
    why = models.CharField(max_length=300)
    basis = models.CharField(
        max_length=30, default="", help_text=_("The lawful basis; empty where it was not asked for yet.")
    )
    since = models.DateField()
    until = models.DateField()
    cases = models.ManyToManyField(
        "cases.Case", related_name="+", blank=True, help_text=_("Whose files are listed.")
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    why_refused = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text=_("When whoever asked withdrew it."))
    read_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When whoever asked had read why it was not agreed.")
    )
    taken_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was last taken out."))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-asked_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at=None)
                | models.Q(state__in=("agreed", "refused"), decided_at__isnull=False)
                | models.Q(state="withdrawn", withdrawn_at__isnull=False),
                name="inspection_list_decided_or_withdrawn",
            )
        ]

    def __str__(self) -> str:
        return self.for_whom

    @property
    def on_basis(self) -> str:
        """In words; "" of those that were asked for before it had to be said."""
        return rules.BASES[self.basis].label if self.basis else ""

    @property
    def until_when(self) -> date | None:
        """The day up to which it can be taken out; None until it is agreed."""
        if self.state != rules.InspectionState.AGREED or self.decided_at is None:
            return None
        return timezone.localdate(self.decided_at) + timedelta(days=rules.DAYS)
