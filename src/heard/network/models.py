"""People, places and groups, and the ties between them. Private to `network`: others use its queries and actions."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.network.rules import MOVES, Joined


class Person(models.Model):
    """A child, or an adult around a child.

    A restricted person is seen only by the agencies that are involved with them; nobody else can find them.
    """

    class Kind(models.TextChoices):
        CHILD = "child", _("Child, or a young person whom the work is about")
        ADULT = "adult", _("Adult around a child")

    class Sex(models.TextChoices):
        FEMALE = "F", _("Female")
        MALE = "M", _("Male")
        NOT_KNOWN = "U", _("Not known")

    class LegalStatus(models.TextChoices):
        NOT_RECORDED = "", _("Not recorded")
        NONE = "none", _("None")
        IN_NEED = "in_need", _("Child in need")
        PROTECTION_PLAN = "protection_plan", _("Child protection plan")
        LOOKED_AFTER = "looked_after", _("Looked after")
        CARE_LEAVER = "care_leaver", _("Care leaver")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.CHILD)
    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80, blank=True)
    known_as = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.NOT_KNOWN)
    nhs_number = models.CharField(max_length=10, blank=True)
    upn = models.CharField(max_length=13, blank=True)
    legal_status = models.CharField(max_length=20, choices=LegalStatus, blank=True, default="")
    school = models.CharField(max_length=120, blank=True, default="")
    restricted = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)
    # Without an index: nearly nobody is merged, and SQLite would begin every search at all who are not.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from", db_index=False
    )

    class Meta:
        verbose_name_plural = "people"
        ordering: ClassVar = ["family_name", "given_name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(given_name="", family_name=""),
                name="person_has_a_name",
                violation_error_message=_("Give a name. One name is enough, or what the child is called."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class OtherName(models.Model):
    """A further name that a person has gone by."""

    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="other_names")
    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Address(models.Model):
    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    line = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return self.postcode


class SearchKey(models.Model):
    """A key under which a person is found: a word of a name, a birth date, a postcode or its beginning, a number."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="search_keys")
    key = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "person"], name="search_key_once")]

    def __str__(self) -> str:
        return self.key


class Spelling(models.Model):
    """A key under which somebody who spells it otherwise may look for a name that is in use. It speaks of no person."""

    key = models.CharField(max_length=60)
    name = models.CharField(max_length=50, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "name"], name="spelling_once")]

    def __str__(self) -> str:
        return self.key


class Involvement(models.Model):
    """An agency that is involved with a child, since when and why. It opens the child's record to that agency."""

    when_merged: ClassVar = Joined(stays=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="involvements")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    why = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "agency"], name="involved_once")]

    def __str__(self) -> str:
        return self.why


class Place(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    postcode = models.CharField(max_length=8, blank=True)

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class PlaceKey(models.Model):
    """A key under which a place is found: what somebody may write for a word of its name, or its postcode."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="search_keys")
    key = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "place"], name="place_key_once")]

    def __str__(self) -> str:
        return self.key


class GroupKey(models.Model):
    """A key under which a group is found, as for a place."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="search_keys")
    key = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "group"], name="group_key_once")]

    def __str__(self) -> str:
        return self.key


class Tie(models.Model):
    """A tie from a person to a person, a place or a group, and how we know of it."""

    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="ties")
    to_person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="ties_from_others"
    )
    to_place = models.ForeignKey(Place, on_delete=models.CASCADE, null=True, blank=True, related_name="ties")
    to_group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="ties")
    kind = models.CharField(max_length=60)
    how_known = models.CharField(max_length=200)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(to_person__isnull=False, to_place__isnull=True, to_group__isnull=True)
                | models.Q(to_person__isnull=True, to_place__isnull=False, to_group__isnull=True)
                | models.Q(to_person__isnull=True, to_place__isnull=True, to_group__isnull=False),
                name="tie_has_one_end",
                violation_error_message=_("A tie leads to one person, one place or one group."),
            )
        ]

    def __str__(self) -> str:
        return self.kind


class Merge(models.Model):
    """Somebody said that two records are of one person. `before` holds what it takes to undo that to the byte.

    `before`: {"values": {field: [before, after]} of the kept person, "moved": {"app.Model.field": [keys]} that now lead to
    the kept person, "own": the same for what led there already, "numbers": {"app.Model.field": {key: [before, after]}} of
    rows that were numbered anew, "names": keys of other names that the merge added,
    "involved": {key: [since before, since after]}, "keys": {key of a search key: the search key} of the kept person}
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
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
        ordering: ClassVar = ["-merged_at"]

    def __str__(self) -> str:
        return str(self.kept)
