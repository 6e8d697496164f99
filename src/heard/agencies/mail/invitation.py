"""The link with which somebody sets their own password. It ends when it was used, when a newer one was made, when they
are switched off, and after `PASSWORD_RESET_TIMEOUT`. Nothing is kept but when it was made."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils import timezone

from heard.agencies.models import Recovery, User
from heard.agencies.rules import RECOVERED_WITHIN


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "heard.agencies.mail.invitation"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{user.pk} {user.password} {user.invited_at} {user.is_active} {timestamp}"


_tokens = _Tokens()


def link_for(user: User) -> str:
    made = {"user_id": user.pk, "token": _tokens.make_token(user)}
    return settings.ADDRESS + reverse("invited", kwargs=made)


def link_of(user_id: int) -> str:
    """The link of somebody who was just let begin again."""
    return link_for(User.objects.get(pk=user_id))


def invited(user_id: int, token: str) -> User | None:
    """Whose link this is, while it lasts."""
    user = User.objects.filter(pk=user_id, is_active=True, invited_at__isnull=False).first()
    return user if user and _tokens.check_token(user, token) and not _has_ended(user) else None


def _has_ended(user: User) -> bool:
    """The link of somebody who begins again lasts a day, and no longer."""
    at = user.invited_at
    if at is None or timezone.now() - at < RECOVERED_WITHIN:
        return False
    return Recovery.objects.filter(user=user, agreed=True, decided_at=at).exists()
