"""How long somebody stays signed in: until they have done nothing for a while, and never longer than a fixed time from
signing in; and in the browser in which they did. A page that asks how long is left does nothing; whoever answers it that they are there does."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from heard.agencies.browsers import kind_here
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May, idle_seconds

_BEGAN, _SEEN = (
    "began",
    "seen",
)  # in the session: when it began and when something was last done, in seconds of the epoch
_WITH: Final = "with"  # in the session: which browser on which system
_OFTEN: Final = (
    60  # seconds: what is done is noted once in them, so that reading pages does not write for each
)


def begin(request: HttpRequest, **_signal: Any) -> None:
    request.session[_BEGAN] = request.session[_SEEN] = timezone.now().timestamp()
    request.session[_WITH] = kind_here(request)


def connect() -> None:
    user_logged_in.connect(begin, dispatch_uid="session begins")


def has_ended(request: HttpRequest) -> bool:
    """A session of which nobody knows when it began has, too, and one with which another kind of browser comes: its cookie was copied."""
    return _BEGAN not in request.session or seconds_left(request) <= 0 or _came_elsewhere(request)


def _came_elsewhere(request: HttpRequest) -> bool:
    began_with = request.session.get(_WITH) or []
    return any(began_with) and began_with != kind_here(request)


def note_use(request: HttpRequest, view: Any) -> None:
    """Something was done. To ask how long is left is nothing."""
    if view is not stay and timezone.now().timestamp() - request.session[_SEEN] > _OFTEN:
        request.session[_SEEN] = timezone.now().timestamp()


def seconds_left(request: HttpRequest) -> int:
    user: Any = request.user
    idle = idle_seconds(may_manage=user.may(May.MANAGE), usual=settings.SESSION_IDLE)
    ends = min(request.session[_BEGAN] + settings.SESSION_COOKIE_AGE, request.session[_SEEN] + idle)
    return int(ends - timezone.now().timestamp())


@gate(May.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: Request) -> HttpResponse:
    """How many seconds are left. A POST says that somebody is there: idle time begins again, the day does not."""
    if request.method == "POST":
        request.session[_SEEN] = timezone.now().timestamp()
    return JsonResponse({"seconds": seconds_left(request)})


def session(request: HttpRequest) -> dict[str, Any]:
    """A context processor: what a page needs to say in time that the session ends."""
    held, user = getattr(request, "session", None), getattr(request, "user", None)
    if held is None or _BEGAN not in held or user is None or not user.is_authenticated:
        return {"session_left": None}
    return {
        "session_left": seconds_left(request),
        "session_warning": settings.SESSION_WARNING,
        "session_hours": max(1, settings.SESSION_COOKIE_AGE // 3600),
    }
