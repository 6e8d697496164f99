"""How every page here that changes something is drawn and sent: one form whose typing is kept, one action."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request
from heard.govuk.forms import Form


def edit(
    request: Request,
    form_class: type[Form],
    *,
    kind: str,
    subject_id: uuid.UUID | None,
    save: Callable[[dict[str, Any]], object],
    done: str,
    title: str,
    back: tuple[str, str],
    what_for: str = "",
    initial: Mapping[str, Any] | None = None,
    template: str = "network/edit.html",
    shown: Mapping[str, Any] | None = None,
    **form_kwargs: Any,
) -> HttpResponse:
    """`save` takes what was typed and may raise `Refused`; afterwards the browser goes to the address `done`.

    `back`: address and text of the link above the page.
    """
    form = kept_form(request, form_class, kind=kind, subject_id=subject_id, initial=initial, **form_kwargs)
    if form.is_valid():
        with sending(request, form):
            save(form.cleaned_data)
            return redirect(done)
    context = {"form": form, "title": title, "back": back, "person": None, "what_for": what_for, "source": ""}
    return render(request, template, context | dict(shown or {}))
