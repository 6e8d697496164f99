"""The one gate. Every view says who may pass; a view that says nothing is refused.

`GateMiddleware` turns away whoever lacks the permission with a 404, so that hidden and absent look the same from
outside, and turns `Hidden` raised by a query or action into the same 404. A `Refused` that no form shows, since somebody
else was quicker, brings the user back to the page as it is now, with its sentence. Nothing that passes here is kept by a
browser or by anything between.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May, Refused
from heard.govuk.environment import in_words

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from heard.agencies.models import User

_log = logging.getLogger(__name__)

type View = Callable[..., HttpResponseBase]


class Request(HttpRequest):
    """A request that has passed the gate, as views annotate it: somebody is signed in."""

    user: User
    htmx: HtmxDetails


class Takes(StrEnum):
    """What a page takes besides what is typed. `heard.home.uploads` refuses more than that before it reads any of it."""

    FILE = "file"
    EXTRACTS = "extracts"
    SOUND = "sound"


def gate(
    permission: May, *, fresh: bool = False, takes: Takes | None = None, takes_out: bool = False
) -> Callable[[View], View]:
    """Marks a view with the permission that it needs. Put it outermost, above every other decorator.

    `fresh`: whoever uses it has to have shown in the last minutes that it is them (`heard.home.factors`): for what gives
    others more rights, or takes much out of Heard at once. `takes`: whether its form has room for files. `takes_out`: it gives a file with much
    in it, as often in an hour as `heard.home.taking_out` says.
    """

    def mark(view: View) -> View:
        view.gate, view.fresh, view.takes, view.takes_out = permission, fresh, takes, takes_out  # type: ignore[attr-defined]
        return view

    return mark


class saying_why_not:
    """What a button does, where no form can show what the rules refuse: their sentence then stands on the page that comes
    next, and the view goes on after the block."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, refused: BaseException | None, traceback: object) -> bool:
        if isinstance(refused, Refused):
            messages.warning(self._request, in_words(str(refused)))
        return isinstance(refused, Refused)


UNDO: Final = "undo:"


def said_with_undo(request: HttpRequest, text: str, *, undo: str) -> None:
    """Says on the page that comes next what was done, with a button that takes it back. `undo`: the address that it is sent to, '' where it
    cannot be taken back."""
    messages.success(request, text, extra_tags=UNDO + undo if undo else "")


def done_at_once(request: HttpRequest, finish: Callable[[], Any], undo: Callable[[Any], str]) -> HttpResponse:
    """One press on a line of My work, with nothing to add: `finish` gives the row, of which `undo` gives the address that takes it back, or ''. Leads
    back to My work, which says what was done, or why it could not be."""
    with saying_why_not(request):
        row = finish()
        said_with_undo(request, _("Done: %(what)s.") % {"what": row.what}, undo=undo(row))
    return redirect("home")


def taken_back(request: HttpRequest, take_back: Callable[[], Any]) -> HttpResponse:
    """The press that takes it back."""
    with saying_why_not(request):
        messages.success(request, _("To do again: %(what)s.") % {"what": take_back().what})
    return redirect("home")


NEXT: Final = "next:"


def said_with_next(request: HttpRequest, text: str, *, step: str, href: str) -> None:
    """Says on the page that comes next what was done, with a link to the step that is likely to come after it: `step` in words, and `href`, which
    whoever did this may open."""
    messages.success(request, text, extra_tags=f"{NEXT}{href} {step}")


class GateMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # On a shared machine nobody goes back to a child's page after sign-out.
        add_never_cache_headers(response)
        form = getattr(request, "sent_form", None)
        if form is not None and response.status_code == 200 and form.errors:
            _note(request, f"sent back for {', '.join(sorted(form.errors))}")
        return response

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        if _is_open(view):
            return
        needed = getattr(view, "gate", None)
        user: Any = request.user
        if needed is None or not user.is_authenticated or not user.may(needed):
            _note(request, "the role does not have it")
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Hidden):
            _note(request, "hidden or absent")
            raise Http404 from exception
        if isinstance(exception, Refused) and request.method == "POST":
            _note(request, "a rule")
            messages.warning(request, in_words(str(exception)))
            return redirect(request.path)
        return None


def _note(request: HttpRequest, why: str) -> None:
    """One line for whoever watches the log: the name of the address, the user by number, and which of the three refused, or for which
    fields a form came back. Never which record, nor what was typed."""
    user = getattr(request, "user", None)
    route = request.resolver_match.view_name if request.resolver_match else ""
    _log.warning("Refused: %s %s, user %s: %s", request.method, route, getattr(user, "pk", None), why)


def _is_open(view: View) -> bool:
    """Sign-in pages of allauth, and what an explicit list in the settings names, guard themselves."""
    return view.__module__.startswith(tuple(settings.GATE_OPEN_MODULES))
