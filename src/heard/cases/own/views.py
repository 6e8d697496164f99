"""What is the child's own: the plan in plain words, on screen and as one page to keep, and who looked at their record."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from pypdf import PdfReader

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate
from heard.agencies.rules import May, Role
from heard.cases.case.queries import words_of
from heard.cases.own import actions, queries, rules
from heard.cases.own.forms import GiveForm, OwnPlanForm
from heard.govuk.pdf import as_download, draw_pdf

# Who a role is, to a child.
ROLES: dict[str, Any] = {
    Role.PRACTITIONER: gettext_lazy("People who work with children"),
    Role.DUTY: gettext_lazy("People who are there in an emergency"),
    Role.OFFICER: gettext_lazy("Somebody who looks into worries about people who work with children"),
    Role.COORDINATOR: gettext_lazy("People who bring everybody together to help"),
    Role.SUPERVISOR: gettext_lazy("People who check that the work is done well"),
}
SIZES = ("plain", "plain plain--close", "plain plain--closest")  # the first in which it is one page
MOST_WORDS = 20  # of the child's own, to choose from


@gate(May.SEE_CHILD)
@require_safe
def own_plan(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """As the child reads it, with what could be plainer and when it was given."""
    user: Any = request.user
    own = actions.open_own_plan(by=user, plan_id=plan_id)
    context = _shown(own) | {
        "hints": rules.plain_hints(own.texts),
        "given": list(queries.given_of(user, plan_id)),
        "held": queries.held_copy(user, own.plan.case_id) if own.plan.state == "agreed" else None,
        "why_not": queries.why_not_write(user, own.plan),
        "may_give": user.may(May.PLAN) and own.plan.state == "agreed",
    }
    return render(request, "cases/own/plan.html", context)


@gate(May.PLAN)
def write(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    own = actions.open_own_plan(by=user, plan_id=plan_id)
    why_not = queries.why_not_write(user, own.plan)
    if why_not:
        messages.warning(request, _(why_not))
        return redirect("own_plan", plan_id=plan_id)
    words = list(words_of(user, own.plan.case.person_id)[:MOST_WORDS])
    form = kept_form(
        request,
        OwnPlanForm,
        kind="own-plan",
        subject_id=plan_id,
        initial=_now(own.childs) if own.childs else {},
        suggested={} if own.childs else queries.suggested_for(user, own.plan),
        plan=own.plan,
        words=words,
    )
    if form.is_valid():
        with sending(request, form):
            actions.write_own_plan(by=user, plan_id=plan_id, **form.answered)
            return redirect("own_plan", plan_id=plan_id)
    latest = words[0] if words else None
    return render(request, "cases/own/write.html", _shown(own) | {"form": form, "latest": latest})


@gate(May.PLAN)
def given(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """That the child was given the plan, or why not."""
    user: Any = request.user
    own = actions.open_own_plan(by=user, plan_id=plan_id)
    today = {"given_on": timezone.localdate(), "given_by": str(user)}
    form = kept_form(request, GiveForm, kind="own-plan.given", subject_id=plan_id, suggested=today)
    if form.is_valid():
        with sending(request, form):
            actions.give_own_plan(by=user, plan_id=plan_id, **form.answered)
            messages.success(request, _("Saved: whether the child has their plan."))
            return redirect("own_plan", plan_id=plan_id)
    return render(request, "cases/own/given.html", _shown(own) | {"form": form})


@gate(May.SEE_CHILD)
@require_safe
def paper(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """One page of A4 for the child to keep."""
    user: Any = request.user
    own = actions.open_own_plan(by=user, plan_id=plan_id, verb="print")
    return as_download(_on_one_page("cases/own/plan_paper.html", _shown(own)), "my-plan.pdf")


@gate(May.SEE_CHILD)
@require_safe
def looks(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Who looked at the record, in words for the child."""
    user: Any = request.user
    person, lines = actions.open_looks_for_child(by=user, person_id=person_id)
    return render(request, "cases/own/looks.html", _looked(person, lines))


@gate(May.SEE_CHILD)
@require_safe
def looks_paper(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person, lines = actions.open_looks_for_child(by=user, person_id=person_id, printed=True)
    return as_download(_on_one_page("cases/own/looks_paper.html", _looked(person, lines)), "who-looked.pdf")


def _shown(own: queries.OwnPlan) -> dict[str, Any]:
    return {"own": own, "plan": own.plan, "case": own.plan.case, "printed_at": timezone.now()}


def _looked(person: Any, lines: list[rules.Lookers]) -> dict[str, Any]:
    drawn = [(line, ROLES.get(line.role) or _("Other people")) for line in lines]
    return {"person": person, "lines": drawn, "printed_at": timezone.now()}


def _now(childs: Any) -> dict[str, Any]:
    prose = {name: getattr(childs, name) for name in queries.PROSE}
    return prose | {"words": str(childs.words_id or "")}


def _on_one_page(template: str, context: dict[str, Any]) -> bytes:
    """The largest letters in which it is one page; with very much text the smallest, on as many as it takes."""
    drawn = b""
    for size in SIZES:
        drawn = draw_pdf(template, context | {"size": size})
        if len(PdfReader(BytesIO(drawn)).pages) == 1:
            break
    return drawn
