"""Mappings of agencies' tables that were made on the site. They say what columns mean, and hold nothing of any row."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["SourceMapping"]


class SourceMapping(models.Model):
    """What the columns of one agency's table mean. Later files whose names it fits are read by it, until it is withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(
        max_length=60, help_text=_("Of the source, by which judgements know its records.")
    )
    agency = models.CharField(max_length=120, help_text=_("Whose table it is, as other extracts call it."))
    files = models.CharField(max_length=120, help_text=_("Which files it is for, such as missing*.csv."))
    text = models.TextField(help_text=_("The mapping, as YAML."))
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-kept_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(withdrawn_at=None),
                name="one_mapping_of_a_source",
                violation_error_message=_("There is a mapping of this name already."),
            )
        ]

    def __str__(self) -> str:
        return f"mapping {self.name}"
