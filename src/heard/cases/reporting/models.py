"""What set the duty to report off, and to whom it was reported. What happened stands where it was told, never here."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.reporting import rules
from heard.network.rules import MOVES

__all__ = ["OffenceReport"]


class OffenceReport(models.Model):
    """That somebody knows of a suspected offence against a child, and the report of it: waiting as long as `reported_at` is empty."""

    class Trigger(models.TextChoices):
        CHILD_TOLD = rules.Trigger.CHILD_TOLD.value, _("A child told of it")
        ADULT_TOLD = rules.Trigger.ADULT_TOLD.value, _("An adult who was involved told of it")
        WITNESSED = rules.Trigger.WITNESSED.value, _("Somebody witnessed it")
        IMAGES = rules.Trigger.IMAGES.value, _("Seen or heard in images, video or audio")

    class To(models.TextChoices):
        POLICE = rules.To.POLICE.value, _("Police")
        COUNCIL = rules.To.COUNCIL.value, _("Council")

    class Way(models.TextChoices):
        ORAL = rules.Way.ORAL.value, _("In speech")
        WRITTEN = rules.Way.WRITTEN.value, _("In writing")

    class Delay(models.TextChoices):
        RISK = rules.Delay.RISK.value, _("Reporting sooner would have put the child at risk")
        OTHER = rules.Delay.OTHER.value, _("Another reason")

    class Beside(models.TextChoices):
        CONCERN = rules.Beside.CONCERN.value, _("Worry")
        NOTE = rules.Beside.NOTE.value, _("Note of contact")
        WORDS = rules.Beside.WORDS.value, _("What the child says")

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    trigger = models.CharField(max_length=12, choices=Trigger)
    who = models.CharField(max_length=200, help_text=_("Who was told, or saw or heard it, and their role."))
    known_at = models.DateTimeField(help_text=_("When they were told, or saw or heard it."))
    beside = models.CharField(max_length=8, choices=Beside, blank=True)
    beside_id = models.UUIDField(
        null=True, blank=True, help_text=_("The worry, the note or the words that tell of it.")
    )
    release = models.CharField(max_length=20, help_text=_("The knowledge release whose clock it goes by."))
    due_on = models.DateField(help_text=_("The last day for the report."))
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+", help_text=_("Whose people noted it.")
    )
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    to_kind = models.CharField(max_length=8, choices=To, blank=True)
    to_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_outside = models.CharField(max_length=200, blank=True)
    to_person = models.CharField(max_length=200, blank=True, help_text=_("Who took it, or its number there."))
    way = models.CharField(max_length=8, choices=Way, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True, blank=True)
    delay = models.CharField(max_length=8, choices=Delay, blank=True)
    delay_why = models.TextField(blank=True)
    first_why = models.TextField(
        blank=True, help_text=_("The risk that was noted at first, where the report gives another reason.")
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_taken_back = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-known_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"],
                condition=models.Q(reported_at=None, taken_back_at=None),
                name="offence_reports_waiting",
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(reported_at=None, to_kind="", way="")
                | (models.Q(reported_at__gte=models.F("known_at")) & ~models.Q(to_kind="") & ~models.Q(way="")),
                name="offence_report_to_somebody_in_some_way",
                violation_error_message=_("Say to whom it was reported, when and in which way."),
            ),
            models.CheckConstraint(
                condition=models.Q(delay="") | ~models.Q(delay_why=""),
                name="offence_report_late_for_a_reason",
                violation_error_message=_("Say why it was reported on a later day."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"report of {self.known_at:%Y-%m-%d}"

    @property
    def other_side(self) -> str:
        """Fetch `to_agency` with it."""
        return str(self.to_agency) if self.to_agency else self.to_outside
