"""The page on which a child gets a trusted worker, with everybody who was that before."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.gate import gate
from heard.agencies.kept import kept_form, sent
from heard.agencies.rules import May, Refused
from heard.cases.case import actions, queries
from heard.cases.case.forms import TrustedWorkerForm
from heard.network.actions import open_record


@gate(May.SEE_CHILD)
def trusted_worker(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Whoever sees the child sees the chain; who decides names somebody."""
    user: Any = request.user
    case = queries.case_visible_to(user, case_id)
    person = open_record(by=user, person_id=case.person_id)
    form = kept_form(
        request,
        TrustedWorkerForm,
        kind="trusted-worker",
        subject_id=case_id,
        suggested={"since": timezone.localdate()},
        people=queries.who_can_be_trusted_worker(user, case.person_id),
        is_change=case.trusted_worker_id is not None,
    )
    why_not = queries.why_not_name(user, case)
    if request.method == "POST" and not why_not and form.is_valid():
        try:
            actions.assign_trusted_worker(by=user, case_id=case_id, **form.answered)
            sent(request, form)
            messages.success(request, _("Written down. Tell the child."))
            return redirect("trusted_worker", case_id=case_id)
        except Refused as refused:
            form.add_error(None, _(str(refused)))
    context = {
        "case": case,
        "person": person,
        "form": form,
        "chain": list(queries.chain_of(user, case_id)),
        "words": queries.words_of(user, case.person_id).first(),
        "why_not": why_not,
    }
    return render(request, "cases/case/trusted_worker.html", context)
