"""Pages of caseloads that were brought in: all of them, one with what became of each row, taking it back, and what a worker was given."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, Takes, gate
from heard.agencies.rules import May, refuse
from heard.agencies.tables import as_csv
from heard.engine.tables import NotDone
from heard.govuk.environment import in_words
from heard.insight.bringing import actions, queries, rules
from heard.insight.bringing.apart import read_apart
from heard.insight.bringing.forms import BRING, BringForm, DecideForm, UndoForm
from heard.insight.bringing.rules import Issue, Outcome, Table

_PER_PAGE = 50
_SALT = "heard.insight.bringing"
_CHECKED_FOR = 24 * 60 * 60  # seconds
_WORDS = {"columns": rules.COLUMNS, "label_of": rules.label_of}  # by which pages name fields


@gate(May.BRING_IN)
@require_safe
def imports(request: Request) -> HttpResponse:
    page = Paginator(queries.imports_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "insight/bringing/imports.html", {"page": page})


@gate(May.BRING_IN, fresh=True, takes=Takes.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def caseload_bring(request: Request) -> HttpResponse:
    """Checking files, and bringing in those that were checked. They are read from a folder that goes with the answer."""
    user = request.user
    form = kept_form(request, BringForm, kind="caseload.bring", suggested={"what": "check"})
    context: dict[str, Any] = {
        "form": form,
        "counts": [],
        "said": [],
        "checked": "",
        "mapped": False,
        **_WORDS,
    }
    if form.is_valid():
        with _at_hand(form) as paths:
            try:
                mapping = paths.pop("mapping", None)
                context["mapped"] = mapping is not None
                files = {Table(name): path for name, path in paths.items()}
                read = read_apart(files, mapping)
                if why_not := rules.why_not_here(rows=len(read.all_rows)):
                    raise NotDone(why_not)
                checked = actions.check_files(by=user, read=read)
            except NotDone as problem:
                form.add_error(None, in_words(str(problem)))
                return render(request, "insight/bringing/bring.html", context)
            context |= _shown(user, checked)
            if checked.files.count(Outcome.KEPT):
                sent: Any = form.data
                form.data = next_up = sent.copy()
                next_up["what"] = BRING  # what comes next, for the page that is drawn now
            if form.cleaned_data["what"] == BRING:
                with sending(request, form):
                    known = _was_checked(request)
                    refuse(rules.NOT_CHECKED if known is None else None)
                    reason = form.cleaned_data["reason"]
                    this = actions.bring_in(by=user, read=read, reason=reason, checked_as=known)
                    messages.success(request, _("Brought in. What became of each row is below."))
                    return redirect("caseload_import", import_id=this.pk)
    return render(request, "insight/bringing/bring.html", context)


@contextmanager
def _at_hand(form: Any) -> Iterator[dict[str, Path]]:
    """The files that were sent, under names of our own, for as long as they are read."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="caseload-", dir=settings.DATA) as folder:
        paths = {}
        for name in (*Table, "mapping"):
            if sent := form.cleaned_data.get(str(name)):
                paths[str(name)] = Path(folder) / (f"{name}.yaml" if name == "mapping" else f"{name}.csv")
                with paths[str(name)].open("wb") as stream:
                    for chunk in sent.chunks():
                        stream.write(chunk)
        yield paths


def _shown(user: Any, checked: queries.Checked) -> dict[str, Any]:
    """What would become of each row, as the page draws it; and, signed, that it was looked at."""
    files = checked.files
    said = [row for row in files.all_rows if row.issues or row.hits]
    token = signing.dumps({"by": user.pk, "files": checked.fingerprint}, salt=_SALT)
    counts = [
        (one, {outcome.value: one.count(outcome) for outcome in Outcome}) for one in files.files.values()
    ]
    return {"counts": counts, "said": said, "checked": token}


def _was_checked(request: Request) -> dict[str, Any] | None:
    """The fingerprint of what this user looked at, where they did within a day."""
    try:
        told = signing.loads(request.POST.get("checked", ""), salt=_SALT, max_age=_CHECKED_FOR)
    except signing.BadSignature:
        return None
    return told["files"] if told["by"] == request.user.pk else None


@gate(May.BRING_IN)
@require_safe
def caseload_import(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """What became of each row, those that are set aside too."""
    user, this = request.user, queries.import_visible_to(request.user, import_id)
    page = Paginator(queries.rows_visible_to(user, this.pk), _PER_PAGE).get_page(request.GET.get("page"))
    marked = queries.worked_on(user, this, _open_to_the_reader(page))
    worked_on = queries.is_worked_on(user, this)
    context = {
        "this": this,
        "page": page,
        "rows": [(row, _issues(row), row.person_id in marked) for row in page],
        **_WORDS,
        "why_not": queries.why_not_ask_to_undo(user, this, worked_on=worked_on, reason="to be typed"),
    }
    return render(request, "insight/bringing/import.html", context)


@gate(May.BRING_IN, fresh=True, takes_out=True)
@require_safe
def import_file(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """What became of each row, without a name: the record by its key, where the reader may see it."""
    rows = actions.take_out_rows(by=request.user, import_id=import_id)
    head = (_("File"), _("Row"), _("What became of it"), _("Record"), _("What is said of it"))
    return as_csv("caseload-in.csv", head, (_cells(row) for row in rows))


def _cells(row: Any) -> tuple[Any, ...]:
    said = " ".join(_sentence(Table(row.table), issue) for issue in _issues(row))
    record = row.person_id if row.may_open else ""
    return row.get_table_display(), row.number, row.get_outcome_display(), record, said


def _sentence(table: Table, issue: Issue) -> str:
    label = rules.label_of(table, issue.field)
    said = f"{in_words(issue.fault.what)} {_(issue.fault.to_do)}"
    return f"{_(label)}: {said}" if label else said


def _open_to_the_reader(rows: Any) -> list[uuid.UUID]:
    return [row.person_id for row in rows if row.may_open]


def _issues(row: Any) -> list[Issue]:
    return [Issue(code, about) for code, about in row.issues]


@gate(May.BRING_IN, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """Asking for it; and, for another person, agreeing or not."""
    user, this = request.user, queries.import_visible_to(request.user, import_id)
    worked_on = queries.is_worked_on(user, this)
    if this.undo_asked_at is None or this.undone_at is not None:
        return _ask(request, this, worked_on)
    form = kept_form(request, DecideForm, kind="caseload.undo.decide", subject_id=import_id)
    if form.is_valid():
        with sending(request, form):
            if form.cleaned_data["agrees"] == "yes":
                actions.undo(by=user, import_id=import_id)
                messages.success(request, _("Taken back. Nothing of it is left but the audit trail."))
            else:
                actions.turn_undo_down(by=user, import_id=import_id)
                messages.success(request, _("What was brought in stays."))
            return redirect("caseload_import", import_id=import_id)
    why_not = queries.why_not_undo(user, this, worked_on=worked_on, agrees=False)
    context = {"this": this, "form": form, "why_not": why_not, "asked": True}
    context["warned"] = queries.why_not_undo(user, this, worked_on=worked_on, agrees=True)
    return render(request, "insight/bringing/undo.html", context)


def _ask(request: Request, this: Any, worked_on: bool) -> HttpResponse:
    form = kept_form(request, UndoForm, kind="caseload.undo", subject_id=this.pk)
    if form.is_valid():
        with sending(request, form):
            actions.ask_to_undo(by=request.user, import_id=this.pk, **form.cleaned_data)
            messages.success(request, _("Asked for. Another co-ordinator agrees within a week, or not."))
            return redirect("caseload_import", import_id=this.pk)
    why_not = queries.why_not_ask_to_undo(request.user, this, worked_on=worked_on, reason="to be typed")
    context = {"this": this, "form": form, "why_not": why_not, "asked": False, "warned": None}
    return render(request, "insight/bringing/undo.html", context)


@gate(May.SEE_CHILD)
@require_safe
def caseload_given(request: Request, import_id: uuid.UUID) -> HttpResponse:
    """Where a notice leads: the children of an import whom the reader may see, their own first."""
    user = request.user
    page = Paginator(queries.given_by(user, import_id), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "mine": queries.how_many_are_mine(user, import_id),
        "taken_back_at": queries.taken_back_at(user, import_id),
        "this": queries.imports_visible_to(user).filter(pk=import_id).first(),
    }
    return render(request, "insight/bringing/given.html", context)
