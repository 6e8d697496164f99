"""The page of promises kept, its pictures and files, and the notes beside it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May
from heard.board.figures import actions, book, pictures, queries, rules, words
from heard.board.figures.forms import CorrectNoteForm, NoteForm
from heard.board.promises import YEAR
from heard.cases.glass.queries import openings_counted
from heard.govuk.pdf import as_download, draw_pdf
from heard.knowledge import load

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_A_DAY = 86_400  # seconds: a picture never changes, for its address carries what is drawn


@gate(May.SEE_FIGURES)
@require_safe
def figures(request: Request) -> HttpResponse:
    """Whether the partnership does what it promised."""
    user = request.user
    since = localdate() - YEAR
    context = {
        "figures": queries.figures(user, today=localdate()),
        "since": since,
        "opened": openings_counted(user, since=since, today=localdate()),
        "release": load.current().id,
        "words": words,
        "signed": pictures.signed,
        "may_note": user.may(May.HOLD_FIGURES),
    }
    return render(request, "board/figures/figures.html", context)


@gate(May.SEE_FIGURES)
@require_safe
def figures_picture(request: Request) -> HttpResponse:
    """What the address carries, drawn. It asks the database nothing, and draws nothing that no page signed."""
    svg = pictures.drawn_of(request.GET.get("of", ""))
    answer = HttpResponse(svg, content_type="image/svg+xml")
    answer["Cache-Control"] = f"private, max-age={_A_DAY}, immutable"
    return answer


@gate(May.SEE_FIGURES)
@require_safe
def figures_paper(request: Request) -> HttpResponse:
    """The page as PDF."""
    content = actions.take_away(by=request.user, form="pdf", draw=lambda found: _paper(request, found))
    return as_download(content, "promises-kept.pdf")


def _paper(request: Request, found: list[queries.Figure]) -> bytes:
    drawn = {
        figure.promise.name: pictures.as_data(pictures.draw(pictures.bars(figure.periods)))
        for figure in found
        if figure.shown
    }
    context = {
        "figures": found,
        "pictures": drawn,
        "words": words,
        "release": load.current().id,
        "printed_at": timezone.now(),
        "printed_by": request.user,
    }
    return draw_pdf("board/figures/paper.html", context)


@gate(May.SEE_FIGURES)
@require_safe
def figures_workbook(request: Request) -> HttpResponse:
    """The page as a workbook."""
    content = actions.take_away(
        by=request.user, form="xlsx", draw=lambda found: book.workbook(found, today=localdate())
    )
    return as_download(content, "promises-kept.xlsx", _SHEET)


@gate(May.HOLD_FIGURES)
@_FORM
def figure_note(request: Request, promise: str) -> HttpResponse:
    """A note beside a promise and a quarter."""
    this = queries.promise_named(request.user, promise)
    quarters = [(first, words.quarter(first)) for first in rules.quarters_to_note(today=localdate())]
    form: Any = kept_form(request, NoteForm, kind=f"figure.note.{promise}", quarters=quarters)
    if form.is_valid():
        with sending(request, form):
            actions.write_note(by=request.user, promise=promise, **form.answered)
            messages.success(request, _("The note stands beside the figure."))
            return redirect(_at(promise))
    return _form_page(request, form, _("Write a note"), this.text, promise)


@gate(May.HOLD_FIGURES)
@_FORM
def figure_note_correct(request: Request, figure_note_id: uuid.UUID) -> HttpResponse:
    """A new version of a note. What it said before stays."""
    note = queries.note_visible_to(request.user, figure_note_id)
    if request.method != "POST" and queries.is_corrected(request.user, note):
        raise Hidden
    form: Any = kept_form(
        request,
        CorrectNoteForm,
        kind="figure.correct",
        subject_id=figure_note_id,
        suggested={"text": note.text},
    )
    if form.is_valid():
        with sending(request, form):
            actions.correct_note(by=request.user, figure_note_id=figure_note_id, **form.cleaned_data)
            messages.success(request, _("Corrected. What the note said before stays readable."))
            return redirect(_at(note.promise))
    return _form_page(request, form, _("Correct a note"), words.quarter(note.quarter), note.promise)


def _at(promise: str) -> str:
    return f"{reverse('figures')}#{promise}"


def _form_page(request: Request, form: Any, title: str, about: str, promise: str) -> HttpResponse:
    context = {"form": form, "title": title, "about": about, "back": _at(promise)}
    return render(request, "board/figures/note.html", context)
