"""Where somebody is signed in, and how they end that: for a machine that they left, or one that is not theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies import actions, queries
from heard.agencies.devices import browser_of, system_of
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class SignedIn:
    id: int
    browser: str
    address: str
    since: datetime
    is_this: bool


@gate(May.SIGNED_IN)
@require_safe
def sessions(request: Request) -> HttpResponse:
    here = request.session.session_key
    found = [
        SignedIn(
            session.pk,
            _browser(session.user_agent),
            session.ip,
            session.created_at,
            session.session_key == here,
        )
        for session in queries.sessions_of(request.user, request.user)
    ]
    return render(request, "home/sessions.html", {"sessions": found})


@gate(May.SIGNED_IN, fresh=True)
@require_POST
def session_end(request: Request, session_id: int) -> HttpResponse:
    actions.end_session(by=request.user, session_id=session_id)
    messages.success(request, _("Signed out there."))
    return redirect("sessions")


@gate(May.SIGNED_IN, fresh=True)
@require_POST
def sessions_end(request: Request) -> HttpResponse:
    """All but this one."""
    actions.end_sessions(by=request.user, user=request.user, but=request.session.session_key)
    messages.success(request, _("Signed out everywhere else."))
    return redirect("sessions")


def _browser(said: str) -> str:
    """What a browser says of itself, in two words."""
    name, system = browser_of(said) or _("A browser"), system_of(said)
    return _("%(browser)s on %(system)s") % {"browser": name, "system": system} if system else name
