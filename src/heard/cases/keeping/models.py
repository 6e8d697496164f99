"""Holds, and records that were destroyed: who asked, who agreed, and what went."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from heard.cases.keeping import rules
from heard.network.rules import MOVES

__all__ = ["Destruction", "Hold"]


class Hold(models.Model):
    """Nothing of these records may be destroyed, such as while an inquiry asks for them. In force from when it is placed; a
    second person confirms it, and two lift it."""

    class Scope(models.TextChoices):
        RECORD = rules.Scope.RECORD.value, _("One record")
        AGENCY = rules.Scope.AGENCY.value, _("Every record that one agency works on")
        ALL = rules.Scope.ALL.value, _("Everything in Heard, engine runs too")

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(max_length=10, choices=Scope)
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    why_lift = models.TextField(blank=True, default="")
    lift_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-placed_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scope="record", person__isnull=False, agency=None)
                | Q(scope="agency", person=None, agency__isnull=False)
                | Q(scope="all", person=None, agency=None),
                name="hold_on_what_it_says",
            ),
            models.CheckConstraint(
                condition=(Q(confirmed_by=None) | ~Q(confirmed_by=F("placed_by")))
                & (Q(lifted_by=None) | ~Q(lifted_by=F("lift_asked_by"))),
                name="hold_by_two",
                violation_error_message=_("Another person does this."),
            ),
        ]

    def __str__(self) -> str:
        return f"hold since {self.placed_at:%Y-%m-%d}"


class Destruction(models.Model):
    """That a record is to be destroyed, and, once it was, the certificate of it: by key alone, without a name."""

    class Why(models.TextChoices):
        PAST = rules.Why.PAST.value, _("Its time is over, as the partnership’s period says")
        ASKED = rules.Why.ASKED.value, _("The person asked for it to be erased, and they are right")
        ORDER = rules.Why.ORDER.value, _("A court or the regulator ordered it")
        MISTAKE = rules.Why.MISTAKE.value, _("It should never have been made")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(help_text=_("Whose record. Nothing stands behind this key afterwards."))
    why = models.CharField(max_length=10, choices=Why)
    reason = models.TextField(help_text=_("Without names."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("Nobody where it was carried out again after a restore, and they came after that backup."),
    )  # fmt: skip
    asked_at = models.DateTimeField()
    agreed = models.BooleanField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    counted = models.JSONField(default=dict, blank=True, help_text=_("How many rows of which table went."))
    people = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Keys of the records that went: theirs, and those merged into it."),
    )
    files = models.PositiveIntegerField(default=0)
    audit_rows = models.PositiveIntegerField(default=0, help_text=_("Rows whose personal part went."))
    audit_row = models.BigIntegerField(null=True, blank=True, help_text=_("The row that says so."))

    class Meta:
        ordering: ClassVar = ["-asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_id"],
                condition=Q(decided_at=None),
                name="destruction_asked_for_once",
                violation_error_message=_("Somebody has asked for this already."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="destruction_by_two",
                violation_error_message=_("Another person agrees or not."),
            ),
        ]

    def __str__(self) -> str:
        return f"destruction asked for on {self.asked_at:%Y-%m-%d}"
