"""The index of chronologies: made from the rows of every stage by `timeline.index`, and the truth about nothing.

Whoever throws these tables away loses nothing: they are made again. They hold keys and no foreign keys, so that merging two
people leaves them alone; both chronologies are made anew after it.
"""

import json
from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from heard.cases.record.rules import EntryKind
from heard.govuk.environment import day, time
from heard.govuk.said import put

__all__ = ["ChronologyChange", "ChronologyEntry", "ChronologyOf", "ChronologyWord"]


class ChronologyOf(models.Model):
    """That a child's entries have been made at all. Whoever makes them holds this row meanwhile.

    Its words say in one row for each child whether entries are worth looking at: there are ten times as many of those.
    """

    goes_by_key: ClassVar = ("child_id",)
    child_id = models.UUIDField(primary_key=True)
    words = models.TextField(blank=True, help_text=_("The words of all its entries, as they stand in one."))

    class Meta:
        verbose_name_plural = "chronologies"

    def __str__(self) -> str:
        return str(self.child_id)


class ChronologyChange(models.Model):
    """Something about this child was written since the entries were made. Rows are only added by those who write, so that
    nobody waits for anybody; who makes the entries takes away those that were there before."""

    goes_by_key: ClassVar = ("child_id",)
    child_id = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return str(self.child_id)


class ChronologyEntry(models.Model):
    """A dated fact of a child as its stage says it (`shape.fact`): a message and its values, with the words in them. Read
    through `queries`, which ask who may see the child and the person at the other end."""

    class End(models.TextChoices):
        PERSON = "person", _("Person")
        PLACE = "place", _("Place")
        GROUP = "group", _("Group")
        HANDLE = "handle", _("Phone, car or account")

    goes_by_key: ClassVar = ("child_id",)
    child_id = models.UUIDField()
    on = models.DateField(db_index=True, help_text=_("The day that it is about."))
    at = models.DateTimeField(help_text=_("Puts entries of one day in order."))
    kind = models.CharField(max_length=10, help_text=_("As in `rules.Kind`."))
    said = models.JSONField(help_text=_("What it says in a line, as `govuk.said` has it."))
    told = models.JSONField(blank=True, default=list, help_text=_("What stands below that line."))
    who_id = models.IntegerField(null=True, blank=True, db_index=True, help_text=_("Who did or noted it."))
    who = models.TextField(blank=True)
    agency = models.TextField(blank=True)
    page = models.CharField(
        max_length=40, blank=True, help_text=_("The name of the address that shows more.")
    )
    key = models.CharField(max_length=36, blank=True, help_text=_("The key in that address."))
    other = models.CharField(max_length=6, choices=End, blank=True)
    other_id = models.UUIDField(
        null=True,
        blank=True,
        db_index=True,
        help_text=_("The person, place or group that it ties the child to."),
    )
    file_id = models.UUIDField(null=True, blank=True, help_text=_("The file whose words are among these."))
    words = models.TextField(
        blank=True, help_text=_("Each word in it once, made comparable, with a space before and after.")
    )
    inside = ""  # before it is kept: the text of a file
    digest = models.CharField(max_length=64, help_text=_("Of all the above: what has not changed stays."))

    class Meta:
        verbose_name_plural = "chronology entries"
        ordering: ClassVar = ["-on", "-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["child_id", "on", "at"], name="chronology_in_order"),
            models.Index(
                fields=["child_id", "agency", "kind", "other", "other_id"], name="chronology_counted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.on}"

    @property
    def what(self) -> str:
        """In the reader's language, as `text` and `href` are."""
        return put(self.said)

    @property
    def when(self) -> str:
        """The day that it is about; of a time missing the hour too."""
        return time(self.at) if self.kind == EntryKind.MISSING else day(self.on)

    @property
    def text(self) -> str:
        return put(self.told)

    @property
    def href(self) -> str:
        return reverse(self.page, args=[self.key]) if self.page else ""

    def seal(self) -> None:
        """Gives it its digest."""
        fields = (field for field in self._meta.concrete_fields if field.name not in ("id", "digest"))
        said = json.dumps([getattr(self, field.attname) for field in fields], default=str, sort_keys=True)
        self.digest = sha256(said.encode()).hexdigest()


class ChronologyWord(models.Model):
    """A word that stands in some chronology, so that a slip of the pen is looked up among words. It speaks of nobody."""

    word = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.word
