"""Pages of the child's words: all of them with what was done about each, adding, correcting, and telling the child."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Takes, gate, said_with_next
from heard.agencies.rules import May, Refused
from heard.cases.attachment.actions import attach
from heard.cases.attachment.queries import attachments_visible_to
from heard.cases.attachment.views import set_aside
from heard.cases.words import actions, queries
from heard.cases.words.forms import AddForm, AnswerForm, CorrectForm
from heard.govuk.environment import in_words
from heard.network.actions import open_record
from heard.services.law.queries import asks_to_report

ON_A_PAGE = 25
SAID = ("text", "how", "heard_on", "heard_by", "wants", "language", "original", "translated_by")


@gate(May.SEE_CHILD)
@require_safe
def words(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Everything that a child said, the latest first, with what was done about each."""
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    rows = queries.words_visible_to(user).filter(person_id=person_id)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    files = list(attachments_visible_to(user).filter(words__in=[row.pk for row in page.object_list]))
    drawn = [_drawn(row, [file for file in files if file.words_id == row.pk]) for row in page.object_list]
    context = {"person": person, "page": page, "rows": drawn, "may_write": user.may(May.ASSESS)}
    context["may_report"] = person.kind == "child" and asks_to_report(user)
    return render(request, "cases/words/words.html", context)


@gate(May.ASSESS, takes=Takes.FILE)
def add(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    begin = {"heard_on": timezone.localdate(), "heard_by": str(user)}
    form = kept_form(request, AddForm, kind="words.add", subject_id=person_id, suggested=begin, user=user)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in (*SAID, "what_changed")}
        with sending(request, form):
            added = actions.add_words(by=user, person_id=person_id, **said)
            said_with_next(
                request,
                _("The child’s words are kept."),
                step=_("Say what changed, and that the child was told"),
                href=reverse("words_answer", args=[added.pk]),
            )
            _attach(request, added.pk, form)
            return redirect("words", person_id=person_id)
    context = {"person": person, "form": form, "title": _("Add what the child says")}
    return render(request, "cases/words/form.html", context)


@gate(May.ASSESS)
def correct(request: HttpRequest, words_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    old = actions.open_words(by=user, words_id=words_id)
    begin = {name: getattr(old, name) for name in SAID}
    form = kept_form(
        request, CorrectForm, kind="words.correct", subject_id=words_id, initial=begin, user=user
    )
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in (*SAID, "why_corrected")}
        with sending(request, form):
            actions.correct_words(by=user, words_id=words_id, **said)
            messages.success(request, _("Saved: the correction. What was written before stays beside it."))
            return redirect("words", person_id=old.person_id)
    title = _("Correct what was written down")
    return render(request, "cases/words/form.html", _about(old, form, title))


@gate(May.ASSESS)
def answer(request: HttpRequest, words_id: uuid.UUID) -> HttpResponse:
    """What changed because of what the child said, and that the child was told."""
    user: Any = request.user
    said = actions.open_words(by=user, words_id=words_id)
    begin = {"what_changed": said.what_changed}
    form = kept_form(request, AnswerForm, kind="words.answer", subject_id=words_id, initial=begin)
    if form.is_valid():
        with sending(request, form):
            actions.answer_words(by=user, words_id=words_id, **form.cleaned_data)
            messages.success(request, _("Saved: what changed because of the child’s words."))
            return redirect("words", person_id=said.person_id)
    title = _("What changed, and tell the child")
    return render(request, "cases/words/form.html", _about(said, form, title))


def _about(said: Any, form: Any, title: str) -> dict[str, Any]:
    return {"person": said.person, "said": said, "form": form, "title": title}


def _drawn(row: Any, files: list[Any]) -> dict[str, Any]:
    """One entry of the list. `told`: the answer with which the child was told last."""
    answers = list(row.answers.all())
    told = next((one for one in answers if one.told_on), None)
    corrected = queries.is_corrected(row)
    return {"words": row, "answers": answers, "told": told, "corrected": corrected, "files": files}


def _attach(request: HttpRequest, words_id: uuid.UUID, form: Any) -> None:
    """The words are kept whether or not the file is taken."""
    upload, may_show_abuse = form.cleaned_data["upload"], bool(form.cleaned_data["may_show_abuse"])
    if not upload:
        return
    try:
        what = _("What the child drew, wrote or sent")
        kept = attach(
            by=request.user, upload=upload, what=what, words_id=words_id, may_show_abuse=may_show_abuse  # type: ignore[arg-type]
        )  # fmt: skip
        if kept.aside:
            messages.warning(request, set_aside(kept))
    except Refused as refused:
        messages.warning(request, _("The file was not kept. %(why)s") % {"why": in_words(str(refused))})
