"""Pages of a review: holding one, reading one, and those that are due."""

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
from heard.agencies.rules import May, Refused
from heard.cases.assessment.actions import forget_typed, keep_typed
from heard.cases.assessment.queries import typed, words_of_child
from heard.cases.case.rules import due_on
from heard.cases.plan.actions import open_plan
from heard.cases.plan.queries import plan_visible_to
from heard.cases.plan.rules import days_overdue
from heard.cases.review import actions, queries
from heard.cases.review.forms import ReviewForm
from heard.knowledge import load

KIND, STEP = "review", "hold"


@gate(May.REVIEW)
def hold(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """What was planned and what happened, what the child says now, and how it goes on."""
    user: Any = request.user
    this = open_plan(
        by=user, plan_id=plan_id
    )  # also where it is sent: a form that is not right shows it again
    today = timezone.localdate()
    clock = load.current().clock("review_conference_next")
    words = list(words_of_child(user, this.case_id))
    begin = {"held_on": today, "next_review_on": due_on(clock, today)}
    kept = typed(user, kind=KIND, subject_id=this.pk, step=STEP)
    form = ReviewForm(request.POST or None, initial=begin | kept, words=words)
    if request.method == "POST":
        held = _held(request, this, form)
        if held:
            return held
    context = {
        "plan": this,
        "case": this.case,
        "form": form,
        "clock": clock,
        "days_left": (this.review_on - today).days if this.review_on else None,
        "planned": _planned(this),
        "latest": words[0] if words else None,
        "before": list(queries.reviews_of_plan(user, this.pk)),
        "why_not": queries.why_not_open(user, this),
    }
    return render(request, "cases/review/hold.html", context)


@gate(May.REVIEW)
@require_POST
def keep(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Keeps what is being typed, for its writer to go on with on any device."""
    user: Any = request.user
    this = plan_visible_to(user, plan_id)
    form = ReviewForm(request.POST, words=words_of_child(user, this.case_id))
    keep_typed(by=user, kind=KIND, subject_id=this.pk, step=STEP, answers=form.answers())
    return HttpResponse(status=204)


@gate(May.SEE_CHILD)
@require_safe
def review(request: HttpRequest, review_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_review(by=user, review_id=review_id)
    whole = plan_visible_to(user, this.plan_id)
    words = words_of_child(user, whole.case_id).first()
    context = {"review": this, "plan": whole, "case": whole.case, "planned": _planned(whole), "latest": words}
    return render(request, "cases/review/review.html", context)


@gate(May.REVIEW)
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Plans by the date of their next review, longest overdue first."""
    user: Any = request.user
    page = Paginator(queries.reviews_due(user), 25).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [(plan, days_overdue(plan.review_on, today)) for plan in page.object_list if plan.review_on]
    return render(request, "cases/review/due.html", {"page": page, "rows": rows})


def _planned(plan: Any) -> list[tuple[Any, list[tuple[Any, int]]]]:
    today = timezone.localdate()
    return [
        (
            outcome,
            [
                (row, days_overdue(row.due_on, today) if row.state == "open" and row.due_on else 0)
                for row in outcome.actions.all()
            ],
        )
        for outcome in plan.outcomes.all()
    ]


def _held(request: HttpRequest, this: Any, form: ReviewForm) -> HttpResponse | None:
    """The page after a review that was recorded; None for one that is not right yet, which is kept as typed."""
    user: Any = request.user
    keep_as = {"by": user, "kind": KIND, "subject_id": this.pk, "step": STEP}
    if form.is_valid():
        names = ("held_on", "what_changed", "decision", "reason", "next_review_on")
        answers = {name: form.cleaned_data[name] for name in names}
        try:
            held = actions.hold_review(by=user, plan_id=this.pk, view=form.view, **answers)
            forget_typed(**keep_as)
            messages.success(request, _("The review is written down."))
            return redirect("review", review_id=held.pk)
        except Refused as refused:
            form.add_error(None, _(str(refused)))
    keep_typed(**keep_as, answers=form.answers())
    return None
