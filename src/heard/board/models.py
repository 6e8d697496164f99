"""Audits of a partnership by itself: what each agency says of a requirement, who reads it a second time, what is to be done."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from heard.board import rules
from heard.board.figures.models import FigureNote
from heard.board.own.models import OwnRequirement

__all__ = [
    "Audit",
    "AuditAction",
    "AuditAnswer",
    "AuditEvidence",
    "FigureNote",
    "OwnRequirement",
    "SecondReading",
]


class Audit(models.Model):
    """One time that the partnership checked itself, over a period, against packs of a release of the knowledge."""

    class State(models.TextChoices):
        OPEN = rules.State.OPEN.value, _("Open")
        CLOSED = rules.State.CLOSED.value, _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    since = models.DateField(help_text=_("The first day that it looks at."))
    until = models.DateField(help_text=_("The last day that it looks at."))
    release = models.CharField(max_length=20, help_text=_("Of the knowledge, whose requirements are asked."))
    packs = models.JSONField(help_text=_("Ids of the packs of requirements."))
    own = models.ManyToManyField(
        OwnRequirement, related_name="audits", help_text=_("The partnership’s own requirements that it asks.")
    )
    lead = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    agencies = models.ManyToManyField("agencies.Agency", related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    found = models.TextField(blank=True, help_text=_("What it found, written when it is closed."))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    counted = models.JSONField(
        default=dict, blank=True, help_text=_("What Heard counted by itself, as it was when it was closed.")
    )

    class Meta:
        ordering: ClassVar = ["-until", "-opened_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def how_many(self) -> int:
        """Agencies that take part. Asks the database nothing where they were fetched with it."""
        return len(self.agencies.all())


class AuditAnswer(models.Model):
    """What one agency says of one requirement. Another answer stands beside it and replaces it; none is ever changed."""

    class Answer(models.TextChoices):
        MET = rules.Answer.MET.value, _("Met")
        PARTLY = rules.Answer.PARTLY.value, _("Partly met")
        NOT_MET = rules.Answer.NOT_MET.value, _("Not met")
        CANNOT_TELL = rules.Answer.CANNOT_TELL.value, _("We cannot tell")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="answers")
    requirement = models.CharField(max_length=10)
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=12, choices=Answer)
    why = models.TextField()
    evidence = models.TextField(blank=True, help_text=_("A document, records or a number that shows it."))
    evidence_on = models.DateField(null=True, blank=True, help_text=_("Of which day."))
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["requirement", "-said_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["audit", "requirement", "agency"],
                condition=models.Q(replaced_at=None),
                name="one_answer_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.answer}"

    @property
    def seconds(self) -> list["SecondReading"]:
        """Who read it a second time. Asks the database nothing where they were fetched with it."""
        return list(self.readings.all())

    @property
    def is_disputed(self) -> bool:
        return any(not reading.agrees for reading in self.seconds)


class AuditEvidence(models.Model):
    """What shows that an agency meets a requirement: a document whose file is attached (`cases.Attachment`), a number, or a set of
    records by its name. It stands beside each answer that the agency gives; it is withdrawn, never changed or deleted. `agency`: None
    for what a case audit found."""

    class Kind(models.TextChoices):
        DOCUMENT = rules.Shows.DOCUMENT.value, _("Document")
        NUMBER = rules.Shows.NUMBER.value, _("Number")
        RECORDS = rules.Shows.RECORDS.value, _("Set of records")
        FINDING = rules.Shows.FINDING.value, _("Finding of a case audit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="evidence")
    requirement = models.CharField(max_length=10)
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    what = models.TextField(help_text=_("What the document is, what the number counts, or which records."))
    number = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    of_day = models.DateField(help_text=_("Of which day it is."))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    why_withdrawn = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind=rules.Shows.NUMBER.value, number__isnull=False)
                | (~models.Q(kind=rules.Shows.NUMBER.value) & models.Q(number=None)),
                name="evidence_number_is_a_number",
                violation_error_message=_("A number has its number, and nothing else has one."),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def figure(self) -> str:
        """The number as people write it, 1,250 or 12.5; '' where it is none."""
        return "" if self.number is None else f"{self.number:,.2f}".rstrip("0").rstrip(".")


class SecondReading(models.Model):
    """Somebody of another agency agrees with an answer or disputes it. A dispute stands until there is another answer."""

    answer = models.ForeignKey(AuditAnswer, on_delete=models.PROTECT, related_name="readings")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    why = models.TextField(blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["read_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer", "agency"], name="one_second_reading_an_agency"),
        ]

    def __str__(self) -> str:
        return f"second reading {self.pk}"


class AuditAction(models.Model):
    """What somebody does about what is not met, by when, and what would show it. Actions not finished stand in the next audit."""

    class State(models.TextChoices):
        OPEN = rules.Done.OPEN.value, _("To do")
        DONE = rules.Done.DONE.value, _("Done")
        NOT_DONE = rules.Done.NOT_DONE.value, _("Could not be done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="actions")
    requirement = models.CharField(max_length=10)
    what = models.CharField(max_length=300)
    shows = models.CharField(max_length=300, help_text=_("What would show that it is done."))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    what_came = models.TextField(blank=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "planned_at"]

    def __str__(self) -> str:
        return self.what

    @property
    def days_left(self) -> int:
        return (self.due_on - localdate()).days
