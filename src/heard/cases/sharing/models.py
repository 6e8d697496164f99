"""What was shared about a child or refused, and what agencies asked of one another."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.sharing import rules
from heard.network.rules import MOVES

__all__ = ["Chase", "Delivery", "InfoRequest", "Receipt", "Share", "ShareReview"]

_AFTERWARDS = {"review_on"}  # all that moves once it is decided: when somebody looks at it again


class KeptOnceDecided(models.QuerySet[Any]):
    """Refuses in bulk what a row refuses by itself."""

    def _refuse_decided(self) -> None:
        if self.exclude(state=rules.SharingState.PREPARED).exists():
            raise Refused(rules.DECIDED)

    def update(self, **values: Any) -> int:
        if not set(values) <= _AFTERWARDS:
            self._refuse_decided()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_decided()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class Share(models.Model):
    """One share with one other side, prepared and then decided: shared, or refused. A decided one never changes.

    `pieces` are keys of the pieces of the record that were chosen; `content` is what they said when it was decided:
    what the other side sees. Of a refusal it holds the headings alone.
    """

    class State(models.TextChoices):
        PREPARED = rules.SharingState.PREPARED.value, _("Prepared, not decided")
        SHARED = rules.SharingState.SHARED.value, _("Shared")
        REFUSED = rules.SharingState.REFUSED.value, _("Not shared")

    class How(models.TextChoices):
        HEARD = rules.HEARD, _("In Heard: they find it on My work")
        MAIL = "mail", _("By secure email")
        SITE = "site", _("Through a secure website")
        HAND = "hand", _("By hand")
        POST = "post", _("By post")
        MEETING = "meeting", _("In a meeting")
        PHONE = "phone", _("By telephone")

    class Told(models.TextChoices):
        TOLD = rules.Told.TOLD.value, _("Yes")
        NOT_TOLD = rules.Told.NOT_TOLD.value, _("No")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    purpose = models.TextField()
    to_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_outside = models.CharField(max_length=200, blank=True)
    to_person = models.CharField(max_length=200)
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Who of that agency gets it, where that is one of its users."),
    )
    how = models.CharField(max_length=10, choices=How)
    pieces = models.JSONField(default=list)
    since = models.DateField(null=True, blank=True, help_text=_("Of the chronology: from this day."))
    until = models.DateField(null=True, blank=True, help_text=_("Of the chronology: to this day."))
    free_text = models.TextField(blank=True)
    leave_out_names = models.BooleanField(default=False)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    basis = models.CharField(max_length=40, blank=True, help_text=_("The id of a lawful basis."))
    basis_note = models.TextField(blank=True)
    why = models.TextField(blank=True)
    is_relevant = models.BooleanField(
        null=True,
        blank=True,
        help_text=_("To the child’s safety or welfare, where the duty to share asked it."),
    )
    harms_more = models.BooleanField(
        null=True, blank=True, help_text=_("Telling it would harm the child more, where the duty asked it.")
    )
    words = models.ForeignKey(
        "cases.Words", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_no_words = models.TextField(blank=True)
    told = models.CharField(max_length=10, choices=Told, blank=True)
    told_note = models.TextField(blank=True)
    content = models.JSONField(default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)

    objects = KeptOnceDecided.as_manager()

    class Meta:
        ordering: ClassVar = ["-prepared_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="prepared")
                | (models.Q(decided_at__isnull=False, decided_by__isnull=False) & ~models.Q(why="")),
                name="share_decided_by_somebody_for_a_reason",
                violation_error_message=_("Say who decided, when and why."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="shared") | ~models.Q(basis=""),
                name="share_has_a_basis",
                violation_error_message=_("Choose the lawful basis on which you share."),
            ),
            models.CheckConstraint(
                condition=models.Q(to_agency__isnull=False) ^ ~models.Q(to_outside=""),
                name="share_has_one_other_side",
                violation_error_message=_("A share goes to one agency or organisation."),
            ),
        ]

    def __str__(self) -> str:
        return f"share of {self.prepared_at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is None or not set(fields) <= _AFTERWARDS:
            _refuse_where_decided(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_where_decided(self.pk)
        return super().delete(*args, **kwargs)

    @property
    def other_side(self) -> str:
        """Fetch `to_agency` with it."""
        return str(self.to_agency) if self.to_agency else self.to_outside

    @property
    def sections(self) -> list[rules.ShareSection]:
        return [rules.ShareSection(**section) for section in self.content]


def _refuse_where_decided(share_id: uuid.UUID) -> None:
    if Share.objects.filter(pk=share_id).exclude(state=rules.SharingState.PREPARED).exists():
        raise Refused(rules.DECIDED)


class Delivery(models.Model):
    """What was shared with an agency that uses Heard, as it arrives there: to read until a day, unless it is withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    share = models.OneToOneField(Share, on_delete=models.PROTECT, related_name="delivery")
    delivered_at = models.DateTimeField()
    until = models.DateField(help_text=_("The last day on which the other side reads it."))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_withdrawn = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering: ClassVar = ["-delivered_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None, why_withdrawn="")
                | (
                    models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~models.Q(why_withdrawn="")
                ),
                name="withdrawn_by_somebody_for_a_reason",
                violation_error_message=_("Say who withdrew it, when and why."),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery of {self.delivered_at:%Y-%m-%d}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def is_over(self) -> bool:
        return self.until < timezone.localdate()


class Receipt(models.Model):
    """Somebody of the other side opened what was delivered. It stays, also where it is withdrawn."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="receipts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["opened_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "user"], name="receipt_once_by_each")
        ]

    def __str__(self) -> str:
        return f"opened on {self.opened_at:%Y-%m-%d}"


class ShareReview(models.Model):
    """Somebody looked again at a share or a refusal: is it still right?"""

    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="reviews")
    note = models.TextField()
    next_review_on = models.DateField(null=True, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["reviewed_at", "pk"]

    def __str__(self) -> str:
        return "review of a share"


class InfoRequest(models.Model):
    """One agency asks another for what it knows about a child, with the day on which the answer is due back."""

    class Direction(models.TextChoices):
        WE_ASK = rules.Direction.WE_ASK.value, _("We ask another agency")
        THEY_ASK = rules.Direction.THEY_ASK.value, _("Another agency asks us")

    class State(models.TextChoices):
        OPEN = rules.Answer.OPEN.value, _("Waiting for the answer")
        ANSWERED = rules.Answer.ANSWERED.value, _("Answered")
        PARTLY = rules.Answer.PARTLY.value, _("Partly answered")
        REFUSED = rules.Answer.REFUSED.value, _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    when_merged: ClassVar = MOVES
    person = models.ForeignKey("network.Person", on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=10, choices=Direction)
    agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outside = models.CharField(max_length=200, blank=True)
    who = models.CharField(max_length=200, help_text=_("The person there."))
    what = models.TextField()
    why = models.TextField()
    asked_on = models.DateField()
    due_on = models.DateField(help_text=_("As the two sides agreed."))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answer_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    file = models.ForeignKey(
        "cases.Attachment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    share = models.ForeignKey(
        Share,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        help_text=_("What was shared, or refused, in answer to it."),
    )

    class Meta:
        ordering: ClassVar = ["due_on", "noted_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on", "noted_at"],
                condition=models.Q(state="open"),
                name="requests_without_an_answer",
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open")
                | (models.Q(answered_on__isnull=False) & ~models.Q(answer="")),
                name="answered_request_says_when_and_what",
                violation_error_message=_("Give the day of the answer, and what it says."),
            ),
        ]

    def __str__(self) -> str:
        return f"request of {self.asked_on:%Y-%m-%d}"

    @property
    def other_side(self) -> str:
        """Fetch `agency` with it."""
        return str(self.agency) if self.agency else self.outside


class Chase(models.Model):
    """Somebody reminded the other side of a request."""

    request = models.ForeignKey(InfoRequest, on_delete=models.PROTECT, related_name="chases")
    on = models.DateField()
    note = models.TextField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["on", "noted_at", "pk"]

    def __str__(self) -> str:
        return f"reminder of {self.on:%Y-%m-%d}"
