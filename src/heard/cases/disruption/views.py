"""Pages of disruption steps: all of a case, writing one, changing one, and how it went."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, done_at_once, gate, taken_back
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import May
from heard.cases.case.queries import case_visible_to, who_can_do, words_of
from heard.cases.case.rules import days_late, language_hints
from heard.cases.case.turn import local_procedures
from heard.cases.context.actions import read_context
from heard.cases.context.queries import open_goals
from heard.cases.context.views.opening import in_context
from heard.cases.disruption import actions, queries
from heard.cases.disruption.forms import (
    SOMEBODY_ELSE,
    BreachForm,
    ContextFinishForm,
    ContextPowerForm,
    ContextStepForm,
    FinishForm,
    PowerForm,
    StepForm,
    TakeBackForm,
)
from heard.cases.stage.forms import GroundsForm, PutOffForm
from heard.cases.stage.rules import Now
from heard.govuk.environment import day
from heard.knowledge import load
from heard.network.actions import open_record
from heard.services.law.queries import Known, checks_of_powers, power_named


@gate(May.SEE_CHILD)
@require_safe
def disruption(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Every step of a case: what is to do first, by day."""
    user: Any = request.user
    case = case_visible_to(user, case_id)
    open_record(by=user, person_id=case.person_id)
    steps = queries.with_grounds(user, queries.steps_of(user, case_id))
    today = timezone.localdate()
    rows = [(step, days_late(step.due_on, today) if step.state == "open" else 0) for step in steps]
    hints = {hint.found: hint for step in steps if step.state == "open" for hint in language_hints(step.what)}
    context = {
        "case": case,
        "rows": rows,
        "hints": list(hints.values()),
        "may_change": user.may(May.PLAN),
        "why_not": queries.why_not_begin(user, case),
        "checked": checks_of_powers(user),
        "local": local_procedures(user, "disruption"),
    }
    return render(request, "cases/disruption/disruption.html", context)


@gate(May.PLAN)
def add(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    case = case_visible_to(user, case_id)
    open_record(by=user, person_id=case.person_id)
    form = _form(request, case, "disruption.add", case_id, {})
    if form.is_valid():
        with sending(request, form):
            actions.plan_step(by=user, case_id=case_id, **form.answered)
            messages.success(request, _("Saved: the step."))
            return redirect("disruption", case_id=case_id)
    return _page(request, case, form, _("Add a step"))


@gate(May.PLAN)
def change(request: HttpRequest, disruption_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    step = actions.open_step(by=user, disruption_id=disruption_id)
    now = {
        name: getattr(step, name)
        for name in ("kind", "what", "legal_power", "power", "due_on", "who_or_where")
    }
    now |= {"against": _end(step), "agency": str(step.agency_id), "owner": str(step.owner_id or "")}
    form = _form(
        request, step.child_case, "disruption", disruption_id, now, (step.legal_power, step.power_label)
    )
    if form.is_valid():
        with sending(request, form):
            actions.change_step(by=user, disruption_id=step.pk, **form.answered)
            messages.success(request, _("Saved: the step as it is now."))
            return redirect("disruption", case_id=step.case_id)
    return _page(request, step.child_case, form, _("Change the step"))


@gate(May.PLAN)
def finish(request: HttpRequest, disruption_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    step = actions.open_step(by=user, disruption_id=disruption_id)
    today = {"done_on": timezone.localdate()}
    form = kept_form(request, FinishForm, kind="disruption.finish", subject_id=disruption_id, suggested=today)
    if form.is_valid():
        with sending(request, form):
            actions.finish_step(by=user, disruption_id=step.pk, **form.cleaned_data)
            messages.success(request, _("Saved: how the disruption step went."))
            return redirect("disruption", case_id=step.case_id)
    return _page(request, step.child_case, form, _("How did it go?"), about=step)


@gate(May.PLAN)
def add_to_context(request: Request, context_id: uuid.UUID) -> HttpResponse:
    """A step about the place or group of a context."""
    user: Any = request.user
    context = read_context(by=user, context_id=context_id)
    why_not = queries.why_not_begin_in_context(user, context)
    form = _context_form(request, context, "context.step.add", context_id, {})
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.plan_context_step(by=user, context_id=context_id, **form.answered)
            messages.success(request, _("Saved: the step."))
            return redirect("context", context_id=context_id)
    return in_context(request, context, form, _("Add a step"), why_not=why_not)


@gate(May.PLAN)
def change_in_context(request: Request, context_step_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    step: Any = actions.open_context_step(by=user, step_id=context_step_id)
    now = {name: getattr(step, name) for name in ("kind", "what", "legal_power", "power", "due_on")}
    now |= {"goal": str(step.goal_id), "owner": str(step.owner_id)}
    why_not = queries.why_not_change_in_context(user, step)
    form = _context_form(
        request, step.context, "context.step", step.pk, now, (step.legal_power, step.power_label)
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.change_context_step(by=user, step_id=step.pk, **form.answered)
            messages.success(request, _("Saved: the step as it is now."))
            return redirect("context", context_id=step.context_id)
    return in_context(request, step.context, form, _("Change the step"), why_not=why_not)


@gate(May.PLAN)
def finish_in_context(request: Request, context_step_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    step: Any = actions.open_context_step(by=user, step_id=context_step_id)
    why_not, today = queries.why_not_finish_in_context(user, step), {"done_on": timezone.localdate()}
    form = kept_form(
        request, ContextFinishForm, kind="context.step.finish", subject_id=step.pk, suggested=today
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.finish_context_step(by=user, step_id=step.pk, **form.cleaned_data)
            messages.success(request, _("Saved: how the step went."))
            return redirect("context", context_id=step.context_id)
    return in_context(request, step.context, form, _("How did it go?"), step.what, why_not=why_not)


@gate(May.PLAN)
@require_POST
def done(request: Request, step_id: uuid.UUID) -> HttpResponse:
    """One press on a line of My work: done today, with nothing to add."""
    user: Any = request.user
    return done_at_once(
        request,
        lambda: actions.finish_today(by=user, step_id=step_id),
        lambda row: (
            "" if queries.why_not_take_back_done(user, row) else reverse("step_done_undo", args=[row.pk])
        ),
    )


@gate(May.PLAN)
@require_POST
def take_back_done(request: Request, step_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    return taken_back(request, lambda: actions.take_back_done(by=user, step_id=step_id))


@gate(May.PLAN)
def put_off(request: Request, step_id: uuid.UUID) -> HttpResponse:
    """A step that is still to do gets a later day."""
    user: Any = request.user
    step: Any = actions.open_any_step(by=user, step_id=step_id)
    why_not = queries.why_not_put_off(user, step)
    form = kept_form(request, PutOffForm, kind="step.put-off", subject_id=step.pk)
    if not why_not and form.is_valid():
        with sending(request, form):
            step = actions.put_off_step(by=user, step_id=step.pk, **form.cleaned_data)
            saved = _("Saved: the new day, %(day)s. To correct it, change the step.")
            if step.context and queries.why_not_change_in_context(user, step):
                saved = _("Saved: the new day, %(day)s. To correct it, ask whoever leads this.")
            messages.success(request, saved % {"day": day(step.due_on)})
            return _to_where_it_stands(step)
    title = _("Put a step off")
    if step.context:
        return in_context(request, step.context, form, title, step.what, why_not=why_not)
    return _page(request, step.child_case, form, title, about=step, why_not=why_not)


@gate(May.PLAN)
def power(request: Request, step_id: uuid.UUID) -> HttpResponse:
    """What the power of a step rests on, who asked for it, when it was served and until when it holds."""
    user: Any = request.user
    step = actions.open_any_step(by=user, step_id=step_id)
    kind: Any = ContextPowerForm if step.context else PowerForm
    now = {name: getattr(step, name) for name in kind.base_fields if name != "rests_on"}
    offered, chosen = queries.to_rest_on(user, step)
    now["rests_on"] = [str(key) for key in sorted(chosen)]
    form = kept_form(request, kind, kind="step.power", subject_id=step.pk, initial=now, sources=offered)
    why_not = queries.why_not_use_power(user, step, ends=step.is_begun)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.keep_power(by=user, step_id=step.pk, **form.cleaned_data | {"rests_on": form.rests})
            messages.success(request, _("Saved: the power."))
            return _to_where_it_stands(step)
    return _power_page(request, step, form, _("The power"), why_not)


@gate(May.PLAN)
def grounds(request: Request, step_id: uuid.UUID) -> HttpResponse:
    """Something that a step rests on was withdrawn: whether it still stands, and what is done."""
    user: Any = request.user
    [step] = queries.with_grounds(user, [actions.open_any_step(by=user, step_id=step_id)])
    form = kept_form(request, GroundsForm, kind="step.grounds", subject_id=step.pk)
    why_not = queries.why_not_look_at_grounds(user, step, Now.STANDS, "-")
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.look_at_grounds(by=user, step_id=step.pk, **form.cleaned_data)
            messages.success(request, _("Saved: what it means for the step."))
            if form.cleaned_data["what_now"] == Now.STANDS:
                return _to_where_it_stands(step)
            return redirect("step_power", step_id=step.pk)
    return _power_page(request, step, form, _("One of its grounds was withdrawn"), why_not)


@gate(May.PLAN)
def broken(request: Request, step_id: uuid.UUID) -> HttpResponse:
    """A power was broken, and what was done."""
    user: Any = request.user
    step = actions.open_any_step(by=user, step_id=step_id)
    form = kept_form(request, BreachForm, kind="step.broken", subject_id=step.pk)
    why_not = queries.why_not_use_power(user, step)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.note_breach(by=user, step_id=step.pk, **form.cleaned_data)
            messages.success(request, _told(step))
            return _to_where_it_stands(step)
    return _power_page(request, step, form, _("It was breached"), why_not)


def _told(step: Any) -> str:
    if step.context:
        return _("Saved. Others who do the step or hold the work on it learn of it.")
    return _(
        "Saved. Others who do the step or work with the child learn of it, if they may see whom it is against."
    )


@gate(May.PLAN)
def take_back(request: Request, step_id: uuid.UUID, breach_id: uuid.UUID) -> HttpResponse:
    """It was not broken: it was noted wrongly."""
    user: Any = request.user
    breach = queries.breach_visible_to(user, step_id, breach_id)
    step = actions.open_any_step(by=user, step_id=step_id)
    form = kept_form(request, TakeBackForm, kind="step.not-broken", subject_id=breach_id)
    why_not = queries.why_not_use_power(user, step, ends=True)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.take_back_breach(by=user, step_id=step.pk, breach_id=breach_id, **form.cleaned_data)
            messages.success(request, _("Taken back: it was noted wrongly."))
            return _to_where_it_stands(step)
    return _power_page(request, step, form, _("Take back that it was breached"), why_not, breach)


def _where_it_stands(step: Any) -> tuple[str, dict[str, Any]]:
    if step.context:
        return "context", {"context_id": step.context_id}
    return "disruption", {"case_id": step.case_id}


def _to_where_it_stands(step: Any) -> HttpResponse:
    name, keys = _where_it_stands(step)
    return redirect(name, **keys)


def _power_page(
    request: Request, step: Any, form: Any, title: str, why_not: str | None, breach: Any = None
) -> HttpResponse:
    """`known`: what the knowledge says of the power now; None where it was withdrawn, or none was chosen. `chosen`: what it said then."""
    here = any(one.id == step.legal_power for one in load.current().powers)
    context = {
        "step": step,
        "case": step.case,
        "context": step.context,
        "form": form,
        "title": title,
        "why_not": why_not,
        "breach": breach,
        "has_children": queries.has_children(request.user, step),
        "back": _where_it_stands(step),
        "known": power_named(request.user, step.legal_power) if here else None,
        "chosen": load.release(step.release).power(step.legal_power) if here else None,
        "latest": words_of(request.user, step.case.person_id).first() if step.case else None,
    }
    return render(request, "cases/disruption/power.html", context)


def _choices_of_powers(user: Any, end: str, chosen: tuple[str, str]) -> list[tuple[str, str]]:
    """Those that fit. `chosen`: the id and label of the one that the step has, which stays where the
    knowledge has withdrawn it."""
    checks = checks_of_powers(user)
    found = {one.id: _choice(checks.known(one)) for one in queries.powers_against(user, end)}
    if chosen[0]:
        found.setdefault(*chosen)
    return list(found.items())


def _choice(known: Known) -> str:
    """What it is against, and what a lawyer said of its text."""
    against = ", ".join(known.targets)
    if known.is_checked:
        return f"{known.power.label} ({against})"
    said = _("not right, says who checked it") if known.check else _("not checked by a lawyer")
    return f"{known.power.label} ({against}; {said})"


def _context_form(
    request: Request,
    context: Any,
    kind: str,
    subject_id: uuid.UUID,
    now: dict[str, Any],
    chosen: tuple[str, str] = ("", ""),
) -> ContextStepForm:
    user: Any = request.user
    return kept_form(
        request,
        ContextStepForm,
        kind=kind,
        subject_id=subject_id,
        initial=now,
        powers=_choices_of_powers(user, context.end, chosen),
        goals=[(str(goal.pk), goal.text) for goal in open_goals(user, context.pk)],
        people=who_can_do(user),
    )


def _form(
    request: HttpRequest,
    case: Any,
    kind: str,
    subject_id: uuid.UUID,
    now: dict[str, Any],
    chosen: tuple[str, str] = ("", ""),
) -> StepForm:
    user: Any = request.user
    ends = queries.ends_around(user, case.person_id)
    if now.get("against") not in {None, SOMEBODY_ELSE, *(value for value, _name in ends)}:
        ends.append((now["against"], _("As it was")))  # no tie leads there any more
    return kept_form(
        request,
        StepForm,
        kind=kind,
        subject_id=subject_id,
        initial=now,
        ends=ends,
        powers=_choices_of_powers(user, "", chosen),
        agencies=[(str(agency.pk), agency.name) for agency in agencies_visible_to(user)],
        people=who_can_do(user),
    )


def _end(step: Any) -> str:
    """The choice that a step was made with."""
    for end in ("person", "place", "group"):
        key = getattr(step, f"{end}_id")
        if key:
            return f"{end}:{key}"
    return SOMEBODY_ELSE


def _page(
    request: HttpRequest, case: Any, form: Any, title: str, about: Any = None, why_not: str | None = None
) -> HttpResponse:
    user: Any = request.user
    context = {
        "case": case,
        "form": form,
        "title": title,
        "about": about,
        "why_not": why_not,
        "latest": words_of(user, case.person_id).first(),
        "local": local_procedures(user, "disruption"),
    }
    return render(request, "cases/disruption/form.html", context)
