"""Noting a tie between any two, how it is known, and reading both."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
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
from heard.agencies.rules import Hidden, May
from heard.network import actions, queries
from heard.network.forms.tying import NEW, KindForm, OnForm, SourceForm, TieForm, WithdrawForm
from heard.network.headings import HEADINGS
from heard.network.queries import Strand
from heard.network.rules import BACK, PROTECTS, SAID_TO_HARM, NodeKind
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PAGES = {NodeKind.PLACE: "place", NodeKind.GROUP: "group"}
_RECORDS = {"concern": ("concern", "concern_id")}  # of each kind of record that names something, its page
_SHOWN = 25  # ties without a kind on one page


@gate(May.SEE_CHILD)
@require_safe
def web(request: Request, node_id: uuid.UUID) -> HttpResponse:
    """Who and what is tied to a person, place, group or handle, each with how it is known; now or as it was known on a day."""
    asked = OnForm(request.GET) if "on-day" in request.GET else OnForm()
    on = asked.cleaned_data["on"] if asked.is_valid() else None
    kind, _this = queries.web(request.user).end(node_id)
    this, page = actions.open_node(by=request.user, kind=kind, node_id=node_id, page=_number(request), on=on)
    context = {
        "this": this,
        "kind": kind,
        "page": page,
        "parts": _parts(list(page)),
        "on": on,
        "naming": [
            (_RECORDS[one.about], one)
            for one in queries.naming(request.user, node_id)
            if one.about in _RECORDS
        ],
        "asked": asked,
        "back": (page_of(kind, this), str(this)) if kind != NodeKind.HANDLE else None,
    }
    return render(request, "network/web.html", context)


@gate(May.SEE_CHILD)
@_FORM
def add(request: Request, node_id: uuid.UUID, end: str) -> HttpResponse:
    """First who or what it is, which is looked for before anything is made; then the tie and how it is known."""
    if end not in set(NodeKind):
        raise Hidden
    kind, _this = queries.web(request.user).end(node_id)
    this, _page = actions.open_node(by=request.user, kind=kind, node_id=node_id)

    def find(text: str) -> list[tuple[str, str, str]]:
        return queries.who_or_what(request.user, end, text, not_this=node_id)

    asked: dict[str, Any] = {"start": kind, "end": end, "find": find}
    form: Any = kept_form(request, TieForm, kind=f"tie.{end}", subject_id=node_id, **asked)
    looks = end != NodeKind.HANDLE and ("look" in request.POST or "choice" not in request.POST)
    if request.method == "POST" and looks and form.looked:
        kept, form = form.kept, TieForm(initial=form.answers(), **asked)
        form.kept = kept
    elif form.is_valid():
        with sending(request, form):
            tie = _note(request, form, node_id, end)
            messages.success(request, _("Saved: the tie."))
            return redirect("tie", tie_key=tie.key)
    context = {"form": form, "this": this, "end": end, "back": (page_of(kind, this), str(this))}
    return render(request, "network/tie_add.html", context)


def _note(request: Request, form: TieForm, node_id: uuid.UUID, end: str) -> Any:
    typed = form.cleaned_data
    choice = typed.get("choice") or NEW
    return actions.note_tie_to(
        by=request.user,
        one_id=node_id,
        end=end,
        other_id=None if choice == NEW else uuid.UUID(choice),
        new_name=typed["text"],
        new_kind=typed.get("type") or typed.get("new_kind") or "",
        service=typed.get("service") or "",
        knows=actions.Knows(**form.knows),
        **form.tie,
    )


@gate(May.SEE_CHILD)
@require_safe
def tie(request: Request, tie_key: uuid.UUID) -> HttpResponse:
    """Both ends, what the tie says, and each source of it with who may withdraw it."""
    row = actions.open_tie(by=request.user, tie_key=tie_key)
    door = queries.web(request.user)
    ends = [door.end(key) for key in (row.first_id, row.second_id)]
    sources = door.known(row)
    context = {
        "tie": row,
        "ends": [(page_of(kind, this), this, kind) for kind, this in ends],
        "said": row.said(),
        "sources": sources,
        "agencies": sorted({one.holder.name for one in sources if one.holder}),
        "withdrawn": queries.withdrawn_of(request.user, row),
        "mine": request.user.agencies_where(May.SEE_CHILD),
        "any": request.user.may(May.SEE_PARTNERSHIP),
        "may_have_kind": row.kind == "other" and bool(sources),
    }
    return render(request, "network/tie.html", context)


@gate(May.SEE_CHILD)
@_FORM
def source_add(request: Request, tie_key: uuid.UUID) -> HttpResponse:
    row = queries.web(request.user).tie(tie_key)
    form: Any = kept_form(
        request, SourceForm, kind="tie.source", subject_id=row.key, harm=row.kind == SAID_TO_HARM
    )
    if form.is_valid():
        with sending(request, form):
            actions.note_source(by=request.user, tie_key=tie_key, knows=actions.Knows(**form.knows))
            messages.success(request, _("Saved: how you know of this tie."))
            return redirect("tie", tie_key=tie_key)
    context = {"form": form, "title": _("Say how you know of this tie"), "back": _back_to(row.key)}
    return render(request, "network/source_add.html", context)


@gate(May.SEE_CHILD)
@_FORM
def source_withdraw(request: Request, source_id: uuid.UUID) -> HttpResponse:
    source = queries.source_visible_to(request.user, source_id)
    return edit(
        request,
        WithdrawForm,
        kind="tie.withdraw",
        subject_id=source.pk,
        title=_("Withdraw how this is known"),
        what_for=_(
            "For what was noted by mistake, or is not so. A tie without any source left is seen by nobody."
        ),
        save=lambda typed: actions.withdraw_source(by=request.user, source_id=source.pk, **typed),
        done=reverse("tie", kwargs={"tie_key": source.tie.key}),
        back=_back_to(source.tie.key),
    )


@gate(May.SEE_CHILD)
@require_safe
def without_kind(request: Request) -> HttpResponse:
    """Ties that say what they say in words alone: for a person to give each a kind."""
    page = Paginator(queries.ties_without_kind(request.user), _SHOWN).get_page(request.GET.get("page"))
    called = queries.web(request.user).called(*{key for row in page for key in (row.first_id, row.second_id)})
    rows = [(row, called[row.first_id], called[row.second_id]) for row in page]
    return render(request, "network/ties_without_kind.html", {"rows": rows, "page": page})


@gate(May.SEE_CHILD)
@_FORM
def kind(request: Request, tie_key: uuid.UUID) -> HttpResponse:
    row = actions.open_tie(by=request.user, tie_key=tie_key)
    door = queries.web(request.user)
    (start, one), (end, other) = door.end(row.first_id), door.end(row.second_id)
    return edit(
        request,
        KindForm,
        kind="tie.kind",
        subject_id=row.key,
        title=_("Which kind of tie is this?"),
        what_for=_("%(one)s and %(other)s: “%(words)s”. The words stay.")
        % {"one": one, "other": other, "words": row.in_words},
        save=lambda typed: actions.give_kind(
            by=request.user,
            tie_key=row.key,
            kind=typed["kind"].removeprefix(BACK),
            back=typed["kind"].startswith(BACK),
        ),
        done=reverse("tie", kwargs={"tie_key": row.key}),
        back=_back_to(row.key),
        start=start,
        end=end,
    )


def page_of(kind: str, this: Any) -> str:
    """The page of a person, place, group or handle."""
    if kind == NodeKind.PERSON:
        return reverse("child" if this.kind == "child" else "adult", kwargs={"person_id": this.pk})
    if kind in _PAGES:
        return reverse(_PAGES[NodeKind(kind)], kwargs={f"{kind}_id": this.pk})
    return reverse("web", kwargs={"node_id": this.pk})


def _parts(strands: Sequence[Strand]) -> list[tuple[str, list[Strand]]]:
    """Who protects stands first; children and adults never in one list."""
    found: dict[str, list[Strand]] = {name: [] for name in HEADINGS}
    for strand in strands:
        protects = strand.kind_id == PROTECTS and strand.person_kind == "adult"
        found["protects" if protects else strand.person_kind or strand.end].append(strand)
    return [(HEADINGS[name], some) for name, some in found.items() if some]


def _back_to(tie_key: uuid.UUID) -> tuple[str, str]:
    return reverse("tie", kwargs={"tie_key": tie_key}), _("Back to the tie")


def _number(request: Request) -> int:
    asked = request.GET.get("page", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 1
