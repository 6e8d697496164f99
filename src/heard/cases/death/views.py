"""The page on which it is recorded that a child has died, and put right."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.death import actions, queries
from heard.cases.death.forms import CorrectDeathForm, DeathForm
from heard.network.actions import open_record

_SAID = ("died_on", "about_when", "who_said", "who_is_told")


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def death(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """What is recorded, with what was recorded before; and the form for who may record it or put it right."""
    user = request.user
    person = open_record(by=user, person_id=person_id)
    versions = actions.open_death(by=user, person_id=person_id)
    stands = next((version for version in versions if version.stands), None)
    form = _form(request, person_id, stands) if queries.leads(user, person_id) else None
    if form is not None and form.is_valid():
        with sending(request, form):
            act: Any = actions.correct_death if stands else actions.record_death
            act(by=user, person_id=person_id, **form.recorded)
            messages.success(request, _("Saved. Everybody who has to know is told now."))
            return redirect("child", person_id=person_id)
    context = {
        "person": person,
        "stands": stands,
        "before": [version for version in versions if version != stands],
        "form": form,
    }
    return render(request, "cases/death/death.html", context)


def _form(request: Request, person_id: uuid.UUID, stands: Any) -> Any:
    if stands is None:
        return kept_form(request, DeathForm, kind="death.record", subject_id=person_id)
    begin = {name: getattr(stands, name) for name in _SAID}
    return kept_form(request, CorrectDeathForm, kind="death.correct", subject_id=person_id, initial=begin)
