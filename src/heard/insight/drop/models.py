"""What came into the drop folder, and what runs that are made of it are for."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.insight.drop import rules

__all__ = ["Delivery", "StandingRun"]


class StandingRun(models.Model):
    """What an analyst said of runs that are made without them. The one that has not ended holds."""

    class Problem(models.TextChoices):
        NOBODY = rules.Problem.NOBODY.name, _(rules.Problem.NOBODY.value)
        NOTHING = rules.Problem.NOTHING.name, _(rules.Problem.NOTHING.value)
        NO_ROOM = rules.Problem.NO_ROOM.name, _(rules.Problem.NO_ROOM.value)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.TextField()
    basis = models.CharField(max_length=40, help_text=_("The lawful basis, by its name in bases.yaml."))
    basis_words = models.TextField(help_text=_("Which law, task or agreement it is."))
    any_window = models.BooleanField(default=False)
    agencies = models.ManyToManyField(
        "agencies.Agency", related_name="+", help_text=_("Who is expected to send files.")
    )
    day = models.PositiveSmallIntegerField(help_text=_("The day of the month on which files are due."))
    wait = models.PositiveSmallIntegerField(
        help_text=_("For how many days after it a run waits for who is late.")
    )
    days_kept = models.PositiveSmallIntegerField(help_text=_("For how many days each list is kept."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    holds = models.BooleanField(default=True, help_text=_("Whether it holds: one does at most."))
    ended_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(
        max_length=10, blank=True, choices=Problem, help_text=_("Why no run is made, though one is due.")
    )
    problem_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a run was last tried in vain.")
    )
    told_at = models.DateTimeField(null=True, blank=True, help_text=_("When people were told of it."))

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["holds"],
                condition=Q(holds=True),
                name="one_standing_run",
                violation_error_message=_("Somebody else said it meanwhile. Look again."),
            )
        ]

    def __str__(self) -> str:
        return f"standing run of {self.at:%Y-%m-%d}"


class Delivery(models.Model):
    """One file that came, and what became of it."""

    class State(models.TextChoices):
        TAKING = rules.DropState.TAKING.value, _("Being taken")
        TAKEN = rules.DropState.TAKEN.value, _("Taken")
        REFUSED = rules.DropState.REFUSED.value, _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=State)
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    folder = models.CharField(max_length=255, help_text=_("The sender’s folder, by its name."))
    file = models.CharField(max_length=255, help_text=_("As its sender called it."))
    kept_as = models.CharField(
        max_length=255, blank=True, help_text=_("Its name in the folder taken or refused.")
    )
    read_as = models.CharField(max_length=255, blank=True, help_text=_("Its name in the run."))
    size = models.BigIntegerField(default=0, help_text=_("Bytes."))
    sha256 = models.CharField(max_length=64, blank=True)
    why = models.TextField(blank=True, help_text=_("Why it was refused."))
    at = models.DateTimeField(auto_now_add=True)
    covers = models.DateField(null=True, blank=True, help_text=_("For which due day its run was made."))
    run = models.ForeignKey(
        "insight.EngineRun", on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries"
    )

    class Meta:
        ordering: ClassVar = ["-at", "pk"]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
