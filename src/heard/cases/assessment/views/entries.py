"""One entry of what an assessment holds several of: a pattern, a strength, somebody who protects, a question, a line in
the history of a sign, and what was found out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate, saying_why_not
from heard.agencies.queries import colleagues_visible_to
from heard.agencies.rules import Hidden, May, Refused
from heard.cases.assessment import actions, queries, rules
from heard.cases.assessment.forms import (
    SOMEBODY_ELSE,
    EvidenceForm,
    FindingForm,
    PatternForm,
    ProtectivePersonForm,
    QuestionForm,
    StrengthForm,
)
from heard.cases.assessment.views.shown import not_now, shown, thoughts
from heard.govuk.forms import Form
from heard.knowledge import load
from heard.network.queries import person_visible_to, web

NEW = "new"


@dataclass(frozen=True)
class Entries:
    """One kind of entry: where it stands, what its page is called, its form, and how that is saved.

    `rows`: how an assessment calls its list. `made_with` gives what the form is made with, `begin` what a row says now,
    `save` takes the row that is changed, or None for a new one.
    """

    part: str
    rows: str
    add: Any
    change: Any
    why: Any
    form: type[Form]
    made_with: Callable[[Any, Any], dict[str, Any]]
    begin: Callable[[Any], dict[str, Any]]
    save: Callable[[Any, Any, Any, Any], Any]


@gate(May.ASSESS)
def entry(request: HttpRequest, assessment_id: uuid.UUID, entries: str, entry: str) -> HttpResponse:
    """Adds an entry (`new`), changes it, or takes it out."""
    user: Any = request.user
    kind = ENTRIES.get(entries)
    if kind is None:
        raise Http404
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    why_not = queries.why_not_change(user, this) or _why_not_list(this, kind)
    if why_not:
        return not_now(request, this, why_not)
    row = None if entry == NEW else _row(this, kind, entry)
    if row is not None and request.method == "POST" and "take_out" in request.POST:
        return _take_out(request, this, kind, row)
    form = _form_of(request, this, entries, kind, row)
    if form.is_valid():
        with sending(request, form):
            kind.save(user, this, row, form)
            messages.success(request, _("Saved: the entry in the assessment."))
            return redirect("assessment_part", assessment_id=this.pk, part=kind.part)
    typed = "\n".join(str(form[name].answer) for name in _PROSE if name in form.fields)
    title = kind.add if row is None else kind.change
    context = shown(
        request,
        this,
        form=form,
        kind=kind,
        entries=entries,
        title=title,
        row=row,
        hints=thoughts(request, this, typed),
    )
    return render(request, "cases/assessment/entry.html", context)


@gate(May.ASSESS)
def evidence(request: HttpRequest, assessment_id: uuid.UUID, item: str) -> HttpResponse:
    """The history of one sign or vulnerability, and a further entry in it."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    asked = next((one for one in _both_lists(this) if one.entry.id == item), None)
    if asked is None:
        raise Http404
    part = "signs" if asked in queries.picture(this).signs else "vulnerabilities"
    why_not = queries.why_not_change(user, this) or rules.why_not_open_lists(judgement=this.judgement)
    if why_not:
        return not_now(request, this, why_not)
    if request.method == "POST" and "take_out" in request.POST:
        return _take_out_evidence(request, this, item)
    form = kept_form(request, EvidenceForm, kind=f"assessment.{item}", subject_id=this.pk)
    if form.is_valid():
        with sending(request, form):
            actions.add_evidence(by=user, assessment_id=this.pk, item=item, **form.cleaned_data)
            messages.success(request, _("Saved: what is known of it, with its day and source."))
            return redirect("assessment_part", assessment_id=this.pk, part=part)
    history = queries.histories(user, this).get(item, [])
    context = shown(request, this, form=form, asked=asked, part=part, history=history)
    return render(request, "cases/assessment/evidence.html", context)


@gate(May.ASSESS)
@require_POST
def ask(request: HttpRequest, assessment_id: uuid.UUID, item: str) -> HttpResponse:
    """Makes a sign or vulnerability that is not known a question, in one step. Who finds out, and by when, begin with
    the child's worker and the day the assessment is due, and can be changed on the page that follows."""
    user: Any = request.user
    this = queries.assessment_visible_to(user, assessment_id)
    asked = next((one for one in queries.not_known_without_question(this) if one.id == item), None)
    if asked is None:
        raise Hidden
    due = this.due_on if this.due_on and this.due_on >= timezone.localdate() else None
    text = _("Is this so for the child: %(label)s?") % {"label": asked.label}
    try:
        question = actions.keep_question(
            by=user,
            assessment_id=this.pk,
            text=text,
            owner=this.case.allocated_worker or this.case.trusted_worker or user,
            by_on=due,
            item=item,
        )
    except Refused as refused:
        return not_now(request, this, str(refused))
    messages.success(request, _("It is a question now. Check who finds out, and by when."))
    return redirect("assessment_entry", assessment_id=this.pk, entries="questions", entry=question.pk)


@gate(May.SEE_CHILD)
def question(request: HttpRequest, question_id: uuid.UUID) -> HttpResponse:
    """A question, what was found out about it, and a form to write down what somebody has found out."""
    user: Any = request.user
    row = queries.question_visible_to(user, question_id)
    this = actions.open_assessment(by=user, assessment_id=row.assessment_id)
    form = None
    if user.may(May.ASSESS):
        form = kept_form(
            request,
            FindingForm,
            kind="assessment.finding",
            subject_id=row.pk,
            suggested={"found_on": timezone.localdate()},
        )
    if form is not None and form.is_valid():
        with sending(request, form):
            actions.find_out(by=user, question_id=row.pk, **form.cleaned_data)
            messages.success(request, _("Saved: the answer stands beside the question."))
            return redirect("question", question_id=row.pk)
    context = {
        "question": row,
        "assessment": this,
        "case": this.case,
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "cases/assessment/question.html", context)


def _why_not_list(this: Any, kind: Entries) -> str | None:
    return rules.why_not_open_lists(judgement=this.judgement) if kind.part == "patterns" else None


def _row(this: Any, kind: Entries, key: str) -> Any:
    row = next((one for one in getattr(this, kind.rows).all() if str(one.pk) == key), None)
    if row is None:
        raise Hidden
    return row


def _form_of(request: HttpRequest, this: Any, entries: str, kind: Entries, row: Any) -> Form:
    user: Any = request.user
    of_its_own = row is not None and isinstance(row.pk, uuid.UUID)
    name = f"assessment.{entries}" if row is None or of_its_own else f"assessment.{entries}.{row.pk}"
    return kept_form(
        request,
        kind.form,
        kind=name,
        subject_id=row.pk if of_its_own else this.pk,
        initial=kind.begin(row) if row is not None else None,
        **kind.made_with(user, this),
    )


def _take_out(request: HttpRequest, this: Any, kind: Entries, row: Any) -> HttpResponse:
    user: Any = request.user
    with saying_why_not(request):
        actions.take_out(by=user, assessment_id=this.pk, kind=type(row), row_id=row.pk)
        messages.success(request, _("Taken out of the assessment."))
    return redirect("assessment_part", assessment_id=this.pk, part=kind.part)


def _take_out_evidence(request: HttpRequest, this: Any, item: str) -> HttpResponse:
    user: Any = request.user
    asked = request.POST["take_out"]
    row = next((one for one in this.evidence.all() if str(one.pk) == asked and one.item == item), None)
    if row is None:
        raise Hidden
    actions.take_out(by=user, assessment_id=this.pk, kind=type(row), row_id=row.pk)
    messages.success(request, _("Taken out of the assessment."))
    return redirect("assessment_evidence", assessment_id=this.pk, item=item)


def _both_lists(this: Any) -> list[Any]:
    """Only to find one entry by its id: the two lists are never shown or counted together."""
    now = queries.picture(this)
    return [*now.signs, *now.vulnerabilities]


def _of_patterns(_user: Any, this: Any) -> dict[str, Any]:
    release = load.release(this.release)
    return {
        "entries": release.patterns,
        "headings": {heading.id: heading.label for heading in release.headings},
    }


def _begin_pattern(row: Any) -> dict[str, Any]:
    begin = {name: getattr(row, name) for name in ("pattern", "childs_part", "reason", "from_on", "to_on")}
    return begin | ({f"{row.pattern}_setting": row.setting} if row.setting else {})


def _save_person(user: Any, this: Any, row: Any, form: Any) -> None:
    given = form.cleaned_data
    person_id = form.person_id
    actions.keep_protective_person(
        by=user,
        assessment_id=this.pk,
        person=person_visible_to(user, person_id) if person_id else None,
        name="" if person_id else given["name"],
        who=given["who"],
        what_they_do=given["what_they_do"],
        knows=given["knows"],
        protective_id=row.pk if row else None,
    )


def _save_question(user: Any, this: Any, row: Any, form: Any) -> None:
    actions.keep_question(
        by=user,
        assessment_id=this.pk,
        text=form.cleaned_data["text"],
        owner=form.chosen_owner,
        by_on=form.cleaned_data["by_on"],
        question_id=row.pk if row else None,
    )


_PROSE = ("reason", "text", "what_they_do")  # fields in which workers write, for hints on words

ENTRIES = {
    "patterns": Entries(
        "patterns",
        "patterns",
        gettext_lazy("Add a pattern"),
        gettext_lazy("Change the pattern"),
        gettext_lazy("Say what makes you think that it fits, and in which way the child appears in it."),
        PatternForm,
        _of_patterns,
        _begin_pattern,
        lambda user, this, row, form: actions.keep_pattern(
            by=user, assessment_id=this.pk, choice=form.choice, pattern_id=row.pk if row else None
        ),
    ),
    "strengths": Entries(
        "strengths",
        "strengths",
        gettext_lazy("Add a strength"),
        gettext_lazy("Change the strength"),
        gettext_lazy("In words, and with who says so. The child may see it differently from adults: ask."),
        StrengthForm,
        lambda _user, _this: {},
        lambda row: {"text": row.text, "source": row.source},
        lambda user, this, row, form: actions.keep_strength(
            by=user, assessment_id=this.pk, strength_id=row.pk if row else None, **form.cleaned_data
        ),
    ),
    "people": Entries(
        "strengths",
        "protective_people",
        gettext_lazy("Add somebody who protects"),
        gettext_lazy("Change what is said about this person"),
        gettext_lazy("Somebody whom the child can go to, what they do for the child, and whether they know."),
        ProtectivePersonForm,
        lambda user, this: {
            "around": [strand for strand in web(user).around(this.case.person_id) if strand.end == "person"]
        },
        lambda row: {
            "which": str(row.person_id) if row.person_id else SOMEBODY_ELSE,
            "name": row.name,
            "who": row.who,
            "what_they_do": row.what_they_do,
            "knows": row.knows,
        },
        _save_person,
    ),
    "questions": Entries(
        "not-known",
        "questions",
        gettext_lazy("Add a question"),
        gettext_lazy("Change the question"),
        gettext_lazy(
            "What is found out stands beside the question, also after the assessment is signed off."
        ),
        QuestionForm,
        lambda user, _this: {"colleagues": colleagues_visible_to(user)},
        lambda row: {"text": row.text, "owner": str(row.owner_id or ""), "by_on": row.by_on},
        _save_question,
    ),
}
