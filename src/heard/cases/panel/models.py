"""Panels of several agencies: who comes, what is on the agenda and why, what was decided, who did not agree. And the
disagreements of professionals about any decision, with their steps."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.cases.panel import rules
from heard.cases.stage.models import Ground, Resting
from heard.network.rules import MOVES, Joined

if TYPE_CHECKING:
    from heard.agencies.models import User

__all__ = [
    "Disagreement",
    "DisagreementStep",
    "Dissent",
    "MinutesCorrection",
    "Panel",
    "PanelAction",
    "PanelGround",
    "PanelItem",
    "PanelReason",
    "PanelSeat",
]


class Panel(models.Model):
    """A meeting of several agencies: a panel, or one of another kind that works as one."""

    class Kind(models.TextChoices):
        PANEL = rules.MeetingKind.PANEL.value, _("Panel")
        MAPPING = rules.MeetingKind.MAPPING.value, _("Mapping meeting")
        CONFERENCE = rules.MeetingKind.CONFERENCE.value, _("Context conference")

    class State(models.TextChoices):
        PLANNED = rules.PanelState.PLANNED.value, _("To come")
        HELD = rules.PanelState.HELD.value, _("Held")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PANEL)
    context = models.ForeignKey(
        "cases.Context",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conferences",
        help_text=_("The work on a place or group that a conference is about."),
    )
    purpose = models.TextField(
        blank=True, help_text=_("Why it is held, written before it begins. It names no child.")
    )
    used_by = models.TextField(
        blank=True, help_text=_("Who will use what comes out of it, and for what, written before it begins.")
    )
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200, help_text=_("Where it meets, or how to join it."))
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chaired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who took the chair, because whoever was to chair it was away."),
    )
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(auto_now_add=True)
    since = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("The record was looked through from then on, when it was prepared."),
    )
    prepared_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was written down as held."))
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True, help_text=_("When its minutes were agreed."))
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_in = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The later panel at which they were agreed."),
    )

    class Meta:
        ordering: ClassVar = ["-starts_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="planned", held_at=None) | Q(state="held", held_at__isnull=False),
                name="held_panel_has_when",
                violation_error_message=_("Say when the panel was held."),
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreed_in=None, agreed_by=None)
                | Q(state="held", agreed_at__isnull=False, agreed_in__isnull=False, agreed_by__isnull=False),
                name="minutes_agreed_at_a_later_panel",
                violation_error_message=_("Minutes are agreed at a later panel."),
            ),
            models.CheckConstraint(
                condition=Q(kind="panel", purpose="", used_by="")
                | ~Q(kind="panel") & ~Q(purpose="") & ~Q(used_by=""),
                name="meeting_says_why_and_for_whom",
                violation_error_message=_("Say why it is held, and who will use what comes out of it."),
            ),
            models.CheckConstraint(
                condition=Q(kind="conference", context__isnull=False)
                | ~Q(kind="conference") & Q(context=None),
                name="conference_has_a_context",
                violation_error_message=_("A conference is about one place or group."),
            ),
        ]

    def __str__(self) -> str:
        return f"panel of {self.starts_at:%Y-%m-%d}"

    @property
    def has_begun(self) -> bool:
        return self.state == self.State.HELD or self.starts_at <= timezone.now()

    @property
    def in_the_chair(self) -> User:
        """Who chairs it: whoever took the chair, else whoever was to."""
        return self.chaired_by or self.chair

    @property
    def is_written_afterwards(self) -> bool:
        """Whether it was called, with why it is held, after it had begun. It is never moved to a day before that."""
        return self.planned_at > self.starts_at

    @property
    def is_mapping(self) -> bool:
        return self.kind == self.Kind.MAPPING

    @property
    def is_conference(self) -> bool:
        return self.kind == self.Kind.CONFERENCE


class PanelSeat(models.Model):
    """An invitation: an agency, or one of its people. Whether they came."""

    class Came(models.TextChoices):
        CAME = rules.Came.CAME.value, _("Came")
        APOLOGIES = rules.Came.APOLOGIES.value, _("Sent apologies")
        SOMEBODY_ELSE = rules.Came.SOMEBODY_ELSE.value, _("Sent somebody else")
        ABSENT = rules.Came.ABSENT.value, _("Did not come")

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="seats")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    came = models.CharField(max_length=10, choices=Came, blank=True)
    instead = models.CharField(max_length=120, blank=True, help_text=_("Who came for them."))

    class Meta:
        ordering: ClassVar = ["agency__name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel", "agency", "user"],
                name="person_invited_once",
                violation_error_message=_("They are invited already."),
            ),
            models.UniqueConstraint(
                fields=["panel", "agency"],
                condition=Q(user__isnull=True),
                name="agency_invited_once",
                violation_error_message=_("They are invited already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.agency)


class PanelItem(Resting, models.Model):
    """One thing on the agenda: a child, an adult, a group, a place, or a theme.

    What was taken off stays here with the reason, so that preparing again does not bring it back.
    """

    class Section(models.TextChoices):
        CHILDREN = rules.AgendaSection.CHILDREN.value, _("Children")
        HARM = rules.AgendaSection.HARM.value, _("People and groups")
        PLACES = rules.AgendaSection.PLACES.value, _("Places")
        HANDLES = rules.AgendaSection.HANDLES.value, _("Phones, cars and accounts")
        THEMES = rules.AgendaSection.THEMES.value, _("Themes")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="items")
    section = models.CharField(max_length=10, choices=Section)
    when_merged: ClassVar = Joined(numbered="nth", by="added_at")
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.ForeignKey(
        "network.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "network.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handle = models.ForeignKey(
        "network.Handle", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # it goes where nothing leads to it any longer, and the title stays
    theme = models.CharField(max_length=20, blank=True, help_text=_("The id of the sign or pattern."))
    title = models.CharField(
        max_length=200,
        blank=True,
        help_text=_(
            "Of a theme, or what stands where a phone or car is no longer in Heard. It names no child."
        ),
    )
    position = models.PositiveIntegerField(default=0)
    nth = models.PositiveSmallIntegerField(
        default=0,
        help_text=_(
            "Above 0 only where two records were merged and each stood on this agenda, or where somebody chose a phone, car or "
            "account and may not see the item that is there already."
        ),
    )
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    taken_off_at = models.DateTimeField(null=True, blank=True)
    why_off = models.TextField(blank=True)
    notes = models.TextField(blank=True, help_text=_("What was said."))
    decision = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "added_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, place=None, group=None, handle=None)
                | Q(person=None, place__isnull=False, group=None, handle=None)
                | Q(person=None, place=None, group__isnull=False, handle=None)
                | Q(person=None, place=None, group=None, handle__isnull=False)
                | (Q(person=None, place=None, group=None, handle=None) & ~Q(title="")),
                name="panel_item_is_about_one",
                violation_error_message=_(
                    "An item is about one child, person, place, group, phone or car, or theme."
                ),
            ),
            models.UniqueConstraint(fields=["panel", "person", "nth"], name="person_once_on_an_agenda"),
            models.UniqueConstraint(fields=["panel", "place", "nth"], name="place_once_on_an_agenda"),
            models.UniqueConstraint(fields=["panel", "group", "nth"], name="group_once_on_an_agenda"),
            models.UniqueConstraint(fields=["panel", "handle", "nth"], name="handle_once_on_an_agenda"),
            models.UniqueConstraint(
                fields=["panel", "theme"], condition=~Q(theme=""), name="theme_once_on_an_agenda"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, decision="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="") & ~Q(reason="")),
                name="panel_decision_has_who_when_why",
                violation_error_message=_("A decision has who wrote it down, when and why."),
            ),
        ]

    def __str__(self) -> str:
        return "item of a panel"

    @property
    def about(self) -> str:
        """The name of the child, person, place or group, the phone or car, or the title of the theme. Fetch these with it."""
        return str(self.person or self.place or self.group or self.handle or self.title)

    @property
    def end(self) -> str:
        """person, place, group or handle; “” for a theme."""
        ends = ("person", "place", "group", "handle")
        return next((end for end in ends if getattr(self, f"{end}_id")), "")

    @property
    def node_id(self) -> uuid.UUID | None:
        """The key in the network of what it is about; None for a theme."""
        return self.person_id or self.place_id or self.group_id or self.handle_id

    @property
    def is_about_child(self) -> bool:
        return self.section == self.Section.CHILDREN


class PanelGround(Ground):
    """A source of a tie on which what was decided on an item rests."""

    of: ClassVar = "item"
    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="rests_on")

    class Meta(Ground.Meta):
        constraints: ClassVar = [
            Ground.once("item", "item_rests_on_it_once"),
            Ground.looked_with_why("item_ground_looked_at_with_why"),
        ]


class PanelReason(models.Model):
    """Why an item is on the agenda, drawn from the record. Keys and days only; preparing again writes them anew."""

    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="reasons")
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in rules.Why])
    on = models.DateField(null=True, blank=True)
    about = models.UUIDField(null=True, blank=True, help_text=_("The key of the worry, plan or episode."))
    number = models.PositiveIntegerField(null=True, blank=True, help_text=_("Children, of a theme."))

    class Meta:
        ordering: ClassVar = ["on", "pk"]

    def __str__(self) -> str:
        return self.kind


class PanelAction(models.Model):
    """What somebody does because a panel decided it. It lives in the child's plan or among the disruption steps
    (`in_plans` and `in_steps`); what has no child's case to live in is finished here."""

    class State(models.TextChoices):
        OPEN = rules.Progress.OPEN.value, _("To do")
        DONE = rules.Progress.DONE.value, _("Done")
        NOT_DONE = rules.Progress.NOT_DONE.value, _("Could not be done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(PanelItem, on_delete=models.PROTECT, related_name="actions")
    what = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    lives_elsewhere = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    done_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["due_on", "added_at"]

    def __str__(self) -> str:
        return "action of a panel"


class Dissent(models.Model):
    """Somebody who took part does not agree with what was decided. It stays beside the decision."""

    item = models.ForeignKey(PanelItem, on_delete=models.PROTECT, related_name="dissents")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    said_by = models.CharField(
        max_length=120, blank=True, help_text=_("Who said it, where somebody else wrote it down for them.")
    )
    why = models.TextField()
    said_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["said_at", "pk"]

    def __str__(self) -> str:
        return "dissent"

    @property
    def who(self) -> str:
        return self.said_by or str(self.by)


class MinutesCorrection(models.Model):
    """What is put right in minutes before they are agreed: of one item, or (`item` empty) of the attendance."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="corrections")
    item = models.ForeignKey(
        PanelItem, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return "correction of minutes"


class Disagreement(models.Model):
    """Professionals disagree about a decision on a child. It goes on step by step until it is settled."""

    class About(models.TextChoices):
        WORRY = rules.About.WORRY.value, _("What was decided on a worry")
        ASSESSMENT = rules.About.ASSESSMENT.value, _("An assessment")
        PLAN = rules.About.PLAN.value, _("A plan")
        REVIEW = rules.About.REVIEW.value, _("What a review decided")
        PANEL = rules.About.PANEL.value, _("What a panel decided")
        OTHER = rules.About.OTHER.value, _("Something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=10, choices=About)
    about_id = models.UUIDField(null=True, blank=True)
    what = models.TextField(help_text=_("What they disagree with, and why."))
    interest = models.TextField(help_text=_("What it means for the child."))
    with_agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    policy = models.CharField(max_length=200, help_text=_("Whose steps and times these are."))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    resolution = models.TextField(
        blank=True, help_text=_("How it was settled, and what changes for the child.")
    )

    class Meta:
        ordering: ClassVar = ["-opened_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(settled_at=None, resolution="")
                | (Q(settled_at__isnull=False) & ~Q(resolution="")),
                name="settled_disagreement_has_how",
                violation_error_message=_("Say how it was settled."),
            )
        ]

    def __str__(self) -> str:
        return "disagreement"


class DisagreementStep(models.Model):
    """One step of a disagreement: in the words of the policy as it was then, by when, and what came of it."""

    class Outcome(models.TextChoices):
        AGREED = rules.Outcome.AGREED.value, _("Settled")
        NOT_AGREED = rules.Outcome.NOT_AGREED.value, _("Not settled: the next step begins")

    disagreement = models.ForeignKey(Disagreement, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=40, help_text=_("Its id in the policy."))
    label = models.CharField(max_length=200)
    who_talks = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    began_on = models.DateField()
    due_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    who = models.TextField(blank=True, help_text=_("Who talked to whom."))
    reason = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="", done_at=None, done_by=None)
                | (
                    Q(done_at__isnull=False, done_by__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(who="")
                    & ~Q(reason="")
                ),
                name="step_taken_has_who_when_why",
                violation_error_message=_("A step that was taken has who talked, when and why."),
            ),
            models.UniqueConstraint(
                fields=["disagreement"], condition=Q(outcome=""), name="one_step_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.label
