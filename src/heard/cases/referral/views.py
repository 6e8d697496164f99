"""Pages of a referral: start, the list of sections, one section, check, review, take out, and what became of it.

Each opens the referral, which leaves an audit row, whether it is asked for or sent. Nothing is sent to the Home Office.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate, saying_why_not
from heard.agencies.rules import May
from heard.cases.assessment.queries import latest_words, words_of_child
from heard.cases.case.queries import case_visible_to
from heard.cases.case.turn import local_procedures
from heard.cases.referral import actions, export, queries
from heard.cases.referral.checks import TOOLKIT
from heard.cases.referral.checks import check as look_through
from heard.cases.referral.forms import DecisionForm, ReferenceForm, ReviewForm, SectionForm, SubmittedForm
from heard.cases.referral.prefill import FROM_TIES, known_of
from heard.cases.referral.questions import asked_in, drawn_in, form_version, is_duty_to_notify
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.pdf import as_download
from heard.knowledge import load
from heard.network.actions import open_record
from heard.network.queries import said_left_out
from heard.network.rules import Level


@gate(May.REFER)
def start(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What it is for, and every version that there is."""
    user: Any = request.user
    case = case_visible_to(user, case_id)
    why_not = queries.why_not_start(user, case_id)
    if request.method == "POST" and not why_not:
        return redirect("referral", referral_id=actions.start_referral(by=user, case_id=case_id).pk)
    open_record(
        by=user, person_id=case.person_id, level=Level.EVERYTHING
    )  # the page shows whom the case is about
    context = {
        "case": case,
        "why_not": why_not,
        "referrals": list(queries.referrals_of(user, case_id)),
        "form_version": form_version(),
        "latest": words_of_child(user, case_id).first(),
    }
    return render(request, "cases/referral/start.html", context)


@gate(May.SEE_CHILD)
@require_safe
def referral(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The list of sections while it is written; the whole of it once it is with its reviewer."""
    user: Any = request.user
    this = actions.open_referral(by=user, referral_id=referral_id)
    may_change = queries.why_not_change(user, this) is None
    context = _shown(
        user,
        this,
        sections=queries.sections_of(user, this),
        may_change=may_change,
        why_not_review=queries.why_not_review(user, this),
        why_not_copy=queries.why_not_copy(user, this),
        due=queries.decision_due(this),
        clock=load.current().clock("nrm_reasonable_grounds"),
        local=local_procedures(user, "referral") if may_change else None,
    )
    template = "cases/referral/tasks.html" if may_change else "cases/referral/referral.html"
    return render(request, template, context)


@gate(May.REFER)
def section(request: HttpRequest, referral_id: uuid.UUID, section: str) -> HttpResponse:
    """One section of the form: every answer that it asks, with what the record says to it."""
    user: Any = request.user
    this = actions.open_referral(by=user, referral_id=referral_id)
    form_of, part = queries.form_of(this), queries.form_of(this).section(section)
    if part is None:
        raise Http404
    why_not = queries.why_not_change(user, this)
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("referral", referral_id=this.pk)
    known = known_of(user, this)
    answers = queries.effective(this, known)
    drawn = drawn_in(form_of, section, answers)
    form = kept_form(
        request,
        SectionForm,
        kind=f"referral.{section}",
        subject_id=this.pk,
        initial=SectionForm.begin_with(drawn, answers),
        form=form_of,
        section=section,
        answers=answers,
        known=known,
        stored=this.answers,
        missing=_where_it_belongs(this),
    )
    if form.is_valid():
        with sending(request, form):
            this = actions.write_section(by=user, referral_id=this.pk, section=section, values=form.values)
            return _after_section(request, this, section, {question.id for question in drawn}, known)
    from_ties = FROM_TIES & {question.id for question in drawn}
    left_out = said_left_out(user, this.case.person_id, facts=True) if from_ties else ""
    thoughts = _thoughts(this, section, answers)
    context = _shown(user, this, form=form, part=part, thoughts=thoughts, left_out=left_out)
    return render(request, "cases/referral/section.html", context)


@gate(May.REFER)
def check(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """What there is to look at, the child's view, and sending it to somebody who did not write it."""
    user: Any = request.user
    this = actions.open_referral(by=user, referral_id=referral_id)
    words = latest_words(user, this.case_id)
    form = kept_form(request, ChildsViewForm, kind="referral.check", subject_id=this.pk, words=words)
    if form.is_valid():
        with sending(request, form):
            actions.send_to_review(by=user, referral_id=this.pk, view=form.view)
            messages.success(request, _("It waits for somebody else to read it."))
            return redirect("referral", referral_id=this.pk)
    found = queries.checks_of(user, this)
    context = _shown(
        user,
        this,
        form=form,
        latest=words[0] if words else None,
        checks=_with_links(user, this, found),
        why_not=queries.why_not_send(user, this, has_words=True, why_no_words=""),
        source=TOOLKIT,
    )
    return render(request, "cases/referral/check.html", context)


@gate(May.REFER)
def review(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_referral(by=user, referral_id=referral_id)
    form = kept_form(request, ReviewForm, kind="referral.review", subject_id=this.pk)
    if form.is_valid():
        with sending(request, form):
            _reviewed(user, this, form.cleaned_data)
            messages.success(request, _("Your review is written down."))
            return redirect("referral", referral_id=this.pk)
    context = _shown(
        user,
        this,
        form=form,
        sections=queries.sections_of(user, this),
        checks=_with_links(user, this, queries.checks_of(user, this)),
        why_not=queries.why_not_review(user, this),
    )
    return render(request, "cases/referral/review.html", context)


@gate(May.REFER)
@require_safe
def take_out(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """How it is submitted, and the two files."""
    user: Any = request.user
    this = actions.open_referral(by=user, referral_id=referral_id)
    context = _shown(user, this, why_not=queries.why_not_export(user, this))
    return render(request, "cases/referral/take_out.html", context)


@gate(May.REFER, fresh=True)
@require_safe
def pdf(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    return _file(request, referral_id, "pdf", export.as_pdf, "application/pdf")


@gate(May.REFER, fresh=True)
@require_safe
def data(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    return _file(request, referral_id, "json", export.as_json, "application/json")


@gate(May.REFER)
def afterwards(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """That somebody submitted it, the reference that came back, and what was decided."""
    user: Any = request.user
    this = actions.open_referral(by=user, referral_id=referral_id)
    which = request.POST.get("which", "")
    forms = {
        name: kept_form(request, kind_of, kind=f"referral.{name}", subject_id=this.pk)
        for name, kind_of in _AFTER.items()
    }
    form = forms.get(which)
    if form is not None and form.is_valid():
        with sending(request, form):
            _noted(user, this, which, form.cleaned_data)
            messages.success(request, _("Saved in the referral."))
            return redirect("referral_afterwards", referral_id=this.pk)
    today = timezone.localdate()
    context = _shown(
        user,
        this,
        form=form,
        forms=forms,
        due=queries.decision_due(this),
        clock=load.current().clock("nrm_reasonable_grounds"),
        recovery=load.current().clock("nrm_recovery"),
        why_not=queries.why_not_submitted(user, this, on=today, today=today),
    )
    return render(request, "cases/referral/afterwards.html", context)


@gate(May.REFER)
@require_POST
def copy(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    with saying_why_not(request):
        new = actions.copy_referral(by=user, referral_id=referral_id)
        messages.success(request, _("A new draft with the same answers. Read each before it is signed."))
        return redirect("referral", referral_id=new.pk)
    return redirect("referral", referral_id=referral_id)


_AFTER: dict[str, Any] = {"submitted": SubmittedForm, "reference": ReferenceForm, "decision": DecisionForm}


def _shown(user: Any, this: Any, **more: Any) -> dict[str, Any]:
    form_of = queries.form_of(this)
    to_notify = is_duty_to_notify(form_of, queries.answers_of(this))
    shared = {
        "referral": this,
        "case": this.case,
        "form_version": form_of,
        "to_notify": to_notify,
        "decisions": list(this.decisions.all()),
        "may_refer": user.may(May.REFER),
    }
    return shared | more


def _after_section(
    request: HttpRequest, this: Any, section: str, drawn: set[str], known: Any
) -> HttpResponse:
    """On to the list; or the same page again where the answers ask something further on it."""
    asks = asked_in(queries.form_of(this), section, queries.effective(this, known))
    if any(question.id not in drawn for question in asks):
        messages.success(request, _("Saved: these answers. They ask for a little more here."))
        return redirect("referral_section", referral_id=this.pk, section=section)
    messages.success(request, _("Saved: this part of the referral."))
    return redirect("referral", referral_id=this.pk)


def _where_it_belongs(this: Any) -> dict[str, tuple[str, str]]:
    """For what the record does not say: where it can be written down there, and the page for it."""
    person = {"person_id": this.case.person_id}
    child, words = reverse("child", kwargs=person), reverse("words", kwargs=person)
    return {
        "person": (_("the child’s page"), child),
        "agencies": (_("the agencies that are involved"), child),
        "worker": (_("the trusted worker"), child),
        "network": (_("people and places around the child"), child),
        "words": (_("the child’s words"), words),
        "missing": (_("times when the child was missing"), reverse("missing_of", kwargs=person)),
        "assessment": (
            _("a signed assessment"),
            reverse("assessment_start", kwargs={"case_id": this.case_id}),
        ),
        "files": (_("the files of the child"), reverse("attachments", kwargs=person)),
        "plan": (_("the plan"), reverse("plan_start", kwargs={"case_id": this.case_id})),
    }


def _thoughts(this: Any, section: str, along: dict[str, Any]) -> list[Any]:
    """What the check says about this section, apart from what is empty; each with the label of its question."""
    form_of = queries.form_of(this)
    here = {question.id for question in asked_in(form_of, section, along)}
    day, mail = timezone.localdate(), this.writer.email
    found = look_through(form_of, queries.answers_of(this), today=day, own_email=mail, along=along)
    return [(_named(form_of, one.field)[0], one) for one in found if one.field in here and not one.blocks]


def _with_links(user: Any, this: Any, found: list[Any]) -> list[Any]:
    """Each check with the label and the place of its question, and the section that asks it."""
    form_of, along = queries.form_of(this), queries.along(user, this)
    where = {question.id: part for part in form_of.sections for question in asked_in(form_of, part.id, along)}
    return [(*_named(form_of, one.field), where.get(one.field), one) for one in found]


def _named(form_of: Any, field: str) -> tuple[str, str]:
    """What a question is called on its page, and the name of its input: ticks stand under the name of their list."""
    question = form_of.questions[field]
    if question.group:
        return form_of.groups[question.group]["label"], f"group-{question.group}"
    return question.label, question.id


def _reviewed(user: Any, this: Any, answers: dict[str, Any]) -> None:
    if answers["decision"] == "agree":
        actions.agree_referral(by=user, referral_id=this.pk, note=answers["note"] or "")
    else:
        actions.return_referral(by=user, referral_id=this.pk, reason=answers["reason"])


def _noted(user: Any, this: Any, which: str, answers: dict[str, Any]) -> None:
    by = {"by": user, "referral_id": this.pk}
    if which == "submitted":
        actions.note_submitted(**by, **answers)
    elif which == "reference":
        actions.note_reference(**by, **answers)
    else:
        actions.note_decision(**by, **answers)


def _file(
    request: HttpRequest, referral_id: uuid.UUID, kind: str, draw: Any, content_type: str
) -> HttpResponse:
    user: Any = request.user
    this = queries.referral_visible_to(user, referral_id)
    why_not = queries.why_not_export(user, this)
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("referral", referral_id=this.pk)
    content = draw(user, this)
    actions.note_export(by=user, referral_id=this.pk, kind=kind, content=content)
    return as_download(content, f"referral-{this.number}-{str(this.pk)[:8]}.{kind}", content_type)
