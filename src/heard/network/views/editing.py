"""How every page here that changes something is drawn and sent: one form whose typing is kept, one action."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request
from heard.govuk.forms import Form
from heard.network.forms.tying import KeepForm

if TYPE_CHECKING:
    from heard.network.rules import Found


def edit(
    request: Request,
    form_class: type[Form],
    *,
    kind: str,
    subject_id: uuid.UUID | None,
    save: Callable[[dict[str, Any]], object],
    done: str,
    title: str,
    said: str,
    back: tuple[str, str],
    what_for: str = "",
    initial: Mapping[str, Any] | None = None,
    template: str = "network/edit.html",
    shown: Mapping[str, Any] | None = None,
    **form_kwargs: Any,
) -> HttpResponse:
    """`save` takes what was typed and may raise `Refused`; afterwards the browser goes to the address `done`.

    `said`: what the banner says there. `back`: address and text of the link above the page.
    """
    form = kept_form(request, form_class, kind=kind, subject_id=subject_id, initial=initial, **form_kwargs)
    if form.is_valid():
        with sending(request, form):
            save(form.cleaned_data)
            messages.success(request, said)
            return redirect(done)
    context = {"form": form, "title": title, "back": back, "person": None, "what_for": what_for, "source": ""}
    return render(request, template, context | dict(shown or {}))


def keep_page(
    request: Request,
    *,
    kind: str,
    subject_id: uuid.UUID,
    found: Iterable[Found],
    save: Callable[[list[str]], object],
    back: tuple[str, str],
    why_not: str | None = None,
) -> HttpResponse:
    """Phones, cars and accounts that stand in a record and are not kept, to tick. `save` takes the ticks; then, or where there is nothing
    to tick, the browser goes `back`."""
    offered = tuple(found)
    if not offered:
        return redirect(back[0])
    return edit(
        request,
        KeepForm,
        kind=kind,
        subject_id=subject_id,
        title=_("What these words name"),
        said=_("Saved: what you ticked. Nothing else is kept apart from the words."),
        what_for=_(
            "Where another record names the same, who may read both finds that. You read nothing of records that you may not see."
        ),
        save=lambda typed: save(typed["keep"]),
        done=back[0],
        back=back,
        shown={"why_not": why_not},
        found=offered,
    )
