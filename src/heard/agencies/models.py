"""Agencies, their teams and people, and the record of what people did."""

import uuid
from collections.abc import Hashable, Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies import rules
from heard.agencies.rules import May, Role, permissions_of
from heard.agencies.seal.writing import sealed


class Agency(models.Model):
    class Kind(models.TextChoices):
        SOCIAL_CARE = "social_care", _("Children’s social care")
        POLICE = "police", _("Police")
        HEALTH = "health", _("Health")
        EDUCATION = "education", _("Education")
        YOUTH_JUSTICE = "youth_justice", _("Youth justice")
        VOLUNTARY = "voluntary", _("Voluntary organisation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)

    class Meta:
        verbose_name_plural = "agencies"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    duty_phone = models.CharField(max_length=40, blank=True)
    takes_worries = models.BooleanField(default=False, help_text=_("New worries come to this team."))

    class Meta:
        ordering: ClassVar = ["agency__name", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "name"], name="team_once_per_agency"),
            models.UniqueConstraint(
                fields=["takes_worries"],
                condition=models.Q(takes_worries=True),
                name="one_team_takes_worries",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in. What they may do comes from their memberships, never from flags on the row."""

    phone = models.CharField(
        max_length=40,
        blank=True,
        help_text=_(
            "At work, shown beside their name to those who see a child they work with. They say it themselves."
        ),
    )
    reminders = models.BooleanField(
        default=True,
        help_text=_("Whether a mail says how many things are due. They switch it off themselves."),
    )
    keys = models.BooleanField(
        default=True,
        help_text=_("Whether single keys are short cuts. They switch it off themselves (WCAG 2.1.4)."),
    )
    reminded_on = models.DateField(null=True, blank=True, help_text=_("The last day on which a mail did."))
    mail_failed_on = models.DateField(
        null=True,
        blank=True,
        help_text=_("When a mail did not go; none since one went or the address changed."),
    )

    mail_back_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_(
            "Since when mail to their address comes back; none once the address changed or they said it arrives."
        ),
    )

    invited_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When they were last sent a link to set a password; none once they have."),
    )

    groups_missing_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When their organisation last signed them in and did not say which groups they are in."),
    )

    @cached_property
    def held(self) -> "list[Membership]":
        """Their roles, each with its team and agency. None of somebody who is switched off."""
        if not self.pk or not self.is_active:
            return []
        if "memberships" in getattr(self, "_prefetched_objects_cache", {}):
            return list(self.memberships.all())
        return list(self.memberships.select_related("team__agency"))

    @cached_property
    def sees_through(self) -> dict[Hashable, Any]:
        """What `network.queries` has worked out from these roles: which people, groups, numbers and records this user sees."""
        return {}

    @cached_property
    def permissions(self) -> frozenset[May]:
        return permissions_of({membership.role for membership in self.held})

    def agencies_where(self, permission: May) -> set[uuid.UUID]:
        """Keys of the agencies in which one of their roles gives this permission. A role in one agency opens nothing
        of another."""
        held = [membership for membership in self.held if permission in permissions_of({membership.role})]
        return {membership.team.agency_id for membership in held}

    def teams_where(self, permission: May) -> set[uuid.UUID]:
        """Keys of the teams in which one of their roles gives this permission."""
        return {
            membership.team_id for membership in self.held if permission in permissions_of({membership.role})
        }

    @property
    def team(self) -> "Team | None":
        """The team they work in: the first in which they work with children, else their first. What they tell and add
        belongs to its agency."""
        held = self.held
        working = [membership for membership in held if May.TELL in permissions_of({membership.role})]
        return next((membership.team for membership in (*working, *held)), None)

    @property
    def team_ids(self) -> set[uuid.UUID]:
        """Keys of the teams in which they work."""
        return {membership.team_id for membership in self.held}

    @property
    def takes_worries(self) -> bool:
        """Whether new worries come to a team of theirs."""
        return any(membership.team.takes_worries for membership in self.held)

    @property
    def roles(self) -> list[str]:
        return [membership.role for membership in self.held]

    def may(self, permission: May) -> bool:
        return permission in self.permissions

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Where one administrator gave it alone, and others have to know.")
    )
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "team", "role"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.team}"


class Approval(models.Model):
    """What one alone may not do: somebody asked for it, and another person agrees or not, within a day.

    Of a role: `user` gets it in `team`. Of an account that sees more than a practitioner's: a link to set a password goes to
    `email`, the organisation `provider` signs them in by its `number` of them, or their username is unlocked. Of what is done on
    the server: there is no `user`, `about` says to what it is done, and whoever does it there shows that it was agreed, once.
    """

    class What(models.TextChoices):
        ROLE = rules.TwoFor.ROLE.value, _("A role")
        ADDRESS = rules.TwoFor.ADDRESS.value, _("A link to set a password")
        LINK = rules.TwoFor.LINK.value, _("Signing in with their organisation")
        UNLOCK = rules.TwoFor.UNLOCK.value, _("Unlocking their username")
        RESTORE = rules.TwoFor.RESTORE.value, _("Bringing a backup back")
        SETTLE = rules.TwoFor.SETTLE.value, _("Going back to an earlier time")
        KEY_ADD = rules.TwoFor.KEY_ADD.value, _("Adding a key that encrypts files")
        KEY_ROTATE = rules.TwoFor.KEY_ROTATE.value, _("Turning files over to the newest key")
        KEY_RETIRE = rules.TwoFor.KEY_RETIRE.value, _("Taking a key out")
        AUDIT_KEY = rules.TwoFor.AUDIT_KEY.value, _("A new key of the audit trail")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=10, choices=What, default=What.ROLE)
    about = models.CharField(
        max_length=200, blank=True, help_text=_("Name of a backup, a time, or a key: to what it is done.")
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, blank=True, choices=[(role.value, role.value) for role in Role])
    email = models.EmailField(blank=True)
    provider = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=191, blank=True)
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    agreed = models.BooleanField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was done on the server."))

    class Meta:
        ordering: ClassVar = ["-asked_at", "pk"]

    def __str__(self) -> str:
        return self.reason


class GroupRole(models.Model):
    """That people in a group of their organisation's own directory have a role in a team. It only narrows: whoever is not in
    the group loses the role when they sign in, and whoever is new in it is put before an administrator.

    `group` is the directory's own number of it, which never changes. Where the role takes two people, it counts once a
    second person has agreed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=40)
    group = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    reason = models.TextField(blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    counts_since = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["provider", "group", "role", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "group", "team", "role"], name="group_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.team}"


class ProposedRole(models.Model):
    """A role that somebody does not have, though they are in a group of their organisation that stands for it. An
    administrator gives it or does not; it goes where they are no longer in the group."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    provider = models.CharField(max_length=40)
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["proposed_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "team", "role"], name="role_proposed_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.team}"


class Recovery(models.Model):
    """That somebody who lost every passkey, app and code begins again: one person asked for it, and another, who has spoken with
    them, agrees or not, within a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    agreed = models.BooleanField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "recoveries"
        ordering: ClassVar = ["-asked_at", "pk"]

    def __str__(self) -> str:
        return self.reason


class ProvisioningSecret(models.Model):
    """With which the directory of an organisation says who works there. Only its digest is kept; a newer one ends it."""

    provider = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of 43 random characters."))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.provider


class Provisioned(models.Model):
    """Somebody whom the directory of their organisation looks after: it changes their name and address, and switches them off.
    `user_name` is what it calls them, which opens nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=40)
    external_id = models.CharField(max_length=191, blank=True)
    user_name = models.CharField(max_length=150)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "provisioned"
        ordering: ClassVar = ["made_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "user_name"], name="provisioned_name_once"),
            models.UniqueConstraint(
                fields=["provider", "external_id"],
                condition=~models.Q(external_id=""),
                name="provisioned_number_once",
            ),
        ]

    def __str__(self) -> str:
        return self.user_name


class OnlyAdded(models.QuerySet[Any]):
    """Refuses in bulk what a row refuses by itself."""

    def update(self, **values: object) -> int:
        raise TypeError("An audit row is never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("An audit row is never deleted.")

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows: list[Any] = [sealed(row, settings.AUDIT_KEY) for row in objs]
        return super().bulk_create(rows, *args, **kwargs)


class AuditRow(models.Model):
    """What somebody did or looked at. No foreign keys, so that it outlives everything that it speaks of.

    Rows are only ever added: saving one again, or deleting it, is refused, here and by the database. Each has its leaf of the
    tree that the sealer keeps (`trail/`). Erasing takes `person_id`, `actor`, `reason`, `detail` and `salt` away, and keeps
    their salted hash as `commitment`.
    """

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.IntegerField()
    actor = models.CharField(max_length=150)
    agency = models.CharField(max_length=120, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    person_id = models.UUIDField(
        null=True, db_index=True, help_text=_("The child whose record this touches.")
    )
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    version = models.SmallIntegerField(
        default=0, db_default=0, help_text=_("How the leaf was made; 0 before rows had one.")
    )
    key_id = models.CharField(max_length=16, blank=True, default="", db_default="")
    salt = models.CharField(max_length=32, blank=True, default="", db_default="")
    leaf = models.CharField(max_length=64, blank=True, default="", db_default="")
    commitment = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text=_("Of a row that was erased.")
    )

    objects = OnlyAdded.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["subject", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk:
            raise TypeError("An audit row is never changed.")
        sealed(self, settings.AUDIT_KEY)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise TypeError("An audit row is never deleted.")


class AuditSeal(models.Model):
    """Where an audit row stands in the tree: the place is given once, and never changes."""

    seq = models.BigIntegerField(primary_key=True, help_text=_("1 for the first leaf of the tree."))
    row_id = models.BigIntegerField(unique=True)
    leaf = models.CharField(max_length=64, help_text=_("The row's, in case that the row is gone."))

    def __str__(self) -> str:
        return f"seal {self.seq}"


class AuditHead(models.Model):
    """The tree as it was at one time, signed. `edge` is what the sealer goes on from, and `mark` the row before which it no
    longer looks."""

    size = models.BigIntegerField(primary_key=True)
    site = models.CharField(max_length=36)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)
    edge = models.TextField()
    mark = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"head of {self.size}"


class AuditWitness(models.Model):
    """Who keeps heads outside this database, and which they were given last."""

    name = models.CharField(max_length=20, primary_key=True)
    size = models.BigIntegerField(default=0)
    given_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text=_("Since when it takes none."))

    def __str__(self) -> str:
        return self.name


class AuditCheck(models.Model):
    """What came of verifying the audit trail: 0 sound, 1 tampered with, 2 cannot tell."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    outcome = models.SmallIntegerField()
    size = models.BigIntegerField()
    said = models.JSONField(default=list, help_text=_("The first findings, by number of row alone."))

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"check of {self.at:%Y-%m-%d}"


class Draft(models.Model):
    """An unfinished form, kept on the server so that nothing typed is lost and it can be gone on with elsewhere.

    A worry has one row with the answers of all its steps. Of every other form, each page in which somebody typed has
    one, so that two devices never write over each other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=80, help_text=_("Which form, such as 'worry' or 'plan.outcome'."))
    subject_id = models.UUIDField(
        null=True, blank=True, help_text=_("What it is about, where that exists already.")
    )
    page = models.CharField(max_length=300, blank=True, default="", help_text=_("Where it is gone on with."))
    title = models.CharField(max_length=200, blank=True, default="", help_text=_("What that page is called."))
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "cases_draft"  # where it was before every form had drafts
        ordering: ClassVar = ["-updated_at"]

    def __str__(self) -> str:
        return f"draft {self.kind}"


class Tally(models.Model):
    """How often somebody did in one hour what is limited, such as searching."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=20)
    hour = models.DateTimeField()
    number = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField(default=0, help_text=_("How often they may, at that time."))

    class Meta:
        verbose_name_plural = "tallies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "what", "hour"], name="tally_once_an_hour")
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.number}"


class WorkerBeat(models.Model):
    """A process that works through one queue, and when it was last heard of. Its key is the worker's id in the task rows."""

    id = models.CharField(primary_key=True, max_length=64)
    queue = models.CharField(max_length=32)
    beat_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["queue", "beat_at"])]

    def __str__(self) -> str:
        return f"worker of {self.queue}"
