"""When a child was missing, the interview after the return, and the form that was ready before."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.case.models import NotHeard, Words
from heard.cases.missing import rules
from heard.network.rules import Joined

__all__ = ["EarlierVersion", "Episode", "Interview", "InterviewOffer", "Philomena"]


class Episode(models.Model):
    """One time that a child was missing, from then until the child was back. Two of one child never overlap.

    `interview_due_at` is kept with the return, by the clock of the knowledge of that day.
    """

    class FromWhere(models.TextChoices):
        HOME = "home", _("The family’s home")
        FOSTER = "foster", _("A foster home")
        RESIDENTIAL = "residential", _("A children’s home")
        SUPPORTED = "supported", _("Supported accommodation")
        HOSPITAL = "hospital", _("A hospital")
        SCHOOL = "school", _("School or college")
        OTHER = "other", _("Somewhere else")

    class Danger(models.TextChoices):
        YES = rules.Danger.YES.value, _("Yes")
        NO = rules.Danger.NO.value, _("No")
        NOT_KNOWN = rules.Danger.NOT_KNOWN.value, _("Not known")

    class Check(models.TextChoices):
        DONE = rules.Check.DONE.value, _("Yes")
        NOT_DONE = rules.Check.NOT_DONE.value, _("No")
        NOT_KNOWN = rules.Check.NOT_KNOWN.value, _("Not known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = Joined(
        clash=rules.why_not_join,
        columns=("missing_from", "found_at", "interview"),
        among={"taken_back_at": None},
    )
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    missing_from = models.DateTimeField()
    from_where = models.CharField(max_length=12, choices=FromWhere)
    from_detail = models.CharField(max_length=200, blank=True)
    last_seen_where = models.CharField(max_length=200)
    last_seen_by = models.CharField(max_length=200)
    what_is_known = models.TextField(blank=True)
    danger = models.CharField(max_length=10, choices=Danger)
    danger_why = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    police_reference = models.CharField(max_length=60, blank=True)
    why_not_reported = models.TextField(blank=True)
    clothing = models.TextField(blank=True)
    mood = models.TextField(blank=True)
    money = models.TextField(blank=True)
    phone_state = models.TextField(blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True, blank=True)
    found_where = models.CharField(max_length=200, blank=True)
    found_by = models.CharField(max_length=200, blank=True)
    condition = models.TextField(blank=True)
    check_by_police = models.CharField(max_length=10, choices=Check, blank=True)
    check_note = models.TextField(blank=True)
    found_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    found_noted_at = models.DateTimeField(null=True, blank=True)
    interview_due_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_back_why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-missing_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(found_at__isnull=True, taken_back_at__isnull=True),
                name="one_open_episode_per_child",
                violation_error_message=_("This child is noted as missing now. Go on with that episode."),
            ),
            models.CheckConstraint(
                condition=models.Q(found_at__isnull=True) | models.Q(found_at__gt=models.F("missing_from")),
                name="episode_ends_after_it_began",
                violation_error_message=_("The child was back before being missing. Check both times."),
            ),
            models.CheckConstraint(
                condition=models.Q(found_at__isnull=True) | models.Q(interview_due_at__isnull=False),
                name="return_starts_the_clock",
                violation_error_message=_("An interview is due after each return."),
            ),
        ]

    def __str__(self) -> str:
        return f"episode of {self.missing_from:%Y-%m-%d}"

    @staticmethod
    def not_reached() -> models.Exists:
        """Of a row: that an interview is written down which says that the child could not be reached. Nobody was heard in it."""
        its = Interview.objects.filter(episode=models.OuterRef(models.OuterRef("pk"))).values("pk")
        return models.Exists(NotHeard.objects.filter(why=NotHeard.Why.NOT_REACHED, beside_id__in=its))

    @classmethod
    def not_held(cls) -> models.Q:
        """That there is no interview, or the one that is written down says that the child could not be reached."""
        return models.Q(interview=None) | models.Q(cls.not_reached())

    @property
    def held(self) -> Interview | None:
        """The interview, where the child was reached. Of a row with `unreached`, which is `not_reached` of it."""
        row: Any = self
        return None if row.unreached else getattr(self, "interview", None)

    @property
    def is_open(self) -> bool:
        return self.found_at is None and self.taken_back_at is None

    def is_since_return(self, words: Words) -> bool:
        """Whether the child said this after coming back."""
        return self.found_at is not None and rules.is_since_return(
            heard_on=words.heard_on,
            written_at=words.written_at,
            found_at=self.found_at,
            zone=timezone.get_current_timezone(),
        )


class InterviewOffer(models.Model):
    """One time that the interview was offered to the child, or why it was not. Each is kept; none is changed."""

    class Outcome(models.TextChoices):
        ACCEPTED = rules.Offered.ACCEPTED.value, _("The child said yes")
        DECLINED = rules.Offered.DECLINED.value, _("The child said no")
        NOT_OFFERED = rules.Offered.NOT_OFFERED.value, _("It was not offered")

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="offers")
    outcome = models.CharField(max_length=12, choices=Outcome)
    offered_at = models.DateTimeField(null=True, blank=True)
    by_whom = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["noted_at", "pk"]

    def __str__(self) -> str:
        return self.outcome

    @classmethod
    def last_asked(cls) -> models.QuerySet[InterviewOffer]:
        """Of an episode outside: each time that the child was asked, the last of them first, whenever it was noted."""
        asked = cls.objects.filter(episode=models.OuterRef("pk")).exclude(outcome=rules.Offered.NOT_OFFERED)
        return asked.order_by("-offered_at", "-noted_at", "-pk")


class Interview(models.Model):
    """What the child said about one episode, to somebody independent. Only a few parts must be there."""

    class Passed(models.TextChoices):
        YES = rules.Passed.YES.value, _("Yes")
        NO = rules.Passed.NO.value, _("Not yet")
        NOBODY = rules.Passed.NOBODY.value, _("There is nobody to pass it on to")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.OneToOneField(Episode, on_delete=models.PROTECT, related_name="interview")
    held_at = models.DateTimeField()
    where = models.CharField(max_length=200)
    with_whom = models.CharField(max_length=200, help_text=_("Who spoke with the child, and their role."))
    independent = models.CharField(max_length=200, help_text=_("How they are independent."))
    who_else = models.CharField(max_length=200, blank=True)
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    where_was = models.TextField(blank=True)
    who_with = models.TextField(blank=True)
    pushed = models.TextField(blank=True)
    pulled = models.TextField(blank=True)
    would_help = models.TextField(blank=True)
    to_reviewer = models.CharField(max_length=6, choices=Passed, blank=True)
    to_police = models.CharField(max_length=6, choices=Passed, blank=True)
    passed_on = models.TextField(blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"interview of {self.held_at:%Y-%m-%d}"

    @property
    def is_heard(self) -> bool:
        """Whether the child’s own words stand in it, of after the return."""
        return self.words is not None and self.episode.is_since_return(self.words)


class EarlierVersion(models.Model):
    """What was written about a return or an interview until somebody wrote it anew. Each is kept; none is changed."""

    class Of(models.TextChoices):
        RETURN = rules.InterviewPart.RETURN.value, _("The return")
        INTERVIEW = rules.InterviewPart.INTERVIEW.value, _("The interview")

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="earlier")
    of = models.CharField(max_length=10, choices=Of)
    said = models.JSONField(help_text=_("The values of the fields, by name."))
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-replaced_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.of} until {self.replaced_at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Refused("An earlier version is not changed.")
        super().save(*args, **kwargs)


class Philomena(models.Model):
    """What helps to find a child, written before the child is missing. Each writing is a version; none is changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = Joined(numbered="version", by="written_at")
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    photo = models.ForeignKey(
        "cases.Attachment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    description = models.TextField(blank=True)
    associates = models.TextField(blank=True)
    places = models.TextField(blank=True)
    medical = models.TextField(blank=True)
    finance = models.TextField(blank=True)
    social_media = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    transport = models.TextField(blank=True)
    what_helps = models.TextField(blank=True)
    prepared_with = models.CharField(max_length=200, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "Philomena forms"
        ordering: ClassVar = ["-written_at", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "version"], name="philomena_version_once")
        ]

    def __str__(self) -> str:
        return f"version {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Refused("A version that was written is not changed. Write a new one.")
        super().save(*args, **kwargs)
