"""In which browsers somebody signed in before. Who signs in elsewhere, after wrong passwords, or gets past a password and no further, does
it with a mail to the owner of the account (OWASP ASVS 5.0, 6.3.5).

A browser is known by a signed cookie with a keyed hash of each person who signed in in it, or as one like it at an address from which
axes has a sign-in of theirs. Nothing else is kept for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from axes.helpers import get_client_ip_address, get_client_user_agent
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from heard.agencies.devices import browser_of, system_of
from heard.agencies.locking import KNOWN_FOR
from heard.agencies.mail import account
from heard.agencies.rules import MANY_WRONG, name_as_counted

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from heard.agencies.models import User

_SALT: Final = "heard browser"
_MOST: Final = 20  # people of one browser
_AGAIN: Final = 3600  # seconds in which the same is told once
_CODES_FOR: Final = 900  # seconds in which wrong codes count together, as allauth has it


def tell_of_sign_in(request: HttpRequest, user: User) -> None:
    """The password, passkey or organisation was right, whatever comes after it. For whoever never signed in before there is nothing to
    compare with, and they were just told that their password was set."""
    if _is_elsewhere(request, user):
        _tell(user, "signed in elsewhere", _mark(f"{user.pk} {get_client_ip_address(request)}"))
    elif _wrong_passwords(user) >= MANY_WRONG:
        _tell(user, "signed in after wrong passwords", str(user.pk))


def note_wrong_code(user: User) -> None:
    """Somebody who had the password has no second factor."""
    key = f"wrong-codes:{user.pk}"
    wrong = cache.get(key, 0) + 1
    cache.set(key, wrong, timeout=_CODES_FOR)
    if wrong == MANY_WRONG:
        _tell(user, "wrong codes", str(user.pk))


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """From now on this browser is known as one of theirs."""
    mark = _mark(str(user.pk))
    marks = [mark, *(text for text in _marks(request) if text != mark)][:_MOST]
    response.set_signed_cookie(
        settings.BROWSER_COOKIE_NAME,
        ".".join(marks),
        salt=_SALT,
        max_age=int(KNOWN_FOR.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def kind_here(request: HttpRequest) -> list[str]:
    """Which browser on which system it says that it is, without a version: it is still the same with its next one."""
    return _kind(get_client_user_agent(request))


def _is_elsewhere(request: HttpRequest, user: User) -> bool:
    signed_in = AccessLog.objects.filter(username=user.get_username())
    if _mark(str(user.pk)) in _marks(request) or not signed_in.exists():
        return False
    lately = signed_in.filter(attempt_time__gt=timezone.now() - KNOWN_FOR)
    there = lately.filter(ip_address=get_client_ip_address(request)).values_list("user_agent", flat=True)
    return kind_here(request) not in [_kind(agent) for agent in there]


def _kind(agent: str) -> list[str]:
    return [browser_of(agent), system_of(agent)]


def _wrong_passwords(user: User) -> int:
    """In the last hour, from wherever."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    rows = AccessAttempt.objects.filter(username=name_as_counted(user.get_username()), attempt_time__gt=since)
    return rows.aggregate(wrong=Sum("failures_since_start"))["wrong"] or 0


def _marks(request: HttpRequest) -> list[str]:
    longest = int(KNOWN_FOR.total_seconds())
    said: Any = request.get_signed_cookie(
        settings.BROWSER_COOKIE_NAME, default="", salt=_SALT, max_age=longest
    )
    return [text for text in str(said).split(".") if text]


def _mark(words: str) -> str:
    return salted_hmac(_SALT, words, algorithm="sha256").hexdigest()[:24]


def _tell(user: User, what: str, key: str) -> None:
    if cache.add(f"{what.replace(' ', '-')}-told:{key}", True, timeout=_AGAIN):
        with transaction.atomic():
            account.tell(user, what)
