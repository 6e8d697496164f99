"""How much a request may bring, refused before any of it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from heard.agencies.rules import May

_WORDS: Final = 1_000_000  # bytes: what a form without files brings, from anybody
_BESIDE: Final = 1_000_000  # bytes of the form beside its file
_EXTRACTS: Final = 2_000_000_000  # bytes: what whoever runs the engine may bring at once


class UploadLimitMiddleware:
    """Stands after sign-in is known and before anything reads the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _size(request) > _WORDS and _size(request) > _most(request.user):
            return render(request, "home/413.html", status=413)
        return self.get_response(request)


def _size(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdigit() else 0


def _most(user: Any) -> int:
    if not user.is_authenticated:
        return _WORDS
    return _EXTRACTS if user.may(May.RUN_ENGINE) else settings.ATTACHMENT_MEGABYTES * 1_000_000 + _BESIDE
