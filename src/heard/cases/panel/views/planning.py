"""Planning a panel, inviting to it, preparing its agenda."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import gate, said_with_next, saying_why_not
from heard.agencies.rules import Hidden, May
from heard.cases.context.queries import context_visible_to
from heard.cases.panel import actions, queries, rules
from heard.cases.panel.forms import AgendaForm, InviteForm, PanelForm, ThemeForm
from heard.cases.panel.rules import MeetingKind
from heard.cases.panel.views.reading import shown
from heard.network.queries import find_described, find_groups, find_places
from heard.network.rules import read_box
from heard.network.words import why_alike


@gate(May.HOLD_PANEL)
def plan(request: HttpRequest) -> HttpResponse:
    return _plan(request, "panel.plan", _("Plan a panel"))


@gate(May.HOLD_PANEL)
def plan_mapping(request: HttpRequest) -> HttpResponse:
    """Why it is held, and who will use it, first."""
    return _plan(request, "panel.mapping", _("Call a mapping meeting"), kind=MeetingKind.MAPPING.value)


@gate(May.HOLD_PANEL)
def plan_conference(request: HttpRequest, context_id: uuid.UUID) -> HttpResponse:
    """About the place or group of one context."""
    this = context_visible_to(request.user, context_id)  # type: ignore[arg-type]
    title = _("Call a conference about %(whom)s") % {"whom": this.whom}
    return _plan(
        request,
        "panel.conference",
        title,
        kind=MeetingKind.CONFERENCE.value,
        context=this,
        why_not=rules.why_not_confer(is_open=this.is_open),
    )


def _plan(
    request: HttpRequest,
    form_kind: str,
    title: str,
    *,
    kind: str = MeetingKind.PANEL.value,
    context: Any = None,
    why_not: str | None = None,
) -> HttpResponse:
    user: Any = request.user
    agencies = queries.agencies_to_choose(user)
    invited = [key for key, _name in agencies] if context is None or context.is_public else []
    form = kept_form(
        request,
        PanelForm,
        kind=form_kind,
        subject_id=context and context.pk,
        suggested={"chair": str(user.pk), "agencies": invited},
        chairs=queries.who_can_chair(user),
        agencies=agencies,
        asks_why=kind != MeetingKind.PANEL,
    )
    if form.is_valid():
        with sending(request, form):
            made = actions.plan_panel(by=user, kind=kind, context_id=context and context.pk, **form.answered)
            if context:
                messages.success(request, _("Saved: the conference."))
                return redirect("panel", panel_id=made.pk)
            step, page = (
                (_("Choose whom and what it is about"), "panel_add")
                if kind != MeetingKind.PANEL
                else (_("Draw the agenda from the record"), "panel_prepare")
            )
            said_with_next(request, _("Saved: the meeting."), step=step, href=reverse(page, args=[made.pk]))
            return redirect("panel_add" if made.is_mapping else "panel", panel_id=made.pk)
    shown = {"form": form, "title": title, "panel": None, "context": context, "why_not": why_not}
    return render(request, "cases/panel/plan.html", shown)


@gate(May.HOLD_PANEL)
def change(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = queries.panel_visible_to(user, panel_id)
    starts = timezone.localtime(this.starts_at)
    why = {"purpose": this.purpose, "used_by": this.used_by}
    asks_why = this.kind != MeetingKind.PANEL and not this.has_begun
    now = {"on": starts.date(), "at": f"{starts:%H:%M}", "place": this.place, "chair": str(this.chair_id)}
    chairs = queries.who_can_chair(user, {seat.agency_id for seat in this.seats.all()})
    form = kept_form(
        request,
        PanelForm,
        kind="panel.change",
        subject_id=panel_id,
        initial=now | (why if asks_why else {}),
        chairs=chairs,
        asks_why=asks_why,
    )
    if form.is_valid():
        with sending(request, form):
            actions.change_panel(by=user, panel_id=panel_id, **(why | form.answered))
            messages.success(request, _("Saved: day, place and chair."))
            return redirect("panel", panel_id=panel_id)
    context = {
        "form": form,
        "title": _("Change why it is held, day, place or chair")
        if asks_why
        else _("Change day, place or chair"),
        "panel": this,
        "context": None,
        "why_not": _why_not(user, this),
    }
    return render(request, "cases/panel/plan.html", context)


@gate(May.HOLD_PANEL)
def invitations(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """Who is invited: an agency, or one of its people by name."""
    user: Any = request.user
    this = queries.panel_visible_to(user, panel_id)
    if request.method == "POST" and "take_back" in request.POST:
        actions.uninvite(by=user, panel_id=panel_id, seats=[read_number(request.POST["take_back"])])
        messages.success(request, _("Taken back: the invitation."))
        return redirect("panel_invitations", panel_id=panel_id)
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        agencies=queries.agencies_to_choose(user),
        people=queries.who_can_come(user),
    )
    if form.is_valid():
        with sending(request, form):
            actions.invite(by=user, panel_id=panel_id, **form.answered)
            said_with_next(
                request,
                _("Saved: who is invited."),
                step=_("Prepare the agenda"),
                href=reverse("panel_prepare", args=[panel_id]),
            )
            return redirect("panel_invitations", panel_id=panel_id)
    context = {"panel": this, "seats": list(this.seats.all()), "form": form, "why_not": _why_not(user, this)}
    return render(request, "cases/panel/invitations.html", context)


@gate(May.HOLD_PANEL)
def prepare(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """Drawing the agenda from the record is a button; order, minutes, and what comes off or back is a form."""
    user: Any = request.user
    if request.method == "POST" and "draw" in request.POST:
        actions.prepare_panel(by=user, panel_id=panel_id)
        said_with_next(
            request,
            _("The agenda is drawn from the record as it is now. What you had written is still there."),
            step=_("Look at who is invited"),
            href=reverse("panel_invitations", args=[panel_id]),
        )
        return redirect("panel_prepare", panel_id=panel_id)
    this, lines = actions.open_panel(by=user, panel_id=panel_id)
    off = list(queries.taken_off(user, this))
    items = [line.item for line in lines if line.item]
    form = kept_form(
        request,
        AgendaForm,
        kind="panel.agenda",
        subject_id=panel_id,
        suggested={"off": request.GET.getlist("off")},
        items=items,
        off=off,
    )
    if form.is_valid():
        with sending(request, form):
            actions.arrange_agenda(by=user, panel_id=panel_id, **form.answered)
            messages.success(request, _arranged(form))
            return redirect(reverse("panel_prepare", kwargs={"panel_id": panel_id}) + _still_ticked(form))
    context = shown(user, this, lines, with_why=True) | {
        "form": form,
        "since": queries.since_of(user, this),
        "last": queries.held_before(user, this),
        "why_not": _why_not(user, this),
        "why_not_draw": rules.why_not_prepare(kind=this.kind),
        "has_items": bool(items),
    }
    return render(request, "cases/panel/prepare.html", context)


def _arranged(form: AgendaForm) -> str:
    off = len(form.cleaned_data["off"])
    if off and not form.moved:
        return ngettext("Taken off the agenda: %(num)s.", "Taken off the agenda: %(num)s.", off) % {
            "num": off
        }
    return _("Saved: the agenda as you put it.")


def _still_ticked(form: AgendaForm) -> str:
    """After a button moved an item: what is ticked to come off, and where that item stands."""
    if not form.moved:
        return ""
    ticked = urlencode({"off": form.cleaned_data["off"]}, doseq=True)
    return f"?{ticked}#item-{form.moved}" if ticked else f"#item-{form.moved}"


@gate(May.HOLD_PANEL)
def add(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """Somebody, a place or a group that is found by name; or a theme in a few words."""
    user: Any = request.user
    this = queries.panel_visible_to(user, panel_id)
    if request.method == "POST" and "end" in request.POST:
        end_id = read_key(request.POST.get("end_id", ""))
        with saying_why_not(request):
            item = actions.add_item(by=user, panel_id=panel_id, end=request.POST["end"], end_id=end_id)
            if this.is_mapping:
                messages.success(request, _("Chosen: %(name)s.") % {"name": item.about})
        return redirect("panel_add" if this.is_mapping else "panel_prepare", panel_id=panel_id)
    text = request.POST.get("text", "").strip()[:160]
    form = kept_form(request, ThemeForm, kind="panel.theme", subject_id=panel_id) if not text else ThemeForm()
    if form.is_valid():
        with sending(request, form):
            actions.add_item(by=user, panel_id=panel_id, title=form.cleaned_data["title"])
            return redirect("panel_prepare", panel_id=panel_id)
    beside, more = queries.handles_beside(user, this, text) if this.is_mapping else ([], False)
    context = {
        "panel": this,
        "form": form,
        "text": text,
        "found": _found(user, text) if not this.is_conference else [],
        "why_not": _why_not(user, this),
        "chosen": queries.chosen(user, this) if this.is_mapping else [],
        "beside": beside,
        "more_beside": more,
        "most": rules.MOST_CHILDREN,
    }
    return render(request, "cases/panel/add.html", context)


@gate(May.HOLD_PANEL)
@require_POST
def agree(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """The minutes are agreed at a later panel."""
    user: Any = request.user
    later = read_key(request.POST.get("in_panel", ""))
    with saying_why_not(request):
        actions.agree_minutes(by=user, panel_id=panel_id, in_panel_id=later)
        messages.success(request, _("The minutes are agreed. They do not change any more."))
    return redirect("panel_minutes", panel_id=panel_id)


def _why_not(user: Any, this: Any) -> str | None:
    return rules.why_not_change(may_hold=user.may(May.HOLD_PANEL), state=this.state)


def _found(user: Any, text: str) -> list[tuple[str, str, str, str]]:
    """(end, key, name, why it was found) of those who may be meant, whom the user may open."""
    if not text:
        return []
    people = find_described(user, read_box(text), kinds=("child", "adult"))
    hits = [
        ("person", str(hit.person_id), hit.name, why_alike(hit.reasons)) for hit in people if hit.may_open
    ]
    for end, likely in (("place", find_places(user, name=text)), ("group", find_groups(user, name=text))):
        hits += [(end, str(likeness.id), likeness.name, why_alike(likeness.why)) for likeness in likely]
    return hits


def read_key(text: str) -> uuid.UUID:
    """A key that a form of ours sent, or `Hidden`."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Hidden from None


def read_number(text: str) -> int:
    """The number of a row that a form of ours sent; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
