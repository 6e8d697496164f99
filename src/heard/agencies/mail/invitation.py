"""The link with which somebody sets their own password. It ends when it was used, when a newer one was made, when they
are switched off, and after `PASSWORD_RESET_TIMEOUT`. Nothing is kept but when it was made."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from heard.agencies.models import User


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "heard.agencies.mail.invitation"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{user.pk} {user.password} {user.invited_at} {user.is_active} {timestamp}"


_tokens = _Tokens()


def link_for(user: User) -> str:
    made = {"user_id": user.pk, "token": _tokens.make_token(user)}
    return settings.ADDRESS + reverse("invited", kwargs=made)


def invited(user_id: int, token: str) -> User | None:
    """Whose link this is, while it lasts."""
    user = User.objects.filter(pk=user_id, is_active=True, invited_at__isnull=False).first()
    return user if user and _tokens.check_token(user, token) else None
