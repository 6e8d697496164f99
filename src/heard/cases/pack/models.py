"""Packs: a record as one file. And the answer to somebody who asks for their record: what it holds, what is withheld and
why, who checked it, and when it was given."""

import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.pack import rules
from heard.network.rules import MOVES

__all__ = ["Disclosure", "DisclosureCheck", "DisclosurePassage", "Mark", "Pack"]


class Disclosure(models.Model):
    """Somebody asked for the record, and what is given to them. Nothing in it changes the record itself."""

    class Stage(models.TextChoices):
        DECIDING = rules.Stage.DECIDING.value, _("Being decided")
        CHECKING = rules.Stage.CHECKING.value, _("With a second person")
        FINAL = rules.Stage.FINAL.value, _("Checked, to be given")
        GIVEN = rules.Stage.GIVEN.value, _("Given")
        STOPPED = rules.Stage.STOPPED.value, _("Ended without being given")

    class Requester(models.TextChoices):
        CHILD = rules.Requester.CHILD.value, _("The child or young person")
        PARENT = rules.Requester.PARENT.value, _("A person with parental responsibility")
        FOR_CHILD = rules.Requester.FOR_CHILD.value, _("Somebody who acts for the child")

    class How(models.TextChoices):
        HAND = "hand", _("By hand, with somebody beside them")
        POST = "post", _("By post")
        SECURE = "secure", _("Through a secure website or email")
        SEEN = "seen", _("They read it here")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(
        "agencies.Agency",
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The agency that was asked. Its people alone work on the answer."),
    )
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.DECIDING)
    requester = models.CharField(max_length=10, choices=Requester)
    requester_name = models.CharField(max_length=200)
    how_known = models.TextField(blank=True, help_text=_("How we know that it is them."))
    what_asked = models.TextField()
    asked_on = models.DateField()
    due_on = models.DateField(help_text=_("Set by people."))
    parts = models.JSONField(default=list)
    since = models.DateField(null=True, blank=True, help_text=_("Of the chronology: from this day."))
    until = models.DateField(null=True, blank=True, help_text=_("Of the chronology: to this day."))
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    workers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        help_text=_("All who decided in it: none of them checks it."),
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    given_on = models.DateField(null=True, blank=True)
    given_how = models.CharField(max_length=10, choices=How, blank=True)
    given_to = models.CharField(max_length=200, blank=True)
    given_note = models.TextField(blank=True, help_text=_("Who was beside them, and what was explained."))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stopped_why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_on", "-started_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(stage="given")
                | (Q(given_on__isnull=False, given_by__isnull=False) & ~Q(given_how="") & ~Q(given_to="")),
                name="given_record_has_when_how_and_to_whom",
                violation_error_message=_("Say when it was given, how, and to whom."),
            ),
            models.CheckConstraint(
                condition=~Q(stage="stopped") | ~Q(stopped_why=""),
                name="ended_request_has_why",
                violation_error_message=_("Say why this request ended."),
            ),
        ]

    def __str__(self) -> str:
        return f"request of {self.asked_on:%Y-%m-%d}"


class KeptOnceFinal(models.QuerySet[Any]):
    """Refuses in bulk what a row refuses by itself."""

    def _refuse_final(self) -> None:
        path = self.model.TO_STAGE
        if self.exclude(**{path: rules.Stage.DECIDING}).exists():
            raise Refused(rules.DECIDED)

    def update(self, **values: Any) -> int:
        self._refuse_final()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_final()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class PartOfDisclosure(models.Model):
    """What is changed only while people decide."""

    TO_STAGE: ClassVar[str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_final()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_final()
        return super().delete(*args, **kwargs)

    def _refuse_final(self) -> None:
        stored: Any = type(self)._default_manager.filter(pk=self.pk)
        if stored.exclude(**{self.TO_STAGE: rules.Stage.DECIDING}).exists():
            raise Refused(rules.DECIDED)


class DisclosurePassage(PartOfDisclosure):
    """One passage of the record as it was when the work on the request began. Its first line is its heading.

    It stays after it was given, what was held back too: whoever complains has a right to be told what that was and why.
    It goes when the request ends without anything being given, and the text of a file when the file is withdrawn.

    `give` is '' for a passage that is given but for its marks, 'withhold' for one that is not given; a file is given
    whole, as text or not at all, and until somebody decides it has ''.
    """

    TO_STAGE: ClassVar[str] = "disclosure__stage"

    disclosure = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="passages")
    number = models.PositiveIntegerField()
    part = models.CharField(
        max_length=12, choices=[(pack_part.value, pack_part.value) for pack_part in rules.PackPart]
    )
    text = models.TextField()
    file = models.ForeignKey(
        "cases.Attachment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    give = models.CharField(
        max_length=10, blank=True, choices=[(give.value, give.value) for give in rules.Give]
    )
    reason = models.CharField(max_length=40, blank=True, help_text=_("The id of the reason."))
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)

    objects = KeptOnceFinal.as_manager()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["disclosure", "number"], name="passage_number_once"),
            models.CheckConstraint(
                condition=~Q(give="withhold") | ~Q(reason=""),
                name="withheld_passage_has_a_reason",
                violation_error_message=_("Choose the reason. Nothing is withheld without one."),
            ),
        ]

    def __str__(self) -> str:
        return f"passage {self.number}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether it is a file that was taken out of the record: its text is shown and given to nobody any more."""
        return self.file is not None and self.file.withdrawn_at is not None


class Mark(PartOfDisclosure):
    """A place in a passage where a name or number was found, or that somebody chose, and what becomes of it."""

    class Kind(models.TextChoices):
        PERSON = rules.Found.PERSON.value, _("People around the child")
        STAFF = rules.Found.STAFF.value, _("People who work with the child")
        AGENCY = rules.Found.AGENCY.value, _("Agencies")
        ADDRESS = rules.Found.ADDRESS.value, _("Addresses and postcodes")
        NUMBER = rules.Found.NUMBER.value, _("Telephone numbers and email addresses")
        HAND = rules.Found.HAND.value, _("Chosen by hand")

    class Treatment(models.TextChoices):
        SHOW = rules.Treatment.SHOW.value, _("Shown")
        WITHHOLD = rules.Treatment.WITHHOLD.value, _("Withheld")
        PSEUDONYM = rules.Treatment.PSEUDONYM.value, _("Other words in its place")

    TO_STAGE: ClassVar[str] = "passage__disclosure__stage"

    passage = models.ForeignKey(DisclosurePassage, on_delete=models.PROTECT, related_name="marks")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    about = models.CharField(max_length=200, help_text=_("Whose name or which number it is."))
    treatment = models.CharField(max_length=10, choices=Treatment, blank=True)
    reason = models.CharField(max_length=40, blank=True, help_text=_("The id of the reason."))
    instead = models.CharField(max_length=100, blank=True, help_text=_("The words in its place."))
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = KeptOnceFinal.as_manager()

    class Meta:
        ordering: ClassVar = ["passage__number", "start", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="mark_has_a_length"),
            models.CheckConstraint(
                condition=Q(treatment__in=["", "show"]) | ~Q(reason=""),
                name="withheld_place_has_a_reason",
                violation_error_message=_("Choose the reason. Nothing is withheld without one."),
            ),
            models.CheckConstraint(
                condition=~Q(treatment="pseudonym") | ~Q(instead=""),
                name="replaced_place_has_words",
                violation_error_message=_("Write the words that stand in its place."),
            ),
        ]

    def __str__(self) -> str:
        return f"mark at {self.start}"


class DisclosureCheck(models.Model):
    """A second person looked at what would be given: they agreed, or returned it. Only ever added."""

    disclosure = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="checks")
    agreed = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(agreed=True) | ~Q(note=""),
                name="returned_for_a_reason",
                violation_error_message=_("Say what has to be looked at again."),
            )
        ]

    def __str__(self) -> str:
        return f"check of {self.at:%Y-%m-%d}"


def about_pack(name: str) -> str:
    """What the envelope of a pack says that it is. `name`: of its file."""
    return f"pack {name}"


class Pack(models.Model):
    """A record, or a part of it, as one PDF. The row stays when the file is removed."""

    class State(models.TextChoices):
        WAITING = rules.PackState.WAITING.value, _("Waiting to be made")
        RUNNING = rules.PackState.RUNNING.value, _("Being made")
        DONE = rules.PackState.DONE.value, _("Ready")
        FAILED = rules.PackState.FAILED.value, _("Not made")
        REMOVED = rules.PackState.REMOVED.value, _("Removed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    disclosure = models.ForeignKey(
        Disclosure, on_delete=models.PROTECT, null=True, blank=True, related_name="packs"
    )
    parts = models.JSONField(default=list)
    since = models.DateField(null=True, blank=True, help_text=_("Of the chronology: from this day."))
    until = models.DateField(null=True, blank=True, help_text=_("Of the chronology: to this day."))
    with_pages = models.BooleanField(default=False, help_text=_("The pages of PDF files and pictures too."))
    purpose = models.TextField()
    for_whom = models.CharField(max_length=200)
    keep_until = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True, help_text=_("When its worker was last heard of."))
    step = models.CharField(max_length=200, blank=True)
    share = models.FloatField(null=True, blank=True, help_text=_("How far the step is, 0 to 1."))
    problem = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True, help_text=_("Bytes."))
    left_out = models.JSONField(default=list, help_text=_("Keys of files whose pages could not be put in."))
    sha256 = models.CharField(max_length=64, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="removed") | Q(removed_at__isnull=False), name="removed_pack_has_when"
            )
        ]

    def __str__(self) -> str:
        return f"pack of {self.asked_at:%Y-%m-%d}"

    @property
    def path(self) -> Path:
        """Where the file lies, under a name that says nothing."""
        return Path(settings.DATA) / "packs" / self.pk.hex
