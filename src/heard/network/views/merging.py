"""Two records of one person: looking for them, comparing, merging, and undoing that."""

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
from heard.network.forms.merging import LookForm, MergeForm

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_ROWS = 25


@gate(May.MERGE)
@_FORM
def same(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Other records that may be of this person."""
    person = actions.open_record(by=request.user, person_id=person_id)
    form = LookForm(request.POST if request.method == "POST" else None)
    looked = None
    if form.is_valid():
        looked = queries.who_or_what(request.user, "person", form.cleaned_data["text"], not_this=person_id)
    context = {
        "person": person,
        "hits": queries.may_be_one(request.user, person_id),
        "form": form,
        "looked": looked,
    }
    return render(request, "network/same.html", context)


@gate(May.MERGE)
@_FORM
def compare(request: Request, person_id: uuid.UUID, other_id: uuid.UUID) -> HttpResponse:
    """Side by side; what is sent is shown once more to be checked, and only then done."""
    both = actions.open_both(by=request.user, person_id=person_id, other_id=other_id)
    differing = [
        (detail.name, detail.label, detail.kept, detail.merged) for detail in both.details if detail.differs
    ]
    form: Any = kept_form(
        request, MergeForm, kind=f"merge.{other_id}", subject_id=person_id, differing=differing
    )
    context = {"both": both, "form": form, "why_not": both.why_not}
    if form.is_valid():
        if "sure" not in request.POST:
            return render(request, "network/merge_check.html", context | {"taken": form.taken})
        with sending(request, form):
            merge = actions.merge_people(
                by=request.user,
                kept_id=person_id,
                merged_id=other_id,
                take=form.taken,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The two records are one now. This can be undone."))
            return redirect("merge", merge_id=merge.pk)
    return render(request, "network/compare.html", context)


@gate(May.MERGE)
@require_safe
def merges(request: Request) -> HttpResponse:
    page = Paginator(queries.merges_visible_to(request.user), _ROWS).get_page(request.GET.get("page"))
    return render(request, "network/merges.html", {"page": page})


@gate(May.MERGE)
@_FORM
def merge(request: Request, merge_id: uuid.UUID) -> HttpResponse:
    """What was merged, by whom and why; and the form that undoes it."""
    this = actions.open_merge(by=request.user, merge_id=merge_id)
    form: Any = kept_form(
        request,
        ReasonForm,
        kind="unmerge",
        subject_id=merge_id,
        label=_("Why are these two people after all?"),
    )
    if form.is_valid():
        with sending(request, form):
            actions.unmerge_people(by=request.user, merge_id=merge_id, reason=form.cleaned_data["reason"])
            messages.success(request, _("These are two records again, each with what it had."))
            return redirect("merge", merge_id=merge_id)
    later, changed, stays_restricted = queries.what_stays(request.user, this)
    context = {
        "merge": this,
        "form": form,
        "why_not": queries.why_not_undo(request.user, this),
        "later": later,
        "changed": changed,
        "stays_restricted": stays_restricted,
        "record": reverse(
            "child" if this.kept.kind == "child" else "adult", kwargs={"person_id": this.kept_id}
        ),
    }
    return render(request, "network/merge.html", context)
