"""How long somebody stays signed in: a fixed time from signing in, that they make longer when the page asks them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May

_ENDS = "ends"  # in the session: when it ends, in seconds of the epoch


def begin(request: HttpRequest, **_signal: Any) -> None:
    """From now on the whole time again."""
    request.session[_ENDS] = timezone.now().timestamp() + settings.SESSION_COOKIE_AGE


def connect() -> None:
    user_logged_in.connect(begin, dispatch_uid="session begins")


def has_ended(request: HttpRequest) -> bool:
    return _ENDS in request.session and seconds_left(request) <= 0


def seconds_left(request: HttpRequest) -> int:
    ends = request.session.get(_ENDS, 0)
    return int(ends - timezone.now().timestamp())


@gate(May.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: Request) -> HttpResponse:
    """How many seconds are left; a POST makes it the whole time again. Asking does not."""
    if request.method == "POST":
        begin(request)
    return JsonResponse({"seconds": seconds_left(request)})


def session(request: HttpRequest) -> dict[str, Any]:
    """A context processor: what a page needs to say in time that the session ends."""
    held = getattr(request, "session", None)
    if held is None or _ENDS not in held:
        return {"session_left": None}
    return {"session_left": seconds_left(request), "session_warning": settings.SESSION_WARNING}
