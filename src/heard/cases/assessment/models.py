"""Assessments of a child. One that is signed never changes, and neither does anything that belongs to it."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.assessment import rules
from heard.cases.case.models import Observation
from heard.cases.stage.models import (
    KeptOnceSigned,
    PartOfSigned,
    Recognised,
    SignedOff,
    refuse_where_signed,
)
from heard.cases.stage.rules import PATTERN_ASKS
from heard.network.rules import MOVES

__all__ = [
    "Assessment",
    "AssessmentEvidence",
    "AssessmentObservation",
    "AssessmentPattern",
    "Finding",
    "OpenQuestion",
    "OwnAnswer",
    "ProtectivePerson",
    "QuestionSet",
    "SentBack",
    "Strength",
]


class QuestionSet(models.Model):
    """A partnership's own questions as its file had them on one day. Found by what it holds, and never changed.

    An assessment keeps the set that it was begun with, so that each answer keeps the wording it was given to.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    title = models.CharField(max_length=200)
    content = models.JSONField(help_text=_("The questions, in the order of the file."))
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise Refused(rules.QUESTIONS_ARE_KEPT)
        super().save(*args, **kwargs)


class Assessment(SignedOff):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="assessments")
    judgement = models.TextField(blank=True)
    needs_harmed = models.TextField(
        blank=True, default="", help_text=_("What the child needs so that nobody harms them.")
    )
    needs_made_to_harm = models.TextField(
        blank=True,
        default="",
        help_text=_("What the child needs so that nobody makes them harm somebody else."),
    )
    own_questions = models.ForeignKey(
        QuestionSet,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The partnership's own questions as they were when it was begun."),
    )
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-started_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["submitted_at"], condition=models.Q(state="submitted"), name="assessments_to_sign_off"
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=~models.Q(state="signed"),
                name="one_unsigned_assessment_per_case",
                violation_error_message=_(
                    "An assessment of this child is not signed off yet. Go on with that one."
                ),
            ),
            SignedOff.by_another("assessment_signed_by_another"),
        ]

    def __str__(self) -> str:
        return f"assessment of {self.started_at:%Y-%m-%d}"

    # What a page shows of it, as lists that `assessment_visible_to` has fetched already.

    @property
    def strengths_seen(self) -> "list[Strength]":
        return list(self.strengths.all())

    @property
    def protectors(self) -> "list[ProtectivePerson]":
        return list(self.protective_people.all())

    @property
    def returns(self) -> "list[SentBack]":
        return list(self.sent_back.all())

    @property
    def to_look_at_again(self) -> list[str]:
        """The parts that its supervisor named, while it is with whoever writes it."""
        last = self.returns[-1] if self.state == self.State.RETURNED and self.returns else None
        return list(last.parts) if last else []


class PartOfAssessment(PartOfSigned):
    """What belongs to an assessment: nothing is added, changed or taken out once that is signed."""

    signed_through: ClassVar = "assessment"
    assessment: models.ForeignKey[Assessment, Assessment]
    assessment_id: uuid.UUID

    class Meta:
        abstract = True


class AssessmentObservation(PartOfAssessment, Observation):
    """What the assessment says about one sign or vulnerability, and the worry or note of contact that it came from, if it did.

    This is the tick as it stands now; `AssessmentEvidence` is what happened to it over time.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="observations")
    concern = models.ForeignKey(
        "cases.Concern", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    contact_note = models.ForeignKey(
        "cases.ContactNote", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = KeptOnceSigned.as_manager()

    class Meta(Observation.Meta):
        ordering: ClassVar = ["item"]
        constraints: ClassVar = [
            *Observation.Meta.constraints,
            models.UniqueConstraint(fields=["assessment", "item"], name="assessment_marks_an_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.state}"


class AssessmentEvidence(PartOfAssessment):
    """One entry in the history of a sign or vulnerability: what was found, on which day, who says so, in which words."""

    class Change(models.TextChoices):
        SEEN = rules.Change.SEEN.value, _("Seen")
        NO_LONGER = rules.Change.NO_LONGER.value, _("No longer seen")
        NOT_SEEN = rules.Change.NOT_SEEN.value, _("Looked for and not seen")
        NOT_KNOWN = rules.Change.NOT_KNOWN.value, _("Asked about and not known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="evidence")
    item = models.CharField(max_length=4, help_text=_("Such as S01 or V03, of the assessment's release."))
    change = models.CharField(max_length=10, choices=Change)
    happened_on = models.DateField()
    source = models.CharField(max_length=200, help_text=_("Who says so, and how they know."))
    words = models.TextField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["happened_on", "noted_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(source="") & ~models.Q(words=""),
                name="evidence_has_source_and_words",
                violation_error_message=_("Say who says so and in which words."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.change}"


class AssessmentPattern(Recognised, PartOfAssessment):
    """A pattern of exploitation that the authors recognise, with their reason, and in which way the child appears in it."""

    class Part(models.TextChoices):
        HARMED = rules.AssessmentPart.HARMED.value, _("The child is harmed")
        MADE_TO_HARM = rules.AssessmentPart.MADE_TO_HARM.value, _("The child is made to harm others")
        BOTH = rules.AssessmentPart.BOTH.value, _("Both: the child is harmed, and is made to harm others")
        NOT_KNOWN = rules.AssessmentPart.NOT_KNOWN.value, _("Not known yet")

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="patterns")
    childs_part = models.CharField(
        max_length=12,
        choices=Part,
        blank=True,
        default="",
        help_text=_("In which way the child appears in it; empty where nobody asked."),
    )

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["pattern", "from_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment", "pattern", "setting", "from_on"],
                name="assessment_names_a_pattern_once_a_time",
                violation_error_message=_(rules.PATTERN_THERE_ALREADY),
            ),
            models.UniqueConstraint(
                fields=["assessment", "pattern", "setting"],
                condition=models.Q(from_on__isnull=True),
                name="assessment_names_a_pattern_once_undated",
                violation_error_message=_(rules.PATTERN_THERE_ALREADY),
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="pattern_has_reason",
                violation_error_message=_(PATTERN_ASKS["reason"]),
            ),
        ]


class Strength(PartOfAssessment):
    """Something that is good in the child's life, or that the child does well, in words, with who says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="strengths")
    text = models.TextField()
    source = models.CharField(max_length=200)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["noted_at"]

    def __str__(self) -> str:
        return "strength"


class ProtectivePerson(PartOfAssessment):
    """Somebody who protects the child: one of the people around the child, or a name, with what they do."""

    class Knows(models.TextChoices):
        YES = "yes", _("They know about the worry")
        IN_PART = "in_part", _("They know a part of it")
        NO = "no", _("They do not know about the worry")
        NOT_KNOWN = "not_known", _("Not known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="protective_people")
    when_merged: ClassVar = MOVES
    when_erased: ClassVar = {"name": "Somebody whose record was destroyed"}
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=120, blank=True)
    who = models.CharField(max_length=120, help_text=_("Such as an aunt, a coach, a friend’s mother."))
    what_they_do = models.TextField()
    knows = models.CharField(max_length=10, choices=Knows)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        verbose_name_plural = "protective people"
        ordering: ClassVar = ["noted_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, name="")
                | (models.Q(person__isnull=True) & ~models.Q(name="")),
                name="protective_person_is_somebody",
                violation_error_message=_("Choose one of the people around the child, or give a name."),
            )
        ]

    def __str__(self) -> str:
        return "protective person"


class OpenQuestion(PartOfAssessment):
    """Something that is not known, and who finds out by when. What is found is a `Finding`, a row of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="questions")
    item = models.CharField(
        max_length=4, blank=True, help_text=_("The sign or vulnerability that it asks about, if it does.")
    )
    text = models.TextField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    by_on = models.DateField(null=True, blank=True, help_text=_("Until when somebody finds out."))
    asked_again = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="again",
        help_text=_("The question of an earlier assessment that had no answer yet."),
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["by_on", "asked_at"]

    def __str__(self) -> str:
        return "question"

    @property
    def found(self) -> "list[Finding]":
        """What was found out, as `questions_visible_to` and the assessment's own query have fetched it already."""
        return list(self.findings.all())


class OnlyAdded(models.QuerySet["Finding"]):
    """Refuses in bulk what a finding refuses by itself."""

    def update(self, **values: object) -> int:
        raise Refused(rules.FINDINGS_ARE_KEPT)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Refused(rules.FINDINGS_ARE_KEPT)


class Finding(models.Model):
    """What somebody found out, also long after the assessment was signed. Only ever added; a correction is another."""

    question = models.ForeignKey(OpenQuestion, on_delete=models.PROTECT, related_name="findings")
    text = models.TextField()
    source = models.CharField(max_length=200, help_text=_("Who says so, and how they know."))
    found_on = models.DateField()
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    objects = OnlyAdded.as_manager()

    class Meta:
        ordering: ClassVar = ["found_on", "noted_at"]

    def __str__(self) -> str:
        return "finding"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise Refused(rules.FINDINGS_ARE_KEPT)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Refused(rules.FINDINGS_ARE_KEPT)


class SentBack(PartOfAssessment):
    """A supervisor sent the assessment back, when and why."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sent_back")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(help_text=_("When it had been sent to the supervisor."))
    at = models.DateTimeField()
    reason = models.TextField()
    parts = models.JSONField(
        default=list, blank=True, help_text=_("Which parts of the assessment have to be looked at again.")
    )

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"sent back on {self.at:%Y-%m-%d}"


class OwnAnswer(PartOfAssessment):
    """The answer to one of the partnership's own questions, in the wording of the assessment's own set."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="own_answers")
    question = models.CharField(max_length=40, help_text=_("Its id in the set."))
    answer = models.TextField(help_text=_("Text, the words of a choice, or a date as 2026-03-01."))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "question"], name="own_question_answered_once")
        ]

    def __str__(self) -> str:
        return self.question


@receiver(m2m_changed, sender=Assessment.writers.through)
def _writers_stay(instance: Assessment, action: str, **_kwargs: Any) -> None:
    """Who wrote in a signed assessment is not changed either."""
    if action.startswith("pre_"):
        refuse_where_signed(Assessment, [instance.pk])
