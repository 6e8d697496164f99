"""Places, groups and adults: what they are, who is tied to them, and what has been told and is done about them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.attachment.queries import attachments_of
from heard.cases.concern.queries import concerns_about_group, concerns_about_place, worries_of_context
from heard.cases.concern.queries import steps_visible_to as concern_steps
from heard.cases.context.actions import read_context
from heard.cases.context.queries import (
    assessments_of,
    assessments_that_lost,
    contexts_about,
    earlier_holders,
    earlier_of,
    end_of,
    goals_of,
    guardians_of,
    leads,
    next_step,
    patterns_about,
    reviews_of,
    voices_of,
    why_not_begin_closing,
    why_not_begin_giving,
    why_not_begin_goal,
    why_not_begin_opening,
    why_not_begin_review,
    why_not_correct_voice,
    why_not_note_in,
    why_not_note_of,
    why_not_start_now,
    why_not_take_back,
)
from heard.cases.disruption.actions import open_steps_about
from heard.cases.disruption.queries import (
    context_steps_of,
    may_write_of_power,
    why_not_begin_in_context,
    with_grounds,
)
from heard.cases.panel.queries import conferences_of, done_about
from heard.cases.panel.rules import why_not_confer
from heard.cases.stage.forms import SETTINGS
from heard.govuk.environment import day
from heard.network.actions import open_node, open_record
from heard.network.headings import in_parts
from heard.network.queries import addresses_of, also_called, groups_visible_to, places_visible_to, web
from heard.services.law.queries import checks_of_powers

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet

    from heard.agencies.models import User

_ROWS = 50  # places or groups on one page
_ON_PAPER = 3  # goals, and twice as many days, on the one page that is printed of a context
_VOICES = 5  # of young people, on the page of a context
_DECISIONS = 10  # of panels, on the page of whom or what they are about
_WORRIES = 25  # worries about one of them, or files with it, on its page


@gate(May.SEE_CHILD)
@require_safe
def places(request: Request) -> HttpResponse:
    shown = {
        "page": _page(request, places_visible_to(request.user)),
        "may_merge": request.user.may(May.MERGE),
        "sees_whole": request.user.may(May.SEE_PARTNERSHIP),
    }
    return render(request, "home/places.html", shown)


@gate(May.SEE_CHILD)
@require_safe
def groups(request: Request) -> HttpResponse:
    shown = {
        "page": _page(request, groups_visible_to(request.user)),
        "may_merge": request.user.may(May.MERGE),
        "sees_whole": request.user.may(May.SEE_PARTNERSHIP),
    }
    return render(request, "home/groups.html", shown)


@gate(May.SEE_CHILD)
@require_safe
def place(request: Request, place_id: uuid.UUID) -> HttpResponse:
    this, ties, door = open_node(by=request.user, kind="place", node_id=place_id, page=_number(request))
    is_home = bool(door.homes([this]))
    return render(
        request,
        "home/place.html",
        {
            "place": this,
            "also": also_called(request.user, "place", place_id),
            "may_merge": request.user.may(May.MERGE),
            "is_home": is_home,
            "ties": ties,
            "parts": in_parts(ties),
            "worries": _some(request, "worries", concerns_about_place(request.user, place_id)),
            "files": _some(request, "files", _files(request, place_id=place_id)),
            **_contexts(request, "place", place_id),
            **_patterns(request.user, "place", place_id, why_not_note_of(request.user, lives_there=is_home)),
            **_steps(request, "place", place_id),
        },
    )


@gate(May.SEE_CHILD)
@require_safe
def group(request: Request, group_id: uuid.UUID) -> HttpResponse:
    this, ties, _door = open_node(by=request.user, kind="group", node_id=group_id, page=_number(request))
    return render(
        request,
        "home/group.html",
        {
            "group": this,
            "also": also_called(request.user, "group", group_id),
            "may_merge": request.user.may(May.MERGE),
            "ties": ties,
            "parts": in_parts(ties),
            "worries": _some(request, "worries", concerns_about_group(request.user, group_id)),
            "files": _some(request, "files", _files(request, group_id=group_id)),
            **_contexts(request, "group", group_id),
            **_patterns(request.user, "group", group_id, why_not_note_of(request.user)),
            **_steps(request, "group", group_id),
        },
    )


@gate(May.SEE_CHILD)
@require_safe
def adult(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """An adult around a child. A child has a page of their own."""
    person = open_record(by=request.user, person_id=person_id)
    if person.kind == "child":
        return redirect("child", person_id=person.pk)
    context = {
        "person": person,
        "parts": in_parts(web(request.user).around(person_id)),
        "other_names": list(person.other_names.all()),
        "addresses": addresses_of(request.user, person_id),
        **_steps(request, "person", person_id),
    }
    return render(request, "home/adult.html", context)


@gate(May.SEE_CHILD)
@require_safe
def context(request: Request, context_id: uuid.UUID) -> HttpResponse:
    """What young people say first, then what is known and done."""
    user = request.user
    this = read_context(by=user, context_id=context_id)
    voices = _some(request, "voices", voices_of(user, context_id), _VOICES)
    steps = with_grounds(user, context_steps_of(user, context_id))
    guardians, end = list(guardians_of(user, context_id)), end_of(user, context_id)
    conferences = list(conferences_of(user, context_id)[:_VOICES])
    return render(
        request,
        "home/context.html",
        {
            "this": this,
            "node_href": reverse(this.end, kwargs={f"{this.end}_id": this.node_id}),
            "voices": voices,
            "worries": _some(request, "worries", worries_of_context(user, context_id)),
            "earlier": list(earlier_holders(user, context_id)[:_WORRIES]),
            "leads": leads(user, this),
            "reader": user,
            "plans_in": user.agencies_where(May.PLAN),
            "next_step": next_step(user, this),
            "may_correct": user.may(May.DECIDE) and this.is_open,
            "may_take_back": not why_not_take_back(user, this),
            "may_correct_voices": [
                voice.pk
                for voice in voices
                if user.may(May.ASSESS) and not why_not_correct_voice(user, voice, this)
            ],
            "put_right": _put_right(user, this),
            "may_assess": user.may(May.ASSESS),
            "assessments": list(assessments_of(user, context_id)[:_WORRIES]),
            "lost": assessments_that_lost(user, context_id),
            "why_not_start": why_not_start_now(user, this),
            "may_plan": user.may(May.PLAN),
            **_patterns(user, "context", context_id, why_not_note_in(user, this)),
            "goals": list(goals_of(user, context_id)),
            "why_not_goal": why_not_begin_goal(user, this),
            "guardians": guardians,
            "steps": steps,
            "checked": checks_of_powers(user),
            "why_not_step": why_not_begin_in_context(user, this),
            "today": timezone.localdate(),
            "reviews": _some(request, "reviews", reviews_of(user, context_id), _VOICES),
            "conferences": conferences,
            "why_not_confer": why_not_confer(is_open=this.is_open),
            "may_hold_panel": user.may(May.HOLD_PANEL),
            "end": end,
            "watching": [guardian for guardian in guardians if guardian.answer == "yes"],
            "coming": _coming(this, steps, guardians, conferences, end),
            "paper_most": _ON_PAPER,
            "may_review": user.may(May.REVIEW),
            "may_close": user.may(May.DECIDE),
            "why_not_review": why_not_begin_review(user, this),
            "why_not_close": why_not_begin_closing(user, this),
            "may_give": not why_not_begin_giving(user, this),
        },
    )


@dataclass(frozen=True)
class Coming:
    """What has a day in the work on a context, and who does it."""

    on: date
    what: str
    who: object = ""


def _coming(this: Any, steps: Any, guardians: Any, conferences: Any, end: Any) -> list[Coming]:
    """First what is due first."""
    found = [
        Coming(step.due_on, step.what, step.owner or step.agency) for step in steps if step.state == "open"
    ]
    found += [
        Coming(guardian.look_again_on, _("Ask %(who)s again") % {"who": guardian.who}, guardian.asked_by)
        for guardian in guardians
        if guardian.answer != "ended" and guardian.look_again_on
    ]
    found += [
        Coming(timezone.localdate(conference.starts_at), _("Conference about it"), conference.chair)
        for conference in conferences
        if conference.state == "planned"
    ]
    if this.is_open and this.review_on:
        found.append(Coming(this.review_on, _("Look at the goals together"), this.held_by))
    if end and not end.looked_at:
        found.append(Coming(end.look_again_on, _("Look again: did harm move?"), this.held_by))
    return sorted((coming for coming in found if coming.on), key=lambda coming: coming.on)


@dataclass(frozen=True)
class PutRight:
    """How something read before: of what, the row that keeps it, and what stood there."""

    what: str
    row: Any
    said: str


def _put_right(user: User, this: Any) -> list[PutRight]:
    of = {
        "context": _("The setting, or why it was opened"),
        "voice": _("What young people say"),
        "goal": _("A goal"),
        "guardian": _("Who watches over it"),
    }
    rows = earlier_of(user, this.pk)[:_WORRIES]
    return [
        PutRight(of[earlier.about], earlier, "\n".join(filter(None, earlier.said.values())))
        for earlier in rows
    ]


@dataclass(frozen=True)
class Step:
    """A step about a place, group or adult, of whatever it is a part: `part_of` says of what, `href` leads there. `step`: with its power, of which
    the reader may write with `may_write`. `decided_on`: of a panel that decided it, its day."""

    what: str
    part_of: str
    href: str
    who: str
    due_on: date | None
    state: str
    is_open: bool
    note: str = ""
    step: Any = None
    may_write: bool = False
    decided_on: date | None = None


def _steps(request: Request, end: str, node_id: uuid.UUID) -> dict[str, Any]:
    """Every step about a place, group or adult that the reader may see: of its contexts, of cases of children, of worries and of panels,
    with what panels decided; what is to do first, by day, and decisions last, the latest first. And what was said of the texts of powers, and how
    many decisions there are before these."""
    user = request.user
    found = [_disruption(step, user) for step in open_steps_about(by=user, **{end: node_id})]
    told = concern_steps(user).filter(**{f"concern__{end}": node_id}) if end != "person" else ()
    found += [
        _row(
            step,
            _("Worry %(reference)s") % {"reference": step.concern.reference},
            "concern_step",
            step.concern_id,
        )
        for step in told
    ]
    actions, decisions = done_about(user, **{end: node_id})
    found += [_row(action, _("Decided at a panel"), "panel_action", action.pk) for action in actions]
    shown: list[Any] = list(decisions[:_DECISIONS].prefetch_related("rests_on__source"))
    found += [_decision(one) for one in shown]
    steps = sorted(found, key=_in_order)
    earlier = shown[0].of_all - len(shown) if shown else 0
    return {"steps": steps, "checked": checks_of_powers(user), "earlier": earlier}


def _in_order(step: Step) -> tuple[bool, int, str]:
    last_first = -step.decided_on.toordinal() if step.decided_on else 0
    return (
        not step.is_open,
        step.due_on.toordinal() if step.due_on else date.max.toordinal() + last_first,
        step.what,
    )


def _decision(one: Any) -> Step:
    on = timezone.localdate(one.panel.starts_at)
    part_of = _("%(kind)s of %(date)s") % {"kind": one.panel.get_kind_display(), "date": day(on)}
    note = "\n".join(
        filter(None, (one.reason, _("One of its grounds was withdrawn.") if one.lost_a_ground else ""))
    )
    return Step(
        one.decision, part_of, reverse("panel_item", args=[one.pk]), str(one.decided_by), None, _("Decided"), False, note,
        decided_on=on,
    )  # fmt: skip


def _disruption(one: Any, user: User) -> Step:
    if one.context_id:
        part_of = _("Context %(reference)s: %(goal)s") % {
            "reference": one.context.reference,
            "goal": one.goal,
        }
        return _row(one, part_of, "context", one.context_id, one, may_write=may_write_of_power(user, one))
    may_write = may_write_of_power(user, one)
    return _row(one, _("The case of a child"), "disruption", one.case_id, one, may_write=may_write)


def _row(
    one: Any, part_of: str, address: str, key: Any, step: Any = None, *, may_write: bool = False
) -> Step:
    who = ", ".join(str(some) for some in (one.owner, getattr(one, "agency", None)) if some)
    state = one.get_state_display()
    return Step(
        one.what, part_of, reverse(address, args=[key]), who, one.due_on, state, one.state == "open", one.note, step, may_write
    )  # fmt: skip


def _patterns(user: User, end: str, about_id: uuid.UUID, why_not: str | None) -> dict[str, Any]:
    """Patterns of exploitation that were noted, and whether another may be, or `why_not`."""
    notes = user.may(May.ASSESS)
    return {
        "patterns": patterns_about(user, end, about_id),
        "note_at": reverse(f"pattern_of_{end}", kwargs={f"{end}_id": about_id}) if notes else "",
        "why_not_note": why_not if notes else None,
        "settings": SETTINGS,
    }


def _contexts(request: Request, end: str, node_id: uuid.UUID) -> dict[str, Any]:
    """Work on a place or group, and whether one may be opened."""
    user, key = request.user, {f"{end}_id": node_id}
    opens = user.may(May.DECIDE)
    return {
        "contexts": list(contexts_about(user, **key)[:_WORRIES]),
        "open_at": reverse(f"context_of_{end}", kwargs=key) if opens else "",
        "why_not_open": why_not_begin_opening(user, end, node_id) if opens else None,
    }


def _files(request: Request, **about: uuid.UUID) -> QuerySet[Any]:
    return attachments_of(request.user, **about).order_by("-attached_at", "pk")


def _some(request: Request, name: str, rows: QuerySet[Any], at_once: int = _WORRIES) -> Any:
    """A page of worries or files; each is turned by its own name, and so are the ties beside them."""
    return Paginator(rows, at_once).get_page(request.GET.get(name))


def _page(request: Request, rows: QuerySet[Any]) -> Any:
    return Paginator(rows, _ROWS).get_page(request.GET.get("page"))


def _number(request: Request) -> int:
    """Of the page that was asked for; whatever is no number is the first."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 1
