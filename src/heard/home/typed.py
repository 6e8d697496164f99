"""Pages that give back what a user typed when the site could not take it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_SHORTEST = 12  # characters; ids, choices and parts of dates are no words to save


_SECRET = ("password", "again", "csrfmiddlewaretoken")  # `again` is a password typed twice


def what_was_typed(request: HttpRequest) -> list[str]:
    """The texts of the form that was sent, in their order, without tokens and passwords."""
    sent = [(key, text) for key in request.POST for text in request.POST.getlist(key)]
    return [text for key, text in sent if not any(part in key for part in _SECRET) and len(text) >= _SHORTEST]


def signed_out_meanwhile(request: HttpRequest) -> HttpResponse:
    """A form came after the session had ended. 403, with the words and the way to sign in."""
    context = {"typed": what_was_typed(request), "back": request.get_full_path()}
    return render(request, "home/signed_out.html", context, status=403)


def page_open_too_long(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was not accepted. 403, with the words and the way back."""
    context = {"typed": what_was_typed(request), "back": request.get_full_path()}
    return render(request, "home/page_open_too_long.html", context, status=403)
