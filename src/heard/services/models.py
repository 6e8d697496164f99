"""Services that help, kept as Open Referral UK has them; the files that they came from; and local procedures. None knows a child."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.services import needs, procedures, profile, rules
from heard.services.law.models import DutyStart, PowerCheck, TeamMember, TeamPost

__all__ = [
    "DutyStart",
    "PowerCheck",
    "Procedure",
    "ProcedureEdition",
    "ProcedureReading",
    "Service",
    "ServiceArea",
    "ServiceImport",
    "TeamMember",
    "TeamPost",
]


class ServiceImport(models.Model):
    """A file of services that was brought in, and what became of each row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.CharField(max_length=300, help_text=_("Where the file comes from."))
    rows = models.JSONField(
        default=list,
        help_text=_(
            "Of each row its number, name, what became of it, and what is said of it: a code and a field each."
        ),
    )
    page = models.PositiveIntegerField(
        default=1, help_text=_("Which page of services the file says that it is.")
    )
    pages = models.PositiveIntegerField(default=1, help_text=_("Of how many."))
    sha256 = models.CharField(max_length=64, help_text=_("Of the file as it came."))
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-brought_at", "pk"]

    def __str__(self) -> str:
        return f"services of {self.brought_at:%Y-%m-%d}"


class Service(models.Model):
    """One service. `document` is all that is said of it; the other fields are taken out of it, to search by."""

    class Status(models.TextChoices):
        ACTIVE = rules.Status.ACTIVE.value, _("Open to referrals")
        INACTIVE = rules.Status.INACTIVE.value, _("Not running now")
        DEFUNCT = rules.Status.DEFUNCT.value, _("Closed for good")
        PAUSED = rules.Status.PAUSED.value, _("Closed for a time")

    Need = needs.Need

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.JSONField(help_text=_("The service as Open Referral UK has it, each field as it came."))
    name = models.CharField(max_length=profile.MOST_NAME)
    organisation = models.CharField(max_length=profile.MOST_NAME, blank=True)
    status = models.CharField(max_length=18, choices=Status)
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    assured_on = models.DateField(
        null=True, blank=True, help_text=_("When somebody last said that all of it is right.")
    )
    recheck_on = models.DateField(
        null=True, blank=True, help_text=_("By when somebody looks again at what comes with Heard.")
    )
    is_everywhere = models.BooleanField(default=True, help_text=_("It has no area, or the whole country."))
    languages = models.TextField(blank=True, help_text=_("Folded, each between bars."))
    needs = models.TextField(
        blank=True, help_text=_("Our own terms, each between bars: beside the document, not of it.")
    )
    needs_here = models.BooleanField(
        default=False, help_text=_("Somebody marked them here: a file leaves them.")
    )
    search = models.TextField(blank=True, help_text=_("Folded text of what can be found."))
    source = models.ForeignKey(
        ServiceImport, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("The file that it last came from; none where it was added by hand."),
    )  # fmt: skip
    changed_here = models.BooleanField(default=False, help_text=_("By hand, since it came from a file."))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        indexes: ClassVar = [models.Index(fields=["status", "name"], name="services_by_status")]

    def __str__(self) -> str:
        return self.name


class ServiceArea(models.Model):
    """One area that a service names, to search by."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, help_text=_("Its words, folded, with a blank around each."))

    def __str__(self) -> str:
        return self.name


class Procedure(models.Model):
    """A local procedure, beside the work that it is about. What it says stands where its link leads."""

    class Beside(models.TextChoices):
        DECISION = procedures.Beside.DECISION.value, _("Deciding on a worry")
        ASSESSMENT = procedures.Beside.ASSESSMENT.value, _("Assessment")
        PLAN = procedures.Beside.PLAN.value, _("Plan")
        INTERVIEW = procedures.Beside.INTERVIEW.value, _("Return home interview")
        SAFETY = procedures.Beside.SAFETY.value, _("Safety plan")
        STRATEGY = procedures.Beside.STRATEGY.value, _("Strategy discussion")
        SHARE = procedures.Beside.SHARE.value, _("Sharing with others")
        REFERRAL = procedures.Beside.REFERRAL.value, _("Referral to the NRM")
        PANEL = procedures.Beside.PANEL.value, _("Deciding at a panel")
        REVIEW = procedures.Beside.REVIEW.value, _("Review")
        CLOSING = procedures.Beside.CLOSING.value, _("Closing a case")
        HANDOVER = procedures.Beside.HANDOVER.value, _("Handing over to another council")
        DISRUPTION = procedures.Beside.DISRUPTION.value, _("Disruption steps")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    whom_for = models.CharField(max_length=200, help_text=_("Who works by it."))
    beside = models.TextField(help_text=_("Beside which work it stands, each between bars."))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_withdrawn = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["title", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None, why_withdrawn="")
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(why_withdrawn="")),
                name="procedure_withdrawn_by_when_why",
                violation_error_message=_("A procedure is withdrawn by somebody, on a day, for a reason."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class ProcedureEdition(models.Model):
    """One edition. Never changed: another one follows it."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="editions")
    edition = models.CharField(max_length=40, help_text=_("Such as 3 or March 2026."))
    link = models.CharField(
        max_length=500, blank=True, help_text=_("Where it can be read; '' where its PDF is here alone.")
    )
    file_id = models.UUIDField(null=True, blank=True, help_text=_("The attached file that is its PDF."))
    what_changed = models.TextField(blank=True, help_text=_("Since the edition before; '' for the first."))
    review_on = models.DateField(help_text=_("The day by which it is looked at again."))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-added_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["procedure", "edition"],
                name="edition_once",
                violation_error_message=_("There is an edition of this name already. Give it another."),
            )
        ]

    def __str__(self) -> str:
        return self.edition


class ProcedureReading(models.Model):
    """Somebody says that they have read an edition, so that they can be told what changed since."""

    edition = models.ForeignKey(ProcedureEdition, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "user"], name="edition_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}"
