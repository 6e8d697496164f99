"""Restricting a record, and lifting that."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.case.access import actions
from heard.network import queries
from heard.network.actions import open_record
from heard.network.forms.details import ReasonForm
from heard.network.views.editing import edit


@gate(May.SEE_CHILD, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def restriction(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Closes the record to everybody but the agencies that are involved, or opens it again."""
    person = open_record(by=request.user, person_id=person_id)
    lifting = person.restricted
    act = actions.lift_restriction if lifting else actions.restrict
    there = reverse("person_details", kwargs={"person_id": person.pk})
    return edit(
        request,
        ReasonForm,
        kind="person.lift" if lifting else "person.restrict",
        subject_id=person.pk,
        title=_("Lift the restriction") if lifting else _("Restrict this record"),
        what_for=_("Afterwards the partnership finds and sees this record as any other.")
        if lifting
        else _("Afterwards only the agencies that are involved now can find or open this record."),
        done=there,
        back=(there, _("Details of %(name)s") % {"name": person}),
        save=lambda typed: act(by=request.user, person_id=person_id, **typed),
        shown={"person": person, "why_not": queries.why_not_change_restriction(request.user, person)},
        label=_("Why is it lifted?") if lifting else _("Why is it restricted?"),
    )
