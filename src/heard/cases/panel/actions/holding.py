"""A panel at work: who came, what was said and decided on each item, who does what, and the minutes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.case.actions import allow_to_do
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.rules import MOST_WHY
from heard.cases.disruption.actions import plan_context_step, plan_step
from heard.cases.panel import queries, rules
from heard.cases.panel.actions._shared import _audit, _audit_item, _locked, _why_not_name
from heard.cases.panel.models import (
    Dissent,
    MinutesCorrection,
    Panel,
    PanelAction,
    PanelItem,
    PanelSeat,
)
from heard.cases.panel.rules import PanelState, Progress
from heard.cases.plan.actions import add_decided_action
from heard.cases.plan.queries import outcome_visible_to
from heard.cases.stage import grounds
from heard.cases.stage import rules as signing
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.network.actions import involve, keep_mentions
from heard.network.queries import person_visible_to, to_keep

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import TieSource
    from heard.network.queries import Whom

_DECIDED: Final = ("decision", "reason", "words", "why_no_words", "decided_by", "decided_at")


@transaction.atomic
def take_chair(*, by: User, panel_id: uuid.UUID) -> Panel:
    """`by` chairs in place of whoever was to, and who chaired until now learns of it. They come to see nothing more by it: an item that
    they may not see is led and decided by somebody who may. Until it is held they do what a chair has to (`queries.holds`). Whoever was to
    chair takes the chair back by the same."""
    panel = _locked(by, panel_id)
    refuse(queries.why_not_take_chair(by, panel))
    until_now = panel.in_the_chair
    panel.chaired_by = None if by.pk == panel.chair_id else by
    panel.save(update_fields=["chaired_by"])
    _audit(by, "take chair", panel, in_place_of=until_now.pk)
    announce(
        by=by,
        kind=Notified.CHAIR_TAKEN,
        subject="panel",
        subject_id=panel.pk,
        named={panel.chair, until_now},
    )
    return panel


@transaction.atomic
def note_here(*, by: User, panel_id: uuid.UUID, seat_id: int, here: bool) -> PanelSeat:
    """Of one invitation, that somebody is here for it, or not (any longer), while it meets; `Hidden` for that of another panel. How it
    was in the end, `hold_panel` asks of those who are not here."""
    panel = _locked(by, panel_id)
    refuse(queries.why_not_note_here(by, panel))
    seat = next((seat for seat in panel.seats.all() if seat.pk == seat_id), None)
    if seat is None:
        raise Hidden
    seat.came = rules.Came.CAME if here else rules.Came.UNKNOWN
    seat.save(update_fields=["came"])
    _audit(by, "note here" if here else "note not here", panel, seat=seat.pk)
    return seat


@transaction.atomic
def hold_panel(
    *, by: User, panel_id: uuid.UUID, came: Mapping[int, tuple[str, str]], at: datetime | None = None
) -> Panel:
    """Writes down who came, and that the panel was held. `came`: of each invitation by its key what became of it, and who
    came instead. Who is missing is shown and never stands in the way. So a mapping meeting is closed, which it cannot be while a name has
    no answer, be it one that `by` may not see."""
    panel, now = _locked(by, panel_id), at or timezone.now()
    seats = list(panel.seats.all())
    for seat in seats:
        seat.came, instead = came.get(seat.pk, ("", ""))
        seat.instead = instead.strip() if seat.came == rules.Came.SOMEBODY_ELSE else ""
    refuse(
        rules.why_not_hold(
            may_hold=queries.holds(by, panel),
            state=panel.state,
            day=timezone.localdate(panel.starts_at),
            today=timezone.localdate(now),
            came=[seat.came for seat in seats],
            instead=[seat.instead for seat in seats if seat.came == rules.Came.SOMEBODY_ELSE],
        )
    )
    mine, others = queries.open_names(by, panel)
    refuse(rules.why_not_close(open_to_closer=len(mine), others_open=others))
    PanelSeat.objects.bulk_update(seats, ["came", "instead"])
    panel.state, panel.held_at, panel.held_by = PanelState.HELD, now, by
    panel.save(update_fields=["state", "held_at", "held_by"])
    _audit(by, "hold", panel)
    if panel.is_mapping:
        _close_each(panel, now)
    return panel


def _close_each(panel: Panel, now: datetime) -> None:
    """What came of it stands in the record of each child from now on. Who closed the meeting stands at the meeting alone: they may be
    somebody who is kept out of the record of a child."""
    for item in PanelItem.objects.filter(panel=panel, taken_off_at=None, person__isnull=False):
        _audit_item(None, "close", item)
        settle(kind=Notified.TO_BE_MAPPED, subject="panel item", subject_id=item.pk, at=now)


@transaction.atomic
def write_notes(*, by: User, item_id: uuid.UUID, notes: str) -> PanelItem:
    """What is said at the meeting. Everybody who takes part may type; the form shows what others wrote meanwhile."""
    item, panel = _at_work(by, item_id)
    refuse(queries.why_not_write(by, panel) or _why_not_name(by, panel, notes))
    item.notes = notes.strip()
    item.save(update_fields=["notes"])
    _audit_item(by, "write", item)
    return item


@transaction.atomic
def keep_named(*, by: User, item_id: uuid.UUID, ticks: Collection[str]) -> None:
    """Keeps that what was said names these phones, cars and accounts (`Found.tick`), so that they can be compared. For whoever may
    write there; `Hidden` where what is kept would not be seen by the same people as the item."""
    item, panel = _at_work(by, item_id)
    if not queries.items_that_name(by).filter(pk=item.pk).exists():
        raise Hidden
    refuse(queries.why_not_write(by, panel))
    found = to_keep(by, "panel item", [item.pk], [item.notes])
    keep_mentions(
        by=by,
        about="panel item",
        about_id=item.pk,
        found=[one for one in found if one.tick in ticks],
        on=timezone.localdate(panel.starts_at),
        person_id=item.person_id,
    )


@transaction.atomic
def decide_item(
    *,
    by: User,
    item_id: uuid.UUID,
    reason: str,
    decision: str = "",
    view: ChildsView | None = None,
    rests_on: Collection[uuid.UUID] | None = None,
    at: datetime | None = None,
) -> PanelItem:
    """What was decided and why, beside the child's words or why there are none. `view`: of a child alone. `rests_on`: sources of ties, of those
    that `by` may choose from (`queries.to_rest_on`); None leaves them as they are. Until the minutes are agreed it can be put right, which the
    audit trail shows. At a mapping meeting there is no `decision` but that nothing is done, because
    of `reason`: what is done is an action."""
    (item, panel), now = _at_work(by, item_id), at or timezone.now()
    if panel.is_mapping:
        decision = _("Nothing is done now.")
    words, why_no_words = None, ""
    if item.is_about_child and item.person_id:
        words, why_no_words = hear(
            by=by,
            person_id=item.person_id,
            view=view or ChildsView(),
            on=Words.Occasion.PANEL,
            on_id=item.pk,
        )
    refuse(
        rules.why_not_decide(
            may_hold=queries.holds(by, panel),
            is_agreed=panel.agreed_at is not None,
            day=timezone.localdate(panel.starts_at),
            today=timezone.localdate(now),
            decision=decision,
            reason=reason,
            about_child=item.is_about_child,
            has_words=words is not None,
            why_no_words=why_no_words,
            nothing=panel.is_mapping,
            acted=bool(item.actions.all()),
        )
    )
    refuse(_why_not_name(by, panel, decision, reason))
    item.decision, item.reason = decision.strip(), reason.strip()
    item.words, item.why_no_words = words, why_no_words
    item.decided_by, item.decided_at = by, now
    item.save(update_fields=_DECIDED)
    if rests_on is not None:
        grounds.rest_on(by=by, row=item, node_id=item.node_id, keys=rests_on)
    _audit_item(by, "decide", item, reason=item.reason)
    _announce(by, item, Notified.PANEL_DECIDED, at=now, named=queries.who_works_on(by, item))
    return item


@transaction.atomic
def tell_of_withdrawn(*, by: User, source: TieSource) -> None:
    """A source of a tie was withdrawn: who decided what rests on it, chairs the panel or does something because of it learns of it, if they may
    see the item, and who works with the child. It says nothing of the source."""
    for ground, whom in queries.who_answers_for(by, source.pk):
        record_audit(by=by, verb="withdraw", subject="ground", subject_id=ground.pk)
        _announce(by, ground.item, Notified.GROUND_WITHDRAWN, named=whom)


@transaction.atomic
def look_at_item(*, by: User, item_id: uuid.UUID, what_now: str, why_now: str) -> PanelItem:
    """Somebody looked whether a decision stands of which a source was withdrawn, and says what is done."""
    item, panel = _at_work(by, item_id)
    refuse(queries.why_not_look_at_grounds(by, item, what_now, why_now) or _why_not_name(by, panel, why_now))
    grounds.look_at_grounds(by=by, row=item, what_now=what_now, why_now=why_now)
    _audit_item(by, "look again", item)
    return item


@transaction.atomic
def add_panel_action(
    *,
    by: User,
    item_id: uuid.UUID,
    what: str,
    owner: User | None,
    due_on: date | None,
    outcome_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    goal_id: uuid.UUID | None = None,
    kind: str = "other",
    why_involve: str = "",
) -> PanelAction:
    """Who does what by when. It lands in the child's plan under `outcome_id`; or, about a place, group or adult, among the
    steps against what harms in the case of a child (`case_id`, `kind`); or, at a conference, among the steps towards a goal of its context
    (`goal_id`, `kind`); or it stays with the panel, where none of these is.

    `why_involve`: the reason for letting in the owner's team, where they do not see the child yet. At a mapping meeting it takes the
    place of why nothing is done, which the audit trail keeps.
    """
    item, panel = _at_work(by, item_id)
    agency = owner.team.agency if owner and owner.team else None
    refuse(
        rules.why_not_act(
            may_write=queries.why_not_write(by, panel),
            what=what,
            has_owner=agency is not None,
            due_on=due_on,
            today=timezone.localdate(),
            owner_sees=owner is None or queries.may_be_given(owner, item),
            about_person=item.person_id is not None,
        )
        or _why_not_name(by, panel, what)
    )
    if owner is None or agency is None or due_on is None:
        raise Hidden
    _check_where(by, item, outcome_id, case_id, goal_id)
    action = PanelAction(item=item, what=what.strip(), owner=owner, agency=agency, due_on=due_on, added_by=by)
    action.lives_elsewhere = bool(outcome_id or case_id or goal_id)
    action.save()
    if panel.is_mapping and item.decided_at:
        _is_done_after_all(by, item)
    given: dict[str, Any] = {
        "what": action.what,
        "owner": owner,
        "due_on": due_on,
        "panel_action_id": action.pk,
    }
    if outcome_id:
        add_decided_action(by=by, outcome_id=outcome_id, why_involve=why_involve, **given)
    elif case_id:
        plan_step(by=by, case_id=case_id, kind=kind, agency_id=agency.pk, **_end(item), **given)
    elif goal_id and panel.context_id:
        plan_context_step(
            by=by, context_id=panel.context_id, goal_id=goal_id, kind=kind, agency_id=agency.pk, **given
        )
    elif item.person_id and item.is_about_child:
        allow_to_do(by=by, owner=owner, person_id=item.person_id, why_involve=why_involve)
    _audit_item(by, "add action", item, action=action.pk)
    if not action.lives_elsewhere:
        _announce(by, item, Notified.ACTION, action, named=[owner])
    if (
        panel.is_mapping
    ):  # as where nothing is done: their workers, and who works on a place or group, learn what came of it
        _announce(by, item, Notified.PANEL_DECIDED, named=queries.who_works_on(by, item))
    return action


def _is_done_after_all(by: User, item: PanelItem) -> None:
    why = item.reason
    item.decision = item.reason = item.why_no_words = ""
    item.words = item.decided_by = item.decided_at = None
    item.save(update_fields=_DECIDED)
    item.rests_on.filter(taken_off_at=None).update(taken_off_at=timezone.now())
    _audit_item(by, "change", item, reason=why)


@transaction.atomic
def finish_panel_action(
    *,
    by: User,
    panel_action_id: uuid.UUID,
    outcome: str = Progress.DONE,
    note: str = "",
    done_on: date | None = None,
) -> PanelAction:
    """How an action went that lives with the panel. One in a plan is finished there."""
    action = _locked_action(by, panel_action_id)
    refuse(queries.why_not_finish_action(by, action, outcome=outcome, note=note))
    action.state, action.note, action.done_on = (
        Progress(outcome),
        note.strip(),
        done_on or timezone.localdate(),
    )
    action.save(update_fields=["state", "note", "done_on"])
    _audit_item(by, "finish action", action.item, action=action.pk)
    _announce(by, action.item, Notified.ACTION_FINISHED, action)
    return action


@transaction.atomic
def take_back_panel_done(*, by: User, panel_action_id: uuid.UUID) -> PanelAction:
    """An action that was marked as done by mistake is to do again, and who was told of it and has not read it yet is told no longer."""
    action = _locked_action(by, panel_action_id)
    refuse(queries.why_not_take_back_done(by, action))
    action.state, action.done_on = Progress.OPEN, None
    action.save(update_fields=["state", "done_on"])
    _audit_item(by, "take back action", action.item, action=action.pk)
    settle(kind=Notified.ACTION_FINISHED, subject="panel action", subject_id=action.pk, at=None)
    return action


@transaction.atomic
def put_off_panel_action(
    *, by: User, panel_action_id: uuid.UUID, due_on: date | None, reason: str
) -> PanelAction:
    """Gives an action that lives with the panel a later day. The reason is in the audit trail."""
    action = _locked_action(by, panel_action_id)
    was = action.due_on
    refuse(
        queries.why_not_begin_finishing(by, action)
        or signing.why_not_put_off(was_due_on=was, due_on=due_on, reason=reason, today=timezone.localdate())
    )
    assert due_on
    action.due_on = due_on
    action.save(update_fields=["due_on"])
    _audit_item(
        by, "put off action", action.item, reason=reason.strip(), action=action.pk, was=was, due_on=due_on
    )
    _announce(by, action.item, Notified.ACTION_PUT_OFF, action)
    return action


def _locked_action(by: User, panel_action_id: uuid.UUID) -> PanelAction:
    PanelAction.objects.select_for_update().filter(pk=panel_action_id).first()
    return queries.panel_action_visible_to(by, panel_action_id)


@transaction.atomic
def involve_agency(*, by: User, item_id: uuid.UUID, whom: Whom, why: str) -> PanelItem:
    """Opens the record of the child of an item to an agency, or to a team of it alone, so that it can take part in discussing the child."""
    item, agency, team = queries.item_visible_to(by, item_id), whom.agency, whom.team
    if not item.is_about_child or item.person_id is None:
        raise Hidden
    refuse(rules.why_not_involve(may_hold=by.may(May.HOLD_PANEL), why=why))
    person = person_visible_to(by, item.person_id)
    part = whom if team else None
    involve(by=by, person=person, agency=agency, why=why.strip()[:MOST_WHY], part=part)
    announce(
        by=by,
        kind=Notified.INVOLVED,
        subject="person",
        subject_id=person.pk,
        person_id=person.pk,
        agencies=[] if team else [agency.pk],
        teams=[team.pk] if team else [],
    )
    return item


@transaction.atomic
def dissent(
    *,
    by: User,
    item_id: uuid.UUID,
    why: str,
    said_by: str = "",
    agency_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Dissent:
    """Somebody of an agency that is invited, whether it came or not, does not agree with what was decided. Only ever added; whoever
    chaired it learns of it. `said_by` and `agency_id`: who said it,
    for which of the agencies that are invited, where whoever holds the panel writes it down for them."""
    item, panel = _at_work(by, item_id)
    seats = {seat.agency_id: seat.agency for seat in panel.seats.all()}
    mine = by.agencies_where(May.SEE_PANEL)
    seated = next((agency for key, agency in seats.items() if key in mine), None)
    own = seated or (by.team.agency if by.team else None)
    for_another = bool(said_by.strip())
    agency = own
    if for_another:
        agency = seats.get(agency_id) if agency_id else None
    refuse(
        rules.why_not_dissent(
            takes_part=queries.takes_part(by, panel) and own is not None,
            is_decided=item.decided_at is not None,
            is_agreed=panel.agreed_at is not None,
            why=why,
            for_another=for_another,
            may_hold=queries.holds(by, panel),
        )
    )
    if agency is None:
        raise Hidden
    said = Dissent.objects.create(
        item=item,
        by=by,
        agency=agency,
        said_by=said_by.strip(),
        why=why.strip(),
        said_at=at or timezone.now(),
    )
    _audit_item(by, "dissent", item)
    _announce(by, item, Notified.DISAGREED, named={panel.chair, panel.chaired_by})
    return said


def _announce(
    by: User, item: PanelItem, kind: Notified, action: PanelAction | None = None, **whom: Any
) -> None:
    """About the item, or an action of it that lives with the panel."""
    subject, row = ("panel action", action) if action else ("panel item", item)
    announce(by=by, kind=kind, subject=subject, subject_id=row.pk, person_id=item.person_id, **whom)


@transaction.atomic
def correct_minutes(
    *, by: User, panel_id: uuid.UUID, text: str, item_id: uuid.UUID | None = None, at: datetime | None = None
) -> MinutesCorrection:
    """What is put right before the minutes are agreed: of one item, or of the attendance. What was written stays."""
    panel = _locked(by, panel_id)
    item = queries.item_visible_to(by, item_id) if item_id else None
    if item and item.panel_id != panel.pk:
        raise Hidden
    refuse(
        rules.why_not_correct(
            may_hold=by.may(May.HOLD_PANEL),
            state=panel.state,
            is_agreed=panel.agreed_at is not None,
            text=text,
        )
    )
    made = MinutesCorrection.objects.create(
        panel=panel, item=item, text=text.strip(), by=by, at=at or timezone.now()
    )
    _audit(by, "correct", panel, item)
    return made


@transaction.atomic
def agree_minutes(
    *, by: User, panel_id: uuid.UUID, in_panel_id: uuid.UUID, at: datetime | None = None
) -> Panel:
    """The minutes are agreed at a later panel. From now on nothing in them changes."""
    panel, later = _locked(by, panel_id), queries.panel_visible_to(by, in_panel_id)
    at = at or timezone.now()
    refuse(
        rules.why_not_agree_minutes(
            may_hold=by.may(May.HOLD_PANEL),
            state=panel.state,
            is_agreed=panel.agreed_at is not None,
            at_a_later_panel=later.starts_at > panel.starts_at,
            has_begun=later.starts_at <= at,
        )
    )
    panel.agreed_at, panel.agreed_by, panel.agreed_in = at, by, later
    panel.save(update_fields=["agreed_at", "agreed_by", "agreed_in"])
    _audit(by, "agree minutes", panel, in_panel=later.pk)
    return panel


def _at_work(by: User, item_id: uuid.UUID) -> tuple[PanelItem, Panel]:
    """The item and its panel, locked. `Hidden` for an item that `by` may not see, or of a panel that is not theirs."""
    seen = queries.item_visible_to(by, item_id)
    panel = _locked(by, seen.panel_id)
    return queries.item_visible_to(by, item_id), panel


def _check_where(
    by: User,
    item: PanelItem,
    outcome_id: uuid.UUID | None,
    case_id: uuid.UUID | None,
    goal_id: uuid.UUID | None,
) -> None:
    """An action lands with the child of its item, with a child who is tied to what the item is about, or towards a goal of the context
    that a conference is about."""
    if outcome_id:
        outcome = outcome_visible_to(by, outcome_id)
        if not item.is_about_child or outcome.plan.case.person_id != item.person_id:
            raise Hidden
    elif (case_id and case_id not in {case.pk for case in queries.cases_around(by, item)}) or (
        goal_id and str(goal_id) not in dict(queries.goals_to_act_on(by, item))
    ):
        raise Hidden


def _end(item: PanelItem) -> dict[str, Any]:
    for end in ("person", "place", "group"):
        key = getattr(item, f"{end}_id")
        if key:
            return {"end": end, "end_id": key}
    if item.handle_id:
        return {"who_or_where": item.about}
    raise Hidden
