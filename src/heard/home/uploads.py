"""How much a request may bring to each address, refused before any of it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from heard.agencies.gate import Takes
from heard.cases.voice import open as notes

_STRANGERS: Final = 1_000_000  # bytes: what a form of sign-in brings, and much more
_BESIDE: Final = 1_000_000  # bytes of the form beside its file
_EXTRACTS: Final = 2_000_000_000  # bytes: what whoever runs the engine may bring at once


class UploadLimitMiddleware:
    """Stands after sign-in is known and before anything reads the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = _size(request)
        if size > _STRANGERS and size > (most := _most(request)):
            return render(request, "home/413.html", {"most": most // 1_000_000}, status=413)
        return self.get_response(request)


def _size(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdigit() else 0


def _most(request: HttpRequest) -> int:
    """Bytes that this address takes from this user: files only where its form has room for them, and only from those who
    may open the page; where children write, a recording from whoever gave the word of a link."""
    user: Any = request.user
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return _STRANGERS
    takes = getattr(view, "takes", None)
    if takes is Takes.SOUND:
        return settings.SPOKEN_MEGABYTES * 1_000_000 + _BESIDE if notes.may_bring(request) else _STRANGERS
    if not user.is_authenticated:
        return _STRANGERS
    if takes is None:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if not user.may(view.gate):  # type: ignore[attr-defined]
        return _STRANGERS
    return _EXTRACTS if takes is Takes.EXTRACTS else settings.ATTACHMENT_MEGABYTES * 1_000_000 + _BESIDE
