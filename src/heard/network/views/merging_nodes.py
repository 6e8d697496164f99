"""Two places, two groups, or two phones, cars or accounts that are one: looking for them, comparing, merging, and undoing that."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.network import actions, queries
from heard.network.forms.details import ReasonForm
from heard.network.forms.merging import LookAlikeForm, MergeNodesForm, NotSameForm
from heard.network.views.editing import edit
from heard.network.views.tying import page_of

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_ROWS = 25


@gate(May.MERGE)
@require_safe
def proposed(request: Request) -> HttpResponse:
    """Pairs that look the same, for a person to look at."""
    page = Paginator(queries.may_be_same(request.user), _ROWS).get_page(request.GET.get("page"))
    return render(request, "network/may_be_same.html", {"page": page})


@gate(May.MERGE)
@_FORM
def same(request: Request, thing_id: uuid.UUID) -> HttpResponse:
    """Others that may be the same as this one."""
    kind, this = queries.mergeable(request.user, thing_id)
    form = LookAlikeForm(request.POST if request.method == "POST" else None)
    looked = None
    if form.is_valid():
        looked = queries.find_alike(request.user, thing_id, form.cleaned_data["text"])
    context = {
        "this": this,
        "back": (page_of(kind, this), str(this)),
        "hits": queries.nodes_like(request.user, thing_id),
        "form": form,
        "looked": looked,
    }
    return render(request, "network/node_same.html", context)


@gate(May.MERGE)
@_FORM
def compare(request: Request, thing_id: uuid.UUID, twin_id: uuid.UUID) -> HttpResponse:
    """Side by side, with what each is tied to; what is sent is shown once more to be checked, and only then done."""
    both = actions.open_both_nodes(by=request.user, node_id=thing_id, other_id=twin_id)
    differing = [
        (detail.name, detail.label, detail.kept, detail.merged) for detail in both.details if detail.differs
    ]
    form: Any = kept_form(
        request, MergeNodesForm, kind=f"merge.{twin_id}", subject_id=thing_id, differing=differing
    )
    context = {"both": both, "form": form, "why_not": both.why_not}
    if form.is_valid():
        if "sure" not in request.POST:
            return render(request, "network/node_merge_check.html", context | {"taken": form.taken})
        with sending(request, form):
            merge = actions.merge_nodes(
                by=request.user,
                kept_id=thing_id,
                merged_id=twin_id,
                take=form.taken,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("These two are one now. This can be undone."))
            return redirect("node_merge", node_merge_id=merge.pk)
    return render(request, "network/node_compare.html", context)


@gate(May.MERGE)
@_FORM
def not_same(request: Request, thing_id: uuid.UUID, twin_id: uuid.UUID) -> HttpResponse:
    """Somebody knows that two which look the same are not."""
    (_kind, one), (_other_kind, other) = (queries.mergeable(request.user, key) for key in (thing_id, twin_id))
    back = reverse("node_compare", kwargs={"thing_id": thing_id, "twin_id": twin_id})
    return edit(
        request,
        NotSameForm,
        kind=f"not-same.{twin_id}",
        subject_id=thing_id,
        title=_("%(one)s and %(other)s are not the same") % {"one": one, "other": other},
        said=_("Saved: these are two. Nobody is asked about them again."),
        save=lambda typed: actions.say_not_same(by=request.user, one_id=thing_id, other_id=twin_id, **typed),
        done=reverse("may_be_same"),
        back=(back, _("Are these one?")),
    )


@gate(May.MERGE)
@require_safe
def merges(request: Request) -> HttpResponse:
    rows = queries.node_merges_visible_to(request.user)
    page = Paginator(rows, _ROWS).get_page(request.GET.get("page"))
    return render(
        request, "network/node_merges.html", {"page": page, "merges": queries.named(request.user, page)}
    )


@gate(May.MERGE)
@_FORM
def merge(request: Request, node_merge_id: uuid.UUID) -> HttpResponse:
    """What was merged, by whom and why; and the form that undoes it."""
    row = queries.node_merge_visible_to(request.user, node_merge_id)
    form: Any = kept_form(
        request, ReasonForm, kind="unmerge", subject_id=node_merge_id, label=_("Why are these two after all?")
    )
    if form.is_valid():
        with sending(request, form):
            actions.unmerge_nodes(by=request.user, merge_id=node_merge_id, reason=form.cleaned_data["reason"])
            messages.success(request, _("These are two again, each with what it had."))
            return redirect("node_merge", node_merge_id=node_merge_id)
    this = queries.named(request.user, [row])[0]
    context = {
        "merge": row,
        "this": this,
        "form": form,
        "why_not": queries.why_not_part_nodes(request.user, row),
        "later": [] if row.undone_at else actions.open_since(by=request.user, merge_id=node_merge_id),
        "page": page_of(row.kept.kind, this.kept),
    }
    return render(request, "network/node_merge.html", context)
