"""Writing an assessment: starting it, its task list and parts, and checking and sending it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate, said_with_next
from heard.agencies.rules import May
from heard.cases.assessment import actions, queries, rules
from heard.cases.assessment.forms import (
    ChildPartForm,
    JudgementForm,
    MarksForm,
    NeedsForm,
    NotKnownForm,
    PartForm,
)
from heard.cases.assessment.own_questions import read_own_questions
from heard.cases.assessment.views.shown import not_now, send_away, shown, thoughts
from heard.cases.case.queries import case_visible_to, not_heard_beside
from heard.cases.case.turn import where_to_turn
from heard.cases.words.forms import typed_view
from heard.knowledge import load
from heard.network.actions import open_record


@dataclass(frozen=True)
class ShownPart:
    """One part of the task list: what it is called and says, its form, and how that is saved.

    `begin` gives what the record says now and what else the form is made with. `holds`: the lists of entries that the
    part shows below its form. `is_list`: it waits until something is written as judgement.
    """

    title: Any
    why: Any
    form: type[PartForm]
    begin: Callable[[Any, Any], tuple[dict[str, Any], dict[str, Any]]]
    save: Callable[[Any, Any, Any], Any]
    holds: tuple[str, ...] = ()
    is_list: bool = False


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
    context = {
        "case": case,
        "why_not": why_not,
        "clock": load.current().clock("assessment"),
        "own": read_own_questions(settings.QUESTIONS),
    }
    return render(request, "cases/assessment/start.html", context)


def tasks(request: HttpRequest, this: Any) -> HttpResponse:
    """The task list, for whoever can write in it now. `this` has been opened for showing."""
    user: Any = request.user
    context = shown(
        request,
        this,
        tasks=_tasks(this),
        latest=queries.words_of_child(user, this.case_id).first(),
        unmarked=_labels(this, queries.seen_before_and_not_marked(user, this)),
        turn=where_to_turn(user, this.case.person, "assessment"),
    )
    return render(request, "cases/assessment/tasks.html", context)


@gate(May.ASSESS)
def part(request: HttpRequest, assessment_id: uuid.UUID, part: str) -> HttpResponse:
    user: Any = request.user
    asked = PARTS.get(part)
    if asked is None:
        raise Http404
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    why_not = queries.why_not_change(user, this)
    if why_not:
        return not_now(request, this, why_not)
    wait = rules.why_not_open_lists(judgement=this.judgement) if asked.is_list else None
    context = shown(request, this, part=part, asked=asked, wait=wait, **_beside(user, this, part, asked))
    if wait:
        return render(request, "cases/assessment/part.html", context | {"form": None, "hints": []})
    form = _form_of(request, this, part, asked)
    if form.is_valid():
        with sending(request, form):
            asked.save(user, this, form)
            messages.success(request, _("Saved: this part of the assessment."))
            if form.own:
                actions.save_own_answers(by=user, assessment_id=this.pk, answers=form.own_answers)
            return redirect("assessment", assessment_id=this.pk)
    typed = "\n".join(
        str(form[name].answer) for name in ("text", "harmed", "made_to_harm") if name in form.fields
    )
    context |= {"form": form, "hints": thoughts(request, this, typed)}
    return render(request, "cases/assessment/part.html", context)


@gate(May.ASSESS)
@require_POST
def hide_thoughts(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """The hints on words that are shown now do not come again for this user; others may."""
    user: Any = request.user
    this = queries.assessment_visible_to(user, assessment_id)
    send_away(request, this, "\n".join([queries.prose_of(this), request.POST.get("found", "")]))
    part = request.POST.get("part", "")
    if part in PARTS:
        return redirect("assessment_part", assessment_id=this.pk, part=part)
    return redirect("assessment_submit", assessment_id=this.pk)


@gate(May.ASSESS)
def submit(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Check answers, then send to the supervisors."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    why_not = queries.why_not_change(user, this)
    if why_not:
        return not_now(request, this, why_not)
    why_not = queries.why_not_submit(user, this)
    if request.method == "POST" and not why_not:
        actions.submit(by=user, assessment_id=this.pk)
        said_with_next(
            request,
            _("The assessment is with the supervisor."),
            step=_("The child’s safety plan"),
            href=reverse("safety", args=[this.case_id]),
        )
        return redirect("assessment", assessment_id=this.pk)
    context = shown(
        request,
        this,
        why_not=why_not,
        hints=thoughts(request, this, queries.prose_of(this)),
        histories=queries.histories(user, this),
        unmarked=_labels(this, queries.seen_before_and_not_marked(user, this)),
        turn=where_to_turn(user, this.case.person, "assessment"),
        without_question=queries.not_known_without_question(this),
    )
    return render(request, "cases/assessment/check.html", context)


def _form_of(request: HttpRequest, this: Any, part: str, asked: ShownPart) -> PartForm:
    user: Any = request.user
    initial, more = asked.begin(user, this)
    own = [one for one in queries.picture(this).own if one.question.part == part]
    return kept_form(
        request, asked.form, kind=f"assessment.{part}", subject_id=this.pk, initial=initial, own=own, **more
    )


def _beside(user: Any, this: Any, part: str, asked: ShownPart) -> dict[str, Any]:
    """What stands beside the form: the history of each sign, or the entries that the part holds."""
    listed = part in ("signs", "vulnerabilities")
    return {
        "histories": queries.histories(user, this) if listed else {},
        "without_question": queries.not_known_without_question(this) if part == "not-known" else [],
        "holds": asked.holds,
        "latest": this.words
        or (queries.words_of_child(user, this.case_id).first() if part != "child" else None),
    }


def _labels(this: Any, items: list[str]) -> list[str]:
    release = load.release(this.release)
    return [release.item(item).label for item in items]


def _tasks(this: Any) -> list[dict[str, Any]]:
    """The parts in the order in which they are best thought about: judgement, and what the child says, before any list."""
    now = queries.picture(this)
    done = {
        "judgement": bool(this.judgement.strip()),
        "child": bool(this.words_id or this.why_no_words.strip()),
        "signs": all(sign.seen for sign in now.signs),
        "vulnerabilities": all(vulnerability.seen for vulnerability in now.vulnerabilities),
        "patterns": any(pattern.chosen for pattern in now.patterns),
        "strengths": bool(this.strengths.all() or this.protective_people.all()),
        "not-known": bool(this.what_is_not_known.strip() or this.questions.all()),
    }
    begun = {
        "signs": any(sign.seen for sign in now.signs),
        "vulnerabilities": any(vulnerability.seen for vulnerability in now.vulnerabilities),
    }
    wait = rules.why_not_open_lists(judgement=this.judgement)
    return [
        {
            "slug": slug,
            "title": part.title,
            "done": done[slug],
            "begun": begun.get(slug, False),
            "waits": bool(wait and part.is_list),
            "again": slug in this.to_look_at_again,
        }
        for slug, part in PARTS.items()
    ]


def _prose(field: str) -> Callable[[Any, Any], tuple[dict[str, Any], dict[str, Any]]]:
    return lambda _user, this: ({"text": getattr(this, field)}, {})


def _child(user: Any, this: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    initial = typed_view(this.words, this.why_no_words, not_heard_beside(user, this.pk))
    return initial, {"words": queries.words_of_child(user, this.case_id), "beside": this}


def _marks(which: str) -> Callable[[Any, Any], tuple[dict[str, Any], dict[str, Any]]]:
    def begin(user: Any, this: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        told = {row.item for row in queries.told_in_worries(user, this.case_id)}
        told |= {row.item for row in queries.noticed_at_contacts(user, this.case_id)}
        return {}, {"entries": getattr(queries.picture(this), which), "told": told}

    return begin


def _save_marks(user: Any, this: Any, form: Any) -> None:
    actions.note_observations(by=user, assessment_id=this.pk, marks=form.marks)


PARTS = {
    "judgement": ShownPart(
        gettext_lazy("Your judgement"),
        gettext_lazy("The story comes before any list: no list can tell what is happening to a child."),
        JudgementForm,
        _prose("judgement"),
        lambda user, this, form: actions.save_judgement(
            by=user, assessment_id=this.pk, text=form.cleaned_data["text"]
        ),
    ),
    "child": ShownPart(
        gettext_lazy("What the child says"),
        gettext_lazy(
            "The child’s own words stand beside every decision about them, or we say why they do not."
        ),
        ChildPartForm,
        _child,
        lambda user, this, form: actions.save_childs_view(by=user, assessment_id=this.pk, view=form.view),
    ),
    "signs": ShownPart(
        gettext_lazy("Signs of harm now"),
        gettext_lazy(
            "These are generally seen in children who are already being exploited. Seen, not seen and not known are "
            "three different things."
        ),
        MarksForm,
        _marks("signs"),
        _save_marks,
        is_list=True,
    ),
    "vulnerabilities": ShownPart(
        gettext_lazy("Vulnerabilities"),
        gettext_lazy(
            "These are seen in children before they are harmed. They are a list of their own and are never added to "
            "the signs: a child without any of them can be exploited too."
        ),
        MarksForm,
        _marks("vulnerabilities"),
        _save_marks,
        is_list=True,
    ),
    "patterns": ShownPart(
        gettext_lazy("Patterns of exploitation"),
        gettext_lazy(
            "Ways in which groups and gangs exploit children. Several may fit, or none, and one may fit more than once. "
            "A child may be harmed in one and made to harm others in the same one: both needs stand side by side."
        ),
        NeedsForm,
        lambda _user, this: ({"harmed": this.needs_harmed, "made_to_harm": this.needs_made_to_harm}, {}),
        lambda user, this, form: actions.save_needs(
            by=user,
            assessment_id=this.pk,
            harmed=form.cleaned_data["harmed"],
            made_to_harm=form.cleaned_data["made_to_harm"],
        ),
        holds=("patterns",),
        is_list=True,
    ),
    "strengths": ShownPart(
        gettext_lazy("Strengths and people who protect"),
        gettext_lazy(
            "What is good in the child’s life, and who is there for the child. A plan builds on it."
        ),
        PartForm,
        lambda _user, _this: ({}, {}),
        lambda _user, _this, _form: None,
        holds=("strengths", "people"),
    ),
    "not-known": ShownPart(
        gettext_lazy("What is not known"),
        gettext_lazy("Not known is not the same as not there. Somebody has to find out."),
        NotKnownForm,
        _prose("what_is_not_known"),
        lambda user, this, form: actions.save_what_is_not_known(
            by=user, assessment_id=this.pk, text=form.cleaned_data["text"]
        ),
        holds=("questions",),
    ),
}
