"""What somebody has to see, and that they did; who covers for whom, and who is on duty."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.cases.case.notices import rules
from heard.network.rules import MOVES

__all__ = ["Cover", "Duty", "Notice", "NoticeMail", "Reader"]


class Notice(models.Model):
    """Something that was told, done or decided and that somebody else has to know of. It holds none of its words: these
    stand in `subject`, behind the permissions of that record."""

    class Kind(models.TextChoices):
        DANGER = rules.NoticeKind.DANGER.value, _("Somebody is in danger")
        DANGER_TAKEN_ON = (
            rules.NoticeKind.DANGER_TAKEN_ON.value,
            _("Somebody is in danger: an agency takes this on"),
        )
        DANGER_IN_CASE = (
            rules.NoticeKind.DANGER_IN_CASE.value,
            _("Somebody is in danger: now in this child’s case"),
        )
        WORRY = rules.NoticeKind.WORRY.value, _("New worry")
        WORRY_TAKEN_ON = rules.NoticeKind.WORRY_TAKEN_ON.value, _("An agency takes on a worry")
        CASE_OPENED = rules.NoticeKind.CASE_OPENED.value, _("Case opened")
        CASE_CLOSED = rules.NoticeKind.CASE_CLOSED.value, _("Case closed")
        WORDS = rules.NoticeKind.WORDS.value, _("The child said something new")
        MISSING = rules.NoticeKind.MISSING.value, _("Child is missing")
        FOUND = rules.NoticeKind.FOUND.value, _("Child is back")
        INTERVIEW = rules.NoticeKind.INTERVIEW.value, _("Return home interview held")
        SENT_BACK = rules.NoticeKind.SENT_BACK.value, _("Sent back")
        SIGNED = rules.NoticeKind.SIGNED.value, _("Assessment signed off")
        ALLOCATED = rules.NoticeKind.ALLOCATED.value, _("A worker was allocated")
        WORKER_NAMED = rules.NoticeKind.WORKER_NAMED.value, _("A worker was named")
        LEAD_NAMED = rules.NoticeKind.LEAD_NAMED.value, _("A lead practitioner was named")
        WORKER_CHANGED = rules.NoticeKind.WORKER_CHANGED.value, _("This child has another worker now")
        INVOLVED = rules.NoticeKind.INVOLVED.value, _("An agency is now involved")
        ACTION = rules.NoticeKind.ACTION.value, _("An action was given to somebody")
        POWER_BROKEN = rules.NoticeKind.POWER_BROKEN.value, _("An order or notice was breached")
        GROUND_WITHDRAWN = (
            rules.NoticeKind.GROUND_WITHDRAWN.value,
            _("One of the grounds of a step, an assessment or a decision was withdrawn"),
        )
        ACTION_FINISHED = rules.NoticeKind.ACTION_FINISHED.value, _("An action is finished")
        ACTION_PUT_OFF = rules.NoticeKind.ACTION_PUT_OFF.value, _("An action was put off to a later day")
        PLAN_AGREED = rules.NoticeKind.PLAN_AGREED.value, _("Plan agreed")
        PLAN_GIVEN = rules.NoticeKind.PLAN_GIVEN.value, _("Child’s own plan")
        DEATH = rules.NoticeKind.DEATH.value, _("A child’s death was recorded, or put right")
        SAFETY_PLAN = rules.NoticeKind.SAFETY_PLAN.value, _("New safety plan")
        REVIEWED = rules.NoticeKind.REVIEWED.value, _("Review held")
        SHARED = rules.NoticeKind.SHARED.value, _("Shared with you")
        ASKED = rules.NoticeKind.ASKED.value, _("Information is asked for")
        WE_ASK = rules.NoticeKind.WE_ASK.value, _("Another agency asks yours for information")
        ANSWERED = rules.NoticeKind.ANSWERED.value, _("Request answered")
        TO_BE_MAPPED = rules.NoticeKind.TO_BE_MAPPED.value, _("Is to be spoken about at a mapping meeting")
        TAKEN_OUT = (
            rules.NoticeKind.TAKEN_OUT.value,
            _("A drawing or list that names this child was taken out of Heard"),
        )
        TAKEN_WITHDRAWN = (
            rules.NoticeKind.TAKEN_WITHDRAWN.value,
            _("Something in a drawing that was taken out was withdrawn"),
        )
        PANEL_DECIDED = rules.NoticeKind.PANEL_DECIDED.value, _("What came of a panel or mapping meeting")
        CHAIR_TAKEN = (
            rules.NoticeKind.CHAIR_TAKEN.value,
            _("Somebody else than planned chairs a panel"),
        )
        DISAGREED = rules.NoticeKind.DISAGREED.value, _("Somebody disagrees with a decision")
        REFERRAL = rules.NoticeKind.REFERRAL.value, _("Referral moved on")
        WARNING = rules.NoticeKind.WARNING.value, _("New warning")
        FILE = rules.NoticeKind.FILE.value, _("New file")
        FILE_LOST = rules.NoticeKind.FILE_LOST.value, _("A file that was attached was not kept")
        SET_ASIDE = rules.NoticeKind.SET_ASIDE.value, _("A file may show a child’s abuse. Call the police")
        MOMENT = rules.NoticeKind.MOMENT.value, _("Conference or other statutory step noted")
        TIED = rules.NoticeKind.TIED.value, _("Child tied to a place or group")
        MISSING_NEWS = rules.NoticeKind.MISSING_NEWS.value, _("More is known about a missing child")
        NOTE = rules.NoticeKind.NOTE.value, _("New note of contact")
        DIRECTION = rules.NoticeKind.DIRECTION.value, _("Case direction")
        DECIDED = rules.NoticeKind.DECIDED.value, _("A supervisor’s decision is in the record")
        TELLER_ASKED = rules.NoticeKind.TELLER_ASKED.value, _("A question about a worry")
        TELLER_ANSWERED = (
            rules.NoticeKind.TELLER_ANSWERED.value,
            _("A question about a worry is answered"),
        )
        DECISION_CORRECTED = rules.NoticeKind.DECISION_CORRECTED.value, _("A decision was put right")
        STRATEGY_ASKED = rules.NoticeKind.STRATEGY_ASKED.value, _("Strategy discussion: an agency is asked")
        STRATEGY = rules.NoticeKind.STRATEGY.value, _("Strategy discussion held")
        HANDOVER = rules.NoticeKind.HANDOVER.value, _("Handover to another council")
        AFTERWARDS = rules.NoticeKind.AFTERWARDS.value, _("Plan for what comes after 18")
        RESTRICTED = rules.NoticeKind.RESTRICTED.value, _("Record restricted, or no longer")
        GLASS = rules.NoticeKind.GLASS.value, _("Record opened in an emergency")
        KEPT_OUT = rules.NoticeKind.KEPT_OUT.value, _("Somebody who is kept out tried to open this record")
        LET_IN = rules.NoticeKind.LET_IN.value, _("Somebody may see a child’s record now")
        ACCESS = rules.NoticeKind.ACCESS.value, _("Who may see the record has changed")
        PROPOSED = rules.NoticeKind.PROPOSED.value, _("Change of a child’s details proposed")
        PROPOSAL_DECIDED = (
            rules.NoticeKind.PROPOSAL_DECIDED.value,
            _("Answer to a change that was proposed"),
        )
        WITHDRAWN = rules.NoticeKind.WITHDRAWN.value, _("Something shared with you was withdrawn")
        ONWARD = rules.NoticeKind.ONWARD.value, _("Referral to your agency: accept or refuse it")
        ONWARD_ANSWERED = rules.NoticeKind.ONWARD_ANSWERED.value, _("Answer to a referral")
        OFFENCE_REPORT = (
            rules.NoticeKind.OFFENCE_REPORT.value,
            _("Suspected offence: to report, or reported"),
        )
        TO_SERVICE = rules.NoticeKind.TO_SERVICE.value, _("Referral to a service, and what became of it")
        STAFF = rules.NoticeKind.STAFF.value, _("Worry about somebody who works with children")
        STAFF_NO_OFFICER = (
            rules.NoticeKind.STAFF_NO_OFFICER.value,
            _("Worry about somebody who works with children, and no designated officer"),
        )
        STAFF_TRIED = (
            rules.NoticeKind.STAFF_TRIED.value,
            _("Whom a worry is about, who works with children, tried to open the child’s record"),
        )
        BROUGHT = rules.NoticeKind.BROUGHT.value, _("Children were brought into Heard: to be looked at")
        TAKEN_BACK = (
            rules.NoticeKind.TAKEN_BACK.value,
            _("Children who had been brought into Heard were taken back"),
        )
        NOT_TAKEN_BACK = (
            rules.NoticeKind.NOT_TAKEN_BACK.value,
            _("A caseload that was to be taken back stays"),
        )
        DANGER_IN_CONTEXT = (
            rules.NoticeKind.DANGER_IN_CONTEXT.value,
            _("Worry on work on a place or group: somebody was in danger when it was told"),
        )
        CONTEXT_TO_DECIDE = (
            rules.NoticeKind.CONTEXT_TO_DECIDE.value,
            _("Work on a place or group: can it close, or has harm moved?"),
        )
        CONTEXT = rules.NoticeKind.CONTEXT.value, _("Work on a place or group was given to somebody")
        CHILD_WROTE = rules.NoticeKind.CHILD_WROTE.value, _("The child wrote")
        CHILD_UNSAFE = rules.NoticeKind.CHILD_UNSAFE.value, _("The child writes that they do not feel safe")
        CHILD_HID = rules.NoticeKind.CHILD_HID.value, _("The child wrote, and hides it from somebody")
        CHILD_UNSAFE_HID = (
            rules.NoticeKind.CHILD_UNSAFE_HID.value,
            _("The child writes that they do not feel safe, and hides it from somebody"),
        )
        CHILD_HID_OTHER = (
            rules.NoticeKind.CHILD_HID_OTHER.value,
            _("The child wrote, and hides it from somebody"),
        )
        CHILD_UNSAFE_OTHER = (
            rules.NoticeKind.CHILD_UNSAFE_OTHER.value,
            _("The child writes that they do not feel safe, and hides it from somebody"),
        )
        CHILD_HEARD = (
            rules.NoticeKind.CHILD_HEARD.value,
            _("What the child said out loud was written down otherwise than before"),
        )
        CHILD_LINK = (
            rules.NoticeKind.CHILD_LINK.value,
            _("A child was given a link to write with: ask them face to face"),
        )
        CHILD_LINK_ENDED = (
            rules.NoticeKind.CHILD_LINK_ENDED.value,
            _("A link with which a child writes has ended: ask the child why"),
        )
        UNREACHED = (
            rules.NoticeKind.UNREACHED.value,
            _(
                "Danger, or something as urgent, reaches nobody who may open the record: see that somebody decides there again"
            ),
        )
        NOBODY_OPENS = (
            rules.NoticeKind.NOBODY_OPENS.value,
            _(
                "Nobody who has to know this, or to sign it, can open the record: let somebody in, or tell them another way"
            ),
        )
        CONTEXT_NEWS = rules.NoticeKind.CONTEXT_NEWS.value, _("News about work on a place or group")
        RUN_MADE = (
            rules.NoticeKind.RUN_MADE.value,
            _("A run was made of what agencies put into the drop folder"),
        )
        DROP_REFUSED = (
            rules.NoticeKind.DROP_REFUSED.value,
            _("A file in the drop folder was refused: see why"),
        )
        RUN_NOT_MADE = (
            rules.NoticeKind.RUN_NOT_MADE.value,
            _("No run was made of what is in the drop folder: see why"),
        )
        DONE_ALONE = (
            rules.NoticeKind.DONE_ALONE.value,
            _("Somebody did alone, on the server, what takes two people: see what and why"),
        )
        KNOWN_ELSEWHERE = (
            rules.NoticeKind.KNOWN_ELSEWHERE.value,
            _("An agency knows more of what a worry names"),
        )
        CASES_TO_READ = rules.NoticeKind.CASES_TO_READ.value, _("Cases to read, for an audit")

    when_merged: ClassVar = MOVES
    uncounted: ClassVar = True  # some are given to a few, and nobody else learns that there are any

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    urgent = models.BooleanField(default=False)
    person = models.ForeignKey(
        "network.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(max_length=20, help_text=_("What it is about, such as 'concern'."))
    subject_id = models.CharField(max_length=40)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where the child wrote it themselves."),
    )
    told_at = models.DateTimeField()
    not_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Who must never learn of it, since it is about them."),
    )
    steps = models.PositiveSmallIntegerField(default=0, help_text=_("How many of its steps have begun."))
    seen_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the first of its readers saw it.")
    )
    taken_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When one of those who answer for it saw it. Until then it goes on to others."),
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was so no longer, as when a child is back.")
    )

    class Meta:
        ordering: ClassVar = ["-urgent", "-told_at"]
        indexes: ClassVar = [
            models.Index(fields=["subject", "subject_id"], name="notice_subject"),
            models.Index(
                fields=["told_at"], condition=models.Q(taken_at=None, ended_at=None), name="notice_not_taken"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Reader(models.Model):
    """Somebody who has to see a notice, as whom, and when they did."""

    class To(models.TextChoices):
        WORKER = rules.To.WORKER.value, _("the child’s worker")
        LEAD_SUPERVISOR = rules.To.LEAD_SUPERVISOR.value, _("supervisor of the team that leads the case")
        CO_ORDINATOR = rules.To.CO_ORDINATOR.value, _("whoever decides on worries")
        ON_DUTY = rules.To.ON_DUTY.value, _("on duty")
        AGENCY_LEAD = rules.To.AGENCY_LEAD.value, _("lead of the agency concerned")
        OFFICER = rules.To.OFFICER.value, _("designated officer (LADO)")
        NAMED = rules.To.NAMED.value, _("named in it")
        TELLER = rules.To.TELLER.value, _("whoever told it")
        OUTSIDE = rules.To.OUTSIDE.value, _("decides outside the line of whom it is kept from")
        ADMINISTRATOR = rules.To.ADMINISTRATOR.value, _("administrator")
        ANALYST = rules.To.ANALYST.value, _("analyst")
        AUDITOR = rules.To.AUDITOR.value, _("sees what administrators did")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60, choices=To)
    covers = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answers = models.BooleanField(
        default=False, help_text=_("Whether it goes on to nobody further once this reader has seen it.")
    )
    added_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "user"], name="notice_once_to_each")
        ]
        indexes: ClassVar = [
            models.Index(fields=["user"], condition=models.Q(seen_at=None), name="notice_unread"),
            models.Index(
                fields=["added_at"], condition=models.Q(mailed_at=None, seen_at=None), name="notice_unmailed"
            ),
        ]

    def __str__(self) -> str:
        return self.role


class NoticeMail(models.Model):
    """What somebody chose to have mailed at once, or not; where there is no row the kind's own rule holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Notice.Kind)
    at_once = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind"], name="notice_mail_once")]

    def __str__(self) -> str:
        return self.kind


class Cover(models.Model):
    """Somebody is away, and a colleague sees what comes for them. One for each person."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    covered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateField()
    until = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")),
                name="cover_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first. Check the dates."),
            )
        ]

    def __str__(self) -> str:
        return f"away until {self.until}"


class Duty(models.Model):
    """Somebody who decides is on duty from a moment to another, and is rung at this number."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    phone = models.CharField(max_length=40)

    class Meta:
        verbose_name_plural = "duties"
        ordering: ClassVar = ["begins", "pk"]
        indexes: ClassVar = [models.Index(fields=["ends", "begins"], name="duty_now")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("begins")),
                name="duty_ends_after_it_begins",
                violation_error_message=_("Give when the duty begins, and an end after that."),
            )
        ]

    def __str__(self) -> str:
        return f"on duty from {self.begins:%Y-%m-%d %H:%M}"
