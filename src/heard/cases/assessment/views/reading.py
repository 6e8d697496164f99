"""Reading an assessment: the whole, two side by side, paper for a meeting, and the supervisor's decision."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate, said_with_next
from heard.agencies.rules import May
from heard.cases.assessment import actions, queries
from heard.cases.assessment.forms import DecideForm
from heard.cases.assessment.rules import Since
from heard.cases.assessment.views.parts import PARTS, tasks
from heard.cases.assessment.views.shown import shown
from heard.govuk.pdf import as_download, draw_pdf

_VERSIONS = 25  # on one page

# What became of a sign or vulnerability, in the order in which the page tells of it.
SINCE = {
    Since.NEW: gettext_lazy("New: seen now, and not seen or not known before"),
    Since.NO_LONGER: gettext_lazy("No longer seen"),
    Since.NOT_KNOWN_ANY_MORE: gettext_lazy("Not known any more"),
    Since.NOW_KNOWN: gettext_lazy("Known now: looked for and not seen"),
    Since.NOT_MARKED: gettext_lazy("Marked before, and not marked in this one"),
    Since.STILL_SEEN: gettext_lazy("Seen in both"),
}


@gate(May.SEE_CHILD)
@require_safe
def assessment(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """The task list for whoever can write in it now; else the whole assessment, to read and print."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    if queries.why_not_change(user, this) is None:
        return tasks(request, this)
    context = shown(
        request,
        this,
        histories=queries.histories(user, this),
        why_not_decide=queries.why_not_sign_off(user, this),
        may_assess=user.may(May.ASSESS),
    )
    return render(request, "cases/assessment/read.html", context)


@gate(May.SEE_CHILD, fresh=True)
@require_safe
def paper(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """The whole assessment as PDF, for a meeting."""
    user: Any = request.user
    this = actions.print_assessment(by=user, assessment_id=assessment_id)
    context = shown(request, this, histories=queries.histories(user, this), **_printed(user))
    return as_download(draw_pdf("cases/assessment/paper.html", context), "assessment.pdf")


@gate(May.SEE_CHILD)
@require_safe
def versions(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """This assessment beside the one before it."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    versions = queries.assessments_of(user, this.case_id).order_by("-started_at", "pk")
    page = Paginator(versions, _VERSIONS).get_page(request.GET.get("page"))
    context = shown(request, this, all_versions=page, **_side_by_side(user, this))
    return render(request, "cases/assessment/versions.html", context)


@gate(May.SEE_CHILD, fresh=True)
@require_safe
def versions_paper(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Both as PDF, for a meeting; where there is no other, the page that says so."""
    user: Any = request.user
    if not queries.has_before(user, queries.assessment_visible_to(user, assessment_id)):
        return redirect("assessment_versions", assessment_id=assessment_id)
    this = actions.print_assessment(by=user, assessment_id=assessment_id)
    both = _side_by_side(user, this)
    drawn = draw_pdf("cases/assessment/versions_paper.html", shown(request, this, **both, **_printed(user)))
    return as_download(drawn, "assessments.pdf")


@gate(May.SIGN_OFF)
def decide(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """The supervisor's page: the whole assessment, earlier reasons and the child's words beside the decision."""
    user: Any = request.user
    this = actions.open_assessment(by=user, assessment_id=assessment_id)
    called = [(slug, part.title) for slug, part in PARTS.items()]
    form = kept_form(request, DecideForm, kind="assessment.decide", subject_id=this.pk, parts=called)
    if form.is_valid():
        with sending(request, form):
            answer = _decided(request, this, form.cleaned_data)
            return answer
    context = shown(
        request,
        this,
        form=form,
        why_not=queries.why_not_sign_off(user, this),
        histories=queries.histories(user, this),
        newer=_said_since(user, this),
    )
    return render(request, "cases/assessment/decide.html", context)


@gate(May.SIGN_OFF)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Assessments that this supervisor can decide on, longest waiting first."""
    user: Any = request.user
    page = Paginator(queries.waiting_for_sign_off(user), 25).get_page(request.GET.get("page"))
    return render(request, "cases/assessment/waiting.html", {"page": page, "today": timezone.localdate()})


def _said_since(user: Any, this: Any) -> Any:
    """The child's latest words, where they are not those that the assessment was written with."""
    latest = queries.words_of_child(user, this.case_id).first()
    return latest if latest and latest.pk != this.words_id else None


def _side_by_side(user: Any, this: Any) -> dict[str, Any]:
    before = queries.before(user, this)
    compared = queries.compare(before, this) if before else None
    return {
        "before": before,
        "compared": compared,
        "since": SINCE,
        "questions_before": queries.questions_of(before) if before else [],
    }


def _printed(user: Any) -> dict[str, Any]:
    return {"printed_at": timezone.now(), "printed_by": user}


def _decided(request: HttpRequest, this: Any, answers: dict[str, Any]) -> HttpResponse:
    user: Any = request.user
    if answers["decision"] == "sign_off":
        actions.sign_off(by=user, assessment_id=this.pk, comment=answers["comment"] or "")
        said_with_next(
            request,
            _("Signed off. A plan can now be agreed on this assessment."),
            step=_("The child’s plan"),
            href=reverse("plan_start", args=[this.case_id]),
        )
    else:
        said = {"reason": answers["reason"], "parts": answers["parts"]}
        actions.send_back(by=user, assessment_id=this.pk, **said)
        said_with_next(
            request,
            _("Sent back, with your reason and the parts. Its writer learns of it now."),
            step=_("Assessments that wait for your signature"),
            href=reverse("assessments"),
        )
    return redirect("assessment", assessment_id=this.pk)
