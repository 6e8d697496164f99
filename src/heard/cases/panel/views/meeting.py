"""At the meeting: who came, and one item with what is known, what is said, what is decided and who does what."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from heard.agencies.drafts.forms import keep, kept_form, sending, sheet_of
from heard.agencies.gate import Request, done_at_once, gate, said_with_next, saying_why_not, taken_back
from heard.agencies.queries import last_change
from heard.agencies.rules import Hidden, May
from heard.cases.case.notices.lines import NOBODY_ACTS
from heard.cases.case.notices.queries import nobody_acts
from heard.cases.case.queries import not_heard_beside, who_can_do, why_not_after_death, words_of
from heard.cases.case.rules import language_hints
from heard.cases.case.turn import local_procedures
from heard.cases.panel import actions, queries, rules
from heard.cases.panel.forms import (
    ActionForm,
    AttendanceForm,
    ChildDecisionForm,
    ChildNothingForm,
    CorrectionForm,
    DecisionForm,
    DissentForm,
    FinishForm,
    InvolveForm,
    LearntForm,
    NotesForm,
    NothingForm,
)
from heard.cases.panel.forms.meeting import PANEL
from heard.cases.panel.views.planning import read_number
from heard.cases.panel.words import SECTIONS, tied_words, why_on_agenda
from heard.cases.stage.forms import GroundsForm, PutOffForm, RestingForm
from heard.cases.stage.rules import Now
from heard.cases.words.forms import typed_view
from heard.govuk.environment import day
from heard.network.queries import (
    Whom,
    children_tied,
    involvements_of,
    named_in,
    parts_of_agencies,
    postcodes_to_place,
    unnamed_in,
)
from heard.network.queries import to_keep as find_to_keep
from heard.network.views.editing import keep_page


@gate(May.CHAIR_PANEL)
def hold(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """Who came, and that the panel was held."""
    user: Any = request.user
    this = queries.panel_visible_to(user, panel_id)
    form = kept_form(
        request, AttendanceForm, kind="panel.hold", subject_id=panel_id, seats=list(this.seats.all())
    )
    if form.is_valid():
        with sending(request, form):
            actions.hold_panel(by=user, panel_id=panel_id, came=form.came)
            closed = (
                _("The meeting is closed.") if this.is_mapping else _("The panel is written down as held.")
            )
            messages.success(request, closed)
            return redirect("panel_minutes", panel_id=panel_id)
    why_not = rules.why_not_hold(
        may_hold=queries.holds(user, this),
        state=this.state,
        day=timezone.localdate(this.starts_at),
        today=timezone.localdate(),
        came=[],
        instead=[],
    )
    mine, others = queries.open_names(user, this)
    why_not = why_not or rules.why_not_close(open_to_closer=len(mine), others_open=others)
    today = this.has_begun
    context = {"panel": this, "form": form, "why_not": why_not, "unanswered": mine, "may_close_today": today}
    return render(request, "cases/panel/hold.html", context)


@gate(May.CHAIR_PANEL)
@require_POST
def chair(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """Takes the chair in place of whoever was to chair it."""
    user: Any = request.user
    before = queries.panel_visible_to(user, panel_id).in_the_chair
    with saying_why_not(request):
        actions.take_chair(by=user, panel_id=panel_id)
        messages.success(request, _("You chair this meeting now. %(who)s learns of it.") % {"who": before})
    return redirect("panel", panel_id=panel_id)


@gate(May.CHAIR_PANEL)
@require_POST
def here(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """One button for each invitation, at the top of an item. What is typed in its notes meanwhile is sent with it, and kept."""
    user: Any = request.user
    this = queries.item_visible_to(user, item_id)
    is_here = "here" in request.POST
    seat_id = read_number(request.POST.get("here" if is_here else "away", ""))
    with saying_why_not(request):
        seat = actions.note_here(by=user, panel_id=this.panel_id, seat_id=seat_id, here=is_here)
        said = _("Here: %(who)s.") if is_here else _("Not here: %(who)s.")
        messages.success(request, said % {"who": seat})
        _keep_typed(request, this)
    return redirect("panel_item", item_id=item_id)


def _keep_typed(request: HttpRequest, this: Any) -> None:
    user: Any = request.user
    sheet = sheet_of(request)
    typed = request.POST.get("notes", "").strip()
    if sheet and sheet.user_id == user.pk and typed != this.notes.strip():
        keep(request, by=user, sheet=sheet)


@gate(May.SEE_PANEL)
def item(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """The child's words first, then what is known; what is said can be typed by everybody who takes part."""
    user: Any = request.user
    this = actions.open_item(by=user, item_id=item_id)
    part = _part(user, this)
    why_not = part["why_not_write"]
    form = kept_form(
        request,
        NotesForm,
        kind="panel.notes",
        subject_id=item_id,
        about_child=this.is_about_child,
        initial={"notes": this.notes},
        changed_by=lambda: last_change(user, subject="panel item", subject_id=item_id),
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            before = _to_keep(user, this)
            written = actions.write_notes(by=user, item_id=item_id, notes=form.cleaned_data["notes"])
            messages.success(request, _("Saved: the notes."))
            names_more = set(_to_keep(user, written)) - set(before)
            return redirect("panel_item_named" if names_more else "panel_item", item_id=item_id)
    context = (
        _shown(user, this)
        | part
        | {
            "form": form,
            "why": why_on_agenda(this, queries.reasons_of(user, this.panel, [this])[this.pk]),
            "hints": language_hints(this.notes),
            "not_involved": _not_involved(user, this),
            "named": named_in(user, "panel item", item_id),
            "unnamed": unnamed_in(user, "panel item", item_id),
            "names_more": not why_not and bool(_to_keep(user, this)),
            "postcodes": postcodes_to_place(user, this.node_id, [this.notes])
            if this.node_id and not this.place_id and not why_not
            else [],
        }
    )
    return render(request, "cases/panel/item.html", context)


@gate(May.SEE_PANEL)
def item_named(request: Request, item_id: uuid.UUID) -> HttpResponse:
    """Phones, cars and accounts that stand in the notes, to tick those that are kept so that they can be compared."""
    user: Any = request.user
    this = actions.open_item(by=user, item_id=item_id)
    if not queries.items_that_name(user).filter(pk=item_id).exists():
        raise Hidden
    page = reverse("panel_item", kwargs={"item_id": item_id})
    return keep_page(
        request,
        kind="panel.named",
        subject_id=item_id,
        found=find_to_keep(user, "panel item", [item_id], [this.notes]),
        why_not=_part(user, this)["why_not_write"],
        save=lambda ticks: actions.keep_named(by=user, item_id=item_id, ticks=ticks),
        back=(page, this.about),
    )


def _to_keep(user: Any, this: Any) -> list[str]:
    """What stands in the notes and is not kept, by its ticks; nothing where it would be seen by others than the item."""
    found = find_to_keep(user, "panel item", [this.pk], [this.notes])
    if found and not queries.items_that_name(user).filter(pk=this.pk).exists():
        return []
    return [one.tick for one in found]


@gate(May.CHAIR_PANEL)
def decide(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """The child's words beside the decision; without them it needs a reason."""
    user: Any = request.user
    this = actions.open_item(by=user, item_id=item_id)
    kept: dict[str, Any] = {"kind": "panel.decide", "subject_id": item_id, "initial": _decided(user, this)}
    kept["sources"], chosen = actions.open_sources(by=user, item=this)
    kept["initial"]["rests_on"] = [str(key) for key in sorted(chosen)]
    form: Any
    if this.is_about_child:
        words = list(words_of(user, this.person_id)[:20]) if this.person_id else []
        of_child = ChildNothingForm if this.panel.is_mapping else ChildDecisionForm
        form = kept_form(request, of_child, words=words, beside=this, **kept)
    else:
        form = kept_form(request, NothingForm if this.panel.is_mapping else DecisionForm, **kept)
    if form.is_valid():
        with sending(request, form):
            _decide(user, item_id, form)
            said_with_next(
                request,
                _("Saved: the decision."),
                step=_("Say who does what by when"),
                href=reverse("panel_action_add", args=[item_id]),
            )
            return _after_answer(this)
    context = _shown(user, this) | {
        "form": form,
        "why_not": _why_not_decide_yet(user, this),
        "local": local_procedures(user, "panel"),
    }
    return render(request, "cases/panel/decide.html", context)


@gate(May.HOLD_PANEL)
def grounds(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """A decision lost a source that it rests on: whether it still stands, and what is done."""
    user: Any = request.user
    this = actions.open_item(by=user, item_id=item_id)
    why_not = queries.why_not_look_at_grounds(user, this, Now.STANDS, "-")
    form = kept_form(request, GroundsForm, kind="panel.grounds", subject_id=item_id)
    return _small(
        request,
        this,
        form,
        lambda: actions.look_at_item(by=user, item_id=item_id, **form.cleaned_data),
        title=_("One of its grounds was withdrawn"),
        button=_("Save"),
        said=_("Saved: what it means for the decision."),
        why_not=why_not,
    )


@gate(May.SEE_PANEL)
def action_add(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Who does what by when. It lands in the child's plan, or among the disruption steps."""
    user: Any = request.user
    this = actions.open_item(by=user, item_id=item_id)
    where = _where(user, this)
    form = kept_form(
        request,
        ActionForm,
        kind="panel.action",
        subject_id=item_id,
        suggested={"where": PANEL if this.panel.is_mapping or len(where) == 1 else ""},
        where=where,
        people=who_can_do(user),
        asks_kind=any(value.startswith(("case:", "goal:")) for value, _label in where),
    )
    if form.is_valid():
        with sending(request, form, errors_on="owner"):
            actions.add_panel_action(by=user, item_id=item_id, **form.answered)
            messages.success(request, _("Saved: who does what by when."))
            return _after_answer(this)
    context = _shown(user, this) | _part(user, this) | {"form": form}
    return render(request, "cases/panel/action_add.html", context)


@gate(May.SEE_PANEL)
def action(request: HttpRequest, panel_action_id: uuid.UUID) -> HttpResponse:
    """How an action went that lives with the panel; of another, where it lives."""
    user: Any = request.user
    row = queries.panel_action_visible_to(user, panel_action_id)
    stands = queries.stands(row, timezone.localdate())
    if stands.plan_action_id:
        return redirect("action", action_id=stands.plan_action_id)
    if stands.case_id:
        return redirect("disruption", case_id=stands.case_id)
    if stands.context_id:
        return redirect("context", context_id=stands.context_id)
    form = kept_form(request, FinishForm, kind="panel.finish", subject_id=panel_action_id)
    this = actions.open_action(by=user, panel_action_id=panel_action_id)
    if form.is_valid():
        with sending(request, form):
            actions.finish_panel_action(by=user, panel_action_id=this.pk, **form.cleaned_data)
            messages.success(request, _("Saved: how the action went."))
            return redirect("panel_actions")
    return _action_page(request, this, form, _("How did it go?"))


@gate(May.SEE_PANEL)
@require_POST
def action_done(request: HttpRequest, panel_action_id: uuid.UUID) -> HttpResponse:
    """One press on a line of My work: done today, with nothing to add."""
    user: Any = request.user
    return done_at_once(
        request,
        lambda: actions.finish_panel_action(by=user, panel_action_id=panel_action_id),
        lambda row: (
            ""
            if queries.why_not_take_back_done(user, row)
            else reverse("panel_action_done_undo", args=[row.pk])
        ),
    )


@gate(May.SEE_PANEL)
@require_POST
def action_take_back(request: HttpRequest, panel_action_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    return taken_back(request, lambda: actions.take_back_panel_done(by=user, panel_action_id=panel_action_id))


@gate(May.SEE_PANEL)
def action_put_off(request: HttpRequest, panel_action_id: uuid.UUID) -> HttpResponse:
    """An action that lives with the panel gets a later day."""
    user: Any = request.user
    this = actions.open_action(by=user, panel_action_id=panel_action_id)
    form = kept_form(request, PutOffForm, kind="panel.put-off", subject_id=this.pk)
    if form.is_valid():
        with sending(request, form):
            this = actions.put_off_panel_action(by=user, panel_action_id=this.pk, **form.cleaned_data)
            messages.success(request, _("Saved: the new day, %(day)s.") % {"day": day(this.due_on)})
            return redirect("panel_actions")
    return _action_page(request, this, form, _("Put an action off"))


def _action_page(request: HttpRequest, this: Any, form: Any, title: str) -> HttpResponse:
    user: Any = request.user
    why_not = queries.why_not_begin_finishing(user, this)
    stands = queries.stands(this, timezone.localdate())
    context = {"action": this, "stands": stands, "form": form, "title": title, "why_not": why_not}
    return render(request, "cases/panel/action.html", context)


@gate(May.HOLD_PANEL)
def involve(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """An agency, or a team of it, takes part in discussing a child by being involved with the child, with the reason. Where somebody of
    one team sits there for them, that team is offered first."""
    user: Any = request.user
    this = actions.open_item(by=user, item_id=item_id)
    if not this.is_about_child:
        raise Hidden
    parts = _parts_outside(user, this)
    guest = queries.team_of_guest(user, this.panel_id, {whom.agency.pk for whom in parts.values()})
    begin = {"whom": f"team:{guest.pk}" if guest else ""}
    about: dict[str, Any] = {"kind": "panel.involve", "subject_id": item_id, "suggested": begin}
    form = kept_form(request, InvolveForm, **about, parts=parts)

    def save() -> None:
        whom = form.cleaned_data["whom"]
        actions.involve_agency(by=user, item_id=item_id, whom=whom, why=form.cleaned_data["why"])
        if nobody_acts(user, this.person_id, whom.agency, whom.team):
            messages.warning(request, NOBODY_ACTS % {"whom": whom.team or whom.agency})

    title, button = _("Involve an agency or a team"), _("Involve them")
    said = _("Saved: they are involved, and learn of it.")
    return _small(request, this, form, save, title=title, button=button, said=said, no_choice=not parts)


@gate(May.SEE_PANEL)
def dissent(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_item(by=user, item_id=item_id)
    others = queries.agencies_at(user, this.panel_id) if queries.holds(user, this.panel) else []
    form = kept_form(request, DissentForm, kind="panel.dissent", subject_id=item_id, agencies=others)
    save = lambda: actions.dissent(by=user, item_id=item_id, **form.answered)
    why_not = _part(user, this)["why_not_dissent"]
    title = _("Somebody does not agree") if others else _("I do not agree")
    said, button = _("Saved: who does not agree, and why. It stands beside the decision."), _("Write it down")
    return _small(request, this, form, save, title=title, button=button, said=said, why_not=why_not)


@gate(May.HOLD_PANEL)
def correct(request: HttpRequest, panel_id: uuid.UUID) -> HttpResponse:
    """What is put right in the minutes before they are agreed."""
    user: Any = request.user
    this, lines = actions.open_panel(by=user, panel_id=panel_id)
    items = [line.item for line in lines if line.item]
    form = kept_form(request, CorrectionForm, kind="panel.correct", subject_id=panel_id, items=items)
    if form.is_valid():
        with sending(request, form):
            actions.correct_minutes(by=user, panel_id=panel_id, **form.answered)
            messages.success(request, _("Saved: the correction. It stands under the minutes."))
            return redirect("panel_minutes", panel_id=panel_id)
    why_not = rules.why_not_correct(
        may_hold=True, state=this.state, is_agreed=this.agreed_at is not None, text="-"
    )
    return render(request, "cases/panel/correct.html", {"panel": this, "form": form, "why_not": why_not})


@gate(May.PLAN)
def learnt(request: HttpRequest, conference_id: uuid.UUID) -> HttpResponse:
    """What was learnt at a conference goes back to children whom the writer may see and chooses. For whoever takes part and plans."""
    user: Any = request.user
    this = queries.panel_visible_to(user, conference_id)
    if not this.is_conference:
        raise Hidden
    children = [(str(child.pk), str(child)) for child in queries.children_who_learn(user, this)]
    form = kept_form(request, LearntForm, kind="panel.learnt", subject_id=conference_id, children=children)
    if form.is_valid():
        with sending(request, form, errors_on="text"):
            number = actions.write_learnt(by=user, panel_id=conference_id, **form.answered)
            told = ngettext("%(num)s note is written.", "%(num)s notes are written.", number) % {
                "num": number
            }
            messages.success(request, told)
            return redirect("panel_minutes", panel_id=conference_id)
    why_not = rules.why_not_write_learnt(kind=this.kind, state=this.state, children=1)
    context = {
        "panel": this,
        "form": form,
        "why_not": why_not,
        "has_children": bool(children),
        "written": queries.learnt_at(user, this),
    }
    return render(request, "cases/panel/learnt.html", context)


def _decided(user: Any, this: Any) -> dict[str, Any]:
    """What is written so far, for whoever puts it right."""
    said = {"reason": this.reason} | ({} if this.panel.is_mapping else {"decision": this.decision})
    if this.decided_at and this.is_about_child:
        said |= typed_view(this.words, this.why_no_words, not_heard_beside(user, this.pk))
    return said


def _decide(user: Any, item_id: uuid.UUID, form: Any) -> None:
    answers = {name: form.cleaned_data[name] for name in ("decision", "reason") if name in form.fields}
    rests_on = form.rests if isinstance(form, RestingForm) else None
    actions.decide_item(by=user, item_id=item_id, view=form.view, rests_on=rests_on, **answers)


def _why_not_decide_yet(user: Any, this: Any) -> str | None:
    """What stands in the way, apart from what the page itself asks for."""
    return rules.why_not_decide(
        may_hold=queries.holds(user, this.panel),
        is_agreed=this.panel.agreed_at is not None,
        day=timezone.localdate(this.panel.starts_at),
        today=timezone.localdate(),
        decision="-",
        reason="-",
        about_child=False,
        has_words=False,
        why_no_words="",
        nothing=this.panel.is_mapping,
        acted=bool(this.actions.all()),
    )


def _shown(user: Any, this: Any) -> dict[str, Any]:
    """What every page of an item shows. For one that `open_item` gave."""
    today, end = timezone.localdate(), this.place_id or this.group_id
    known = queries.known_of(user, this)
    planned = known.plan.outcomes.all() if known and known.plan else []
    among = queries.among(user, this)
    return {
        "item": this,
        "among": among,
        "pace": rules.pace(
            starts_at=this.panel.starts_at,
            minutes=among.minutes,
            to_come=among.to_come,
            is_held=this.panel.state == rules.PanelState.HELD,
            now=timezone.now(),
        ),
        "panel": this.panel,
        "section": SECTIONS[rules.AgendaSection(this.section)],
        "known": known,
        "outcomes": [(one, list(one.actions.all())) for one in planned],
        "dissents": list(this.dissents.all()),
        "corrections": list(this.corrections.all()),
        "tied": tied_words(children_tied(user, [end]).get(end)) if end else "",
        "actions": [(row, queries.stands(row, today)) for row in this.actions.all()],
        "why_not_decide": _why_not_decide_yet(user, this),
        "may_hold": user.may(May.HOLD_PANEL),
        "holds": queries.holds(user, this.panel),
        "sent": queries.sent_for_items(user, this.panel, [this]).get(this.pk, []),
        "for_child": list(this.told_child.select_related("written_by")),
        "may_tell": this.decided_at is not None and _may_tell(user, this),
    }


def _may_tell(user: Any, this: Any) -> bool:
    """Whether the user may write for the child what was decided."""
    if not this.is_about_child or this.person_id is None or why_not_after_death(user, this.person_id):
        return False
    return queries.may_tell_of_item(user, this)


def _part(user: Any, this: Any) -> dict[str, Any]:
    """What the user may do on an item."""
    sees_panel = queries.panels_visible_to(user).filter(pk=this.panel_id).exists()
    panel = queries.panel_visible_to(user, this.panel_id) if sees_panel else None
    takes_part = panel is not None and queries.takes_part(user, panel)
    is_agreed = this.panel.agreed_at is not None
    return {
        "sees_panel": sees_panel,
        "seats": list(panel.seats.all()) if panel and panel.has_begun else [],
        "may_note_here": panel is not None and not queries.why_not_note_here(user, panel),
        "why_not_write": queries.why_not_write(user, panel or this.panel),
        "why_not_dissent": rules.why_not_dissent(
            takes_part=takes_part, is_decided=this.decided_at is not None, is_agreed=is_agreed, why="-"
        ),
    }


def _after_answer(this: Any) -> HttpResponse:
    """Back to where the next name is, at a mapping meeting."""
    if this.panel.is_mapping:
        return redirect("mapping", meeting_id=this.panel_id)
    return redirect("panel_item", item_id=this.pk)


def _not_involved(user: Any, this: Any) -> list[Any]:
    """Agencies of the panel that are not involved with the child, so that they see no more than that a child is discussed."""
    if not this.is_about_child or not user.may(May.HOLD_PANEL):
        return []
    panel = queries.panel_visible_to(user, this.panel_id)
    involved = {row.agency_id for row in involvements_of(user, this.person_id)}
    seated = {seat.agency_id: seat.agency for seat in panel.seats.all()}
    return [agency for key, agency in seated.items() if key not in involved]


def _parts_outside(user: Any, this: Any) -> dict[str, Whom]:
    """The same agencies and their teams, by key."""
    outside = {one.pk for one in _not_involved(user, this)}
    return {key: whom for key, whom in parts_of_agencies(user).items() if whom.agency.pk in outside}


def _where(user: Any, this: Any) -> list[tuple[str, str]]:
    """Where an action of this item can live, as choices."""
    stays = (PANEL, _("With the panel: it stands in the work of whoever does it"))
    if this.panel.kind != rules.MeetingKind.PANEL:
        stays = (PANEL, _("With the meeting: it stands in the work of whoever does it"))
    known = queries.known_of(user, this)
    if known:
        plan = known.plan.outcomes.all() if known.plan else []
        return [
            *((f"outcome:{one.pk}", _("In the plan: %(outcome)s") % {"outcome": one.text}) for one in plan),
            stays,
        ]
    if goals := queries.goals_to_act_on(user, this):
        return [
            *((f"goal:{key}", _("A step towards: %(goal)s") % {"goal": text}) for key, text in goals),
            stays,
        ]
    cases = queries.cases_around(user, this)
    step = _("A disruption step, in the case of %(child)s")
    return [*((f"case:{case.pk}", step % {"child": case.person}) for case in cases), stays]


def _small(
    request: HttpRequest,
    this: Any,
    form: Any,
    save: Callable[[], Any],
    *,
    title: str,
    button: str,
    said: str,
    why_not: str | None = None,
    no_choice: bool = False,
) -> HttpResponse:
    """A page of an item with one short form."""
    if form.is_valid():
        with sending(request, form):
            save()
            messages.success(request, said)
            return redirect("panel_item", item_id=this.pk)
    context = _shown(request.user, this) | {"form": form, "title": title, "button": button}
    context |= {"why_not": why_not, "no_choice": no_choice}
    return render(request, "cases/panel/small.html", context)
