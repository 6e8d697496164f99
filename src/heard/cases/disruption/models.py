"""Steps against the people and places that harm. Those for a child belong to the case, so that they go on whichever plan is in
force; those about a place or group itself belong to its context, towards a goal of it."""

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.cases.disruption import rules
from heard.cases.stage.models import Ground, Resting
from heard.knowledge import load
from heard.network.rules import MOVES

if TYPE_CHECKING:
    from heard.cases.case.models import Case

__all__ = ["DisruptionStep", "StepBreach", "StepGround"]


class DisruptionStep(Resting, models.Model):
    class Kind(models.TextChoices):
        CONTACT = rules.StepKind.CONTACT.value, _("Keep somebody away from the child")
        PLACE = rules.StepKind.PLACE.value, _("Make a place safe, or close it")
        BUSINESS = rules.StepKind.BUSINESS.value, _("Licences, premises and businesses")
        TRAVEL = rules.StepKind.TRAVEL.value, _("Transport and vehicles")
        ONLINE = rules.StepKind.ONLINE.value, _("Accounts and messages online")
        EVIDENCE = rules.StepKind.EVIDENCE.value, _("Find and secure evidence")
        OTHER = rules.StepKind.OTHER.value, _("Something else")

    class State(models.TextChoices):
        OPEN = rules.Progress.OPEN.value, _("To do")
        DONE = rules.Progress.DONE.value, _("Done")
        NOT_DONE = rules.Progress.NOT_DONE.value, _("Could not be done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    belongs_to: ClassVar = ("case", "context")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="disruption_steps"
    )
    context = models.ForeignKey(
        "cases.Context",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        help_text=_("The work on a place or group that it is a part of, where it is for no child’s case."),
    )
    goal = models.ForeignKey(
        "cases.ContextGoal", on_delete=models.PROTECT, null=True, blank=True, related_name="steps"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    what = models.TextField(help_text=_("What will be done, by us, against what harms."))
    when_merged: ClassVar = MOVES
    when_erased: ClassVar = {"who_or_where": "Somebody whose record was destroyed"}
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.ForeignKey(
        "network.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "network.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    who_or_where = models.CharField(
        max_length=200, blank=True, help_text=_("Where it is nobody and nothing of the network.")
    )
    power = models.TextField(blank=True, help_text=_("The legal power, in the words of who uses it."))
    legal_power = models.CharField(
        max_length=40, blank=True, help_text=_("Its id in the knowledge, where it is one of these.")
    )
    release = models.CharField(
        max_length=20, blank=True, help_text=_("The release that the power was chosen from.")
    )
    grounds = models.TextField(
        blank=True, help_text=_("What the power rests on: what is known, from whom and since when.")
    )
    asked_by = models.CharField(max_length=200, blank=True, help_text=_("Who asked for it: name and role."))
    asked_on = models.DateField(null=True, blank=True)
    served_on = models.DateField(null=True, blank=True, help_text=_("On which day they were told of it."))
    conditions = models.TextField(blank=True)
    ends_on = models.DateField(null=True, blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(
        null=True, blank=True, help_text=_("It is over: nobody is reminded any longer.")
    )
    childs_view = models.TextField(
        blank=True, help_text=_("What the child thinks of it, or why they were not asked.")
    )
    safety = models.TextField(blank=True, help_text=_("What it means for the safety of the child."))
    said_before = models.TextField(
        blank=True,
        help_text=_("What was written of the power before, each with the day until which it stood."),
    )
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField()
    panel_action = models.ForeignKey(
        "cases.PanelAction",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="in_steps",
        help_text=_("What a panel decided, where it comes from there."),
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    done_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["due_on", "added_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, place__isnull=True, group__isnull=True)
                | models.Q(person__isnull=True, place__isnull=False, group__isnull=True)
                | models.Q(person__isnull=True, place__isnull=True, group__isnull=False)
                | (
                    models.Q(person__isnull=True, place__isnull=True, group__isnull=True)
                    & ~models.Q(who_or_where="")
                ),
                name="disruption_has_one_end",
                violation_error_message=_("A step is against one person, one place or one group."),
            ),
            models.CheckConstraint(
                condition=models.Q(case__isnull=False, context__isnull=True, goal__isnull=True)
                | models.Q(case__isnull=True, context__isnull=False, goal__isnull=False, owner__isnull=False),
                name="disruption_is_of_a_case_or_a_context",
                violation_error_message=_(
                    "A step is of one case, or of one context with a goal and an owner."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", done_on__isnull=True)
                | (~models.Q(state="open") & models.Q(done_on__isnull=False)),
                name="finished_disruption_has_date",
                violation_error_message=_("Say on which day it was finished."),
            ),
            models.CheckConstraint(
                condition=(~models.Q(legal_power="") & ~models.Q(release=""))
                | models.Q(
                    legal_power="",
                    release="",
                    asked_on=None,
                    served_on=None,
                    ends_on=None,
                    look_again_on=None,
                    ended_on=None,
                ),
                name="days_of_a_power_have_a_power",
                violation_error_message=_("Choose the power first."),
            ),
        ]

    def __str__(self) -> str:
        return "disruption step"

    @property
    def child_case(self) -> "Case":
        """Of a step that is not of a context."""
        assert self.case
        return self.case

    @property
    def against(self) -> str:
        return str(self.person or self.place or self.group or self.who_or_where)

    @property
    def end_id(self) -> uuid.UUID | None:
        """The person, place or group that it is against; None where it is described."""
        return self.person_id or self.place_id or self.group_id

    @property
    def is_begun(self) -> bool:
        """Whether its power was asked for, has a day or was broken: then it stays, and whom or what it is against. Fetch `breaches` with it."""
        days = (self.asked_on, self.served_on, self.ends_on, self.look_again_on, self.ended_on)
        return any(days) or bool(self.broken)

    @property
    def is_against_a_child(self) -> bool:
        """Of whom that is known since: the step was planned against an adult."""
        who = self.person
        return who is not None and rules.is_a_child(who.kind, who.birth_date, timezone.localdate())

    @property
    def power_label(self) -> str:
        """The power as the release calls it that it was chosen from; '' where none was chosen."""
        return load.release(self.release).power(self.legal_power).label if self.legal_power else ""

    @property
    def power_said(self) -> str:
        """The power with what was written of it, or either alone."""
        return ". ".join(filter(None, (self.power_label, self.power)))

    @property
    def noted_breaches(self) -> "list[StepBreach]":
        """Also those that were noted wrongly. Fetch `breaches` with it."""
        return list(self.breaches.all())

    @property
    def broken(self) -> "list[StepBreach]":
        """Each time that it was broken, without what was noted wrongly. Fetch `breaches` with it."""
        return [breach for breach in self.noted_breaches if breach.taken_back_at is None]


class StepGround(Ground):
    """A source of a tie on which the power of a step rests, as whoever wrote of the power chose it."""

    of: ClassVar = "step"
    step = models.ForeignKey(DisruptionStep, on_delete=models.CASCADE, related_name="rests_on")

    class Meta(Ground.Meta):
        constraints: ClassVar = [
            Ground.once("step", "rests_on_it_once"),
            Ground.looked_with_why("ground_looked_at_with_why"),
        ]


class StepBreach(models.Model):
    """Somebody did what the power of a step forbids, and what was done then. Never changed; what was noted wrongly is taken back, and stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    step = models.ForeignKey(DisruptionStep, on_delete=models.CASCADE, related_name="breaches")
    broken_on = models.DateField()
    what_was_done = models.TextField(help_text=_("How it was broken, and what was done then."))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_taken_back = models.TextField(
        blank=True, help_text=_("Why it was noted wrongly. It counts no longer.")
    )

    class Meta:
        ordering: ClassVar = ["broken_on", "noted_at", "pk"]

    def __str__(self) -> str:
        return "breach"
