"""Proposing another name, date of birth or number to the agency that leads, and deciding on that."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import May
from heard.cases.case.access import actions
from heard.govuk.environment import day
from heard.network import queries
from heard.network.actions import open_record, read_answer
from heard.network.forms.details import DecideProposalForm, ProposeForm
from heard.network.rules import CORE, why_not_decide_proposal, why_not_propose
from heard.network.views.editing import edit

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PER_PAGE = 25


@gate(May.SEE_CHILD)
@require_safe
def proposals(request: Request) -> HttpResponse:
    """What waits for the user's agency, and what became of what they proposed."""
    page = Paginator(queries.proposals_around(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "network/proposals.html", {"page": page})


@gate(May.SEE_CHILD)
@require_safe
def mine(request: Request) -> HttpResponse:
    """What this user proposed, and what became of it."""
    page = Paginator(queries.proposals_by(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "network/proposals_mine.html", {"page": page})


@gate(May.SEE_CHILD)
@require_POST
def read(request: Request, proposal_id: int) -> HttpResponse:
    """They have read the answer, and it waits no longer."""
    with saying_why_not(request):
        read_answer(by=request.user, proposal_id=proposal_id)
        messages.success(request, _("Read: the answer waits no longer on your My work."))
    return redirect("proposals_mine")


@gate(May.SEE_CHILD)
@_FORM
def propose(request: Request, person_id: uuid.UUID) -> HttpResponse:
    person = open_record(by=request.user, person_id=person_id)
    there = reverse("person_details", kwargs={"person_id": person_id})

    def save(typed: dict[str, Any]) -> object:
        values = {name: typed[name] for name in CORE}
        return actions.propose_core(by=request.user, person_id=person_id, values=values, why=typed["why"])

    return edit(
        request,
        ProposeForm,
        kind="person.propose",
        subject_id=person_id,
        title=_("Propose a change"),
        said=_("Sent: whoever leads decides on it. You read the answer on My work."),
        what_for=_(
            "The agency that leads the work with this child changes it, or says why it stays as it is."
        ),
        initial={name: getattr(person, name) for name in CORE},
        done=there,
        back=(there, _("Details of %(name)s") % {"name": person}),
        save=save,
        shown={
            "person": person,
            "why_not": why_not_propose(leads=queries.leads(request.user, person), changes=True, why="later"),
        },
    )


@gate(May.SEE_CHILD)
@_FORM
def proposal(request: Request, proposal_id: int) -> HttpResponse:
    row = queries.proposal_visible_to(request.user, proposal_id)
    person = open_record(by=request.user, person_id=row.person_id)
    decided = row.decided_at is not None
    return edit(
        request,
        DecideProposalForm,
        kind="person.proposal",
        subject_id=uuid.UUID(int=row.pk),
        title=_("Proposed change"),
        said=_("Saved: your decision. Whoever proposed it reads it."),
        what_for=_("Somebody of another agency says that this is wrong."),
        done=reverse("proposal", kwargs={"proposal_id": proposal_id}),
        back=(
            reverse("person_details", kwargs={"person_id": person.pk}),
            _("Details of %(name)s") % {"name": person},
        ),
        save=lambda typed: actions.decide_proposal(by=request.user, proposal_id=proposal_id, **typed),
        template="network/proposal.html",
        shown={
            "person": person,
            "proposal": row,
            "changes": [
                (str(ProposeForm.base_fields[name].label), _shown(getattr(person, name)), value)
                for name, value in row.values.items()
            ],
            "why_not": why_not_decide_proposal(
                leads=queries.leads(request.user, person), decided=decided, accepts=True, answer=""
            ),
        },
    )


def _shown(value: Any) -> str:
    return day(value) if hasattr(value, "isoformat") else str(value or "")
