"""The address of a person, place, group or handle that was merged away leads to the same page of the one that goes on, whatever page it is."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from heard.agencies.rules import Hidden
from heard.network.queries import kept_instead_of

_OF = ("person_id", "place_id", "group_id", "handle_id", "thing_id", "node_id")


class GoneOnMiddleware:
    """Stands inside the gate: of `Hidden`, it takes those whose page is of what is merged. A form that was opened
    before the merge is sent on with what was typed, and not lost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        name = next((name for name in _OF if match and name in match.kwargs), None)
        if not isinstance(exception, Hidden) or match is None or name is None:
            return None
        kept = kept_instead_of(request.user, match.kwargs[name])  # type: ignore[arg-type]
        if kept is None:
            return None
        page = reverse(match.view_name, args=match.args, kwargs=match.kwargs | {name: kept})
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{page}?{query}" if query else page, preserve_request=request.method == "POST")
