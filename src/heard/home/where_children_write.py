"""Where children write, an error looks like their other pages: it says nothing of whose they are, and whom to ring."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from heard.cases.voice import open as notes


class WhereChildrenWrite:
    """Around all that may refuse or fail, so that whatever did is answered here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code < 400 or not notes.is_here(request):
            return answer
        return notes.went_wrong(request, answer.status_code)
