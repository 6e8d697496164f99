"""Noting a tie between any two, how it is known, and reading both."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import Hidden, May
from heard.govuk.environment import day
from heard.network import actions, queries
from heard.network.forms.tying import NEW, KindForm, LookAgainForm, OnForm, SourceForm, TieForm, WithdrawForm
from heard.network.headings import HEADINGS, RECORDS, in_parts
from heard.network.rules import AT_A_MEETING, BACK, SAID_TO_HARM, How, NodeKind
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PAGES = {NodeKind.PLACE: "place", NodeKind.GROUP: "group"}
_SHOWN = 25  # ties without a kind on one page


@gate(May.SEE_CHILD)
@require_safe
def web(request: Request, node_id: uuid.UUID) -> HttpResponse:
    """Who and what is tied to a person, place, group or handle, each with how it is known; now or as it was known on a day."""
    asked = OnForm(request.GET) if "on-day" in request.GET else OnForm()
    on = asked.cleaned_data["on"] if asked.is_valid() else None
    kind, _this = queries.web(request.user).end(node_id)
    looked = queries.looked_last(request.user, kind, node_id) if on is None else None
    this, page, _door = actions.open_node(
        by=request.user, kind=kind, node_id=node_id, page=_number(request), on=on
    )
    context = {
        "this": this,
        "kind": kind,
        "page": page,
        "parts": in_parts(page),
        "on": on,
        "looked": looked,
        "gone": [
            (heading, some)
            for part, heading in HEADINGS.items()
            if looked and (some := [(name, one) for of, name, one in looked.gone if of == part])
        ],
        "naming": _naming(request, node_id, on),
        "asked": asked,
        "may_share": request.user.may(May.SHARE),
        "may_merge": request.user.may(May.MERGE),
        "also": [] if kind == NodeKind.PERSON else queries.also_called(request.user, kind, node_id),
        "may_mark": request.user.may(May.MARK_COMMON),
        "back": (page_of(kind, this), str(this)) if kind != NodeKind.HANDLE else None,
    }
    return render(request, "network/web.html", context)


@gate(May.SEE_CHILD)
@_FORM
def add(request: Request, node_id: uuid.UUID, end: str) -> HttpResponse:
    """First who or what it is, which is looked for before anything is made; then the tie and how it is known. From the words of a record
    (`mention` in the address) it begins with what they name and the sentence, and the record is where it is known from."""
    if end not in set(NodeKind):
        raise Hidden
    kind, _this = queries.web(request.user).end(node_id)
    named = _named(request, node_id, end)
    this, *_ties = actions.open_node(by=request.user, kind=kind, node_id=node_id)
    of = f"tie.{end}.{named.mention.pk}" if named else f"tie.{end}"
    form, is_sent = tie_form(
        request,
        TieForm,
        node_id,
        this=this,
        start=kind,
        end=end,
        kind=of,
        subject_id=node_id,
        **_begun(named),
    )
    if is_sent:
        with sending(request, form):
            said = tied(form)
            if named:
                record = {"about": named.mention.about, "about_id": named.mention.about_id}
                said["knows"] = replace(said["knows"], **record)
            tie = actions.note_tie_to(by=request.user, one_id=node_id, end=end, **said)
            messages.success(request, _("Saved: %(tie)s.") % {"tie": queries.sentence(request.user, tie)})
            return redirect("tie", tie_key=tie.key)
    context = {"form": form, "this": this, "end": end, "back": (page_of(kind, this), str(this))}
    return render(request, "network/tie_add.html", context)


def _named(request: Request, node_id: uuid.UUID, end: str) -> queries.InAText | None:
    if "mention" not in request.GET:
        return None
    if end != NodeKind.HANDLE:
        raise Hidden
    return queries.in_a_text(request.user, node_id, request.GET["mention"])


def _begun(named: queries.InAText | None) -> dict[str, Any]:
    """What the form begins with: what the words of a record name, and the sentence."""
    if named is None:
        return {}
    this = named.handle
    begin = {"type": this.type, "text": str(this), "service": this.service, "how": How.RECORD}
    return {"suggested": begin | {"words": named.sentence}}


def tie_form(
    request: Request,
    form_class: type[TieForm],
    node_id: uuid.UUID,
    *,
    start: str,
    end: str,
    kind: str,
    subject_id: uuid.UUID,
    **asked: Any,
) -> tuple[Any, bool]:
    """The form of a tie from a node, and whether it was sent; a name that was typed is looked for first. `kind`, `subject_id`: as for
    `kept_form`."""

    def find(text: str) -> list[tuple[str, str, str]]:
        return queries.who_or_what(request.user, end, text, not_this=node_id)

    asked |= {"start": start, "end": end, "find": find}
    form: Any = kept_form(request, form_class, kind=kind, subject_id=subject_id, **asked)
    looks = end != NodeKind.HANDLE and ("look" in request.POST or "choice" not in request.POST)
    if request.method == "POST" and looks and form.looked:
        answered = {name: answer for name, answer in form.answers().items() if answer}
        kept, form = form.kept, form_class(initial=answered, **asked)
        form.kept = kept
        return form, False
    return form, form.is_valid()


def tied(form: Any) -> dict[str, Any]:
    """What such a form says, for `note_tie_to`."""
    typed = form.cleaned_data
    choice = typed.get("choice") or NEW
    return {
        "other_id": None if choice == NEW else uuid.UUID(choice),
        "new_name": typed["text"],
        "new_kind": typed.get("type") or typed.get("new_kind") or "",
        "service": typed.get("service") or "",
        "knows": actions.Knows(**form.knows),
        **form.tie,
    }


@gate(May.SEE_CHILD)
@require_safe
def tie(request: Request, tie_key: uuid.UUID) -> HttpResponse:
    """Both ends, what the tie says, and each source of it with who may withdraw it."""
    row = actions.open_tie(by=request.user, tie_key=tie_key)
    door = queries.web(request.user)
    ends = [door.end(key) for key in row.way]
    sources, withdrawn = door.known(row), queries.withdrawn_of(request.user, row)
    context = {
        "tie": row,
        "ends": [(page_of(kind, this), this, kind) for kind, this in ends],
        "said": _said(row, sources),
        "sources": sources,
        "agencies": queries.who_knows(sources),
        "withdrawn": withdrawn,
        "looks": queries.looks_at(request.user, [*sources, *withdrawn]),
        "meetings": queries.records_behind(
            request.user,
            [tie_source for tie_source in (*sources, *withdrawn) if tie_source.about == AT_A_MEETING],
        ),
        "mine": request.user.agencies_where(May.SEE_CHILD),
        "undo": {source.pk for source in sources if not queries.why_not_undo_noting(request.user, source)},
        "any": request.user.may(May.SEE_PARTNERSHIP),
        "may_have_kind": row.kind == "other" and bool(sources),
    }
    return render(request, "network/tie.html", context)


def _said(row: Any, sources: list[Any]) -> str:
    """What a tie says, never as a fact what is none."""
    if not sources:
        return _("%(said)s (withdrawn)") % {"said": row.said()}
    return queries.said_untrue(row.said()) if queries.all_thought_untrue(sources) else str(row.said())


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
        said=_("Withdrawn: it counts for nothing from now on, and stays to be read with the reason."),
        what_for=_(
            "For what was noted by mistake, or is not so. Whoever answers for what rests on it learns of it. A tie without any source left stands in no list."
        ),
        save=lambda typed: actions.withdraw_source(by=request.user, source_id=source.pk, **typed),
        done=reverse("tie", kwargs={"tie_key": source.tie.key}),
        back=_back_to(source.tie.key),
    )


@gate(May.SEE_CHILD)
@require_POST
def source_undo(request: Request, source_id: uuid.UUID) -> HttpResponse:
    source = queries.source_visible_to(request.user, source_id)
    with saying_why_not(request):
        actions.undo_source(by=request.user, source_id=source.pk)
        messages.success(
            request,
            _("Undone: it counts for nothing from now on. What you noted stays to be read as withdrawn."),
        )
    return redirect("tie", tie_key=source.tie.key)


@gate(May.SEE_CHILD)
@_FORM
def mention_withdraw(request: Request, mention_id: int) -> HttpResponse:
    """A record does not name a phone, car or account after all."""
    mention = queries.mention_visible_to(request.user, mention_id)
    page, called = _record(mention)
    return edit(
        request,
        WithdrawForm,
        kind="mention.withdraw",
        subject_id=mention.about_id,
        title=_("Withdraw that a record names it"),
        said=_("Withdrawn: the record counts as naming it no longer."),
        what_for=_("For what was kept by mistake. The words of the record stay as they are."),
        save=lambda typed: actions.withdraw_mention(by=request.user, mention_id=mention_id, **typed),
        done=page,
        back=(page, called),
    )


@gate(May.SEE_CHILD)
@_FORM
def look_again(request: Request, source_id: uuid.UUID) -> HttpResponse:
    """A tie that has long rested on little: say that it is still so, that it is not, or why it stays as it is."""
    source, why_not = queries.look_at(request.user, source_id)
    row = actions.open_tie(by=request.user, tie_key=source.tie.key)
    door = queries.web(request.user)
    return edit(
        request,
        LookAgainForm,
        kind="tie.again",
        subject_id=source.pk,
        title=_("Look again"),
        said=_("Saved: it stays as it is, and comes back in 12 months."),
        save=lambda typed: actions.look_again(by=request.user, source_id=source.pk, **typed),
        done=reverse("tie", kwargs={"tie_key": row.key}),
        back=_back_to(row.key),
        template="network/look_again.html",
        shown={
            "tie": row,
            "ends": [door.end(key)[1] for key in row.way],
            "one": source,
            "why_not": why_not,
            "looks": queries.looks_at(request.user, [source]),
        },
    )


@gate(May.SEE_CHILD)
@require_safe
def without_kind(request: Request) -> HttpResponse:
    """Ties that say what they say in words alone: for a person to give each a kind."""
    page = Paginator(queries.ties_without_kind(request.user), _SHOWN).get_page(request.GET.get("page"))
    called = queries.web(request.user).called(*{key for row in page for key in row.way})
    rows = [(row, *(called[key] for key in row.way)) for row in page]
    return render(request, "network/ties_without_kind.html", {"rows": rows, "page": page})


@gate(May.SEE_CHILD)
@_FORM
def kind(request: Request, tie_key: uuid.UUID) -> HttpResponse:
    row = actions.open_tie(by=request.user, tie_key=tie_key)
    door = queries.web(request.user)
    (start, one), (end, other) = (door.end(key) for key in row.way)
    return edit(
        request,
        KindForm,
        kind="tie.kind",
        subject_id=row.key,
        title=_("Which kind of tie is this?"),
        said=_("Saved: the kind of the tie."),
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
        one=one,
        other=other,
    )


def page_of(kind: str, this: Any) -> str:
    """The page of a person, place, group or handle."""
    if kind == NodeKind.PERSON:
        return reverse("child" if this.kind == "child" else "adult", kwargs={"person_id": this.pk})
    if kind in _PAGES:
        return reverse(_PAGES[NodeKind(kind)], kwargs={f"{kind}_id": this.pk})
    return reverse("web", kwargs={"node_id": this.pk})


def _naming(request: Request, node_id: uuid.UUID, on: date | None) -> list[tuple[str, str, str]]:
    """Of each record that names it: its address, what it is called, and the reference of a worry, by which two of one day are told apart."""
    mentions = queries.naming(request.user, node_id, on)
    worries = queries.records_behind(
        request.user, [mention for mention in mentions if mention.about == "concern"]
    )
    return [
        (*_record(mention), worries[mention.about_id].reference if mention.about_id in worries else "")
        for mention in mentions
    ]


def _record(mention: Any) -> tuple[str, str]:
    """The address of the record that names something, and what it is called."""
    name, field, called, _ground = RECORDS[mention.about]
    return reverse(name, kwargs={field: mention.about_id}), called % {"date": day(mention.confirmed_at)}


def _back_to(tie_key: uuid.UUID) -> tuple[str, str]:
    return reverse("tie", kwargs={"tie_key": tie_key}), _("Back to the tie")


def _number(request: Request) -> int:
    asked = request.GET.get("page", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 1
