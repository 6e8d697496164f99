"""How often in an hour somebody takes out of Heard what holds much: lists, packs, chronologies, drawings, workbooks.

It is counted once they have shown that it is them, and before anything is made. Past the limit a reviewer is told
(`heard.cases.watch`). What somebody reads or writes is never limited by it, nor a paper that a child needs now, such as a safety plan or
the form for the police when a child is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from heard.agencies.limiting import TAKING_OUT, why_not_once_more
from heard.agencies.reading import is_reading_only


class TakingOutLimit:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user: Any = request.user
        if not getattr(view, "takes_out", False) or request.method == "HEAD" or is_reading_only():
            return None
        why_not = why_not_once_more(user, TAKING_OUT, most=settings.TAKEN_OUT, typed=False)
        return render(request, "home/taken_out.html", {"why_not": why_not}, status=429) if why_not else None
