"""A child's case, the child's words, warnings, and unfinished forms: what every later stage builds on."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from heard.cases.case import rules
from heard.govuk.said import Text, choice, joined, lines, put, quoted, say
from heard.network.rules import MOVES


class Case(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    lead_team = models.ForeignKey("agencies.Team", on_delete=models.PROTECT, related_name="+")
    allocated_worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    trusted_worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(help_text=_("When it was opened, or last opened again."))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why_opened = models.TextField(blank=True, default="")
    seen_by_workers = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Found by `sight`: each worker whom it names sees the child, by nothing that is to end."),
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state"], condition=models.Q(seen_by_workers=False), name="case_to_ask")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state="open"),
                name="one_open_case_per_child",
                violation_error_message=_("This child has an open case already. Add to that one."),
            )
        ]

    def __str__(self) -> str:
        return self.reference


class AllocatedWorker(models.Model):
    """One of those who were responsible for a case, from when to when and why. `Case.allocated_worker` is the one of children's
    services of now. Whom the child counts on is another question (`TrustedWorker`)."""

    class Role(models.TextChoices):
        ALLOCATED = rules.Responsible.ALLOCATED.value, _("Allocated worker")
        FAMILY_HELP = rules.Responsible.FAMILY_HELP.value, _("Family help lead practitioner")
        CHILD_PROTECTION = rules.Responsible.CHILD_PROTECTION.value, _("Lead child protection practitioner")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="allocated_workers")
    role = models.CharField(max_length=20, choices=Role, default=Role.ALLOCATED)
    worker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text=_("Why it is somebody else than before."))
    why_ended = models.TextField(blank=True, help_text=_("Why it is nobody any longer."))
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "role"],
                condition=models.Q(until__isnull=True),
                name="one_allocated_worker_at_a_time",
                violation_error_message=_("This child has one. Change who it is."),
            )
        ]

    def __str__(self) -> str:
        return f"allocated worker since {self.since}"


class TrustedWorker(models.Model):
    """One link of the chain of those whom a child could count on: who, from when to when, why, and what the child said
    to it. `Case.trusted_worker` is the one of now."""

    class Asked(models.TextChoices):
        YES = rules.ChildAsked.YES.value, _("Yes")
        NO = rules.ChildAsked.NO.value, _("No")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="trusted_workers")
    worker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text=_("Why it is somebody else than before."))
    child_asked = models.CharField(max_length=3, choices=Asked, blank=True)
    about_asking = models.TextField(
        blank=True, help_text=_("What the child said, or why they were not asked.")
    )
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(until__isnull=True),
                name="one_trusted_worker_at_a_time",
                violation_error_message=_("This child has a trusted worker. Change who it is."),
            )
        ]

    def __str__(self) -> str:
        return f"trusted worker since {self.since}"


class CasePeriod(models.Model):
    """One stretch of work that has ended: from opening to closing, with why and what was agreed for afterwards.

    A case that opens again keeps those before. The stretch that is under way is the case itself.
    """

    class EndedAs(models.TextChoices):
        ENDED = rules.EndedAs.ENDED.value, _("Help from this team is no longer needed")
        MOVED = rules.EndedAs.MOVED.value, _("The child moved to another council, which has accepted")
        ADULT = (
            rules.EndedAs.ADULT.value,
            _("The young person is 18, or nearly, and has a plan for what comes after"),
        )
        MISTAKE = rules.EndedAs.MISTAKE.value, _("It was opened by mistake")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="periods")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why_opened = models.TextField(blank=True)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why_closed = models.TextField()
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    contact_afterwards = models.TextField(help_text=_("Whom the child can turn to from now on."))
    told_child = models.TextField(help_text=_("What the child was told, by whom and when."))
    open_again_if = models.TextField(help_text=_("What would make us open the case again."))
    ended_as = models.CharField(max_length=10, choices=EndedAs, blank=True)

    class Meta:
        ordering: ClassVar = ["-closed_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(words__isnull=False) | ~models.Q(why_no_words=""),
                name="period_ends_with_the_childs_view",
                violation_error_message=_(
                    "Add what the child says about closing, or say why it is not there."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"period to {self.closed_at:%Y-%m-%d}"


# What a child sent through a link: what is said under it, and over it beside something else.
_SENT = {
    rules.THEMSELVES: gettext_noop("The child wrote this on %(date)s."),
    rules.DREW_SELF: gettext_noop("The child sent a drawing on %(date)s."),
    rules.POINTED: gettext_noop("The child pointed at pictures on %(date)s."),
    rules.SPOKE_SELF: gettext_noop("The child said this out loud on %(date)s, and it was recorded."),
}
_SENT_EARLIER = {
    rules.THEMSELVES: gettext_noop("Written earlier by the child themselves, on %(date)s"),
    rules.DREW_SELF: gettext_noop("Drawn earlier by the child themselves, on %(date)s"),
    rules.POINTED: gettext_noop("Pointed at earlier by the child themselves, on %(date)s"),
    rules.SPOKE_SELF: gettext_noop("Said out loud earlier by the child themselves, on %(date)s"),
}


class Words(models.Model):
    """The child's own words, verbatim, with who heard them and what changed because of them.

    They are never edited: a correction is a new row that names the one that it `corrects`, with the reason.
    `what_changed` is what was written down last; the answers of the stage `words` hold each, with its date.
    """

    class How(models.TextChoices):
        SAID = "said", _("Said")
        WROTE = "wrote", _("Wrote")
        DREW = "drew", _("Drew")
        MESSAGE = "message", _("Sent in a message")
        SIGNED = "signed", _("Signed or showed")
        INTERPRETER = "interpreter", _("Said through an interpreter")
        THEMSELVES = rules.THEMSELVES, _("Wrote themselves, through a link")
        DREW_SELF = rules.DREW_SELF, _("Drew themselves, through a link")
        POINTED = rules.POINTED, _("Pointed at pictures themselves, through a link")
        SPOKE_SELF = rules.SPOKE_SELF, _("Said it themselves, recorded through a link")

    class Occasion(models.TextChoices):
        CONCERN = "concern", _("Worry")
        ASSESSMENT = "assessment", _("Assessment")
        PLAN = "plan", _("Plan")
        REVIEW = "review", _("Review")
        PANEL = "panel", _("Panel")
        SHARE = "share", _("Sharing information")
        REFERRAL = "referral", _("Referral")
        INTERVIEW = "interview", _("Return interview")
        SUPERVISION = "supervision", _("Decision in supervision")
        CLOSING = "closing", _("Closing the case")
        NOTE = "note", _("Note of contact")
        STRATEGY = "strategy", _("Strategy discussion")
        AFTERWARDS = "afterwards", _("Plan for what comes after 18")
        ONWARD = "onward", _("Referral to another team or agency")
        SERVICE = "service", _("Referral to a service")
        OTHER = "other", _("Another matter")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(help_text=_("As it was said; in English where somebody has translated it."))
    shown = models.CharField(
        max_length=500,
        blank=True,
        help_text=_(
            "What the child drew or pointed at themselves, and that they spoke, which is said outside their words."
        ),
    )
    language = models.CharField(max_length=60, blank=True, help_text=_("Empty is English."))
    original = models.TextField(blank=True, help_text=_("In the child’s language, where it was translated."))
    translated_by = models.CharField(max_length=120, blank=True)
    wants = models.TextField(blank=True, help_text=_("What the child wants to happen."))
    how = models.CharField(max_length=12, choices=How, default=How.SAID)
    heard_on = models.DateField()
    heard_by = models.CharField(max_length=120, help_text=_("Who heard the child, and their role."))
    what_changed = models.TextField(blank=True)
    said_on = models.CharField(
        max_length=12, choices=Occasion, blank=True, help_text=_("Empty where nobody knows any more.")
    )
    said_on_id = models.UUIDField(
        null=True, blank=True, help_text=_("The plan, the review and so on that the child spoke about.")
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    why_corrected = models.TextField(blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where the child wrote them themselves."),
    )
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "words"
        ordering: ClassVar = ["-heard_on", "-written_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(written_by__isnull=False) | models.Q(how__in=rules.BY_CHILD),
                name="words_written_down_by_somebody",
                violation_error_message=_("Say who wrote the child’s words down."),
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(why_corrected=""),
                name="words_corrected_for_a_reason",
                violation_error_message=_("Say why what was written down is corrected."),
            ),
            models.CheckConstraint(
                condition=models.Q(original="") | ~models.Q(translated_by=""),
                name="words_translated_by_somebody",
                violation_error_message=_("Say who translated the child’s words."),
            ),
        ]

    def __str__(self) -> str:
        return f"words of {self.heard_on}"

    def is_said_on(self, row: models.Model) -> bool:
        """Whether the child said this about that plan, at that review and so on, and not on another occasion."""
        return self.said_on_id is not None and self.said_on_id == row.pk

    def said(self, most: int | None = None) -> Text:
        """The child’s words in quotation marks, of `most` letters; and without them, that they drew or spoke, or what they pointed at."""
        text = quoted(Truncator(self.text).chars(most) if most else self.text)
        return lines(text, self.shown) if self.shown else text

    def in_quotes(self, most: int | None = None) -> str:
        """The same, in the reader's language."""
        return put(self.said(most))

    def said_heard(self) -> Text:
        """Who heard the child, and when."""
        if self.how in _SENT:
            return say(_SENT[self.how], date=self.heard_on)
        return say(gettext_noop("Heard by %(who)s on %(date)s."), who=self.heard_by, date=self.heard_on)

    @property
    def heard(self) -> str:
        """The same, in the reader's language."""
        return put(self.said_heard())

    def said_earlier(self) -> Text:
        """What stands over these words where they are shown beside something that they were not said on."""
        told: dict[str, object] = {"date": self.heard_on, "who": self.heard_by}
        if self.how in _SENT and self.said_on in (self.Occasion.REVIEW, self.Occasion.PANEL):
            told["matter"] = choice(self, "said_on", small=True)
            return say(
                gettext_noop("From the child themselves, about a meeting (%(matter)s), on %(date)s"), **told
            )
        if self.how in _SENT:
            return say(_SENT_EARLIER[self.how], **told)
        if not self.said_on:
            return say(gettext_noop("Said on %(date)s to %(who)s"), **told)
        if self.said_on == self.Occasion.OTHER:
            return say(gettext_noop("Said earlier, on another matter, on %(date)s, to %(who)s"), **told)
        told["matter"] = choice(self, "said_on", small=True)
        message = gettext_noop("Said earlier, on another matter (%(matter)s), on %(date)s, to %(who)s")
        return say(message, **told)

    @property
    def earlier(self) -> str:
        """The same, in the reader's language."""
        return put(self.said_earlier())


class Death(models.Model):
    """That a child has died, as it was recorded. Never edited: a correction is a new row that names the one that it
    `corrects`, with the reason; `is_so` False says that the child has not died. `stands`: it is the latest, and it is so."""

    when_merged: ClassVar = MOVES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="deaths")
    is_so = models.BooleanField(default=True)
    stands = models.BooleanField(default=True, editable=False)
    died_on = models.DateField(null=True, blank=True, help_text=_("Empty where the day is not known."))
    about_when = models.CharField(
        max_length=200, blank=True, help_text=_("What is known of the day, where it is not known.")
    )
    who_said = models.CharField(max_length=200, help_text=_("Who told it: name and role."))
    who_is_told = models.TextField(blank=True, help_text=_("Who has been told, and who tells whom."))
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    why_corrected = models.TextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-written_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True, is_so=True) | ~models.Q(why_corrected=""),
                name="death_corrected_for_a_reason",
                violation_error_message=_("Say why what was recorded is put right."),
            ),
            models.CheckConstraint(
                condition=models.Q(stands=False) | models.Q(is_so=True),
                name="death_that_is_not_so_does_not_stand",
                violation_error_message=_("Say whether the child has died."),
            ),
        ]

    def __str__(self) -> str:
        return f"death, recorded on {self.written_at:%Y-%m-%d}"


class NotHeard(models.Model):
    """Why a child was not heard beside one decision: they were asked and did not want to, or could not be reached.

    The decision keeps it in words of its own (`why_no_words`); of a decision that is put right, what is said last.
    """

    class Why(models.TextChoices):
        NO_WISH = rules.Unheard.NO_WISH.value, _("The child did not want to speak about it")
        NOT_REACHED = rules.Unheard.NOT_REACHED.value, _("The child could not be reached")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    beside = models.CharField(max_length=12, choices=Words.Occasion)
    beside_id = models.UUIDField(unique=True, help_text=_("The plan, the review and so on."))
    why = models.CharField(max_length=12, choices=Why)
    last_on = models.DateField(help_text=_("When the child was asked, or somebody tried last."))
    text = models.TextField(
        blank=True, help_text=_("How the child was asked; or what else was tried, and when again.")
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "not heard"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(why="no_wish", text=""),
                name="not_heard_was_asked_somehow",
                violation_error_message=_("Say how the child was asked, and by whom."),
            ),
        ]

    def __str__(self) -> str:
        return f"not heard, {self.last_on}"

    def said(self) -> Text:
        """As it is printed beside the decision."""
        if self.why == self.Why.NO_WISH:
            asked: dict[str, object] = {"date": self.last_on, "text": self.text}
            return say(
                gettext_noop("The child did not want to speak about it. Asked on %(date)s: %(text)s"), **asked
            )
        tries = (reach.said() for reach in self.tries.all())
        return joined(say(gettext_noop("The child could not be reached.")), *tries, self.text, by=" ")


class TryToReach(models.Model):
    """One time that somebody tried to reach a child who could not be reached."""

    class How(models.TextChoices):
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        MESSAGE = "message", _("Message")
        THROUGH = "through", _("Through somebody else")
        OTHER = "other", _("In another way")

    not_heard = models.ForeignKey(NotHeard, on_delete=models.CASCADE, related_name="tries")
    tried_on = models.DateField()
    how = models.CharField(max_length=12, choices=How)
    came = models.CharField(max_length=300, blank=True, help_text=_("What came of it."))

    class Meta:
        ordering: ClassVar = ["tried_on", "pk"]

    def __str__(self) -> str:
        return f"try on {self.tried_on}"

    def said(self) -> Text:
        told: dict[str, object] = {"date": self.tried_on, "how": choice(self, "how", small=True)}
        if not self.came:
            return say(gettext_noop("Tried on %(date)s (%(how)s)."), **told)
        return say(
            gettext_noop("Tried on %(date)s (%(how)s): %(came)s."), **told, came=self.came.rstrip(". ")
        )


class Observation(models.Model):
    """One sign or vulnerability, as one stage of the work saw it: seen, not seen or not known.

    The three are different things. A sign seen carries when, from whom and in which words. Items are those of the
    knowledge release stored beside them; signs and vulnerabilities are two lists that are never added together.
    """

    class State(models.TextChoices):
        SEEN = "seen", _("Seen")
        NOT_SEEN = "not_seen", _("Not seen")
        NOT_KNOWN = "not_known", _("Not known")

    item = models.CharField(max_length=4, help_text=_("Such as S01 or V03, of the release beside it."))
    state = models.CharField(max_length=10, choices=State)
    seen_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="seen")
                | (models.Q(seen_on__isnull=False) & ~models.Q(source="") & ~models.Q(words="")),
                name="%(class)s_seen_has_evidence",
                violation_error_message=_("Say when it was seen, who says so and in which words."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.state}"


class RestrictionNews(models.Model):
    """Who is told that a record was restricted, of those who could open it before: what, and by whom. Only ever added."""

    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    whom = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Who could open the record, and cannot any longer."),
    )
    is_told = models.BooleanField(help_text=_("Whether somebody tells them."))
    what = models.TextField(blank=True, help_text=_("What they are told, or why they are not."))
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "restriction news"
        ordering: ClassVar = ["-written_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_told=False) | models.Q(told_by__isnull=False),
                name="restriction_is_told_by_somebody",
                violation_error_message=_("Choose who tells them"),
            )
        ]

    def __str__(self) -> str:
        return f"told of a restriction on {self.written_at:%Y-%m-%d}"


class WarningNote(models.Model):
    """A warning that ends: why it is there, whether the person knows of it, and when it must be looked at again."""

    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)
    why = models.TextField()
    person_told = models.BooleanField(
        null=True, blank=True, help_text=_("Whether the person knows that the warning is there.")
    )
    why_not_told = models.TextField(blank=True)
    review_on = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.text


class WarningReview(models.Model):
    """Somebody looked at a warning again: it goes on until another day, or it ends. Rows are only ever added."""

    warning = models.ForeignKey(WarningNote, on_delete=models.CASCADE, related_name="reviews")
    reason = models.TextField()
    review_on = models.DateField(
        null=True, blank=True, help_text=_("Until when it goes on; none where it ends.")
    )
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-reviewed_at", "-pk"]

    def __str__(self) -> str:
        return self.reason
