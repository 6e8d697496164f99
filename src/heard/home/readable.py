"""A page that only shows something is drawn also where the database cannot be written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from heard.agencies.reading import (
    NotKept,
    cannot_write,
    is_reading_only,
    is_something_saved,
    noting_what_is_saved,
    reading_only,
)
from heard.agencies.rules import Hidden
from heard.home.typed import what_was_typed

_SHOWS: Final = ("GET", "HEAD")
_log = logging.getLogger(__name__)


class ReadableMiddleware:
    """Draws a page once more where it failed because something was to be written: who passed the gate has passed it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with noting_what_is_saved():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, DatabaseError) or not cannot_write(exception):
            return None
        _log.error("The database cannot be written.", exc_info=exception)
        if request.method not in _SHOWS or request.resolver_match is None:
            return _not_now(request)
        match = request.resolver_match
        try:
            with reading_only():
                return match.func(request, *match.args, **match.kwargs)
        except Hidden as hidden:
            raise Http404 from hidden
        except (DatabaseError, NotKept):
            _log.exception("The page cannot be drawn without writing.")
            return _not_now(request)


class ReadableSessions(SessionMiddleware):
    """What a page keeps in the session is no reason not to show it, nor to say of what was saved that it is not."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        try:
            return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted) as error:
            if not _is_of_writing(error):
                raise
            return response


def _is_of_writing(error: BaseException | None) -> bool:
    """Django says of any failure to save a session that the session is gone; what failed stands behind that."""
    while error is not None and not isinstance(error, DatabaseError):
        error = error.__cause__ or error.__context__
    return error is not None and cannot_write(error)


def _not_now(request: HttpRequest) -> HttpResponse:
    context = {"typed": what_was_typed(request), "is_saved": is_something_saved()}
    return render(request, "home/503.html", context, status=503)


def reading(request: HttpRequest) -> dict[str, Any]:
    """A context processor: every page says where nothing can be written."""
    return {"reads_only": is_reading_only}
