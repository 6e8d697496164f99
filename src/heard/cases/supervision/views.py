"""Pages of supervision: my own, preparing, writing it together, reading it, and what reaches a child's record."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate, said_with_undo, saying_why_not
from heard.agencies.rules import May
from heard.cases.assessment.queries import latest_words
from heard.cases.case.queries import case_visible_to
from heard.cases.supervision import actions, forms, queries, rules
from heard.network.actions import open_record


@gate(May.SIGNED_IN)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Supervision of this user, as a worker and as a supervisor, the latest first."""
    user: Any = request.user
    page = Paginator(queries.supervisions_visible_to(user), 25).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "to_do": list(queries.actions_to_do(user)[:50]),
        "today": timezone.localdate(),
    }
    return render(request, "cases/supervision/mine.html", context)


@gate(May.SIGNED_IN)
def begin(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    supervisors, workers = list(queries.supervisors_of(user)), list(queries.supervised_by(user))
    form = kept_form(
        request, forms.BeginForm, kind="supervision.begin", supervisors=supervisors, workers=workers
    )
    if form.is_valid():
        with sending(request, form):
            worker, supervisor = form.pair(user)
            planned_on = form.cleaned_data["planned_on"]
            made = actions.begin_supervision(
                by=user, worker=worker, supervisor=supervisor, planned_on=planned_on
            )
            messages.success(request, _("Saved: the day of the supervision."))
            return redirect("supervision", supervision_id=made.pk)
    context = {"form": form, "anybody": bool(supervisors or workers)}
    return render(request, "cases/supervision/begin.html", context)


@gate(May.SIGNED_IN)
@require_safe
def supervision(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    is_supervisor = this.supervisor_id == user.pk
    read_at = this.supervisor_read_at if is_supervisor else this.worker_read_at
    context = {
        "this": this,
        "decisions": list(this.decisions.all()),
        "agreed": list(this.actions.all()),
        "corrections": list(this.corrections.all()),
        "may_write": rules.why_not_write(state=this.state, is_supervisor=is_supervisor) is None,
        "may_prepare": rules.why_not_prepare(state=this.state, is_worker=not is_supervisor) is None,
        "may_read": this.state == rules.SupervisionState.HELD and read_at is None,
        "days_left": (this.planned_on - timezone.localdate()).days,
        "today": timezone.localdate(),
    }
    return render(request, "cases/supervision/supervision.html", context)


@gate(May.SIGNED_IN)
def prepare(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    names = ("stays_with", "otherwise", "needs")
    form = kept_form(
        request,
        forms.PrepareForm,
        kind="supervision.prepare",
        subject_id=this.pk,
        initial={name: getattr(this, name) for name in names},
    )
    return _page(
        request,
        this,
        form,
        title=_("Prepare supervision"),
        what_for=_("Your own thoughts, for the two of you. Write what helps you, and leave out the rest."),
        why_not=rules.why_not_prepare(state=this.state, is_worker=this.worker_id == user.pk),
        save=lambda: actions.prepare(by=user, supervision_id=this.pk, **form.cleaned_data),
    )


@gate(May.SIGNED_IN)
def hold(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    following = getattr(this, "followed_by", None)
    form = kept_form(
        request,
        forms.HoldForm,
        kind="supervision.hold",
        subject_id=this.pk,
        initial={"talked": this.talked, "wellbeing": this.wellbeing},
        suggested={
            "held_on": this.held_on or timezone.localdate(),
            "next_on": following.planned_on if following else None,
        },
    )
    return _page(
        request,
        this,
        form,
        title=_("Write the record together"),
        what_for=_(
            "What you thought over, how the worker is, and when you meet next. Both of you read it afterwards."
        ),
        why_not=rules.why_not_write(state=this.state, is_supervisor=this.supervisor_id == user.pk),
        save=lambda: actions.hold_supervision(by=user, supervision_id=this.pk, **form.cleaned_data),
        shows_prepared=True,
    )


@gate(May.SIGNED_IN)
def move(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    form = kept_form(
        request,
        forms.MoveForm,
        kind="supervision.move",
        subject_id=this.pk,
        initial={"planned_on": this.planned_on},
    )
    return _page(
        request,
        this,
        form,
        title=_("Choose another day"),
        what_for=_("Supervision that is moved again and again is worth talking about."),
        why_not=None if this.state == rules.SupervisionState.PLANNED else rules.CONFIRMED_IS_FINAL,
        save=lambda: actions.move_supervision(by=user, supervision_id=this.pk, **form.cleaned_data),
    )


@gate(May.SIGNED_IN)
def call_off(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    form = kept_form(request, forms.CallOffForm, kind="supervision.call_off", subject_id=this.pk)
    return _page(
        request,
        this,
        form,
        title=_("Call it off"),
        what_for=_("For supervision that will not be held at all. What was prepared stays here."),
        why_not=rules.why_not_call_off(state=this.state, why="asked for on the page"),
        save=lambda: actions.call_off(by=user, supervision_id=this.pk, **form.cleaned_data),
    )


@gate(May.SIGNED_IN)
def decision_add(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    form = kept_form(
        request,
        forms.DecisionForm,
        kind="supervision.decision",
        subject_id=this.pk,
        cases=queries.cases_to_decide_on(user, this)[: forms.MOST_CASES],
    )

    def save() -> None:
        said = dict(form.cleaned_data)
        case = form.cases[said.pop("case")]
        actions.add_decision(by=user, supervision_id=this.pk, case_id=case.pk, **said)

    return _page(
        request,
        this,
        form,
        title=_("Add a decision about a child"),
        what_for=_("It stays in this record until one of you copies it into the child’s record."),
        why_not=rules.why_not_write(state=this.state, is_supervisor=this.supervisor_id == user.pk),
        save=save,
    )


@gate(May.SIGNED_IN)
def action_add(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    form = kept_form(
        request,
        forms.ActionForm,
        kind="supervision.action",
        subject_id=this.pk,
        worker=this.worker,
        supervisor=this.supervisor,
    )

    def save() -> None:
        said = dict(form.cleaned_data)
        for_worker = said.pop("who") == forms.WITH_WORKER
        actions.add_action(by=user, supervision_id=this.pk, for_worker=for_worker, **said)

    return _page(
        request,
        this,
        form,
        title=_("Add an action"),
        what_for=_("What one of you will do. What is done for a child belongs in the child’s plan."),
        why_not=rules.why_not_write(state=this.state, is_supervisor=this.supervisor_id == user.pk),
        save=save,
    )


@gate(May.SIGNED_IN)
@require_POST
def action_done(request: HttpRequest, supervision_id: uuid.UUID, supervision_action_id: int) -> HttpResponse:
    user: Any = request.user
    with saying_why_not(request):
        row = actions.finish_action(by=user, supervision_id=supervision_id, action_key=supervision_action_id)
        said_with_undo(
            request,
            _("Done: %(what)s.") % {"what": row.what},
            undo=reverse("supervision_action_undo", args=[supervision_id, row.pk]),
        )
    if request.POST.get("back") == "home":
        return redirect("home")
    return redirect("supervision", supervision_id=supervision_id)


@gate(May.SIGNED_IN)
@require_POST
def action_open(request: HttpRequest, supervision_id: uuid.UUID, supervision_action_id: int) -> HttpResponse:
    user: Any = request.user
    with saying_why_not(request):
        row = actions.take_back_done(by=user, supervision_id=supervision_id, action_key=supervision_action_id)
        messages.success(request, _("To do again: %(what)s.") % {"what": row.what})
    return redirect("supervision", supervision_id=supervision_id)


@gate(May.SIGNED_IN)
@require_POST
def confirm(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    with saying_why_not(request):
        actions.confirm_read(by=user, supervision_id=supervision_id)
        messages.success(request, _("Saved: you have read it."))
    return redirect("supervision", supervision_id=supervision_id)


@gate(May.SIGNED_IN)
def correct(request: HttpRequest, supervision_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_supervision(by=user, supervision_id=supervision_id)
    form = kept_form(request, forms.CorrectionForm, kind="supervision.correct", subject_id=this.pk)
    return _page(
        request,
        this,
        form,
        title=_("Add a correction"),
        what_for=_("The record stays as you both read it. The correction stands beneath it, with your name."),
        why_not=rules.why_not_correct(state=this.state, text="asked for on the page"),
        save=lambda: actions.add_correction(by=user, supervision_id=this.pk, **form.cleaned_data),
    )


@gate(May.SIGNED_IN)
def record(request: HttpRequest, decision_id: uuid.UUID) -> HttpResponse:
    """Copies one decision into the child's record: the words that will stand there are shown first."""
    user: Any = request.user
    decision = queries.decision_visible_to(user, decision_id)
    open_record(by=user, person_id=decision.case.person_id)
    words = latest_words(user, decision.case_id)
    form = kept_form(
        request,
        forms.RecordForm,
        kind="supervision.record",
        subject_id=decision.pk,
        initial={"text": decision.text, "reason": decision.reason},
        words=words,
    )

    if form.is_valid():
        with sending(request, form):
            said = {name: form.cleaned_data[name] for name in ("text", "reason")}
            actions.record_decision(by=user, decision_id=decision.pk, view=form.view, **said)
            messages.success(request, _("The decision is in the child’s record."))
            return redirect("supervision", supervision_id=decision.supervision_id)
    context = {
        "form": form,
        "decision": decision,
        "case": decision.case,
        "latest": words[0] if words else None,
        "why_not": rules.why_not_record(
            is_written=decision.supervision.held_on is not None,
            on_record=hasattr(decision, "on_record"),
            text=decision.text,
            reason=decision.reason,
            has_words=True,
            why_no_words="",
        ),
    }
    return render(request, "cases/supervision/record.html", context)


@gate(May.SIGN_OFF)
def write_decision(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """A supervisor writes a decision into the record of a case at once."""
    user: Any = request.user
    case = case_visible_to(user, case_id)
    open_record(by=user, person_id=case.person_id)
    words = latest_words(user, case_id)
    form = kept_form(request, forms.RecordForm, kind="decision.write", subject_id=case_id, words=words)
    if form.is_valid():
        with sending(request, form):
            said = {name: form.cleaned_data[name] for name in ("text", "reason")}
            actions.write_decision(by=user, case_id=case_id, view=form.view, **said)
            messages.success(
                request, _("The decision is in the child’s record. Their worker learns of it now.")
            )
            return redirect("child_chronology", person_id=case.person_id)
    context = {
        "form": form,
        "case": case,
        "latest": words[0] if words else None,
        "why_not": rules.why_not_write_decision(
            may_sign_off=True,
            case_is_open=case.state == "open",
            text="given later",
            reason="given later",
            has_words=True,
            why_no_words="",
        ),
    }
    return render(request, "cases/supervision/write_decision.html", context)


def _page(
    request: HttpRequest,
    this: Any,
    form: Any,
    *,
    title: str,
    what_for: str,
    why_not: str | None,
    save: Callable[[], object],
    shows_prepared: bool = False,
) -> HttpResponse:
    if form.is_valid():
        with sending(request, form):
            save()
            messages.success(request, _("Saved: the decision now stands in the child’s record."))
            return redirect("supervision", supervision_id=this.pk)
    context = {
        "this": this,
        "form": form,
        "title": title,
        "what_for": what_for,
        "why_not": why_not,
        "shows_prepared": shows_prepared,
    }
    return render(request, "cases/supervision/form.html", context)
