"""Pages of a plan: outcomes, actions, agreeing, and marking what has been done.

Each opens the plan, which leaves an audit row, whether it is asked for or sent: a form that is not right shows the plan again.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.gate import gate
from heard.agencies.queries import colleagues_visible_to
from heard.agencies.rules import May, Refused
from heard.cases.assessment.actions import forget_typed, keep_typed
from heard.cases.assessment.queries import typed, words_of_child
from heard.cases.case.queries import case_visible_to
from heard.cases.case.rules import due_on
from heard.cases.plan import actions, queries, rules
from heard.cases.plan.forms import ActionForm, AgreeForm, FinishForm, OutcomeForm
from heard.knowledge import load
from heard.network.actions import open_record

KIND = "plan"


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


@gate(May.SEE_CHILD)
@require_safe
def plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id)
    today = timezone.localdate()
    context = _shown(
        this,
        latest=words_of_child(user, this.case_id).first(),
        may_change=queries.why_not_change(user, this) is None,
        may_finish=user.may(May.PLAN) and this.state == "agreed",
        may_review=user.may(May.REVIEW) and this.state == "agreed",
        why_not_agree=queries.why_not_agree_yet(user, this, today) if this.state == "draft" else None,
    )
    return render(request, "cases/plan/plan.html", context)


@gate(May.PLAN)
def outcome_add(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id)
    return _form_page(
        request,
        this,
        OutcomeForm(request.POST or None, initial=_kept(user, this, "outcome")),
        title=_("Add an outcome"),
        step="outcome",
        save=lambda form: actions.add_outcome(by=user, plan_id=this.pk, **form.cleaned_data),
    )


@gate(May.PLAN)
def outcome(request: HttpRequest, outcome_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    row = queries.outcome_visible_to(user, outcome_id)
    this = actions.open_plan(by=user, plan_id=row.plan_id)
    step = f"outcome-{row.pk}"
    begin = {"text": row.text, "where_we_are": row.where_we_are} | _kept(user, this, step)
    return _form_page(
        request,
        this,
        OutcomeForm(request.POST or None, initial=begin),
        title=_("Change the outcome"),
        step=step,
        take_out=_("Take this outcome and its actions out"),
        save=lambda form: actions.change_outcome(by=user, outcome_id=row.pk, **form.cleaned_data),
        remove=lambda: actions.take_out_outcome(by=user, outcome_id=row.pk),
    )


@gate(May.PLAN)
def action_add(request: HttpRequest, outcome_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    row = queries.outcome_visible_to(user, outcome_id)
    this = actions.open_plan(by=user, plan_id=row.plan_id)
    step = f"action-of-{row.pk}"
    form = ActionForm(
        request.POST or None, initial=_kept(user, this, step), colleagues=colleagues_visible_to(user)
    )
    return _form_page(
        request,
        this,
        form,
        title=_("Add an action"),
        step=step,
        about=row.text,
        save=lambda form: actions.add_action(
            by=user,
            outcome_id=row.pk,
            what=form.cleaned_data["what"],
            owner=form.chosen_owner,
            due_on=form.cleaned_data["due_on"],
        ),
    )


@gate(May.PLAN)
def action(request: HttpRequest, action_id: uuid.UUID) -> HttpResponse:
    """In a plan that is being written: change it. In an agreed one: say how it went."""
    user: Any = request.user
    row = queries.action_visible_to(user, action_id)
    this = actions.open_plan(by=user, plan_id=row.outcome.plan_id)
    if queries.why_not_change(user, this) is None:
        return _change_action(request, this, row)
    return _finish_action(request, this, row)


@gate(May.PLAN)
def agree(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_plan(by=user, plan_id=plan_id)
    today = timezone.localdate()
    clock = load.current().clock("review_conference_first")
    words = list(words_of_child(user, this.case_id))
    begin = {"review_on": due_on(clock, today)} | _kept(user, this, "agree")
    form = AgreeForm(request.POST or None, initial=begin, words=words)
    if _done(request, this, form, "agree", lambda form: _agree(user, this, form)):
        messages.success(request, _("The plan is agreed."))
        return redirect("plan", plan_id=this.pk)
    context = _shown(
        this,
        form=form,
        clock=clock,
        latest=words[0] if words else None,
        why_not=queries.why_not_agree_yet(user, this, today),
        step="agree",
    )
    return render(request, "cases/plan/agree.html", context)


@gate(May.PLAN)
@require_POST
def keep(request: HttpRequest, plan_id: uuid.UUID, step: str) -> HttpResponse:
    """Keeps what is being typed in one of the plan's forms, for its writer to go on with on any device."""
    user: Any = request.user
    this = queries.plan_visible_to(user, plan_id)
    form = _form_of(step, user, this, request.POST)
    keep_typed(by=user, kind=KIND, subject_id=this.pk, step=step, answers=form.answers())
    return HttpResponse(status=204)


@gate(May.SEE_CHILD)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What this user has to do, longest overdue first."""
    user: Any = request.user
    page = Paginator(queries.actions_due(user), 25).get_page(request.GET.get("page"))
    rows = [(row, _late(row)) for row in page.object_list]
    return render(request, "cases/plan/mine.html", {"page": page, "rows": rows})


def _shown(this: Any, **more: Any) -> dict[str, Any]:
    outcomes = [
        (outcome, [(row, _late(row)) for row in outcome.actions.all()]) for outcome in this.outcomes.all()
    ]
    days_left = (this.review_on - timezone.localdate()).days if this.review_on else None
    return {"plan": this, "case": this.case, "outcomes": outcomes, "days_left": days_left} | more


def _late(row: Any) -> int:
    """Days overdue of an action that is still to do."""
    if row.state != "open" or row.due_on is None:
        return 0
    return rules.days_overdue(row.due_on, timezone.localdate())


def _kept(user: Any, this: Any, step: str) -> dict[str, Any]:
    return typed(user, kind=KIND, subject_id=this.pk, step=step)


def _form_of(step: str, user: Any, this: Any, data: Any) -> Any:
    if step == "agree":
        return AgreeForm(data, words=words_of_child(user, this.case_id))
    if step.startswith("action"):
        return ActionForm(data, colleagues=colleagues_visible_to(user))
    return OutcomeForm(data)


def _done(request: HttpRequest, this: Any, form: Any, step: str, save: Any) -> bool:
    """Saves a form that is right. One that is not is kept as it was typed."""
    if request.method != "POST":
        return False
    keep_as = {"by": request.user, "kind": KIND, "subject_id": this.pk, "step": step}
    if form.is_valid():
        try:
            save(form)
            forget_typed(**keep_as)
            return True
        except Refused as refused:
            form.add_error(None, _(str(refused)))
    keep_typed(**keep_as, answers=form.answers())
    return False


def _form_page(
    request: HttpRequest, this: Any, form: Any, *, title: str, step: str, save: Any, **more: Any
) -> HttpResponse:
    user: Any = request.user
    why_not = queries.why_not_change(user, this)
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("plan", plan_id=this.pk)
    remove = more.pop("remove", None)
    if remove and request.method == "POST" and "take_out" in request.POST:
        remove()
        forget_typed(by=user, kind=KIND, subject_id=this.pk, step=step)
        return redirect("plan", plan_id=this.pk)
    if _done(request, this, form, step, save):
        return redirect("plan", plan_id=this.pk)
    context = {"about": "", "take_out": "", "title": title, "form": form, "step": step} | more
    return render(request, "cases/plan/form.html", _shown(this, **context))


def _change_action(request: HttpRequest, this: Any, row: Any) -> HttpResponse:
    user: Any = request.user
    step = f"action-{row.pk}"
    begin = {"what": row.what, "owner": row.owner_id or "", "due_on": row.due_on}
    form = ActionForm(
        request.POST or None,
        initial=begin | _kept(user, this, step),
        colleagues=colleagues_visible_to(user),
    )
    return _form_page(
        request,
        this,
        form,
        title=_("Change the action"),
        step=step,
        about=row.outcome.text,
        take_out=_("Take this action out"),
        save=lambda form: actions.change_action(
            by=user,
            action_id=row.pk,
            what=form.cleaned_data["what"],
            owner=form.chosen_owner,
            due_on=form.cleaned_data["due_on"],
        ),
        remove=lambda: actions.take_out_action(by=user, action_id=row.pk),
    )


def _finish_action(request: HttpRequest, this: Any, row: Any) -> HttpResponse:
    user: Any = request.user
    why_not = queries.why_not_finish(user, row, outcome="done", note="")
    # Whether it was done is never chosen beforehand: a tired thumb would write down what did not happen.
    form = FinishForm(request.POST or None, initial={"done_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.finish_action(by=user, action_id=row.pk, **form.cleaned_data)
            messages.success(request, _("Written down."))
            return redirect("plan", plan_id=this.pk)
        except Refused as refused:
            form.add_error("note" if not why_not else None, _(str(refused)))
    context = _shown(this, form=form, action=row, late=_late(row), why_not=why_not)
    return render(request, "cases/plan/action.html", context)


def _agree(user: Any, this: Any, form: AgreeForm) -> None:
    actions.agree_plan(by=user, plan_id=this.pk, review_on=form.cleaned_data["review_on"], view=form.view)
