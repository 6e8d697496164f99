"""Pages on which a pattern of exploitation is noted of a place, group or context, and withdrawn."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.context import actions, queries
from heard.cases.context.forms import NotePatternForm, WithdrawPatternForm
from heard.knowledge import load

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.ASSESS)
@_FORM
def of_place(request: Request, place_id: uuid.UUID) -> HttpResponse:
    return _note(request, "place", place_id, str(queries.node(request.user, "place", place_id)))


@gate(May.ASSESS)
@_FORM
def of_group(request: Request, group_id: uuid.UUID) -> HttpResponse:
    return _note(request, "group", group_id, str(queries.node(request.user, "group", group_id)))


@gate(May.ASSESS)
@_FORM
def of_context(request: Request, context_id: uuid.UUID) -> HttpResponse:
    context = actions.read_context(by=request.user, context_id=context_id)
    return _note(request, "context", context_id, f"{context.reference}, {context.whom}")


def _note(request: Request, end: str, about_id: uuid.UUID, whom: str) -> HttpResponse:
    user, release = request.user, load.current()
    why_not = queries.why_not_begin_noting(user, end, about_id)
    form: Any = kept_form(
        request,
        NotePatternForm,
        kind=f"context.pattern.{end}",
        subject_id=about_id,
        entries=release.patterns,
        headings={heading.id: heading.label for heading in release.headings},
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.note_pattern(by=user, end=end, about_id=about_id, **form.recognised)
            messages.success(request, _("Saved: the pattern, with your reason."))
            return redirect(_there(end, about_id))
    about = _(
        "How groups and gangs exploit, as you recognise it here. It says what others do, never what a child does; it names nobody, and no "
        "place is to blame."
    )
    return _draw(request, form, _("Note a pattern: %(whom)s") % {"whom": whom}, about, end, about_id, why_not)


@gate(May.SEE_CHILD)
@_FORM
def withdraw(request: Request, noted_pattern_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = queries.pattern_visible_to(user, noted_pattern_id)
    why_not = queries.why_not_withdraw_pattern(user, this)
    form: Any = kept_form(
        request, WithdrawPatternForm, kind="context.pattern.withdraw", subject_id=noted_pattern_id
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.withdraw_pattern(by=user, pattern_id=noted_pattern_id, **form.cleaned_data)
            messages.success(
                request, _("Withdrawn. It stays to be read, with your reason, and is no longer counted.")
            )
            return redirect(_there(this.end, this.about_id))
    about = f"{load.current().pattern(this.pattern).label}: {this.reason}"
    return _draw(request, form, _("Withdraw a pattern"), about, this.end, this.about_id, why_not)


def _there(end: str, about_id: uuid.UUID) -> str:
    return reverse(end, kwargs={f"{end}_id": about_id}) + "#patterns"


def _draw(
    request: Request, form: Any, title: str, about: str, end: str, about_id: uuid.UUID, why_not: str | None
) -> HttpResponse:
    back = (end, {f"{end}_id": about_id})
    shown = {"form": form, "title": title, "about": about, "back": back, "why_not": why_not}
    return render(request, "cases/context/form.html", shown)
