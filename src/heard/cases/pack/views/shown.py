"""What the pages of this stage share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from heard.agencies.kept import sent
from heard.agencies.rules import Refused
from heard.cases.pack import queries
from heard.cases.pack.reasons import reasons


def of_stage(user: Any, this: Any) -> dict[str, Any]:
    """What every page of a request needs: it, the child, and why nothing can be changed now, if so."""
    numbers = {key: reason.number for key, reason in reasons().items()}
    return {
        "this": this,
        "person": this.person,
        "why_not_change": queries.why_not_change(user, this),
        "numbers": numbers,
    }


def passage_shown(row: Any) -> dict[str, Any]:
    heading, text = queries.stretches_of(row)
    return {"row": row, "heading": heading, "text": text}


def saved(
    request: HttpRequest, form: Any, save: Callable[[], HttpResponse], *, say: bool = True
) -> HttpResponse | None:
    """The page after a form that was right; None for one that is not, or was not sent."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        then = save()
    except Refused as refused:
        form.add_error(None, _(str(refused)))
        return None
    sent(request, form)
    if say:
        messages.success(request, _("Written down."))
    return then


def form_page(request: HttpRequest, form: Any, person: Any, title: str, **more: Any) -> HttpResponse:
    numbers = {key: reason.number for key, reason in reasons().items()}
    context = {"about": "", "button": _("Save"), "one": None, "file": None, "numbers": numbers} | more
    context |= {"form": form, "person": person, "title": title}
    return render(request, "cases/pack/form.html", context)
