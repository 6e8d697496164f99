"""A worry about a child, a place or a group, as somebody told it; what was decided on it, and what they read of that."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from heard.cases.case.models import Observation
from heard.cases.concern import rules
from heard.network.rules import MOVES

__all__ = [
    "Concern",
    "ConcernObservation",
    "ConcernStep",
    "EarlierDecision",
    "StaffWorry",
    "TellerQuestion",
]


class NotAboutStaff(models.Manager[Any]):
    """Leaves out worries about people who work with children: `path` leads to the worry. Those are only for a few, so that
    whoever wants them says so, with `everything`."""

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.path = path

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(**{f"{self.path}about_staff": False})


class Concern(models.Model):
    class State(models.TextChoices):
        TOLD = rules.ConcernState.TOLD.value, _("Waiting for a decision")
        DECIDED = rules.ConcernState.DECIDED.value, _("Decided")

    class Decision(models.TextChoices):
        OPEN_CASE = rules.Decision.OPEN_CASE.value, _("Open a case")
        ADD_TO_CASE = rules.Decision.ADD_TO_CASE.value, _("Add to the open case")
        STRATEGY = rules.Decision.STRATEGY.value, _("Strategy discussion")
        HELP = rules.Decision.HELP.value, _("Help without a case")
        PANEL = rules.Decision.PANEL.value, _("Discuss it at the panel")
        STEP = rules.Decision.STEP.value, _("A step is agreed")
        OPEN_CONTEXT = rules.Decision.OPEN_CONTEXT.value, _("Open a context")
        ADD_TO_CONTEXT = rules.Decision.ADD_TO_CONTEXT.value, _("Add to the open context")
        OTHER_AGENCY = rules.Decision.OTHER_AGENCY.value, _("Another agency takes this on")
        NO_FURTHER_ACTION = rules.Decision.NO_FURTHER_ACTION.value, _("No further action")
        OFFICER = rules.Decision.OFFICER.value, _("The designated officer acts on it")

    class Danger(models.TextChoices):
        YES = rules.Danger.YES.value, _("Yes")
        NO = rules.Danger.NO.value, _("No")
        NOT_KNOWN = rules.Danger.NOT_KNOWN.value, _("Not known")

    class Origin(models.TextChoices):
        TOLD = "told", _("Told by somebody")
        LIST = "list", _("Opened by a person from the list of scattered signs")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.ForeignKey(
        "network.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "network.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    origin = models.CharField(max_length=4, choices=Origin, default=Origin.TOLD)
    release = models.CharField(
        max_length=20, help_text=_("The knowledge release that the signs are named after.")
    )
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    seen_and_heard = models.TextField()
    when_seen = models.CharField(
        max_length=300, blank=True, help_text=_("Of a place or group: on which days, at what time.")
    )
    who_comes = models.TextField(blank=True, help_text=_("Of a place or group: who comes there."))
    compared = models.TextField(
        blank=True, editable=False, help_text=_("Of a place or group: its words, each between two spaces.")
    )
    danger_now = models.CharField(max_length=10, choices=Danger)
    in_danger = models.GeneratedField(
        expression=Exact(models.F("danger_now"), "yes"),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text=_(
            "Whether somebody was, when it was told: it stands first, and nothing holds the answer up."
        ),
    )
    danger_done = models.TextField(blank=True)
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    due_on = models.DateField(help_text=_("A decision is due by the end of this day."))
    state = models.CharField(max_length=10, choices=State, default=State.TOLD)
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    decision_words = models.ForeignKey(
        "cases.Words",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the child said, beside which it was decided."),
    )
    why_without_words = models.TextField(
        blank=True, help_text=_("Why the decision was made without the child’s own words.")
    )
    why_alone = models.TextField(
        blank=True, help_text=_("Why whoever told the worry decided on it too: nobody else could.")
    )
    feedback = models.TextField(blank=True, help_text=_("What the person who told this reads about it."))
    feedback_read_at = models.DateTimeField(null=True, blank=True)
    other_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    other_team = models.ForeignKey(
        "agencies.Team",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The team alone that takes it on, where not all of the agency does."),
    )
    help_with = models.TextField(blank=True, help_text=_("Which help or service, where there is no case."))
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    context = models.ForeignKey(
        "cases.Context",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="worries",
        help_text=_("The work on the place or group that it was opened from, or added to."),
    )
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    corrected_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the decision was put right.")
    )
    why_corrected = models.TextField(blank=True)
    about_staff = models.BooleanField(
        default=False, help_text=_("It is about somebody who works with children, as `StaffWorry` says.")
    )

    everything = models.Manager()
    objects = NotAboutStaff()

    class Meta:
        ordering: ClassVar = ["due_on", "told_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["-in_danger", "due_on", "told_at"],
                condition=models.Q(state="told"),
                name="worries_in_order",
            ),
            models.Index(fields=["state"], condition=models.Q(about_staff=True), name="worries_about_staff"),
            models.Index(
                fields=["-decided_at", "id"], condition=models.Q(state="decided"), name="worries_decided"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, place__isnull=True, group__isnull=True)
                | models.Q(person__isnull=True, place__isnull=False, group__isnull=True)
                | models.Q(person__isnull=True, place__isnull=True, group__isnull=False),
                name="concern_is_about_one",
                violation_error_message=_("A worry is about one child, one place or one group"),
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True)
                | models.Q(words__isnull=False)
                | ~models.Q(why_no_words=""),
                name="concern_words_or_why_not",
                violation_error_message=_("Write the child’s own words, or say why there are none"),
            ),
            models.CheckConstraint(
                condition=~models.Q(danger_now="yes") | ~models.Q(danger_done=""),
                name="concern_danger_has_what_was_done",
                violation_error_message=_("Somebody is in danger now: say what has been done about it"),
            ),
            models.CheckConstraint(
                condition=models.Q(state="told", decision="", decided_by=None, decided_at=None)
                | (
                    models.Q(state="decided", decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(decision="")
                    & ~models.Q(decision_reason="")
                ),
                name="concern_decision_has_who_when_why",
                violation_error_message=_("A decision has who took it, when and why"),
            ),
            models.CheckConstraint(
                condition=~models.Q(decision__in=["open_case", "add_to_case"]) | models.Q(case__isnull=False),
                name="concern_case_is_named",
                violation_error_message=_("Name the case that this worry went to"),
            ),
            models.CheckConstraint(
                condition=~models.Q(decision__in=["open_context", "add_to_context"])
                | models.Q(context__isnull=False, person__isnull=True),
                name="concern_context_is_named",
                violation_error_message=_("Name the context that this worry went to"),
            ),
            models.CheckConstraint(
                condition=~models.Q(decision="other_agency") | models.Q(other_agency__isnull=False),
                name="concern_other_agency_is_named",
                violation_error_message=_("Choose the agency that takes this on"),
            ),
            models.CheckConstraint(
                condition=models.Q(other_team=None) | models.Q(other_agency__isnull=False),
                name="concern_other_team_is_of_an_agency",
                violation_error_message=_("Choose the agency of the team that takes this on"),
            ),
            models.CheckConstraint(
                condition=~models.Q(decision="help") | ~models.Q(help_with=""),
                name="concern_help_is_named",
                violation_error_message=_("Say which help or service it is"),
            ),
            models.CheckConstraint(
                condition=models.Q(corrected_at=None, corrected_by=None)
                | models.Q(corrected_at__isnull=False, corrected_by__isnull=False)
                & ~models.Q(why_corrected=""),
                name="concern_corrected_for_a_reason",
                violation_error_message=_("Say why the decision is put right"),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def about(self) -> str:
        """Child, place or group, as in `rules.About`."""
        if self.person_id:
            return rules.About.CHILD.value
        return rules.About.PLACE.value if self.place_id else rules.About.GROUP.value

    @property
    def names_in(self) -> str:
        """The text in which what it names was found, where `Mention` says that it stands."""
        return self.seen_and_heard

    @property
    def whom(self) -> str:
        """The name of the child, the place or the group. Fetch these with it."""
        return str(self.person or self.place or self.group)


class ConcernObservation(Observation):
    """A sign or vulnerability as the person who told the worry saw it."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="observations")

    everything = models.Manager()
    objects = NotAboutStaff("concern__")

    class Meta(Observation.Meta):
        ordering: ClassVar = ["item", "-seen_on", "pk"]


class ConcernStep(models.Model):
    """A step that was agreed about a place or a group: what makes it safer, who does it, and by when."""

    class State(models.TextChoices):
        OPEN = rules.StepState.OPEN.value, _("To do")
        DONE = rules.StepState.DONE.value, _("Done")
        NOT_DONE = rules.StepState.NOT_DONE.value, _("Could not be done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.OneToOneField(Concern, on_delete=models.CASCADE, related_name="step")
    what = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    note = models.TextField(blank=True, help_text=_("What changed, or why it could not be done."))
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open", finished_at=None, finished_by=None)
                | (models.Q(finished_at__isnull=False, finished_by__isnull=False) & ~models.Q(note="")),
                name="concern_step_finished_has_who_when_what",
                violation_error_message=_("A step that is finished has who says so, when and what changed"),
            )
        ]

    def __str__(self) -> str:
        return self.what


class EarlierDecision(models.Model):
    """What a decision on a worry said before it was put right. Only ever added."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="earlier_decisions")
    decision = models.CharField(max_length=20, choices=Concern.Decision)
    reason = models.TextField()
    feedback = models.TextField(blank=True)
    decision_words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_without_words = models.TextField(blank=True)
    why_alone = models.TextField(blank=True)
    help_with = models.TextField(blank=True)
    other_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    other_team = models.ForeignKey(
        "agencies.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    context = models.ForeignKey(
        "cases.Context", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-said_at", "-pk"]

    def __str__(self) -> str:
        return f"decision of {self.said_at:%Y-%m-%d}"


class TellerQuestion(models.Model):
    """What somebody who decides asks whoever told a worry. It ends unanswered where the worry is decided first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField(help_text=_("By when an answer is asked for."))
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("When nobody waited for it any more."))

    class Meta:
        ordering: ClassVar = ["asked_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["concern"],
                condition=models.Q(answered_at=None, ended_at=None),
                name="questions_to_tellers",
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | ~models.Q(answer=""),
                name="teller_answered_in_words",
                violation_error_message=_("Write your answer. “I do not know” is an answer."),
            )
        ]

    def __str__(self) -> str:
        return f"question of {self.asked_at:%Y-%m-%d}"


class StaffWorry(models.Model):
    """Of a worry about somebody who works with children: who that is, and what the child said. Only the designated officer
    hears of it; without one, who decides on worries and was told, as long as it is not about them."""

    concern = models.OneToOneField(Concern, on_delete=models.CASCADE, related_name="staff")
    who = models.CharField(max_length=300, help_text=_("Name, and what they do."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.TextField(
        blank=True, help_text=_("The child’s own words: they stand nowhere else in the record.")
    )
    heard_by = models.CharField(max_length=120, blank=True)
    heard_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "staff worries"

    def __str__(self) -> str:
        return self.who
