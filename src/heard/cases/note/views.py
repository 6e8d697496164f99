"""Pages of notes of contact."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.case.queries import my_cases
from heard.cases.note import actions, queries, rules
from heard.cases.note.forms import CorrectNoteForm, DirectionForm, NoteForm, SignsForm
from heard.cases.note.rules import Kind
from heard.govuk.forms import parts_of
from heard.knowledge import load
from heard.network.actions import open_record

_MINE = 100  # children offered to write about; the rest are found by search


@gate(May.PLAN)
@require_safe
def choose(request: Request) -> HttpResponse:
    """About whom: the children who count on this user, else search."""
    return render(request, "cases/note/choose.html", {"cases": list(my_cases(request.user)[:_MINE])})


@gate(May.PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    event = _event(request)
    form = kept_form(
        request, NoteForm, kind="note", subject_id=person_id, suggested=_suggested(request, event)
    )
    if form.is_valid():
        with sending(request, form):
            note = actions.write_note(
                by=request.user,
                person_id=person_id,
                event_id=event.event_id if event else None,
                **form.answered,
            )
            messages.success(request, _("Note saved: %(what)s.") % {"what": note.get_kind_display()})
            return redirect("note", note_id=note.pk)
    return render(request, "cases/note/write.html", {"person": person, "form": form, "event": event})


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: Request, note_id: uuid.UUID) -> HttpResponse:
    """One note with what it said before, and the direction of a supervisor."""
    user = request.user
    row = actions.open_note(by=user, note_id=note_id)
    form = kept_form(request, DirectionForm, kind="note.direction", subject_id=note_id)
    may_direct = user.may(May.SIGN_OFF) or user.may(May.DECIDE)
    if may_direct and form.is_valid():
        with sending(request, form):
            actions.direct(by=user, note_id=note_id, **form.cleaned_data)
            messages.success(request, _("Case direction saved."))
            return redirect("note", note_id=note_id)
    is_mine = row.written_by_id == user.pk
    context = {
        "note": row,
        "before": queries.versions_before(user, row),
        "is_mine": is_mine,
        "may_write": user.may(May.PLAN),
        "noticed": [(load.release(one.release).item(one.item).label, one) for one in row.observations.all()],
        "newer": getattr(row, "corrected_by", None),
        "directions": list(row.directions.select_related("written_by")),
        "form": form if may_direct else None,
        "others": [case for case in my_cases(user)[:_MINE] if is_mine and case.person_id != row.person_id],
    }
    return render(request, "cases/note/note.html", context)


@gate(May.PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Request, note_id: uuid.UUID) -> HttpResponse:
    row = actions.open_note(by=request.user, note_id=note_id)
    names = ("kind", "seen", "text", "where", "who_was_there", "next", "source")
    moment = parts_of("at", row.at)
    begin = {name: getattr(row, name) for name in names} | {"when": "date", "on": moment["at_on"]}
    begin |= {"at_time": moment["at_time"], "words": row.words.text if row.words else ""}
    form = kept_form(request, CorrectNoteForm, kind="note.correct", subject_id=note_id, initial=begin)
    if form.is_valid():
        with sending(request, form):
            new = actions.correct_note(by=request.user, note_id=note_id, **form.answered)
            messages.success(request, _("Corrected. What it said before stays beside it."))
            return redirect("note", note_id=new.pk)
    return render(request, "cases/note/write.html", {"person": row.person, "form": form, "event": None})


@gate(May.PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def signs(request: Request, note_id: uuid.UUID) -> HttpResponse:
    """Which signs and vulnerabilities the writer noticed at this contact."""
    row = actions.open_note(by=request.user, note_id=note_id)
    why_not = rules.why_not_mark(
        is_writer=row.written_by_id == request.user.pk, is_latest=not hasattr(row, "corrected_by"), said=()
    )
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("note", note_id=note_id)
    noticed = {one.item: one.words for one in row.observations.all()}
    begin = noticed | {"signs": list(noticed), "vulnerabilities": list(noticed)}
    form = kept_form(
        request,
        SignsForm,
        kind="note.signs",
        subject_id=note_id,
        initial=begin,
        release=load.current(),
        noted=row.text,
    )
    if form.is_valid():
        with sending(request, form):
            actions.mark_signs(by=request.user, note_id=note_id, noticed=form.noticed)
            messages.success(request, _("Signs saved. The next assessment takes them up."))
            return redirect("note", note_id=note_id)
    return render(request, "cases/note/signs.html", {"note": row, "form": form})


def _event(request: Request) -> Any:
    """The note of another child of the same visit, which this user wrote, where the address names one."""
    try:
        key = uuid.UUID(request.GET.get("same", ""))
    except ValueError:
        return None
    row = queries.note_visible_to(request.user, key)
    return row if row.written_by_id == request.user.pk else None


def _suggested(request: Request, event: Any) -> dict[str, Any]:
    if event is not None:
        moment = parts_of("at", event.at)
        same = {"kind": event.kind, "when": "date", "on": moment["at_on"], "at_time": moment["at_time"]}
        return same | {"where": event.where}
    kind = request.GET.get("kind", "")
    start = {"when": "now"} if kind == Kind.CALL else {}
    return start | ({"kind": kind} if kind in set(Kind) else {})
