"""A worry about somebody who works with children, for whoever hears of it: to read, and to decide on."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.attachment.queries import attachments_of
from heard.cases.concern import actions, queries, rules
from heard.cases.concern.forms import PassToOfficerForm, StaffDecideForm
from heard.cases.concern.views.summary import born, lists
from heard.knowledge import load
from heard.network.queries import people_visible_to


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_worry(request: Request, staff_worry_id: uuid.UUID) -> HttpResponse:
    """To anybody who does not hear of it, it is not there."""
    worry: Any = actions.open_staff_worry(by=request.user, concern_id=staff_worry_id)
    form: Any = None
    if worry.state == rules.ConcernState.TOLD:
        form = kept_form(
            request,
            StaffDecideForm,
            kind="worry.staff",
            subject_id=worry.pk,
            told_it=worry.told_by_id == request.user.pk,
            user=worry.staff.user if worry.person_id else None,
        )
        if form.is_valid():
            with sending(request, form):
                actions.decide_on_staff(by=request.user, concern_id=staff_worry_id, **form.decided)
                messages.success(request, _("Decision recorded."))
                return redirect("staff_worry", staff_worry_id=staff_worry_id)
    return render(request, "cases/concern/staff_worry.html", _shown(request, worry) | {"form": form})


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def about_staff(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """Whoever decides on a worry says that it is about somebody who works with children."""
    worry = get_object_or_404(queries.decidable_by(request.user), pk=concern_id)
    if worry.state == rules.ConcernState.DECIDED:
        return redirect("concern", concern_id=concern_id)
    actions.open_concern(by=request.user, concern_id=concern_id)
    people = queries.who_uses_heard(request.user)
    form: Any = kept_form(
        request, PassToOfficerForm, kind="worry.about-staff", subject_id=concern_id, people=people
    )
    if form.is_valid():
        staff = actions.AboutStaff(form.cleaned_data["who"], form.chosen)
        with sending(request, form):
            actions.pass_to_officer(by=request.user, concern_id=concern_id, staff=staff)
            messages.success(request, _("Passed on, as a worry about somebody who works with children."))
            return redirect("concerns")
    return render(request, "cases/concern/about_staff.html", {"concern": worry, "form": form})


def _shown(request: Request, worry: Any) -> dict[str, Any]:
    release = load.release(worry.release)
    signs, vulnerabilities = lists(list(worry.observations.all()), release)
    visible = people_visible_to(request.user).filter(pk=worry.person_id)
    return {
        "concern": worry,
        "staff": worry.staff,
        "born": born(worry.person.birth_date) if worry.person else "",
        "signs": signs,
        "vulnerabilities": vulnerabilities,
        "files": attachments_of(request.user, concern_id=worry.pk),
        "may_open_child": worry.person_id is not None and visible.exists(),
        "clock": load.current().clock(rules.CLOCK),
        "days_left": (worry.due_on - timezone.localdate()).days,
        "still_their_worker": queries.still_their_worker(request.user, worry),
        "seen_by": queries.read_by(request.user, worry),
    }
