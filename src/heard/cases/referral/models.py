"""Referrals to the National Referral Mechanism: prepared and reviewed here, submitted by a person elsewhere."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.referral import rules

__all__ = ["Referral", "ReferralDecision"]

# What is written down after the review, about what became of it.
AFTERWARDS = frozenset({"submitted_on", "submitted_by", "reference_received"})


class KeptOnceReviewed(models.QuerySet[Any]):
    """Refuses to change or to delete in bulk what has been reviewed."""

    def _refuse_reviewed(self) -> None:
        if self.filter(state=rules.ReferralState.REVIEWED).exists():
            raise Refused(rules.REVIEWED_IS_FINAL)

    def update(self, **values: Any) -> int:
        if not set(values) <= AFTERWARDS:
            self._refuse_reviewed()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_reviewed()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class Referral(models.Model):
    """One version of a child's referral, by the fields of one version of the form.

    `answers` is by field id: `value`, as `referral.questions` describes it; `record`, what the record said when it was
    written, or null; `where`, where in the record; `by` and `at`, who wrote it and when.
    """

    class State(models.TextChoices):
        DRAFT = rules.ReferralState.DRAFT.value, _("Being written")
        WITH_REVIEWER = rules.ReferralState.WITH_REVIEWER.value, _("With the reviewer")
        RETURNED = rules.ReferralState.RETURNED.value, _("Returned")
        REVIEWED = rules.ReferralState.REVIEWED.value, _("Reviewed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="referrals")
    form = models.CharField(max_length=20, editable=False, help_text=_("The version of the form."))
    number = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(max_length=14, choices=State, default=State.DRAFT)
    writer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        help_text=_("All who wrote in it: none of them reviews it."),
    )
    answers = models.JSONField(default=dict)
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    started_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_reason = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reference_received = models.CharField(max_length=60, blank=True)

    objects = KeptOnceReviewed.as_manager()

    class Meta:
        ordering: ClassVar = ["-started_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["sent_at"], condition=models.Q(state="with_reviewer"), name="referrals_to_review"
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=~models.Q(state="reviewed"),
                name="one_unreviewed_referral_per_case",
                violation_error_message=_("A referral of this child has been started. Go on with that one."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="reviewed")
                | models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                & ~models.Q(reviewed_by=models.F("writer")),
                name="referral_reviewed_by_another",
                violation_error_message=_("A referral is reviewed by somebody who did not write it."),
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_on=None, submitted_by=None)
                | models.Q(submitted_on__isnull=False, submitted_by__isnull=False, state="reviewed"),
                name="referral_submitted_once_reviewed",
                violation_error_message=_("A reviewed referral is submitted by somebody, on a day."),
            ),
        ]

    def __str__(self) -> str:
        return f"referral of {self.started_at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        changed = kwargs.get("update_fields")
        if changed is None or not set(changed) <= AFTERWARDS:
            _refuse_where_reviewed(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_where_reviewed(self.pk)
        return super().delete(*args, **kwargs)


class ReferralDecision(models.Model):
    """What the Home Office decided, as somebody was told. A decision that is looked at again is a further row."""

    class Stage(models.TextChoices):
        REASONABLE = rules.Stage.REASONABLE.value, _("Reasonable grounds")
        CONCLUSIVE = rules.Stage.CONCLUSIVE.value, _("Conclusive grounds")

    class Result(models.TextChoices):
        POSITIVE = "positive", _("Positive")
        NEGATIVE = "negative", _("Negative")
        SUSPENDED = "suspended", _("Suspended")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="decisions")
    stage = models.CharField(max_length=10, choices=Stage)
    result = models.CharField(max_length=10, choices=Result)
    decided_on = models.DateField()
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["decided_on", "recorded_at"]

    def __str__(self) -> str:
        return f"{self.stage} {self.result}"


def _refuse_where_reviewed(referral_id: uuid.UUID) -> None:
    if Referral.objects.filter(pk=referral_id, state=rules.ReferralState.REVIEWED).exists():
        raise Refused(rules.REVIEWED_IS_FINAL)
