"""A key of encryption that is lost is said in words, whichever page needs it, and never as a fault of the programme."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from heard.agencies.envelopes.kept import KeyMissing, NoKeys
from heard.home.typed import what_was_typed

_log = logging.getLogger(__name__)


class KeylessMiddleware:
    """What attached files and packs say by themselves does not come here: what authenticator apps derive from does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, KeyMissing | NoKeys):
            return None
        _log.error("%s", exception)
        return render(request, "home/no_key.html", {"typed": what_was_typed(request)}, status=503)
