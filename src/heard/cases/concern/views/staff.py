"""A worry about somebody who works with children, for the designated officer: to read, and to decide on."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.attachment.queries import attachments_of
from heard.cases.concern import actions, queries, rules
from heard.cases.concern.forms import StaffDecideForm
from heard.cases.concern.views.summary import born, lists
from heard.knowledge import load
from heard.network.queries import people_visible_to


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_worry(request: Request, staff_worry_id: uuid.UUID) -> HttpResponse:
    """To anybody who does not hear of it, it is not there."""
    worry: Any = actions.open_staff_worry(by=request.user, concern_id=staff_worry_id)
    form: Any = None
    if worry.state == rules.State.TOLD:
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
        "seen_by": queries.read_by(request.user, worry),
    }
