"""Charts that were brought in, with what each row proposes and what people said of it; and drawings that were taken out."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.graph.exchange import rules
from heard.network import rules as network
from heard.network.rules import MOVES

__all__ = [
    "Incoming",
    "IncomingAside",
    "IncomingName",
    "IncomingTie",
    "Meant",
    "Outgoing",
    "OutgoingPerson",
    "OutgoingTie",
]


class Incoming(models.Model):
    """A chart that somebody brought in. Its file is not kept; what its rows say goes after 90 days. That it was, how many rows it
    had and what became of them stays."""

    class Format(models.TextChoices):
        CSV = rules.Format.CSV.value, _("CSV")
        ZIP = rules.Format.ZIP.value, _("CSV in a ZIP file")
        GRAPHML = rules.Format.GRAPHML.value, _("GraphML")
        FTM = rules.Format.FTM.value, _("FollowTheMoney")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, db_index=True, help_text=_("SHA-256 of the file."))
    format = models.CharField(max_length=7, choices=Format)
    from_whom = models.CharField(max_length=120)
    why = models.CharField(max_length=500)
    reach = models.CharField(max_length=6)
    source_grade = models.CharField(max_length=1, blank=True)
    known_grade = models.CharField(max_length=1, blank=True)
    handling = models.CharField(max_length=1, blank=True)
    conditions = models.CharField(max_length=200, blank=True)
    holder = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)
    rows = models.PositiveIntegerField(help_text=_("How many were read."))
    accepted = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    said = models.TextField(
        blank=True, help_text=_("What is odd about the whole file, and what it says of itself.")
    )
    cleared_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When what its rows say was destroyed.")
    )

    class Meta:
        ordering: ClassVar = ["-brought_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rows__gte=models.F("accepted") + models.F("set_aside")),
                name="incoming_rows_add_up",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def left(self) -> int:
        """Rows that nobody accepted."""
        return self.rows - self.accepted - self.set_aside

    @property
    def goes_at(self) -> datetime:
        return rules.goes_on(self.brought_at)


class IncomingName(models.Model):
    """Who or what a chart names, as it is written there. `node`: who or what it is, as a person said; `is_new`: as a person said, it is
    in Heard nowhere yet, and becomes so with the first row that is accepted."""

    class Kind(models.TextChoices):
        PERSON = network.NodeKind.PERSON.value, _("Person")
        GROUP = network.NodeKind.GROUP.value, _("Group")
        HANDLE = network.NodeKind.HANDLE.value, _("Phone, car or account")
        PLACE = network.NodeKind.PLACE.value, _("Place")

    when_merged: ClassVar = MOVES
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incoming = models.ForeignKey(Incoming, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=6, choices=Kind)
    text = models.CharField(max_length=rules.LONGEST_NAME)
    type = models.CharField(max_length=7, blank=True, help_text=_("Of a phone, car or account, which."))
    service = models.CharField(max_length=40, blank=True)
    what = models.CharField(max_length=60, blank=True, help_text=_("What kind of person, place or group."))
    is_child = models.BooleanField(
        default=False, help_text=_("The file says so. A child is never added from a chart.")
    )
    node = models.ForeignKey(
        "network.Node", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_new = models.BooleanField(default=False)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["text", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def meant(self) -> str:
        return rules.meant(self.kind, self.type, self.text)


class IncomingTie(models.Model):
    """One row that proposes a tie. `tie_key`: what it became, where somebody accepted it."""

    class State(models.TextChoices):
        LEFT = rules.ProposalState.LEFT.value, _("Left")
        ACCEPTED = rules.ProposalState.ACCEPTED.value, _("Accepted")

    goes_by_key: ClassVar = ("tie_key",)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incoming = models.ForeignKey(Incoming, on_delete=models.CASCADE, related_name="ties")
    number = models.PositiveIntegerField()
    first = models.ForeignKey(IncomingName, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(IncomingName, on_delete=models.CASCADE, related_name="+")
    said = models.CharField(
        max_length=rules.LONGEST_TIE, blank=True, help_text=_("What ties them, as the file says.")
    )
    words = models.CharField(max_length=rules.LONGEST_WORDS, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    handling = models.CharField(max_length=1, blank=True, help_text=_("As the row says, beside the chart."))
    conditions = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.LEFT)
    tie_key = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["number", "pk"]

    def __str__(self) -> str:
        return str(self.number)


class IncomingAside(models.Model):
    """One row that was set aside, and why."""

    incoming = models.ForeignKey(Incoming, on_delete=models.CASCADE, related_name="asides")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=12)
    table = models.CharField(max_length=12, blank=True, help_text=_("Of a ZIP file, in which."))

    class Meta:
        ordering: ClassVar = ["number", "pk"]

    def __str__(self) -> str:
        return self.code


class Meant(models.Model):
    """A person said that a name in a chart is, or is not, somebody or something in Heard. It outlives the chart."""

    when_merged: ClassVar = MOVES
    name = models.CharField(
        max_length=64, db_index=True, help_text=_("Worked out from the name, which it does not hold.")
    )
    node = models.ForeignKey("network.Node", on_delete=models.CASCADE, related_name="+")
    same = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return self.name


class Outgoing(models.Model):
    """A drawing that somebody takes out of Heard, for whom, why and on which basis. The file is not kept: it is made for whoever took
    it, and `digest` says whether it is the same."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV: tables in a ZIP file, for spreadsheets")
        GRAPHML = "graphml", _("GraphML, for programs that draw networks")
        GEXF = "gexf", _("GEXF, with since when and until when")
        FTM = "ftm", _("FollowTheMoney, as JSON lines")

    class State(models.TextChoices):
        READY = rules.Out.READY.value, _("To be taken")
        ASKED = rules.Out.ASKED.value, _("Waits for a second person")
        REFUSED = rules.Out.REFUSED.value, _("Not released")
        TAKEN = rules.Out.TAKEN.value, _("Taken out")

    goes_by_key: ClassVar = ("of",)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    about = models.CharField(max_length=7, help_text=_("Whether it is around a node, or of a meeting."))
    of = models.UUIDField(db_index=True, help_text=_("The node or meeting."))
    how = models.JSONField(
        default=dict, blank=True, help_text=_("How much of it: steps, kinds and since when.")
    )
    format = models.CharField(max_length=7, choices=Format)
    recipient = models.CharField(max_length=200)
    purpose = models.CharField(max_length=500)
    basis = models.CharField(max_length=30)
    basis_note = models.CharField(max_length=300, blank=True)
    salt = models.CharField(max_length=64, help_text=_("From which the keys in this file are made."))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file."))
    people = models.PositiveIntegerField(help_text=_("How many it names."))
    state = models.CharField(max_length=8, choices=State)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    why_decided = models.CharField(max_length=300, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("asked_by")),
                name="outgoing_released_by_two",
                violation_error_message=_("Another person decides."),
            ),
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(recipient=""), name="outgoing_says_why"),
        ]

    def __str__(self) -> str:
        return f"drawing of {self.asked_at:%Y-%m-%d}"

    @property
    def since(self) -> datetime:
        """From when its days count: since it was asked for, or released."""
        return self.decided_at or self.asked_at


class OutgoingTie(models.Model):
    """A tie that stands in a file that was taken out, under the key that it has there."""

    goes_by_key: ClassVar = ("tie_key",)
    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="ties")
    key = models.CharField(max_length=40, db_index=True)
    tie_key = models.UUIDField(db_index=True)
    row = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Worked out from what the file says of it, which it does not hold."),
    )

    def __str__(self) -> str:
        return self.key


class OutgoingPerson(models.Model):
    """A person whom a file names that somebody asked to take out, or took out."""

    when_merged: ClassVar = MOVES
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="named")
    node = models.ForeignKey("network.Node", on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return str(self.outgoing)
