"""Digests of released profiles, who has them by mail, and which mail has gone."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["Digest", "DigestPost", "Subscriber"]


class Digest(models.Model):
    """Key findings of a released profile beside what the field knows, in a few pages. Once sent it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile = models.ForeignKey("insight.Profile", on_delete=models.PROTECT, related_name="digests")
    knowledge = models.CharField(
        max_length=20, help_text=_("The release of knowledge that it was written with.")
    )
    title = models.CharField(max_length=200)
    words = models.TextField(help_text=_("What it is about, before everything else."))
    further = models.TextField(blank=True, help_text=_("Where to read on, line by line."))
    contact = models.TextField(help_text=_("Whom to ask, and how."))
    procedures = models.JSONField(
        default=list,
        help_text=_(
            "Local procedures that it names, each with key, title, edition and link as they were when it was written."
        ),
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    posted_at = models.DateTimeField(null=True, blank=True, help_text=_("When its mails had gone."))
    not_taken = models.PositiveIntegerField(default=0, help_text=_("Mails that no server took."))

    class Meta:
        ordering: ClassVar = ["-written_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="sent_digest_has_by_whom",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Subscriber(models.Model):
    """Somebody who has digests by mail: a colleague, or an address outside that confirmed it. Whoever ends it is deleted,
    but who has had a digest only once that was withdrawn and they were told: they may still use it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    email = models.CharField(
        max_length=254, blank=True, help_text=_("Of somebody outside, in small letters.")
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email"], condition=~Q(email=""), name="address_has_digests_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(email=""), name="digests_go_to_a_user_or_an_address"
            ),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.asked_at:%Y-%m-%d}"


class DigestPost(models.Model):
    """One mail with one digest. Written before the mail goes, so that nobody has it twice; deleted where it did not go."""

    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="posts")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="posts")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a mail said that it was withdrawn.")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "subscriber"], name="digest_once_to_each")
        ]

    def __str__(self) -> str:
        return f"post {self.at}"
