"""Choices of children that somebody comes back to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """What a caseload was asked for, under a name that its owner gave. Nobody else sees it, and it holds no child: whoever opens
    it sees what they may see then."""

    class Page(models.TextChoices):
        MINE = "caseload", _("Caseload")
        TEAM = "team", _("Team")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=10, choices=Page.choices)
    name = models.CharField(max_length=60)
    asked = models.CharField(max_length=300, blank=True, help_text=_("As the address says it."))

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_named_once"),
        )

    def __str__(self) -> str:
        return self.name
