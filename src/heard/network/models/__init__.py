"""People, places and groups, and the ties between them. Private to `network`: others use its queries and actions."""

import uuid
from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.network import rules
from heard.network.models.nodes import (
    MAY_LEAVE,
    Handle,
    Joining,
    LookedAgain,
    Mention,
    Node,
    NodeKey,
    NodeMerge,
    NotSame,
    Tie,
    TieSource,
    merged_index,
)
from heard.network.rules import MOVES, Joined

__all__ = [
    "ENDS_WHEN_RESTRICTED", "LOOKING", "MAY_LEAVE", "Address", "Denial", "Fact", "Group", "Handle", "Identifier", "ImportantPerson", "Involvement", "Involvements", "LookedAgain", "Mention",
    "Merge", "Node", "NodeKey", "NodeMerge", "NotSame", "OtherName", "Person", "Place", "Proposal", "SearchKey", "Spelling", "Tie", "TieSource", "Told",
]  # fmt: skip


class Person(models.Model):
    """A child, or an adult around a child.

    A restricted person is seen only by those who are on the list (`Involvement`); nobody else can find them.
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
    known_as_said_by = models.CharField(max_length=120, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.NOT_KNOWN)
    nhs_number = models.CharField(max_length=10, blank=True)
    upn = models.CharField(max_length=13, blank=True)
    legal_status = models.CharField(max_length=20, choices=LegalStatus, blank=True, default="")
    school = models.CharField(max_length=120, blank=True, default="")
    restricted = models.BooleanField(default=False)
    # Who changes names, date of birth and numbers: the agency that leads the case, or else the one that added the person.
    lead_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    added_at = models.DateTimeField(auto_now_add=True)
    # Without an index: nearly nobody is merged, and SQLite would begin every search at all who are not.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from", db_index=False
    )

    class Meta:
        verbose_name_plural = "people"
        ordering: ClassVar = ["family_name", "given_name"]
        indexes: ClassVar = [  # few among all
            models.Index(fields=["restricted"], condition=models.Q(restricted=True), name="person_restricted")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(given_name="", family_name=""),
                name="person_has_a_name",
                violation_error_message=_("Give a name. One name is enough, or what the child is called."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Proposal(models.Model):
    """Somebody of another agency says that a name, date of birth or number is wrong. The agency that leads decides.

    `values`: {field: the value that they propose, as text}
    """

    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="proposals")
    values = models.JSONField()
    why = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    accepted = models.BooleanField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "proposed changes"
        ordering: ClassVar = ["-proposed_at", "-pk"]

    def __str__(self) -> str:
        return self.why


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


class Involvements(models.QuerySet["Involvement"]):
    def running(self) -> Self:
        """Those that have not ended. The database says what time it is, so that a question can be kept."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=Now()))

    def lasting(self) -> Self:
        """Those of who works with the person: without what somebody opened in an emergency, reads for a case audit, or sees on duty."""
        return self.exclude(how__in=LOOKING)


class Involvement(models.Model):
    """One line of who may see a person's record: an agency, or of it one team or one person; how far, why, by whom, since
    when and until when. One that ended stays, so that it is known who could see what."""

    class Level(models.IntegerChoices):
        """`rules.Level`, as screens say it."""

        KNOWS = rules.Level.KNOWS, _("Knows that we know the child")
        SUMMARY = rules.Level.SUMMARY, _("Summary")
        RECORD = rules.Level.RECORD, _("Record")
        EVERYTHING = rules.Level.EVERYTHING, _("Everything")

    class How(models.TextChoices):
        GIVEN = "", _("Let in")
        GLASS = "glass", _("Opened in an emergency")
        WORRY = "worry", _("Told a worry about a child whom they did not find")
        AUDIT = "audit", _("Reads it for a case audit")
        DUTY = "duty", _("On duty")

    when_merged: ClassVar = Joined(stays=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="involvements")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(
        "agencies.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.EVERYTHING)
    since = models.DateField()
    until = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    why_ended = models.CharField(max_length=200, blank=True, default="")
    how = models.CharField(
        max_length=5, choices=How, blank=True, default="", help_text=_("How the line came about.")
    )
    was_mistaken = models.BooleanField(
        default=False, help_text=_("It ended since the decision that let them in was put right.")
    )

    objects = Involvements.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "agency"], name="involved_person_agency")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "agency"],
                condition=models.Q(team=None, user=None, until=None),
                name="involved_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(team=None) | models.Q(user=None), name="involved_team_or_person"
            ),
        ]

    def __str__(self) -> str:
        return self.why

    @property
    def whom(self) -> str:
        """Who sees the record, by name."""
        return ", ".join(str(agency) for agency in (self.user or self.team, self.agency) if agency)

    @property
    def is_whole(self) -> bool:
        """Everybody of an agency sees the record by it who works with children."""
        return self.team_id is None and self.user_id is None

    @property
    def only_looks(self) -> bool:
        """Who sees the record by it works with nobody: they decide nothing and let nobody in."""
        return self.how in LOOKING

    @property
    def is_running(self) -> bool:
        return self.until is None or self.until > timezone.now()


LOOKING: Final = (Involvement.How.GLASS, Involvement.How.AUDIT, Involvement.How.DUTY)
ENDS_WHEN_RESTRICTED: Final = (Involvement.How.AUDIT, Involvement.How.DUTY)


class Denial(models.Model):
    """A person or a team who may not see a record, whatever else would let them. Lifted, it stays."""

    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="denials")
    team = models.ForeignKey(
        "agencies.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    why = models.CharField(max_length=200)
    denied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    denied_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    why_lifted = models.CharField(max_length=200, blank=True, default="")
    unseen = models.BooleanField(
        default=False, help_text=_("On no list: a worry about this person went to the designated officer.")
    )

    class Meta:
        ordering: ClassVar = ["-denied_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(team=None, user__isnull=False) | models.Q(team__isnull=False, user=None),
                name="denied_team_or_person",
            )
        ]

    def __str__(self) -> str:
        return self.why

    @property
    def whom(self) -> str:
        return str(self.user or f"{self.team}, {self.team.agency}")  # type: ignore[union-attr]


class Told(models.Model):
    """What somebody said about a person: who, when, since when it is so, and who wrote it down. It never changes: what is
    different now is a new row, and this one gets an end."""

    class SaidAs(models.TextChoices):
        SELF = rules.SaidAs.SELF.value, _("They themselves")
        FAMILY = rules.SaidAs.FAMILY.value, _("A parent, carer or somebody else in the family")
        WORKER = rules.SaidAs.WORKER.value, _("Somebody who works with them")
        PAPER = rules.SaidAs.PAPER.value, _("A document or a record")

    said_as = models.CharField(max_length=6, choices=SaidAs, blank=True)
    said_by = models.CharField(max_length=120, blank=True)
    said_on = models.DateField(null=True, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    why_ended = models.CharField(max_length=200, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        abstract = True
        ordering: ClassVar = [models.F("until").desc(nulls_first=True), "written_at", "pk"]


class Fact(Told):
    """One thing that is so of a person beside names, numbers and addresses."""

    class Kind(models.TextChoices):
        PHONE = rules.FactKind.PHONE.value, _("Phone")
        EMAIL = rules.FactKind.EMAIL.value, _("Email")
        PRONOUNS = rules.FactKind.PRONOUNS.value, _("Pronouns")
        LANGUAGE = rules.FactKind.LANGUAGE.value, _("Language")
        INTERPRETER = rules.FactKind.INTERPRETER.value, _("Interpreter")
        COMMUNICATION = rules.FactKind.COMMUNICATION.value, _("Communication needs")
        DISABILITY = rules.FactKind.DISABILITY.value, _("Disability")
        ETHNICITY = rules.FactKind.ETHNICITY.value, _("Ethnicity, as the child says")
        NATIONALITY = rules.FactKind.NATIONALITY.value, _("Nationality")
        GP = rules.FactKind.GP.value, _("GP")
        SCHOOL = rules.FactKind.SCHOOL.value, _("School or college")
        MATTERS = rules.FactKind.MATTERS.value, _("What matters to the child")
        NHS_CHECK = rules.FactKind.NHS_CHECK.value, _("Check of the NHS number")

    class Code(models.TextChoices):
        """What a child chose, who was shown the list of the children in need census; or what a check of the NHS number answered."""

        WBRI = "WBRI", _("White British")
        WIRI = "WIRI", _("White Irish")
        WIRT = "WIRT", _("Traveller of Irish heritage")
        WROM = "WROM", _("Gypsy or Roma")
        WOTH = "WOTH", _("Any other White background")
        MWBC = "MWBC", _("White and Black Caribbean")
        MWBA = "MWBA", _("White and Black African")
        MWAS = "MWAS", _("White and Asian")
        MOTH = "MOTH", _("Any other mixed background")
        AIND = "AIND", _("Indian")
        APKN = "APKN", _("Pakistani")
        ABAN = "ABAN", _("Bangladeshi")
        CHNE = "CHNE", _("Chinese")
        AOTH = "AOTH", _("Any other Asian background")
        BCRB = "BCRB", _("Black Caribbean")
        BAFR = "BAFR", _("Black African")
        BOTH = "BOTH", _("Any other Black background")
        OOTH = "OOTH", _("Any other ethnic group")
        REFU = rules.DID_NOT_SAY, _("Did not want to say")
        MATC = rules.Checked.MATCH.value, _("Match")
        POTE = rules.Checked.POTENTIAL.value, _("Potential match: too close to call")
        LOWC = rules.Checked.LOW.value, _("Low-confidence match")
        MANY = rules.Checked.MANY.value, _("More than one person matches")
        NONE = rules.Checked.NONE.value, _("No match")
        ERRO = rules.Checked.ERROR.value, _("The check did not work")

    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=16, choices=Kind)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=4, choices=Code, blank=True)
    contact = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.value or self.get_code_display()


class ImportantPerson(Told):
    """Somebody who looks after a child or is important to them, seen by all who see the child's record.

    A tie leads to a person's own record, and is seen by those who see both: see docs/adr/0012.
    """

    class Responsibility(models.TextChoices):
        YES = "yes", _("Has parental responsibility")
        NO = "no", _("Has no parental responsibility")
        NOT_KNOWN = "", _("Not known")

    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="important_people")
    name = models.CharField(max_length=120)
    relation = models.CharField(max_length=60)
    contact = models.CharField(max_length=200, blank=True)
    cares = models.BooleanField(default=False, help_text=_("Looks after the child."))
    responsibility = models.CharField(max_length=3, choices=Responsibility, blank=True, default="")

    class Meta(Told.Meta):
        verbose_name_plural = "important people"

    def __str__(self) -> str:
        return f"{self.name} ({self.relation})"


class Identifier(Told):
    """A number by which somebody knows a person, and who issued it. Numbers that a person had before are kept, so that they
    are still found by them. The NHS number and UPN of now stand with the person."""

    class Scheme(models.TextChoices):
        NHS = rules.Scheme.NHS.value, _("NHS number")
        UPN = rules.Scheme.UPN.value, _("Unique pupil number (UPN)")
        SINGLE = rules.Scheme.SINGLE.value, _("Single unique identifier")
        COUNCIL = rules.Scheme.COUNCIL.value, _("Number at a council")
        POLICE = rules.Scheme.POLICE.value, _("Number at the police")
        HOME_OFFICE = rules.Scheme.HOME_OFFICE.value, _("Home Office reference")
        OTHER = rules.Scheme.OTHER.value, _("Another number")

    when_merged: ClassVar = MOVES
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=12, choices=Scheme)
    value = models.CharField(max_length=60)
    issuer = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.value


class Place(models.Model):
    """Where it is stands in its postcode, or was said by somebody: `lat` and `lon` in millionths of a degree (WGS 84), with how that is
    known, by whom and when. Of a home nobody says it."""

    when_merged: ClassVar = MOVES
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    postcode = models.CharField(max_length=8, blank=True)
    is_home = models.BooleanField(
        default=False, help_text=_("Somebody lives there: it is on no map that others share.")
    )
    lat = models.IntegerField(null=True, blank=True)
    lon = models.IntegerField(null=True, blank=True)
    located_how = models.CharField(max_length=200, blank=True, default="")
    located_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    located_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="merged_from", db_index=False
    )

    class Meta:
        indexes: ClassVar = [merged_index("places_merged")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lat=None, lon=None, located_how="", located_by=None, located_at=None)
                | models.Q(
                    is_home=False,
                    lat__isnull=False,
                    lon__isnull=False,
                    located_by__isnull=False,
                    located_at__isnull=False,
                )
                & ~models.Q(located_how=""),
                name="place_where_with_who_said_so",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def put_nowhere(self) -> None:
        """What somebody said of where it is counts no longer. It is not saved."""
        self.lat = self.lon = self.located_by = self.located_at = None
        self.located_how = ""


class Group(models.Model):
    """Seen through a member, a worry or the agency that wrote it down: `queries.web` says by whom."""

    when_merged: ClassVar = MOVES
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="merged_from", db_index=False
    )

    class Meta:
        indexes: ClassVar = [merged_index("groups_merged")]

    def __str__(self) -> str:
        return self.name


class Merge(Joining):
    """Somebody said that two records are of one person.

    `before`: {"values": {field: [before, after]} of the kept person, "moved": {"app.Model.field": [keys]} that now lead to
    the kept person, "own": the same for what led there already, "numbers": {"app.Model.field": {key: [before, after]}} of
    rows that were numbered anew, "names" and "identifiers": keys of other names and of numbers that the merge added,
    "involved": {key: [since before, since after]}, "levels": the same of levels, "keys": {key of a search key: the search key} of the kept person}
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.kept)
