"""Working on the answer to somebody who asked for their record: names first, then passage by passage."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate
from heard.agencies.rules import Hidden, May
from heard.cases.pack import actions, queries
from heard.cases.pack.forms import (
    FileForm,
    FindForm,
    NamesForm,
    StartForm,
    StretchForm,
    WithholdForm,
    times_said,
)
from heard.cases.pack.reasons import advice
from heard.cases.pack.rules import PackPart
from heard.cases.pack.views.shown import form_page, of_stage, passage_shown
from heard.cases.pack.words import PARTS
from heard.network.actions import open_record
from heard.network.queries import said_left_out
from heard.network.rules import Level

ON_A_PAGE = 20  # passages: what one reads in one go


@gate(May.DISCLOSE)
def start(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id, level=Level.EVERYTHING)
    suggested = {"asked_on": timezone.localdate(), "parts": [part.value for part in PARTS]}
    form = kept_form(
        request,
        StartForm,
        kind="disclosure.start",
        subject_id=person_id,
        suggested=suggested,
        ways=queries.who_can_ask(user),
    )

    if form.is_valid():
        with sending(request, form):
            made = actions.start_disclosure(by=user, person_id=person_id, **form.cleaned_data)
            messages.success(request, _("Saved: the request for the record."))
            return redirect("disclosure", disclosure_id=made.pk)
    more = {
        "about": _(
            "Heard copies these parts passage by passage and marks the names and numbers that it finds. You decide on each; the record itself stays as it is."
        ),
        "back": ("packs", {"person_id": person_id}),
        "button": _("Gather the record"),
        "left_out": said_left_out(user, person_id),
    }
    return form_page(request, form, person, _("Somebody asks for the record"), **more)


@gate(May.DISCLOSE)
def names(request: HttpRequest, disclosure_id: uuid.UUID) -> HttpResponse:
    """All names and numbers that were found: one decision for several of them, wherever they stand."""
    user: Any = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    found = queries.names_found(user, disclosure_id)
    form = kept_form(
        request,
        NamesForm,
        kind="disclosure.names",
        subject_id=disclosure_id,
        found=found,
        kinds=queries.kinds_of_names(user),
        requester=this.requester,
    )

    if form.is_valid():
        with sending(request, form):
            places = actions.treat_names(by=user, disclosure_id=disclosure_id, **form.decided)
            messages.success(request, _("Decided at so many places: %(number)s.") % {"number": places})
            return redirect("disclosure_names", disclosure_id=disclosure_id)
    kinds = queries.kinds_of_names(user)
    listed = [[name.about, kinds[name.kind], times_said(name)] for name in found]
    context = of_stage(user, this) | {"form": form, "found": found, "listed": listed, "advice": advice()}
    return render(request, "cases/pack/names.html", context)


@gate(May.DISCLOSE)
def find(request: HttpRequest, disclosure_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    form = kept_form(request, FindForm, kind="disclosure.find", subject_id=disclosure_id)

    more = {
        "back": ("disclosure_names", {"disclosure_id": disclosure_id}),
        "button": _("Mark it wherever it stands"),
        "why_not": queries.why_not_change(user, this),
    }
    if form.is_valid():
        with sending(request, form):
            actions.find_more(by=user, disclosure_id=disclosure_id, text=form.cleaned_data["text"])
            messages.success(request, _("Saved: the names to look for."))
            return redirect("disclosure_names", disclosure_id=disclosure_id)
    return form_page(request, form, this.person, _("Mark another name or word"), **more)


@gate(May.DISCLOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def passages(request: HttpRequest, disclosure_id: uuid.UUID) -> HttpResponse:
    """What would be given, page by page; and that somebody has read this page of it."""
    user: Any = request.user
    this = actions.open_disclosure(by=user, disclosure_id=disclosure_id)
    open_only = request.GET.get("show") == "open"
    if request.method == "POST":
        return _read(request, disclosure_id, open_only)
    rows = queries.passages_in(user, disclosure_id, open_only=open_only)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = of_stage(user, this) | {
        "page": page,
        "rows": [passage_shown(row) for row in page],
        "open_only": open_only,
        "unread": any(row.read_at is None for row in page),
        "query": "show=open" if open_only else "",
    }
    return render(request, "cases/pack/passages.html", context)


def _read(request: HttpRequest, disclosure_id: uuid.UUID, open_only: bool) -> HttpResponse:
    user: Any = request.user
    sent_keys = [
        key for key in request.POST.getlist("passage") if key.isascii() and key.isdigit() and len(key) < 18
    ]
    actions.mark_read(by=user, disclosure_id=disclosure_id, passage_ids=map(int, sent_keys))
    number = request.POST.get("next", "")
    here = request.path
    if open_only:
        return redirect(f"{here}?show=open")
    return redirect(f"{here}?page={number}" if number.isascii() and number.isdigit() else here)


@gate(May.DISCLOSE)
def passage(request: HttpRequest, passage_id: int) -> HttpResponse:
    """One passage: what was found in it, and what becomes of each, here alone."""
    user: Any = request.user
    row = actions.open_passage(by=user, passage_id=passage_id)
    this = row.disclosure
    form = kept_form(
        request,
        NamesForm,
        kind=f"disclosure.passage.{passage_id}",
        subject_id=this.pk,
        found=queries.names_found(user, this.pk, passage_id=passage_id),
        kinds=queries.kinds_of_names(user),
        requester=this.requester,
    )

    if form.is_valid():
        with sending(request, form):
            actions.treat_names(by=user, disclosure_id=this.pk, passage_id=passage_id, **form.decided)
            messages.success(request, _("Saved: how these names are shown."))
            return redirect("disclosure_passage", passage_id=passage_id)
    context = of_stage(user, this) | {
        "form": form,
        "row": row,
        "one": passage_shown(row),
        "label": PARTS[PackPart(row.part)],
        "next": queries.next_open(user, row),
        "said_elsewhere": queries.said_elsewhere(user, row),
        "on_page": (row.number - 1) // ON_A_PAGE + 1,
    }
    return render(request, "cases/pack/passage.html", context)


@gate(May.DISCLOSE)
def stretch(request: HttpRequest, passage_id: int) -> HttpResponse:
    user: Any = request.user
    row = actions.open_passage(by=user, passage_id=passage_id)
    form = kept_form(
        request,
        StretchForm,
        kind=f"disclosure.stretch.{passage_id}",
        subject_id=row.disclosure_id,
        suggested={"where": ["everywhere"]},
        requester=row.disclosure.requester,
    )

    def save() -> HttpResponse:
        actions.withhold_stretch(by=user, passage_id=passage_id, **form.decided)
        return redirect("disclosure_passage", passage_id=passage_id)

    return _about_passage(request, form, row, save, _("Withhold or replace some words"))


@gate(May.DISCLOSE)
def whole(request: HttpRequest, passage_id: int) -> HttpResponse:
    """The whole passage: withheld, or shown again."""
    user: Any = request.user
    row = actions.open_passage(by=user, passage_id=passage_id)
    if request.method == "POST" and "show" in request.POST:
        actions.show_passage(by=user, passage_id=passage_id)
        return redirect("disclosure_passage", passage_id=passage_id)
    form = kept_form(
        request,
        WithholdForm,
        kind=f"disclosure.whole.{passage_id}",
        subject_id=row.disclosure_id,
        requester=row.disclosure.requester,
    )

    def save() -> HttpResponse:
        actions.withhold_passage(by=user, passage_id=passage_id, **form.cleaned_data)
        return redirect("disclosure_passage", passage_id=passage_id)

    return _about_passage(request, form, row, save, _("Withhold the whole passage"))


@gate(May.DISCLOSE)
def file(request: HttpRequest, passage_id: int) -> HttpResponse:
    user: Any = request.user
    row = actions.open_passage(by=user, passage_id=passage_id)
    if row.file is None or row.is_withdrawn:
        raise Hidden
    form = kept_form(
        request,
        FileForm,
        kind=f"disclosure.file.{passage_id}",
        subject_id=row.disclosure_id,
        initial={"give": row.give, "reason": row.reason, "note": row.note},
        requester=row.disclosure.requester,
    )

    def save() -> object:
        return actions.decide_file(by=user, passage_id=passage_id, **form.cleaned_data)

    return _about_passage(request, form, row, save, _("What of this file is given?"), file=row.file)


def _about_passage(
    request: HttpRequest, form: Any, row: Any, save: Any, title: str, **more: Any
) -> HttpResponse:
    if form.is_valid():
        with sending(request, form):
            save()
            messages.success(request, _("Saved in the request for the record."))
            return redirect("disclosure_passage", passage_id=row.pk)
    back = ("disclosure_passage", {"passage_id": row.pk})
    why_not = queries.why_not_change(request.user, row.disclosure)  # type: ignore[arg-type]
    beside = {"one": passage_shown(row), "back": back, "why_not": why_not} | more
    return form_page(request, form, row.disclosure.person, title, **beside)
