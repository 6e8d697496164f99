"""Writing a plan: outcomes, actions, and agreeing it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.drafts.forms import kept_form, sending, sent
from heard.agencies.gate import gate, said_with_next
from heard.agencies.rules import May
from heard.cases.assessment.queries import latest_words
from heard.cases.case.queries import case_visible_to, who_can_do
from heard.cases.case.rules import due_on
from heard.cases.clocks.words import allowed
from heard.cases.note.queries import note_visible_to
from heard.cases.plan import actions, queries
from heard.cases.plan.forms import ActionForm, ActionFromNoteForm, AgreeForm, DiscardForm, OutcomeForm
from heard.cases.plan.views.doing import finish
from heard.cases.plan.views.reading import shown
from heard.knowledge import load
from heard.network.actions import open_record


@gate(May.PLAN)
def start(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    case = case_visible_to(user, case_id)
    there = queries.draft_plan(user, case_id) or queries.agreed_plan(user, case_id)
    if there:
        return redirect("plan", plan_id=there.pk)
    why_not = queries.why_not_start(user, case_id, case_is_open=case.state == "open")
    if request.method == "POST" and not why_not:
        return redirect("plan", plan_id=actions.start_plan(by=user, case_id=case_id).pk)
    open_record(by=user, person_id=case.person_id)  # the page shows whom the case is about
    return render(request, "cases/plan/start.html", {"case": case, "why_not": why_not})


@gate(May.PLAN)
def outcome_add(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id)
    form = kept_form(request, OutcomeForm, kind="plan.outcome-add", subject_id=this.pk)
    return _page(
        request,
        this,
        form,
        title=_("Add an outcome"),
        saved=_("Saved: the outcome."),
        save=lambda: actions.add_outcome(by=user, plan_id=this.pk, **form.cleaned_data),
    )


@gate(May.PLAN)
def outcome(request: HttpRequest, outcome_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    row = queries.outcome_visible_to(user, outcome_id)
    this = actions.open_plan(by=user, plan_id=row.plan_id)
    now = {"text": row.text, "where_we_are": row.where_we_are}
    form = kept_form(request, OutcomeForm, kind="plan.outcome", subject_id=row.pk, initial=now)
    return _page(
        request,
        this,
        form,
        title=_("Change the outcome"),
        saved=_("Saved: the outcome."),
        take_out=_("Take this outcome and its actions out"),
        taken_out=_("Taken out: the outcome and its actions."),
        save=lambda: actions.change_outcome(by=user, outcome_id=row.pk, **form.cleaned_data),
        remove=lambda: actions.take_out_outcome(by=user, outcome_id=row.pk),
    )


@gate(May.PLAN)
def action_add(request: HttpRequest, outcome_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    row = queries.outcome_visible_to(user, outcome_id)
    this = actions.open_plan(by=user, plan_id=row.plan_id)
    form = _action_form(request, "plan.action-add", row.pk, {})
    return _page(
        request,
        this,
        form,
        title=_("Add an action"),
        saved=_("Saved: the action."),
        about=row.text,
        save=lambda: actions.add_action(by=user, outcome_id=row.pk, **form.answered),
    )


@gate(May.PLAN)
def action_from_note(request: HttpRequest, note_id: uuid.UUID) -> HttpResponse:
    """What comes next after a contact becomes an action of the plan that is in force."""
    user: Any = request.user
    note = note_visible_to(user, note_id)
    this = queries.plan_in_force(user, note.person_id)
    if this is None:
        messages.warning(request, _("No plan is agreed for this child yet. Add the action once one is."))
        return redirect("note", note_id=note_id)
    this = actions.open_plan(by=user, plan_id=this.pk)
    form = kept_form(
        request,
        ActionFromNoteForm,
        kind="plan.action-from-note",
        subject_id=note_id,
        suggested={"what": note.next},
        people=who_can_do(user),
        outcomes=[(str(row.pk), row.text) for row in this.outcomes.all()],
    )
    if form.is_valid():
        with sending(request, form, errors_on="owner"):
            actions.add_decided_action(by=user, contact_note_id=note_id, **form.answered)
            messages.success(request, _("Saved: the action. It stands in the plan."))
            return redirect("plan", plan_id=this.pk)
    title = _("Add what comes next to the plan")
    return render(request, "cases/plan/form.html", shown(this, form=form, title=title, about="", take_out=""))


@gate(May.PLAN)
def action(request: HttpRequest, action_id: uuid.UUID) -> HttpResponse:
    """In a plan that is being written: change it. In an agreed one: say how it went."""
    user: Any = request.user
    row = queries.action_visible_to(user, action_id)
    this = actions.open_plan(by=user, plan_id=row.outcome.plan_id)
    if queries.why_not_change(user, this) is not None:
        return finish(request, this, row)
    now = {"what": row.what, "owner": str(row.owner_id or ""), "due_on": row.due_on}
    form = _action_form(request, "plan.action", row.pk, now)
    return _page(
        request,
        this,
        form,
        title=_("Change the action"),
        about=row.outcome.text,
        saved=_("Saved: the action."),
        take_out=_("Take this action out"),
        taken_out=_("Taken out: the action."),
        save=lambda: actions.change_action(by=user, action_id=row.pk, **form.answered),
        remove=lambda: actions.take_out_action(by=user, action_id=row.pk),
    )


@gate(May.PLAN)
def agree(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """The child's words beside the decision; without them it needs a reason."""
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id)
    today = timezone.localdate()
    clock = load.current().clock("review_conference_first")
    bound = queries.first_or_next(user, this.case, today)
    words = latest_words(user, this.case_id)
    known = this.review_on if this.review_on and this.review_on > today else None
    begin = {"review_on": min(known or due_on(clock, today), bound.latest_by or date.max)}
    form = kept_form(request, AgreeForm, kind="plan.agree", subject_id=this.pk, suggested=begin, words=words)
    if form.is_valid():
        with sending(request, form):
            _agree(user, this, form)
            said_with_next(
                request,
                _("The plan is agreed."),
                step=_("Print it for the child (PDF)"),
                href=reverse("plan_paper", args=[this.pk]),
            )
            return redirect("plan", plan_id=this.pk)
    why_not = queries.why_not_agree_yet(user, this, today)
    latest = words[0] if words else None
    context = shown(this, form=form, clock=clock, bound=bound, latest=latest, why_not=why_not)
    return render(request, "cases/plan/agree.html", context | {"allowed": allowed(clock)})


@gate(May.PLAN)
def discard(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id)
    why_not = queries.why_not_begin_discarding(user, this)
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("plan", plan_id=this.pk)
    form = kept_form(request, DiscardForm, kind="plan.discard", subject_id=this.pk)
    if form.is_valid():
        with sending(request, form):
            actions.discard_plan(by=user, plan_id=this.pk, reason=form.cleaned_data["reason"])
            messages.success(request, _("The draft is discarded."))
            return redirect("child", person_id=this.case.person_id)
    return render(request, "cases/plan/discard.html", shown(this, form=form))


def _agree(user: Any, this: Any, form: Any) -> None:
    actions.agree_plan(by=user, plan_id=this.pk, review_on=form.cleaned_data["review_on"], view=form.view)


def _action_form(request: HttpRequest, kind: str, subject_id: uuid.UUID, now: dict[str, Any]) -> Any:
    return kept_form(
        request,
        ActionForm,
        kind=kind,
        subject_id=subject_id,
        initial=now,
        people=who_can_do(request.user),  # type: ignore[arg-type]
    )


def _page(
    request: HttpRequest,
    this: Any,
    form: Any,
    *,
    title: str,
    saved: str,
    save: Callable[[], Any],
    about: str = "",
    take_out: str = "",
    taken_out: str = "",
    remove: Callable[[], Any] | None = None,
) -> HttpResponse:
    why_not = queries.why_not_change(request.user, this)  # type: ignore[arg-type]
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("plan", plan_id=this.pk)
    if remove and request.method == "POST" and "take_out" in request.POST:
        remove()
        sent(request, form)
        messages.success(request, taken_out)
        return redirect("plan", plan_id=this.pk)
    if form.is_valid():
        with sending(request, form, errors_on="owner"):
            save()
            messages.success(request, saved)
            return redirect("plan", plan_id=this.pk)
    context = shown(this, form=form, title=title, about=about, take_out=take_out)
    return render(request, "cases/plan/form.html", context)
