"""Supervision: what a worker and their supervisor think over together. It belongs to the two and is part of no child's
record; `RecordedDecision` is what they chose to copy into one."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.supervision import rules

__all__ = [
    "RecordedDecision",
    "Supervision",
    "SupervisionAction",
    "SupervisionCorrection",
    "SupervisionDecision",
]


class Supervision(models.Model):
    """One meeting of a worker and their supervisor, planned, held, and read by both. Once both have read it, it never
    changes; corrections are added."""

    class State(models.TextChoices):
        PLANNED = rules.SupervisionState.PLANNED.value, _("To come")
        HELD = rules.SupervisionState.HELD.value, _("Held, to be read by both")
        CONFIRMED = rules.SupervisionState.CONFIRMED.value, _("Read by both")
        CALLED_OFF = rules.SupervisionState.CALLED_OFF.value, _("Called off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    worker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    planned_on = models.DateField()
    stays_with = models.TextField(blank=True, help_text=_("What stays with the worker."))
    otherwise = models.TextField(blank=True, help_text=_("What the worker would do otherwise."))
    needs = models.TextField(blank=True, help_text=_("What the worker needs."))
    held_on = models.DateField(null=True, blank=True)
    talked = models.TextField(blank=True, help_text=_("What the two talked about, and what they made of it."))
    wellbeing = models.TextField(blank=True, help_text=_("How the worker is, and what would help."))
    worker_read_at = models.DateTimeField(null=True, blank=True)
    supervisor_read_at = models.DateTimeField(null=True, blank=True)
    why_called_off = models.TextField(blank=True)
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-planned_on", "-begun_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["worker", "supervisor"],
                condition=models.Q(state="planned"),
                name="one_supervision_to_come_for_two",
                violation_error_message=_("The next supervision of you two is planned already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(worker=models.F("supervisor")),
                name="nobody_supervises_themselves",
                violation_error_message=_("Nobody supervises themselves."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | models.Q(worker_read_at__isnull=False, supervisor_read_at__isnull=False),
                name="supervision_confirmed_by_both",
                violation_error_message=_("Both have to have read it."),
            ),
        ]

    def __str__(self) -> str:
        return f"supervision of {self.planned_on:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_where_confirmed(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_where_confirmed(self.pk)
        return super().delete(*args, **kwargs)


class SupervisionDecision(models.Model):
    """What the two decided about one child. It stays here until one of them copies it into the child's record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, related_name="decisions")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    reason = models.TextField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["added_at"]

    def __str__(self) -> str:
        return "decision in supervision"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_where_confirmed(self.supervision_id)
        super().save(*args, **kwargs)


class SupervisionAction(models.Model):
    """What one of the two will do by a day. That it was done can be said at any time."""

    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, related_name="actions")
    what = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]

    def __str__(self) -> str:
        return "action from supervision"


class SupervisionCorrection(models.Model):
    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, related_name="corrections")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["written_at"]

    def __str__(self) -> str:
        return f"correction of {self.written_at:%Y-%m-%d}"


class RecordedDecision(models.Model):
    """A supervisor's decision in the child's record, beside the child's words: written there at once, or copied from a
    supervision, of which it shows nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    copied_from = models.OneToOneField(
        SupervisionDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="on_record"
    )
    text = models.TextField()
    reason = models.TextField()
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    decided_on = models.DateField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-decided_on", "-recorded_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(words__isnull=False) | ~models.Q(why_no_words=""),
                name="recorded_decision_has_the_childs_view",
                violation_error_message=_("Add what the child says, or say why their view is not there."),
            )
        ]

    def __str__(self) -> str:
        return f"decision of {self.decided_on:%Y-%m-%d}"


def _refuse_where_confirmed(supervision_id: uuid.UUID) -> None:
    if Supervision.objects.filter(pk=supervision_id, state=rules.SupervisionState.CONFIRMED).exists():
        raise Refused(rules.CONFIRMED_IS_FINAL)
