"""What pages may use of a device: nothing, but the microphone where a child writes, who may say it out loud instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from heard.cases.voice.open import is_here

_NOTHING: Final = ("camera", "display-capture", "geolocation", "usb", "serial", "midi")


class DevicesMiddleware:
    """Says so in `Permissions-Policy`, also of pages that refuse."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        microphone = "microphone=(self)" if is_here(request) else "microphone=()"
        response["Permissions-Policy"] = ", ".join([*(f"{value}=()" for value in _NOTHING), microphone])
        return response
