"""Assessments of a child. One that is signed never changes, and neither does anything that belongs to it."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.assessment import rules
from heard.cases.case.models import Observation

__all__ = ["Assessment", "AssessmentObservation", "AssessmentPattern"]


class KeptOnceSigned(models.QuerySet[Any]):
    """Refuses to change or to delete in bulk what a supervisor has signed."""

    def _refuse_signed(self) -> None:
        path = "state" if self.model is Assessment else "assessment__state"
        if self.filter(**{path: rules.State.SIGNED}).exists():
            raise Refused(rules.SIGNED_IS_FINAL)

    def update(self, **values: Any) -> int:
        self._refuse_signed()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_signed()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        ids = {row.assessment_id for row in rows}
        if Assessment.objects.filter(pk__in=ids, state=rules.State.SIGNED).exists():
            raise Refused(rules.SIGNED_IS_FINAL)
        return super().bulk_create(rows, *args, **kwargs)


class Assessment(models.Model):
    class State(models.TextChoices):
        DRAFT = rules.State.DRAFT.value, _("Being written")
        SUBMITTED = rules.State.SUBMITTED.value, _("With the supervisor")
        RETURNED = rules.State.RETURNED.value, _("Sent back")
        SIGNED = rules.State.SIGNED.value, _("Signed off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="assessments")
    release = models.CharField(
        max_length=20, editable=False, help_text=_("The release of knowledge that it was made with.")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        help_text=_("All who wrote in it: none of them signs it off."),
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    judgement = models.TextField(blank=True)
    what_is_not_known = models.TextField(blank=True)
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    started_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_reason = models.TextField(blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["-started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=~models.Q(state="signed"),
                name="one_unsigned_assessment_per_case",
                violation_error_message=_(
                    "An assessment of this child is not signed off yet. Go on with that one."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="signed")
                | models.Q(signed_by__isnull=False, signed_at__isnull=False)
                & ~models.Q(signed_by=models.F("author")),
                name="assessment_signed_by_another",
                violation_error_message=_("An assessment is signed off by somebody who did not write it."),
            ),
        ]

    def __str__(self) -> str:
        return f"assessment of {self.started_at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_where_signed(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_where_signed(self.pk)
        return super().delete(*args, **kwargs)


class AssessmentObservation(Observation):
    """What the assessment says about one sign or vulnerability, and the worry that it came from, if it did."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="observations")
    concern = models.ForeignKey(
        "cases.Concern", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = KeptOnceSigned.as_manager()

    class Meta(Observation.Meta):
        ordering: ClassVar = ["item"]
        constraints: ClassVar = [
            *Observation.Meta.constraints,
            models.UniqueConstraint(fields=["assessment", "item"], name="assessment_marks_an_item_once"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_where_signed(self.assessment_id)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_where_signed(self.assessment_id)
        return super().delete(*args, **kwargs)


class AssessmentPattern(models.Model):
    """A pattern of exploitation that the authors recognise, with their reason. Several may fit at once."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="patterns")
    pattern = models.CharField(
        max_length=4, help_text=_("G1 to G7 or N1 to N6, of the assessment's release.")
    )
    setting = models.CharField(max_length=40, blank=True)
    reason = models.TextField()
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["pattern"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "pattern"], name="assessment_names_a_pattern_once"),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="pattern_has_reason",
                violation_error_message=_("Say what makes you think that this pattern fits."),
            ),
        ]

    def __str__(self) -> str:
        return self.pattern

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_where_signed(self.assessment_id)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_where_signed(self.assessment_id)
        return super().delete(*args, **kwargs)


def _refuse_where_signed(assessment_id: uuid.UUID) -> None:
    if Assessment.objects.filter(pk=assessment_id, state=rules.State.SIGNED).exists():
        raise Refused(rules.SIGNED_IS_FINAL)
