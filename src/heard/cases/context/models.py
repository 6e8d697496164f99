"""Places and groups as work: a context is one piece of work about one of them. It is about no child."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from heard.cases.context import rules
from heard.cases.stage.models import (
    Ground,
    KeptOnceSigned,
    LookedAt,
    PartOfSigned,
    Recognised,
    Resting,
    SignedOff,
    refuse_where_signed,
)
from heard.cases.stage.rules import PATTERN_ASKS
from heard.network.rules import MOVES, Joined

__all__ = [
    "Context",
    "ContextAssessment",
    "ContextEarlier",
    "ContextEnd",
    "ContextFinding",
    "ContextGoal",
    "ContextGround",
    "ContextGuardian",
    "ContextHolder",
    "ContextMention",
    "ContextPattern",
    "ContextReview",
    "ContextTry",
    "ContextVoice",
    "ReviewedGoal",
]


class Context(models.Model):
    class Setting(models.TextChoices):
        NEIGHBOURHOOD = rules.Setting.NEIGHBOURHOOD.value, _("Neighbourhood or location")
        SCHOOL = rules.Setting.SCHOOL.value, _("School or college")
        TRANSPORT = rules.Setting.TRANSPORT.value, _("Transport")
        HOME = rules.Setting.HOME.value, _("A home")
        ONLINE = rules.Setting.ONLINE.value, _("Online space")
        PEER_GROUP = rules.Setting.PEER_GROUP.value, _("Peer group")
        OTHER_GROUP = rules.Setting.OTHER_GROUP.value, _("Another group")

    class State(models.TextChoices):
        OPEN = rules.ContextState.OPEN.value, _("Open")
        CLOSED = rules.ContextState.CLOSED.value, _("Closed")

    when_merged: ClassVar = Joined(numbered="nth", by="opened_at")
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, editable=False)
    place = models.ForeignKey(
        "network.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "network.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    nth = models.PositiveSmallIntegerField(
        default=0,
        editable=False,
        help_text=_("Above 0 only where two places or groups were merged and there was work on each."),
    )
    setting = models.CharField(max_length=15, choices=Setting)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    lead_team = models.ForeignKey("agencies.Team", on_delete=models.PROTECT, related_name="+")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why_opened = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField(null=True, blank=True, help_text=_("When its goals are looked at next."))
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_closed = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-opened_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["held_by"], condition=models.Q(state="open"), name="contexts_held"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(place__isnull=False, group__isnull=True)
                | models.Q(place__isnull=True, group__isnull=False),
                name="context_is_about_one",
                violation_error_message=_("A context is about one place or one group"),
            ),
            models.UniqueConstraint(
                fields=["place", "nth"],
                condition=models.Q(state="open"),
                name="one_open_context_of_a_place",
                violation_error_message=_("There is an open context about this already. Add to that one."),
            ),
            models.UniqueConstraint(
                fields=["group", "nth"],
                condition=models.Q(state="open"),
                name="one_open_context_of_a_group",
                violation_error_message=_("There is an open context about this already. Add to that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None, closed_by=None)
                | models.Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                & ~models.Q(why_closed=""),
                name="closed_context_has_who_when_why",
                violation_error_message=_("A context that is closed has who closed it, when and why"),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_public(self) -> bool:
        """Whether everybody who works with children may read it."""
        return self.place_id is not None and self.setting not in rules.NEED_TO_KNOW

    @property
    def end(self) -> str:
        """place or group"""
        return "place" if self.place_id else "group"

    @property
    def node_id(self) -> uuid.UUID:
        """The key of the place or group, in the network too."""
        key: Any = self.place_id or self.group_id
        return key

    @property
    def next_step(self) -> str:
        """What the work on it waits for; of a row of `contexts_held`."""
        row: Any = self
        return rules.what_is_next(
            is_twice=row.is_twice,
            is_heard=row.is_heard,
            is_sent=row.is_sent,
            is_assessed=row.is_assessed,
            has_goals=row.has_goals,
            has_review=row.review_on is not None,
            is_left_open=row.is_left_open,
        )

    @property
    def whom(self) -> str:
        """The name of the place or the group. Fetch these with it."""
        return str(self.place or self.group)


class ContextHolder(models.Model):
    """Who held a context before, until when, and why somebody else does since. Only ever added."""

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="earlier_holders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    why = models.TextField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-until", "-pk"]

    def __str__(self) -> str:
        return f"holder until {self.until:%Y-%m-%d}"


class ContextEarlier(models.Model):
    """How something in a context read before it was put right: only ever added, and read by those who decide. `said`: what stood in
    each field."""

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="earlier")
    goes_by_key: ClassVar = ("about_id",)
    about = models.CharField(max_length=10)
    about_id = models.UUIDField()
    said = models.JSONField()
    until = models.DateTimeField()
    why = models.TextField(blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-until", "-pk"]

    def __str__(self) -> str:
        return f"{self.about} until {self.until:%Y-%m-%d}"


class ContextVoice(models.Model):
    """What young people say of a place or group, without a name; or why nobody was asked."""

    class How(models.TextChoices):
        TALK = rules.How.TALK.value, _("In a conversation")
        GROUP = rules.How.GROUP.value, _("In a group")
        THERE = rules.How.THERE.value, _("There, or over a map of it")
        SURVEY = rules.How.SURVEY.value, _("In a survey")
        WROTE = rules.How.WROTE.value, _("In writing or online")

    class Ages(models.TextChoices):
        TO_10 = rules.Ages.TO_10.value, _("10 or younger")
        FROM_11 = rules.Ages.FROM_11.value, _("11 to 13")
        FROM_14 = rules.Ages.FROM_14.value, _("14 or 15")
        FROM_16 = rules.Ages.FROM_16.value, _("16 or 17")
        FROM_18 = rules.Ages.FROM_18.value, _("18 to 25")
        SEVERAL = rules.Ages.SEVERAL.value, _("Of several ages")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="voices")
    words = models.TextField(blank=True, help_text=_("As they were said."))
    how = models.CharField(max_length=6, choices=How, blank=True)
    age_band = models.CharField(max_length=7, choices=Ages, blank=True)
    heard_on = models.DateField(null=True, blank=True)
    what_changed = models.TextField(
        blank=True, help_text=_("What changed because of it, or why nothing has yet.")
    )
    why_nobody = models.TextField(blank=True, help_text=_("Why nobody was asked."))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = [models.F("heard_on").desc(nulls_last=True), "-written_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(why_nobody="", heard_on__isnull=False)
                & ~models.Q(words="")
                & ~models.Q(how="")
                & ~models.Q(age_band="")
                | models.Q(words="", heard_on=None) & ~models.Q(why_nobody=""),
                name="context_voice_or_why_nobody",
                violation_error_message=_("Write what young people said, or why nobody was asked"),
            )
        ]

    def __str__(self) -> str:
        return "what young people say"


class ContextAssessment(SignedOff):
    """What is known of a place or group: sides by setting, prose with evidence, no score. Signed off by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.PROTECT, related_name="assessments")
    weighing = models.TextField(
        blank=True, help_text=_("Which context, and what in it, drives the harm most, and why.")
    )

    class Meta:
        ordering: ClassVar = ["-started_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["context"],
                condition=~models.Q(state="signed"),
                name="one_unsigned_assessment_per_context",
                violation_error_message=_(
                    "An assessment of this is not signed off yet. Go on with that one."
                ),
            ),
            SignedOff.by_another("context_assessment_signed_by_another"),
        ]

    def __str__(self) -> str:
        return f"assessment of {self.started_at:%Y-%m-%d}"


class ContextFinding(Resting, PartOfSigned):
    """One thing that is known of the place or group: what, who says so, and when it was seen."""

    signed_through: ClassVar = "assessment"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(ContextAssessment, on_delete=models.PROTECT, related_name="findings")
    side = models.CharField(
        max_length=40, blank=True, help_text=_("Of the assessment's release; '' where that knows none.")
    )
    what = models.TextField()
    source = models.CharField(max_length=200, help_text=_("Who says so, and how they know."))
    seen_on = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = KeptOnceSigned.as_manager()

    class Meta:
        ordering: ClassVar = ["-seen_on", "written_at", "pk"]

    def __str__(self) -> str:
        return "what is known of a place or group"


class ContextGround(Ground):
    """A source of a tie on which something that is known of a place or group rests. It is no part of what is signed: what becomes of the
    finding once the source is withdrawn is said beside it."""

    of: ClassVar = "finding"
    finding = models.ForeignKey(ContextFinding, on_delete=models.CASCADE, related_name="rests_on")

    class Meta(Ground.Meta):
        constraints: ClassVar = [
            Ground.once("finding", "finding_rests_on_it_once"),
            Ground.looked_with_why("finding_ground_looked_at_with_why"),
        ]


class ContextMention(models.Model):
    """A finding names a child: only who may see that child reads it. It goes with the child's record."""

    when_merged: ClassVar = Joined(stays=True)
    takes_along: ClassVar = "finding"
    finding = models.ForeignKey(ContextFinding, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "person"], name="named_once_in_a_finding")
        ]

    def __str__(self) -> str:
        return "somebody who is named"


@receiver(m2m_changed, sender=ContextAssessment.writers.through)
def _writers_stay(instance: ContextAssessment, action: str, **_kwargs: Any) -> None:
    """Who wrote in a signed assessment is not changed either."""
    if action.startswith("pre_"):
        refuse_where_signed(ContextAssessment, [instance.pk])


class ContextPattern(Recognised):
    """A pattern of exploitation that somebody recognises at a place, in a group, or in a context, which alone reads what is need to know.
    It names nobody. It is withdrawn, never changed or deleted."""

    when_merged: ClassVar = MOVES
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(
        "network.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "network.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    context = models.ForeignKey(
        Context, on_delete=models.PROTECT, null=True, blank=True, related_name="patterns"
    )
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_withdrawn = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["pattern", "from_on", "noted_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(place__isnull=False, group=None, context=None)
                | models.Q(place=None, group__isnull=False, context=None)
                | models.Q(place=None, group=None, context__isnull=False),
                name="noted_pattern_is_of_one",
                violation_error_message=_("A pattern is noted of one place, group or context"),
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="noted_pattern_has_reason",
                violation_error_message=_(PATTERN_ASKS["reason"]),
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None, why_withdrawn="")
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~models.Q(why_withdrawn=""),
                name="withdrawn_pattern_has_who_when_why",
                violation_error_message=_("A pattern that is withdrawn has who withdrew it, when and why"),
            ),
        ]

    @property
    def end(self) -> str:
        """place, group or context"""
        return "context" if self.context_id else "place" if self.place_id else "group"

    @property
    def about_id(self) -> uuid.UUID:
        key: Any = self.context_id or self.place_id or self.group_id
        return key

    @property
    def node_id(self) -> uuid.UUID:
        """The key of the place or group, also of that of a context. Fetch this with it."""
        return self.context.node_id if self.context else self.about_id


class ContextGoal(models.Model):
    """What will be so at the place or in the group, as a positive sentence, and how it will be seen. Five are open at most."""

    class State(models.TextChoices):
        OPEN = rules.GoalState.OPEN.value, _("Not reached yet")
        REACHED = rules.GoalState.REACHED.value, _("Reached")
        GIVEN_UP = rules.GoalState.GIVEN_UP.value, _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="goals")
    text = models.TextField()
    measure = models.TextField(help_text=_("How it will be seen whether it is so."))
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    why_ended = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at=None)
                | ~models.Q(state="open") & models.Q(ended_at__isnull=False) & ~models.Q(why_ended=""),
                name="ended_goal_has_when_and_why",
                violation_error_message=_("A goal that is ended has when and why"),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def says_what_will_be(self) -> bool:
        return rules.says_what_will_be(self.text)


class ContextGuardian(models.Model):
    """Who watches over a place or group with caring intent: what they do, whom they call, and what they said when asked."""

    class Answer(models.TextChoices):
        WAITING = rules.Answer.WAITING.value, _("Asked, no answer yet")
        YES = rules.Answer.YES.value, _("Said yes")
        ENDED = rules.Answer.ENDED.value, _("Said no, or does it no longer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="guardians")
    who = models.CharField(max_length=200)
    what_they_do = models.TextField()
    whom_they_call = models.CharField(max_length=200)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    answer = models.CharField(max_length=7, choices=Answer)
    said_on = models.DateField(null=True, blank=True, help_text=_("When they said yes."))
    look_again_on = models.DateField(null=True, blank=True)
    why_ended = models.TextField(blank=True)
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["answer", "asked_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(answer="yes")
                | models.Q(said_on__isnull=False, look_again_on__isnull=False),
                name="guardian_said_yes_on_a_day",
                violation_error_message=_(
                    "Who said yes has the day of that, and one on which somebody looks again"
                ),
            )
        ]

    def __str__(self) -> str:
        return self.who


class ContextReview(models.Model):
    """What changed at the place or in the group, and how the work goes on."""

    class Decision(models.TextChoices):
        GO_ON = rules.Decision.GO_ON.value, _("It goes on as it is")
        CHANGE = rules.Decision.CHANGE.value, _("Goals or steps have to change")
        CLOSE = rules.Decision.CLOSE.value, _("It can close")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.PROTECT, related_name="reviews")
    due_on = models.DateField(null=True, blank=True)
    held_on = models.DateField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    took_part = models.TextField(help_text=_("Who took part, and who they are."))
    recorded_at = models.DateTimeField(auto_now_add=True)
    what_changed = models.TextField()
    decision = models.CharField(max_length=6, choices=Decision)
    reason = models.TextField()
    next_review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-held_on", "-recorded_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decision="close") | models.Q(next_review_on__isnull=False),
                name="context_review_has_next_date",
                violation_error_message=_("Give the day of the next review."),
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.held_on:%Y-%m-%d}"

    @property
    def looked(self) -> "list[ReviewedGoal]":
        """What it says of each goal, as `reviews_of` has fetched it already."""
        return list(self.goals.all())


class ReviewedGoal(LookedAt):
    """What a review says about one goal: how it has gone there, and how that is known."""

    review = models.ForeignKey(ContextReview, on_delete=models.PROTECT, related_name="goals")
    goal = models.ForeignKey(ContextGoal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["goal__added_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "goal"], name="context_review_looks_at_a_goal_once"),
            LookedAt.has_evidence("course_of_a_goal_has_evidence"),
        ]

    def __str__(self) -> str:
        return self.course


class ContextEnd(models.Model):
    """How the work on a place or group ended, and what became of it when somebody looked again."""

    class Found(models.TextChoices):
        MOVED = rules.Found.MOVED.value, _("Harm has moved elsewhere")
        SPREAD = rules.Found.SPREAD.value, _("It became safer nearby too")
        BOTH = rules.Found.BOTH.value, _("Both are seen")
        NEITHER = rules.Found.NEITHER.value, _("Neither is seen")
        NOT_KNOWN = rules.Found.NOT_KNOWN.value, _("Not known")

    context = models.OneToOneField(Context, on_delete=models.PROTECT, related_name="end_of_work")
    young_people = models.TextField(help_text=_("What they say now, or why nobody was asked."))
    who_watches = models.TextField(help_text=_("Who goes on watching over it."))
    opens_again_if = models.TextField()
    look_again_on = models.DateField()
    found = models.CharField(max_length=9, choices=Found, blank=True)
    what = models.TextField(blank=True, help_text=_("How that is known."))
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["look_again_on", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["look_again_on"], condition=models.Q(looked_at=None), name="contexts_to_look_at_again"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(looked_at=None, looked_by=None, found="")
                | models.Q(looked_at__isnull=False, looked_by__isnull=False)
                & ~models.Q(found="")
                & ~models.Q(what=""),
                name="looked_again_has_who_when_what",
                violation_error_message=_("Who looked again says what became of it, and how that is known"),
            )
        ]

    def __str__(self) -> str:
        return f"to be looked at again on {self.look_again_on:%Y-%m-%d}"

    @property
    def tried(self) -> "list[ContextTry]":
        """When somebody looked and could not find out, as `end_of` has fetched it already."""
        return list(self.tries.all())


class ContextTry(models.Model):
    """Somebody looked again after the end, and it is not known yet what became of it."""

    end = models.ForeignKey(ContextEnd, on_delete=models.PROTECT, related_name="tries")
    what = models.TextField(help_text=_("Who was asked, and what could not be found out."))
    tried_at = models.DateTimeField()
    tried_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-tried_at", "-pk"]

    def __str__(self) -> str:
        return f"looked again on {self.tried_at:%Y-%m-%d}"
