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
    "AnnualReport",
    "AnnualText",
    "Audit",
    "AuditAction",
    "AuditAnswer",
    "AuditEvidence",
    "CaseDraw",
    "CaseReader",
    "CaseReading",
    "CaseSample",
    "FigureNote",
    "OwnRequirement",
    "SecondReading",
]


class Audit(models.Model):
    """One time that the partnership checked itself, over a period, against packs of a release of the knowledge."""

    class State(models.TextChoices):
        OPEN = rules.AuditState.OPEN.value, _("Open")
        CLOSED = rules.AuditState.CLOSED.value, _("Closed")

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
    draw = models.ForeignKey(
        "CaseDraw", on_delete=models.PROTECT, null=True, blank=True, related_name="findings",
        help_text=_("The case audit that found it."),
    )  # fmt: skip
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


class CaseDraw(models.Model):
    """A sample of cases, drawn once for a case audit beside an audit. It is never changed and never gone: a draw that nobody reads is set
    aside with the reason, and stays listed.

    `drawn_from`: the tags of all cases that were open on those days, by stratum (`caseaudit.rules.tag_of`): with the seed they give the
    sample again. A tag is no key of a case, and says nothing of a record that was destroyed since."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="draws")
    title = models.CharField(max_length=120)
    why = models.CharField(max_length=300, help_text=_("Why these cases are read."))
    since = models.DateField(help_text=_("The first day on which a case was open."))
    until = models.DateField(help_text=_("The last day on which a case was open."))
    strata = models.JSONField(help_text=_("What cases are set apart by."))
    size = models.PositiveSmallIntegerField(help_text=_("How many were to be drawn."))
    questions = models.JSONField(help_text=_("What is asked of each case, in order."))
    seed = models.CharField(max_length=64, help_text=_("Made by chance when it was drawn."))
    drawn_from = models.JSONField(help_text=_("Tags of all cases, by stratum."))
    fingerprint = models.CharField(max_length=64, help_text=_("Of what it was drawn from."))
    due_on = models.DateField(help_text=_("Until then the readers see the records."))
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the readers were last given access.")
    )
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_aside_at = models.DateTimeField(null=True, blank=True)
    why_set_aside = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-drawn_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def read_by(self) -> str:
        """Its readers, with the agency of each. Asks the database nothing where they were fetched with it."""
        return "; ".join(str(reader) for reader in self.readers.all())

    @property
    def is_over(self) -> bool:
        return self.set_aside_at is not None or localdate() > self.due_on


class CaseReader(models.Model):
    """One of the two who read the cases of a draw, for the agency in which they did when it was drawn."""

    draw = models.ForeignKey(CaseDraw, on_delete=models.PROTECT, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "user"], name="a_case_reader_once"),
            models.UniqueConstraint(fields=["draw", "agency"], name="one_case_reader_an_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.agency}"


class CaseSample(models.Model):
    """A case that was drawn, and what its two readers agreed on. It goes with the record where that is destroyed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draw = models.ForeignKey(CaseDraw, on_delete=models.PROTECT, related_name="sample")
    number = models.PositiveSmallIntegerField(help_text=_("In the order in which it was drawn."))
    tag = models.CharField(max_length=64)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    is_shut = models.BooleanField(
        default=False, help_text=_("Not both could read it when the readers were last given access.")
    )
    differs = models.BooleanField(
        default=False, help_text=_("Both have read it, and not all answers are the same.")
    )
    agreed = models.JSONField(
        default=dict, blank=True, help_text=_("By question on which they differed: answer and why.")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text=_("When the other reader agreed."))

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "number"], name="case_sample_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"case {self.number}"


class CaseReading(models.Model):
    """What one reader says of one case. `said`: by question the answer and the reason. The other reader sees it once both have read."""

    sample = models.ForeignKey(CaseSample, on_delete=models.PROTECT, related_name="readings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["read_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "reader"], name="a_case_is_read_once"),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"


class AnnualReport(models.Model):
    """The figures of one year as they were counted once, small ones hidden: what people write beside them and two approve is what is
    published. True counts are kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    begins = models.DateField(help_text=_("The first day of its twelve months."))
    policy = models.JSONField(help_text=_("What is hidden and rounded: the engine’s policy in plain values."))
    sections = models.JSONField(help_text=_("Each with its definition, its coverage and what is printed."))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    put_up_as = models.OneToOneField(
        "insight.Profile", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("Empty while it is written."),
    )  # fmt: skip

    class Meta:
        ordering: ClassVar = ["-begins", "-drafted_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["begins"],
                condition=models.Q(put_up_as=None),
                name="one_report_of_a_year_is_written",
                violation_error_message=_("A report of this year is being written already."),
            ),
        ]

    def __str__(self) -> str:
        return f"annual report of {self.begins}"


class AnnualText(models.Model):
    """What somebody wrote in one part of a report. Never changed: another text of the same part stands in its place, and the one before
    stays."""

    class Part(models.TextChoices):
        PROMISED = rules.AuditPart.PROMISED.value, _("What we promised")
        HAPPENED = rules.AuditPart.HAPPENED.value, _("What happened to children, before and after")
        HEARD = rules.AuditPart.HEARD.value, _("What children say of it")
        REACHED = rules.AuditPart.REACHED.value, _("Whom we reached: sex, age, ethnicity and disability")
        NOT_DONE = rules.AuditPart.NOT_DONE.value, _("What we did not do")

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="texts")
    part = models.CharField(max_length=10, choices=Part)
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"{self.part}, {self.written_at:%Y-%m-%d}"
