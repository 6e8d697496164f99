"""Where everybody and everything stood in the picture of the whole when it was last laid out."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Placed", "Whole"]


class Whole(models.Model):
    """When the picture was last laid out, and what may be counted of it. One row."""

    made_at = models.DateTimeField(default=timezone.now)
    least = models.PositiveIntegerField(
        default=0, help_text=_("Fewer people and things than this are no group of their own.")
    )
    kinds = models.JSONField(
        default=dict,
        help_text=_("By kind of place, how many groups are around one of it; nothing below six is kept."),
    )

    class Meta:
        verbose_name_plural = "wholes"

    def __str__(self) -> str:
        return f"made {self.made_at:%Y-%m-%d %H:%M}"


class Placed(models.Model):
    """Where one of them stands, in the group of which it is part. It names nobody, and goes with whom it is of."""

    class Part(models.TextChoices):
        CHILD = "child", _("Child")
        ADULT = "adult", _("Adult")
        GROUP = "group", _("Group")
        HANDLE = "handle", _("Phone, car or account")
        PLACE = "place", _("Place")

    goes_by_key: ClassVar = ("key",)
    key = models.UUIDField(primary_key=True, editable=False)
    part = models.CharField(max_length=6, choices=Part)
    cluster = models.UUIDField(
        null=True, blank=True, db_index=True, help_text=_("The group of which it is part.")
    )
    x = models.IntegerField(null=True, blank=True)
    y = models.IntegerField(null=True, blank=True)
    gives_name = models.BooleanField(default=False, help_text=_("The group is called by this place."))

    class Meta:
        verbose_name_plural = "placed"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(x=None, y=None, cluster=None) | models.Q(x__isnull=False, y__isnull=False),
                name="placed_somewhere_or_nowhere",
            )
        ]

    def __str__(self) -> str:
        return self.part
