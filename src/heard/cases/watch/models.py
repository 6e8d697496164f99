"""What stood out in who read which records, and what somebody said of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.watch import rules
from heard.network.rules import MOVES

__all__ = ["ReadingAlert", "Watched"]


class ReadingAlert(models.Model):
    """One thing that stood out. It says what was, and that is all: why, somebody finds out. It is part of no child's record."""

    class Kind(models.TextChoices):
        OWN_NAME = rules.AlertKind.OWN_NAME.value, _("Read the record of a child with their own family name")
        COLLEAGUE = (
            rules.AlertKind.COLLEAGUE.value,
            _("Read the record of a child with the family name of a colleague"),
        )
        MANY = rules.AlertKind.MANY.value, _("Read the records of very many children in one hour")
        AFTER_HOURS = rules.AlertKind.AFTER_HOURS.value, _("Read records outside working hours")
        PROBING = rules.AlertKind.PROBING.value, _("Searched or tried more often in an hour than is possible")
        TAKEN_OUT = (
            rules.AlertKind.TAKEN_OUT.value,
            _("Tried to take out more lists, packs or drawings in an hour than is possible"),
        )
        NOTHING = rules.AlertKind.NOTHING.value, _("Searched many times in an hour, and was shown nothing")

    class Outcome(models.TextChoices):
        EXPLAINED = rules.Outcome.EXPLAINED.value, _("Explained")
        LOOK_INTO = rules.Outcome.LOOK_INTO.value, _("To be looked into")

    when_merged: ClassVar = MOVES

    kind = models.CharField(max_length=12, choices=Kind)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    number = models.PositiveIntegerField(help_text=_("How many children, looks or tries."))
    without_name = models.BooleanField(
        default=False,
        help_text=_(
            "Nobody who sees the record may look at this: a co-ordinator does, and does not learn whose it is."
        ),
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-last_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["reader", "kind"], name="alert_reader_kind")]

    def __str__(self) -> str:
        return self.kind


class Watched(models.Model):
    """How far the audit trail has been looked at. One row."""

    last_row = models.BigIntegerField(default=0)
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "watched"

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d %H:%M}"
