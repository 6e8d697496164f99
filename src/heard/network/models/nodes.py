"""The registry of who and what can be tied, the ties between any two of them, and under each tie how it is known."""

import uuid
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.govuk.environment import in_words
from heard.network import rules
from heard.network.rules import MOVES, Joined


def merged_index(name: str) -> models.Index:
    """Of what is merged into another one, by that."""
    return models.Index(fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name=name)


class Node(models.Model):
    """A person, place, group or handle, under that one's own key, so that any two can be tied. `registry.py` keeps it."""

    class Kind(models.TextChoices):
        PERSON = rules.NodeKind.PERSON.value, _("Person")
        GROUP = rules.NodeKind.GROUP.value, _("Group")
        HANDLE = rules.NodeKind.HANDLE.value, _("Phone, car or account")
        PLACE = rules.NodeKind.PLACE.value, _("Place")

    goes_by_key: ClassVar = ("id",)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=6, choices=Kind)

    def __str__(self) -> str:
        return self.kind


class Handle(models.Model):
    """A phone, vehicle, account, e-mail, device or web address by which somebody is reached or seen.

    `key` is its normal form, and what is shown: never how somebody first wrote it. See docs/adr/0013.
    """

    when_merged: ClassVar = MOVES

    class Type(models.TextChoices):
        PHONE = rules.HandleType.PHONE.value, _("Phone number")
        VEHICLE = rules.HandleType.VEHICLE.value, _("Vehicle")
        ACCOUNT = rules.HandleType.ACCOUNT.value, _("Account")
        EMAIL = rules.HandleType.EMAIL.value, _("Email address")
        DEVICE = rules.HandleType.DEVICE.value, _("Device")
        WEB = rules.HandleType.WEB.value, _("Web address")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=7, choices=Type)
    service = models.CharField(
        max_length=40, blank=True, default="", help_text=_("Of an account, where it is.")
    )
    key = models.CharField(max_length=200)
    common = models.BooleanField(
        default=False, help_text=_("It is an organisation’s or everybody’s, and joins nobody.")
    )
    why_common = models.CharField(max_length=200, blank=True, default="")
    common_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    common_at = models.DateTimeField(null=True, blank=True)
    # It is one with this: whoever writes it comes there. Nothing is merged into what was merged itself. Few are, so the index is of these.
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="merged_from", db_index=False
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["type", "key"], condition=models.Q(common=True), name="common_handles"),
            merged_index("handles_merged"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["type", "service", "key"], name="handle_once"),
            models.CheckConstraint(
                condition=models.Q(common=False, common_by=None, common_at=None, why_common="")
                | models.Q(common=True, common_by__isnull=False, common_at__isnull=False)
                & ~models.Q(why_common=""),
                name="common_handle_has_who_when_why",
            ),
        ]

    def __str__(self) -> str:
        return rules.shown_handle(self.type, self.service, self.key)

    @property
    def name(self) -> str:
        return str(self)

    @property
    def kind(self) -> str:
        return str(self.get_type_display())


class NodeKey(models.Model):
    """A key under which a place or group is found: what somebody may write for a word of its name, or its postcode."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="search_keys")
    key = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "node"], name="node_key_once")]

    def __str__(self) -> str:
        return self.key


class Tie(models.Model):
    """These two, in this way. How that is known stands in its sources: one without any is not there for anybody.

    Of two of different kinds the first is as `rules.in_order` has it, and words alone may be said of the second. Merging may leave two that
    say the same; they are read as one.
    """

    when_merged: ClassVar = MOVES
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40, help_text=_("The id in the vocabulary, or “other”."))
    in_words = models.CharField(max_length=60, blank=True)
    release = models.CharField(max_length=20, help_text=_("The knowledge release that has the vocabulary."))
    said_of_second = models.BooleanField(
        default=False,
        help_text=_("Words alone, such as “is watched by”, that are read from the second to the first."),
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["first", "second"], name="tie_from_first"),
            models.Index(fields=["second", "first"], name="tie_from_second"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(first=models.F("second")), name="tie_between_two"),
            models.CheckConstraint(condition=~models.Q(kind="other", in_words=""), name="other_tie_in_words"),
            models.CheckConstraint(
                condition=models.Q(said_of_second=False) | models.Q(kind="other"), name="words_said_of_second"
            ),
        ]

    def __str__(self) -> str:
        return self.said()

    @property
    def way(self) -> tuple[uuid.UUID, uuid.UUID]:
        """The keys of whom or what it is said of, and of the other."""
        return (self.second_id, self.first_id) if self.said_of_second else (self.first_id, self.second_id)

    def said(self, *, back: bool = False) -> str:
        """What it says, read from the one that it is said of to the other (`way`), or back."""
        return in_words(rules.said(self.kind, self.in_words, self.release, back=back))

    def sentence(self, first: Any, second: Any) -> str:
        """The whole of what it says, with what its ends are called."""
        one, other = (second, first) if self.said_of_second else (first, second)
        return f"{one} {self.said()} {other}"


class TieSource(models.Model):
    """How one of us knows of a tie: who says so, how they know, when it was so, and when it was written down.

    It is withdrawn with a reason, never changed and never deleted.
    """

    class How(models.TextChoices):
        SAID_BY_CHILD = rules.How.SAID_BY_CHILD.value, _("The child said so")
        SAID = rules.How.SAID.value, _("Somebody said so")
        SEEN = rules.How.SEEN.value, _("It was seen")
        RECORD = rules.How.RECORD.value, _("It stands in a record")
        WORK = rules.How.WORK.value, _("From our work with them")
        NOT_SAID = "", _("Nobody has said")

    class Basis(models.TextChoices):
        TOLD = rules.Basis.TOLD.value, _("Somebody told it")
        ARRESTED = rules.Basis.ARRESTED.value, _("Arrested")
        CHARGED = rules.Basis.CHARGED.value, _("Charged")
        CONVICTED = rules.Basis.CONVICTED.value, _("Convicted")
        ENDED = rules.Basis.ENDED.value, _("Ended without charge")

    class Reach(models.TextChoices):
        ENDS = rules.Reach.ENDS.value, _("Whoever may see both")
        HOLDER = rules.Reach.HOLDER.value, _("My agency only")
        RECORD = rules.Reach.RECORD.value, _("Whoever may read the record")

    class WhoReach(models.TextChoices):
        ENDS = rules.Reach.ENDS.value, _("Whoever may read how this is known")
        HOLDER = rules.Reach.HOLDER.value, _("Only we")

    class SourceGrade(models.TextChoices):
        RELIABLE = rules.SourceGrade.RELIABLE.value, _("They have been right before")
        UNTESTED = rules.SourceGrade.UNTESTED.value, _("We cannot tell yet")
        DOUBTED = rules.SourceGrade.DOUBTED.value, _("There is reason to doubt it")
        NOT_SAID = "", _("Nobody has said")

    class KnownGrade(models.TextChoices):
        DIRECT = rules.KnownGrade.DIRECT.value, _("Saw or heard it themselves")
        BORNE_OUT = rules.KnownGrade.BORNE_OUT.value, _("Was told it, and something else bears it out")
        INDIRECT = rules.KnownGrade.INDIRECT.value, _("Was told it")
        NOT_KNOWN = rules.KnownGrade.NOT_KNOWN.value, _("Does not say")
        THOUGHT_UNTRUE = rules.KnownGrade.THOUGHT_UNTRUE.value, _("It is thought to be untrue")
        NOT_SAID = "", _("Nobody has said")

    class Handling(models.TextChoices):
        LAWFUL = rules.Handling.LAWFUL.value, _("Where the law allows it")
        CONDITIONS = rules.Handling.CONDITIONS.value, _("Only as we say")
        NOT_SAID = "", _("Nobody has said")

    goes_by_key: ClassVar = ("about_id",)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tie = models.ForeignKey(Tie, on_delete=models.CASCADE, related_name="sources")
    words = models.CharField(max_length=300)
    who = models.CharField(max_length=120, blank=True)
    how = models.CharField(max_length=13, choices=How, blank=True)
    basis = models.CharField(max_length=9, choices=Basis, blank=True)
    reach = models.CharField(max_length=6, choices=Reach, default=Reach.ENDS)
    who_reach = models.CharField(
        max_length=6,
        choices=WhoReach,
        default=WhoReach.ENDS,
        help_text=_("Who may read who says so, of those who may read the rest."),
    )
    about = models.CharField(max_length=12, blank=True, help_text=_("The kind of record that it comes from."))
    about_id = models.UUIDField(null=True, blank=True, db_index=True)
    source_grade = models.CharField(max_length=1, choices=SourceGrade, blank=True)
    known_grade = models.CharField(max_length=1, choices=KnownGrade, blank=True)
    handling = models.CharField(max_length=1, choices=Handling, blank=True)
    conditions = models.CharField(max_length=200, blank=True)
    holder = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(default=timezone.now, db_index=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    why_withdrawn = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["recorded_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["noted_by", "recorded_at"], name="source_by_whom")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(words=""), name="source_says_how_known"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | ~models.Q(why_withdrawn=""),
                name="source_withdrawn_with_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(reach="record") | models.Q(about_id__isnull=False),
                name="source_of_a_record",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding and set(kwargs.get("update_fields") or ("words",)) - _WITHDRAWAL:
            raise Refused("How something is known is not changed. Withdraw it, and note what is right.")
        super().save(*args, **kwargs)

    @property
    def thought_untrue(self) -> bool:
        return self.known_grade == rules.KnownGrade.THOUGHT_UNTRUE


class LookedAgain(models.Model):
    """Somebody looked again at a source that is old and may be untested, and it stays, because. Only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(TieSource, on_delete=models.CASCADE, related_name="looks")
    why = models.CharField(max_length=300)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    looked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["looked_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(why=""), name="looked_again_with_why")
        ]

    def __str__(self) -> str:
        return self.why


# Of sources: what may stand in a text that others read than who writes it. What one agency keeps for itself, what is for who may read one
# record, and what goes on only as its agency says may not.
MAY_LEAVE: Final = models.Q(reach=rules.Reach.ENDS) & ~models.Q(handling=rules.Handling.CONDITIONS)
_WITHDRAWAL = {"withdrawn_at", "withdrawn_by", "why_withdrawn"}


class Mention(models.Model):
    """A record names a node: who confirmed it, for which agency, and at which words. One that is withdrawn counts for nothing."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="mentions")
    when_merged: ClassVar = Joined(stays=True)
    goes_by_key: ClassVar = ("about_id",)
    about = models.CharField(max_length=12)
    about_id = models.UUIDField(db_index=True)
    start = models.PositiveIntegerField()
    length = models.PositiveIntegerField()
    occurred_on = models.DateField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(default=timezone.now)
    holder = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    why_withdrawn = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["confirmed_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["node", "about", "about_id"],
                condition=models.Q(withdrawn_at=None),
                name="named_once_in_a_record",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | ~models.Q(why_withdrawn=""),
                name="mention_withdrawn_with_why",
            ),
        ]

    def __str__(self) -> str:
        return self.about


class Joining(models.Model):
    """Somebody said that two are one, and somebody may say that they are two after all. `before` holds what it takes to undo it to the
    byte."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.TextField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(auto_now_add=True)
    before = models.JSONField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_why = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-merged_at"]


class NodeMerge(Joining):
    """Two places, two groups, or two phones, cars or accounts are one. `before`: as of a `Merge`, as far as there is such a thing.

    It goes with either, as a phone does to which nothing leads any longer.
    """

    kept = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    merged = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.kept.kind


class NotSame(models.Model):
    """Somebody looked at two that seem to be one, and says that they are not, and why. Only ever added."""

    when_merged: ClassVar = MOVES
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=500)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "words that two are not the same"
        ordering: ClassVar = ["said_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(why=""), name="not_same_says_why"),
            models.CheckConstraint(condition=~models.Q(one=models.F("other")), name="not_same_of_two"),
        ]

    def __str__(self) -> str:
        return self.why
