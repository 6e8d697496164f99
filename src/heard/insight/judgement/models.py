"""What people said of two records. Only ever added, or taken back; it outlives the run in which the two were shown."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.insight.judgement.rules import Pair, Word


class Judgement(models.Model):
    """One person's word on one pair of records. The latest that was not taken back stands."""

    class Says(models.TextChoices):
        SAME = Word.SAME.value, _("The same child")
        NOT_SAME = Word.NOT_SAME.value, _("Not the same child")
        CANNOT_TELL = Word.CANNOT_TELL.value, _("Cannot tell yet")
        ASK_OTHERS = Word.ASK_OTHERS.value, _("Ask somebody else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.CharField(
        max_length=40, db_index=True, help_text=_("The pair’s key, without a name in it.")
    )
    left_source = models.TextField()
    left_id = models.TextField(help_text=_("The record’s key within its source."))
    right_source = models.TextField()
    right_id = models.TextField(help_text=_("The record’s key within its source."))
    judgement = models.CharField(max_length=12, choices=Says)
    why = models.TextField()
    blind = models.BooleanField(
        default=False,
        help_text=_("Said of a pair of a random sample, without seeing what the engine made of it."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_back_why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"judgement {self.at}"

    @property
    def records(self) -> Pair:
        return Pair(self.left_source, self.left_id, self.right_source, self.right_id)
