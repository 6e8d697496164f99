"""Pages of a case as a whole: its story, closing it, and opening it again."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
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
from heard.cases.assessment.queries import latest_words, unsigned
from heard.cases.case.queries import case_visible_to, periods_of
from heard.cases.case.turn import local_procedures
from heard.cases.concern.queries import concerns_of
from heard.cases.concern.strategy.queries import discussions_of
from heard.cases.leaving.queries import going_on
from heard.cases.missing.queries import open_episode_of
from heard.cases.plan.queries import agreed_plan, draft_plan
from heard.cases.review import actions, queries
from heard.cases.review.forms import CloseForm, ReopenForm
from heard.cases.review.rules import Missing
from heard.network.actions import open_record

LINKS: dict[Missing, Any] = {
    Missing.CHILD: gettext_lazy("Read what is known"),
    Missing.WORRY: gettext_lazy("Read the worry"),
    Missing.ASSESSMENT: gettext_lazy("Go to the assessment"),
    Missing.DRAFT: gettext_lazy("Go to the plan that is being written"),
    Missing.ACTION: gettext_lazy("Go to the plan"),
    Missing.REVIEW: gettext_lazy("Hold a review"),
    Missing.SIGNED: gettext_lazy("Start an assessment"),
    Missing.HANDOVER: gettext_lazy("Follow the handover"),
    Missing.STRATEGY: gettext_lazy("Go to the strategy discussion"),
}


@gate(May.SEE_CHILD)
@require_safe
def story(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """From the first opening to now: each period, what was agreed at its end, and what was written in it."""
    user: Any = request.user
    case = case_visible_to(user, case_id)
    open_record(by=user, person_id=case.person_id)
    page = Paginator(queries.written_in(user, case_id), 25).get_page(request.GET.get("page"))
    context = {
        "case": case,
        "periods": list(periods_of(user, case.person_id).filter(case=case)),
        "page": page,
        "written": queries.read_written(user, case_id, page.object_list),
        "may_close": queries.may_close(user, case),
    }
    return render(request, "cases/review/story.html", context)


@gate(May.CLOSE)
def close(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What is still missing, each with a link to do it; where nothing is, the form."""
    user: Any = request.user
    case = case_visible_to(user, case_id)
    open_record(by=user, person_id=case.person_id)
    words = latest_words(user, case_id)
    form = kept_form(request, CloseForm, kind="case.close", subject_id=case_id, words=words)
    if form.is_valid():
        names = ("ended_as", "reason", "contact_afterwards", "told_child", "open_again_if")
        answers = {name: form.cleaned_data[name] for name in names}
        with sending(request, form):
            actions.close_case(by=user, case_id=case_id, view=form.view, **answers)
            said_with_next(
                request,
                _("The case is closed. Its story stays here."),
                step=_("Write a note of telling the child"),
                href=reverse("note_write", args=[case.person_id]),
            )
            return redirect("case_story", case_id=case_id)
    missing = queries.missing_before_closing(user, case, today=timezone.localdate())
    review = queries.last_review(user, case)
    context = {
        "case": case,
        "form": form,
        "latest": words[0] if words else None,
        "missing": [_link(user, case, what, text) for what, text in missing],
        "review": review,
        "looked": list(review.outcomes.all()) if review else [],
        "evidence_days": queries.evidence_days(user),
        "local": local_procedures(user, "closing"),
    }
    return render(request, "cases/review/close.html", context)


@gate(May.CLOSE)
def reopen(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    case = case_visible_to(user, case_id)
    open_record(by=user, person_id=case.person_id)
    form = kept_form(request, ReopenForm, kind="case.reopen", subject_id=case_id)
    if form.is_valid():
        with sending(request, form):
            actions.reopen_case(by=user, case_id=case_id, reason=form.cleaned_data["reason"])
            messages.success(request, _("The case is open again."))
            return redirect("case_story", case_id=case_id)
    context = {
        "case": case,
        "form": form,
        "last": periods_of(user, case.person_id).filter(case=case).first(),
        "why_not": queries.why_not_reopen(user, case, reason="asked for on the page"),
    }
    return render(request, "cases/review/reopen.html", context)


def _link(user: Any, case: Any, what: Missing, text: str) -> dict[str, str]:
    """The sentence, and where it is done."""
    href = _where(user, case, what)
    return {"text": _(text), "href": href, "link": str(LINKS[what]) if href else ""}


def _where(user: Any, case: Any, what: Missing) -> str:
    if what is Missing.CHILD:
        episode = open_episode_of(user, case.person_id)
        return reverse("episode", kwargs={"episode_id": episode.pk}) if episode else ""
    if what is Missing.WORRY:
        worry = concerns_of(user, case.person_id).filter(state="told").first()
        return reverse("concern", kwargs={"concern_id": worry.pk}) if worry else ""
    if what is Missing.STRATEGY:
        planned = discussions_of(user, case.person_id).filter(state="planned").first()
        return reverse("strategy", kwargs={"discussion_id": planned.pk}) if planned else ""
    if what is Missing.HANDOVER:
        handed = going_on(user, case)
        return reverse("handover", kwargs={"handover_id": handed.pk}) if handed else ""
    if what is Missing.ASSESSMENT:
        one = unsigned(user, case.pk)
        return reverse("assessment", kwargs={"assessment_id": one.pk}) if one else ""
    if what is Missing.DRAFT:
        draft = draft_plan(user, case.pk)
        return reverse("plan", kwargs={"plan_id": draft.pk}) if draft else ""
    if what in (Missing.ACTION, Missing.REVIEW):
        plan = agreed_plan(user, case.pk)
        if plan is None:
            return reverse("plan_start", kwargs={"case_id": case.pk})
        return reverse("plan" if what is Missing.ACTION else "review_hold", kwargs={"plan_id": plan.pk})
    return reverse("assessment_start", kwargs={"case_id": case.pk}) if what is Missing.SIGNED else ""
