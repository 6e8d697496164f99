"""The days on which duties of law start here, the posts of child protection teams with who holds them, and what a
lawyer said of powers."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.services.law import rules

__all__ = ["DutyStart", "PowerCheck", "TeamMember", "TeamPost"]


class DutyStart(models.Model):
    """From which day a duty holds in this partnership, as somebody set it. Never changed: the latest of a duty stands."""

    class Duty(models.TextChoices):
        REPORT = rules.Duty.REPORT.value, _("Duty to report")
        SHARE = rules.Duty.SHARE.value, _("Duty to share")

    duty = models.CharField(max_length=10, choices=Duty)
    starts_on = models.DateField(null=True, blank=True, help_text=_("None: it holds on no day."))
    why = models.TextField(help_text=_("Who decided on it, and by which text of the law."))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-set_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.duty} from {self.starts_on}"


class TeamPost(models.Model):
    """One post of a multi-agency child protection team, whoever holds it."""

    class Kind(models.TextChoices):
        EDUCATION = rules.Post.EDUCATION.value, _("Education")
        SOCIAL_WORK = rules.Post.SOCIAL_WORK.value, _("Social work")
        HEALTH = rules.Post.HEALTH.value, _("Health")
        POLICE = rules.Post.POLICE.value, _("Police")
        OTHER = rules.Post.OTHER.value, _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=120, blank=True, help_text=_("Of a post beside the four."))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["team", "added_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "kind", "title"],
                name="team_post_once",
                violation_error_message=_("The team has this post already."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="other") ^ models.Q(title=""),
                name="other_post_has_a_title",
                violation_error_message=_("Say what the post is."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.get_kind_display())

    @property
    def is_required(self) -> bool:
        return self.kind in rules.REQUIRED


class TeamMember(models.Model):
    """Somebody who holds a post from a day, and until one. Only the last day is ever changed."""

    post = models.ForeignKey(TeamPost, on_delete=models.PROTECT, related_name="members")
    called = models.CharField(max_length=200, help_text=_("Name and role."))
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True, help_text=_("The last day on which they hold it."))
    named_by = models.CharField(max_length=200, help_text=_("Who named them, such as the chief officer."))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="team_member_ends_after_the_beginning",
                violation_error_message=_("The last day lies before the first. Check the dates."),
            )
        ]

    def __str__(self) -> str:
        return self.called


class PowerCheck(models.Model):
    """What somebody of the partnership, such as its lawyer, said of the text of a power. Never changed: the latest stands, for as long as
    the knowledge says the same of the power."""

    power = models.CharField(max_length=40, help_text=_("Its id in the knowledge."))
    release = models.CharField(max_length=20, help_text=_("The release whose text was checked."))
    holds = models.BooleanField(help_text=_("The text is right."))
    called = models.CharField(max_length=200, help_text=_("Name and role of who checked it."))
    said = models.TextField(help_text=_("What they confirmed, or what is not right."))
    checked_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.power} of {self.release}"
