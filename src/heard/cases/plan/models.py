"""Plans: what will be different for the child, who does what by when, and when it is looked at again."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.plan import rules

__all__ = ["Action", "ActionDelay", "Outcome", "Plan", "WhereWeAre"]


class Plan(models.Model):
    """`review_on` is the one place that says when an agreed plan is next reviewed: no agreed plan is without it."""

    class State(models.TextChoices):
        DRAFT = rules.PlanState.DRAFT.value, _("Being written")
        AGREED = rules.PlanState.AGREED.value, _("Agreed")
        REPLACED = rules.PlanState.REPLACED.value, _("Replaced by a new plan")
        ENDED = rules.PlanState.ENDED.value, _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="plans")
    assessment = models.ForeignKey(
        "cases.Assessment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        help_text=_("The signed one that the plan was agreed on."),
    )
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state="draft"),
                name="one_draft_plan_per_case",
                violation_error_message=_("A plan for this child has been started. Go on with that one."),
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state="agreed"),
                name="one_agreed_plan_per_case",
                violation_error_message=_("This child has an agreed plan. Hold a review to change it."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | models.Q(assessment__isnull=False, agreed_at__isnull=False, agreed_by__isnull=False),
                name="plan_agreed_on_an_assessment",
                violation_error_message=_("A plan is agreed by somebody, on a signed assessment."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="agreed") | models.Q(review_on__isnull=False),
                name="agreed_plan_has_review_date",
                violation_error_message=_("Give the date on which this plan will be reviewed."),
            ),
        ]

    def __str__(self) -> str:
        return f"plan of {self.started_at:%Y-%m-%d}"


def _first() -> models.ForeignKey[Any, Any]:
    """Each version of a plan has rows of its own; those of one outcome, or of one action, are a line."""
    return models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The first of its line, where a changed plan took it over."),
    )


class Outcome(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="outcomes")
    text = models.TextField(help_text=_("What will be different for the child."))
    where_we_are = models.TextField(
        blank=True, help_text=_("Where we are now. What was said before is kept with its date.")
    )
    plain = models.TextField(
        blank=True, help_text=_("The same for the child, in plain words: the child’s plan shows it.")
    )
    first = _first()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["added_at"]

    def __str__(self) -> str:
        return "outcome"

    @property
    def line_id(self) -> uuid.UUID:
        """The key of the first of its line: the same outcome in every plan that holds it."""
        return self.first_id or self.pk


class WhereWeAre(models.Model):
    """How far one outcome was on a day. Only ever added, so that one sees whether it gets better."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="notes")
    on = models.DateField()
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-on", "-written_at"]

    def __str__(self) -> str:
        return f"where we are on {self.on}"


class Action(models.Model):
    class State(models.TextChoices):
        OPEN = rules.Progress.OPEN.value, _("To do")
        DONE = rules.Progress.DONE.value, _("Done")
        NOT_DONE = rules.Progress.NOT_DONE.value, _("Could not be done")
        REPLACED = rules.Progress.REPLACED.value, _("Replaced by the changed plan")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="actions")
    what = models.TextField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(
        "agencies.Agency",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The agency for which its owner does it."),
    )
    plain = models.TextField(
        blank=True, help_text=_("The same for the child, in plain words: the child’s plan shows it.")
    )
    due_on = models.DateField(null=True, blank=True)
    panel_action = models.ForeignKey(
        "cases.PanelAction",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="in_plans",
        help_text=_("What a panel decided, where it comes from there."),
    )
    contact_note = models.ForeignKey(
        "cases.ContactNote",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The note of contact that it follows from, where it does."),
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    done_on = models.DateField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True, help_text=_("When that was written down."))
    note = models.TextField(blank=True)
    first = _first()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["due_on", "added_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "replaced"], done_on__isnull=True)
                | models.Q(state__in=["done", "not_done"], done_on__isnull=False),
                name="finished_action_has_date",
                violation_error_message=_("Say on which day it was finished."),
            )
        ]

    def __str__(self) -> str:
        return "action"

    @property
    def line_id(self) -> uuid.UUID:
        """The key of the first of its line: the same action in every plan that holds it."""
        return self.first_id or self.pk

    @property
    def put_off(self) -> list[ActionDelay]:
        """Each time that it was put off, in this plan or one before it, the first first."""
        return list((self.first or self).delays.all())


class ActionDelay(models.Model):
    """That an action of a plan in force was put off to a later day, and why. `action` is the first of its line, so that it stands in each
    plan that holds it. The day that was agreed is `was_due_on` of the first delay: figures count by that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="delays")
    was_due_on = models.DateField()
    due_on = models.DateField()
    reason = models.TextField()
    put_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    put_off_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["put_off_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(due_on__gt=models.F("was_due_on")),
                name="action_put_off_to_later_day",
                violation_error_message=_("Choose a day after the one by which it was due."),
            )
        ]

    def __str__(self) -> str:
        return "delay of an action"
