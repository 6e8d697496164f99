"""What follows a decision: the teller has read it, an agreed step is finished, a child is tied to a place or group."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May
from heard.cases.concern import actions, queries
from heard.cases.concern.forms import ConcernedChildForm, FinishStepForm, SearchForm
from heard.cases.concern.rules import About
from heard.cases.concern.views.summary import option
from heard.network.actions import open_record
from heard.network.queries import find_described


@gate(May.TELL)
@require_POST
def read(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """Whoever told it says that they have read what became of it."""
    actions.mark_read(by=request.user, concern_id=concern_id)
    messages.success(request, _("Thank you. Whoever decided sees that you have read it."))
    return redirect("concern", concern_id=concern_id)


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """The step that was agreed on a worry: to see, and to finish."""
    agreed = queries.step_of(request.user, concern_id)
    if agreed is None:
        queries.concern_open_to(request.user, concern_id)
        return redirect("concern", concern_id=concern_id)
    form: Any = kept_form(request, FinishStepForm, kind="worry.step", subject_id=agreed.pk)
    if form.is_valid():
        with sending(request, form):
            actions.finish_step(by=request.user, concern_id=concern_id, **form.cleaned_data)
            messages.success(request, _("Done: the step, and what came of it."))
            return redirect("concern_step", concern_id=concern_id)
    context = {
        "form": form,
        "step": agreed,
        "days_left": (agreed.due_on - timezone.localdate()).days,
        "may_finish": agreed.owner_id == request.user.pk or queries.decides(request.user),
        "may_see_worry": queries.concerns_open_to(request.user).filter(pk=concern_id).exists(),
    }
    return render(request, "cases/concern/agreed_step.html", context)


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def children(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """Ties a child to the place or group of a worry: first who, then how it is known."""
    worry = queries.concern_open_to(request.user, concern_id)
    if worry.about == About.CHILD:
        return redirect("concern", concern_id=concern_id)
    actions.open_concern(by=request.user, concern_id=concern_id)
    search = SearchForm(request.POST if "search" in request.POST else None)
    chosen = request.POST.get("person_id", "")
    context: dict[str, Any] = {"concern": worry, "search": search, "found": None}
    if search.is_bound and search.is_valid():
        hits = [hit for hit in find_described(request.user, search.described()) if hit.may_open]
        context["found"] = [option(hit) for hit in hits]
    elif chosen:
        return _tie(request, concern_id, chosen, context)
    return render(request, "cases/concern/children.html", context)


def _tie(request: Request, concern_id: uuid.UUID, chosen: str, context: dict[str, Any]) -> HttpResponse:
    try:
        person = open_record(by=request.user, person_id=uuid.UUID(chosen))
    except ValueError:
        raise Hidden from None
    worry = context["concern"]
    form = ConcernedChildForm(request.POST if "how_known" in request.POST else None, end=worry.about)
    if form.is_bound and form.is_valid():
        with sending(request, form):
            actions.add_child(
                by=request.user,
                concern_id=concern_id,
                person_id=person.pk,
                how_known=form.cleaned_data["how_known"],
                **form.tie,
            )
            messages.success(request, _("The tie is noted, and stands on the child’s page too."))
            return redirect("concern", concern_id=concern_id)
    return render(request, "cases/concern/children.html", context | {"person": person, "form": form})
