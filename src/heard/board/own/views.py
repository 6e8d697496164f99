"""The requirements that a partnership has written for itself."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May
from heard.board.own import actions, queries
from heard.board.own.forms import ReplaceForm, WithdrawForm, WriteForm

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.AUDIT)
@require_safe
def own_requirements(request: Request) -> HttpResponse:
    """Those that audits to come ask, and those that are withdrawn."""
    context = {
        "standing": queries.standing(request.user),
        "put_by": queries.put_by(request.user),
        "may_hold": request.user.may(May.HOLD_AUDIT),
    }
    return render(request, "board/own/requirements.html", context)


@gate(May.AUDIT)
@require_safe
def own_requirement(request: Request, own_requirement_id: uuid.UUID) -> HttpResponse:
    """One edition: what it asks and of whom, where it comes from, the audits that asked it, and the editions before."""
    requirement = queries.own_requirement_of(request.user, own_requirement_id)
    context = {
        "one": requirement,
        "audits": requirement.audits.all(),
        "before": queries.editions_before(request.user, requirement),
        "may_change": _stands(requirement) and request.user.may(May.HOLD_AUDIT),
        "today": localdate(),
    }
    return render(request, "board/own/requirement.html", context)


@gate(May.HOLD_AUDIT)
@_FORM
def own_write(request: Request) -> HttpResponse:
    form: Any = kept_form(request, WriteForm, kind="own.write")
    if form.is_valid():
        with sending(request, form):
            requirement = actions.write_requirement(by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved. Audits that are opened from now on can ask it."))
            return redirect("own_requirement", own_requirement_id=requirement.pk)
    return _page(request, form, _("Write a requirement of your own"), _("Save"))


@gate(May.HOLD_AUDIT)
@_FORM
def own_replace(request: Request, own_requirement_id: uuid.UUID) -> HttpResponse:
    before = _standing_or_hidden(request, own_requirement_id)
    form: Any = kept_form(
        request,
        ReplaceForm,
        kind="own.replace",
        subject_id=own_requirement_id,
        suggested=WriteForm.suggested(before),
    )
    if form.is_valid():
        with sending(request, form):
            requirement = actions.replace_requirement(
                by=request.user, own_requirement_id=own_requirement_id, **form.cleaned_data
            )
            messages.success(request, _("Saved: the next edition. Audits that asked the one before keep it."))
            return redirect("own_requirement", own_requirement_id=requirement.pk)
    return _page(request, form, _("Write the next edition"), _("Save the edition"), before)


@gate(May.HOLD_AUDIT)
@_FORM
def own_withdraw(request: Request, own_requirement_id: uuid.UUID) -> HttpResponse:
    one = _standing_or_hidden(request, own_requirement_id)
    form: Any = kept_form(request, WithdrawForm, kind="own.withdraw", subject_id=own_requirement_id)
    if form.is_valid():
        with sending(request, form):
            actions.withdraw_requirement(
                by=request.user, own_requirement_id=own_requirement_id, **form.cleaned_data
            )
            messages.success(request, _("Withdrawn. It stays in the audits that asked it."))
            return redirect("own_requirement", own_requirement_id=own_requirement_id)
    return _page(request, form, _("Withdraw this requirement"), _("Withdraw it"), one)


def _stands(one: Any) -> bool:
    return not one.is_replaced and one.withdrawn_at is None


def _standing_or_hidden(request: Request, own_requirement_id: uuid.UUID) -> Any:
    requirement = queries.own_requirement_of(request.user, own_requirement_id)
    if not _stands(requirement):
        raise Hidden
    return requirement


def _page(request: Request, form: Any, title: str, button: str, one: Any = None) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "one": one}
    return render(request, "board/own/form.html", context)
