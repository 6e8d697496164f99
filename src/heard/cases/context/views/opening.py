"""Pages of contexts: all of them, opening one, who holds it, and what young people say."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.case.queries import who_can_do
from heard.cases.context import actions, queries
from heard.cases.context.forms import GiveForm, OpenForm, VoiceForm

_ROWS = 50  # contexts on one page
_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.SEE_CHILD)
@require_safe
def contexts(request: Request) -> HttpResponse:
    """Open ones by name; with `?state=closed` those that were closed."""
    state = "closed" if request.GET.get("state") == "closed" else "open"
    page = Paginator(queries.contexts_listed(request.user, state=state), _ROWS).get_page(
        request.GET.get("page")
    )
    return render(request, "cases/context/contexts.html", {"page": page, "state": state})


@gate(May.DECIDE)
@_FORM
def open_for_place(request: Request, place_id: uuid.UUID) -> HttpResponse:
    return _open(request, "place", place_id)


@gate(May.DECIDE)
@_FORM
def open_for_group(request: Request, group_id: uuid.UUID) -> HttpResponse:
    return _open(request, "group", group_id)


def _open(request: Request, end: str, node_id: uuid.UUID) -> HttpResponse:
    user = request.user
    node = queries.node(user, end, node_id)
    why_not = queries.why_not_begin_opening(user, end, node_id)
    form: Any = kept_form(
        request,
        OpenForm,
        kind=f"context.open.{end}",
        subject_id=node_id,
        settings=queries.settings_there_are(user, end),
        people=who_can_do(user),
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            context = actions.open_context(by=user, end=end, node_id=node_id, **form.answered)
            text = _("Context %(context)s is open. Hear young people about it first.")
            messages.success(request, text % {"context": context})
            return redirect("context", context_id=context.pk)
    shown = {
        "form": form,
        "title": _("Open a context: %(whom)s") % {"whom": node},
        "why_not": why_not,
        "back": (end, {f"{end}_id": node_id}),
        "about": _(
            "Work on the place or group itself, so that it is changed for every young person there. What is done with one child "
            "stays in that child’s case."
        ),
    }
    return render(request, "cases/context/form.html", shown)


@gate(May.SEE_CHILD)
@_FORM
def give(request: Request, context_id: uuid.UUID) -> HttpResponse:
    user = request.user
    context = actions.read_context(by=user, context_id=context_id)
    why_not = queries.why_not_begin_giving(user, context)
    form: Any = kept_form(
        request, GiveForm, kind="context.give", subject_id=context_id, people=who_can_do(user)
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            given = actions.give_context(by=user, context_id=context_id, **form.answered)
            messages.success(
                request, _("%(who)s holds the context and learns of it now.") % {"who": given.held_by}
            )
            return redirect("context", context_id=context_id)
    return in_context(request, context, form, _("Who holds it?"), why_not=why_not)


@gate(May.ASSESS)
@_FORM
def hear(request: Request, context_id: uuid.UUID) -> HttpResponse:
    user = request.user
    context = actions.read_context(by=user, context_id=context_id)
    why_not = queries.why_not_hear_now(user, context)
    form: Any = kept_form(request, VoiceForm, kind="context.hear", subject_id=context_id)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.hear_young_people(by=user, context_id=context_id, **form.answered)
            messages.success(request, _("Saved. It stands first on the page of the context."))
            return redirect("context", context_id=context_id)
    about = _(
        "What young people say comes before what adults conclude. It is kept without a name. Where one of them is in danger now, tell a "
        "worry first."
    )
    return in_context(request, context, form, _("What young people say"), about, why_not=why_not)


def in_context(
    request: Request, context: Any, form: Any, title: str, about: str = "", why_not: str | None = None
) -> HttpResponse:
    """One form on a context."""
    shown = {
        "context": context,
        "form": form,
        "title": title,
        "about": about,
        "why_not": why_not,
        "back": ("context", {"context_id": context.pk}),
    }
    return render(request, "cases/context/form.html", shown)
