"""Numbers, plates and accounts that are an organisation’s: the list, marking one, and taking that back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.network import actions, queries
from heard.network.forms.numbers import MarkForm, MarkSeenForm, TakeBackForm
from heard.network.rules import NodeKind
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PER_PAGE = 25


@gate(May.MARK_COMMON)
@_FORM
def common(request: Request) -> HttpResponse:
    """What is marked, and the form that marks one more."""
    form = kept_form(request, MarkForm, kind="handle.mark")
    if form.is_valid():
        with sending(request, form):
            handle = actions.mark_common(by=request.user, **form.cleaned_data)
            messages.success(request, _("Marked: %(handle)s joins nobody from now on.") % {"handle": handle})
            return redirect("common_handles")
    page = Paginator(queries.common_handles(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "network/common.html", {"form": form, "page": page})


@gate(May.MARK_COMMON)
@_FORM
def mark(request: Request, handle_id: uuid.UUID) -> HttpResponse:
    """From the page of one that the user sees."""
    handle = queries.web(request.user).node(NodeKind.HANDLE, handle_id)
    there = reverse("web", kwargs={"node_id": handle_id})
    return edit(
        request,
        MarkSeenForm,
        kind="handle.mark-seen",
        subject_id=handle_id,
        title=_("Mark %(handle)s as an organisation’s") % {"handle": handle},
        said=_("Marked: it joins nobody from now on."),
        what_for=_(
            "From then on it joins nobody: no question leads through it, and no worry is said to name what another record names "
            "because of it. What is tied to it stays."
        ),
        done=there,
        back=(there, str(handle)),
        save=lambda typed: actions.mark_seen_as_common(by=request.user, handle_id=handle_id, **typed),
    )


@gate(May.MARK_COMMON)
@_FORM
def take_back(request: Request, common_id: uuid.UUID) -> HttpResponse:
    handle = queries.common_handle(request.user, common_id)
    return edit(
        request,
        TakeBackForm,
        kind="handle.take-back",
        subject_id=common_id,
        title=_("Take back: %(handle)s is an organisation’s") % {"handle": handle},
        said=_("Taken back: it joins people again."),
        what_for=_(
            "It joins people again, by every tie that was noted. Worries told while it was marked have it in their words alone."
        ),
        done=reverse("common_handles"),
        back=(reverse("common_handles"), _("Numbers of organisations")),
        save=lambda typed: actions.take_back_common(by=request.user, handle_id=common_id, **typed),
    )
