"""Requirements of a partnership's own, each edition a row of its own."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.board.own import rules


class OwnRequirement(models.Model):
    """One edition of one thing that the partnership has said it checks about itself. No edition is ever changed: another replaces it,
    and audits that asked this one keep it."""

    class Who(models.TextChoices):
        ALL = rules.ALL, _("Every agency that takes part")
        TOGETHER = rules.TOGETHER, _("The partnership as one")
        SOCIAL_CARE = "social_care", _("Children’s social care")
        POLICE = "police", _("Police")
        HEALTH = "health", _("Health")
        EDUCATION = "education", _("Education")
        YOUTH_JUSTICE = "youth_justice", _("Youth justice")
        VOLUNTARY = "voluntary", _("Voluntary organisations")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveSmallIntegerField(help_text=_("The same for each edition."))
    edition = models.PositiveSmallIntegerField(default=1)
    sentence = models.CharField(max_length=300)
    document = models.CharField(max_length=200, help_text=_("Where it comes from."))
    page = models.CharField(max_length=60, help_text=_("The page or section."))
    document_on = models.DateField(help_text=_("The day of the document."))
    who = models.JSONField(
        help_text=_("Kinds of agency that have to meet it; or all, or the partnership as one.")
    )
    applies_from = models.DateField(help_text=_("The day from which it holds."))
    why = models.CharField(max_length=300, blank=True, help_text=_("Why there is another edition."))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    why_withdrawn = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["number", "edition"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "edition"], name="one_own_requirement_an_edition"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Its id in audits."""
        return rules.called(self.number, self.edition)

    @property
    def whom(self) -> str:
        """Who has to meet it, in words."""
        labels = dict(self.Who.choices)
        return ", ".join(str(labels[one]) for one in self.who)

    @property
    def is_replaced(self) -> bool:
        """Asks the database nothing where the other edition was fetched with it."""
        return hasattr(self, "replaced_by")
