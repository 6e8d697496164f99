"""A mapping meeting at work: the drawing beside the ties, what is said, and which name has no answer yet; and its minutes with the drawing."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May
from heard.cases.panel import actions, queries, rules
from heard.cases.panel.forms import SaidForm, SaidOfNewForm
from heard.cases.panel.views.reading import shown
from heard.cases.panel.words import SECTIONS
from heard.govuk.pdf import as_download, draw_pdf
from heard.graph.drawing.queries import among
from heard.graph.drawing.views import shown as drawn
from heard.network.actions import Knows
from heard.network.queries import sentence
from heard.network.rules import NodeKind
from heard.network.views.tying import tie_form, tied

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.SEE_PANEL)
@_FORM
def mapping(request: Request, meeting_id: uuid.UUID) -> HttpResponse:
    """The names with their answers, the drawing of them beside the ties between them, and what is said, noted as a tie."""
    user = request.user
    this, lines = _opened(user, meeting_id)
    chosen = queries.chosen(user, this)
    names = [
        (label, [panel_item for panel_item in chosen if panel_item.section == section])
        for section, label in SECTIONS.items()
    ]
    items = [panel_item for _label, some in names for panel_item in some]
    why_not = queries.why_not_note_yet(user, this)
    form = kept_form(
        request,
        SaidForm,
        kind="panel.said",
        subject_id=meeting_id,
        items=items,
        **_who_says(user, this),
    )
    if form.is_valid():
        with sending(request, form):
            knows = Knows(**form.knows)
            tie = actions.note_said(by=user, panel_id=meeting_id, knows=knows, **form.answered)
            messages.success(request, _("Noted as said here: %(tie)s.") % {"tie": sentence(user, tie)})
            return redirect("mapping", meeting_id=meeting_id)
    mine, _others = queries.open_names(user, this)
    picture = among(user, this, [key for item in items if (key := item.node_id)])
    context = shown(user, this, lines) | drawn(picture)
    context |= {
        "form": form,
        "items": items,
        "names": names,
        "unanswered": {item.pk for item in mine},
        "said": queries.said_at(user, this),
        "why_not_note": why_not,
        "may_hold": user.may(May.HOLD_PANEL),
        "holds": queries.holds(user, this),
        "may_share": user.may(May.SHARE),
        "ends": list(NodeKind),
    }
    return render(request, "graph/mapping.html", context)


@gate(May.SEE_PANEL)
@_FORM
def said_of_new(request: Request, meeting_id: uuid.UUID, node_id: uuid.UUID, end: str) -> HttpResponse:
    """What is said of one of those that were chosen, and of somebody or something that is not: looked for before it is made anew."""
    user = request.user
    this, _lines = _opened(user, meeting_id)
    item = next(
        (panel_item for panel_item in queries.chosen(user, this) if panel_item.node_id == node_id), None
    )
    if item is None or end not in set(NodeKind):
        raise Hidden
    form, is_sent = tie_form(
        request,
        SaidOfNewForm,
        node_id,
        this=item.about,
        start=item.end,
        end=end,
        kind=f"panel.said.{end}",
        subject_id=item.pk,
        **_who_says(user, this),
    )
    if is_sent:
        with sending(request, form):
            tie = actions.note_said_of_new(
                by=user, panel_id=meeting_id, one_id=node_id, end=end, **tied(form)
            )
            messages.success(request, _noted(user, this, {tie.first_id, tie.second_id}))
            return redirect("mapping", meeting_id=meeting_id)
    context = {
        "form": form,
        "panel": this,
        "this": item.about,
        "end": end,
        "why_not": queries.why_not_note_yet(user, this),
    }
    return render(request, "graph/mapping_said.html", context)


@gate(May.SEE_PANEL, fresh=True, takes_out=True)
@require_safe
def paper(request: Request, meeting_id: uuid.UUID) -> HttpResponse:
    """The minutes with the drawing, for whoever asks for it."""
    user = request.user
    this, lines = _opened(user, meeting_id, verb="print")
    keys = [key for item in queries.chosen(user, this) if (key := item.node_id)]
    picture = among(user, this, keys, leaving=True)
    context = shown(user, this, lines) | drawn(picture)
    context |= {"printed_by": user, "printed_at": timezone.now()}
    context |= {"said": queries.said_at(user, this, leaving=True)}
    return as_download(draw_pdf("graph/mapping_paper.html", context), "mapping-minutes.pdf")


def _opened(user: Any, meeting_id: uuid.UUID, verb: str = "view") -> tuple[Any, list[Any]]:
    if not queries.panel_visible_to(user, meeting_id).is_mapping:
        raise Hidden
    return actions.open_panel(by=user, panel_id=meeting_id, verb=verb)


def _who_says(user: Any, this: Any) -> dict[str, Any]:
    """For the forms of what is said: who is offered, and whose word it counts as."""
    invited = dict.fromkeys(seat.agency.name for seat in this.seats.all())
    return {"invited": list(invited), "agency": user.team.agency.name if user.team else str(user)}


def _noted(user: Any, this: Any, ends: set[uuid.UUID]) -> str:
    """What came of it: whether both ends are on the list now."""
    if ends <= {item.node_id for item in queries.chosen(user, this)}:
        return _("Noted as said here. Both are on the list.")
    if this.state == rules.PanelState.HELD:
        return _("Noted as said here. The meeting is closed, so nobody is put on the list any more.")
    return _(
        "Noted as said here. Twelve children are on the list, so this child is not put there: call another meeting about them."
    )
