"""Pages of an assessment: its task list and parts, check and submit, the supervisor's decision, and reading it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.gate import gate
from heard.agencies.rules import May, Refused
from heard.cases.assessment import actions, queries
from heard.cases.assessment.forms import (
    NONE,
    ChildsViewForm,
    DecideForm,
    JudgementForm,
    MarksForm,
    NotKnownForm,
    PatternsForm,
)
from heard.cases.case.queries import case_visible_to
from heard.cases.case.rules import language_hints
from heard.govuk.forms import Form
from heard.knowledge import load
from heard.network.actions import open_record

KIND = "assessment"


@dataclass(frozen=True)
class Part:
    """One part of the task list: what it is called and says, its form, and how it is saved."""

    title: Any
    why: Any
    form: Callable[..., Any]
    save: Callable[..., Any]


@gate(May.ASSESS)
def start(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """GET says what an assessment is and by when; POST begins one with what the worries say already."""
    user: Any = request.user
    case = case_visible_to(user, case_id)
    going_on = queries.unsigned(user, case_id)
    if going_on:
        return redirect("assessment", assessment_id=going_on.pk)
    why_not = queries.why_not_start(user, case_id, case_is_open=case.state == "open")
    if request.method == "POST" and not why_not:
        started = actions.start_assessment(by=user, case_id=case_id)
        return redirect("assessment", assessment_id=started.pk)
    open_record(by=user, person_id=case.person_id)  # the page shows whom the case is about
    clock = load.current().clock("assessment")
    context = {"case": case, "why_not": why_not, "clock": clock}
    return render(request, "cases/assessment/start.html", context)


@gate(May.SEE_CHILD)
@require_safe
def assessment(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """The task list for whoever can write in it now; else the whole assessment, to read and print."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    if queries.why_not_change(user, this) is None:
        return render(request, "cases/assessment/tasks.html", _shown(request, this, tasks=_tasks(this)))
    whether = {
        "why_not_decide": queries.why_not_sign_off(user, this),
        "may_assess": user.may(May.ASSESS),
    }
    return render(request, "cases/assessment/read.html", _shown(request, this, **whether))


@gate(May.ASSESS)
def part(request: HttpRequest, assessment_id: uuid.UUID, part: str) -> HttpResponse:
    user: Any = request.user
    asked = PARTS.get(part)
    if asked is None:
        raise Http404
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    why_not = queries.why_not_change(user, this)
    if why_not:
        return _not_now(request, this, why_not)
    kept = queries.typed(user, kind=KIND, subject_id=this.pk, step=part)
    form = asked.form(user, this, data=request.POST or None, initial=kept)
    if request.method == "POST" and _saved(request, form, this, part, asked):
        return redirect("assessment", assessment_id=this.pk)
    hints = language_hints(form["text"].answer) if "text" in form.fields else ()
    context = _shown(request, this, part=part, asked=asked, form=form, kept=bool(kept), hints=hints)
    return render(request, "cases/assessment/part.html", context)


@gate(May.ASSESS)
@require_POST
def keep(request: HttpRequest, assessment_id: uuid.UUID, part: str) -> HttpResponse:
    """Keeps what is being typed, whatever it is like, for the writer to go on with on any device."""
    user: Any = request.user
    this = queries.assessment_visible_to(user, assessment_id)
    if part not in PARTS:
        raise Http404
    form = PARTS[part].form(user, this, data=request.POST, initial={})
    actions.keep_typed(by=user, kind=KIND, subject_id=this.pk, step=part, answers=form.answers())
    return HttpResponse(status=204)


@gate(May.ASSESS)
def submit(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Check answers, then send to the supervisors."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    why_not = queries.why_not_change(user, this)
    if why_not:
        return _not_now(request, this, why_not)
    why_not = queries.why_not_submit(this)
    if request.method == "POST" and not why_not:
        actions.submit(by=user, assessment_id=this.pk)
        messages.success(request, _("The assessment is with the supervisor."))
        return redirect("assessment", assessment_id=this.pk)
    context = _shown(request, this, why_not=why_not, hints=language_hints(this.judgement))
    return render(request, "cases/assessment/check.html", context)


@gate(May.SIGN_OFF)
def decide(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """The supervisor's page: the whole assessment, the child's words beside the decision."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    why_not = queries.why_not_sign_off(user, this)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _decided(request, this, form.cleaned_data)
        except Refused as refused:
            form.add_error(None, _(str(refused)))
    return render(request, "cases/assessment/decide.html", _shown(request, this, form=form, why_not=why_not))


@gate(May.SEE_CHILD)
@require_safe
def versions(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """This assessment beside the one before it."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    before = queries.before(user, this)
    context = _shown(request, this, before=before, picture_before=queries.picture(before) if before else None)
    return render(request, "cases/assessment/versions.html", context)


@gate(May.SIGN_OFF)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Assessments that this supervisor can decide on, longest waiting first."""
    user: Any = request.user
    page = Paginator(queries.waiting_for_sign_off(user), 25).get_page(request.GET.get("page"))
    return render(request, "cases/assessment/waiting.html", {"page": page, "today": timezone.localdate()})


def _shown(request: HttpRequest, this: Any, **more: Any) -> dict[str, Any]:
    release = load.release(this.release)
    today = timezone.localdate()
    shown = {
        "assessment": this,
        "picture": queries.picture(this),
        "release": release,
        "clock": release.clock("assessment"),
        "days_left": queries.days_left(this, today),
        "has_before": queries.before(request.user, this) is not None,  # type: ignore[arg-type]
    }
    return shown | more


def _tasks(this: Any) -> list[dict[str, Any]]:
    """The parts in the order in which they are best thought about: what the child says, then the story, before any list."""
    shown = queries.picture(this)
    done = {
        "judgement": bool(this.judgement.strip()),
        "child": bool(this.words_id or this.why_no_words.strip()),
        "signs": all(one.seen for one in shown.signs),
        "vulnerabilities": all(one.seen for one in shown.vulnerabilities),
        "patterns": any(one.chosen for one in shown.patterns),
        "not-known": bool(this.what_is_not_known.strip()),
    }
    begun = {
        "signs": any(one.seen for one in shown.signs),
        "vulnerabilities": any(one.seen for one in shown.vulnerabilities),
    }
    return [
        {"slug": slug, "title": part.title, "done": done[slug], "begun": begun.get(slug, False)}
        for slug, part in PARTS.items()
    ]


def _saved(request: HttpRequest, form: Form, this: Any, part: str, asked: Part) -> bool:
    """Saves a part that is right. One that is not is kept as it was typed."""
    user: Any = request.user
    keep_as = {"by": user, "kind": KIND, "subject_id": this.pk, "step": part}
    if form.is_valid():
        try:
            asked.save(user, this, form)
            actions.forget_typed(**keep_as)
            return True
        except Refused as refused:
            form.add_error(None, _(str(refused)))
    actions.keep_typed(**keep_as, answers=form.answers())
    return False


def _not_now(request: HttpRequest, this: Any, why_not: str) -> HttpResponse:
    messages.warning(request, _(why_not))
    return redirect("assessment", assessment_id=this.pk)


def _decided(request: HttpRequest, this: Any, answers: dict[str, Any]) -> HttpResponse:
    user: Any = request.user
    if answers["decision"] == "sign_off":
        actions.sign_off(by=user, assessment_id=this.pk)
        messages.success(request, _("Signed off. A plan can now be agreed on this assessment."))
    else:
        actions.send_back(by=user, assessment_id=this.pk, reason=answers["reason"])
        messages.success(request, _("Sent back, with your reason."))
    return redirect("assessment", assessment_id=this.pk)


def _prose_form(form: type[Form], field: str) -> Callable[..., Form]:
    def build(user: Any, this: Any, *, data: Any, initial: dict[str, Any]) -> Form:
        return form(data, initial={"text": getattr(this, field)} | initial)

    return build


def _child_form(user: Any, this: Any, *, data: Any, initial: dict[str, Any]) -> ChildsViewForm:
    which = str(this.words_id or (NONE if this.why_no_words else ""))
    begin = {"which": which, "why_no_words": this.why_no_words} | initial
    return ChildsViewForm(data, initial=begin, words=queries.words_of_child(user, this.case_id))


def _marks_form(which: str) -> Callable[..., MarksForm]:
    def build(user: Any, this: Any, *, data: Any, initial: dict[str, Any]) -> MarksForm:
        told = {row.item for row in queries.told_in_worries(user, this.case_id)}
        entries = getattr(queries.picture(this), which)
        return MarksForm(data, initial=initial, entries=entries, told=told)

    return build


def _patterns_form(user: Any, this: Any, *, data: Any, initial: dict[str, Any]) -> PatternsForm:
    headings = {heading.id: heading.label for heading in load.release(this.release).headings}
    return PatternsForm(data, initial=initial, entries=queries.picture(this).patterns, headings=headings)


def _save_marks(user: Any, this: Any, form: MarksForm) -> None:
    actions.note_observations(by=user, assessment_id=this.pk, marks=form.marks)


PARTS = {
    "child": Part(
        gettext_lazy("What the child says"),
        gettext_lazy(
            "The child’s own words stand beside every decision about them, or we say why they do not."
        ),
        _child_form,
        lambda user, this, form: actions.save_childs_view(by=user, assessment_id=this.pk, view=form.view),
    ),
    "judgement": Part(
        gettext_lazy("Your judgement"),
        gettext_lazy("The story comes before any list: no list can tell what is happening to a child."),
        _prose_form(JudgementForm, "judgement"),
        lambda user, this, form: actions.save_judgement(
            by=user, assessment_id=this.pk, text=form.cleaned_data["text"]
        ),
    ),
    "signs": Part(
        gettext_lazy("Signs of harm now"),
        gettext_lazy(
            "These are generally seen in children who are already being exploited. Seen, not seen and not known are "
            "three different things."
        ),
        _marks_form("signs"),
        _save_marks,
    ),
    "vulnerabilities": Part(
        gettext_lazy("Vulnerabilities"),
        gettext_lazy(
            "These are seen in children before they are harmed. They are a list of their own and are never added to "
            "the signs: a child without any of them can be exploited too."
        ),
        _marks_form("vulnerabilities"),
        _save_marks,
    ),
    "patterns": Part(
        gettext_lazy("Patterns of exploitation"),
        gettext_lazy(
            "Ways in which groups and gangs exploit children. Several may fit, or none. Each needs your reason."
        ),
        _patterns_form,
        lambda user, this, form: actions.set_patterns(by=user, assessment_id=this.pk, choices=form.choices),
    ),
    "not-known": Part(
        gettext_lazy("What is not known"),
        gettext_lazy("Not known is not the same as not there. Somebody has to find out."),
        _prose_form(NotKnownForm, "what_is_not_known"),
        lambda user, this, form: actions.save_what_is_not_known(
            by=user, assessment_id=this.pk, text=form.cleaned_data["text"]
        ),
    ),
}
