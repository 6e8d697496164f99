"""What was brought in from files, and what became of each row. Neither names a child: a row points at its record."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from heard.insight.bringing import rules
from heard.network.rules import MOVES

__all__ = ["CaseloadImport", "ImportedRow"]


class CaseloadImport(models.Model):
    """A caseload that was brought in. It stays when it is taken back, with how many rows it had and who agreed, and nothing of whom
    they were about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.TextField(help_text=_("Where the files come from, and why they were brought in."))
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    on_server = models.BooleanField(
        default=False,
        help_text=_("Whether somebody on the server did it in their name, and not they on the page."),
    )
    files = models.JSONField(
        default=dict,
        help_text=_(
            "Of each file hashes of it and of how it was understood, how many rows were read, and what became of them."
        ),
    )
    audit_row = models.BigIntegerField(
        default=0,
        help_text=_("The last row of the audit trail that it wrote: what comes after it is work of people."),
    )
    why_undo = models.TextField(blank=True, default="")
    undo_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undo_asked_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-brought_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(undone_by=None) | ~Q(undone_by=F("undo_asked_by")),
                name="import_undone_by_two",
                violation_error_message=_("Another person agrees or not."),
            )
        ]

    def __str__(self) -> str:
        return f"caseload import of {self.brought_at:%Y-%m-%d}"


class ImportedRow(models.Model):
    """What became of one row of one file."""

    class Table(models.TextChoices):
        PEOPLE = rules.Table.PEOPLE.value, _("People")
        CASES = rules.Table.CASES.value, _("Open cases")
        PLANS = rules.Table.PLANS.value, _("Plans")

    class Outcome(models.TextChoices):
        KEPT = rules.Outcome.KEPT.value, _("Brought in")
        ASIDE = rules.Outcome.ASIDE.value, _("Set aside")
        THERE = rules.Outcome.THERE.value, _("Was there already")

    when_merged: ClassVar = MOVES

    caseload = models.ForeignKey(CaseloadImport, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=6, choices=Table)
    number = models.PositiveIntegerField(help_text=_("1 is the first below the heading."))
    outcome = models.CharField(max_length=5, choices=Outcome)
    issues = models.JSONField(
        default=list, help_text=_("What is said of it: a code and a field each, no words of the file.")
    )
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("Whose record it is in."),
    )  # fmt: skip

    class Meta:
        ordering: ClassVar = ["table", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["caseload", "table", "number"], name="imported_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.number}"
