"""Panels past and to come, one panel with its agenda, the minutes, and what people do because of panels."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from heard.agencies.gate import gate
from heard.agencies.rules import May
from heard.cases.panel import actions, queries
from heard.cases.panel.rules import MeetingKind
from heard.cases.panel.words import SECTIONS, tied_words, why_on_agenda
from heard.govuk.pdf import as_download, draw_pdf

ON_A_PAGE = 25
TO_COME = 10  # beside the list of those held


@gate(May.SEE_PANEL)
@require_safe
def panels(request: HttpRequest) -> HttpResponse:
    """Those to come, the next first, and those that were held, the latest first."""
    user: Any = request.user
    context = {
        "to_come": list(queries.panels_to_come(user)[:TO_COME]),
        "page": Paginator(queries.panels_held(user), ON_A_PAGE).get_page(request.GET.get("page")),
        "may_hold": user.may(May.HOLD_PANEL),
        "may_plan": user.may(May.PLAN),
    }
    return render(request, "cases/panel/panels.html", context)


@gate(May.SEE_PANEL)
@require_safe
def panel(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """The agenda as this reader sees it, and how earlier actions stand."""
    user: Any = request.user
    this, lines = actions.open_panel(by=user, panel_id=panel_id)
    earlier = _with_state(queries.earlier_actions(user, this)[: ON_A_PAGE + 1])
    context = shown(user, this, lines, with_why=True) | {
        "may_hold": user.may(May.HOLD_PANEL),
        "holds": queries.holds(user, this),
        "may_plan": user.may(May.PLAN),
        "why_not_take_chair": queries.why_not_take_chair(user, this),
        "earlier": earlier[:ON_A_PAGE],
        "more_earlier": len(earlier) > ON_A_PAGE,
        "last": queries.held_before(user, this),
        "sent": queries.sent_for_items(user, this, [line.item for line in lines if line.item]),
        "looked": queries.looked_at(user, this),
    }
    return render(request, "cases/panel/panel.html", context)


@gate(May.SEE_PANEL)
@require_safe
def minutes(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """Who came, what was decided and why, and who does what: as far as this reader may see it."""
    user: Any = request.user
    this, lines = actions.open_panel(by=user, panel_id=panel_id)
    later = queries.panels_visible_to(user).filter(starts_at__gt=this.starts_at).order_by("starts_at")
    later = later.filter(kind__in={this.kind, MeetingKind.PANEL})
    now = timezone.now()
    context = shown(user, this, lines) | {
        "may_hold": user.may(May.HOLD_PANEL),
        "may_plan": user.may(May.PLAN),
        "later": list(later.filter(starts_at__lte=now)[:TO_COME]) if user.may(May.HOLD_PANEL) else [],
        "next": later.filter(starts_at__gt=now).first() if user.may(May.HOLD_PANEL) else None,
        "said": queries.said_at(user, this) if this.is_mapping else [],
    }
    return render(request, "cases/panel/minutes.html", context)


@gate(May.SEE_PANEL, fresh=True, takes_out=True)
@require_safe
def minutes_paper(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this, lines = actions.open_panel(by=user, panel_id=panel_id, verb="print")
    context = shown(user, this, lines) | {"printed_by": user, "printed_at": timezone.now()}
    context |= {"said": queries.said_at(user, this, leaving=True) if this.is_mapping else []}
    return as_download(draw_pdf("cases/panel/minutes_paper.html", context), "panel-minutes.pdf")


@gate(May.SEE_PANEL)
@require_safe
def panel_actions(request: HttpRequest) -> HttpResponse:
    """What panels decided that somebody does, wherever it lives; the latest due first."""
    user: Any = request.user
    rows = queries.panel_actions_visible_to(user).order_by("-due_on", "pk")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _with_state(page.object_list),
        "may_hold": user.may(May.HOLD_PANEL),
    }
    return render(request, "cases/panel/actions.html", context)


def shown(user: Any, this: Any, lines: list[Any], *, with_why: bool = False) -> dict[str, Any]:
    """What every page with an agenda shows. For what `open_panel` gave. `with_why`: and why each item is on it, as the record stands now."""
    items = [line.item for line in lines if line.item and with_why]
    why = queries.reasons_of(user, this, items)
    rows = [_row(line, why.get(line.item.pk, []) if line.item else []) for line in lines]
    seats = list(this.seats.all())
    return {
        "panel": this,
        "sections": [
            (section.value, label, [row for row in rows if row["line"].section == section])
            for section, label in SECTIONS.items()
        ],
        "seats": seats,
        "missing": [seat for seat in seats if seat.came in ("apologies", "absent")],
        "corrections": [correction for correction in this.corrections.all() if correction.item_id is None],
        "total_minutes": sum(line.minutes or 0 for line in lines),
        "hidden": sum(line.item is None for line in lines),
        "today": timezone.localdate(),
        "has_begun": this.has_begun,
        "day_has_come": timezone.localdate(this.starts_at) <= timezone.localdate(),
    }


def _row(line: Any, why: list[Any]) -> dict[str, Any]:
    item = line.item
    if item is None:
        return {"line": line, "item": None, "why": [], "tied": ""}
    on_the_map = (item.place_id or item.group_id) and item.panel.kind == MeetingKind.PANEL
    return {
        "is_answered": item.decided_at is not None or bool(line.actions),
        "line": line,
        "item": item,
        "why": why_on_agenda(item, why, short=True),
        "tied": tied_words(line.tied) if on_the_map else "",
        "dissents": list(item.dissents.all()),
        "corrections": list(item.corrections.all()),
    }


def _with_state(rows: Iterable[Any]) -> list[tuple[Any, Any]]:
    today = timezone.localdate()
    return [(row, queries.stands(row, today)) for row in rows]
