"""Pages of notes of contact."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, said_with_next
from heard.agencies.rules import May
from heard.cases.case.queries import my_cases
from heard.cases.note import actions, queries, rules
from heard.cases.note.forms import (
    ChooseChildrenForm,
    CorrectNoteForm,
    DirectionForm,
    NoteForm,
    SignsForm,
    TogetherForm,
)
from heard.cases.note.rules import MOST_CHILDREN, ContactKind
from heard.govuk.forms import parts_of
from heard.knowledge import load
from heard.network.actions import open_record
from heard.services.law.queries import asks_to_report

_MINE = 100  # children offered to write about; the rest are found by search
_TO_TICK = 50  # of them in a list of boxes; the rest are reached from their own pages


@gate(May.PLAN)
@require_safe
def choose(request: Request) -> HttpResponse:
    """About whom: the children who count on this user, else search; or several of them."""
    return render(request, "cases/note/choose.html", {"cases": list(my_cases(request.user)[:_MINE])})


@gate(May.PLAN)
@require_safe
def choose_several(request: Request) -> HttpResponse:
    """Which children one contact was with. Their keys go on in the address, never a name."""
    ticked = _keys(request)
    people = queries.children_to_write_about(request.user, also=ticked, at_most=_TO_TICK)
    form = ChooseChildrenForm(
        request.GET if "go" in request.GET else None,
        people=people,
        initial={"child": [str(key) for key in ticked]},
    )
    if form.is_bound and form.is_valid():
        asked = urlencode({"child": form.cleaned_data["child"]}, doseq=True)
        return redirect(f"{reverse('note_together')}?{asked}")
    return render(request, "cases/note/choose_several.html", {"form": form, "people": people})


@gate(May.PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: Request) -> HttpResponse:
    """One contact with several children: what is common once, a part each."""
    people = {str(key): open_record(by=request.user, person_id=key) for key in _keys(request)}
    if len(people) < 2:
        return redirect("note_choose_several")
    # What was typed about these children is laid into no note about others.
    these = uuid.uuid5(uuid.NAMESPACE_URL, " ".join(sorted(people)))
    form = kept_form(request, TogetherForm, kind="note.together", subject_id=these, people=people)
    if form.is_valid():
        with sending(request, form):
            notes = actions.write_together(by=request.user, **form.together)
            count = len(notes)
            saved = ngettext("Note saved for %(num)s child.", "Note saved for %(num)s children.", count)
            messages.success(request, saved % {"num": count})
            return redirect("note", note_id=notes[0].pk)
    return render(request, "cases/note/together.html", {"people": people, "form": form})


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
            said_with_next(
                request,
                _("Note saved: %(what)s.") % {"what": note.get_kind_display()},
                step=_("Mark signs that you noticed"),
                href=reverse("note_signs", args=[note.pk]),
            )
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
    noticed, ended = _noticed(row)
    earlier, directed = queries.versions_before(user, row), queries.directed(user, row)
    context = {
        "note": row,
        "words": queries.words_now(user, row),
        "before": [(one, *_noticed(one)) for one in earlier],
        "is_mine": is_mine,
        "may_write": user.may(May.PLAN),
        "into_plan": queries.may_go_into_plan(user, row),
        "may_report": row.person.kind == "child" and asks_to_report(user),
        "noticed": noticed,
        "ended": ended,
        "newer": getattr(row, "corrected_by", None),
        "directions": directed[row.pk],
        "directed_before": [direction for version in earlier for direction in directed[version.pk]],
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
    stands = queries.words_now(request.user, row)
    begin |= {"at_time": moment["at_time"], "words": stands.text if stands else ""}
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
    noticed = {
        observation.item: observation.words
        for observation in row.observations.all()
        if observation.ended_at is None
    }
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


def _keys(request: Request) -> list[uuid.UUID]:
    """Children that the address names, each once, in its order."""
    keys = []
    for text in request.GET.getlist("child")[:MOST_CHILDREN]:
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(keys))


def _noticed(note: Any) -> tuple[list[Any], list[Any]]:
    """Signs of a version of a note, each with its name: those that stood last, and those that ended before."""
    named = [
        (load.release(observation.release).item(observation.item).label, observation)
        for observation in note.observations.all()
    ]
    return [pair for pair in named if pair[1].ended_at is None], [pair for pair in named if pair[1].ended_at]


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
    start = {"when": "now"} if kind == ContactKind.CALL else {}
    return start | ({"kind": kind} if kind in set(ContactKind) else {})
