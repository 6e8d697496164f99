"""Pages of a review: holding one, reading one, on paper, and those that are due."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate
from heard.agencies.rules import May
from heard.cases.assessment.queries import latest_words, words_of_child
from heard.cases.case.queries import why_not_after_death
from heard.cases.case.turn import local_procedures
from heard.cases.plan.actions import open_plan
from heard.cases.plan.queries import next_after, plan_visible_to
from heard.cases.plan.rules import days_overdue
from heard.cases.review import actions, queries
from heard.cases.review.forms import ReviewForm
from heard.cases.words.queries import sent_on
from heard.govuk.pdf import as_download, draw_pdf

ANSWERS = ("held_on", "what_changed", "took_part", "decision", "reason", "next_review_on")


@gate(May.REVIEW)
def hold(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """What was planned and what happened, what the child says now, and how it goes on."""
    user: Any = request.user
    # Also where it is sent: a form that is not right shows it again.
    this = open_plan(by=user, plan_id=plan_id)
    today = timezone.localdate()
    following = next_after(user, this.case, today)
    words = latest_words(user, this.case_id)
    form = kept_form(
        request,
        ReviewForm,
        kind="review.hold",
        subject_id=this.pk,
        suggested={"held_on": today, "next_review_on": following.latest_by},
        words=words,
        outcomes=this.outcomes.all(),
    )
    if form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ANSWERS}
        with sending(request, form):
            held = actions.hold_review(
                by=user, plan_id=this.pk, view=form.view, looked=form.looked, **answers
            )
            messages.success(request, _("The review is written down."))
            return redirect("review", review_id=held.pk)
    context = _beside(user, this) | {
        "form": form,
        "next": following,
        "days_left": (this.review_on - today).days if this.review_on else None,
        "latest": words[0] if words else None,
        "why_not": queries.why_not_open(user, this),
        "local": local_procedures(user, "review"),
    }
    return render(request, "cases/review/hold.html", context)


@gate(May.REVIEW)
@require_safe
def meeting(request: HttpRequest, plan_id: uuid.UUID) -> HttpResponse:
    """What a review meeting has in front of it, on paper."""
    user: Any = request.user
    this = open_plan(by=user, plan_id=plan_id)
    latest = words_of_child(user, this.case_id).first()
    context = _beside(user, this) | {"latest": latest, "today": timezone.localdate()}
    return as_download(draw_pdf("cases/review/meeting_paper.html", context), "review-meeting.pdf")


@gate(May.SEE_CHILD)
@require_safe
def review(request: HttpRequest, review_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    context = _read(user, review_id)
    latest = words_of_child(user, context["case"].pk).first()
    person_id, this = context["case"].person_id, context["review"]
    context |= {
        "latest": latest,
        "may_close": queries.may_close(user, context["case"]),
        "sent": list(sent_on(user, person_id, review_id).exclude(pk=this.words_id)),
        "for_child": list(this.told_child.select_related("written_by")),
        "may_tell": not why_not_after_death(user, person_id) and queries.may_tell_of_review(user, this),
    }
    return render(request, "cases/review/review.html", context)


@gate(May.SEE_CHILD)
@require_safe
def paper(request: HttpRequest, review_id: uuid.UUID) -> HttpResponse:
    """A review that has been held, on paper."""
    user: Any = request.user
    return as_download(draw_pdf("cases/review/review_paper.html", _read(user, review_id)), "review.pdf")


@gate(May.REVIEW)
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Plans by the date of their next review, longest overdue first."""
    user: Any = request.user
    page = Paginator(queries.reviews_due(user), 25).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [(plan, days_overdue(plan.review_on, today)) for plan in page.object_list if plan.review_on]
    return render(request, "cases/review/due.html", {"page": page, "rows": rows})


def _read(user: Any, review_id: uuid.UUID) -> dict[str, Any]:
    this = actions.open_review(by=user, review_id=review_id)
    return _beside(user, plan_visible_to(user, this.plan_id), until=this.recorded_at) | {
        "review": this,
        "looked": list(this.outcomes.all()),
    }


def _beside(user: Any, plan: Any, **until: Any) -> dict[str, Any]:
    """What stands beside a review, on the screen and on paper."""
    return {
        "plan": plan,
        "case": plan.case,
        "planned": _planned(plan),
        "beside": queries.beside(user, plan, **until),
        "evidence_days": queries.evidence_days(user),
    }


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
